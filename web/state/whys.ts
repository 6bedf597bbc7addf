// Finds counterexamples. The model that is searched is a large part of the script: it is loaded when one is asked for.

import { counterexampleOf, whyNamed } from '../../src/lab/check/why/index.ts';
import type { Scenario } from '../../src/lab/index.ts';

/** The counterexample of a question; null: there is none, or no question of that name. */
export function counterexample(name: string): Scenario | null {
  const question = whyNamed(name);
  return question?.id === name ? counterexampleOf(question) : null;
}
