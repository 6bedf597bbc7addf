// The whole battery: the TLA+ model, every bounded model of the real engine to its end, every mutant until its property
// falls. Each check is a generator that yields its progress, so that whoever drives it may show it, and may stop.

import { type Mutant, mutants } from '../../mutants/index.ts';
import { playScenario } from '../../scenario/index.ts';
import type { Text } from '../../text/index.ts';
import {
  configNamed,
  configs,
  type ModelConfig,
  type PropertyName,
  story,
  storyText,
  TcpModel,
} from '../model/index.ts';
import { brokenAt, differenceFrom, replayOf } from '../replay/index.ts';
import {
  type Bound,
  checkLiveness,
  type Progress,
  Search,
  type SearchResult,
  type System,
} from '../search/index.ts';
import { TcpModel as TlaModel } from '../tla/index.ts';
import { seenSometimes } from './sometimes.ts';

/** Transitions between two looks at the progress. */
const SLICE = 50_000;
/** TLC's counts of the TLA+ model (tlaplus/Examples, specifications/tcp): distinct, generated, depth. */
export const TLA_COUNTS = { states: 1182, generated: 6322, depth: 14 } as const;

/** A bounded model, and how it is searched. */
export interface ModelItem {
  readonly id: string;
  /** `quick`: with every change. `full`: when there is time. */
  readonly tier: 'quick' | 'full';
  /** Whether the graph is kept, so that liveness is checked, too. */
  readonly liveness: boolean;
  /** States this far from the start are the last: there are more than reasonable memory holds. */
  readonly maxDepth?: number;
}

/** Models whose graph is too large to be kept. */
const LARGE = new Set(['close-orders', 'close-orders-delayed', 'attacker']);
/** Models that take their time. */
const SLOW = new Set([
  'closing-slow',
  'two-incarnations',
  'old-duplicates',
  'reincarnations',
  'closed-window',
]);
/** Models that nobody has seen the end of, and how far they are searched: a depth gives the same counts everywhere. */
const DEPTHS: Readonly<Record<string, number>> = { 'two-incarnations': 13, 'old-duplicates': 20 };

/** Models of a mutant alone: `reincarnations` with one duplicate more is too large to be searched to its end. */
const OF_MUTANTS = new Set(['assassination']);

/** All models. */
export const modelItems: readonly ModelItem[] = configs
  .filter(({ id }) => !OF_MUTANTS.has(id))
  .map(({ id }) => ({
    id,
    tier: SLOW.has(id) ? 'full' : 'quick',
    liveness: !LARGE.has(id) && !SLOW.has(id),
    ...(DEPTHS[id] === undefined ? {} : { maxDepth: DEPTHS[id] }),
  }));

/** What a search of a model has found. `ms` and what follows it are the machine's, everything else is always the same. */
export interface ModelReport {
  readonly id: string;
  readonly outcome: 'exhausted' | 'bounded' | 'violated';
  readonly states: number;
  readonly transitions: number;
  readonly cuts: number;
  readonly depth: number;
  /** Every state nearer than this to the start was expanded; what ended a search that is `bounded`. */
  readonly depthCompleted: number;
  readonly bound: Bound | null;
  /** Properties that were broken; `fails` of the model names those that must be. */
  readonly broken: readonly string[];
  /** Liveness properties that do not hold; null when the graph was not kept. */
  readonly liveness: readonly string[] | null;
  /** What fails by design. */
  readonly fails: readonly string[];
  /** What was shown sometimes. */
  readonly facts: readonly string[];
  readonly factsOfAll: number;
  /** Octets of an encoded state, on average, and held for each in the store. */
  readonly encodedPerState: number;
  /** The shortest story to something that must not be broken; null. */
  readonly story: string | null;
  readonly ms: number;
  readonly bytesPerState: number;
  /** Probability that a state was taken for another and so left out. */
  readonly omission: number;
}

/** Limits of a search. */
export interface Limits {
  readonly maxStates?: number;
  readonly maxBytes?: number;
  /** A clock, milliseconds. */
  readonly now?: () => number;
}

