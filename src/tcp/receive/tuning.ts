// How large a receive buffer has to be: twice what its user takes in a round-trip time, and more while that grows, so
// that the window is never what a sender waits for (dynamic right-sizing; the same rule as Linux's). It never shrinks.

import type { Engine } from '../engine.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Segments that lie beside it: a window that holds just a flight stops the sender for an ACK. */
const MARGIN = 16;
/** Without a sample a round trip is taken to be as long. */
const UNKNOWN_RTT_US = 100_000;

/** The user has taken `n` octets. */
export function tuneReceiveBuffer(e: Engine, tcb: Tcb, n: number): void {
  const { rcv, rto, config } = tcb;
  rcv.copied = (rcv.copied + n) | 0;
  const elapsed = (e.us - rcv.copiedAtUs) | 0;
  if (elapsed >= 0 && elapsed < (rto.measured === 1 ? rto.srttUs : UNKNOWN_RTT_US)) return;
  const { copied, space } = rcv;
  rcv.copied = 0;
  rcv.copiedAtUs = e.us;
  if (copied <= space) return;
  rcv.space = copied;
  // The first measurement, and one after a silence, say nothing about growth.
  const growth = space === 0 || elapsed < 0 ? 0 : (copied - space) / space;
  const want = (2 * copied + MARGIN * rcv.fullSize) * (1 + 2 * Math.min(growth, 2));
  if (want > rcv.buf && e.mayGrow) rcv.buf = Math.min(Math.ceil(want), config.receiveBufferMax);
}

/** True when the receive buffer of `tcb` may become larger than it is. */
export function tunesReceiveBuffer(tcb: Tcb): boolean {
  const { config, rcv } = tcb;
  return config.receiveBufferTuning && rcv.buf < config.receiveBufferMax;
}
