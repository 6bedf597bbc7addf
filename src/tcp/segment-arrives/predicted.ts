// Header prediction: the segments of which an ESTABLISHED connection sees most, the next text in order and ACKs in range,
// by a shorter way. The steps of RFC 9293 section 3.10.7.4 that have nothing to say about such a segment are left out;
// what is done is done by the same functions, in the same order. test/prediction.test.ts holds it against the whole way.

import { ACK, CWR, ECE, OPT_TIMESTAMPS, PSH, type Segment } from '../../wire/segment.ts';
import { seqLeq, seqLt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { measureRcvRtt } from '../receive/tuning.ts';
import { nothingToDo, transmit } from '../send/transmit.ts';
import { Signal } from '../signals.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import { acknowledge, updateSendWindow } from './ack.ts';
import { predictedAck } from './predicted-ack.ts';
import { heard } from './sequence.ts';

/** True: the segment was as predicted, and has been dealt with. False: nothing was done. */
export function predicted(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (!isPredicted(tcb, seg)) return false;
  const { snd } = tcb;
  if (tcb.accEcn !== null || tcb.ecn === EcnMode.CLASSIC) heard(e, tcb, seg);
  else heardInOrder(e, tcb, seg);
  // Nothing is outstanding that the ACK could speak of, and it counts no marks: only the window may be new.
  if (seg.ack === snd.una && tcb.sent === null && tcb.cc.tlp === 0 && tcb.accEcn === null)
    updateSendWindow(e, tcb, seg, false);
  else if (!predictedAck(e, tcb, seg)) acknowledge(e, tcb, seg);
  if (seg.textLen > 0) {
    const { receiveMemory } = tcb.config;
    if (e.predictsText && !receiveMemory && tcb.outOfOrder === null && seg.gsoSize === 0)
      textInOrder(e, tcb, seg);
    else if (e.rules.text(e, tcb, seg)) return true;
  }
  if (nothingToDo(tcb)) {
    if (tcb.ackNow === 1) e.rules.sendAck(e, tcb);
  } else if (mayWait(e, tcb)) tcb.signals |= Signal.USABLE;
  else transmit(e, tcb);
  return true;
}

/** Whether what an ACK lets go waits for those that come together with it: not where it carries an ACK, or has a time of its own. */
function mayWait({ together, trains }: Engine, { ackNow, cc }: Tcb): boolean {
  return together && trains && ackNow === 0 && cc.pacingRate <= 0;
}

/** `heard`, of a segment at RCV.NXT whose timestamp is not older than TS.Recent, where no marks are counted. */
export function heardInOrder(e: Engine, tcb: Tcb, seg: Segment): void {
  tcb.heardMs = e.ms;
  tcb.keepProbes = 0;
  if (tcb.ts === 0 || (seg.opts & OPT_TIMESTAMPS) === 0 || !seqLeq(seg.seq, tcb.rcv.acked)) return;
  tcb.tsRecent = seg.tsVal;
  tcb.tsRecentMs = e.ms;
}

/** `text` and `scheduleAck`, of the next text, with nothing beyond it and a user who takes it. */
function textInOrder(e: Engine, tcb: Tcb, seg: Segment): void {
  const { rcv, config } = tcb;
  const { seq, textLen } = seg;
  if (textLen > rcv.fullSize) rcv.fullSize = textLen;
  if (seg.placed === 0 && !e.out.text(tcb, seg, 0, seq, textLen)) {
    e.out.drop(tcb, seg, Drop.NO_MEMORY);
    return;
  }
  rcv.nxt = (seq + textLen) | 0;
  measureRcvRtt(e, tcb, seg);
  tcb.signals |= Signal.TEXT;
  rcv.textMs = e.ms;
  if (rcv.quick > 0) {
    rcv.quick--;
    tcb.ackNow = 1;
  } else if (((rcv.nxt - rcv.acked) | 0) >= 2 * rcv.fullSize || config.delayedAckMs === 0) tcb.ackNow = 1;
  else if (tcb.timer.delack === 0) setTimer(e, tcb, 'delack', config.delayedAckMs);
}

/**
 * What the steps that are left out would find nothing in: no RST, SYN, FIN, URG, and no ECE and CWR but those of an ACE
 * field; SEG.SEQ = RCV.NXT, the text within the window, and no FIN that it could reach; SND.UNA =< SEG.ACK =< SND.NXT; a
 * timestamp that is not older than TS.Recent.
 */
function isPredicted(tcb: Tcb, seg: Segment): boolean {
  const { snd, rcv } = tcb;
  const ctl = tcb.accEcn === null ? seg.ctl & ~PSH : seg.ctl & ~(PSH | CWR | ECE);
  if (tcb.state !== State.ESTABLISHED || ctl !== ACK || seg.seq !== rcv.nxt) return false;
  const acked = (seg.ack - snd.una) | 0;
  if (acked < 0 || acked > ((snd.nxt - snd.una) | 0)) return false;
  if (tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) !== 0 && seqLt(seg.tsVal, tcb.tsRecent)) return false;
  if (seg.textLen === 0) return true;
  return rcv.fin === 0 && ((rcv.edge - rcv.nxt) | 0) >= seg.textLen;
}
