// The retransmission timeout: RFC 6298, with Karn's algorithm (MUST-18) and back-off (MUST-19).

import type { Engine } from '../engine.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { overdue } from '../time.ts';

/** Upper bound of a sample, so that sums of it stay int32: 2^29 us, about nine minutes. */
const MAX_SAMPLE_US = 0x1fffffff;

/** Our SYN leaves, for the first time. */
export function timeSyn(e: Engine, tcb: Tcb): void {
  const { rto } = tcb;
  rto.timing = 1;
  rto.timedAtUs = e.us;
}

/** Our SYN is acknowledged: the first sample, if it was sent once. */
export function sampleSyn(e: Engine, tcb: Tcb): void {
  const { rto } = tcb;
  if (rto.timing === 0) return;
  rto.timing = 0;
  if (!slept(e, tcb)) sample(tcb, (e.us - rto.timedAtUs) | 0);
}

/** MUST-18: what is acknowledged would have gone again, had the machine not slept: the time is not the path's. */
export function slept(e: Engine, tcb: Tcb): boolean {
  return overdue(e, tcb.timer.rexmt) || overdue(e, tcb.timer.persist);
}

/**
 * RFC 6298 section 2.2 and 2.3. A sample counts as no more than the RTO without back-off: what was not answered within
 * that is for the back-off to say. So one sample makes no more than 15/8 of an RTO (of the first: three times). Of the
 * `expected` samples in a round trip each has its share (RFC 7323 appendix G).
 */
export function sample(tcb: Tcb, us: number, expected = 1): void {
  const { rto } = tcb;
  const r = credible(tcb, us);
  if (r < rto.minRttUs) rto.minRttUs = r;
  if (rto.measured === 0) {
    rto.measured = 1;
    rto.srttUs = r;
    rto.rttvarUs = r >> 1;
  } else {
    const off = rto.srttUs - r;
    const err = off < 0 ? -off : off;
    if (expected === 1) {
      rto.rttvarUs = (rto.rttvarUs - (rto.rttvarUs >> 2) + (err >> 2)) | 0;
      rto.srttUs = (rto.srttUs - (rto.srttUs >> 3) + (r >> 3)) | 0;
    } else {
      rto.rttvarUs = (rto.rttvarUs + (err - rto.rttvarUs) / (4 * expected)) | 0;
      rto.srttUs = (rto.srttUs - off / (8 * expected)) | 0;
    }
  }
  rto.rtoMs = computedRtoMs(tcb);
}

/** A sample as it counts: at most the RTO without back-off, which is never below its floor. */
function credible(tcb: Tcb, us: number): number {
  if (us >= 0 && us <= tcb.config.minRtoMs * 1000 && tcb.rto.measured === 1) return us;
  const most = Math.min(computedRtoMs(tcb) * 1000, MAX_SAMPLE_US);
  return us < 0 || us > most ? most : us;
}

/** The RTO as the samples say, without back-off. */
export function computedRtoMs(tcb: Tcb): number {
  const { rto, config } = tcb;
  if (rto.measured === 0) return config.initialRtoMs;
  // The floor is on the variance term, as in Linux: a steady path must leave room for the peer's
  // delayed ACK, whatever its round-trip time.
  const variance = Math.ceil((4 * rto.rttvarUs) / 1000);
  const margin = Math.max(variance, config.minRtoMs);
  const ms = Math.ceil(rto.srttUs / 1000) + margin + config.rtoSlopMs;
  return Math.min(ms, config.maxRtoMs);
}

/** RFC 6298 section 5.5: RTO <- RTO * 2, bounded. What is added to it is not doubled. */
export function backOff(tcb: Tcb): void {
  const { rto, config } = tcb;
  const first = rto.measured === 0 && rto.timeouts <= 1;
  const base = first ? rto.rtoMs : rto.rtoMs - config.rtoSlopMs;
  rto.rtoMs = Math.min(base * 2 + config.rtoSlopMs, config.maxRtoMs);
}
