// 3.10.7.4, eighth: check the FIN bit. A FIN beyond a hole waits until the text before it has come, unless text shows that
// it is none: who can only guess numbers must not be able to end a stream, nor to stop it (RFC 5961).

import { FIN, type Segment } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { countFin } from '../receive/memory.ts';
import { dropRanges, holdsBeyond, holdsRange, noteFinHeld } from '../receive/reassembly.ts';
import { Signal } from '../signals.ts';
import { State } from '../tcb/state.ts';
import { finAcked, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { enter, enterTimeWait } from '../timers.ts';
import { finWait2 } from './ack.ts';

/** Remembers where the FIN is, and processes it when RCV.NXT has reached it. */
export function fin(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv } = tcb;
  if ((seg.ctl & FIN) !== 0 && !finPassed(tcb)) e.rules.noteFin(e, tcb, seg);
  if (rcv.fin === 1 && rcv.finSeq === rcv.nxt) e.rules.finReached(e, tcb);
  // The ACK of our FIN came with a FIN that is not reached yet.
  if (tcb.state === State.FIN_WAIT_1 && finAcked(tcb)) finWait2(e, tcb);
}

/** True when RCV.NXT is beyond the FIN. */
function finPassed({ rcv }: Tcb): boolean {
  return rcv.fin === 1 && seqGt(rcv.nxt, rcv.finSeq);
}

/**
 * A FIN at RCV.NXT ends the stream, whatever is held beyond it. One beyond a hole is remembered when it is vouched for and
 * nothing speaks against it, in place of one that was; text that comes later overrides it (text.ts), and so may lose
 * the FIN of an honest peer, who sends it again.
 */
export function noteFin(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv } = tcb;
  const finSeq = (seg.seq + seg.textLen) | 0;
  if (finSeq === rcv.nxt) {
    dropRanges(tcb);
  } else {
    tcb.ackNow = 1; // RFC 5681 section 4.2
    if (holdsBeyond(tcb, finSeq) || !vouchedFor(tcb, seg, finSeq)) {
      e.out.drop(tcb, seg, Drop.FIN_NOT_BELIEVED);
      return;
    }
  }
  rcv.fin = 1;
  rcv.finSeq = finSeq;
  noteFinHeld(tcb);
}

/**
 * True when the text before the FIN is held, or its ACK is as new as any: who is blind knows neither, and has a range of
 * MAX.SND.WND older ACKs to hit (RFC 5961 section 5).
 */
function vouchedFor(tcb: Tcb, seg: Segment, finSeq: number): boolean {
  return seg.ack === tcb.snd.una || holdsRange(tcb, (finSeq - 1) | 0, finSeq);
}

/** "Advance RCV.NXT over the FIN, and send an acknowledgment for the FIN." */
export function finReached(e: Engine, tcb: Tcb): void {
  const { rcv } = tcb;
  if (tcb.config.receiveMemory) countFin(e, tcb);
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
