// Claims 23 to 42: why three.

import type { Claim } from './claim.ts';

/** Claims 23 to 42. */
export const whyClaims: readonly Claim[] = [];
