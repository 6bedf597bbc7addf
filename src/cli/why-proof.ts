// `synfin why QUESTION --proof`: where the proof of the rules fails without the one that is asked about.

import type { WhyQuestion } from '../lab/check/why/index.ts';
import {
  clausesOf,
  failsAsExpected,
  prove,
  type Solver,
  type StepReport,
  theoryOf,
  theoryWithout,
  touchedBy,
} from '../lab/proof/index.ts';
import type { Lang } from '../lab/text/index.ts';
import type { Io, Values } from './command.ts';
import { t } from './messages.ts';
import { type Show, sectionText } from './show.ts';
import { chosenSolver, solverRefusal } from './solver-choice.ts';
import { SolverError, solverNamed } from './solvers.ts';

/** What the solver has said. */
export interface Proof {
  /** The rule; null: no theory has it. */
  readonly rule: string | null;
  /** The theory that fails without it. */
  readonly theory: string | null;
  /** Its steps without the rule. */
  readonly steps: readonly StepReport[];
  /** Whether they fail as the rule says. */
  readonly expected: boolean;
  readonly solver: string;
}

/** Asks the solver about the steps that a question's rule has to do with; `refused`: it could not, which is said. */
export async function proofOf({ id }: WhyQuestion, values: Values, io: Io): Promise<Proof | 'refused'> {
  const name = chosenSolver(values);
  // A question and the rule that it asks for have one name.
  const found = theoryOf(id);
  if (found === undefined) return { rule: null, theory: null, steps: [], expected: true, solver: '' };
  const { theory, rule } = found;
  let solver: Solver | null = null;
  try {
    solver = await solverNamed(name);
    const steps: StepReport[] = [];
    for await (const step of prove(theoryWithout(theory, rule), solver, touchedBy(rule))) steps.push(step);
    return {
      rule: id,
      theory: theory.id,
      steps,
      expected: failsAsExpected(steps, rule),
      solver: solver.name,
    };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    io.stderr.write(`synfin why: ${solverRefusal(error, name, io)}\n`);
    return 'refused';
  } finally {
    solver?.end();
  }
}

/** Which clause is not kept at which step. */
export function tellProof(show: Show, { rule, steps, solver }: Proof, lang: Lang): void {
  show.lines('');
  const theory = rule === null ? undefined : theoryOf(rule)?.theory;
  if (theory === undefined) {
    show.say('whyNotInProof');
    return;
  }
  if (steps.every(({ failed }) => failed.length === 0)) {
    show.say('whyProofHolds', { solver });
    return;
  }
  show.say('whyProofFails', { solver });
  for (const { action, section, failed } of steps) {
    for (const { clause } of failed) {
      const says = clausesOf(theory).find(({ name }) => name === clause)?.says[lang] ?? '';
      show.text(t(lang, 'whyProofStep', { action, section: sectionText(section), clause, text: says }), '  ');
    }
  }
}
