// `synfin ask TEXT`: finds what is meant, in either language, and answers: the short answer first, then the longer one,
// then the ladder that shows it; names the candidates when several are as good, and the nearest when nothing fits.

import {
  answerLanguage,
  type Finding,
  findInLab,
  findingId,
  type Hit,
  judgeHits,
  type Lang,
  longerAnswer,
  playScenario,
  questions,
  type StateInfo,
  scenarioNamed,
  scenarioOf,
  scenarios,
  type Text,
} from '../lab/index.ts';
import { showClaim } from './claims.ts';
import { type Command, type Io, UsageError, type Values } from './command.ts';
import { askHelp } from './lab-help.ts';
import { t } from './messages.ts';
import { tellScenario } from './run-lab.ts';
import { showOptions } from './run-options.ts';
import { tellRunbook } from './runbook.ts';
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
  const id = findingId(finding);
  switch (finding.kind) {
    case 'scenario':
      return { text: finding.scenario.question[lang], command: `synfin run ${id}` };
    case 'question':
      return { text: finding.question.question[lang], command: `synfin ask ${id}` };
    case 'claim':
      return { text: finding.claim.claim[lang], command: `synfin claims ${finding.claim.number}` };
    case 'runbook':
      return { text: finding.runbook.title[lang], command: `synfin ${id}` };
    case 'interview':
      return { text: finding.interview.question[lang], command: `synfin ask ${id}` };
    case 'why':
      return { text: finding.why.question[lang], command: `synfin ${id}` };
    case 'state':
      return { text: finding.state.rfc, command: `synfin ask ${id}` };
    case 'term':
      return { text: finding.term.name[lang], command: `synfin ask "${finding.term.name[lang]}"` };
  }
}

function listed(show: Show, findings: readonly Finding[], lang: Lang): void {
  for (const finding of findings) {
    const { text, command } = naming(finding, lang);
    show.text(text, '- ');
    show.lines(`    ${command}`);
  }
}

/** What an answer says, without the run that shows it. */
function saying(finding: Finding): { readonly answer: Text; readonly more: Text | null } {
  switch (finding.kind) {
    case 'question':
      return { answer: finding.question.answer, more: longerAnswer(finding.question) };
    case 'scenario':
      return { answer: finding.scenario.explanation, more: null };
    case 'claim':
      return { answer: finding.claim.truth, more: null };
    case 'runbook':
      return { answer: finding.runbook.means, more: finding.runbook.fault };
    case 'interview':
      return { answer: finding.interview.short, more: finding.interview.full };
    case 'why':
      return { answer: finding.why.answer, more: null };
    case 'state':
      return { answer: finding.state.meaning, more: null };
    case 'term':
      return { answer: finding.term.definition, more: null };
  }
}

