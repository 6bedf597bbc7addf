// `synfin why QUESTION`: two searches of the real engine, live, with a rule and without it, and the shortest way to
// break it as a ladder.

import { setImmediate as turn } from 'node:timers/promises';
import { brokenAt, differenceFrom } from '../lab/check/replay/index.ts';
import {
  type WhyAnswer,
  type WhyProgress,
  type WhyQuestion,
  WhyRun,
  whyNamed,
  whyQuestions,
} from '../lab/check/why/index.ts';
import { playScenario, type Trace } from '../lab/index.ts';
import { nearNames } from '../options/index.ts';
import { whyHelp } from './check-help.ts';
import { grouped, ProgressLine, secondsOf } from './check-progress.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { picture, writeFiles } from './ladder-files.ts';
import { t } from './messages.ts';
import { showOptions } from './run-options.ts';
import { Show, sectionText, showOptionsOf } from './show.ts';
import { isAsProved, type Proof, proofData, proofOf, tellProof } from './why-proof.ts';

/** The options, as `util.parseArgs` wants them. */
export const whyOptions = {
  list: { type: 'boolean' },
  states: { type: 'string' },
  json: { type: 'boolean' },
  svg: { type: 'string' },
  pcap: { type: 'string' },
  tui: { type: 'boolean' },
  proof: { type: 'boolean' },
  solver: { type: 'string' },
  ...showOptions,
} as const;

/** Transitions between two looks at the terminal. */
const SLICE = 50_000;
const MOST_STATES = 100_000_000;

function wanted(text: string): WhyQuestion {
  if (text === '') throw new UsageError('whyNeeds');
  const found = whyNamed(text);
  if (found !== undefined) return found;
  const names = whyQuestions.flatMap(({ id, aliases }) => [id, ...aliases]);
  const near = [...new Set(nearNames(text, names).map((name) => whyNamed(name)?.id ?? name))];
  if (near.length === 0) throw new UsageError('whyUnknown', { text });
  throw new UsageError('whyUnknownNear', { text, near: near.join(', ') });
}

/** `synfin why --list` */
function list(values: Values, io: Io): number {
  if (values['json'] === true) {
    const all = whyQuestions.map(({ id, aliases, question, mutant }) => ({ id, aliases, question, mutant }));
    io.stdout.write(`${JSON.stringify(all, null, 1)}\n`);
    return 0;
  }
  const show = new Show(io, showOptionsOf(values, io));
  const column = Math.max(...whyQuestions.map(({ id }) => id.length)) + 4;
  for (const { id, question } of whyQuestions) show.text(question[io.lang], `  ${id.padEnd(column - 2)}`);
  return 0;
}

/** Runs the searches, showing how far they are. */
async function searched(question: WhyQuestion, values: Values, io: Io): Promise<WhyAnswer> {
  const states = optionText(values, 'states');
  const run = new WhyRun(question, {
    now: () => performance.now(),
    ...(states === undefined ? {} : { maxStates: parseWhole(states, '--states', 1, MOST_STATES) }),
  });
  const line = new ProgressLine(io);
  while (!run.step(SLICE)) {
    line.show(run.progress(), t(io.lang, phaseOf(run.progress())));
    await turn();
  }
  line.end();
  return run.answer();
}

function phaseOf({ phase }: WhyProgress): 'phase_with' | 'phase_without' {
  return phase === 'with' ? 'phase_with' : 'phase_without';
}

function tellCounts(show: Show, { withRule, without, told }: WhyAnswer): void {
  const params = ({ states, transitions, depth, ms }: WhyAnswer['without']) => ({
    states: grouped(states),
    transitions: grouped(transitions),
    steps: depth,
    seconds: secondsOf(ms),
  });
  const kept = {
    exhausted: 'whyWithExhausted',
    bounded: 'whyWithBounded',
    violated: 'whyWithViolated',
  } as const;
  show.say(kept[withRule.outcome], params(withRule));
  show.say(without.outcome === 'violated' ? 'whyWithoutViolated' : 'whyWithoutHolds', params(without));
  if (told !== null) show.say('whyTold', { told, steps: without.depth });
}

