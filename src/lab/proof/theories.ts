// The theories that there are, each with the rules that can be removed from it.

import { base } from './base/index.ts';
import { blind, blindRules } from './blind/index.ts';
import { type RemovedRule, removedRules } from './removed.ts';
import type { Theory } from './theory.ts';

/** A theory and its rules. */
export interface Proven {
  readonly theory: Theory;
  readonly rules: readonly RemovedRule[];
}

/** All of them; the first is what the others add to. */
export const theories: readonly Proven[] = [
  { theory: base, rules: removedRules },
  { theory: blind, rules: blindRules },
];
