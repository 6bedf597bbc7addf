// What can be shown: the scenarios of the lab, the counterexamples, and TCPs that forget a rule. The questions and the
// search are loaded when they are needed: ./answers.ts.

import { counterexampleOf, WHY_PREFIX, whyNamed } from '../../src/lab/check/why/index.ts';
import { scenarioNamed as namedInLab, type Scenario, scenarios } from '../../src/lab/index.ts';
import { mutants as all, type Mutant } from '../../src/lab/mutants/index.ts';

export { scenarios };

const found = new Map<string, Scenario | undefined>();

/** The scenario of that id: one of the lab, or the counterexample of a question, `why-three`, which is searched for now. */
export function scenarioNamed(id: string): Scenario | undefined {
  const known = namedInLab(id);
  if (known !== undefined || !id.startsWith(WHY_PREFIX)) return known;
  const name = id.slice(WHY_PREFIX.length);
  const question = whyNamed(name);
  if (question?.id !== name) return undefined;
  if (!found.has(id)) found.set(id, counterexampleOf(question) ?? undefined);
  return found.get(id);
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
