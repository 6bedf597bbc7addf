// The rules of the engine in a run: RFC 9293, or one of it forgotten, to see that the run notices.

import { mutantNamed } from '../../src/lab/mutants/index.ts';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';

/** The rules of a mutant; '' is none. Throws a RangeError for an unknown one. */
export function rulesOf(mutant: string): Rules {
  return mutant === '' ? rfc9293 : mutantNamed(mutant).rules;
}
