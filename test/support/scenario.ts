// Scenarios, changed a little for a peer in real time.

import type { Scenario } from '../../src/lab/index.ts';

/** What is changed. */
export interface Changes {
  /** Octets of every write. */
  readonly octets?: number;
  /** Programs that close when they see the end of the stream close at once. */
  readonly prompt?: boolean;
}

/** The scenario with the changes. */
export function changed(scenario: Scenario, { octets, prompt }: Changes): Scenario {
  const steps = scenario.steps.map((step) => {
    const { when } = step;
    const waits = prompt === true && typeof when === 'object' && 'sees' in when;
    const at = waits ? { ...when, after: 0 } : when;
    return step.do === 'write' && octets !== undefined
      ? { ...step, when: at, what: octets }
      : { ...step, when: at };
  });
  return { ...scenario, steps };
}
