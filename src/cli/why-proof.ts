// `synfin why QUESTION --proof`: where the proof of the rules fails without those that are asked about.

import type { WhyQuestion } from '../lab/check/why/index.ts';
import {
  type AskedRule,
  actionName,
  clauseName,
  clausesOf,
  failsAsExpected,
  prove,
  rulesAskedBy,
  type Solver,
  type StepReport,
  sectionName,
  theoryWithout,
  touchedBy,
  unprovedText,
} from '../lab/proof/index.ts';
import type { Lang } from '../lab/text/index.ts';
import type { Io, Values } from './command.ts';
import { type Show, sectionText } from './show.ts';
import { chosenSolver, solverRefusal } from './solver-choice.ts';
import { SolverError, solverNamed } from './solvers.ts';

/** What the solver has said of a rule. */
export interface RuleProof extends AskedRule {
  /** The steps that the rule has to do with, without it. */
  readonly steps: readonly StepReport[];
  /** Whether they fail as the rule says. */
  readonly expected: boolean;
}

/** What the solver has said of a question. */
export interface Proof {
  readonly solver: string;
  /** Its rules; none: no theory has them. */
  readonly rules: readonly RuleProof[];
}

/** Asks a solver about the steps that a question's rules have to do with. */
export async function proofBy(solver: Solver, question: string): Promise<Proof> {
  const rules: RuleProof[] = [];
  for (const { theory, rule } of rulesAskedBy(question)) {
    const steps: StepReport[] = [];
    for await (const step of prove(theoryWithout(theory, rule), solver, touchedBy(rule))) steps.push(step);
    rules.push({ theory, rule, steps, expected: failsAsExpected(steps, rule) });
  }
  return { solver: solver.name, rules };
}

/** The same by the solver that is chosen; `refused`: it could not, which is said. */
export async function proofOf({ id }: WhyQuestion, values: Values, io: Io): Promise<Proof | 'refused'> {
  const name = chosenSolver(values);
  if (rulesAskedBy(id).length === 0) return { solver: '', rules: [] };
  let solver: Solver | null = null;
  try {
    solver = await solverNamed(name);
    return await proofBy(solver, id);
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    io.stderr.write(`synfin why: ${solverRefusal(error, name, io)}\n`);
    return 'refused';
  } finally {
    solver?.end();
  }
}

/** Whether the proof fails where it must. */
export function isAsProved({ rules }: Proof): boolean {
  return rules.every(({ expected }) => expected);
}

/** A proof as JSON has it. */
export function proofData({ solver, rules }: Proof): unknown {
  return {
    solver,
    rules: rules.map(({ theory, rule, steps, expected }) => ({
      theory: theory.id,
      rule: rule.id,
      steps,
      expected,
    })),
  };
}

/** Which clause is not kept at which step; `property` is what the search looks at. */
export function tellProof(show: Show, { solver, rules }: Proof, property: string, lang: Lang): void {
  show.lines('');
  if (rules.length === 0) show.text(unprovedText(property)[lang]);
  for (const { theory, rule, steps } of rules) {
    show.say('whyProofFails', {
      theory: theory.title[lang],
      id: theory.id,
      rule: rule.rule[lang],
      solver,
    });
    for (const { action, section, failed } of steps) {
      if (failed.length === 0) continue;
      const where = sectionText(sectionName(section, lang));
      show.say('whyProofStep', { action: actionName(action, lang), section: where }, '  ');
      for (const { clause } of failed) {
        const text = clausesOf(theory).find(({ name }) => name === clause)?.says[lang] ?? '';
        show.say('whyProofClause', { clause: clauseName(clause, lang), text }, '    ');
      }
    }
  }
}
