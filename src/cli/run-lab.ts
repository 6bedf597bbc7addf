// `synfin run SCENARIO`: an experiment on two simulated hosts in virtual time, with what the user changed in
// it, as a ladder with its explanation, as a picture, a capture or JSON. `--list` names the scenarios.

import { counterexampleOf, WHY_PREFIX, whyNamed } from '../lab/check/why/index.ts';
import { summarize } from '../lab/explain/index.ts';
import {
  EditError,
  GROUPS,
  mermaidLadder,
  parseEdit,
  parseTime,
  playScenario,
  plotLines,
  RUN_LIMITS,
  type RunOptions,
  type Scenario,
  type ScenarioRun,
  scenarioNamed,
  scenarios,
  secondsText,
  senderSeries,
  type Trace,
  timeSequence,
  twinOf,
  wrapText,
} from '../lab/index.ts';
import { mutantNamed, mutants } from '../lab/mutants/index.ts';
import { bringLoopbackUp, inNamespace, reexecInNamespace } from '../link/tun/index.ts';
import { nearNames } from '../options/index.ts';
import { type Io, optionText, optionTexts, parseWhole, UsageError, type Values } from './command.ts';
import { whyNoKernel } from './kernel-here.ts';
import { picture, writeFiles } from './ladder-files.ts';
import { t } from './messages.ts';
import { Show, showOptionsOf } from './show.ts';

const PEERS = ['kernel', 'synfin'] as const;
/** Real time that a scenario with the kernel may take, when it says nothing or more. */
const MOST_REAL_MS = 5000;
/** A plot wider than this only stretches; rows of its grid. */
const MOST_PLOT_WIDTH = 120;
const PLOT_HEIGHT = 14;
/** The MSL of a run in real time. */
const REAL_MSL_MS = 500;

/** The options by which a scenario is changed, and the verb of the wire rule that each stands for. */
const VERBS = { drop: 'drop', 'delay-segment': 'delay', dup: 'dup', corrupt: 'corrupt', edit: '' } as const;

/** What `synfin why three` draws is the scenario `why-three`: it is searched for now. */
function counterexample(text: string): Scenario | undefined {
  if (!text.startsWith(WHY_PREFIX)) return undefined;
  const question = whyNamed(text.slice(WHY_PREFIX.length));
  return question === undefined ? undefined : (counterexampleOf(question) ?? undefined);
}

/** The scenario of an id. Throws a UsageError that names those it may have meant. */
export function wantedScenario(text: string): Scenario {
  const found = scenarioNamed(text) ?? counterexample(text);
  if (found !== undefined) return found;
  const near = nearNames(
    text,
    scenarios.map(({ id }) => id),
  );
  if (near.length === 0) throw new UsageError('noScenario', { text });
  throw new UsageError('noScenarioNear', { text, near: near.join(', ') });
}

/** The changes that the options ask for, as texts. Throws a UsageError for one that cannot be understood. */
export function editsOf(values: Values): string[] {
  return Object.entries(VERBS).flatMap(([option, verb]) =>
    optionTexts(values, option).map((text) => {
      const edit = `${verb} ${text}`.trim();
      try {
        parseEdit(edit);
      } catch (error) {
        if (!(error instanceof EditError)) throw error;
        throw new UsageError('badEdit', { option: `--${option}`, why: error.message });
      }
      return edit;
    }),
  );
}

/** A time of an option: milliseconds, or with a unit, `30s`. */
function timeOf(values: Values, name: string, least: number, most: number): number | undefined {
  const text = optionText(values, name);
  if (text === undefined) return undefined;
  const ms = parseTime(text);
  if (ms !== null && ms >= least && ms <= most) return ms;
  return parseWhole(text, `--${name}`, least, most);
}

