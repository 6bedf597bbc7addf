// 3.10.7.4, seventh: process the segment text; when an ACK goes out (section 3.8.6.3).

import { FIN, type Segment } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { ackDue, countBeyond, countText, hasMemory } from '../receive/memory.ts';
import { absorbRanges, addRange, canAddRange, holdsRange, noteHeld } from '../receive/reassembly.ts';
import { measureRcvRtt } from '../receive/tuning.ts';
import { Signal } from '../signals.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { endConnection, setTimer } from '../timers.ts';

/** True when the connection ended. The segment begins at or after RCV.NXT and ends within the window. */
export function text(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const len = seg.textLen;
  if (len === 0) return false;
  const { rcv } = tcb;
  switch (tcb.state) {
    case State.ESTABLISHED:
    case State.FIN_WAIT_1:
    case State.FIN_WAIT_2:
      break;
    default:
      e.out.drop(tcb, seg, Drop.TEXT_AFTER_FIN);
      return false;
  }
  const { seq } = seg;
  const end = (seq + len) | 0;
  if (rcv.fin === 1 && seqGt(end, rcv.finSeq)) rcv.fin = 0; // a FIN beyond a hole, which this text says is none
  if (tcb.orphan === 1) return e.rules.lateData(e, tcb, seg);
  const { receiveMemory } = tcb.config;
  if (receiveMemory && !hasMemory(e, tcb, seq)) return noMemory(e, tcb, seg);
  const size = seg.gsoSize > 0 && seg.gsoSize < len ? seg.gsoSize : len;
  if (size > rcv.fullSize) rcv.fullSize = size;
  if (seq === rcv.nxt) {
    if (!e.out.text(tcb, seg, 0, seq, len)) return noMemory(e, tcb, seg);
    rcv.nxt = end;
    // RFC 5681 section 4.2: at once when the segment fills all or part of a gap.
    if (tcb.outOfOrder !== null) {
      noteHeld(tcb, seq, end);
      absorbRanges(tcb);
      tcb.ackNow = 1;
    } else if (rcv.fin === 1) tcb.ackNow = 1; // the gap is before a FIN
    measureRcvRtt(e, tcb, seg);
    if (receiveMemory) countText(tcb, seq, len, size);
    tcb.signals |= Signal.TEXT;
    e.rules.scheduleAck(e, tcb);
    return false;
  }
  outOfOrder(e, tcb, seg, seq, end, size);
  return false;
}

/** SHLD-31: kept for later, and acknowledged at once (MAY-13, RFC 5681 section 4.2). */
function outOfOrder(e: Engine, tcb: Tcb, seg: Segment, seq: number, end: number, size: number): void {
  tcb.ackNow = 1;
  noteHeld(tcb, seq, end);
  if (holdsRange(tcb, seq, end)) {
    addRange(tcb, seq, end); // the range that holds it is now the most recent (RFC 2883 section 4)
    return;
  }
  if (!canAddRange(e, tcb, seq, end)) {
    e.out.drop(tcb, seg, Drop.REASSEMBLY_FULL);
    seg.ctl &= ~FIN;
    return;
  }
  if (!e.out.text(tcb, seg, 0, seq, seg.textLen)) {
    noMemory(e, tcb, seg);
    return;
  }
  addRange(tcb, seq, end);
  if (tcb.config.receiveMemory) countBeyond(e, tcb, seq, seg.textLen, size);
}

/** Nothing is acknowledged that could not be kept; the peer sends it again. */
function noMemory(e: Engine, tcb: Tcb, seg: Segment): boolean {
  e.out.drop(tcb, seg, Drop.NO_MEMORY);
  seg.ctl &= ~FIN;
  return false;
}

/** SHLD-3: text for a user who has gone is answered by a RST, so that the peer knows it was lost. */
export function lateData(e: Engine, tcb: Tcb, seg: Segment): boolean {
  e.out.drop(tcb, seg, Drop.LATE_DATA);
  e.rules.sendReset(e, tcb);
  endConnection(e, tcb, row.LATE_DATA[tcb.state], Err.ABORTED);
  return true;
}

/** SHLD-18, SHLD-19, MUST-40: every second full-sized segment at once, the rest within the delay. */
export function scheduleAck(e: Engine, tcb: Tcb): void {
  const { rcv, timer, config } = tcb;
  const unacked = (rcv.nxt - rcv.acked) | 0;
  rcv.textMs = e.ms;
  const full = config.receiveMemory ? ackDue(tcb) : unacked >= 2 * rcv.fullSize;
  if (rcv.quick > 0) {
    rcv.quick--;
    tcb.ackNow = 1;
  } else if (full || config.delayedAckMs === 0) tcb.ackNow = 1;
  else if (timer.delack === 0) setTimer(e, tcb, 'delack', config.delayedAckMs);
}
