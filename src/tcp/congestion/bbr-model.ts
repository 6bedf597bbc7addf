// The network path as BBRv3 sees it (draft-ietf-ccwg-bbr sections 5.5.1 to 5.5.9): how much a path carries in a second
// and in a round trip, and what of that is allowed now. Rates are octets per second, times microseconds, volumes octets.

import type { AckSample } from '../loss/sample.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** States (section 3.3). */
export const Mode = { STARTUP: 0, DRAIN: 1, DOWN: 2, CRUISE: 3, REFILL: 4, UP: 5, PROBE_RTT: 6 } as const;
/** BBR.ack_phase: what the ACKs that come now say of the last probe for bandwidth. */
export const AckPhase = { INIT: 0, REFILLING: 1, STARTING: 2, FEEDBACK: 3, STOPPING: 4 } as const;

/** Section 2.5. */
export const LOSS_THRESH = 0.02;
export const BETA = 0.7;
const HEADROOM = 0.15;
const MIN_PIPE_SEGMENTS = 4;
const MIN_RTT_FILTER_US = 10_000_000;
const PROBE_RTT_INTERVAL_US = 5_000_000;
/** Half of BBR.ExtraAckedFilterLen: the filter has two slots. */
const EXTRA_ACKED_SLOT_ROUNDS = 5;
/** Section 5.6.3. */
const MOST_QUANTUM = 65_536;
const SECOND_US = 1_000_000;

/** `undoMode` when there is none to return to. */
export const NO_MODE = -1;

/** What BBR remembers of a connection, under the draft's names. Infinity: no bound, no sample. */
export class BbrState {
  mode: number = Mode.STARTUP;
  pacingGain = 1;
  cwndGain = 1;
  pacingRate = 0;
  // Rounds (section 5.5.1).
  nextRoundDelivered = 0;
  roundStart = 0;
  roundCount = 0;
  // Bandwidth: the greatest rate of the last probing cycle and of this one (sections 5.5.2 to 5.5.6).
  maxBwBefore = 0;
  maxBwNow = 0;
  bw = 0;
  bwShortterm = Number.POSITIVE_INFINITY;
  bwLatest = 0;
  // Volume.
  inflightLongterm = Number.POSITIVE_INFINITY;
  inflightShortterm = Number.POSITIVE_INFINITY;
  inflightLatest = 0;
  // Round-trip time (sections 5.5.7 and 5.3.4.3).
  minRttUs = Number.POSITIVE_INFINITY;
  minRttStampUs = 0;
  probeRttMinUs = Number.POSITIVE_INFINITY;
  probeRttStampUs = 0;
  probeRttExpired = 0;
  probeRttDoneUs = 0;
  probeRttRoundDone = 0;
  idleRestart = 0;
  // Aggregation of ACKs (section 5.5.9).
  extraAckedStartUs = 0;
  extraAckedDelivered = 0;
  extraAckedBefore = 0;
  extraAckedNow = 0;
  extraAckedRounds = 0;
  // Whether the pipe is full (section 5.3.1.2).
  fullBw = 0;
  fullBwCount = 0;
  fullBwNow = 0;
  fullBwReached = 0;
  // The cycle of probes (section 5.3.3).
  drainStartRound = 0;
  cycleStampUs = 0;
  ackPhase: number = AckPhase.INIT;
  roundsSinceProbeUp = 0;
  bwProbeWaitUs = 0;
  bwProbeUpRounds = 0;
  bwProbeUpAcked = 0;
  probeUpAckedPerInc = Number.POSITIVE_INFINITY;
  isBwProbeSample = 0;
  prevProbeTooHigh = 0;
  prevProbePrecautionary = 0;
  // Losses (section 5.5.10), which are found at the ACK whose time this is, or soon after it.
  nowUs = 0;
  lossInRound = 0;
  lossEventsInRound = 0;
  lossRoundDelivered = 0;
  lossRoundStart = 0;
  // What is given back (sections 5.5.11 and 5.6.4.4).
  recovering = 0;
  priorCwnd = 0;
  undoMode: number = NO_MODE;
  undoBwShortterm = Number.POSITIVE_INFINITY;
  undoInflightShortterm = Number.POSITIVE_INFINITY;
  undoInflightLongterm = Number.POSITIVE_INFINITY;
  /** Of the randomness of waits: a generator's state, seeded with the ISS, which nobody can guess. */
  random = 1;
}

