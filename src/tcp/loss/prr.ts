// Proportional Rate Reduction (RFC 9937): how much may be sent in answer to each ACK of a recovery, so that what
// is in flight is about ssthresh when it ends, without a silence at its beginning or a burst at its end.

import { setCwnd } from '../congestion/cwnd.ts';
import type { Scoreboard, Tcb } from '../tcb/tcb.ts';
import { lostOctets, setPipe } from './scoreboard.ts';

const MAX_OCTETS = 0x3fffffff;

/** Section 5, on entering recovery. `delivered`: what the ACK that starts it acknowledged or SACKed. */
export function startPrr(tcb: Tcb, sb: Scoreboard, delivered: number): void {
  const flight = (tcb.snd.nxt - tcb.snd.una) | 0;
  // What was SACKed before is not delivered again; what this ACK brought is.
  sb.recoverFs = Math.max(flight - sb.sacked + delivered, tcb.snd.mss);
  sb.prrDelivered = 0;
  sb.prrOut = 0;
  sb.lost = lostOctets(tcb);
}

/** Section 5, on each ACK in recovery: sets cwnd. `advanced`: it acknowledged something new. */
export function prr(tcb: Tcb, sb: Scoreboard, delivered: number, advanced: boolean): void {
  const { cc, snd } = tcb;
  const lost = lostOctets(tcb);
  const safeAck = advanced && lost <= sb.lost;
  sb.lost = lost;
  if (delivered <= 0) return;
  sb.prrDelivered = Math.min(sb.prrDelivered + delivered, MAX_OCTETS);
  const pipe = setPipe(tcb);
  let sndCnt: number;
  if (pipe > cc.ssthresh) {
    sndCnt = Math.ceil((sb.prrDelivered * cc.ssthresh) / sb.recoverFs) - sb.prrOut;
  } else {
    sndCnt = Math.max(sb.prrDelivered - sb.prrOut, delivered);
    if (safeAck) sndCnt += snd.mss;
    sndCnt = Math.min(cc.ssthresh - pipe, sndCnt);
  }
  // The fast retransmit goes in any case.
  if (sb.prrOut === 0 && sndCnt < snd.mss) sndCnt = snd.mss;
  setCwnd(tcb, pipe + Math.max(sndCnt, 0));
}
