// HyStart++ (RFC 9406): slow start ends before it overflows the queue. When the round-trip time grows, cwnd grows by a
// quarter of what it did (conservative slow start); when that was a mistake slow start goes on, else five rounds later
// congestion avoidance begins.

import { seqGt } from '../../wire/seq.ts';
import type { AckSample } from '../loss/sample.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Section 4.3. */
const MIN_RTT_THRESH_US = 4_000;
const MAX_RTT_THRESH_US = 16_000;
const MIN_RTT_DIVISOR = 8;
const N_RTT_SAMPLE = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;
/** L, where segments are not paced. */
const L = 8;

/** No round has said yet: longer than every round trip. */
const NEVER_US = 0x7fffffff;

/** State of section 4.2. Times are spans in microseconds. */
export class HyStart {
  /** 1: slow start is over, by this or by a loss, and so is all of this. */
  done = 0;
  /** Rounds in conservative slow start, the present one included; 0: not in it. */
  cssRounds = 0;
  /** windowEnd: the round ends when this is acknowledged. */
  windowEnd = 0;
  lastRoundMinRttUs = NEVER_US;
  currentRoundMinRttUs = NEVER_US;
  cssBaselineMinRttUs = NEVER_US;
  rttSampleCount = 0;

  constructor(windowEnd: number) {
    this.windowEnd = windowEnd;
  }
}

/**
 * An ACK in slow start, for which SND.UNA has moved: how many octets cwnd grows. When `h.done` is 1 afterwards, slow start
 * is over.
 */
export function hyStart(tcb: Tcb, h: HyStart, s: AckSample): number {
  const { snd } = tcb;
  if (seqGt(snd.una, h.windowEnd)) beginRound(h, snd.nxt);
  if (s.rttUs >= 0) {
    h.rttSampleCount++;
    if (s.rttUs < h.currentRoundMinRttUs) h.currentRoundMinRttUs = s.rttUs;
  }
  if (h.cssRounds === 0) detectDelay(h);
  else leaveCss(h);
  const grow = Math.min(s.acked, L * snd.mss);
  return h.cssRounds === 0 ? grow : Math.floor(grow / CSS_GROWTH_DIVISOR);
}

/** The loss that ended slow start was none: it goes on with a round of its own; what was sampled meanwhile says nothing. */
export function resume(h: HyStart, windowEnd: number): void {
  h.done = 0;
  h.windowEnd = windowEnd;
  h.currentRoundMinRttUs = NEVER_US;
  h.rttSampleCount = 0;
}

function beginRound(h: HyStart, windowEnd: number): void {
  h.windowEnd = windowEnd;
  h.lastRoundMinRttUs = h.currentRoundMinRttUs;
  h.currentRoundMinRttUs = NEVER_US;
  h.rttSampleCount = 0;
  if (h.cssRounds === 0) return;
  if (h.cssRounds === CSS_ROUNDS) h.done = 1;
  else h.cssRounds++;
}

/** "If the delay has increased": into conservative slow start. */
function detectDelay(h: HyStart): void {
  const { currentRoundMinRttUs: now, lastRoundMinRttUs: last } = h;
  if (h.rttSampleCount < N_RTT_SAMPLE) return;
  const eighth = Math.floor(last / MIN_RTT_DIVISOR);
  const thresh = Math.max(MIN_RTT_THRESH_US, Math.min(eighth, MAX_RTT_THRESH_US));
  if (now < last + thresh) return;
  h.cssBaselineMinRttUs = now;
  h.cssRounds = 1;
}

/** The delay has gone: it came from something else, and slow start goes on. */
function leaveCss(h: HyStart): void {
  if (h.rttSampleCount < N_RTT_SAMPLE || h.currentRoundMinRttUs >= h.cssBaselineMinRttUs) return;
  h.cssBaselineMinRttUs = NEVER_US;
  h.cssRounds = 0;
}
