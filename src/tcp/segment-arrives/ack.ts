// 3.10.7.4, fifth: check the ACK field. Acceptability (RFC 5961 section 5), SND.UNA and what follows
// from its advance, duplicates, the send window, and the states that wait for an ACK.

import { ACK, ECE, FIN, OPT_SACK, OPT_TIMESTAMPS, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqLt } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import { readFeedback } from '../ecn/feedback.ts';
import { readHandshakeAck } from '../ecn/negotiate.ts';
import { respondToEcn } from '../ecn/response.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { established } from '../established.ts';
import { earlyEstablished, usedEarly } from '../fast-open.ts';
import { windowHasGrown } from '../form/emit.ts';
import { finishSample } from '../loss/delivered.ts';
import { computedRtoMs, sample, sampleSyn, slept } from '../loss/rto.ts';
import type { AckSample } from '../loss/sample.ts';
import { ackRanges } from '../loss/scoreboard.ts';
import { probeAnswered } from '../loss/tlp.ts';
import { probeAcked } from '../send/mtu-search.ts';
import { updatePacing } from '../send/pacing.ts';
import { dropSent } from '../send/sent.ts';
import { startUserTimer } from '../send/transmit.ts';
import { Signal } from '../signals.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import { finAcked, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { clearTimer, endConnection, enter, enterTimeWait, setTimer } from '../timers.ts';
import { tsNow } from '../timestamps.ts';

/** True when the segment goes no further. */
export function ack(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & ACK) === 0) {
    e.out.drop(tcb, seg, Drop.NO_ACK);
    return true;
  }
  if (tcb.state === State.SYN_RECEIVED) {
    if (e.rules.synReceivedAck(e, tcb, seg)) return true;
  } else if (!ackAcceptable(e, tcb, seg)) {
    return true;
  }
  acknowledge(e, tcb, seg);
  return e.rules.ackByState(e, tcb, seg);
}

/** SYN-RECEIVED: SND.UNA < SEG.ACK =< SND.NXT opens the connection, anything else is reset. */
export function synReceivedAck(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if (!ackInRange(tcb, seg)) {
    e.out.drop(tcb, seg, Drop.BAD_ACK_IN_SYN_RECEIVED);
    e.rules.replyReset(e, seg);
    return true;
  }
  const early = usedEarly(tcb);
  if (tcb.passive === 1 && !early && !e.out.admit(tcb)) {
    e.out.drop(tcb, seg, Drop.LISTEN_REFUSED);
    return true;
  }
  if (tcb.accEcn !== null) readHandshakeAck(tcb, tcb.accEcn, seg);
  const lost = tcb.rto.timeouts > 0;
  if (tcb.passive === 0 && tcb.fastOpen !== 0) e.rules.earlyAck(e, tcb, seg); // a simultaneous open
  enter(e, tcb, row.SYN_RECEIVED_ACK);
  established(e, tcb);
  setSendWindow(tcb, seg);
  if (early) earlyEstablished(tcb, seg, lost);
  // A CLOSE that was called before the peer knew us: "queue for processing after entering ESTABLISHED".
  if (snd.fin === 1) enter(e, tcb, row.ESTABLISHED_CLOSE);
  return false;
}

/** True when the ACK field is one that the fifth step accepts in this state. */
export function ackInRange(tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if (seqGt(seg.ack, snd.nxt)) return false;
  if (tcb.state === State.SYN_RECEIVED) return seqGt(seg.ack, snd.una);
  return seqGeq(seg.ack, (snd.una - snd.maxWnd) | 0);
}

/** (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT (MAY-12). */
function ackAcceptable(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (ackInRange(tcb, seg)) return true;
  e.out.drop(tcb, seg, seqGt(seg.ack, tcb.snd.nxt) ? Drop.ACK_OF_UNSENT : Drop.ACK_TOO_OLD);
  e.rules.challengeAck(e, tcb);
  return false;
}

/**
 * "Do the same processing as for the ESTABLISHED state", of an ACK of SND.UNA or beyond: what it says, what is lost by
 * that, what cwnd is then. What may be sent follows when the segment has been dealt with (send/transmit.ts).
 */
