// A mutant: a TCP that forgets one rule. It is the table of rules with an entry replaced; what the entry was for shows
// as a counterexample to a property, found in one of the checker's models.

import { type Rules, rfc9293 } from '../../tcp/index.ts';
import type { PropertyName } from '../check/model/index.ts';

/** A text in both languages. */
export interface MutantText {
  readonly en: string;
  readonly zh: string;
}

/** A TCP that forgets one rule (two where its text says so). */
export interface Mutant {
  readonly id: string;
  /** The rule that it forgets. */
  readonly rule: MutantText;
  /** Where the rule stands. */
  readonly section: string;
  /** RFC 9293 with an entry replaced. */
  readonly rules: Rules;
  /** The TCP with the rule, where it is not RFC 9293 as it is. */
  readonly base?: Rules;
  /** True: the listener's SYN queue has no bound; that rule is the host's, not the engine's. */
  readonly unbounded?: boolean;
  /** Name of the model that shows it. */
  readonly config: string;
  /** The property that falls. */
  readonly property: PropertyName;
  /** Actions of the shortest counterexample. */
  readonly steps: number;
}

/** RFC 9293 with some entries replaced. */
export function without(replaced: Partial<Rules>): Rules {
  return { ...rfc9293, ...replaced };
}
