// The old future: what would have happened without the last change. Two runs of one scenario have the same events up
// to the place where the change acts; from there on the old ones are a ghost beside the new.

import type { Trace, TraceEvent } from '../../src/lab/index.ts';

/** A run that has been left. */
export interface Ghost {
  readonly trace: Trace;
  /** Its first event that the new run does not have. */
  readonly from: number;
}

/** An event as far as two runs are compared: not by numbers that only count. */
function fingerprint(event: TraceEvent): string {
  const { tcbs: _tcbs, queues: _queues, ...rest } = event;
  return JSON.stringify(rest);
}

/** The first event that is not the same in both; the number of common events if one is the beginning of the other. */
export function divergence(a: Trace, b: Trace): number {
  const common = Math.min(a.events.length, b.events.length);
  for (let i = 0; i < common; i++) {
    if (fingerprint(a.events[i] as TraceEvent) !== fingerprint(b.events[i] as TraceEvent)) return i;
  }
  return common;
}

/** The ghost that `before` leaves beside `now`; null if they are the same. */
export function ghostOf(before: Trace, now: Trace): Ghost | null {
  const from = divergence(before, now);
  if (from === before.events.length && from === now.events.length) return null;
  return { trace: before, from };
}
