// A claim: a sentence that a text about TCP makes, what is true, and how a trace decides it.

import type { Text } from '../text/index.ts';
import type { Trace } from '../trace.ts';

/** What RFC 9293 makes of a claim; `name`: only a name is wrong, which counts as wrong. */
export type Verdict = 'true' | 'imprecise' | 'wrong' | 'name';

/** The event that decides a claim, and what is seen there. */
export interface Decision {
  /** Index into `trace.events`. */
  readonly event: number;
  readonly says: Text;
}

/** A claim about opening or closing a connection. */
export interface Claim {
  /** From 1. */
  readonly number: number;
  /** What the text says, in our words. */
  readonly claim: Text;
  /** Which of the five study texts say it: 0 to 4. */
  readonly seeds: readonly number[];
  readonly verdict: Verdict;
  /** The precise statement, with the section of the RFC. */
  readonly truth: Text;
  readonly scenario: string;
  /** Changes to the scenario: see scenario/edits.ts. */
  readonly edits?: readonly string[];
  /** The scenario is run with a TCP that forgets a rule: the id of a mutant. Default: the scenario's rules. */
  readonly rules?: string;
  /** Set when the run is made with a TCP that forgets a rule: what the unaltered TCP does instead. */
  readonly instead?: Text;
  /**
   * Finds the event that decides.
   * @throws ClaimError when the trace does not show it
   */
  decide(trace: Trace): Decision;
}

/** A trace does not show what a claim's row says. */
export class ClaimError extends Error {
  readonly code = 'ERR_LAB_CLAIM';

  constructor(problem: string) {
    super(problem);
    this.name = 'ClaimError';
  }
}
