// Classic ECN feedback (RFC 3168 section 6.1, SHLD-8): a mark of the network is echoed by the receiver until the
// sender says that it has reduced its window.

import { CWR, ECE, ECN_CE, ECN_ECT_0, type Segment, SYN } from '../../wire/segment.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Marks an outgoing segment; `fresh`: its text was never sent before (section 6.1.5: only that is ECT, and no SYN). */
export function markEcn(tcb: Tcb, seg: Segment, fresh: boolean): void {
  if ((seg.ctl & SYN) !== 0) return;
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