/** The bounds of a model in words. */
export function boundsText(config: ModelConfig): Text {
  const { network, losses, duplicates, injections = 0, crashes = 0, incarnations, patient, flood } = config;
  const en = [
    `${network} network`,
    losses === null ? 'any loss' : `losses ≤ ${losses}`,
    `duplicates ≤ ${duplicates}`,
    ...(injections > 0 ? [`forged ≤ ${injections}`] : []),
    ...(crashes > 0 ? [`crashes ≤ ${crashes}`] : []),
    ...(incarnations === undefined ? [] : [`incarnations ≤ ${incarnations}`]),
    ...(patient === true ? ['nobody gives up'] : []),
    ...(flood === undefined ? [] : [`SYN flood of ${flood.syns}`]),
  ];
  const zh = [
    network === 'fast' ? '快网络' : '慢网络',
    losses === null ? '丢失不限' : `丢失 ≤ ${losses}`,
    `复制 ≤ ${duplicates}`,
    ...(injections > 0 ? [`伪造 ≤ ${injections}`] : []),
    ...(crashes > 0 ? [`崩溃 ≤ ${crashes}`] : []),
    ...(incarnations === undefined ? [] : [`化身 ≤ ${incarnations}`]),
    ...(patient === true ? ['永不放弃'] : []),
    ...(flood === undefined ? [] : [`SYN 洪泛 ${flood.syns} 个`]),
  ];
  return { en: en.join(', '), zh: zh.join('，') };
}

/** The system of a model: what threads search. */
export function modelSystem(id: string): System {
  return new TcpModel(configNamed(id));
}

/** Searches a model. */
export function* searchModel(
  item: ModelItem,
  { now, ...limits }: Limits = {},
): Generator<Progress, ModelReport> {
  const began = now?.() ?? 0;
  const search = new Search(modelSystem(item.id), {
    memory: item.liveness ? 'exact' : 'compact',
    graph: item.liveness,
    stopAt: 0,
    ...(item.maxDepth === undefined ? {} : { maxDepth: item.maxDepth }),
    ...limits,
  });
  while (!search.run(SLICE)) yield search.progress();
  const liveness = item.liveness
    ? checkLiveness(search, { cuts: 'absent' }).flatMap(({ id, verdict }) =>
        verdict === 'holds' ? [] : [id],
      )
    : null;
  return modelReport(item, search.result(), liveness, (now?.() ?? 0) - began);
}

/** The report of a search that was done elsewhere: on threads. */
export function modelReport(
  { id }: ModelItem,
  result: SearchResult,
  liveness: readonly string[] | null,
  ms: number,
): ModelReport {
  const config = configNamed(id);
  const { fails = [] } = config;
  const broken = result.violations.filter(({ count }) => count > 0);
  const wrong = broken.find((finding) => !fails.includes(finding.id));
  const facts = result.coverage.filter(({ count }) => count > 0);
  return {
    id,
    outcome: result.outcome === 'running' ? 'bounded' : result.outcome,
    states: result.states,
    transitions: result.transitions,
    cuts: result.cuts,
    depth: result.depth,
    depthCompleted: result.depthCompleted,
    bound: result.bound ?? null,
    broken: broken.map((finding) => finding.id),
    liveness,
    fails,
    facts: facts.map((fact) => fact.id),
    factsOfAll: result.coverage.length,
    encodedPerState: result.encodedPerState,
    story: wrong?.story === undefined ? null : storyText(story(config, {}, wrong.story)),
    ms,
    bytesPerState: result.bytesPerState,
    omission: result.omission,
  };
}

/** Whether a model was found as it must be. */
export function isModelAsExpected(item: ModelItem, report: ModelReport): boolean {
  const { outcome, broken, liveness, fails } = report;
  if (outcome !== 'exhausted' && !(outcome === 'bounded' && item.maxDepth !== undefined)) return false;
  if (liveness === null) return broken.every((id) => fails.includes(id));
  const found = [...broken, ...liveness].sort();
  return found.length === fails.length && [...fails].sort().every((id, i) => id === found[i]);
}

/** What became of a mutant. */
export interface MutantReport {
  readonly id: string;
  readonly config: string;
  readonly property: PropertyName;
  /** Actions of the shortest counterexample; null: none was found. */
  readonly steps: number | null;
  /** What it is known to be. */
  readonly known: number;
  readonly states: number;
  /** The shortest story. */
  readonly story: string;
  /** Why the ordinary simulator does not repeat it; null: it does. */
  readonly difference: string | null;
  /** Whether the property falls on the simulator's trace, too. */
  readonly brokenOnTrace: boolean;
  readonly ms: number;
}

