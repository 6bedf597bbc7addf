// The numbers that sequence numbers are counted from.

import type { End, Trace } from '../../src/lab/index.ts';

/** The first ISS of an end of a connection; null when no SYN was sent. */
export function issOf(trace: Trace, connection: number, end: End): number | null {
  for (const event of trace.events) {
    if (
      event.kind !== 'sent' ||
      event.connection !== connection ||
      event.from !== end ||
      event.injected === true
    )
      continue;
    if (event.segment.flags.split(',').includes('SYN')) return event.segment.seq;
  }
  return null;
}
