// What can be shown: the scenarios and the questions of the lab, and the search in all that it has to say.

import { counterexampleOf, WHY_PREFIX, whyNamed } from '../../src/lab/check/why/index.ts';
import {
  type Finding,
  findInLab,
  scenarioNamed as namedInLab,
  questions,
  type Scenario,
  scenarioOf,
  scenarios,
  type Text,
} from '../../src/lab/index.ts';
import { mutants as all, type Mutant } from '../../src/lab/mutants/index.ts';

export { questions, scenarios };

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

/** A place that a search leads to. */
export interface Target {
  readonly kind: Finding['kind'];
  readonly title: Text;
  readonly scenario: string;
  readonly edits: readonly string[];
}

/** Hits below this have little of what was asked. */
const LEAST_SCORE = 0.12;
const MOST = 24;

function targetOf(finding: Finding): Target | null {
  const scenario = scenarioOf(finding);
  if (scenario === null || scenarioNamed(scenario) === undefined) return null;
  switch (finding.kind) {
    case 'scenario':
      return { kind: 'scenario', title: finding.scenario.title, scenario, edits: [] };
    case 'question':
      return {
        kind: 'question',
        title: finding.question.question,
        scenario,
        edits: finding.question.edits ?? [],
      };
    case 'claim':
      return { kind: 'claim', title: finding.claim.claim, scenario, edits: finding.claim.edits ?? [] };
  }
}

/** What is found for a text, the best first. */
export function find(text: string): readonly Target[] {
  return findInLab(text, MOST)
    .filter(({ score }) => score > LEAST_SCORE)
    .map(({ value }) => targetOf(value))
    .filter((target) => target !== null);
}
