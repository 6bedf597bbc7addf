// 3.10.7.4, fourth: check the SYN bit. In a synchronized state it is challenged (RFC 5961 section 4). In
// SYN-RECEIVED only a SYN in the window counts: one before RCV.NXT, whose text reaches into it, is old.

import { type Segment, SYN } from '../../wire/segment.ts';
import { seqGeq } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import { answerSynAck } from '../ecn/negotiate.ts';
import type { Engine } from '../engine.ts';
import { usedEarly } from '../fast-open.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { returnToListen } from '../timers.ts';

/** True when the segment had a SYN. */
export function syn(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & SYN) === 0) return false;
  e.out.drop(tcb, seg, Drop.SYN_CHALLENGED);
  const inWindow = seqGeq(seg.seq, tcb.rcv.nxt);
  if (tcb.state === State.SYN_RECEIVED && tcb.passive === 1 && inWindow && !usedEarly(tcb)) {
    returnToListen(e, tcb, row.SYN_RECEIVED_SYN_PASSIVE);
    return true;
  }
  answerSynAck(e, tcb, seg);
  return true;
}
