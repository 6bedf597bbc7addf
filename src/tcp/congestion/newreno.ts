// Slow start and congestion avoidance: RFC 5681 section 3.1, counting octets (RFC 3465, L = 2).

import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { CongestionControl } from './control.ts';

const MAX_CWND = 0x3fffffff;

/** RFC 5681 and RFC 6582. */
export const newReno: CongestionControl = {
  name: 'newreno',

  init(): void {},

  acked(tcb: Tcb, acked: number): void {
    const { cc, snd } = tcb;
    if (cc.cwnd < cc.ssthresh) {
      // RFC 3465 section 2.3: L = 1 in the slow start after a timeout.
      const most = cc.phase === Phase.LOSS ? snd.mss : 2 * snd.mss;
      cc.cwnd += Math.min(acked, most);
    } else {
      cc.credit += acked;
      if (cc.credit >= cc.cwnd) {
        cc.credit -= cc.cwnd;
        cc.cwnd += snd.mss;
      }
    }
    if (cc.cwnd > MAX_CWND) cc.cwnd = MAX_CWND;
  },

  ssthresh(tcb: Tcb, flight: number): number {
    const half = flight >> 1;
    const least = 2 * tcb.snd.mss;
    return Math.max(half, least);
  },
};
