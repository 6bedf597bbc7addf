// What a sender does when its packets were marked, by whichever feedback it learned that (RFC 3168 section 6.1.2, RFC
// 9768 section 3.1.5).

import { seqGt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd, setSsthresh } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import type { AckSample } from '../loss/sample.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';

/** A mark is a loss without a loss, at most once for each window. CWR says so, but not in AccECN mode. */
export function respondToEcn(e: Engine, tcb: Tcb, s: AckSample): void {
  const { cc, snd } = tcb;
  if (cc.phase !== Phase.OPEN || !seqGt(snd.una, cc.ecnRecover)) return;
  setSsthresh(tcb, controlOf(tcb).onEcn(tcb, s, e.now));
  setCwnd(tcb, cc.ssthresh);
  cc.ecnRecover = snd.nxt;
  noteReduced(tcb);
}

/** The window was reduced, for whatever reason: CWR says so (RFC 3168 section 6.1.2). */
export function noteReduced(tcb: Tcb): void {
  if (tcb.ecn === EcnMode.CLASSIC) tcb.ecnReduced = 1;
}
