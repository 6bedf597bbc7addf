// Scenarios: TIME-WAIT (RFC 9293 section 3.6.1, RFC 1337).

import type { Scenario } from '../scenario/index.ts';

/** TIME-WAIT. */
export const timeWait: readonly Scenario[] = [];
