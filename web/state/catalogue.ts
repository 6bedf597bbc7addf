// What can be shown: the scenarios of the lab, the counterexamples, and TCPs that forget a rule. The questions and the
// search are loaded when they are needed: ./answers.ts; so is what finds counterexamples: ./whys.ts.

import { scenarioNamed as namedInLab, type Scenario, scenarios } from '../../src/lab/index.ts';
import { mutants as all, type Mutant } from '../../src/lab/mutants/index.ts';

export { scenarios };

/** Counterexamples that were searched for, by the id of their question behind {@link WHY}; null: there is none. */
const found = new Map<string, Scenario | null>();
/** What ids of counterexamples begin with: `why-three`. */
export const WHY = 'why-';

/** Whether an id may be that of a counterexample that was not searched for yet: then scenarioNamed() does not know it. */
export function isUnsearched(id: string): boolean {
  return id.startsWith(WHY) && !found.has(id);
}

/** Searches for the counterexample of an id, unless that was done. */
export async function searchFor(id: string): Promise<void> {
  if (!isUnsearched(id)) return;
  const { counterexample } = await import('./whys.ts');
  found.set(id, counterexample(id.slice(WHY.length)));
}

/** The scenario of that id: one of the lab, or a counterexample that was searched for. */
export function scenarioNamed(id: string): Scenario | undefined {
  return namedInLab(id) ?? found.get(id) ?? undefined;
}

/** TCPs that forget one rule. One that forgets a rule of the host, not of TCP, cannot be run here. */
export const mutants: readonly Mutant[] = all.filter((one) => one.unbounded !== true);

/** The TCP of that id. */
export function mutantOf(id: string): Mutant | undefined {
  return mutants.find((one) => one.id === id);
}

/** The TCP of that id, one that forgets a rule of the host included: scenarios name such. */
export function rulesOf(id: string): Mutant | undefined {
  return all.find((one) => one.id === id);
}