/** Most states in which a counterexample is looked for. */
const MUTANT_STATES = 500_000;

/** Searches for the counterexample of a mutant, and has the simulator repeat it. */
export function* searchMutant(mutant: Mutant, { now }: Limits = {}): Generator<Progress, MutantReport> {
  const { id, config, property, rules, unbounded, steps: known } = mutant;
  const began = now?.() ?? 0;
  const model = configNamed(config);
  const options = { rules, unbounded: unbounded === true, properties: [property] };
  const search = new Search(new TcpModel(model, options), {
    memory: 'compact',
    graph: false,
    maxStates: MUTANT_STATES,
  });
  while (!search.run(SLICE)) yield search.progress();
  const { states, violations } = search.result();
  const ms = (now?.() ?? 0) - began;
  const found = violations.find(({ count }) => count > 0)?.story;
  const report = { id, config, property, known, states, ms };
  if (found === undefined)
    return { ...report, steps: null, story: '', difference: null, brokenOnTrace: false };
  const text = { en: id, zh: id };
  const words = { id, group: 'open', title: text, question: text, explanation: text, notice: [] } as const;
  const replay = replayOf(model, options, found, words, id);
  const { trace } = playScenario(replay.scenario);
  return {
    ...report,
    steps: found.actions.length,
    story: storyText(replay.story),
    difference: differenceFrom(replay.story, trace),
    brokenOnTrace: brokenAt(trace, property) !== null,
  };
}

/** Whether a mutant fell as it must. */
export function isMutantAsExpected({ steps, known, difference, brokenOnTrace }: MutantReport): boolean {
  return steps === known && difference === null && brokenOnTrace;
}

/** The TLA+ model. */
export interface TlaReport {
  readonly states: number;
  readonly generated: number;
  readonly depth: number;
  /** Its invariant and its temporal property hold. */
  readonly holds: boolean;
  readonly ms: number;
}

/** Searches the TLA+ model. */
export function searchTla({ now }: Limits = {}): TlaReport {
  const began = now?.() ?? 0;
  const search = new Search(new TlaModel());
  search.run();
  const { states, initials, transitions, cuts, depth, violations } = search.result();
  const live = checkLiveness(search, { cuts: 'absent' });
  return {
    states,
    generated: initials + transitions + cuts,
    depth: depth + 1,
    holds: violations.every(({ count }) => count === 0) && live.every(({ verdict }) => verdict === 'holds'),
    ms: (now?.() ?? 0) - began,
  };
}

/** Whether the TLA+ model has the counts that TLC published. */
export function isTlaAsExpected({ states, generated, depth, holds }: TlaReport): boolean {
  return (
    holds && states === TLA_COUNTS.states && generated === TLA_COUNTS.generated && depth === TLA_COUNTS.depth
  );
}

/** Everything that was found. */
export interface CheckReport {
  readonly tier: 'quick' | 'full';
  readonly tla: TlaReport;
  readonly models: readonly ModelReport[];
  readonly mutants: readonly MutantReport[];
}

/** The mutants, in the order in which they are checked. */
export const mutantItems: readonly Mutant[] = mutants;

/** Facts that no model showed. */
export function missingFacts(models: readonly ModelReport[]): string[] {
  const seen = new Set(models.flatMap(({ facts }) => facts));
  return new TcpModel(configNamed('crash')).coverageNames.filter((fact) => !seen.has(fact));
}

/** What must be seen sometimes, and the facts of it that no model showed. */
export function sometimesOf(models: readonly ModelReport[]): ReturnType<typeof seenSometimes> {
  return seenSometimes(new Set(models.flatMap(({ facts }) => facts)));
}

/** What is not as it must be, a line each; empty: everything is. */
export function unexpected(report: CheckReport): string[] {
  const wrong: string[] = [];
  if (!isTlaAsExpected(report.tla)) wrong.push('tla');
  for (const model of report.models) {
    const item = modelItems.find(({ id }) => id === model.id);
    if (item === undefined || !isModelAsExpected(item, model)) wrong.push(model.id);
  }
  for (const mutant of report.mutants) if (!isMutantAsExpected(mutant)) wrong.push(mutant.id);
  for (const { text, missing } of sometimesOf(report.models)) if (missing.length > 0) wrong.push(text.en);
  return wrong;
}
