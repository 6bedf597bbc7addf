// 3.10.7.4, sixth: check the URG bit (MUST-30 to MUST-33, MUST-62; section 3.8.5).

import { type Segment, URG } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { Signal } from '../signals.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** RCV.UP <- max(RCV.UP, SEG.UP); the user is told when urgent mode begins and when the pointer advances (MUST-32). */
export function urg(_e: Engine, tcb: Tcb, seg: Segment): void {
  if ((seg.ctl & URG) === 0) return;
  const { rcv } = tcb;
  switch (tcb.state) {
    case State.ESTABLISHED:
    case State.FIN_WAIT_1:
    case State.FIN_WAIT_2:
      break;
    default:
      return; // the peer's FIN has been received: ignore
  }
  const up = (seg.seq + seg.up) | 0;
  if (!seqGt(up, rcv.urgent === 1 ? rcv.up : rcv.user)) return;
  rcv.up = up;
  rcv.urgent = 1;
  tcb.signals |= Signal.URGENT;
}
