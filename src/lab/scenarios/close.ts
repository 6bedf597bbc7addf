// Scenarios: how a connection is closed (RFC 9293 section 3.6).

import type { Scenario } from '../scenario/index.ts';

/** Closing. */
export const closing: readonly Scenario[] = [];
