// Entering ESTABLISHED, from either handshake state: the user is told, the congestion window starts.

import { controlOf } from './congestion/control.ts';
import { initialWindow, setCwnd } from './congestion/cwnd.ts';
import { synWasMarked } from './ecn/negotiate.ts';
import type { Engine } from './engine.ts';
import { useMetrics } from './metrics.ts';
import { searchFromBase } from './send/mtu-search.ts';
import { startPacing } from './send/pacing.ts';
import { Signal } from './signals.ts';
import type { Tcb } from './tcb/tcb.ts';
import { restartKeepAlive } from './timeouts.ts';
import { clearTimer } from './timers.ts';

/** RFC 6298 section 5.7: the RTO after a SYN was retransmitted. */
const RTO_AFTER_SYN_LOSS_MS = 3000;

/** Called right after the transition to ESTABLISHED. */
export function established(e: Engine, tcb: Tcb): void {
  const { rto, snd } = tcb;
  clearTimer(e, tcb, 'user');
  if (tcb.config.mtuProbing === 'on') searchFromBase(e, tcb);
  // RFC 6928 section 2: one segment when the SYN or SYN,ACK was sent more than twice.
  // And when one of them was marked (RFC 3168 section 6.1.2, RFC 9768 section 3.2.2.2).
  setCwnd(tcb, rto.timeouts > 1 || synWasMarked(tcb) ? snd.mss : initialWindow(tcb));
  if (rto.timeouts > 0 && rto.measured === 0) rto.rtoMs = RTO_AFTER_SYN_LOSS_MS;
  rto.timeouts = 0;
  snd.lastMs = e.ms;
  useMetrics(e, tcb);
  startControl(e, tcb);
  tcb.signals |= Signal.OPENED;
  restartKeepAlive(e, tcb);
}

/** Congestion control begins: at ESTABLISHED, or with a CLOSE in SYN-RECEIVED, which never gets there. */
export function startControl(e: Engine, tcb: Tcb): void {
  tcb.cc.own = controlOf(tcb).start(tcb, e.now);
  startPacing(tcb);
}
