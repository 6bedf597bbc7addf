// Header prediction of the segments without text that a connection of two ends in good order sees besides: the ACK that
// completes a passive open, the peer's FIN, and the ACK of ours (RFC 9293 figures 6 and 12). The steps of section 3.10.7.4 that
// have nothing to say about such a segment are left out; test/prediction.test.ts holds it against the whole way.

import { ACK, FIN, OPT_SACK, OPT_TIMESTAMPS, type Segment } from '../../wire/segment.ts';
import { seqLt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { established } from '../established.ts';
import { sampleSyn, slept } from '../loss/rto.ts';
import { dropSent } from '../send/sent.ts';
import { nothingToDo } from '../send/transmit.ts';
import { Signal } from '../signals.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { clearTimer, endConnection, enter, enterTimeWait } from '../timers.ts';
import { finWait2, setSendWindow, updateSendWindow } from './ack.ts';
import { heardInOrder } from './predicted.ts';
import { predictedAck } from './predicted-ack.ts';

/** True: the segment was as predicted, and has been dealt with. False: nothing was done. */
export function predictedEnd(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (!e.predictsEnds || !isPredicted(tcb, seg)) return false;
  switch (tcb.state) {
    case State.SYN_RECEIVED:
      return opensPassively(e, tcb, seg);
    case State.ESTABLISHED:
      return finArrives(e, tcb, seg);
    case State.FIN_WAIT_1:
      return inFinWait1(e, tcb, seg);
    case State.FIN_WAIT_2:
      return inFinWait2(e, tcb, seg);
    case State.LAST_ACK:
      return inLastAck(e, tcb, seg);
    default:
      return false;
  }
}

/**
 * No text, nothing but ACK and FIN, and no options but timestamps, which are not older than TS.Recent; SEG.SEQ = RCV.NXT with room
 * in the window, nothing beyond it, and SEG.ACK = SND.NXT.
 */
function isPredicted(tcb: Tcb, seg: Segment): boolean {
  const { snd, rcv } = tcb;
  if (seg.textLen !== 0 || (seg.ctl & ~FIN) !== ACK || seg.seq !== rcv.nxt || seg.ack !== snd.nxt)
    return false;
  if (seg.wnd === 0 || (seg.opts & OPT_SACK) !== 0 || ((rcv.edge - rcv.nxt) | 0) <= 0) return false;
  if (tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) !== 0 && seqLt(seg.tsVal, tcb.tsRecent)) return false;
  if (tcb.ecn !== EcnMode.NOT_ECN || tcb.accEcn !== null || tcb.outOfOrder !== null || tcb.memory !== null)
    return false;
  return (
    (tcb.ackNow | tcb.fastOpen | snd.probe | snd.urgent | tcb.timer.persist) === 0 &&
    tcb.marks === null &&
    !tcb.config.receiveMemory
  );
}

/** `synReceivedAck`: the handshake of a passive open completes with the first ACK, of a SYN,ACK that was sent once. */
function opensPassively(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { snd, rto, cc } = tcb;
  if (tcb.passive !== 1 || (seg.ctl & FIN) !== 0 || (snd.fin | rto.timeouts) !== 0) return false;
  if (rto.timing === 0 || slept(e, tcb) || snd.end !== snd.nxt || cc.phase !== Phase.OPEN) return false;
  heardInOrder(e, tcb, seg);
  if (!e.out.admit(tcb)) {
    e.out.drop(tcb, seg, Drop.LISTEN_REFUSED);
    return true;
  }
  enter(e, tcb, row.SYN_RECEIVED_ACK);
  established(e, tcb);
  sampleSyn(e, tcb);
  snd.una = seg.ack;
  snd.syn = 0;
  tcb.softError = Err.OK;
  rto.probes = 0;
  tcb.signals |= Signal.ROOM;
  clearTimer(e, tcb, 'rexmt');
  clearTimer(e, tcb, 'user');
  setSendWindow(tcb, seg);
  return true;
}

/** The peer's FIN, while nothing of ours is outstanding. */
function finArrives(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & FIN) === 0 || tcb.rcv.fin === 1 || !nothingToDo(tcb) || tcb.cc.tlp !== 0) return false;
  heardInOrder(e, tcb, seg);
  updateSendWindow(e, tcb, seg, false);
  advanceOverFin(tcb);
  enter(e, tcb, row.ESTABLISHED_FIN);
  tcb.rcv.quick = 0;
  e.rules.scheduleAck(e, tcb);
  if (tcb.ackNow === 1) e.rules.sendAck(e, tcb);
  return true;
}

/** The ACK of our FIN, perhaps with the peer's. */
function inFinWait1(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (tcb.rcv.fin === 1 || !ownFinAcked(e, tcb, seg)) return false;
  if ((seg.ctl & FIN) === 0) {
    finWait2(e, tcb);
    settle(e, tcb);
    return true;
  }
  advanceOverFin(tcb);
  tcb.ackNow = 1;
  enterTimeWait(e, tcb, row.FIN_WAIT_1_FIN_ACK);
  e.rules.sendAck(e, tcb);
  dropSent(e, tcb);
  return true;
}

/** The peer's FIN, after the ACK of ours. */
function inFinWait2(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { rcv, snd, sent } = tcb;
  if ((seg.ctl & FIN) === 0 || rcv.fin === 1 || sent !== null || snd.una !== snd.nxt || tcb.cc.tlp !== 0)
    return false;
  heardInOrder(e, tcb, seg);
  updateSendWindow(e, tcb, seg, false);
  advanceOverFin(tcb);
  tcb.ackNow = 1;
  enterTimeWait(e, tcb, row.FIN_WAIT_2_FIN);
  e.rules.sendAck(e, tcb);
  return true;
}

/** The ACK of our FIN, the last of the connection. */
function inLastAck(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & FIN) !== 0 || !ownFinAcked(e, tcb, seg)) return false;
  endConnection(e, tcb, row.LAST_ACK_ACK, Err.OK);
  return true;
}

/** Whether our FIN was sent, and the ACK acknowledges it as predicted: then all that it says has been heeded. */
function ownFinAcked(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if (snd.fin === 0 || snd.nxt !== ((snd.end + 1) | 0) || !predictedAck(e, tcb, seg)) return false;
  heardInOrder(e, tcb, seg);
  tcb.signals |= Signal.FIN_ACKED;
  return true;
}

/** "Advance RCV.NXT over the FIN". */
function advanceOverFin(tcb: Tcb): void {
  const { rcv } = tcb;
  rcv.fin = 1;
  rcv.finSeq = rcv.nxt;
  rcv.nxt = (rcv.nxt + 1) | 0;
  tcb.signals |= Signal.PEER_FIN;
}

/** Nothing is outstanding any more, and nothing will be sent. */
function settle(e: Engine, tcb: Tcb): void {
  const { timer } = tcb;
  if (timer.pto !== 0) clearTimer(e, tcb, 'pto');
  if (timer.reorder !== 0) clearTimer(e, tcb, 'reorder');
  dropSent(e, tcb);
}
