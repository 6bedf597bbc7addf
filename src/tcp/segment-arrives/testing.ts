// For tests: endpoints brought into each of the eleven states by the segments that lead there, and the
// small words that the tests of the engine are written with.

import { OPT_MSS, OPT_SACK_PERMITTED, OPT_TIMESTAMPS, OPT_WSCALE } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { type Rules, rfc9293 } from '../rules.ts';
import type { StateName } from '../tcb/state.ts';
import { Endpoint, type SegmentRecord, wakeUs } from '../testing.ts';

/** All eleven states. */
export const STATES: readonly StateName[] = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];

/** The states in which both ISSs are known, without TIME-WAIT. */
export const SYNCHRONIZED = STATES.slice(4, 10);

/** How an endpoint gets into its state. */
export interface Way {
  readonly config?: Partial<TcpConfig>;
  readonly rules?: Partial<Rules>;
  /** Clock at the start, in microseconds. */
  readonly startUs?: number;
  /** The peer's ISS. */
  readonly irs?: number;
  /** The peer's window field in its SYN, and in everything after it. */
  readonly wnd?: number;
  /** What the peer's SYN brings: see {@link options}. */
  readonly syn?: Partial<SegmentRecord>;
  /** True: SYN-RECEIVED by a simultaneous open, the later states by an active one. */
  readonly active?: boolean;
}

/** Options of a SYN, as fields of a segment. */
export function options(o: {
  mss?: number;
  wscale?: number;
  sack?: boolean;
  ts?: number;
}): Partial<SegmentRecord> {
  return {
    opts:
      (o.mss === undefined ? 0 : OPT_MSS) |
      (o.wscale === undefined ? 0 : OPT_WSCALE) |
      (o.sack === true ? OPT_SACK_PERMITTED : 0) |
      (o.ts === undefined ? 0 : OPT_TIMESTAMPS),
    mss: o.mss ?? 0,
    wscale: o.wscale ?? 0,
    tsVal: o.ts ?? 0,
  };
}

/** A timestamps option, as fields of a segment. */
export function ts(tsVal: number, tsEcr = 0): Partial<SegmentRecord> {
  return { opts: OPT_TIMESTAMPS, tsVal, tsEcr };
}

/** An endpoint in `state`. What it sent on the way is forgotten, as are the transitions it took. */
export function inState(state: StateName, way: Way = {}): Endpoint {
  const a = new Endpoint(1, 1000, way.config, { ...rfc9293, ...way.rules });
  a.setNow(way.startUs ?? 0);
  const wnd = way.wnd ?? 65535;
  const stamp: Partial<SegmentRecord> =
    ((way.syn?.opts ?? 0) & OPT_TIMESTAMPS) !== 0 ? ts(way.syn?.tsVal ?? 0) : {};
  const arrive = (ctl: string, seq: number, ack: number, more: Partial<SegmentRecord> = {}): void =>
    a.inject(ctl, seq, ack, { wnd, ...stamp, ...more });
  const established = (): void => {
    if (way.active === true) {
      a.openActive();
      arrive('SYN,ACK', way.irs ?? 0, 1, way.syn);
    } else {
      a.openPassive();
      arrive('SYN', way.irs ?? 0, 0, way.syn);
      arrive('ACK', 1, 1);
    }
  };
  switch (state) {
    case 'CLOSED':
      break;
    case 'LISTEN':
      a.openPassive();
      break;
    case 'SYN-SENT':
      a.openActive();
      break;
    case 'SYN-RECEIVED':
      if (way.active === true) a.openActive();
      else a.openPassive();
      arrive('SYN', way.irs ?? 0, 0, way.syn);
      break;
    case 'ESTABLISHED':
      established();
      break;
    case 'FIN-WAIT-1':
      established();
      a.close();
      break;
    case 'FIN-WAIT-2':
      established();
      a.close();
      arrive('ACK', 1, 2);
      break;
    case 'CLOSE-WAIT':
      established();
      arrive('FIN,ACK', 1, 1);
      break;
    case 'CLOSING':
      established();
      a.close();
      arrive('FIN,ACK', 1, 1);
      break;
    case 'LAST-ACK':
      established();
      arrive('FIN,ACK', 1, 1);
      a.close();
      break;
    case 'TIME-WAIT':
      established();
      a.close();
      arrive('FIN,ACK', 1, 2);
  }
  if (a.state !== state) throw new Error(`on the way to ${state}: ${a.state}`);
  a.sent.length = a.rows.length = a.drops.length = a.timersFired.length = 0;
  a.signals = 0;
  return a;
}

/** The sequence number, counted from the peer's ISS, that `a` expects next. */
export function expected(a: Endpoint): number {
  return (a.tcb.rcv.nxt - a.tcb.rcv.irs) | 0;
}

/** What was sent since the last call, without windows and options: "FIN,ACK seq=1 ack=2 len=0". */
export function sent(a: Endpoint): string[] {
  return a.lines().map((line) => line.replace(/ win=\d+/, '').replace(/ <.*>$/, ''));
}

/** The windows offered by what was sent since the last call. */
export function windows(a: Endpoint): number[] {
  return a.sent.splice(0).map((r) => r.wnd);
}

/** Lets time pass and runs each timer when it is due. */
export function pass(a: Endpoint, ms: number): void {
  const until = a.engine.now + ms * 1000;
  for (let i = 0; i < 100_000; i++) {
    const wake = wakeUs(a);
    if (wake > until) {
      a.setNow(until);
      return;
    }
    a.setNow(Math.max(a.engine.now, wake));
    a.tick();
  }
  throw new Error('the timers never come to rest');
}

/** When each segment left, in milliseconds from now: runs the clock for `ms` and notes what it sends. */
export function departures(a: Endpoint, ms: number): { at: number; line: string }[] {
  const start = a.engine.now;
  const found: { at: number; line: string }[] = [];
  const until = start + ms * 1000;
  for (;;) {
    for (const line of sent(a)) found.push({ at: Math.round((a.engine.now - start) / 1000), line });
    const wake = wakeUs(a);
    if (wake > until) break;
    a.setNow(Math.max(a.engine.now, wake));
    a.tick();
  }
  a.setNow(until);
  return found;
}

/** `n` octets that say where they belong. */
export function octets(n: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: n }, (_, i) => (from + i) % 251);
}

/** Text of a segment, as a field. */
export function text(n: number, from = 0): Partial<SegmentRecord> {
  return { text: octets(n, from) };
}
