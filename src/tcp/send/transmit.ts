// What may be sent now: the usable window, sender silly-window avoidance and Nagle (RFC 9293 section
// 3.8.6.2.1 MUST-38, 3.7.4 SHLD-7), the congestion window, and the timers that follow from it.

import { ACK, FIN, PSH } from '../../wire/segment.ts';
import { seqGt, seqLeq } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { owesHandshakeAck } from '../ecn/count.ts';
import { accEcnOctets } from '../ecn/option.ts';
import type { Engine } from '../engine.ts';
import { usedEarly } from '../fast-open.ts';
import { emit } from '../form/emit.ts';
import { insideWindow } from '../loss/dup-acks.ts';
import { Frto } from '../loss/undo.ts';
import { sackOctets } from '../receive/reassembly.ts';
import { Signal } from '../signals.ts';
import { FATE, Fate, type Sent } from '../tcb/sent.ts';
import { State } from '../tcb/state.ts';
import { finSent, Phase, type Tcb, unsent } from '../tcb/tcb.ts';
import { since } from '../time.ts';
import { clearTimer, setDeadline, setTimer } from '../timers.ts';
import { defers } from './defer.ts';
import { probeResent } from './mtu-search.ts';
import { depart, updatePacing, waitForPace } from './pacing.ts';
import { forgetMarks, pushedAt, withinRecord } from './records.ts';
import { dropSent, inFlight, leftOf, noteResent, noteSent, rangeAt, rightOf, word } from './sent.ts';

/** Override timeout of sender SWS avoidance (section 3.8.6.2.1: 0.1 to 1 second). */
const OVERRIDE_MS = 200;

/** Octets before the text, at most: an IPv6 header, and a TCP header with all the options that it can have. */
const MAX_HEADERS = 100;

/** Octets of text of segments that are formed together, and leave as they are (`Engine.trains`). */
const TRAIN = 65_535;

/** True in the states in which queued text and our FIN go out. */
function sends(tcb: Tcb): boolean {
  switch (tcb.state) {
    case State.ESTABLISHED:
    case State.CLOSE_WAIT:
    case State.FIN_WAIT_1:
    case State.CLOSING:
    case State.LAST_ACK:
      return true;
    case State.SYN_RECEIVED:
      return usedEarly(tcb);
    default:
      return false;
  }
}

/** Sends what may be sent, an ACK if one is owed and nothing carried it, and sets the timers. */
export function transmit(e: Engine, tcb: Tcb): void {
  if (tcb.ackNow === 1 && owesHandshakeAck(tcb)) e.rules.sendAck(e, tcb);
  if (sends(tcb)) {
    const { sent } = tcb;
    if (sent === null || (sent.lost === 0 && tcb.cc.phase === Phase.OPEN)) sendNew(e, tcb);
    else sendRepairing(e, tcb, sent);
  }
  if (tcb.ackNow === 1) e.rules.sendAck(e, tcb);
  watch(e, tcb);
}

/** True when {@link transmit} would send no text and leave all timers alone: the user has nothing to send or outstanding. */
export function nothingToDo({ snd, sent, timer }: Tcb): boolean {
  if (sent !== null || snd.una !== snd.nxt || snd.end !== snd.nxt || snd.fin === 1) return false;
  return (timer.rexmt | timer.persist | timer.user | timer.pto | timer.reorder) === 0;
}

/** In a loss episode: what is lost goes first. */
function sendRepairing(e: Engine, tcb: Tcb, sent: Sent): void {
  if (sent.frto === Frto.NEW_TEXT) {
    // F-RTO: new text, which tells whether the old was lost (RFC 5682 section 3.1 step 2 b).
    sendNew(e, tcb);
    if (seqGt((tcb.snd.nxt - 1) | 0, tcb.cc.recover)) return;
    sent.frto = Frto.OFF;
  }
  e.rules.resendLost(e, tcb);
  if (hasLost(tcb)) return;
  sendNew(e, tcb);
  if (tcb.cc.phase === Phase.FAST_RECOVERY) e.rules.lastResort(e, tcb);
}

