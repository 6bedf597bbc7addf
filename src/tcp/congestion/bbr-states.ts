// The states of BBRv3 (draft-ietf-ccwg-bbr sections 5.3 and 5.4): Startup, Drain, the cycle of ProbeBW, ProbeRTT. Each
// function is one of the draft's.

import type { AckSample } from '../loss/sample.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { Phase } from '../tcb/tcb.ts';
import {
  AckPhase,
  advanceMaxBwFilter,
  type BbrState,
  bdp,
  deliveredOf,
  inflightOf,
  inflightWithHeadroom,
  isProbeBw,
  isTooHigh,
  Mode,
  maxBw,
  minPipe,
  rateOf,
  resetFullBw,
  resetShortTermModel,
  startRound,
  targetInflight,
} from './bbr-model.ts';

/** BBR.StartupPacingGain, BBR.DrainPacingGain, BBR.DefaultCwndGain, and those of the ProbeBW states (section 5.6.1). */
const STARTUP_PACING_GAIN = 2.77;
const DRAIN_PACING_GAIN = 0.5;
const DOWN_PACING_GAIN = 0.9;
const UP_PACING_GAIN = 1.25;
const CWND_GAIN = 2;
const UP_CWND_GAIN = 2.25;
const PROBE_RTT_CWND_GAIN = 0.5;
const PROBE_RTT_DURATION_US = 200_000;
/** BBRStartupFullLossCnt. */
const STARTUP_FULL_LOSS_COUNT = 6;
/** Drain ends after so many rounds in any case. */
const DRAIN_ROUNDS = 3;
/** The longest wait between two probes, in rounds (section 5.3.3.8). */
const RENO_ROUNDS = 63;
const SECOND_US = 1_000_000;

function enter(b: BbrState, mode: number, pacingGain: number, cwndGain = CWND_GAIN): void {
  b.mode = mode;
  b.pacingGain = pacingGain;
  b.cwndGain = cwndGain;
}

/** A number below 1: xorshift, which needs no more than a number to remember. */
function random(b: BbrState): number {
  let x = b.random;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  b.random = x;
  return (x >>> 0) / 2 ** 32;
}

/** EnterStartup. */
export function enterStartup(b: BbrState): void {
  enter(b, Mode.STARTUP, STARTUP_PACING_GAIN);
}

/** CheckStartupDone (section 5.3.1.1). */
export function checkStartupDone(tcb: Tcb, b: BbrState, s: AckSample): void {
  if (b.mode !== Mode.STARTUP) return;
  if (isLossHigh(tcb, b, s)) leaveStartupForLoss(tcb, b);
  if (b.fullBwReached === 1) enterDrain(b);
}

/** CheckStartupHighLoss (section 5.3.1.3), at the end of a round. */
function isLossHigh(tcb: Tcb, b: BbrState, s: AckSample): boolean {
  if (tcb.cc.phase !== Phase.FAST_RECOVERY) return false;
  if (tcb.sack === 0) return b.lossInRound === 1;
  return (
    b.lossRoundStart === 1 &&
    b.lossEventsInRound >= STARTUP_FULL_LOSS_COUNT &&
    isTooHigh(tcb, s.rateLost, s.txInFlight)
  );
}

/** The path is full: losses, or marks of ECN, say so. */
export function leaveStartupForLoss(tcb: Tcb, b: BbrState): void {
  b.undoMode = Mode.STARTUP;
  b.fullBwReached = 1;
  b.inflightLongterm = Math.max(bdp(tcb, b, 1), b.inflightLatest);
  enterDrain(b);
}

function enterDrain(b: BbrState): void {
  enter(b, Mode.DRAIN, DRAIN_PACING_GAIN);
  b.drainStartRound = b.roundCount;
}

/** CheckDrainDone (section 5.3.2). */
export function checkDrainDone(tcb: Tcb, b: BbrState, s: AckSample, nowUs: number): void {
  if (b.mode !== Mode.DRAIN) return;
  if (s.inFlight <= inflightOf(tcb, b, 1) || b.roundCount > b.drainStartRound + DRAIN_ROUNDS)
    startDown(tcb, b, nowUs);
}

/** StartProbeBW_DOWN. */
export function startDown(tcb: Tcb, b: BbrState, nowUs: number): void {
  resetCongestionSignals(b);
  b.probeUpAckedPerInc = Number.POSITIVE_INFINITY;
  // PickProbeWait
  b.roundsSinceProbeUp = random(b) < 0.5 ? 0 : 1;
  b.bwProbeWaitUs = (2 + random(b)) * SECOND_US;
  b.cycleStampUs = nowUs;
  b.ackPhase = AckPhase.STOPPING;
  startRound(tcb, b);
  enter(b, Mode.DOWN, DOWN_PACING_GAIN);
}

