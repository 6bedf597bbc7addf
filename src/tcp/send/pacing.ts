// Pacing (draft-ietf-ccwg-bbr section 5.6.2): segments leave at the rate that the congestion control answers, not all at
// once that cwnd allows. What is kept is one time: when the next segment is to leave. Timers are of milliseconds, so a
// burst is what leaves in one of them, and two segments at least, which a peer with delayed ACKs acknowledges at once.

import { controlOf } from '../congestion/control.ts';
import type { Engine } from '../engine.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { due } from '../time.ts';
import { setTimer } from '../timers.ts';

/** `cc.pacingRate` of a connection that is not to be paced, and of one that is, but has no rate. */
const NEVER = 0;
const NO_RATE = -1;
/** A millisecond's worth may leave before its time. */
const QUANTUM_US = 1000;
/** How late the timer may be for what should have left meanwhile to go at once. */
const MOST_LATE_US = 10_000;
const SECOND_US = 1_000_000;
/** An int32. A rate beyond it, 17 Gbit/s, is none. */
const MAX_RATE = 0x7fffffff;

/** The connection begins. Its first window leaves as it is: nothing is known of the path. */
export function startPacing(tcb: Tcb): void {
  const { cc, config } = tcb;
  const on = config.pacing === 'on' || (config.pacing === 'auto' && controlOf(tcb).paced === true);
  cc.pacingRate = on ? NO_RATE : NEVER;
}

/** Something has arrived: the rate is what the congestion control answers now. */
export function updatePacing(tcb: Tcb): void {
  const { cc } = tcb;
  if (cc.pacingRate === NEVER) return;
  const rate = controlOf(tcb).pacingRate(tcb);
  cc.pacingRate = rate > 0 && rate < MAX_RATE ? Math.ceil(rate) : NO_RATE;
}

/**
 * How long before its time a segment would leave, in microseconds; negative: it is late. Time that nobody waited for is
 * not made up for.
 */
function earlyUs(e: Engine, tcb: Tcb): number {
  const us = (tcb.cc.departureUs - e.us) | 0;
  return us >= 0 ? us : tcb.timer.pace === 0 ? 0 : Math.max(us, -MOST_LATE_US);
}

/** Octets that may leave now: 0, or a full segment at least. Only where there is a rate. */
export function paceRoom(e: Engine, tcb: Tcb): number {
  const { pacingRate } = tcb.cc;
  const { mss } = tcb.snd;
  const quantumUs = Math.max(QUANTUM_US, (2 * mss * SECOND_US) / pacingRate);
  const us = quantumUs - earlyUs(e, tcb);
  if (us <= 0) return 0;
  return Math.max(Math.min((us * pacingRate) / SECOND_US, MAX_RATE) | 0, mss);
}

/** So many octets leave: the next do when these have had their time. */
export function depart(e: Engine, tcb: Tcb, octets: number): void {
  const { cc } = tcb;
  cc.departureUs = (e.us + earlyUs(e, tcb) + Math.ceil((octets * SECOND_US) / cc.pacingRate)) | 0;
}

/** Something waits for its time. */
export function waitForPace(e: Engine, tcb: Tcb): void {
  const { cc, timer } = tcb;
  if (timer.pace !== 0 && !due(e, timer.pace)) return;
  setTimer(e, tcb, 'pace', Math.ceil(Math.max((cc.departureUs - e.us) | 0, 1) / 1000));
}
