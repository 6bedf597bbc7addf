// The retransmission timeout: RFC 6298, with Karn's algorithm (MUST-18) and back-off (MUST-19).

import type { Engine } from '../engine.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { overdue } from '../time.ts';

/** Upper bound of a sample, so that sums of it stay int32: 2^29 us, about nine minutes. */
const MAX_SAMPLE_US = 0x1fffffff;

/** Begins to time the segment that starts at `seq`, unless one is being timed. */
export function startTiming(e: Engine, tcb: Tcb, seq: number): void {
  const { rto } = tcb;
  if (rto.timing === 1) return;
  rto.timing = 1;
  rto.timedSeq = seq;
  rto.timedAtUs = e.us;
}

/** Takes a sample when SEG.ACK covers the timed segment. */
export function stopTiming(e: Engine, tcb: Tcb, ack: number): boolean {
  const { rto, timer } = tcb;
  if (rto.timing === 0 || ((ack - rto.timedSeq) | 0) <= 0) return false;
  rto.timing = 0;
  // MUST-18: the segment would have gone again, had the machine not slept. The time is the machine's, not the path's.
  if (overdue(e, timer.rexmt) || overdue(e, timer.persist)) return false;
  sample(tcb, (e.us - rto.timedAtUs) | 0);
  return true;
}

/**
 * RFC 6298 section 2.2 and 2.3. A sample counts as no more than the RTO that it was taken under: what was not answered
 * within that is for the back-off to say. So one sample makes no more than 15/8 of an RTO (of the first: three times).
 */
export function sample(tcb: Tcb, us: number): void {
  const { rto } = tcb;
  const most = Math.min(rto.rtoMs * 1000, MAX_SAMPLE_US);
  const r = us < 0 || us > most ? most : us;
  if (r < rto.minRttUs) rto.minRttUs = r;
  if (rto.measured === 0) {
    rto.measured = 1;
    rto.srttUs = r;
    rto.rttvarUs = r >> 1;
  } else {
    const off = rto.srttUs - r;
    const err = off < 0 ? -off : off;
    rto.rttvarUs = (rto.rttvarUs - (rto.rttvarUs >> 2) + (err >> 2)) | 0;
    rto.srttUs = (rto.srttUs - (rto.srttUs >> 3) + (r >> 3)) | 0;
  }
  rto.rtoMs = computedRtoMs(tcb);
}

/** The RTO as the samples say, without back-off. */
export function computedRtoMs(tcb: Tcb): number {
  const { rto, config } = tcb;
  if (rto.measured === 0) return config.initialRtoMs;
  // The floor is on the variance term, as in Linux: a steady path must leave room for the peer's
  // delayed ACK, whatever its round-trip time.
  const variance = Math.ceil((4 * rto.rttvarUs) / 1000);
  const margin = Math.max(variance, config.minRtoMs);
  const ms = Math.ceil(rto.srttUs / 1000) + margin;
  return Math.min(ms, config.maxRtoMs);
}

/** RFC 6298 section 5.5: RTO <- RTO * 2, bounded. */
export function backOff(tcb: Tcb): void {
  const { rto, config } = tcb;
  const doubled = rto.rtoMs * 2;
  rto.rtoMs = Math.min(doubled, config.maxRtoMs);
}
