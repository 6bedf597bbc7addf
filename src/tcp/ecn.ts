// Explicit congestion notification (RFC 3168 section 6.1, SHLD-8): negotiated by the SYNs, marked by the
// network, echoed by the receiver until the sender says that it has reduced its window.

import { ACK, CWR, ECE, ECN_CE, ECN_ECT_0, type Segment, SYN } from '../wire/segment.ts';
import { seqGt } from '../wire/seq.ts';
import { controlOf } from './congestion/control.ts';
import { setCwnd, setSsthresh } from './congestion/cwnd.ts';
import type { Engine } from './engine.ts';
import type { AckSample } from './loss/sample.ts';
import { Phase, type Tcb } from './tcb/tcb.ts';

const BOTH = ECE | CWR;

/** Our SYN or SYN,ACK (section 6.1.1): an ECN-setup SYN asks with ECE and CWR, its answer has ECE alone. */
export function ecnOfSyn(tcb: Tcb, seg: Segment): void {
  if (tcb.ecn === 0) return;
  // A SYN that was lost may have been lost for its bits (section 6.1.1.1).
  if ((seg.ctl & ACK) === 0 && tcb.rto.timeouts > 0) tcb.ecn = 0;
  else seg.ctl |= (seg.ctl & ACK) === 0 ? BOTH : ECE;
}

/** What the peer's SYN or SYN,ACK says: ECN is on only when both sides have asked. */
export function learnEcn(tcb: Tcb, seg: Segment): void {
  const bits = seg.ctl & BOTH;
  if ((seg.ctl & ACK) !== 0) {
    if (bits !== ECE) tcb.ecn = 0;
  } else {
    // An ECN-setup SYN; in a simultaneous open nobody answers one.
    tcb.ecn = bits === BOTH && tcb.passive === 1 && tcb.config.ecn !== 'off' ? 1 : 0;
  }
}

/** Marks an outgoing segment; `fresh`: its text was never sent before (section 6.1.5: only that is ECT). */
export function markEcn(tcb: Tcb, seg: Segment, fresh: boolean): void {
  if (tcb.ecnEcho === 1) seg.ctl |= ECE;
  if (!fresh || seg.textLen === 0) return;
  seg.ecn = ECN_ECT_0;
  if (tcb.ecnReduced === 1) {
    seg.ctl |= CWR;
    tcb.ecnReduced = 0;
  }
}

/** The receiver's part (section 6.1.3): CWR ends the echo, a mark begins it, at once. */
export function receiveEcn(tcb: Tcb, seg: Segment): void {
  if ((seg.ctl & SYN) !== 0) return;
  if ((seg.ctl & CWR) !== 0 && seg.textLen > 0) tcb.ecnEcho = 0;
  if (seg.ecn === ECN_CE && tcb.ecnEcho === 0) {
    tcb.ecnEcho = 1;
    tcb.ackNow = 1;
  }
}

/** The sender's part (section 6.1.2): an echo is a loss without a loss, at most once for each window. */
export function echoedEcn(e: Engine, tcb: Tcb, s: AckSample): void {
  const { cc, snd } = tcb;
  if (cc.phase !== Phase.OPEN || !seqGt(snd.una, cc.ecnRecover)) return;
  setSsthresh(tcb, controlOf(tcb).onEcn(tcb, s, e.now));
  setCwnd(tcb, cc.ssthresh);
  cc.ecnRecover = snd.nxt;
  tcb.ecnReduced = 1;
}