/** BBR's state of a connection that has it. */
export function own(tcb: Tcb): BbrState {
  return tcb.cc.own as BbrState;
}

/** RS.delivery_rate; 0: this ACK says nothing about it. */
export function rateOf(s: AckSample): number {
  return s.rateIntervalUs > 0 ? (s.rateDelivered * SECOND_US) / s.rateIntervalUs : 0;
}

/** RS.delivered, also of a sample whose time is too short for a rate. */
export function deliveredOf(tcb: Tcb, s: AckSample): number {
  return s.newest === 1 ? (tcb.cc.delivered - s.newestDelivered) | 0 : 0;
}

/** True in one of the ProbeBW states. */
export function isProbeBw(b: BbrState): boolean {
  return b.mode >= Mode.DOWN && b.mode <= Mode.UP;
}

/** StartRound. */
export function startRound(tcb: Tcb, b: BbrState): void {
  b.nextRoundDelivered = tcb.cc.delivered;
}

/** UpdateRound (section 5.5.1). */
function updateRound(tcb: Tcb, b: BbrState, s: AckSample): void {
  b.roundStart = s.newest === 1 && ((s.newestDelivered - b.nextRoundDelivered) | 0) >= 0 ? 1 : 0;
  if (b.roundStart === 0) return;
  startRound(tcb, b);
  b.roundCount++;
  b.roundsSinceProbeUp++;
}

/** BBR.max_bw. */
export function maxBw(b: BbrState): number {
  return Math.max(b.maxBwBefore, b.maxBwNow);
}

/** UpdateMaxBw (section 5.5.5). */
export function updateMaxBw(tcb: Tcb, b: BbrState, s: AckSample): void {
  updateRound(tcb, b, s);
  const rate = rateOf(s);
  if (rate > 0 && (rate >= maxBw(b) || s.appLimited === 0)) b.maxBwNow = Math.max(b.maxBwNow, rate);
}

/** AdvanceMaxBwFilter (section 5.5.6); a cycle without samples ends none. */
export function advanceMaxBwFilter(b: BbrState): void {
  if (b.maxBwNow === 0) return;
  b.maxBwBefore = b.maxBwNow;
  b.maxBwNow = 0;
}

/** ResetShortTermModel. */
export function resetShortTermModel(b: BbrState): void {
  b.bwShortterm = Number.POSITIVE_INFINITY;
  b.inflightShortterm = Number.POSITIVE_INFINITY;
}

/** BoundBWForModel. */
export function boundBw(b: BbrState): void {
  b.bw = Math.min(maxBw(b), b.bwShortterm);
}

/** ResetFullBW (section 5.3.1.2), with a new baseline. */
export function resetFullBw(b: BbrState, baseline = 0): void {
  b.fullBw = baseline;
  b.fullBwCount = 0;
  b.fullBwNow = 0;
}

/** CheckFullBWReached (section 5.3.1.2). */
export function checkFullBw(b: BbrState, s: AckSample): void {
  if (b.fullBwNow === 1 || b.roundStart === 0 || s.appLimited === 1) return;
  const rate = rateOf(s);
  if (rate >= b.fullBw * 1.25) {
    resetFullBw(b, rate);
    return;
  }
  b.fullBwCount++;
  if (b.fullBwCount < 3) return;
  b.fullBwNow = 1;
  b.fullBwReached = 1;
}