/** Text and FIN that were never sent. */
function sendNew(e: Engine, tcb: Tcb): void {
  const { snd, cc } = tcb;
  const from = snd.nxt;
  const queued = (snd.end - from) | 0;
  if (queued < 0) return; // our FIN is out
  if (queued > 0 || snd.fin === 1) {
    if (queued > 0 && snd.nxt === snd.una) restartAfterIdle(e, tcb);
    if (tcb.mtuSearch !== null && e.rules.mtuProbe(e, tcb)) return;
    if (cc.pacingRate <= 0) {
      let room = (cc.cwnd - inFlight(tcb)) | 0;
      if (cc.phase === Phase.OPEN && defers(e, tcb, room)) return;
      for (let burst = 0; ; ) {
        if (burst <= 0) burst = e.rules.burst(e, tcb, room);
        const n = sendNext(e, tcb, room, burst);
        if (n <= 0) break;
        burst = (burst - n) | 0;
        room = (cc.cwnd - inFlight(tcb)) | 0;
      }
    } else if (!sendPaced(e, tcb)) return;
  }
  if (tcb.sent !== null) e.rules.noteLimit(tcb, tcb.sent, snd.nxt !== from);
}

/** What cwnd allows, as far as it is time for it. False: more waits for its time. */
function sendPaced(e: Engine, tcb: Tcb): boolean {
  const { cc } = tcb;
  for (let burst = 0; ; ) {
    const room = (cc.cwnd - inFlight(tcb)) | 0;
    const now = burst > 0 ? burst : e.rules.paceRoom(e, tcb); // a burst that has begun leaves whole
    if (now === 0) {
      if (!cwndAllows(tcb)) return true;
      waitForPace(e, tcb);
      return false;
    }
    const most = Math.min(room, now);
    if (burst <= 0) burst = e.rules.burst(e, tcb, most);
    const n = sendNext(e, tcb, most, burst);
    if (n <= 0) return true;
    burst = (burst - n) | 0;
  }
}

/**
 * What ended the sending: cwnd, or the program and the peer's window (MarkConnectionAppLimited, draft-ietf-ccwg-bbr 4.1).
 * `moved`: something was sent.
 */
export function noteLimit(tcb: Tcb, sent: Sent, _moved: boolean): void {
  const waiting = waitingText(tcb);
  const pipe = inFlight(tcb);
  const cwndLimited = waiting > 0 && tcb.cc.cwnd - pipe < waiting;
  if (!cwndLimited) sent.appLimited = (tcb.cc.delivered + pipe) | 0 || 1;
}

/** Octets of text that the program and the peer's window let go in the next segment. */
function waitingText(tcb: Tcb): number {
  const { snd } = tcb;
  return Math.min((snd.end - snd.nxt) | 0, (snd.una + snd.wnd - snd.nxt) | 0, snd.mss);
}

/** True when there is something to send, and cwnd has room for it. */
function cwndAllows(tcb: Tcb): boolean {
  const waiting = waitingText(tcb) + tcb.snd.fin;
  return waiting > 0 && tcb.cc.cwnd - inFlight(tcb) >= waiting;
}

function hasLost(tcb: Tcb): boolean {
  return tcb.sent !== null && tcb.sent.lost > 0;
}

/** Octets of text in the next full segment: the MSS counts no options (RFC 6691), and these come and go. */
export function fullText(tcb: Tcb): number {
  return Math.max(tcb.snd.mss - sackOctets(tcb) - accEcnOctets(tcb), 1);
}

/**
 * The next segment of text or FIN that was never sent, if cwnd has `room`; how many sequence numbers went. `burst`: what is
 * left of the burst that it is of; 0: of none.
 */
export function sendNext(e: Engine, tcb: Tcb, room: number, burst = 0): number {
  const { snd, cc } = tcb;
  const queued = (snd.end - snd.nxt) | 0;
  const usable = (snd.una + snd.wnd - snd.nxt) | 0;
  if (queued < 0 || usable <= 0) return 0;
  if (queued === 0) {
    if (snd.fin === 0) return 0;
    sendSegment(e, tcb, 0, FIN);
    return 1;
  }
  const full = fullText(tcb);
  const record = tcb.marks === null ? queued : withinRecord(tcb, snd.nxt, queued);
  const most = burst > 0 ? Math.min(record, usable, room, burst) : Math.min(record, usable, room);
  const whole = gsoOctets(e, tcb, most, full);
  let len = whole > 0 ? whole : Math.min(record, full);
  if (usable < len) len = usable;
  const idle = ((snd.nxt - snd.una - snd.syn) | 0) <= 0;
  if (room < len) {
    if (!idle) return 0;
    len = Math.min(cc.cwnd, len);
    if (len <= 0) return 0;
  }
  if (len < full && !e.rules.maySendSmall(tcb, len, queued, idle)) return 0;
  const fin = snd.fin === 1 && len === queued && usable > len ? FIN : 0;
  sendSegment(e, tcb, len, fin, whole > 0 ? full : 0, burst > 0 && len >= burst);
  return len + fin;
}