/** ResetCongestionSignals. */
function resetCongestionSignals(b: BbrState): void {
  b.lossInRound = 0;
  b.lossEventsInRound = 0;
  b.bwLatest = 0;
  b.inflightLatest = 0;
}

function startCruise(b: BbrState): void {
  enter(b, Mode.CRUISE, 1);
}

/** StartProbeBW_REFILL. */
export function startRefill(tcb: Tcb, b: BbrState): void {
  resetShortTermModel(b);
  b.bwProbeUpRounds = 0;
  b.bwProbeUpAcked = 0;
  b.prevProbePrecautionary = 0;
  b.ackPhase = AckPhase.REFILLING;
  startRound(tcb, b);
  enter(b, Mode.REFILL, 1);
}

/** StartProbeBW_UP. */
function startUp(tcb: Tcb, b: BbrState, s: AckSample): void {
  b.ackPhase = AckPhase.STARTING;
  startRound(tcb, b);
  resetFullBw(b, rateOf(s));
  enter(b, Mode.UP, UP_PACING_GAIN, UP_CWND_GAIN);
  raiseLongtermSlope(tcb, b);
}

/** UpdateProbeBWCyclePhase (section 5.3.3.9). */
export function updateCycle(tcb: Tcb, b: BbrState, s: AckSample, nowUs: number): void {
  if (b.fullBwReached === 0) return;
  if (adaptLongTermModel(tcb, b, s)) return;
  switch (b.mode) {
    case Mode.DOWN:
      if (isTimeToProbe(tcb, b, nowUs)) startRefill(tcb, b);
      else if (isTimeToCruise(tcb, b, s)) startCruise(b);
      return;
    case Mode.CRUISE:
      if (isTimeToProbe(tcb, b, nowUs)) startRefill(tcb, b);
      return;
    case Mode.REFILL:
      if (b.roundStart === 0) return;
      b.isBwProbeSample = 1;
      startUp(tcb, b, s);
      return;
    case Mode.UP:
      if (!isTimeToGoDown(tcb, b, s)) return;
      b.prevProbeTooHigh = 0;
      startDown(tcb, b, nowUs);
  }
}

/** IsTimeToProbeBW: a few seconds, or as many rounds as Reno would need to grow as much (section 5.3.3.8). */
function isTimeToProbe(tcb: Tcb, b: BbrState, nowUs: number): boolean {
  if (nowUs > b.cycleStampUs + b.bwProbeWaitUs) return true;
  return b.roundsSinceProbeUp >= Math.min(targetInflight(tcb, b) / tcb.snd.mss, RENO_ROUNDS);
}

/** IsTimeToCruise. */
function isTimeToCruise(tcb: Tcb, b: BbrState, s: AckSample): boolean {
  return s.inFlight <= inflightWithHeadroom(tcb, b) && s.inFlight <= inflightOf(tcb, b, 1, maxBw(b));
}

/** C.is_cwnd_limited: before this ACK there was no room for a segment. */
function isCwndLimited(tcb: Tcb, s: AckSample): boolean {
  return s.priorInFlight + tcb.snd.mss > tcb.cc.cwnd;
}

/** IsTimeToGoDown. */
function isTimeToGoDown(tcb: Tcb, b: BbrState, s: AckSample): boolean {
  if (b.prevProbeTooHigh === 1 && s.inFlight >= b.inflightLongterm) {
    b.prevProbePrecautionary = 1;
    return true;
  }
  if (isCwndLimited(tcb, s) && tcb.cc.cwnd >= b.inflightLongterm) {
    resetFullBw(b, rateOf(s));
    return false;
  }
  return b.fullBwNow === 1;
}

/** RaiseInflightLongtermSlope. */
function raiseLongtermSlope(tcb: Tcb, b: BbrState): void {
  const growth = 2 ** b.bwProbeUpRounds;
  b.bwProbeUpRounds = Math.min(b.bwProbeUpRounds + 1, 30);
  b.probeUpAckedPerInc = Math.max(tcb.cc.cwnd / growth, tcb.snd.mss);
}