/** UpdateMinRTT (section 5.3.4.3). */
export function updateMinRtt(b: BbrState, s: AckSample, nowUs: number): void {
  b.probeRttExpired = nowUs > b.probeRttStampUs + PROBE_RTT_INTERVAL_US ? 1 : 0;
  if (s.rttUs >= 0 && (s.rttUs < b.probeRttMinUs || b.probeRttExpired === 1)) {
    b.probeRttMinUs = s.rttUs;
    b.probeRttStampUs = nowUs;
  }
  if (b.probeRttMinUs < b.minRttUs || nowUs > b.minRttStampUs + MIN_RTT_FILTER_US) {
    b.minRttUs = b.probeRttMinUs;
    b.minRttStampUs = b.probeRttStampUs;
  }
}

/** BBR.extra_acked. */
function extraAcked(b: BbrState): number {
  return Math.max(b.extraAckedBefore, b.extraAckedNow);
}

/** UpdateACKAggregation (section 5.5.9). */
export function updateAckAggregation(tcb: Tcb, b: BbrState, s: AckSample, nowUs: number): void {
  let expected = (b.bw * (nowUs - b.extraAckedStartUs)) / SECOND_US;
  if (b.extraAckedDelivered <= expected) {
    b.extraAckedDelivered = 0;
    b.extraAckedStartUs = nowUs;
    expected = 0;
  }
  b.extraAckedDelivered += s.delivered;
  if (b.roundStart === 1) {
    b.extraAckedRounds++;
    if (b.extraAckedRounds >= (b.fullBwReached === 1 ? EXTRA_ACKED_SLOT_ROUNDS : 1)) {
      b.extraAckedRounds = 0;
      b.extraAckedBefore = b.fullBwReached === 1 ? b.extraAckedNow : 0;
      b.extraAckedNow = 0;
    }
  }
  b.extraAckedNow = Math.max(b.extraAckedNow, Math.min(b.extraAckedDelivered - expected, tcb.cc.cwnd));
}

/** BBR.MinPipeCwnd. */
export function minPipe(tcb: Tcb): number {
  return MIN_PIPE_SEGMENTS * tcb.snd.mss;
}

/** BDPMultiple (section 5.6.4.2) at a rate; cwnd where no round trip was measured. */
export function bdp(tcb: Tcb, b: BbrState, gain: number, rate = b.bw): number {
  if (b.minRttUs === Number.POSITIVE_INFINITY || rate === 0) return tcb.cc.cwnd;
  return (gain * rate * b.minRttUs) / SECOND_US;
}

/** QuantizationBudget: what keeps bursts and delayed ACKs from emptying the pipe. */
function withBudget(tcb: Tcb, b: BbrState, volume: number): number {
  const { mss } = tcb.snd;
  const quantum = Math.max(Math.min(b.pacingRate / 1000, MOST_QUANTUM), 2 * mss);
  return Math.max(volume, 3 * quantum, minPipe(tcb)) + (b.mode === Mode.UP ? 2 * mss : 0);
}

/** Inflight. */
export function inflightOf(tcb: Tcb, b: BbrState, gain: number, rate = b.bw): number {
  return withBudget(tcb, b, bdp(tcb, b, gain, rate));
}

/** UpdateMaxInflight. */
export function maxInflight(tcb: Tcb, b: BbrState): number {
  return withBudget(tcb, b, bdp(tcb, b, b.cwndGain) + extraAcked(b));
}

/** InflightWithHeadroom (section 5.3.3.9). */
export function inflightWithHeadroom(tcb: Tcb, b: BbrState): number {
  if (b.inflightLongterm === Number.POSITIVE_INFINITY) return b.inflightLongterm;
  const headroom = Math.max(tcb.snd.mss, HEADROOM * b.inflightLongterm);
  return Math.max(b.inflightLongterm - headroom, minPipe(tcb));
}

/** TargetInflight (section 5.3.3.8). */
export function targetInflight(tcb: Tcb, b: BbrState): number {
  return Math.min(bdp(tcb, b, 1), tcb.cc.cwnd);
}

/** IsInflightTooHigh (section 5.5.10.2): so much was lost since something left, when so much was in flight. */
export function isTooHigh(tcb: Tcb, lost: number, txInFlight: number): boolean {
  return lost > txInFlight * LOSS_THRESH || (lost > 0 && tcb.sack === 0);
}
