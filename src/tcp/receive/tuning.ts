// How large a receive buffer has to be: twice what its user takes in a round-trip time, and more while that grows, so
// that the window is never what a sender waits for (dynamic right-sizing; the same rule as Linux's). It never shrinks.
// Who only receives has no samples of RFC 6298: the echo of a timestamp is one, or the time in which a window came.

import { OPT_TIMESTAMPS, type Segment } from '../../wire/segment.ts';
import { seqLeq } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { tsNow } from '../timestamps.ts';

/** Segments that lie beside it: a window that holds just a flight stops the sender for an ACK. */
const MARGIN = 16;
/** Without a sample a round trip is taken to be as long. */
const UNKNOWN_RTT_US = 100_000;
/** An echo that is older tells of a silence. */
const MOST_RTT_MS = 60_000;

/** Text has come in order: a sample of the round-trip time, when it is one. */
export function measureRcvRtt(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv } = tcb;
  if (tcb.ts === 1) {
    // The first full segment that echoes a timestamp: those behind it waited for their turn.
    if ((seg.opts & OPT_TIMESTAMPS) === 0 || seg.tsEcr === rcv.rttMark || seg.textLen < rcv.fullSize) return;
    rcv.rttMark = seg.tsEcr;
    const ms = (tsNow(e, tcb) - seg.tsEcr) | 0;
    if (ms > 0 && ms <= MOST_RTT_MS) noteRcvRtt(tcb, ms * 1000);
    return;
  }
  if (rcv.rttAtUs !== 0 && seqLeq(rcv.nxt, rcv.rttMark)) return;
  const us = (e.us - rcv.rttAtUs) | 0;
  // What lies beyond the edge of then was sent after an ACK of ours that left since: a round trip, or more.
  if (rcv.rttAtUs !== 0 && us > 0 && (rcv.rttUs === 0 || us < rcv.rttUs)) rcv.rttUs = us;
  rcv.rttMark = rcv.edge;
  rcv.rttAtUs = e.us === 0 ? 1 : e.us;
}

function noteRcvRtt({ rcv }: Tcb, us: number): void {
  rcv.rttUs = rcv.rttUs === 0 ? us : (rcv.rttUs + ((us - rcv.rttUs) >> 3)) | 0;
}

/** What passes for a round trip here: as the receiver sees it, else as our own segments were acknowledged. */
function roundTripUs({ rcv, rto }: Tcb): number {
  if (rcv.rttUs > 0) return rcv.rttUs;
  return rto.measured === 1 ? rto.srttUs : UNKNOWN_RTT_US;
}

/** The user has taken `n` octets. */
export function tuneReceiveBuffer(e: Engine, tcb: Tcb, n: number): void {
  const { rcv, config } = tcb;
  rcv.copied = (rcv.copied + n) | 0;
  const elapsed = (e.us - rcv.copiedAtUs) | 0;
  if (elapsed >= 0 && elapsed < roundTripUs(tcb)) return;
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