/** How the options want a scenario to be run. */
export function runOptionsOf(values: Values): RunOptions {
  const mslMs = timeOf(values, 'msl', 1, RUN_LIMITS.mslMs);
  const delayMs = timeOf(values, 'delay', 0, RUN_LIMITS.delayMs);
  const seed = optionText(values, 'seed');
  const rules = rulesOf(values);
  return {
    edits: editsOf(values),
    ...(seed === undefined ? {} : { seed: parseWhole(seed, '--seed', 0, RUN_LIMITS.seed) }),
    ...(mslMs === undefined ? {} : { mslMs }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(rules === undefined ? {} : { rules }),
  };
}

/** The TCP without a rule that --rules names. */
function rulesOf(values: Values): RunOptions['rules'] {
  const text = optionText(values, 'rules');
  if (text === undefined) return undefined;
  // What the host forgets, and not TCP, shows in the checker only.
  const known = mutants.filter(({ unbounded }) => unbounded !== true);
  const found = known.find(({ id }) => id === text);
  if (found !== undefined) return { id: found.id, rules: found.rules };
  const choices = known.map(({ id }) => id).join(', ');
  throw new UsageError('notOneOf', { what: '--rules', choices, text });
}

/** `synfin run --list` */
export function listScenarios(values: Values, io: Io): number {
  const { lang } = io;
  if (values['json'] === true) {
    const list = scenarios.map(({ id, group, title, question }) => ({ id, group, title, question }));
    io.stdout.write(`${JSON.stringify(list, null, 1)}\n`);
    return 0;
  }
  const show = new Show(io, showOptionsOf(values, io));
  const column = Math.max(...scenarios.map(({ id }) => id.length)) + 4;
  const width = Math.max(show.options.width, 72) - column;
  GROUPS.forEach((group, i) => {
    const members = scenarios.filter((scenario) => scenario.group === group);
    if (members.length === 0) return;
    if (i > 0) show.lines('');
    show.title(t(lang, `group_${group}`));
    for (const { id, title, question } of members) {
      const [first = '', ...rest] = wrapText(title[lang], width);
      show.lines(`  ${id.padEnd(column - 2)}${first}`);
      const more = [...rest, ...wrapText(question[lang], width)];
      for (const line of more) show.lines(' '.repeat(column) + line);
    }
  });
  return 0;
}

/** Options that make no sense beside each other, first come first told. */
function contradictions(values: Values, io: Io): void {
  if (values['close'] !== undefined) throw new UsageError('notWithScenario', { option: '--close' });
  if (values['peer'] !== undefined) {
    const text = optionText(values, 'peer') ?? '';
    if (!PEERS.some((peer) => peer === text))
      throw new UsageError('notOneOf', { what: '--peer', choices: PEERS.join(', '), text });
    const against = ['tui', 'seed', 'rules'].find((name) => values[name] !== undefined);
    if (text === 'kernel' && against !== undefined)
      throw new UsageError('notTogether', { a: '--peer kernel', b: `--${against}` });
  }
  const outputs = ['json', 'mermaid', 'plot', 'tui'].filter((name) => values[name] === true);
  if (values['svg'] === '-') outputs.push('svg -');
  const [a, b] = outputs;
  if (a !== undefined && b !== undefined) throw new UsageError('notTogether', { a: `--${a}`, b: `--${b}` });
  const { isTTY } = io.stdout as { isTTY?: boolean };
  if (values['tui'] === true && (isTTY !== true || values['plain'] === true))
    throw new UsageError('tuiNeedsTerminal');
}

/** `synfin run SCENARIO`; null: the viewer's list of scenarios. */
export async function runScenarioCommand(name: string | null, values: Values, io: Io): Promise<number> {
  const scenario = name === null ? null : wantedScenario(name);
  contradictions(values, io);
  const options = runOptionsOf(values);
  if (values['tui'] === true || scenario === null) {
    const { openViewer } = await import('./tui/index.ts');
    return openViewer(io, showOptionsOf(values, io), options, scenario);
  }
  let played: ScenarioRun;
  let cutShortMs: number | null = null;
  if (values['peer'] === 'kernel') {
    const onKernel = await playedOnKernel(scenario, options, io);
    if (typeof onKernel === 'number') return onKernel;
    played = onKernel;
    cutShortMs = cutShort(scenario, options);
  } else played = playScenario(scenario, options);
  const { trace } = played;
  const files = writeFiles(trace, scenario, values, { command: 'run', io });
  if (files === null) return 1;
  const look = { lang: io.lang, absolute: values['absolute'] === true };
  if (values['json'] === true) io.stdout.write(`${JSON.stringify(trace, null, 1)}\n`);
  else if (values['mermaid'] === true) io.stdout.write(mermaidLadder(trace, look));
  else if (values['svg'] === '-') io.stdout.write(picture(trace, scenario, look));
  else {
    const show = new Show(io, showOptionsOf(values, io));
    tellScenario(show, scenario, played, io, { plot: values['plot'] === true, cutShortMs });
    for (const file of files) show.say('labWrote', { file });
  }
  return tellUnmatched(played, io, 'synfin run');
}

/** When a run in real time is ended, milliseconds. */
function realTimeMs({ untilMs }: Scenario): number {
  return Math.min(untilMs ?? MOST_REAL_MS, MOST_REAL_MS);
}

/** That time, if the scenario goes on for longer; else null. */
function cutShort(scenario: Scenario, { edits = [], mslMs = REAL_MSL_MS }: RunOptions): number | null {
  const ms = realTimeMs(scenario);
  const last = playScenario(scenario, { edits, mslMs }).trace.events.at(-1)?.t ?? 0;
  return last > ms * 1000 ? ms : null;
}

/** A run with the kernel of this machine at the right end; or the exit code, when that cannot be had or is elsewhere. */
async function playedOnKernel(
  scenario: Scenario,
  { edits = [], mslMs = REAL_MSL_MS, delayMs = scenario.setup.delayMs ?? 20 }: RunOptions,
  io: Io,
): Promise<ScenarioRun | number> {
  const why = await whyNoKernel();
  if (why !== '') {
    io.stderr.write(`synfin run: ${t(io.lang, 'runKernelNeeded', { why })}\n`);
    return 1;
  }
  if (!inNamespace()) return reexecInNamespace(process.argv.slice(1));
  const { KernelProgramError, playOnKernel } = await import('./scenario-kernel.ts');
  try {
    await bringLoopbackUp();
    const untilMs = realTimeMs(scenario);
    const trace = await playOnKernel(scenario, { kernel: 'right', edits, mslMs, delayMs, untilMs });
    return { trace, ended: 'time', edits: [] };
  } catch (error) {
    if (!(error instanceof KernelProgramError)) throw error;
    io.stderr.write(`synfin run: ${t(io.lang, 'runKernelNeeded', { why: error.message })}\n`);
    return 1;
  }
}

/** How a scenario is told. */
export interface Telling {
  /** The explanation stands before the ladder, as an answer. */
  readonly first?: boolean;
  /** Plots of what the ends send instead of the ladder. */
  readonly plot?: boolean;
  /** The run was ended at that time, before everything that the scenario does; null: it was not. */
  readonly cutShortMs?: number | null;
}

/** Title, question, ladder, explanation. */
export function tellScenario(
  show: Show,
  scenario: Scenario,
  { trace, ended }: ScenarioRun,
  io: Io,
  { first = false, plot = false, cutShortMs = null }: Telling = {},
): void {
  const { lang } = io;
  const { title, question } = scenario;
  show.title(`${scenario.id}: ${title[lang]}`);
  show.say('labQuestion', { text: question[lang] });
  if (first) show.say('askAnswer', { text: scenario.explanation[lang] });
  const { right } = trace.ends;
  if (trace.scenario !== undefined && trace.scenario.rules !== 'rfc9293')
    show.say('runNotReal', {
      mutant: trace.scenario.rules,
      text: mutantNamed(trace.scenario.rules).rule[lang],
    });
  if (right.states === 'observed') show.say('runObserved', { peer: right.name });
  if (trace.scenario !== undefined) {
    const { edits, seed, mslMs, delayMs } = trace.scenario;
    show.say('labSettings', { delay: delayMs, msl: secondsText(mslMs), seed });
    if (edits.length > 0) show.say('labEdits', { edits: edits.join('; ') });
  }
  show.lines('');
  if (plot) tellPlots(show, trace, io);
  else show.ladder(trace);
  if (ended === 'bound') show.say('runBound', { events: trace.events.length });
  if (cutShortMs !== null) show.say('labCutShort', { seconds: secondsText(cutShortMs), id: scenario.id });
  const about = cutShortMs === null ? writtenAbout(scenario, trace) : null;
  if (about !== scenario) {
    show.lines('');
    show.say('labInThisRun', { text: summarize(trace, lang) });
    show.lines('');
    if (about === null) {
      if (cutShortMs === null) show.say('labUnchanged', { id: scenario.id });
      return;
    }
    show.say('labTwin', { id: about.id, title: about.title[lang] });
  }
  const { explanation, notice, linux } = about;
  if (!first) {
    show.lines('');
    show.text(explanation[lang]);
  }
  if (notice.length > 0) {
    show.lines('');
    show.say('labNotice');
    for (const text of notice) show.text(text[lang], '- ');
  }
  if (linux !== undefined) {
    show.lines('');
    show.say('labLinux', { text: linux[lang] });
  }
}

/** Plots of connection 0, of the end that sent more text. */
function tellPlots(show: Show, trace: Trace, { lang }: Io): void {
  const look = { width: Math.min(show.options.width, MOST_PLOT_WIDTH), height: PLOT_HEIGHT, lang };
  const sent = { left: 0, right: 0 };
  for (const event of trace.events)
    if (event.kind === 'sent' && event.connection === 0) sent[event.from] += event.segment.length;
  const end = sent.left >= sent.right ? 'left' : 'right';
  if (sent[end] === 0) {
    show.say('plotNothing');
    return;
  }
  plotLines(senderSeries(trace, end), timeSequence(trace, end), look).forEach((lines, i) => {
    if (i > 0) show.lines('');
    show.lines(...lines);
  });
}

/** The scenario whose texts hold for a run: its own, unless it was changed into that of another, or into none (null). */
function writtenAbout(scenario: Scenario, trace: Trace): Scenario | null {
  const run = trace.scenario;
  if (run === undefined || (run.edits.length === 0 && run.rules === (scenario.rules ?? 'rfc9293')))
    return scenario;
  return twinOf(trace, [scenario, ...scenarios]) ?? null;
}

/** Says which of the user's changes matched nothing; the exit code. */
export function tellUnmatched({ edits, trace }: ScenarioRun, io: Io, command: string): number {
  const own = new Set(trace.scenario?.edits.map((edit) => edit.trim()));
  const idle = edits.filter(({ text, acted }) => acted === 0 && own.has(text));
  for (const { text } of idle)
    io.stderr.write(`${command}: ${t(io.lang, 'editUnmatched', { edit: text })}\n`);
  return idle.length === 0 ? 0 : 1;
}
