// What the proof answers to a question of `synfin why`: the rules that it asks about, the steps that fail without each, and
// what is said where no theory has such a rule.

import type { Text } from '../text/index.ts';
import { type RemovedRule, theoryWithout } from './removed.ts';
import { theoryOf } from './theories.ts';
import { type Action, actionsOf, type Clause, clausesOf, type Theory } from './theory.ts';

/** A rule, and the theory that fails without it. */
export interface AskedRule {
  readonly theory: Theory;
  readonly rule: RemovedRule;
}

/** A step that fails. */
export interface Failure {
  readonly action: Action;
  readonly clause: Clause;
}

/** Where a question and its rules have not one name. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  rst: ['challenge-rst'],
  both: ['isn', 'timewait'],
};

/** The rules that a question asks about; none: no theory speaks of them. */
export function rulesAskedBy(question: string): AskedRule[] {
  return (RULES[question] ?? [question]).flatMap((id) => theoryOf(id) ?? []);
}

/** The steps that fail without a rule, as it says. */
export function failuresWithout({ theory, rule }: AskedRule): Failure[] {
  const actions = new Map(actionsOf(theoryWithout(theory, rule)).map((action) => [action.name, action]));
  const clauses = new Map(clausesOf(theory).map((clause) => [clause.name, clause]));
  return rule.fails.map(([action, clause]) => ({
    action: actions.get(action) as Action,
    clause: clauses.get(clause) as Clause,
  }));
}

/** Why no theory has a rule for a property of the search. */
export function unprovedText(property: string): Text {
  return property.startsWith('L')
    ? {
        en: `The proof is of safety: of what never happens. This rule is for liveness (${property}), what must remain possible; the search looks at that, on the whole graph of states.`,
        zh: `证明只涉及安全性，即什么绝不会发生。这条规则保障的是活性（${property}），即什么始终可能发生；它由搜索在整个状态图上检查。`,
      }
    : {
        en: `The theories of the proof have no bounds of memory. What this rule is for (${property}) is looked at by the search, in every state.`,
        zh: `证明的各个理论不考虑内存的上限。这条规则保障的性质（${property}）由搜索在每个状态上检查。`,
      };
}
