// Asks a solver for everything that must be shown of a theory, action by action.

import { type Counterexample, questionOf } from './counterexample.ts';
import { type Group, INITIALLY, type Obligation, obligationsOf, POSSIBLE } from './obligations.ts';
import type { RemovedRule } from './removed.ts';
import { actionsOf, type Theory } from './theory.ts';

/** What a solver says: there is an example, there is none, or it does not know. */
export type Answer = 'sat' | 'unsat' | 'unknown';

/** Something that answers questions in SMT-LIB. */
export interface Solver {
  /** Its name and version. */
  readonly name: string;
  /** An answer for each question of a group, in their order. */
  ask(group: Group): Promise<readonly Answer[]>;
  /** The model that it finds for a question of a group, as it prints it, with what else is asserted; null: it finds none. */
  example(group: Group, obligation: Obligation, more: string): Promise<string | null>;
  /** Nothing more will be asked. */
  end(): void;
}

/** What became of the questions about an action. */
export interface StepReport {
  readonly action: string;
  /** Where its rule stands; none for the beginning. */
  readonly section: string;
  readonly asked: number;
  /** What was not answered as a proof needs it. */
  readonly failed: readonly { readonly clause: string; readonly answer: Answer }[];
}

/** Asks about every action, or about those that `about` names. */
export async function* prove(
  theory: Theory,
  solver: Solver,
  about?: readonly string[],
): AsyncGenerator<StepReport> {
  const sections = new Map(actionsOf(theory).map(({ name, section }) => [name, section]));
  for (const group of obligationsOf(theory)) {
    if (about !== undefined && !about.includes(group.action)) continue;
    const answers = await solver.ask(group);
    const failed = group.obligations.flatMap(({ clause, expected }, i) => {
      const answer = answers[i] ?? 'unknown';
      return answer === expected ? [] : [{ clause, answer }];
    });
    yield {
      action: group.action,
      section: group.action === INITIALLY ? '' : (sections.get(group.action) ?? ''),
      asked: group.obligations.length,
      failed,
    };
  }
}

/** The solver's counterexample of an action to a clause; null: it has none, or that is not one of a step to a clause. */
export async function counterexampleTo(
  theory: Theory,
  solver: Solver,
  action: string,
  clause: string,
): Promise<Counterexample | null> {
  const group = obligationsOf(theory).find((each) => each.action === action);
  const obligation = group?.obligations.find((each) => each.clause === clause);
  if (group === undefined || obligation === undefined || action === INITIALLY || clause === POSSIBLE)
    return null;
  const question = questionOf(theory, action, clause);
  const model = await solver.example(group, obligation, question.text);
  return model === null ? null : question.read(model);
}

/** Whether exactly the steps fail that must: none of the theory as it is (null), those of a rule without the rule. */
export function failsAsExpected(steps: readonly StepReport[], rule: RemovedRule | null): boolean {
  const wanted = (rule?.fails ?? []).map((step) => step.join(' / '));
  const failed = steps.flatMap(({ action, failed: list }) =>
    list.map(({ clause, answer }) => (answer === 'sat' ? `${action} / ${clause}` : answer)),
  );
  return failed.length === wanted.length && failed.every((step) => wanted.includes(step));
}
