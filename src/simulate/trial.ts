// One seed of a scenario: the run, once more where it is to be compared with itself, and again with fewer faults where it has
// failed; and what all that has come to.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { amended, SimulationError } from './errors.ts';
import { fewestFaults, fewestText } from './fewest.ts';
import { differenceOf, type Recorded, runOnce } from './run-once.ts';
import type { Scenario } from './runs.ts';
import type { Simulation } from './simulation.ts';
import type { SimulationOptions } from './simulation-options.ts';

/** How a seed is tried. */
export interface TrialOptions {
  /** Whether the run is made twice, and compared. */
  readonly check: boolean;
  /** Whether a failing run with a swarm is made again with fewer faults. */
  readonly shrink: boolean;
}

/** @internal What a seed has come to. */
export interface Trial {
  readonly seed: number | string;
  /** What it failed with; undefined: it did not. */
  readonly error: unknown;
  /** Microseconds of virtual time. */
  readonly virtualUs: number;
  /** Segments that were sent; 0 without a trace. */
  readonly segments: number;
  /** Digests of what was sent, and of what was logged. */
  readonly trace: string;
  readonly log: string;
  /** Faults that swarms had planned, and of these the fewest that the failure needs; null: it was not looked for. */
  readonly planned: readonly string[];
  readonly needed: readonly string[] | null;
  /** What was asked for by `sometimes`, and whether it was seen. */
  readonly seen: ReadonlyMap<string, boolean>;
  /** The folder with the files of the failure, without where it is; null: there is none. */
  readonly report: string | null;
}

/** Tries a seed. @throws what options that make no sense throw */
export async function trial(
  options: SimulationOptions,
  scenario: Scenario,
  { check, shrink }: TrialOptions,
): Promise<Trial> {
  let facts: Omit<Trial, 'error' | 'needed'> | null = null;
  const ended = (sim: Simulation): void => {
    facts = factsOf(sim);
  };
  const done = (error: unknown, needed: readonly string[] | null): Trial => {
    if (facts === null) throw error; // there was no simulation
    return { ...facts, error, needed };
  };
  let one: Recorded;
  try {
    one = await runOnce(options, scenario, { isRecorded: check, ended });
  } catch (error) {
    const planned = (facts as Trial | null)?.planned ?? [];
    if (!shrink || planned.length === 0) return done(error, null);
    const fewest = await fewestFaults(error, planned, options, scenario);
    return done(amended(fewest.error, fewestText(planned, fewest)), fewest.faults);
  }
  return done(check ? await differs(one, options, scenario) : undefined, null);
}

/** The error of a second run, or of one that is not as the first; undefined: they are equal. */
async function differs(one: Recorded, options: SimulationOptions, scenario: Scenario): Promise<unknown> {
  try {
    const difference = differenceOf(one, await runOnce(options, scenario, { isRecorded: true }));
    if (difference === null) return undefined;
    const { seed } = options;
    return new SimulationError(
      'ERR_SIM_DIFFERS',
      `the second run of seed ${seed} differs from the first ${difference}`,
      seed === undefined ? {} : { seed },
    );
  } catch (error) {
    return error;
  }
}

function factsOf(sim: Simulation): Omit<Trial, 'error' | 'needed'> {
  return {
    seed: sim.seed,
    virtualUs: sim.world.now(),
    segments: sim.trace.segments,
    trace: sim.trace.digest,
    log: createHash('sha256').update(sim.logged.join('\n')).digest('hex').slice(0, 16),
    planned: [...sim.planned],
    seen: sim.seen,
    report: sim.reported === null ? null : basename(sim.reported),
  };
}
