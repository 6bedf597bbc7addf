// Proportional Rate Reduction (RFC 9937): how much may be sent in answer to each ACK of a recovery, so that what
// is in flight is about ssthresh when it ends, without a silence at its beginning or a burst at its end.

import { MAX_CWND, setCwnd } from '../congestion/cwnd.ts';
import { inFlight } from '../send/sent.ts';
import type { Sent } from '../tcb/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';
import type { AckSample } from './sample.ts';

/** Section 5, on entering recovery. */
export function startPrr(tcb: Tcb, sent: Sent, s: AckSample): void {
  const flight = (tcb.snd.nxt - tcb.snd.una) | 0;
  // What was SACKed before is not delivered again; what this ACK brought is.
  sent.recoverFs = Math.max(flight - sent.sacked - sent.departed + s.delivered, tcb.snd.mss);
  sent.prrDelivered = 0;
  sent.prrOut = 0;
}

/** Section 5, on each ACK in recovery, and when it begins: sets cwnd. */
export function prr(tcb: Tcb, sent: Sent, s: AckSample): void {
  const { cc, snd } = tcb;
  // The fast retransmit goes in any case, and so does the next hole of a peer that reports none.
  const forced = sent.prrOut === 0 || s.partial === 1;
  if (s.delivered <= 0 && !forced) return;
  sent.prrDelivered = Math.min(sent.prrDelivered + s.delivered, MAX_CWND);
  const pipe = inFlight(tcb);
  let sndCnt: number;
  if (pipe > cc.ssthresh) {
    sndCnt = Math.ceil((sent.prrDelivered * cc.ssthresh) / sent.recoverFs) - sent.prrOut;
  } else {
    sndCnt = Math.max(sent.prrDelivered - sent.prrOut, s.delivered);
    const safeAck = s.advanced === 1 && s.lost === 0;
    if (safeAck) sndCnt += snd.mss;
    sndCnt = Math.min(cc.ssthresh - pipe, sndCnt);
  }
  if (forced && sndCnt < snd.mss) sndCnt = snd.mss;
  setCwnd(tcb, pipe + Math.max(sndCnt, 0));
}