/**
 * Octets of text, of `most` that may go, in a segment that stands for several of `full` octets (generic segmentation offload);
 * 0 when there are no two, or none is to. The urgent pointer says something else in each segment.
 */
function gsoOctets(e: Engine, tcb: Tcb, most: number, full: number): number {
  if (most < 2 * full || tcb.snd.urgent === 1) return 0;
  const largest = tcb.gso > 0 ? tcb.gso - MAX_HEADERS : isTrain(e, tcb, full) ? TRAIN : 0;
  const octets = Math.min(most, largest);
  return octets < 2 * full ? 0 : octets - (octets % full);
}

/** Whether full segments that leave at once are formed together: nothing but their place tells them apart. */
function isTrain(e: Engine, { config, cc, snd, accEcn, md5, udpPort }: Tcb, full: number): boolean {
  if ((md5 | udpPort) !== 0) return false; // each has a signature, or a datagram, of its own
  return e.trains && config.headerPrediction && full === snd.mss && cc.pacingRate <= 0 && accEcn === null;
}

/**
 * Conditions (2), (3) and (4) of section 3.8.6.2.1 for a segment below Eff.snd.MSS, with Nagle's algorithm as Minshall modified
 * it, which appendix A.3 leaves to implementers: what is queued to the end waits only while a small segment is outstanding, so
 * that the rest of a write does not wait for its full segments, nor its user for a delayed ACK of these.
 */
export function maySendSmall(tcb: Tcb, len: number, queued: number, idle: boolean): boolean {
  const { snd } = tcb;
  const all = len === queued;
  if (!nagle(tcb, len, queued, idle || (all && !smallOutstanding(tcb)))) return false;
  if (all || (tcb.marks !== null && len === withinRecord(tcb, snd.nxt, queued)))
    snd.sml = (snd.nxt + len) | 0;
  return true;
}

/** True while the last small segment is not acknowledged. */
export function smallOutstanding({ snd }: Tcb): boolean {
  return seqGt(snd.sml, snd.una) && seqLeq(snd.sml, snd.nxt);
}

/** {@link maySendSmall} by the letter of section 3.7.4: it waits while anything is outstanding. */
export function nagle(tcb: Tcb, len: number, queued: number, idle: boolean): boolean {
  const { snd } = tcb;
  if (snd.override === 1) return true;
  const all = len === queued;
  if (all && (snd.fin === 1 || snd.urgent === 1)) return true;
  if (!all && tcb.marks !== null && len === withinRecord(tcb, snd.nxt, queued)) return true; // more makes it no larger
  if (!idle && tcb.noDelay === 0) return false;
  if (all) return tcb.cork === 0;
  return len >= snd.maxWnd >> 1;
}

/** No segment is the last of a burst: PSH says nothing of what goes at once. */
export function burst(_e: Engine, _tcb: Tcb, _room: number): number {
  return 0;
}

/** MUST-61: PSH on the last buffered octet, and on the last of a record. */
export function pushes(tcb: Tcb, end: number): boolean {
  return end === tcb.snd.end || pushedAt(tcb, end);
}

/** One segment at SND.NXT; `gsoSize`: it stands for several of that size; `ends`: a burst. */
export function sendSegment(e: Engine, tcb: Tcb, len: number, fin: number, gsoSize = 0, ends = false): void {
  const { snd } = tcb;
  const seq = snd.nxt;
  snd.nxt = (seq + len + fin) | 0;
  snd.lastMs = e.ms;
  if (tcb.rcv.quick > 0 && len > 0) endQuickAcks(e, tcb);
  if (tcb.cc.pacingRate > 0) e.rules.depart(e, tcb, len);
  noteSent(e, tcb, seq);
  if (tcb.config.notsentLowat > 0) askForMore(tcb, len);
  if (tcb.timer.rexmt === 0) setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  if (tcb.timer.user === 0) startUserTimer(e, tcb);
  const psh = len > 0 && (ends || e.rules.pushes(tcb, (seq + len) | 0)) ? PSH : 0;
  emit(e, tcb, seq, ACK | psh | fin, len, true, gsoSize);
}

