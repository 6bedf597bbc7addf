// The theories that there are, each with the rules that can be removed from it.

import { base } from './base/index.ts';
import { blind, blindRules } from './blind/index.ts';
import { cookieRules, cookies } from './cookies/index.ts';
import { fast, fastRules } from './fast/index.ts';
import { halfClose, halfCloseRules } from './half-close/index.ts';
import { type RemovedRule, removedRules } from './removed.ts';
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

/** The theory that fails without the rule of a name, and the rule: the first that needs it, or that has it at all. */
export function theoryOf(id: string): { readonly theory: Theory; readonly rule: RemovedRule } | undefined {
  const found = theories.flatMap(({ theory, rules }) =>
    rules.flatMap((rule) => (rule.id === id ? [{ theory, rule }] : [])),
  );
  return found.find(({ rule }) => rule.fails.length > 0) ?? found[0];
}
