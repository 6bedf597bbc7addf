// Congestion window validation (RFC 7661): cwnd says nothing about a path that was not filled. It grows only while it is
// what limits the sender, and shrinks when it was not used.

import type { AckSample } from '../loss/sample.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { initialWindow } from './cwnd.ts';

/**
 * True when cwnd, and not the program or the peer's window, was the limit when what is now acknowledged was sent. In
 * section 4.2's words: pipeACK was cwnd then. What goes again after a timeout waits for cwnd alone.
 */
export function cwndLimited(tcb: Tcb, s: AckSample): boolean {
  return s.appLimited === 0 || tcb.cc.phase === Phase.LOSS;
}

/** Text goes out after nothing was in flight for `idleUs`: cwnd halves with each RTO, down to the restart window (RFC 5681 section 4.1). */
export function restartWindow(tcb: Tcb, idleUs: number): number {
  const { cc, rto } = tcb;
  const least = Math.min(initialWindow(tcb), cc.cwnd);
  const rtos = Math.floor(idleUs / (rto.rtoMs * 1000));
  return Math.max(rtos > 30 ? 0 : cc.cwnd >> rtos, least);
}