/** `len` octets less are unsent. The user is asked for more when half of what he may have there has gone, as by Linux. */
function askForMore(tcb: Tcb, len: number): void {
  const now = unsent(tcb);
  const half = tcb.config.notsentLowat / 2;
  if (now < half && now + len >= half) tcb.signals |= Signal.ROOM;
}

/** The user answers text within the delay: from now on it pays to wait for what can carry the ACK. */
function endQuickAcks(e: Engine, tcb: Tcb): void {
  const { rcv, config } = tcb;
  if (rcv.quick < config.quickAcks && since(e, rcv.textMs) < config.delayedAckMs) rcv.quick = 0;
}

/** Longest idle time that is told apart, so that it is an int32 in microseconds: half an hour, beyond every RTO. */
const MOST_IDLE_MS = 2_000_000;

const SECOND_US = 1_000_000;

/** RFC 5681 section 4.1: what cwnd is after idleness. */
function restartAfterIdle(e: Engine, tcb: Tcb): void {
  const idleUs = Math.min(since(e, tcb.snd.lastMs), MOST_IDLE_MS) * 1000;
  const restarted = controlOf(tcb).onIdle(tcb, idleUs, e.now);
  if (tcb.config.restartAfterIdle) setCwnd(tcb, restarted);
  if (tcb.cc.pacingRate > 0) updatePacing(tcb);
  // A time so long ago would be one to come when the microseconds come round.
  if (idleUs >= SECOND_US) tcb.cc.departureUs = e.us;
}

/** Sends again from `seq`, at most one segment and not beyond `upTo`; how many sequence numbers that covered. */
export function retransmit(e: Engine, tcb: Tcb, seq: number, upTo: number = tcb.snd.nxt): number {
  const { snd } = tcb;
  tcb.retransmissions = (tcb.retransmissions + 1) | 0;
  snd.lastMs = e.ms;
  if (snd.syn === 1) {
    tcb.rto.timing = 0; // MUST-18: Karn
    e.rules.sendSyn(e, tcb);
    return 1;
  }
  const finOut = finSent(tcb);
  let len = ((finOut ? snd.end : snd.nxt) - seq) | 0;
  const most = Math.max(snd.mss - accEcnOctets(tcb), 1);
  if (len > most) len = most;
  if (len > ((upTo - seq) | 0)) len = (upTo - seq) | 0;
  if (tcb.marks !== null) len = withinRecord(tcb, seq, len);
  const last = ((seq + len - snd.end) | 0) === 0;
  const fin = finOut && last && seqGt(upTo, snd.end) ? FIN : 0;
  if (len === 0 && fin === 0) return 0;
  if (tcb.mtuSearch !== null) probeResent(tcb.mtuSearch, seq, (seq + len) | 0);
  if (tcb.cc.pacingRate > 0) depart(e, tcb, len);
  noteResent(e, tcb, seq, (seq + len + fin) | 0);
  const psh = len > 0 && e.rules.pushes(tcb, (seq + len) | 0) ? PSH : 0;
  emit(e, tcb, seq, ACK | psh | fin, len);
  return len + fin;
}

/** What counts as lost goes again from the bottom up, as cwnd allows (RFC 6675 section 5 step (C), NextSeg () rule (1)). */
export function resendLost(e: Engine, tcb: Tcb): void {
  const { snd, cc } = tcb;
  for (let from = 0; hasLost(tcb); ) {
    const sent = tcb.sent as Sent;
    while (from < sent.count && word(sent, from, FATE) !== Fate.LOST) from++;
    if (from >= sent.count) return;
    const seq = leftOf(sent, from);
    const right = rightOf(tcb, sent, from);
    const pipe = inFlight(tcb);
    if (cc.cwnd - pipe < snd.mss && pipe > 0) return;
    if (!insideWindow(tcb, seq)) return;
    if (cc.pacingRate > 0 && pipe > 0 && e.rules.paceRoom(e, tcb) === 0) {
      waitForPace(e, tcb);
      return;
    }
    const n = e.rules.retransmit(e, tcb, seq, right);
    if (n === 0) return;
    // A rule in place of ours may keep no record, or say anything: what was its turn is not lost any more, or this had no end.
    if (word(sent, rangeAt(sent, seq), FATE) === Fate.LOST) {
      noteResent(e, tcb, seq, n > 0 && n < ((right - seq) | 0) ? (seq + n) | 0 : right);
    }
    if (from > 0) from--; // what went again may have joined the range before it
  }
}

