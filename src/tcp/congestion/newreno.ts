// Slow start and congestion avoidance: RFC 5681 section 3.1, counting octets (RFC 3465, L = 2).

import type { AckSample } from '../loss/sample.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { CongestionControl } from './control.ts';
import { initialWindow, windowRate } from './cwnd.ts';

/** What an echo of ECN leaves of cwnd (RFC 8511 section 3.1). */
const BETA_ECN = 0.8;

/** RFC 5681 section 3.1 (4): half of FlightSize, at least two segments. */
function half(tcb: Tcb, flight: number): number {
  tcb.cc.credit = 0;
  return Math.max(flight >> 1, 2 * tcb.snd.mss);
}

/** RFC 5681 and RFC 6582. */
export const newReno: CongestionControl = {
  name: 'newreno',

  start(): null {
    return null;
  },

  onAck(tcb: Tcb, s: AckSample): number {
    const { cc, snd } = tcb;
    if (cc.cwnd < cc.ssthresh) {
      // RFC 3465 section 2.3: L = 1 in the slow start after a timeout.
      const most = cc.phase === Phase.LOSS ? snd.mss : 2 * snd.mss;
      return cc.cwnd + Math.min(s.acked, most);
    }
    cc.credit += s.acked;
    if (cc.credit < cc.cwnd) return cc.cwnd;
    cc.credit -= cc.cwnd;
    return cc.cwnd + snd.mss;
  },

  onLoss: half,

  /** RFC 3168 section 6.1.2, or RFC 8511 section 3.1. */
  onEcn(tcb: Tcb): number {
    const { cc, config, snd } = tcb;
    const halved = half(tcb, cc.cwnd);
    return config.abe ? Math.max(Math.floor(cc.cwnd * BETA_ECN), 2 * snd.mss) : halved;
  },

  onTimeout: half,

  /** RFC 5681 section 4.1: after an idle RTO cwnd is at most the initial window. */
  onIdle(tcb: Tcb, idleUs: number): number {
    const { cc, rto } = tcb;
    return idleUs <= rto.rtoMs * 1000 ? cc.cwnd : Math.min(cc.cwnd, initialWindow(tcb));
  },

  onExit(tcb: Tcb): number {
    return tcb.cc.ssthresh;
  },

  onUndo(tcb: Tcb): number {
    return Math.max(tcb.cc.cwnd, tcb.cc.priorCwnd);
  },

  pacingRate: windowRate,
};
