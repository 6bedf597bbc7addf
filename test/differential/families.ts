// The families of differences, by what they are about.

import { calls } from './families/calls.ts';
import { closing } from './families/closing.ts';
import { opening } from './families/opening.ts';
import { receiving } from './families/receiving.ts';
import { sending } from './families/sending.ts';
import { validating } from './families/validating.ts';
import type { Family } from './family.ts';

/** Every family. The first that accounts for a field has it. */
export const families: readonly Family[] = [
  ...opening,
  ...validating,
  ...receiving,
  ...sending,
  ...closing,
  ...calls,
];
