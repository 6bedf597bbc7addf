// The parts of an orderly close as a trace shows them: who closed first, and the segments of RFC 9293
// section 3.6, figure 12. Claims 43 to 90 are decided on them.

import type { Text } from '../text/index.ts';
import { type CallEvent, type End, otherEnd, type SentEvent, type Trace } from '../trace.ts';
import { ClaimError } from './claim.ts';
import { allSent, arrival, bits, type Found, must, plus, sent } from './evidence.ts';

/** The left end is the client, the right end the server. */
export const WHO: Readonly<Record<End, Text>> = {
  left: { en: 'the client', zh: '客户端' },
  right: { en: 'the server', zh: '服务器' },
};

/** The first FIN of a connection, whoever sent it. */
export function firstFin(trace: Trace, connection = 0): Found<SentEvent> {
  for (const [at, event] of trace.events.entries()) {
    if (event.kind !== 'sent' || event.connection !== connection || event.injected === true) continue;
    if (/\bFIN\b/.test(event.segment.flags)) return { at, event };
  }
  throw new ClaimError('not in this trace: a FIN');
}

/** The sequence number after a segment. */
export function endOf({ segment }: SentEvent): number {
  const marks = segment.flags.split(',').filter((flag) => flag === 'SYN' || flag === 'FIN').length;
  return plus(segment.seq, segment.length + marks);
}

/** The ends of a connection, by who closed first. */
export interface Ends {
  readonly active: End;
  readonly passive: End;
}

/** The first two segments: FIN, and the ACK for it that is nothing else. */
export interface FirstHalf extends Ends {
  readonly fin: Found<SentEvent>;
  readonly ack: Found<SentEvent>;
}

/** All four: the second FIN and its ACK too. */
export interface FourSegments extends FirstHalf {
  readonly fin2: Found<SentEvent>;
  readonly ack2: Found<SentEvent>;
}

/** The FIN of an end after an event. */
export function finOf(trace: Trace, end: End, after = -1): Found<SentEvent> {
  return sent(trace, end, 'FIN,ACK', { after });
}

/** The first pure ACK of an end after `after` that acknowledges exactly up to `upTo`. */
export function ackOf(trace: Trace, end: End, upTo: number, after: number): Found<SentEvent> {
  const found = allSent(trace, end).find(
    ({ at, event }) =>
      at > after && bits(event.segment) === 'ACK' && event.segment.length === 0 && event.segment.ack === upTo,
  );
  if (found === undefined) throw new ClaimError(`not in this trace: ${end} acknowledges the FIN with an ACK`);
  return found;
}

/** FIN and ACK of the end that closes first. */
export function firstHalf(trace: Trace): FirstHalf {
  const fin = firstFin(trace);
  const active = fin.event.from;
  const passive = otherEnd(active);
  const ack = ackOf(trace, passive, endOf(fin.event), arrival(trace, fin).at);
  return { active, passive, fin, ack };
}

/** The four segments of a close in which none is lost. */
export function fourSegments(trace: Trace): FourSegments {
  const half = firstHalf(trace);
  const fin2 = finOf(trace, half.passive, half.ack.at);
  const ack2 = ackOf(trace, half.active, endOf(fin2.event), arrival(trace, fin2).at - 1);
  return { ...half, fin2, ack2 };
}

/** What both ends sent of connection 0 from the first FIN on. */
export function closingSegments(trace: Trace): Found<SentEvent>[] {
  const { at } = firstFin(trace);
  return [...allSent(trace, 'left'), ...allSent(trace, 'right')]
    .filter((found) => found.at >= at)
    .sort((a, b) => a.at - b.at);
}

/** The calls of an end's program between two events. */
export function callsBetween(trace: Trace, end: End, from: number, to: number): CallEvent[] {
  return trace.events
    .slice(from + 1, to)
    .flatMap((e) => (e.kind === 'call' && e.end === end && e.connection === 0 ? [e] : []));
}

/** The octets of text that an end sent between two events, retransmissions aside. */
export function textBetween(trace: Trace, end: End, from: number, to: number): number {
  return allSent(trace, end)
    .filter(({ at, event }) => at > from && at < to && !event.retransmission)
    .reduce((sum, { event }) => sum + event.segment.length, 0);
}

/** That nobody reset the connection. */
export function mustBeOrderly(trace: Trace): void {
  const reset = closingSegments(trace).some(({ event }) => /\bRST\b/.test(event.segment.flags));
  must(!reset, 'an orderly close, without RST');
}
