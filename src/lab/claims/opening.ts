// Claims 1 to 22: the three segments.

import type { Claim } from './claim.ts';

/** Claims 1 to 22. */
export const openingClaims: readonly Claim[] = [];
