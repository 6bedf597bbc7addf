// Scenarios: text that flows, stalls or comes out of order.

import type { Scenario } from '../scenario/index.ts';

/** Text. */
export const data: readonly Scenario[] = [];
