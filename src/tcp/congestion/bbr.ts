// BBRv3 (draft-ietf-ccwg-bbr): it measures how much the path carries and how long that takes, and keeps as much in flight
// as that asks for; losses bound it only where they are many. Here is what the engine asks of it, and the control
// parameters (section 5.6); what it measures is bbr-model.ts, the states bbr-states.ts, losses bbr-loss.ts.

import type { AckSample } from '../loss/sample.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import {
  advanceLatestSignals,
  endLossRound,
  lostPacket,
  noteLoss,
  saveState,
  spuriousLoss,
  tooHigh,
  updateCongestionSignals,
  updateLatestSignals,
} from './bbr-loss.ts';
import {
  BbrState,
  boundBw,
  checkFullBw,
  inflightWithHeadroom,
  isProbeBw,
  Mode,
  maxInflight,
  minPipe,
  own,
  updateAckAggregation,
  updateMinRtt,
} from './bbr-model.ts';
import {
  checkDrainDone,
  checkProbeRtt,
  checkProbeRttDone,
  checkStartupDone,
  enterStartup,
  leaveStartupForLoss,
  probeRttCwnd,
  updateCycle,
} from './bbr-states.ts';
import type { CongestionControl } from './control.ts';
import { initialWindow } from './cwnd.ts';

/** BBR.PacingMarginPercent. */
const PACING_MARGIN = 0.99;
const SECOND_US = 1_000_000;

/** draft-ietf-ccwg-bbr. */
export const bbr: CongestionControl = {
  name: 'bbr',
  paced: true,
  ownsRecovery: true,

  /** OnInit (section 5.2.1), InitPacingRate (section 5.6.2). */
  start(tcb: Tcb, nowUs: number): BbrState {
    const b = new BbrState();
    b.random = tcb.snd.iss | 1;
    b.nowUs = nowUs;
    b.minRttStampUs = nowUs;
    b.probeRttStampUs = nowUs;
    b.extraAckedStartUs = nowUs;
    b.nextRoundDelivered = tcb.cc.delivered;
    b.lossRoundDelivered = tcb.cc.delivered;
    enterStartup(b);
    if (tcb.rto.measured === 1) {
      b.minRttUs = b.probeRttMinUs = tcb.rto.minRttUs;
      b.pacingRate = (b.pacingGain * tcb.cc.cwnd * SECOND_US) / Math.max(tcb.rto.srttUs, 1);
    }
    return b;
  },

  /** UpdateModelAndState and UpdateControlParameters (section 5.2.3). */
  onAck(tcb: Tcb, s: AckSample, nowUs: number): number {
    const b = own(tcb);
    let window = tcb.cc.cwnd;
    b.nowUs = nowUs;
    if (b.recovering === 1 && tcb.cc.phase === Phase.OPEN) {
      b.recovering = 0;
      window = Math.max(window, b.priorCwnd);
    }
    if (s.lost > 0) b.lossEventsInRound++;
    updateLatestSignals(tcb, b, s);
    updateCongestionSignals(tcb, b, s);
    updateAckAggregation(tcb, b, s, nowUs);
    checkFullBw(b, s);
    checkStartupDone(tcb, b, s);
    checkDrainDone(tcb, b, s, nowUs);
    updateCycle(tcb, b, s, nowUs);
    updateMinRtt(b, s, nowUs);
    window = checkProbeRtt(tcb, b, s, window, nowUs);
    endLossRound(b);
    advanceLatestSignals(tcb, b, s);
    boundBw(b);
    setPacingRate(b, b.pacingGain);
    return cwndAfter(tcb, b, s, window);
  },

  /** HandleLostPacket (section 5.5.10.2). */
  onLost(tcb: Tcb, size: number, txInFlight: number, lost: number, appLimited: boolean): void {
    lostPacket(tcb, own(tcb), size, txInFlight, lost, appLimited);
  },

  /** OnEnterFastRecovery (section 5.6.4.4). There is no ssthresh. */
  onLoss: enterRecovery,

  /** Section 3.7: a mark is treated as congestion, as a round with losses is. */
  onEcn(tcb: Tcb, s: AckSample, nowUs: number): number {
    const b = own(tcb);
    noteLoss(tcb, b);
    if (b.mode === Mode.STARTUP) leaveStartupForLoss(tcb, b);
    else if (b.isBwProbeSample === 1) tooHigh(tcb, b, s.txInFlight, s.appLimited === 1, nowUs);
    return tcb.cc.cwnd;
  },

  /** OnEnterRTO, and HandleLostPacket for all of it; cwnd becomes what is in flight and a segment. */
  onTimeout(tcb: Tcb, _flight: number, nowUs: number): number {
    const b = own(tcb);
    const ssthresh = enterRecovery(tcb);
    noteLoss(tcb, b);
    if (b.isBwProbeSample === 1) tooHigh(tcb, b, 0, tcb.sent?.appLimited !== 0, nowUs);
    return ssthresh;
  },

  /** HandleRestartFromIdle (section 5.4.1). */
  onIdle(tcb: Tcb, _idleUs: number, nowUs: number): number {
    const b = own(tcb);
    b.idleRestart = 1;
    b.extraAckedStartUs = nowUs;
    b.extraAckedDelivered = 0;
    if (isProbeBw(b)) setPacingRate(b, 1);
    else if (b.mode === Mode.PROBE_RTT) return checkProbeRttDone(tcb, b, tcb.cc.cwnd, nowUs);
    return tcb.cc.cwnd;
  },

  /** RestoreCwnd (section 5.6.4.4): the model bounds it at once. */
  onExit(tcb: Tcb): number {
    return Math.max(tcb.cc.cwnd, own(tcb).priorCwnd);
  },

  onUndo(tcb: Tcb): number {
    const b = own(tcb);
    spuriousLoss(tcb, b);
    return Math.max(tcb.cc.cwnd, b.priorCwnd);
  },

  pacingRate(tcb: Tcb): number {
    return own(tcb).pacingRate;
  },
};

function enterRecovery(tcb: Tcb): number {
  const b = own(tcb);
  saveState(tcb, b);
  b.recovering = 1;
  return tcb.cc.ssthresh;
}

/** SetPacingRateWithGain (section 5.6.2). */
function setPacingRate(b: BbrState, gain: number): void {
  const rate = gain * b.bw * PACING_MARGIN;
  if (rate > 0 && (b.fullBwReached === 1 || rate > b.pacingRate)) b.pacingRate = rate;
}

/** SetCwnd (section 5.6.4.6). */
function cwndAfter(tcb: Tcb, b: BbrState, s: AckSample, before: number): number {
  const most = maxInflight(tcb, b);
  let window = before;
  if (b.fullBwReached === 1) window = Math.min(window + s.delivered, most);
  else if (window < most || tcb.cc.delivered < initialWindow(tcb)) window += s.delivered;
  window = Math.max(window, minPipe(tcb));
  if (b.mode === Mode.PROBE_RTT) window = Math.min(window, probeRttCwnd(tcb, b));
  return Math.min(window, volumeCap(tcb, b));
}

/** BoundCwndForModel (section 5.6.4.7). */
function volumeCap(tcb: Tcb, b: BbrState): number {
  let cap = Number.POSITIVE_INFINITY;
  if (b.mode === Mode.PROBE_RTT || b.mode === Mode.CRUISE) cap = inflightWithHeadroom(tcb, b);
  else if (isProbeBw(b)) cap = b.inflightLongterm;
  return Math.max(Math.min(cap, b.inflightShortterm), minPipe(tcb));
}
