// 3.10.7.4, first: check sequence number; and before it PAWS (RFC 7323 section 5.3), which comes first
// where timestamps are in use. What of an acceptable segment lies outside the window is trimmed later.

import { ACK, FIN, OPT_TIMESTAMPS, RST, type Segment, SYN, segLen, URG } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqLt, seqMax, seqMin } from '../../wire/seq.ts';
import { mayAnswer, mayChallenge } from '../challenge.ts';
import { Drop } from '../drop.ts';
import { countEcn } from '../ecn/count.ts';
import { answerSynAck, mixesModes, synCameAgain } from '../ecn/negotiate.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { noteDuplicate } from '../receive/reassembly.ts';
import { type AccEcn, AccEcnMode, EcnMode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import { receivable, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { endConnection } from '../timers.ts';
import { pawsRejects, updateTsRecent } from '../timestamps.ts';
import { ackInRange } from './ack.ts';

/** RFC 7323 section 5.3 R1. */
export function timestamps(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (!pawsRejects(e, tcb, seg)) return false;
  e.out.drop(tcb, seg, Drop.PAWS);
  answerUnacceptable(e, tcb, seg);
  return true;
}

/** The four cases of table 6, with the allowances for a closed window and for simultaneous open. */
export function sequence(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (tcb.state === State.TIME_WAIT && e.rules.timeWait(e, tcb, seg)) return true;
  // Before the window: a SYN with text reaches into it.
  if (tcb.state === State.SYN_RECEIVED && (seg.ctl & (SYN | RST)) === SYN && seg.seq === tcb.rcv.irs) {
    // A simultaneous open is active: to a passive one an old SYN,ACK is nothing but old.
    if (tcb.passive === 0 || (seg.ctl & ACK) === 0) return synAgain(e, tcb, seg);
  }
  if (acceptable(tcb, seg)) {
    heard(e, tcb, seg);
    return false;
  }
  if ((seg.ctl & RST) !== 0) {
    e.out.drop(tcb, seg, Drop.RST_OUTSIDE_WINDOW);
    return true;
  }
  e.out.drop(tcb, seg, Drop.OUTSIDE_WINDOW);
  if (crossedProbe(tcb, seg)) {
    noteOldText(tcb, seg);
    // Without an octet and without news it is a keep-alive: it asks for an answer (3.8.4).
    if (segLen(seg) > 0 || (seg.ack === tcb.snd.una && mayChallenge(e, tcb))) tcb.ackNow = 1;
    ackAlone(e, tcb, seg);
    return false;
  }
  answerUnacceptable(e, tcb, seg);
  if (!finAgain(tcb, seg)) return true;
  ackAlone(e, tcb, seg);
  return false;
}

/** Nothing of the segment counts but its ACK. */
function ackAlone(e: Engine, tcb: Tcb, seg: Segment): void {
  seg.textLen = 0;
  seg.ctl &= ~(FIN | URG);
  heard(e, tcb, seg);
}

/**
 * The peer's FIN again, with an ACK that is new: of our FIN in a simultaneous close, whose first ACK was lost. To wait
 * for another would be to send our FIN again to a peer that has it (Linux and FreeBSD take it, too).
 */
function finAgain(tcb: Tcb, seg: Segment): boolean {
  const { rcv, snd } = tcb;
  return (
    rcv.fin === 1 &&
    (seg.ctl & (FIN | ACK | SYN)) === (FIN | ACK) &&
    ((seg.seq + segLen(seg)) | 0) === rcv.nxt &&
    seqGt(seg.ack, snd.una) &&
    ackInRange(tcb, seg)
  );
}

/**
 * While a window probe of ours is out, the peer's probe again, or its ACK from before it: at most one
 * octet at RCV.NXT - 1. Its ACK counts, or two ends that have taken each other's probes refuse each
 * other's ACKs for ever (appendix A.2, "simultaneous window probes").
 */
function crossedProbe(tcb: Tcb, seg: Segment): boolean {
  return (
    tcb.snd.probe === 1 &&
    ((seg.seq + 1) | 0) === tcb.rcv.nxt &&
    segLen(seg) <= 1 &&
    (seg.ctl & (ACK | SYN)) === ACK &&
    ackInRange(tcb, seg)
  );
}

/** An acceptable segment: the peer is alive, and what it says of congestion and of time is noted. */
export function heard(e: Engine, tcb: Tcb, seg: Segment): void {
  tcb.heardMs = e.ms;
  tcb.keepProbes = 0;
  if (tcb.ecn === EcnMode.CLASSIC) e.rules.receiveEcn(tcb, seg);
  // A segment that a later step discards must not move TS.Recent: whoever forged it could stop the rest.
  if ((seg.ctl & (RST | SYN | ACK)) !== ACK || !ackInRange(tcb, seg)) return;
  if (tcb.accEcn !== null) hearAccEcn(tcb, tcb.accEcn, seg);
  updateTsRecent(e, tcb, seg);
}

/** RFC 9768: the segment is counted, before TS.Recent follows, which tells whether it is the latest (appendix A.1). */
function hearAccEcn(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  const later = tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) !== 0 && seqGt(seg.tsVal, tcb.tsRecent);
  acc.modes = later ? acc.modes | AccEcnMode.LATER : acc.modes & ~AccEcnMode.LATER;
  countEcn(tcb, acc, seg);
}

/** Table 6, with an allowance of appendix A.2. */
export function acceptable(tcb: Tcb, seg: Segment): boolean {
  const { rcv } = tcb;
  const edge = mostEdge(tcb);
  const wnd = (edge - rcv.nxt) | 0;
  const len = segLen(seg);
  if (len === 0) {
    // A peer that has filled our window sends its ACKs from the edge: they count, or both sides wait.
    if (seg.seq === edge && (seg.ctl & RST) === 0) return true;
    return wnd === 0 ? seg.seq === rcv.nxt : seqGeq(seg.seq, rcv.nxt) && seqLt(seg.seq, edge);
  }
  // A closed window takes no text, but the ACK, URG and RST of a segment at its edge (MUST-66).
  if (wnd === 0) return seg.seq === rcv.nxt;
  if (tcb.config.receiveMemory && seqGt((seg.seq + seg.textLen) | 0, edge) && receivable(tcb) > 0)
    return false;
  if (seqGeq(seg.seq, rcv.nxt) && seqLt(seg.seq, edge)) return true;
  const last = (seg.seq + len - 1) | 0;
  return seqGeq(last, rcv.nxt) && seqLt(last, edge);
}

/** The right edge of the window; of the largest that was told, where it may have shrunk for want of memory. */
function mostEdge({ rcv, memory }: Tcb): number {
  return memory === null ? rcv.edge : seqMax(rcv.edge, memory.mostEdge);
}

/** In SYN-RECEIVED the peer's SYN again: with an ACK it completes a simultaneous open (figure 7). */
function synAgain(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (mixesModes(tcb, seg)) {
    e.out.drop(tcb, seg, Drop.ECN_MODES_MIXED);
    e.rules.sendReset(e, tcb);
    endConnection(e, tcb, row.ABORT[tcb.state], Err.ABORTED);
    return true;
  }
  if (tcb.accEcn !== null) synCameAgain(tcb.accEcn, seg);
  if ((seg.ctl & ACK) !== 0) {
    dropSyn(seg);
    seg.wnd >>= tcb.snd.wscale; // the window of a SYN is not scaled, that of what is left is
    heard(e, tcb, seg);
    return false;
  }
  e.out.drop(tcb, seg, Drop.DUPLICATE_SYN);
  if (mayChallenge(e, tcb)) e.rules.retransmit(e, tcb, tcb.snd.iss);
  return true;
}

/** The SYN is dealt with: leaves the segment that begins after it. */
export function dropSyn(seg: Segment): void {
  seg.ctl &= ~SYN;
  seg.seq = (seg.seq + 1) | 0;
  if (seg.up > 0) seg.up--;
}

/**
 * "An acknowledgment should be sent in reply": for text or FIN, which are somebody's retransmission, within
 * a wide limit; within that of RFC 5961 for the rest, or two ends could answer each other for ever.
 */
function answerUnacceptable(e: Engine, tcb: Tcb, seg: Segment): void {
  if ((seg.ctl & SYN) !== 0) answerSynAck(e, tcb, seg);
  else if (seg.textLen === 0 && (seg.ctl & FIN) === 0) e.rules.challengeAck(e, tcb);
  else if (mayAnswer(e, tcb)) {
    noteOldText(tcb, seg);
    e.rules.sendAck(e, tcb);
  }
}

/** RFC 2883 section 4: what of a segment without SYN was received before. */
function noteOldText(tcb: Tcb, seg: Segment): void {
  if (!seqLt(seg.seq, tcb.rcv.nxt)) return; // half of all numbers away: neither old nor new
  noteDuplicate(tcb, seg.seq, seqMin((seg.seq + seg.textLen) | 0, tcb.rcv.nxt));
}

/**
 * "Trimming off any portions that lie outside the window": leaves the segment that begins at or after RCV.NXT. How
 * many octets were old.
 */
export function trim(e: Engine, tcb: Tcb, seg: Segment): number {
  const { rcv } = tcb;
  if (segLen(seg) === 0) return 0;
  const old = (rcv.nxt - seg.seq) | 0;
  const skip = old > 0 ? Math.min(old, seg.textLen) : 0;
  if (old > 0) {
    seg.textOff += skip;
    seg.textLen -= skip;
    seg.seq = rcv.nxt;
    if ((seg.ctl & URG) !== 0) {
      if (seg.up > old) seg.up -= old;
      else seg.ctl &= ~URG;
    }
    tcb.ackNow = 1;
  }
  const beyond = (seg.seq + seg.textLen - rcv.edge) | 0;
  if (tcb.config.receiveMemory && rcv.fin === 0) takeWhole(e, tcb, seg, beyond);
  else if (beyond > 0) {
    e.out.drop(tcb, seg, Drop.OUTSIDE_WINDOW);
    seg.textLen -= beyond;
    seg.ctl &= ~FIN;
    tcb.ackNow = 1;
  } else if (
    beyond === 0 &&
    (seg.ctl & FIN) !== 0 &&
    seqLeq(rcv.edge, rcv.nxt) &&
    seqGt(rcv.edge, rcv.user)
  ) {
    // The window is closed and text waits: the FIN comes after it.
    seg.ctl &= ~FIN;
    tcb.ackNow = 1;
  }
  return skip;
}

/**
 * Where memory is counted, text that begins in the window is taken whole, though it ends `beyond` octets after it; of any
 * other nothing is. A FIN alone is taken by a closed window, too (tcp_data_queue).
 */
function takeWhole(e: Engine, tcb: Tcb, seg: Segment, beyond: number): void {
  const { rcv } = tcb;
  if (beyond <= 0 || seg.textLen === 0) return;
  if (seqLt(seg.seq, rcv.edge)) {
    rcv.edge = (seg.seq + seg.textLen) | 0;
    return;
  }
  e.out.drop(tcb, seg, Drop.OUTSIDE_WINDOW);
  seg.textLen = 0;
  seg.ctl &= ~(FIN | URG);
  tcb.ackNow = 1;
}
