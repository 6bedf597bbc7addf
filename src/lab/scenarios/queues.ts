// Scenarios: the SYN queue and the accept queue of a listener (RFC 4987).

import type { Scenario } from '../scenario/index.ts';

/** The queues of a listener. */
export const queues: readonly Scenario[] = [];
