// SEGMENT ARRIVES in SYN-SENT (RFC 9293 section 3.10.7.3).

import { ACK, RST, type Segment, SYN } from '../../wire/segment.ts';
import { seqGt, seqLeq } from '../../wire/seq.ts';
import { mayChallenge } from '../challenge.ts';
import { Drop } from '../drop.ts';
import { noteAccEcnAsked } from '../ecn/blocked.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { established } from '../established.ts';
import { sampleSyn } from '../loss/rto.ts';
import type { Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { clearTimer, endConnection, enter, setTimer } from '../timers.ts';
import { learnSyn, synReceived } from './listen.ts';
import { dropSyn } from './sequence.ts';

/** First, check the ACK bit: it must acknowledge our SYN, or it belongs to an older connection. */
export function synSentAck(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if ((seg.ctl & ACK) === 0) return false;
  if (seqGt(seg.ack, snd.iss) && seqLeq(seg.ack, snd.nxt)) return false;
  e.out.drop(tcb, seg, Drop.BAD_ACK_IN_SYN_SENT);
  if ((seg.ctl & RST) === 0) {
    e.rules.replyReset(e, seg);
    // The RST clears the peer's old connection: try again at once instead of after an RTO.
    if (mayChallenge(e, tcb)) setTimer(e, tcb, 'rexmt', 1);
  }
  return true;
}

/** Second, check the RST bit: only with an acceptable ACK. */
export function synSentRst(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & RST) === 0) return false;
  if ((seg.ctl & ACK) === 0) {
    e.out.drop(tcb, seg, Drop.RST_WITHOUT_ACK_IN_SYN_SENT);
    return true;
  }
  endConnection(e, tcb, row.SYN_SENT_RST, Err.REFUSED);
  return true;
}

/**
 * Fourth, check the SYN bit. False: the segment goes on to the sixth step. Text and FIN of a SYN without an ACK are not
 * queued until ESTABLISHED, but left out, which is as good: our SYN,ACK acknowledges none of it, and the peer sends it again.
 */
export function synSentSyn(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if ((seg.ctl & SYN) === 0) {
    e.out.drop(tcb, seg, Drop.NO_SYN_IN_SYN_SENT); // fifth
    return true;
  }
  tcb.heardMs = e.ms;
  if ((seg.ctl & ACK) !== 0) noteAccEcnAsked(e, tcb, seg);
  learnSyn(e, tcb, seg);
  if ((seg.ctl & ACK) !== 0) {
    sampleSyn(e, tcb);
    if (tcb.fastOpen !== 0) e.rules.earlyAck(e, tcb, seg);
    snd.una = seg.ack;
    snd.syn = 0;
    clearTimer(e, tcb, 'rexmt');
    enter(e, tcb, row.SYN_SENT_SYN_ACK);
    established(e, tcb);
    tcb.ackNow = 1;
    dropSyn(seg);
    e.rules.trim(e, tcb, seg);
    return false;
  }
  enter(e, tcb, row.SYN_SENT_SYN);
  tcb.rto.timing = 0; // MUST-18: the SYN,ACK sends our SYN a second time
  synReceived(e, tcb);
  return true;
}
