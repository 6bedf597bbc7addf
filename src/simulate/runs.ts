// Scenarios that are run again and again: for many seeds, twice for each to see whether it repeats, and with fewer faults to
// see which of them matter.

import { flag, func, list, Schema, text, whole } from '../options/index.ts';
import { amended, SimulationError } from './errors.ts';
import { Simulation } from './simulation.ts';
import { type SimulationOptions, seedFrom, simulationOptions } from './simulation-options.ts';

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
const runsOptions = new Schema<RunsOptions>('simulate', {
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

/** A run as it is compared with another. */
interface Recorded {
  readonly events: readonly { readonly text: string; readonly at: { readonly stack?: string } }[];
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
    const settings = { ...rest, seed };
    let one: Recorded;
    try {
      one = await runOnce(settings, scenario, isChecked, new Set(), seen);
    } catch (error) {
      throw shrink ? await shrunk(error, settings, scenario) : error;
    }
    if (!isChecked) continue;
    const two = await runOnce(settings, scenario, true, new Set(), null);
    const difference = differenceOf(one, two);
    if (difference !== null)
      throw new SimulationError(
        'ERR_SIM_DIFFERS',
        `the second run of seed ${seed} differs from the first ${difference}`,
        {
          seed,
        },
      );
  }
  const never = [...seen].filter(([, times]) => times === 0).map(([name]) => name);
  if (never.length > 0 && asked.seed === undefined)
    throw new SimulationError(
      'ERR_SIM_NEVER',
      `never seen in ${seeds.length} runs (seeds ${seeds[0]} to ${seeds.at(-1)}): ${never.join(', ')}. What is never seen is not tested: more runs, or other faults`,
    );
  return { seeds, sometimes: seen };
}

async function runOnce(
  options: SimulationOptions,
  scenario: Scenario,
  isRecorded: boolean,
  without: ReadonlySet<number>,
  seen: Map<string, number> | null,
): Promise<Recorded> {
  const events: Recorded['events'][number][] = [];
  const sim = new Simulation(options);
  sim.without = without;
  if (isRecorded)
    sim.observe((text) => {
      const at = {};
      Error.captureStackTrace(at);
      events.push({ text, at });
    });
  try {
    await scenario(sim);
  } catch (error) {
    const failure = sim.failed(error);
    noteFaults(failure, sim.planned);
    sim.close();
    throw failure;
  }
  await sim[Symbol.asyncDispose]();
  for (const [name, holds] of sim.seen) seen?.set(name, (seen.get(name) ?? 0) + (holds ? 1 : 0));
  return { events };
}

/** The first event that two runs do not have in common. */
function differenceOf({ events: one }: Recorded, { events: two }: Recorded): string | null {
  const n = Math.max(one.length, two.length);
  for (let i = 0; i < n; i++) {
    const [a, b] = [one[i], two[i]];
    if (a?.text === b?.text) continue;
    const side = (name: string, event: typeof a): string =>
      event === undefined
        ? `\n${name}: nothing more`
        : `\n${name}: ${event.text}\n${framesOf(event.at.stack)}`;
    return `at event ${i + 1}:${side('first', a)}${side('second', b)}`;
  }
  return null;
}

/** Where a program did it: without what is the simulation's. */
function framesOf(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').slice(1);
  const own = frames.filter(
    (frame) => !/[\\/]simulate[\\/](?!.*\.test\.)|\(?node:|[\\/]socket[\\/]node[\\/]/.test(frame),
  );
  return (own.length > 0 ? own : frames.slice(0, 4)).slice(0, 6).join('\n');
}

const FAULTS = Symbol('faults of a run');

/** What an error of a run is called, without times and seeds. */
function kindOf(error: unknown): string {
  const { name, code, message, cause } = error as {
    name?: string;
    code?: string;
    message?: string;
    cause?: { message?: string };
  };
  return `${name} ${code} ${(cause?.message ?? message ?? '').split('\n')[0]?.replace(/[0-9.]+/g, '#')}`;
}

/** The run again, without one fault after the other, as long as it fails in the same way: the fewest faults. */
async function shrunk(error: unknown, options: SimulationOptions, scenario: Scenario): Promise<unknown> {
  const planned = (error as { [FAULTS]?: readonly string[] } | null)?.[FAULTS];
  if (planned === undefined || planned.length === 0 || !(error instanceof Error)) return error;
  const without = new Set<number>();
  let last: unknown = error;
  for (let i = 0; i < planned.length; i++) {
    without.add(i);
    try {
      await runOnce(options, scenario, false, without, null);
    } catch (again) {
      if (kindOf(again) === kindOf(error)) {
        last = again;
        continue;
      }
    }
    without.delete(i);
  }
  const left = planned.filter((_, i) => !without.has(i));
  return amended(
    last,
    `of ${planned.length} faults of the swarm ${
      left.length === 0 ? 'none is needed for it' : `these are enough:\n  ${left.join('\n  ')}`
    }`,
  );
}

/** Notes, in the error of a run, the faults that its swarm had planned. */
function noteFaults(error: unknown, planned: readonly string[]): void {
  if (error instanceof Error) Object.defineProperty(error, FAULTS, { value: planned, configurable: true });
}
