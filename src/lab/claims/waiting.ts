// Claims 67 to 90: TIME-WAIT, the states, the names.

import type { Claim } from './claim.ts';

/** Claims 67 to 90. */
export const waitingClaims: readonly Claim[] = [];