export function acknowledge(e: Engine, tcb: Tcb, seg: Segment): void {
  const s = e.sample.begin(tcb, seg);
  const advances = s.advanced === 1;
  if (!advances && seg.ack !== tcb.snd.una) {
    e.rules.overtakenAck(e, tcb, seg, s);
    return;
  }
  const acc = tcb.accEcn;
  if (tcb.ecn === EcnMode.CLASSIC && (seg.ctl & ECE) !== 0) s.ece = 1;
  if (tcb.sent !== null || advances || tcb.cc.tlp !== 0) {
    readAck(e, tcb, seg, s);
    if (acc !== null) readFeedback(tcb, acc, seg, s);
    const left = e.rules.leaveRecovery(e, tcb, s);
    if (advances) e.rules.newAck(e, tcb, s);
    else if (isDuplicate(tcb, seg)) e.rules.duplicateAck(e, tcb, s);
    e.rules.detectLoss(e, tcb, s);
    e.rules.controlWindow(e, tcb, s, left);
    if (s.delivered > 0) updatePacing(tcb);
    if (s.sacked > 0 && tcb.timer.pto !== 0) clearTimer(e, tcb, 'pto');
  } else if (acc !== null) {
    readFeedback(tcb, acc, seg, s);
    if (s.ece === 1) respondToEcn(e, tcb, s);
  }
  updateSendWindow(e, tcb, seg, advances);
}

/** An ACK that others have overtaken: nothing of it counts. */
export function overtakenAck(_e: Engine, _tcb: Tcb, _seg: Segment, _s: AckSample): void {}

/** What an ACK that others have overtaken reports of SACKed text, as far as that is news, counts. */
export function readOvertaken(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  if ((seg.opts & OPT_SACK) === 0) return;
  readAck(e, tcb, seg, s);
  if (s.sacked === 0) return;
  e.rules.detectLoss(e, tcb, s);
  e.rules.controlWindow(e, tcb, s, false);
  updatePacing(tcb);
  if (tcb.timer.pto !== 0) clearTimer(e, tcb, 'pto');
}

/** The sample: what has arrived, when it was sent, and how long that took. */
function readAck(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  const asleep = slept(e, tcb);
  const backedOff = tcb.rto.timeouts > 0;
  if (s.advanced === 1) advance(e, tcb, seg, s);
  if (tcb.sack === 1) e.rules.sackArrives(e, tcb, seg, s);
  if (tcb.sent !== null) finishSample(e, tcb, tcb.sent, s);
  if (!asleep) sampleText(e, tcb, seg, s, backedOff);
  if (tcb.cc.tlp !== 0) probeAnswered(e, tcb, seg, s);
  if (s.advanced === 0) return;
  // RFC 6298 section 5.2 and 5.3, with the RTO as it is now.
  const { snd } = tcb;
  if (snd.una === snd.nxt) {
    clearTimer(e, tcb, 'rexmt');
    clearTimer(e, tcb, 'user');
  } else {
    setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
    startUserTimer(e, tcb);
  }
}

/** SND.UNA <- SEG.ACK. */
function advance(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  const { snd, rto } = tcb;
  if (snd.syn === 1) sampleSyn(e, tcb);
  snd.una = seg.ack;
  snd.syn = 0;
  if (snd.probe === 1) {
    // The probe's octet was taken: if the window is closed still, the next has its interval anew (SHLD-29).
    snd.probe = 0;
    clearTimer(e, tcb, 'persist');
  }
  tcb.softError = Err.OK;
  rto.timeouts = 0;
  rto.probes = 0;
  if (snd.urgent === 1 && seqGeq(snd.una, snd.up)) snd.urgent = 0;
  if (tcb.sent !== null) ackRanges(e, tcb, tcb.sent, s);
  if (tcb.mtuSearch !== null) probeAcked(e, tcb, tcb.mtuSearch);
  tcb.signals |= Signal.ROOM;
  if (finAcked(tcb)) tcb.signals |= Signal.FIN_ACKED;
}

/**
 * The round-trip time, of text that was sent once (MUST-18: Karn), in an ACK that tells of nothing that was sent again:
 * what waited for that at the peer took longer than the path does.
 */
function sampleText(e: Engine, tcb: Tcb, seg: Segment, s: AckSample, backedOff: boolean): void {
  const { rto, snd } = tcb;
  const us = s.advanced === 1 ? s.longestRttUs : s.rttUs;
  if (us >= 0 && s.resent === 0) sample(tcb, us, Math.max(Math.ceil(s.priorInFlight / (2 * snd.mss)), 1));
  else if (s.advanced === 1 && (backedOff || rto.measured === 0)) sampleTimestamp(e, tcb, seg);
}

/**
 * RFC 7323 section 4.1: an echoed timestamp is a sample even after a retransmission. One beyond the RTO is none: it
 * tells of an outage, or of a peer that slept; the back-off stays, and the next segment measures the path (MUST-18).
 */
