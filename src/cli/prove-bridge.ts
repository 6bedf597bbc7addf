// `synfin prove --bridge`: the real engine against the theory, live.

import { setImmediate as turn } from 'node:timers/promises';
import {
  type BridgeReport,
  bridgeHosts,
  bridgeItems,
  bridgeModel,
  bridgeMutant,
  bridgeMutants,
  bridgeWalks,
  hostsMutants,
  likeTheory,
  neverUsedOf,
} from '../lab/proof/bridge/index.ts';
import { actionName } from '../lab/proof/index.ts';
import { grouped, secondsOf } from './check-progress.ts';
import { type Io, optionText, parseWhole, type Values } from './command.ts';
import { t } from './messages.ts';
import { Show, showOptionsOf } from './show.ts';

/** Transitions of the random walks, in the model and of real hosts each, and their seed. */
const WALKED = 1_000_000;
const SEED = 1;

function markOf(good: boolean): string {
  return good ? '✔' : '✘';
}

/** Runs to the end, letting others run meanwhile. */
async function done<T>(run: Generator<unknown, T>): Promise<T> {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

function tellReport(show: Show, report: BridgeReport, { lang }: Io): void {
  const { theory, id, outcome, states, transitions, questions, unexplained, outside, first } = report;
  const params = {
    mark: markOf(unexplained === 0),
    id: `${theory}: ${id}`,
    transitions: grouped(transitions),
    questions: grouped(questions),
    unexplained: grouped(unexplained),
  };
  if (outcome === 'walked') show.say('bridgeWalk', params);
  else {
    const ended = t(lang, outcome === 'exhausted' ? 'outcome_exhausted' : 'outcome_some');
    show.say('bridgeModel', { ...params, outcome: ended, states: grouped(states) });
  }
  if (outside > 0) show.say('bridgeOutside', { outside: grouped(outside) }, '    ');
  if (first !== null) show.say('bridgeFirst', { step: first }, '    ');
}

/** What was looked at for a mutant. */
interface MutantReport {
  readonly theory: string;
  readonly mutant: string;
  readonly config: string;
  readonly rules: readonly string[];
  readonly unexplained: number;
  /** By the theory without these rules; null: there are none. */
  readonly without: number | null;
  /** Whether that is as it must be. */
  readonly expected: boolean;
}

/** Looks at every mutant of a theory, or of all. */
async function* mutantReports(theory: string | null): AsyncGenerator<MutantReport> {
  for (const item of [...bridgeMutants, ...hostsMutants, ...likeTheory]) {
    if (theory !== null && item.theory.id !== theory) continue;
    const { mutant, config, rules } = item;
    const { unexplained } = bridgeMutant(item, []);
    await turn();
    const without = rules.length === 0 ? null : bridgeMutant(item, rules).unexplained;
    await turn();
    const alike = likeTheory.some((each) => each === item);
    const expected = alike ? unexplained === 0 : unexplained > 0 && (without ?? 0) === 0;
    yield { theory: item.theory.id, mutant, config: config.id, rules, unexplained, without, expected };
  }
}

function tellMutant(show: Show, report: MutantReport): void {
  const { theory, mutant, rules, unexplained, without, expected } = report;
  const params = { mark: markOf(expected), id: `${theory}: ${mutant}`, unexplained };
  if (without !== null) show.say('bridgeMutant', { ...params, rules: rules.join(', '), without });
  else if (unexplained === 0 && expected) show.say('bridgeLike', params);
  else show.say('bridgeMutantTime', params);
}

/** `synfin prove --bridge`, of one theory or of all (null); the exit code. */
export async function tellBridge(theory: string | null, values: Values, io: Io): Promise<number> {
  const json = values['json'] === true;
  const show = new Show(io, showOptionsOf({}, io));
  const text = optionText(values, 'steps');
  const steps = text === undefined ? WALKED : parseWhole(text, '--steps', 1, 4_000_000_000);
  const reports: BridgeReport[] = [];
  const began = performance.now();
  const add = (report: BridgeReport): void => {
    reports.push(report);
    if (!json) tellReport(show, report, io);
  };
  if (!json) show.say('bridgeTitle');
  for (const item of bridgeItems) {
    if (theory !== null && item.theory.id !== theory) continue;
    if (item.tier === 'quick' || values['full'] === true) add(await done(bridgeModel(item)));
  }
  if (theory === null || theory === 'base')
    for (const report of await done(bridgeWalks(steps, SEED))) add(report);
  for (const report of await done(bridgeHosts(steps, SEED, theory))) add(report);
  const unexplained = reports.reduce((n, report) => n + report.unexplained, 0);
  const transitions = reports.reduce((n, report) => n + report.transitions, 0);
  const never = neverUsedOf(reports);
  const seconds = secondsOf(performance.now() - began);
  if (!json) {
    show.say('bridgeDone', { transitions: grouped(transitions), seconds, unexplained });
    if (never.length > 0)
      show.say('bridgeNever', { actions: never.map((name) => actionName(name, io.lang)).join(', ') });
    show.say('bridgeMutants');
  }
  const mutants: MutantReport[] = [];
  for await (const report of mutantReports(theory)) {
    mutants.push(report);
    if (!json) tellMutant(show, report);
  }
  if (json)
    io.stdout.write(`${JSON.stringify({ transitions, unexplained, never, reports, mutants }, null, 1)}\n`);
  return unexplained === 0 && mutants.every(({ expected }) => expected) ? 0 : 1;
}
