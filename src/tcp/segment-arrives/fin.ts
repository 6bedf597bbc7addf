// 3.10.7.4, eighth: check the FIN bit. A FIN beyond a hole waits until the text before it has come.

import { FIN, type Segment } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { holdsBeyond } from '../receive/reassembly.ts';
import { Signal } from '../signals.ts';
import { State } from '../tcb/state.ts';
import { finAcked, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { enter, enterTimeWait } from '../timers.ts';
import { finWait2 } from './ack.ts';

/** Remembers where the FIN is, and processes it when RCV.NXT has reached it. */
export function fin(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv } = tcb;
  const finSeq = (seg.seq + seg.textLen) | 0;
  if ((seg.ctl & FIN) !== 0 && rcv.fin === 0) {
    if (holdsBeyond(tcb, finSeq)) {
      e.out.drop(tcb, seg, Drop.TEXT_AFTER_FIN); // this FIN, or that text, is a lie
      tcb.ackNow = 1;
    } else {
      rcv.fin = 1;
      rcv.finSeq = finSeq;
      if (finSeq !== rcv.nxt) tcb.ackNow = 1;
    }
  } else if ((seg.ctl & FIN) !== 0 && seqGt(rcv.finSeq, rcv.nxt)) {
    tcb.ackNow = 1; // it came again, or elsewhere, and is still beyond a hole (RFC 5681 section 4.2)
  }
  if (rcv.fin === 1 && rcv.finSeq === rcv.nxt) e.rules.finReached(e, tcb);
  // The ACK of our FIN came with a FIN that is not reached yet.
  if (tcb.state === State.FIN_WAIT_1 && finAcked(tcb)) finWait2(e, tcb);
}

/** "Advance RCV.NXT over the FIN, and send an acknowledgment for the FIN." */
export function finReached(e: Engine, tcb: Tcb): void {
  const { rcv } = tcb;
  rcv.nxt = (rcv.nxt + 1) | 0;
  if (((rcv.edge - rcv.nxt) | 0) < 0) rcv.edge = rcv.nxt;
  tcb.signals |= Signal.PEER_FIN;
  switch (tcb.state) {
    case State.ESTABLISHED:
      enter(e, tcb, row.ESTABLISHED_FIN);
      // Delayed like any ACK, also early on: a user who closes at once sends the ACK with the FIN.
      rcv.quick = 0;
      e.rules.scheduleAck(e, tcb);
      return;
    case State.FIN_WAIT_1:
      tcb.ackNow = 1;
      if (finAcked(tcb)) enterTimeWait(e, tcb, row.FIN_WAIT_1_FIN_ACK);
      else enter(e, tcb, row.FIN_WAIT_1_FIN);
      return;
    case State.FIN_WAIT_2:
      tcb.ackNow = 1;
      enterTimeWait(e, tcb, row.FIN_WAIT_2_FIN);
      return;
    default:
  }
}
