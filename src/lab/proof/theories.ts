// The theories that there are, each with the rules that can be removed from it.

import { base } from './base/index.ts';
import { blind, blindRules } from './blind/index.ts';
import { cookieRules, cookies } from './cookies/index.ts';
import { fast, fastRules } from './fast/index.ts';
import { halfClose, halfCloseRules } from './half-close/index.ts';
import { type RemovedRule, removedRule, removedRules, theoryWithout } from './removed.ts';
import type { Theory } from './theory.ts';
import { time, timeRules } from './time/index.ts';

/** A theory and its rules. */
export interface Proven {
  readonly theory: Theory;
  readonly rules: readonly RemovedRule[];
}

/** All of them; the first is what the others add to, but for the one of time, which stands alone. */
export const theories: readonly Proven[] = [
  { theory: base, rules: removedRules },
  { theory: blind, rules: blindRules },
  { theory: halfClose, rules: halfCloseRules },
  { theory: cookies, rules: cookieRules },
  { theory: fast, rules: fastRules },
  { theory: time, rules: timeRules },
];

/** The theory of a name. Throws a RangeError for an unknown one. */
export function theoryNamed(id: string): Theory {
  const found = theories.find(({ theory }) => theory.id === id);
  if (found === undefined)
    throw new RangeError(`no theory '${id}': one of ${theories.map(({ theory }) => theory.id).join(', ')}`);
  return found.theory;
}

/** A theory without rules of its own, or of the base theory that it has in it. Throws a RangeError for one that it does not have. */
export function theoryWithoutRules(theory: Theory, ids: readonly string[]): Theory {
  const own = theories.find((each) => each.theory.id === theory.id)?.rules ?? [];
  return ids.reduce<Theory>(
    (less, id) => theoryWithout(less, own.find((rule) => rule.id === id) ?? removedRule(id)),
    theory,
  );
}

/** The theory that fails without the rule of a name, and the rule: the first that needs it, or that has it at all. */
export function theoryOf(id: string): { readonly theory: Theory; readonly rule: RemovedRule } | undefined {
  const found = theories.flatMap(({ theory, rules }) =>
    rules.flatMap((rule) => (rule.id === id ? [{ theory, rule }] : [])),
  );
  return found.find(({ rule }) => rule.fails.length > 0) ?? found[0];
}