/** ProbeInflightLongtermUpward. */
function probeLongtermUpward(tcb: Tcb, b: BbrState, s: AckSample): void {
  if (!isCwndLimited(tcb, s) || tcb.cc.cwnd < b.inflightLongterm) return;
  b.bwProbeUpAcked += s.delivered;
  if (b.bwProbeUpAcked >= b.probeUpAckedPerInc) {
    const delta = Math.floor(b.bwProbeUpAcked / b.probeUpAckedPerInc);
    b.bwProbeUpAcked -= delta * b.probeUpAckedPerInc;
    b.inflightLongterm += delta * tcb.snd.mss;
  }
  if (b.roundStart === 1) raiseLongtermSlope(tcb, b);
}

/** AdaptLongTermModel. True: it has decided what state comes next. */
function adaptLongTermModel(tcb: Tcb, b: BbrState, s: AckSample): boolean {
  if (b.ackPhase === AckPhase.STARTING && b.roundStart === 1) b.ackPhase = AckPhase.FEEDBACK;
  if (b.ackPhase === AckPhase.STOPPING && b.roundStart === 1) {
    b.isBwProbeSample = 0;
    b.ackPhase = AckPhase.INIT;
    if (isProbeBw(b) && s.appLimited === 0) advanceMaxBwFilter(b);
    if (isProbeBw(b) && b.prevProbePrecautionary === 1 && b.prevProbeTooHigh === 0) {
      startRefill(tcb, b);
      return true;
    }
  }
  if (isTooHigh(tcb, s.rateLost, s.txInFlight) || b.inflightLongterm === Number.POSITIVE_INFINITY)
    return false;
  if (s.txInFlight > b.inflightLongterm) b.inflightLongterm = s.txInFlight;
  if (b.mode === Mode.UP) probeLongtermUpward(tcb, b, s);
  return false;
}

/** ProbeRTTCwnd (section 5.6.4.5). */
export function probeRttCwnd(tcb: Tcb, b: BbrState): number {
  return Math.max(bdp(tcb, b, PROBE_RTT_CWND_GAIN), minPipe(tcb));
}

/** SaveCwnd (section 5.6.4.4). */
export function saveCwnd(tcb: Tcb, b: BbrState): void {
  const { cwnd } = tcb.cc;
  b.priorCwnd = b.recovering === 0 && b.mode !== Mode.PROBE_RTT ? cwnd : Math.max(b.priorCwnd, cwnd);
}

/** CheckProbeRTT (section 5.3.4.3): cwnd, which is the one from before when it ends. */
export function checkProbeRtt(tcb: Tcb, b: BbrState, s: AckSample, cwnd: number, nowUs: number): number {
  if (b.mode !== Mode.PROBE_RTT && b.probeRttExpired === 1 && b.idleRestart === 0) {
    saveCwnd(tcb, b);
    enter(b, Mode.PROBE_RTT, 1, PROBE_RTT_CWND_GAIN);
    b.probeRttDoneUs = 0;
    b.ackPhase = AckPhase.STOPPING;
    startRound(tcb, b);
  }
  const after = b.mode === Mode.PROBE_RTT ? handleProbeRtt(tcb, b, s, cwnd, nowUs) : cwnd;
  if (deliveredOf(tcb, s) > 0) b.idleRestart = 0;
  return after;
}

function handleProbeRtt(tcb: Tcb, b: BbrState, s: AckSample, cwnd: number, nowUs: number): number {
  // MarkConnectionAppLimited: what is measured now says little of what the path carries.
  if (tcb.sent !== null) tcb.sent.appLimited = (tcb.cc.delivered + s.inFlight) | 0 || 1;
  if (b.probeRttDoneUs === 0) {
    if (s.inFlight > probeRttCwnd(tcb, b)) return cwnd;
    b.probeRttDoneUs = nowUs + PROBE_RTT_DURATION_US;
    b.probeRttRoundDone = 0;
    startRound(tcb, b);
    return cwnd;
  }
  if (b.roundStart === 1) b.probeRttRoundDone = 1;
  return b.probeRttRoundDone === 1 ? checkProbeRttDone(tcb, b, cwnd, nowUs) : cwnd;
}

/** CheckProbeRTTDone, ExitProbeRTT (section 5.3.4.4): cwnd. */
export function checkProbeRttDone(tcb: Tcb, b: BbrState, cwnd: number, nowUs: number): number {
  if (b.probeRttDoneUs === 0 || nowUs <= b.probeRttDoneUs) return cwnd;
  b.probeRttStampUs = nowUs;
  resetShortTermModel(b);
  if (b.fullBwReached === 1) {
    startDown(tcb, b, nowUs);
    startCruise(b);
  } else {
    enterStartup(b);
  }
  return Math.max(cwnd, b.priorCwnd);
}