function sampleTimestamp(e: Engine, tcb: Tcb, seg: Segment): void {
  if (tcb.ts === 0 || (seg.opts & OPT_TIMESTAMPS) === 0 || seg.tsEcr === 0) return;
  const ms = (tsNow(e, tcb) - seg.tsEcr) | 0;
  if (ms >= 0 && ms <= computedRtoMs(tcb)) sample(tcb, ms * 1000);
}

/** With ECN-capable pure ACKs, where SACK is in use, what has no SACK blocks may be an ACK of ACKs (RFC 9768 section 3.2.2.5.1). */
function tellsAckOfAck({ accEcn, sack, config }: Tcb): boolean {
  return accEcn !== null && sack === 1 && config.ecnPlusPlus;
}

/** RFC 5681 section 2: a duplicate ACK. */
function isDuplicate(tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  return (
    seg.ack === snd.una &&
    snd.una !== snd.nxt &&
    snd.probe === 0 &&
    !tellsAckOfAck(tcb) &&
    seg.textLen === 0 &&
    (seg.opts & OPT_SACK) === 0 && // what it says is in the record
    tcb.ackNow === 0 && // else it came with text that was cut off
    (seg.ctl & FIN) === 0 &&
    seg.wnd << snd.wscale === snd.wnd
  );
}

/**
 * "The send window should be updated", unless the segment is older than the last that did. One that
 * acknowledges something new is not, wherever it begins: a retransmission, say (section 3.8.6).
 */
export function updateSendWindow(e: Engine, tcb: Tcb, seg: Segment, advances: boolean): void {
  const { snd } = tcb;
  if (!advances && !seqLt(snd.wl1, seg.seq) && !(snd.wl1 === seg.seq && seqLeq(snd.wl2, seg.ack))) return;
  setSendWindow(tcb, seg);
  if (snd.wnd === 0) {
    // MUST-37: a peer that acknowledges probes is alive, however long its window stays closed. When our
    // user has gone nobody else could end that, so R2 does (RFC 6429).
    if (tcb.orphan === 0 && (snd.una !== snd.nxt || tcb.timer.persist !== 0)) startUserTimer(e, tcb);
    return;
  }
  if (snd.probe === 1) {
    // The window has opened and the probe's octet was not taken: it is ordinary text again.
    snd.probe = 0;
    tcb.rto.probes = 0;
    if (takeBackProbe(e, tcb)) return;
    e.rules.retransmit(e, tcb, snd.una);
    setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  } else if (tcb.timer.persist !== 0) {
    clearTimer(e, tcb, 'persist');
  }
}

/**
 * The probe's octet was never sent, as it were, when the segment that begins with it can be: alone it would
 * cost a round trip. Only then, for the probe may still be under way and be acknowledged.
 */
function takeBackProbe(e: Engine, tcb: Tcb): boolean {
  const { snd } = tcb;
  const queued = (snd.end - snd.una) | 0;
  const whole = queued >= snd.mss;
  if (queued < 2 || snd.wnd < Math.min(queued, snd.mss) || (!whole && tcb.cork === 1)) return false;
  snd.nxt = snd.una;
  dropSent(e, tcb);
  return true;
}

/** SND.WND, SND.WL1, SND.WL2. */
export function setSendWindow(tcb: Tcb, seg: Segment): void {
  const { snd } = tcb;
  snd.wnd = seg.wnd << snd.wscale;
  if (snd.wnd > snd.maxWnd) {
    snd.maxWnd = snd.wnd;
    if (tcb.config.halfWindowSegments) windowHasGrown(tcb);
  }
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
}

/** What an ACK of our FIN does. True: the connection is gone. */
export function ackByState(e: Engine, tcb: Tcb, seg: Segment): boolean {
  switch (tcb.state) {
    case State.FIN_WAIT_1:
      // A FIN in the same segment goes the short way (figure 5, note 2): see fin.ts.
      if (finAcked(tcb) && (seg.ctl & FIN) === 0) finWait2(e, tcb);
      return false;
    case State.CLOSING:
      if (finAcked(tcb)) {
        enterTimeWait(e, tcb, row.CLOSING_ACK);
        return true;
      }
      return false;
    case State.LAST_ACK:
      if (finAcked(tcb)) {
        endConnection(e, tcb, row.LAST_ACK_ACK, Err.OK);
        return true;
      }
      return false;
    default:
      return false;
  }
}

/** FIN-WAIT-1 to FIN-WAIT-2; an orphan does not wait there for ever. */
export function finWait2(e: Engine, tcb: Tcb): void {
  enter(e, tcb, row.FIN_WAIT_1_ACK);
  if (tcb.orphan === 1) setTimer(e, tcb, 'wait', tcb.config.finWait2Ms);
}
