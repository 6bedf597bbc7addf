// The Data Receiver of AccECN (RFC 9768): it counts marks, sends the count with every segment, and an ACK at once where
// the sender would otherwise learn of them late or not at all (section 3.2.2).

import {
  ECN_CE,
  ECN_ECT_0,
  ECN_ECT_1,
  ECN_NOT_ECT,
  FIN,
  OPT_ACC_ECN,
  RST,
  type Segment,
  SYN,
  segmentsIn,
  setAce,
} from '../../wire/segment.ts';
import { type AccEcn, Counter, AccEcnMode as Mode } from '../tcb/acc-ecn.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { handshakeAce } from './handshake.ts';

/** Increment-Triggered ACKs (section 3.2.2.5.1): so many marks, while there is unacknowledged text and while there is none. */
const MARKS_WITH_TEXT = 2;
const MARKS_WITHOUT = 3;
/** No more is counted: it is only compared with these. */
const MOST_UNTOLD = 15;

/** Section 3.2: an acceptable packet without SYN. */
export function countEcn(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  if (seg.textLen > 0) countText(acc, seg);
  if (seg.ecn === ECN_CE) countMarks(tcb, acc, seg);
  acc.lastEcn = seg.ecn;
}

/** ACE says 0 from now on, and no option says more. */
export function forgetMarks(acc: AccEcn): void {
  acc.rCep = 0;
  acc.modes |= Mode.NO_OPTIONS;
}

/** The byte counter of the segment's IP-ECN field. */
export function countText(acc: AccEcn, seg: Segment): void {
  const { ecn, textLen } = seg;
  if (textLen === 0 || ecn === ECN_NOT_ECT) return;
  let counter: number = Counter.CEB;
  if (ecn === ECN_ECT_0) {
    counter = Counter.E0B;
    acc.rE0b = (acc.rE0b + textLen) | 0;
  } else if (ecn === ECN_ECT_1) {
    counter = Counter.E1B;
    acc.rE1b = (acc.rE1b + textLen) | 0;
  } else acc.rCeb = (acc.rCeb + textLen) | 0;
  acc.changed |= counter;
  acc.used |= counter;
}

function countMarks(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  const marks = segmentsIn(seg);
  acc.rCep = (acc.rCep + marks) | 0;
  acc.untold = Math.min(acc.untold + marks, MOST_UNTOLD);
  const text = seg.textLen > 0;
  if (text && acc.lastEcn !== ECN_CE) tcb.ackNow = 1; // Change-Triggered ACKs
  const unacknowledged = text || tcb.rcv.nxt !== tcb.rcv.acked;
  if (acc.untold < (unacknowledged ? MARKS_WITH_TEXT : MARKS_WITHOUT)) return;
  tcb.ackNow = 1;
  if (!unacknowledged) acc.modes |= Mode.ACK_OF_ACK;
}

/** True when the next pure ACK must have no SACK blocks: it feeds back the handshake, or answers marked ACKs. */
export function goesWithoutSack(acc: AccEcn, seg: Segment): boolean {
  return isPure(seg) && (acc.modes & (Mode.HANDSHAKE_ACK | Mode.ACK_OF_ACK)) !== 0;
}

function isPure(seg: Segment): boolean {
  return seg.textLen === 0 && (seg.ctl & (SYN | FIN | RST)) === 0;
}

/** True while a client owes the pure ACK that feeds back the IP-ECN field of the SYN,ACK: it goes before any text. */
export function owesHandshakeAck(tcb: Tcb): boolean {
  return tcb.accEcn !== null && (tcb.accEcn.modes & Mode.HANDSHAKE_ACK) !== 0;
}

/**
 * The ACE field of an outgoing segment without SYN (sections 3.2.2.1 and 3.2.2.2), and its IP-ECN field: ECT(0) for
 * text that was never sent before; with ECN++ for all but RSTs, and for ACKs only where SACK tells those of ACKs from
 * duplicates (draft-ietf-tcpm-generalized-ecn section 3.2).
 */
export function markAccEcn(tcb: Tcb, acc: AccEcn, seg: Segment, fresh: boolean): void {
  if (isPure(seg)) {
    setAce(seg, (acc.modes & Mode.HANDSHAKE_ACK) !== 0 ? handshakeAce(acc.synEcn) : acc.rCep);
    acc.modes &= ~(Mode.HANDSHAKE_ACK | Mode.ACK_OF_ACK);
  } else setAce(seg, acc.rCep);
  acc.modes = (seg.opts & OPT_ACC_ECN) === 0 ? acc.modes & ~Mode.OPTION_TOLD : acc.modes | Mode.OPTION_TOLD;
  acc.untold = 0;
  if ((acc.modes & Mode.NOT_ECT) !== 0 || (seg.ctl & RST) !== 0) return;
  const text = seg.textLen > 0;
  if (tcb.config.ecnPlusPlus ? text || tcb.sack === 1 : fresh && text) seg.ecn = ECN_ECT_0;
}
