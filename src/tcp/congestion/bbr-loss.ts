// What BBRv3 does when something is lost (draft-ietf-ccwg-bbr sections 5.5.10 and 5.5.11): while it probes for more, the
// bound of the long term; else those of the short term, once for each round.

import type { AckSample } from '../loss/sample.ts';
import type { Tcb } from '../tcb/tcb.ts';
import {
  type BbrState,
  BETA,
  deliveredOf,
  isTooHigh,
  LOSS_THRESH,
  Mode,
  maxBw,
  NO_MODE,
  rateOf,
  resetFullBw,
  targetInflight,
  updateMaxBw,
} from './bbr-model.ts';
import { enterStartup, saveCwnd, startDown, startRefill } from './bbr-states.ts';

/** NoteLoss. */
export function noteLoss(tcb: Tcb, b: BbrState): void {
  if (b.lossInRound === 0) {
    b.lossRoundDelivered = tcb.cc.delivered;
    saveState(tcb, b);
  }
  b.lossInRound = 1;
}

/** SaveStateUponLoss (section 5.5.11.1). */
export function saveState(tcb: Tcb, b: BbrState): void {
  saveCwnd(tcb, b);
  b.undoMode = NO_MODE;
  b.undoBwShortterm = b.bwShortterm;
  b.undoInflightShortterm = b.inflightShortterm;
  b.undoInflightLongterm = b.inflightLongterm;
}

/**
 * HandleLostPacket: `size` octets that left when `txInFlight` were in flight, these included, are lost, and so is `lost`
 * since then, these included.
 */
export function lostPacket(
  tcb: Tcb,
  b: BbrState,
  size: number,
  txInFlight: number,
  lost: number,
  appLimited: boolean,
): void {
  noteLoss(tcb, b);
  if (b.isBwProbeSample === 0 || !isTooHigh(tcb, lost, txInFlight)) return;
  tooHigh(tcb, b, inflightAtLoss(size, txInFlight, lost), appLimited, b.nowUs);
}

/** InflightAtLoss: at which volume the losses crossed BBR.LossThresh. */
function inflightAtLoss(size: number, txInFlight: number, lost: number): number {
  const before = txInFlight - size;
  return before + (LOSS_THRESH * before - (lost - size)) / (1 - LOSS_THRESH);
}

/** HandleInflightTooHigh. */
export function tooHigh(tcb: Tcb, b: BbrState, txInFlight: number, appLimited: boolean, nowUs: number): void {
  b.prevProbeTooHigh = 1;
  b.isBwProbeSample = 0;
  if (!appLimited) b.inflightLongterm = Math.max(txInFlight, targetInflight(tcb, b) * BETA);
  if (b.mode !== Mode.UP) return;
  b.undoMode = Mode.UP;
  startDown(tcb, b, nowUs);
}

/** UpdateLatestDeliverySignals (section 5.5.10.3). */
export function updateLatestSignals(tcb: Tcb, b: BbrState, s: AckSample): void {
  b.lossRoundStart = 0;
  b.bwLatest = Math.max(b.bwLatest, rateOf(s));
  b.inflightLatest = Math.max(b.inflightLatest, deliveredOf(tcb, s));
  if (s.newest === 1 && ((s.newestDelivered - b.lossRoundDelivered) | 0) >= 0) {
    b.lossRoundDelivered = tcb.cc.delivered;
    b.lossRoundStart = 1;
  }
}

/** AdvanceLatestDeliverySignals. */
export function advanceLatestSignals(tcb: Tcb, b: BbrState, s: AckSample): void {
  if (b.lossRoundStart === 0) return;
  b.bwLatest = rateOf(s);
  b.inflightLatest = deliveredOf(tcb, s);
}

/** UpdateCongestionSignals. */
export function updateCongestionSignals(tcb: Tcb, b: BbrState, s: AckSample): void {
  updateMaxBw(tcb, b, s);
  if (b.lossRoundStart === 1) adaptLowerBounds(tcb, b);
}

/** AdaptLowerBoundsFromCongestion, InitLowerBounds, LossLowerBounds. */
function adaptLowerBounds(tcb: Tcb, b: BbrState): void {
  const probing = b.mode === Mode.STARTUP || b.mode === Mode.REFILL || b.mode === Mode.UP;
  if (probing || b.lossInRound === 0) return;
  if (b.bwShortterm === Number.POSITIVE_INFINITY) b.bwShortterm = maxBw(b);
  if (b.inflightShortterm === Number.POSITIVE_INFINITY) b.inflightShortterm = tcb.cc.cwnd;
  b.bwShortterm = Math.max(b.bwLatest, BETA * b.bwShortterm);
  b.inflightShortterm = Math.max(b.inflightLatest, BETA * b.inflightShortterm);
}

/** The round of losses is over. */
export function endLossRound(b: BbrState): void {
  if (b.lossRoundStart === 0) return;
  b.lossInRound = 0;
  b.lossEventsInRound = 0;
}

/** HandleSpuriousLossDetection (section 5.5.11.2), but for cwnd. */
export function spuriousLoss(tcb: Tcb, b: BbrState): void {
  b.lossInRound = 0;
  resetFullBw(b);
  b.bwShortterm = Math.max(b.bwShortterm, b.undoBwShortterm);
  b.inflightShortterm = Math.max(b.inflightShortterm, b.undoInflightShortterm);
  b.inflightLongterm = Math.max(b.inflightLongterm, b.undoInflightLongterm);
  if (b.undoMode === Mode.STARTUP && b.mode !== Mode.STARTUP) {
    b.fullBwReached = 0;
    if (b.mode !== Mode.PROBE_RTT) enterStartup(b);
  } else if (b.undoMode === Mode.UP && b.mode !== Mode.UP && b.mode !== Mode.PROBE_RTT) {
    startRefill(tcb, b);
  }
  b.undoMode = NO_MODE;
}
