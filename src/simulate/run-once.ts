// One run of a scenario: its simulation from beginning to end, with what happened in it where it is to be compared.

import type { Scenario } from './runs.ts';
import { Simulation } from './simulation.ts';
import type { SimulationOptions } from './simulation-options.ts';

/** A run as it is compared with another. */
export interface Recorded {
  readonly events: readonly { readonly text: string; readonly at: { readonly stack?: string } }[];
}

/** How a run is made. */
export interface OnceOptions {
  /** Whether its events are recorded. */
  readonly isRecorded?: boolean;
  /** Faults of swarms that are left out, by their place in the plan. */
  readonly without?: ReadonlySet<number>;
  /** Whether it only matters how it ends: nothing is told of a failure, and nothing written. */
  readonly isQuiet?: boolean;
  /** Told at its end, however it ends, when the simulation is closed. */
  readonly ended?: (sim: Simulation) => void;
}

/** Runs a scenario; throws what it fails with. */
export async function runOnce(
  options: SimulationOptions,
  scenario: Scenario,
  { isRecorded = false, without, isQuiet = false, ended }: OnceOptions = {},
): Promise<Recorded> {
  const events: Recorded['events'][number][] = [];
  const sim = new Simulation(options);
  if (without !== undefined) sim.without = without;
  sim.isQuiet = isQuiet;
  if (isRecorded)
    sim.observe((text) => {
      const at = {};
      Error.captureStackTrace(at);
      events.push({ text, at });
    });
  try {
    await toItsEnd(sim, scenario);
  } finally {
    ended?.(sim);
  }
  return { events };
}

async function toItsEnd(sim: Simulation, scenario: Scenario): Promise<void> {
  try {
    await scenario(sim);
  } catch (error) {
    const failure = sim.failed(error);
    sim.close();
    throw failure;
  }
  sim.finish(true);
}

/** The first event that two runs do not have in common. */
export function differenceOf({ events: one }: Recorded, { events: two }: Recorded): string | null {
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
