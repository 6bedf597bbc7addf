// Scenarios: what the path does to a connection: silence, small MTUs, middleboxes.

import type { Scenario } from '../scenario/index.ts';

/** The path. */
export const path: readonly Scenario[] = [];
