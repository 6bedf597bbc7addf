// The time-sequence view that tcptrace made known: what is sent, what is acknowledged, and how far the window reaches, as
// sequence numbers over time, all as the sender sees it.

import { numbersOf } from '../numbers.ts';
import { type End, otherEnd, type Trace } from '../trace.ts';
import type { SeriesPoint } from './series.ts';

/** A segment with text, SYN or FIN, as it was sent: numbers count from the ISS. */
export interface SequenceSegment {
  readonly t: number;
  readonly event: number;
  readonly from: number;
  /** After its last octet. */
  readonly to: number;
  /** It was sent before. */
  readonly again: boolean;
  /** No copy of it arrived. */
  readonly lost: boolean;
}

/** A block of SACK, as it came. */
export interface SequenceBlock {
  readonly t: number;
  readonly event: number;
  readonly left: number;
  readonly right: number;
}

/** The time-sequence view of what one end sends. */
export interface TimeSequence {
  readonly end: End;
  readonly connection: number;
  readonly segments: readonly SequenceSegment[];
  /** The acknowledgment: steps. */
  readonly acks: readonly SeriesPoint[];
  /** The right edge of the window, acknowledgment plus window: steps. */
  readonly edge: readonly SeriesPoint[];
  readonly blocks: readonly SequenceBlock[];
}

/** The shift of the windows that `from` sends: its own, if both SYNs had the option (RFC 7323 section 2.2). */
function shiftOf(trace: Trace, from: End, connection: number): number {
  const shift: Partial<Record<End, number>> = {};
  for (const event of trace.events) {
    if (event.kind !== 'sent' || event.connection !== connection) continue;
    const { flags, options } = event.segment;
    if (flags.includes('SYN') && options.windowScale !== undefined) shift[event.from] = options.windowScale;
  }
  return shift.left === undefined || shift.right === undefined ? 0 : (shift[from] ?? 0);
}

/** The time-sequence view of what `end` sends in a connection of a trace. */
export function timeSequence(trace: Trace, end: End, connection = 0): TimeSequence {
  const numbers = numbersOf(trace)[connection];
  const segments: SequenceSegment[] = [];
  const acks: SeriesPoint[] = [];
  const edge: SeriesPoint[] = [];
  const blocks: SequenceBlock[] = [];
  const arrived = new Set(trace.events.flatMap((e) => (e.kind === 'arrived' ? [e.id] : [])));
  const shift = shiftOf(trace, otherEnd(end), connection);
  const relative = (n: number): number => numbers?.relative(end, n) ?? n;
  const heard = new Map<number, (t: number, event: number) => void>();
  trace.events.forEach((event, at) => {
    if (event.connection !== connection) return;
    if (event.kind === 'arrived' && event.to === end) heard.get(event.id)?.(event.t, at);
    if (event.kind !== 'sent') return;
    const { segment, t, id } = event;
    if (event.from === end) {
      const length = segment.length + (/SYN|FIN/.test(segment.flags) ? 1 : 0);
      if (length === 0) return;
      const from = relative(segment.seq);
      const lost = !arrived.has(id);
      segments.push({ t, event: at, from, to: from + length, again: event.retransmission, lost });
      return;
    }
    const { ack, window, flags, options } = segment;
    if (ack === null || flags.includes('RST')) return;
    heard.set(id, (when, index) => {
      const value = relative(ack);
      if (value >= (acks.at(-1)?.value ?? 0)) {
        const reach = value + window * (flags.includes('SYN') ? 1 : 2 ** shift);
        if (acks.at(-1)?.value !== value) acks.push({ t: when, value, event: index });
        if (edge.at(-1)?.value !== reach) edge.push({ t: when, value: reach, event: index });
      }
      for (const [left, right] of options.sack ?? [])
        blocks.push({ t: when, event: index, left: relative(left), right: relative(right) });
    });
  });
  return { end, connection, segments, acks, edge, blocks };
}