function asJson(hits: readonly Hit<Finding>[], text: string, lang: Lang): string {
  const found = judgeHits(hits);
  const list = hits.map(({ value, score }) => ({
    kind: value.kind,
    id: findingId(value),
    scenario: scenarioOf(value),
    score: Math.round(score * 1000) / 1000,
    text: { en: naming(value, 'en').text, zh: naming(value, 'zh').text },
  }));
  const answered =
    found.kind === 'answer' ? { id: findingId(found.finding), ...saying(found.finding) } : null;
  const document = {
    query: text,
    lang,
    outcome: found.kind,
    clear: answered?.id ?? null,
    answer: answered?.answer ?? null,
    more: answered?.more ?? null,
    hits: list,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Paragraphs. */
function paragraphs(show: Show, text: string): void {
  for (const paragraph of text.split('\n\n')) {
    show.lines('');
    show.text(paragraph);
  }
}

/** The answer to a question, or to a scenario's, and its run. The exit code. */
function answer(show: Show, finding: Finding, io: Io): number {
  const { lang } = io;
  switch (finding.kind) {
    case 'claim':
      return showClaim(show, finding.claim, io);
    case 'scenario':
      tellScenario(show, finding.scenario, playScenario(finding.scenario), io, { first: true });
      return 0;
    case 'question': {
      const { question, scenario, edits, why } = finding.question;
      tellAnswer(show, question, finding, why, io);
      if (scenario !== null) tellRun(show, { scenario, edits }, io);
      return 0;
    }
    case 'interview': {
      const { question, run: shown, why } = finding.interview;
      tellAnswer(show, question, finding, why, io);
      if (shown !== null) tellRun(show, shown, io);
      return 0;
    }
    case 'runbook':
      tellRunbook(show, finding.runbook, io);
      return 0;
    case 'why':
      show.title(finding.why.question[lang]);
      show.say('askAnswer', { text: finding.why.answer[lang] });
      show.say('askWhy', { command: `synfin why ${finding.why.id}` });
      return 0;
    case 'state':
      tellState(show, finding.state, io);
      return 0;
    case 'term':
      show.title(finding.term.name[lang]);
      show.text(finding.term.definition[lang]);
      return 0;
  }
}

/** A question, its short answer, and its longer one. */
function tellAnswer(
  show: Show,
  question: Text,
  finding: Finding,
  why: string | undefined,
  { lang }: Io,
): void {
  const { answer: text, more } = saying(finding);
  show.title(question[lang]);
  show.say('askAnswer', { text: text[lang] });
  if (more !== null) paragraphs(show, more[lang]);
  if (why !== undefined) show.say('askWhy', { command: `synfin why ${why}` });
}

/** The run that shows an answer. */
function tellRun(
  show: Show,
  { scenario: id, edits = [] }: { readonly scenario: string; readonly edits?: readonly string[] | undefined },
  io: Io,
): void {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) return;
  show.lines('');
  tellScenario(show, scenario, playScenario(scenario, { edits }), io);
}

/** A state: its names, what it means and waits for, and a run that passes it. */
function tellState(show: Show, state: StateInfo, io: Io): void {
  const { lang } = io;
  show.title(state.rfc);
  show.text(state.meaning[lang]);
  show.say('askState', { ss: state.ss, netstat: state.netstat, zh: state.zh, waits: state.waitsFor[lang] });
  const scenario = scenarioOf({ kind: 'state', state });
  if (scenario !== null) tellRun(show, { scenario }, io);
}

/** All questions that can be asked, those of the scenarios first. */
function everything(show: Show, lang: Lang): void {
  const all: Finding[] = [
    ...scenarios.map((scenario) => ({ kind: 'scenario', scenario }) as const),
    ...questions.map((question) => ({ kind: 'question', question }) as const),
  ];
  listed(show, all, lang);
}

async function run(values: Values, positionals: readonly string[], given: Io): Promise<number> {
  const text = positionals.join(' ').trim();
  const io = values['lang'] === undefined ? { ...given, lang: answerLanguage(text, given.lang) } : given;
  const show = new Show(io, showOptionsOf(values, io));
  if (text === '') {
    if (values['list'] !== true) throw new UsageError('askNeeds');
    everything(show, io.lang);
    return 0;
  }
  const hits = findInLab(text);
  const found = judgeHits(hits);
  if (values['json'] === true) {
    io.stdout.write(asJson(hits, text, io.lang));
    return found.kind === 'nothing' ? 1 : 0;
  }
  if (found.kind === 'nothing') {
    io.stderr.write(`synfin ask: ${t(io.lang, 'askNothing', { text })}\n`);
    if (found.nearest.length === 0) io.stderr.write(`${t(io.lang, 'askHint')}\n`);
    else {
      show.say('askNearest');
      listed(show, found.nearest, io.lang);
    }
    return 1;
  }
  const some = hits.slice(0, MOST).map(({ value }) => value);
  if (found.kind === 'several' || values['list'] === true) {
    show.say('askCandidates');
    listed(show, some, io.lang);
    return 0;
  }
  const code = answer(show, found.finding, io);
  const others = some.filter((finding) => finding !== found.finding).slice(0, 3);
  if (others.length > 0) {
    show.lines('');
    show.say('askAlso');
    listed(show, others, io.lang);
  }
  return code;
}

/** `synfin ask` */
export const askCommand: Command = { name: 'ask', usage: askHelp, options: askOptions, run };
