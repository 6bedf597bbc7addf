// The timers that run at a place in time, and how long each still has.

import type { End, Trace, TraceEvent } from '../../src/lab/index.ts';

/** A running timer. */
export interface Running {
  readonly name: string;
  /** Milliseconds from the event at the cursor until it fires, and from when it was set. */
  readonly leftMs: number;
}

/** The timers of an end after event `at`, the first to fire first. */
export function runningTimers(trace: Trace, at: number, end: End, connection: number): Running[] {
  const now = trace.events[at]?.t ?? 0;
  for (let i = Math.min(at, trace.events.length - 1); i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection !== connection) continue;
    const view = event.tcbs?.[end];
    if (view === undefined) continue;
    if (view === null) return [];
    const since = (now - event.t) / 1000;
    return Object.entries(view.timers)
      .map(([name, ms]) => ({ name, leftMs: Math.max(0, ms - since) }))
      .sort((a, b) => a.leftMs - b.leftMs);
  }
  return [];
}
