// Claims 43 to 66: the four segments.

import type { Claim } from './claim.ts';

/** Claims 43 to 66. */
export const closingClaims: readonly Claim[] = [];
