// Which faults of a swarm a failure needs: the run again, without one after the other, as long as it fails in the same way.

import { runOnce } from './run-once.ts';
import type { Scenario } from './runs.ts';
import type { SimulationOptions } from './simulation-options.ts';

/** What an error of a run is called, without times and seeds. */
export function kindOf(error: unknown): string {
  const { name, code, message, cause } = error as {
    name?: string;
    code?: string;
    message?: string;
    cause?: { message?: string };
  };
  return `${name} ${code} ${(cause?.message ?? message ?? '').split('\n')[0]?.replace(/[0-9.]+/g, '#')}`;
}

/** The fewest faults, and the failure with these alone. */
export interface Fewest {
  readonly error: unknown;
  readonly faults: readonly string[];
}

/** See above. `planned`: all faults of the run that failed with `error`. */
export async function fewestFaults(
  error: unknown,
  planned: readonly string[],
  options: SimulationOptions,
  scenario: Scenario,
): Promise<Fewest> {
  const without = new Set<number>();
  for (let i = 0; i < planned.length; i++) {
    without.add(i);
    try {
      await runOnce(options, scenario, { without, isQuiet: true });
    } catch (again) {
      if (kindOf(again) === kindOf(error)) continue;
    }
    without.delete(i);
  }
  const faults = planned.filter((_, i) => !without.has(i));
  if (without.size === 0) return { error, faults };
  // Once more, to be told of.
  const last = await runOnce(options, scenario, { without }).then(
    () => error,
    (again) => again,
  );
  return { error: last, faults };
}

/** What is told of them. */
export function fewestText(planned: readonly string[], { faults }: Fewest): string {
  return `of ${planned.length} faults of the swarm ${
    faults.length === 0 ? 'none is needed for it' : `these are enough:\n  ${faults.join('\n  ')}`
  }`;
}
