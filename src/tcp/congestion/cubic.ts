// CUBIC (RFC 9438), with HyStart++ (RFC 9406) in the first slow start: the control that a connection has unless its
// settings name another. Windows are octets, W_max and W_est with a fraction; the time since the epoch began is seconds.

import type { AckSample } from '../loss/sample.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { CongestionControl } from './control.ts';
import { windowRate } from './cwnd.ts';
import { HyStart, hyStart, resume } from './hystart.ts';
import { restartWindow } from './validation.ts';

/** beta_cubic (section 4.6), and what an echo of ECN leaves of cwnd (RFC 8511 section 3.1). */
const BETA = 0.7;
const BETA_ECN = 0.85;
/** C (section 5), in segments per second cubed. */
const C = 0.4;
/** alpha_cubic (section 4.3). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** Microseconds in a second. */
const SECOND_US = 1_000_000;
/** The engine's clock is compared with the epoch's beginning; this is none. */
const NO_EPOCH = -1;

/** Section 4.1.2, beside the state of HyStart++. The names with `undo` are what a spurious loss gives back (section 4.9). */
class CubicState extends HyStart {
  /** 0: the epoch begins at its W_max, as after a timeout and after slow start that met no loss (sections 4.8, 4.10). */
  wMax = 0;
  k = 0;
  cwndPrior = 0;
  wEst = 0;
  /** When this congestion avoidance began; `NO_EPOCH`: it has not. */
  epochUs = NO_EPOCH;
  /** When cwnd last could grow: time in which cwnd was not the limit is none of the epoch's (section 5.8). */
  grewUs = 0;
  /** The part of cwnd that is no whole octet yet. */
  fraction = 0;
  undoWMax = 0;
  undoK = 0;
  undoCwndPrior = 0;
  undoWEst = 0;
  undoEpochUs = NO_EPOCH;
  undoDone = 0;
}

function own(tcb: Tcb): CubicState {
  return tcb.cc.own as CubicState;
}

/** RFC 9438. */
export const cubic: CongestionControl = {
  name: 'cubic',

  start(tcb: Tcb): CubicState {
    return new CubicState(tcb.snd.nxt);
  },

  onAck(tcb: Tcb, s: AckSample, nowUs: number): number {
    const { cc } = tcb;
    return cc.cwnd < cc.ssthresh ? slowStart(tcb, s) : avoidance(tcb, s, nowUs);
  },

  onLoss: reduce,

  /** Section 4.6, with the milder answer of RFC 8511, where the settings allow it. */
  onEcn(tcb: Tcb): number {
    const { cc, config, snd } = tcb;
    const least = reduce(tcb, cc.cwnd);
    return config.abe ? Math.max(Math.floor(cc.cwnd * BETA_ECN), 2 * snd.mss) : least;
  },

  /** Section 4.8. */
  onTimeout(tcb: Tcb, flight: number): number {
    const ssthresh = reduce(tcb, flight);
    own(tcb).wMax = 0;
    return ssthresh;
  },

  onIdle(tcb: Tcb, idleUs: number): number {
    return restartWindow(tcb, idleUs);
  },

  onExit(tcb: Tcb): number {
    return tcb.cc.ssthresh;
  },

  /** Section 4.9. */
  onUndo(tcb: Tcb): number {
    const { cc } = tcb;
    const c = own(tcb);
    c.wMax = c.undoWMax;
    c.k = c.undoK;
    c.cwndPrior = c.undoCwndPrior;
    c.wEst = c.undoWEst;
    c.epochUs = c.undoEpochUs;
    if (c.undoDone === 0) resume(c, tcb.snd.nxt); // slow start was not over
    return Math.max(cc.cwnd, cc.priorCwnd);
  },

  pacingRate: windowRate,
};

function slowStart(tcb: Tcb, s: AckSample): number {
  const { cc, snd } = tcb;
  const c = own(tcb);
  if (c.done === 1) {
    // RFC 3465 section 2.3: L = 1 in the slow start after a timeout.
    return cc.cwnd + Math.min(s.acked, cc.phase === Phase.LOSS ? snd.mss : 2 * snd.mss);
  }
  const grown = cc.cwnd + hyStart(tcb, c, s);
  if (c.done === 1) cc.ssthresh = grown; // RFC 9406 section 4.2: "enter congestion avoidance"
  return grown;
}

/** Sections 4.2 to 4.5. */
function avoidance(tcb: Tcb, s: AckSample, nowUs: number): number {
  const { cc, rto, snd } = tcb;
  const c = own(tcb);
  const { cwnd } = cc;
  c.done = 1;
  if (c.epochUs === NO_EPOCH) beginEpoch(tcb, c, nowUs);
  else if (nowUs - c.grewUs > 2 * rto.srttUs) c.epochUs += nowUs - c.grewUs; // section 5.8
  c.grewUs = nowUs;
  const t = (nowUs - c.epochUs) / SECOND_US;
  // Section 4.3: W_est grows as Reno would with the same mean, and as Reno itself once it has passed cwnd_prior.
  c.wEst += (c.wEst >= c.cwndPrior ? 1 : ALPHA) * snd.mss * (s.acked / cwnd);
  if (wCubic(c, t, snd.mss) < c.wEst) {
    c.fraction = 0;
    return Math.max(Math.floor(c.wEst), cwnd);
  }
  // Sections 4.4 and 4.5: towards where the function is a round trip later, at most half as much again.
  const later = wCubic(c, t + rto.srttUs / SECOND_US, snd.mss);
  const target = Math.max(cwnd, Math.min(later, 1.5 * cwnd));
  const grow = c.fraction + ((target - cwnd) * s.acked) / cwnd;
  const whole = Math.floor(grow);
  c.fraction = grow - whole;
  return cwnd + whole;
}

/** W_cubic(t) in octets (figure 1 of section 4.2). */
function wCubic(c: CubicState, t: number, mss: number): number {
  const d = t - c.k;
  return C * d * d * d * mss + c.wMax;
}

/** Congestion avoidance begins, or begins again after a loss. */
function beginEpoch(tcb: Tcb, c: CubicState, nowUs: number): void {
  const { cwnd } = tcb.cc;
  c.epochUs = nowUs;
  c.fraction = 0;
  c.wEst = cwnd;
  if (c.wMax === 0) {
    c.wMax = cwnd;
    c.cwndPrior = cwnd;
  }
  c.k = c.wMax > cwnd ? Math.cbrt((c.wMax - cwnd) / tcb.snd.mss / C) : 0;
}

/** Sections 4.6 and 4.7: the multiplicative decrease, and fast convergence. */
function reduce(tcb: Tcb, flight: number): number {
  const { cc, snd } = tcb;
  const c = own(tcb);
  c.undoWMax = c.wMax;
  c.undoK = c.k;
  c.undoCwndPrior = c.cwndPrior;
  c.undoWEst = c.wEst;
  c.undoEpochUs = c.epochUs;
  c.undoDone = c.done;
  c.cwndPrior = cc.cwnd;
  c.wMax = cc.cwnd < c.wMax ? (cc.cwnd * (1 + BETA)) / 2 : cc.cwnd;
  c.epochUs = NO_EPOCH;
  c.done = 1;
  return Math.max(Math.floor(Math.min(flight, cc.cwnd) * BETA), 2 * snd.mss);
}