function tell(
  show: Show,
  question: WhyQuestion,
  { answer, proof }: { answer: WhyAnswer; proof: Proof | null },
  trace: Trace | null,
  io: Io,
): void {
  const { lang } = io;
  const { rule, section, property, says, model, about, mutant } = answer;
  show.title(question.question[lang]);
  show.say('whyRule', { section: sectionText(section), text: rule[lang] });
  show.say('whyProperty', { property, text: says[lang] });
  if (proof !== null) tellProof(show, proof, property, lang);
  show.say('whyModel', { model, text: about[lang] });
  show.lines('');
  tellCounts(show, answer);
  if (trace === null) return;
  show.lines('');
  show.title(question.title[lang]);
  show.say('whyNotReal', { mutant });
  show.lines('');
  show.ladder(trace, {
    event: brokenAt(trace, property) ?? trace.events.length - 1,
    text: t(lang, 'whyBroken', { property, text: says[lang] }),
  });
  show.lines('');
  show.text(question.answer[lang]);
  show.lines('');
  show.say('labNotice');
  for (const text of question.notice) show.text(text[lang], '- ');
  show.lines('');
}

function contradictions(values: Values, io: Io): void {
  const outputs = ['json', 'tui'].filter((name) => values[name] === true);
  if (values['svg'] === '-') outputs.push('svg -');
  const [a, b] = outputs;
  if (a !== undefined && b !== undefined) throw new UsageError('notTogether', { a: `--${a}`, b: `--${b}` });
  const { isTTY } = io.stdout as { isTTY?: boolean };
  if (values['tui'] === true && (isTTY !== true || values['plain'] === true))
    throw new UsageError('tuiNeedsTerminal');
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (values['list'] === true) return list(values, io);
  const question = wanted(positionals.join(' ').trim());
  contradictions(values, io);
  const proof = values['proof'] === true ? await proofOf(question, values, io) : null;
  if (proof === 'refused') return 1;
  const answer = await searched(question, values, io);
  const { scenario, story, withRule } = answer;
  const trace = scenario === null ? null : playScenario(scenario).trace;
  const difference = trace === null || story === null ? null : differenceFrom(story, trace);
  const files =
    trace === null || scenario === null ? [] : writeFiles(trace, scenario, values, { command: 'why', io });
  if (files === null) return 1;
  if (values['json'] === true)
    io.stdout.write(
      `${JSON.stringify({ ...answer, difference, ...(proof === null ? {} : { proof: proofData(proof) }) }, null, 1)}\n`,
    );
  else if (values['svg'] === '-' && trace !== null && scenario !== null)
    io.stdout.write(picture(trace, scenario, { lang: io.lang, absolute: values['absolute'] === true }));
  else if (values['tui'] === true && scenario !== null) {
    const { openViewer } = await import('./tui/index.ts');
    return openViewer(io, showOptionsOf(values, io), {}, scenario);
  } else {
    const show = new Show(io, showOptionsOf(values, io));
    tell(show, question, { answer, proof }, trace, io);
    if (trace !== null && difference === null) show.say('whyReplayed');
    for (const file of files) show.say('labWrote', { file });
  }
  if (difference !== null)
    io.stderr.write(`synfin why: ${t(io.lang, 'whyNotReplayed', { text: difference })}\n`);
  const asProved = proof === null || isAsProved(proof);
  return trace !== null && difference === null && withRule.outcome !== 'violated' && asProved ? 0 : 1;
}

/** `synfin why` */
export const whyCommand: Command = {
  name: 'why',
  usage: (lang) =>
    whyHelp(
      lang,
      whyQuestions.map(({ id }) => id),
    ),
  options: whyOptions,
  run,
};
