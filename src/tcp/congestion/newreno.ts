// Slow start and congestion avoidance: RFC 5681 section 3.1, counting octets (RFC 3465, L = 2).

import type { AckSample } from '../loss/sample.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { CongestionControl } from './control.ts';
import { initialWindow } from './cwnd.ts';

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

  onEcn(tcb: Tcb): number {
    return half(tcb, tcb.cc.cwnd);
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

  pacingRate(): number {
    return 0;
  },
};
