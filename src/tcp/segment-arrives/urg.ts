// 3.10.7.4, sixth: check the URG bit (MUST-30 to MUST-33, MUST-62; section 3.8.5).

import { type Segment, URG } from '../../wire/segment.ts';
import { seqGt, seqMax } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { Signal } from '../signals.ts';
import { State } from '../state.ts';
import type { Tcb } from '../tcb.ts';

/** RCV.UP <- max(RCV.UP, SEG.UP); the user is told once for each continuous sequence of urgent data. */
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
  const urgent = rcv.urgent === 1 && seqGt(rcv.up, rcv.user);
  rcv.up = rcv.urgent === 1 ? seqMax(rcv.up, up) : up;
  rcv.urgent = 1;
  if (!urgent && seqGt(rcv.up, rcv.user)) tcb.signals |= Signal.URGENT;
}