/** R2 of a synchronized connection whose user has not said another. */
function r2Of({ config, orphan }: Tcb): number {
  return orphan === 1 && config.orphanR2Ms !== 0 ? config.orphanR2Ms : config.r2Ms;
}

/** The user goes away: what waits for an answer already has waited for R2 of an orphan, too. */
export function hastenOrphan(e: Engine, tcb: Tcb): void {
  const { config, state, timer, userTimeoutMs } = tcb;
  if (timer.user === 0 || userTimeoutMs !== 0 || config.orphanR2Ms === 0) return;
  if (state === State.SYN_SENT || state === State.SYN_RECEIVED) return;
  setDeadline(e, tcb, 'user', (timer.user - config.r2Ms + config.orphanR2Ms) | 0 || 1);
}

/** Starts USER TIMEOUT for the oldest thing that waits for an answer (section 3.8.3, R2). */
export function startUserTimer(e: Engine, tcb: Tcb): void {
  const { config, state } = tcb;
  let ms = tcb.userTimeoutMs;
  if (ms === 0) {
    if (state === State.SYN_SENT) ms = config.synR2Ms;
    else if (state === State.SYN_RECEIVED) ms = tcb.passive === 1 ? config.synAckR2Ms : config.synR2Ms;
    else ms = r2Of(tcb);
  }
  setTimer(e, tcb, 'user', ms);
}

/** Sets the retransmission, persist and user timers as the send sequence now asks. */
function watch(e: Engine, tcb: Tcb): void {
  const { snd, timer } = tcb;
  const outstanding = snd.una !== snd.nxt;
  if (outstanding && snd.probe === 0) {
    if (timer.persist !== 0) clearTimer(e, tcb, 'persist');
    const { sent } = tcb;
    if (sent !== null && (sent.ptoNxt !== snd.nxt || sent.ptoUna !== snd.una))
      e.rules.setProbeTimer(e, tcb, sent);
    return;
  }
  if (timer.pto !== 0) clearTimer(e, tcb, 'pto');
  if (timer.reorder !== 0) clearTimer(e, tcb, 'reorder');
  if (!outstanding && tcb.sent !== null) dropSent(e, tcb);
  if (!outstanding) forgetMarks(tcb);
  if (timer.rexmt !== 0) clearTimer(e, tcb, 'rexmt');
  const pending = sends(tcb) && (seqGt(snd.end, snd.nxt) || (snd.fin === 1 && seqLeq(snd.nxt, snd.end)));
  if (outstanding || pending) {
    if (timer.persist === 0 && timer.pace === 0) startPersist(e, tcb);
    if (timer.user === 0) startUserTimer(e, tcb);
  } else {
    if (timer.persist !== 0) clearTimer(e, tcb, 'persist');
    if (timer.user !== 0) clearTimer(e, tcb, 'user');
  }
}

/**
 * Window probes: first after an RTO (SHLD-29), then at growing intervals (SHLD-30), yet often enough that
 * an answer comes before R2: a peer that acknowledges them is alive (MUST-37).
 */
export function startPersist(e: Engine, tcb: Tcb): void {
  const { snd, rto, config } = tcb;
  if (snd.wnd > 0 && snd.probe === 0) {
    setTimer(e, tcb, 'persist', OVERRIDE_MS);
    return;
  }
  const shift = Math.min(rto.probes, 16);
  const r2 = tcb.userTimeoutMs === 0 ? r2Of(tcb) : tcb.userTimeoutMs;
  const most = Math.max(Math.min(config.maxRtoMs, r2 >> 1), 1);
  setTimer(e, tcb, 'persist', Math.min(rto.rtoMs * 2 ** shift, most));
}
