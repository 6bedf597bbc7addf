// The Data Sender of AccECN (RFC 9768): what an ACK says of marks, by the ACE field and the options, how often the field
// may have wrapped (section 3.2.2.5.2, appendix A.2), and when the feedback is not to be relied on.

import { ACK, aceOf, OPT_ACC_ECN, type Segment } from '../../wire/segment.ts';
import type { AckSample } from '../loss/sample.ts';
import { type AccEcn, CEP_INIT, AccEcnMode as Mode } from '../tcb/acc-ecn.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { noteOption } from './option.ts';

/** DIVACE - 1: the field holds the count modulo this. */
const ACE_MASK = 7;
const OPTION_MASK = 0xffffff;
/** Appendix A.2.1: below this many packets for each ACK, on average, the safest case is assumed. Times 64. */
const THIN_ACKS = 4 << 6;
const AVERAGE_SHIFT = 6;
const MOST_AVERAGE = 0xffff;
/** SAFETY_FACTOR of appendix A.2.2. */
const SAFETY_FACTOR = 2;
/** Section 3.2.2.3: marked without exception for so many round trips, and so many marks: that is no congestion. */
const MARKED_ROUNDS = 4;
const LEAST_MARKS = 10;

/** What an ACK tells of marks, into the sample: `ce` packets, and `ece` where that is to be responded to. */
export function readFeedback(tcb: Tcb, acc: AccEcn, seg: Segment, s: AckSample): void {
  const later = (acc.modes & Mode.LATER) !== 0;
  const news = s.advanced === 1 || s.sacked > 0;
  // Appendix A.1: superseded, unless a timestamp says that it is the latest.
  if ((!news && !later) || isHandshakeAgain(tcb, seg, news)) return;
  if (s.delivered > 0 && (acc.modes & Mode.OPTION_SENT) !== 0) acc.modes |= Mode.OPTION_PASSED;
  noteOption(tcb, acc, seg);
  const dCeb = readOption(acc, seg);
  if (s.acked > 0 || s.sacked > 0 || seg.textLen > 0 || later) checkZeroed(acc, seg); // else only our SYN is acknowledged
  const packets = Math.ceil(s.delivered / tcb.snd.mss);
  if (packets > 0) average(acc, packets);
  const ce = marksOf(tcb, acc, seg, packets, dCeb);
  acc.sCep = (acc.sCep + ce) | 0;
  if (dCeb > 0) checkConsistency(acc, packets);
  if (packets > 0 && acc.marked >= 0) checkContinuous(acc, s, packets, ce);
  if (ce === 0) return;
  s.ce = ce;
  if ((acc.modes & Mode.NO_RESPONSE) === 0) s.ece = 1;
}

/** The ACK of our SYN,ACK once more (section 3.2.2.2): its ACE field is no counter. */
function isHandshakeAgain(tcb: Tcb, seg: Segment, news: boolean): boolean {
  const { snd } = tcb;
  return (
    !news && tcb.passive === 1 && snd.una === snd.nxt && seg.textLen === 0 && seg.ack === ((snd.iss + 1) | 0)
  );
}

/** d.ceb of appendix A.1; -1: there is no option, or none to be relied on. */
function readOption(acc: AccEcn, seg: Segment): number {
  if ((seg.opts & OPT_ACC_ECN) === 0 || (acc.modes & Mode.IGNORE_OPTIONS) !== 0) return -1;
  const { ecnFields, ecnOrder } = seg;
  if (ecnFields === 3 || (ecnFields > 0 && ecnOrder === 0))
    acc.sE0b = (acc.sE0b + ((seg.e0b - acc.sE0b) & OPTION_MASK)) | 0;
  if (ecnFields === 3 || (ecnFields > 0 && ecnOrder === 1))
    acc.sE1b = (acc.sE1b + ((seg.e1b - acc.sE1b) & OPTION_MASK)) | 0;
  if (ecnFields < 2) return -1; // ECEB is left out: the option that told of its last change may be lost
  const dCeb = (seg.ceb - acc.sCeb) & OPTION_MASK;
  acc.sCeb = (acc.sCeb + dCeb) | 0;
  return dCeb;
}

/** Section 3.2.2.4, of the first ACE counter that arrives. */
function checkZeroed(acc: AccEcn, seg: Segment): void {
  if ((acc.modes & Mode.ACE_SEEN) !== 0) return;
  acc.modes |= Mode.ACE_SEEN;
  if (aceOf(seg) === 0 && (seg.ctl & ACK) !== 0) acc.modes |= Mode.NOT_ECT | Mode.NO_RESPONSE;
}

/** The moving average of newlyAckedPkt. */
function average(acc: AccEcn, packets: number): void {
  const now = packets << AVERAGE_SHIFT;
  const before = acc.ackedPackets;
  const next = before === 0 ? now : ((before << AVERAGE_SHIFT) - before + now) >> AVERAGE_SHIFT;
  acc.ackedPackets = Math.min(next, MOST_AVERAGE);
}

/** d.cep, or dSafer.cep where the field may have wrapped (appendix A.2). */
function marksOf(tcb: Tcb, acc: AccEcn, seg: Segment, packets: number, dCeb: number): number {
  const d = (aceOf(seg) - acc.sCep) & ACE_MASK;
  if (packets <= ACE_MASK) return d;
  const safer = packets - ((packets - d) & ACE_MASK);
  if (dCeb < 0) return acc.ackedPackets > THIN_ACKS ? d : safer;
  const { mss } = tcb.snd;
  if (dCeb > mss * d) return safer;
  return dCeb * SAFETY_FACTOR < mss * safer ? d : safer;
}

/**
 * Section 3.2.3.2.5: octets were marked and no packet was, where the field cannot have wrapped. Twice, for eight small
 * segments are fewer by `packets`.
 */
function checkConsistency(acc: AccEcn, packets: number): void {
  if (acc.sCep !== acc.cepAtCeb || packets > ACE_MASK) acc.modes &= ~Mode.SUSPECT;
  else if ((acc.modes & Mode.SUSPECT) === 0) acc.modes |= Mode.SUSPECT;
  else acc.modes |= Mode.NOT_ECT;
  acc.cepAtCeb = acc.sCep;
}

/** Section 3.2.2.3: continuous feedback of CE, from the beginning on. */
function checkContinuous(acc: AccEcn, s: AckSample, packets: number, ce: number): void {
  if (ce < packets) {
    acc.marked = -1;
    return;
  }
  if (s.roundStart === 1) acc.marked++;
  if (acc.marked <= MARKED_ROUNDS || ((acc.sCep - CEP_INIT) | 0) < LEAST_MARKS) return;
  acc.marked = -1;
  acc.modes |= Mode.NOT_ECT | Mode.NO_RESPONSE;
}
