// Scenarios that are run for many seeds: which, by options and environment, and what has to be seen over all of them.

import { flag, func, list, Schema, text, whole } from '../options/index.ts';
import { SimulationError } from './errors.ts';
import type { Simulation } from './simulation.ts';
import { type SimulationOptions, seedFrom, simulationOptions } from './simulation-options.ts';
import { type Trial, trial } from './trial.ts';

/** A scenario: what is done in a simulation. What it throws fails the run. */
export type Scenario = (sim: Simulation) => unknown;

/** Options of {@link simulate} with a scenario. */
export interface RunsOptions extends SimulationOptions {
  /** Runs, with seeds from `seed` on. Default: SYNFIN_RUNS, else 1. */
  runs?: number;
  /** Whether each run is made twice, and the two compared. Default: whether SYNFIN_CHECK is 1. */
  check?: boolean;
  /** What `sim.sometimes` has to see in one of the runs, beside what it is asked for. */
  sometimes?: readonly string[];
  /** Whether a failing run with a swarm is made again with fewer faults. Default true. */
  shrink?: boolean;
}

const { kinds } = simulationOptions;
/** Options of runs. */
export const runsOptions = new Schema<RunsOptions>('simulate', {
  ...kinds,
  runs: whole(1, 10_000_000),
  check: flag,
  sometimes: list(text),
  shrink: flag,
});

/** What runs have come to. */
export interface RunsResult {
  /** Of each run. */
  readonly seeds: readonly (number | string)[];
  /** What was seen sometimes, and in how many runs. */
  readonly sometimes: ReadonlyMap<string, number>;
}

/** What is asked for by SYNFIN_SEED and SYNFIN_RUNS. @throws OptionRangeError for what is no number of runs */
function environment(): { readonly seed: string | undefined; readonly runs: number | undefined } {
  const { SYNFIN_SEED = '', SYNFIN_RUNS = '' } = process.env;
  const runs = SYNFIN_RUNS === '' ? undefined : Number(SYNFIN_RUNS);
  if (runs !== undefined) runsOptions.kinds.runs.check(runs, 'simulate', 'SYNFIN_RUNS');
  return { seed: SYNFIN_SEED === '' ? undefined : SYNFIN_SEED, runs };
}

/** The seed of the n-th run. */
function seedOf(seed: number | string, n: number): number | string {
  if (n === 0) return seed;
  return typeof seed === 'number' ? seed + n : `${seed}/${n}`;
}

/** See {@link simulate}. */
export async function run(options: RunsOptions, scenario: Scenario): Promise<RunsResult> {
  runsOptions.check(options);
  func.check(scenario, 'simulate', 'scenario');
  const { runs, check, sometimes: wanted = [], shrink = true, ...rest } = options;
  const asked = environment();
  const isChecked = check ?? process.env['SYNFIN_CHECK'] === '1';
  const first = seedFrom(asked.seed ?? options.seed ?? 1);
  // A seed that is asked for by itself is the one that is to be repeated.
  const length = asked.runs ?? (asked.seed === undefined ? (runs ?? 1) : 1);
  const seeds = Array.from({ length }, (_, n) => seedOf(first, n));
  const seen = new Map<string, number>(wanted.map((name) => [name, 0]));
  for (const seed of seeds) {
    const { error, seen: ofRun } = await trial({ ...rest, seed }, scenario, { check: isChecked, shrink });
    if (error !== undefined) throw error;
    for (const [name, holds] of ofRun) seen.set(name, (seen.get(name) ?? 0) + (holds ? 1 : 0));
  }
  const never = [...seen].filter(([, times]) => times === 0).map(([name]) => name);
  if (never.length > 0 && asked.seed === undefined)
    throw new SimulationError(
      'ERR_SIM_NEVER',
      `never seen in ${seeds.length} runs (seeds ${seeds[0]} to ${seeds.at(-1)}): ${never.join(', ')}. What is never seen is not tested: more runs, or other faults`,
    );
  return { seeds, sometimes: seen };
}

/**
 * @internal One seed of a scenario, for who runs many of them in many processes: `seed` and `runs` of the options, and of the
 * environment, say nothing here.
 */
export async function tryScenario(options: RunsOptions, scenario: Scenario, seed: number): Promise<Trial> {
  runsOptions.check(options);
  func.check(scenario, 'simulate', 'scenario');
  const { runs: _, check, sometimes = [], shrink = true, ...rest } = options;
  const isChecked = check ?? process.env['SYNFIN_CHECK'] === '1';
  const tried = await trial({ ...rest, seed }, scenario, { check: isChecked, shrink });
  return { ...tried, seen: new Map([...sometimes.map((name) => [name, false] as const), ...tried.seen]) };
}
