// `synfin ask TEXT`: finds the scenario, question or claim that is meant, in either language, and answers: the
// sentence first, then the ladder that shows it; or names the candidates when it is not clear what is meant.

import {
  clearFinding,
  type Finding,
  findInLab,
  type Hit,
  type Lang,
  playScenario,
  questions,
  scenarioNamed,
  scenarioOf,
  scenarios,
} from '../lab/index.ts';
import { showClaim } from './claims.ts';
import { type Command, type Io, UsageError, type Values } from './command.ts';
import { askHelp } from './lab-help.ts';
import { t } from './messages.ts';
import { tellScenario } from './run-lab.ts';
import { showOptions } from './run-options.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const askOptions = {
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  ...showOptions,
} as const;

/** Candidates that are named. */
const MOST = 6;

/** What a finding is called in a list, and how it is opened. */
function naming(finding: Finding, lang: Lang): { readonly text: string; readonly command: string } {
  switch (finding.kind) {
    case 'scenario': {
      const { id, question } = finding.scenario;
      return { text: question[lang], command: `synfin run ${id}` };
    }
    case 'question': {
      const { id, question } = finding.question;
      return { text: question[lang], command: `synfin ask ${id}` };
    }
    case 'claim': {
      const { number, claim } = finding.claim;
      return { text: claim[lang], command: `synfin claims ${number}` };
    }
  }
}

function idOf(finding: Finding): string {
  if (finding.kind === 'claim') return `claim ${finding.claim.number}`;
  return finding.kind === 'question' ? finding.question.id : finding.scenario.id;
}

function listed(show: Show, findings: readonly Finding[], lang: Lang): void {
  for (const finding of findings) {
    const { text, command } = naming(finding, lang);
    show.text(text, '- ');
    show.lines(`    ${command}`);
  }
}

function asJson(hits: readonly Hit<Finding>[], text: string): string {
  const clear = clearFinding(hits);
  const list = hits.map(({ value, score }) => ({
    kind: value.kind,
    id: idOf(value),
    scenario: scenarioOf(value),
    score: Math.round(score * 1000) / 1000,
    text: { en: naming(value, 'en').text, zh: naming(value, 'zh').text },
  }));
  const document = { query: text, clear: clear === null ? null : idOf(clear), hits: list };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** The answer to a question, or to a scenario's, and its run. The exit code. */
function answer(show: Show, finding: Finding, io: Io): number {
  const { lang } = io;
  if (finding.kind === 'claim') return showClaim(show, finding.claim, io);
  if (finding.kind === 'question') {
    const { question, answer: text, scenario: id, edits = [], why } = finding.question;
    show.title(question[lang]);
    show.say('askAnswer', { text: text[lang] });
    if (why !== undefined) show.say('askWhy', { command: `synfin why ${why}` });
    const scenario = id === null ? undefined : scenarioNamed(id);
    if (scenario === undefined) return 0;
    show.lines('');
    tellScenario(show, scenario, playScenario(scenario, { edits }), io);
    return 0;
  }
  const { scenario } = finding;
  tellScenario(show, scenario, playScenario(scenario), io, { first: true });
  return 0;
}

/** All questions that can be asked, those of the scenarios first. */
function everything(show: Show, lang: Lang): void {
  const all: Finding[] = [
    ...scenarios.map((scenario) => ({ kind: 'scenario', scenario }) as const),
    ...questions.map((question) => ({ kind: 'question', question }) as const),
  ];
  listed(show, all, lang);
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const text = positionals.join(' ').trim();
  const show = new Show(io, showOptionsOf(values, io));
  if (text === '') {
    if (values['list'] !== true) throw new UsageError('askNeeds');
    everything(show, io.lang);
    return 0;
  }
  const hits = findInLab(text);
  if (values['json'] === true) {
    io.stdout.write(asJson(hits, text));
    return hits.length === 0 ? 1 : 0;
  }
  if (hits.length === 0) {
    io.stderr.write(`synfin ask: ${t(io.lang, 'askNothing', { text })}\n${t(io.lang, 'askHint')}\n`);
    return 1;
  }
  const clear = values['list'] === true ? null : clearFinding(hits);
  const some = hits.slice(0, MOST).map(({ value }) => value);
  if (clear === null) {
    show.say('askCandidates');
    listed(show, some, io.lang);
    return 0;
  }
  const code = answer(show, clear, io);
  const others = some.filter((finding) => finding !== clear).slice(0, 3);
  if (others.length > 0) {
    show.lines('');
    show.say('askAlso');
    listed(show, others, io.lang);
  }
  return code;
}

/** `synfin ask` */
export const askCommand: Command = { name: 'ask', usage: askHelp, options: askOptions, run };
