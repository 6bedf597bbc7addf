// What a sender lives by, over time: windows, what is in flight, round-trip times. Taken from the TCBs of a detailed trace;
// the round-trip times also from its segments (Karn: a segment that was sent again measures nothing, RFC 6298 section 3).

import type { End, SentEvent, TcbView, Trace } from '../trace.ts';
import { otherEnd } from '../trace.ts';

/** A value from an event on, until the next point of its series. */
export interface SeriesPoint {
  /** Microseconds since the beginning of the trace. */
  readonly t: number;
  readonly value: number;
  /** Index into `trace.events`: where a cursor stands. */
  readonly event: number;
}

/** The series of one sender. Octets, milliseconds; each has a point only where it changes. */
export interface SenderSeries {
  readonly end: End;
  readonly connection: number;
  /** Congestion window (RFC 5681). */
  readonly cwnd: readonly SeriesPoint[];
  /** Slow start threshold; no point before it is bounded. */
  readonly ssthresh: readonly SeriesPoint[];
  /** FlightSize: SND.NXT - SND.UNA. */
  readonly flight: readonly SeriesPoint[];
  /** SND.WND: what the peer takes, as the sender knows it. */
  readonly sendWindow: readonly SeriesPoint[];
  /** What the peer's program has not read, at the peer. */
  readonly unread: readonly SeriesPoint[];
  /** Each measured round-trip time, at the ACK that ended it. These are single values, not steps. */
  readonly rtt: readonly SeriesPoint[];
  /** Smoothed round-trip time and retransmission timeout. */
  readonly srtt: readonly SeriesPoint[];
  readonly rto: readonly SeriesPoint[];
}

/** An ssthresh from which on there is none: RFC 5681 says “arbitrarily high”. */
const UNBOUNDED = 2 ** 30 - 1;

/** Adds a point where the value is another than before. */
function push(points: SeriesPoint[], t: number, event: number, value: number | null): void {
  if (value !== null && points.at(-1)?.value !== value) points.push({ t, value, event });
}

function flightOf({ snd }: TcbView): number {
  return (snd.nxt - snd.una) >>> 0;
}

/** A segment with text on its way, for the round-trip time. */
interface Outstanding {
  readonly last: number;
  readonly t: number;
  again: boolean;
}

/** Whether sequence number a comes after b. */
function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** The segments with text of `end`, as they wait for their ACK. */
class Clock {
  #waiting: Outstanding[] = [];

  sent({ segment }: SentEvent, t: number): void {
    if (segment.length === 0) return;
    const last = (segment.seq + segment.length) >>> 0;
    let again = false;
    for (const one of this.#waiting)
      if (after(one.last, segment.seq)) {
        one.again = true;
        again = true;
      }
    if (!again) this.#waiting.push({ last, t, again });
  }

  /** Milliseconds since the last segment that `ack` covers was sent; null when none measures. */
  acknowledged(ack: number, t: number): number | null {
    const covered = this.#waiting.filter(({ last }) => !after(last, ack));
    if (covered.length === 0) return null;
    this.#waiting = this.#waiting.filter(({ last }) => after(last, ack));
    const newest = covered.at(-1);
    return newest === undefined || newest.again ? null : (t - newest.t) / 1000;
  }
}

/**
 * The series of what `end` sends in a connection of a detailed trace (runScenario's are); all are empty where the trace
 * has no TCBs.
 */
export function senderSeries(trace: Trace, end: End, connection = 0): SenderSeries {
  const points = {
    cwnd: [] as SeriesPoint[],
    ssthresh: [] as SeriesPoint[],
    flight: [] as SeriesPoint[],
    sendWindow: [] as SeriesPoint[],
    unread: [] as SeriesPoint[],
    rtt: [] as SeriesPoint[],
    srtt: [] as SeriesPoint[],
    rto: [] as SeriesPoint[],
  };
  const clock = new Clock();
  const acks = new Map<number, number>();
  trace.events.forEach((event, at) => {
    if (event.connection !== connection) return;
    const { t, tcbs } = event;
    if (event.kind === 'sent') {
      if (event.from === end) clock.sent(event, t);
      else if (event.segment.ack !== null) acks.set(event.id, event.segment.ack);
    } else if (event.kind === 'arrived' && event.to === end) {
      const ack = acks.get(event.id);
      const ms = ack === undefined ? null : clock.acknowledged(ack, t);
      if (ms !== null) points.rtt.push({ t, value: ms, event: at });
    }
    const own = tcbs?.[end];
    if (own != null) {
      push(points.cwnd, t, at, own.cwnd);
      push(points.ssthresh, t, at, own.ssthresh >= UNBOUNDED ? null : own.ssthresh);
      push(points.flight, t, at, flightOf(own));
      push(points.sendWindow, t, at, own.snd.wnd);
      push(points.srtt, t, at, own.srtt);
      push(points.rto, t, at, own.rto);
    }
    const peer = tcbs?.[otherEnd(end)];
    if (peer != null) push(points.unread, t, at, peer.rcv.unread);
  });
  return { end, connection, ...points };
}

/** The value of a series at a time: that of the last point before or at it; null before the first. */
export function seriesValueAt(points: readonly SeriesPoint[], t: number): number | null {
  let value: number | null = null;
  for (const point of points) {
    if (point.t > t) break;
    value = point.value;
  }
  return value;
}
