// A TCB as octets, and back into a Tcb that has just begun. What is left out cannot change what the engine
// does under the settings of a model (see tcpOf), and the test beside this file checks that: a run whose TCBs are
// written and read back after every event equals a run whose TCBs simply go on.
//
// What is left out, and why, is LEFT_OUT.

import {
  FATE,
  Fate,
  freshTcb,
  LEFT,
  OutOfOrder,
  Sent,
  State,
  type Tcb,
  TIMES,
  WORDS,
  word,
} from '../../../tcp/index.ts';
import { seqMin } from '../../../wire/index.ts';
import { NEVER_MS, RTO_MS } from './config.ts';
import type { Numbers } from './numbers.ts';

/** What is not written, by reason: names of fields as in the schema of the TCB. */
export const LEFT_OUT: readonly (readonly [why: string, fields: string])[] = [
  [
    'of the side, or settings of the model: the same in all its states',
    `tcb.id tcb.family tcb.l0 tcb.l1 tcb.l2 tcb.l3 tcb.r0 tcb.r1 tcb.r2 tcb.r3 tcb.localPort tcb.remotePort tcb.udpPort
    tcb.mtu tcb.pmtu tcb.gso tcb.md5 tcb.sack tcb.ws tcb.ts tcb.ecn tcb.fastOpen tcb.noDelay tcb.cork tcb.keepAlive
    tcb.userTimeoutMs snd.buf snd.wscale rcv.buf rcv.wscale`,
  ],
  ['follow from the incarnations', 'snd.iss rcv.irs tcb.minIss tcb.hasMinIss'],
  ['news for the user, who has heard it when the event is over', 'tcb.error tcb.softError tcb.signals'],
  [
    'the RTO is constant, only its deadline matters; the counts decide about back-off, the signal of R1 and cwnd alone',
    `rto.srttUs rto.rttvarUs rto.rtoMs rto.measured rto.timing rto.timedAtUs rto.timeouts rto.probes
    rto.minRttUs`,
  ],
  [
    'cwnd is never below a full segment, and all text of a run is a few octets; written while what was lost goes again',
    'cc.ssthresh cc.ecnRecover cc.credit cc.priorCwnd cc.priorSsthresh snd.lastMs',
  ],
  [
    'when it was sent what is outstanding, and what of it has arrived, is for samples, and for SACK, which is off',
    'cc.delivered cc.lost cc.reoMult cc.reoPersist cc.tlp cc.tlpEnd timer.reorder timer.pto',
  ],
  [
    'nothing is paced, and rates are for who looks',
    'cc.pacingRate cc.departureUs cc.deliveryRate cc.rateAppLimited timer.pace',
  ],
  [
    'the record follows from SND.UNA, SND.NXT, `recover` and where what is lost begins, which is written',
    'sent.first sent.count sent.lost',
  ],
  ['all text is of small segments: the last one ends at SND.NXT, or before the FIN', 'snd.sml'],
  ['where in their array the ranges out of order lie', 'outOfOrder.first'],
  ['cwnd lets all text go, whatever else is in flight', 'sent.departed'],
  [
    'of samples, and of a sender that needs SACK, RACK or an undo',
    `sent.sacked sent.refused sent.clockUs sent.clockEnd sent.deliveredUs sent.firstSentUs sent.appLimited sent.roundEnd
    sent.ptoUna sent.ptoNxt sent.rack sent.rackUs sent.rackEnd sent.rackRttUs sent.fack sent.dsackRounds sent.dsackRound
    sent.recoverFs sent.prrDelivered sent.prrOut sent.rescueRxt sent.undoable sent.undoFrom sent.resentOctets
    sent.resentAny sent.resentStamp sent.frto`,
  ],
  [
    'a search for the path MTU takes more than 984 octets in flight to begin',
    `mtuSearch.low mtuSearch.high mtuSearch.limit mtuSearch.halving mtuSearch.size mtuSearch.from mtuSearch.to
    mtuSearch.resent mtuSearch.losses mtuSearch.verdictMs`,
  ],
  [
    'of a receive buffer that counts memory, as the Linux profile has it',
    `memory.limit memory.used memory.share memory.ssthresh memory.clamp memory.segment memory.first memory.lastSmall
    memory.accepted memory.mostEdge memory.starved`,
  ],
  [
    'decide about delays of more text than there is, and about the sizes of segments',
    'rcv.acked rcv.textMs rcv.fullSize rcv.quick rcv.mss snd.mss snd.peerMss',
  ],
  [
    'of options that are off',
    `tcb.tsRecent tcb.tsRecentMs tcb.tsOffset tcb.ecnEcho tcb.ecnReduced rcv.dsackLeft rcv.dsackRight accEcn.rCep accEcn.rCeb
    accEcn.rE0b accEcn.rE1b accEcn.synEcn accEcn.lastEcn accEcn.untold accEcn.changed accEcn.used accEcn.due accEcn.repeated
    accEcn.sCep accEcn.sCeb accEcn.sE0b accEcn.sE1b accEcn.cepAtCeb accEcn.seen accEcn.ackedPackets accEcn.marked accEcn.modes`,
  ],
  ['nobody sends urgent text', 'snd.up snd.urgent rcv.up rcv.urgent'],
  ['keep-alives are off', 'tcb.heardMs tcb.keepProbes timer.keep'],
  ['100 answers in 500 ms would be needed, which is more than there are packets', 'tcb.answers tcb.answerMs'],
  ['the buffers do not grow', 'rcv.rttUs rcv.rttMark rcv.rttAtUs rcv.copied rcv.copiedAtUs rcv.space'],
  ['1 only within an event', 'snd.override'],
  [
    'rules of a profile remember them',
    'tcb.more snd.earlyEnd cc.limited cc.usageEnd cc.mostOut cc.reordering cc.reordSeen cc.resendFrom',
  ],
  ['counters of STATUS', 'tcb.retransmissions tcb.timeouts tcb.segsIn tcb.segsOut'],
];

/** What is written, in any of the states. */
export const WRITTEN = `tcb.state tcb.passive tcb.orphan tcb.ackNow tcb.challengeMs tcb.challenged snd.una snd.nxt snd.wnd
  snd.wl1 snd.wl2 snd.maxWnd snd.syn snd.end snd.fin snd.probe rcv.nxt rcv.edge rcv.user rcv.fin rcv.finSeq
  outOfOrder.count cc.cwnd cc.phase cc.dupAcks cc.recover timer.rexmt timer.persist timer.delack timer.user timer.wait`;

/** Most octets of an encoded TCB. */
export const MOST_TCB_OCTETS = 48;

/** A deadline this far away never comes. */
export const FAR_MS = 0xffff;

const LOSS = 2;
const OPEN = 0;

function put16(out: Uint8Array, at: number, n: number): number {
  out[at] = n & 255;
  out[at + 1] = n >> 8;
  return at + 2;
}

function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function putDeadline(out: Uint8Array, at: number, deadlineMs: number, nowMs: number): number {
  if (deadlineMs === 0) return at;
  const ms = (deadlineMs - nowMs) | 0;
  if (ms < 0) throw new RangeError(`a deadline has passed ${-ms} ms ago`);
  return put16(out, at, Math.min(ms, FAR_MS));
}

/**
 * Writes `tcb`, whose side sends `mine` and whose peer `other`, at `at`; answers where it ends. The ISSs are not
 * written: they follow from the incarnations.
 */
export function writeTcb(
  tcb: Tcb,
  nowMs: number,
  mine: Numbers,
  other: Numbers,
  out: Uint8Array,
  at: number,
): number {
  const { snd, rcv, cc, timer, state, outOfOrder: held } = tcb;
  const since = (nowMs - tcb.challengeMs) | 0;
  const { challengeAckMs } = tcb.config;
  const challenged = tcb.challenged === 1 && since < challengeAckMs ? 1 : 0;
  const acked = snd.fin === 1 && ((snd.una - snd.end) | 0) > 0;
  out[at++] = state | (tcb.passive << 4) | (snd.fin << 5) | (snd.syn << 6) | (tcb.ackNow << 7);
  out[at++] =
    (timer.rexmt === 0 ? 0 : 1) |
    (timer.persist === 0 ? 0 : 2) |
    (timer.delack === 0 ? 0 : 4) |
    (timer.user === 0 ? 0 : 8) |
    (timer.wait === 0 ? 0 : 16) |
    (challenged << 5) |
    (rcv.fin << 6) |
    (snd.probe << 7);
  at = putDeadline(out, at, timer.rexmt, nowMs);
  at = putDeadline(out, at, timer.persist, nowMs);
  at = putDeadline(out, at, timer.delack, nowMs);
  at = putDeadline(out, at, timer.user, nowMs);
  at = putDeadline(out, at, timer.wait, nowMs);
  if (challenged === 1) at = put16(out, at, challengeAckMs - since);
  if (state === State.SYN_SENT) {
    out[at++] = mine.octet(snd.end);
    return at;
  }
  out[at++] = mine.octet(snd.nxt);
  out[at++] = other.octet(rcv.nxt);
  out[at++] = other.octet(rcv.user);
  out[at++] = (rcv.edge - rcv.nxt) | 0;
  if (state === State.TIME_WAIT) return at;
  out[at++] =
    (acked ? OPEN : cc.phase) |
    ((held === null ? 0 : held.count) << 2) |
    ((acked ? 1 : 0) << 5) |
    (tcb.orphan << 6);
  out[at++] = snd.maxWnd;
  if (!acked) {
    out[at++] = mine.octet(snd.una);
    out[at++] = mine.octet(snd.end);
    out[at++] = snd.wnd;
    out[at++] = other.octet(snd.wl1);
    out[at++] = mine.octet(snd.wl2);
    out[at++] = cc.dupAcks;
    out[at++] = mine.octet(cc.recover);
    if (cc.phase === LOSS) {
      out[at++] = mine.octet(firstLost(tcb));
      out[at++] = cc.cwnd - snd.mss;
    }
  }
  if (rcv.fin === 1) out[at++] = other.octet(rcv.finSeq);
  if (held !== null)
    for (let i = 0; i < 2 * held.count; i++)
      out[at++] = other.octet(held.ranges[2 * held.first + i] as number);
  return at;
}

/** Reads what {@link writeTcb} wrote into `tcb`, which has just begun; answers where it ends. `spare`: records of what was
 * sent that may be used again. `iss` and `irs`: those of the incarnations.
 */
export function readTcb(
  tcb: Tcb,
  spare: Sent[],
  nowMs: number,
  mine: Numbers,
  other: Numbers,
  iss: number,
  irs: number,
  bytes: Uint8Array,
  at: number,
): number {
  const { snd, rcv, cc, timer } = tcb;
  const first = bytes[at++] as number;
  const second = bytes[at++] as number;
  const state = (first & 15) as State;
  tcb.state = state;
  tcb.passive = (first >> 4) & 1;
  snd.fin = (first >> 5) & 1;
  snd.syn = (first >> 6) & 1;
  tcb.ackNow = first >> 7;
  rcv.fin = (second >> 6) & 1;
  snd.probe = second >> 7;
  if ((second & 1) !== 0) {
    timer.rexmt = deadlineAt(nowMs, get16(bytes, at));
    at += 2;
  }
  if ((second & 2) !== 0) {
    timer.persist = deadlineAt(nowMs, get16(bytes, at));
    at += 2;
  }
  if ((second & 4) !== 0) {
    timer.delack = deadlineAt(nowMs, get16(bytes, at));
    at += 2;
  }
  if ((second & 8) !== 0) {
    timer.user = deadlineAt(nowMs, get16(bytes, at));
    at += 2;
  }
  if ((second & 16) !== 0) {
    timer.wait = deadlineAt(nowMs, get16(bytes, at));
    at += 2;
  }
  if ((second & 32) !== 0) {
    tcb.challenged = 1;
    tcb.challengeMs = (nowMs - (tcb.config.challengeAckMs - get16(bytes, at))) | 0;
    at += 2;
  }
  snd.iss = iss;
  cc.recover = (iss - 1) | 0;
  if (state === State.SYN_SENT) {
    snd.una = iss;
    snd.nxt = (iss + 1) | 0;
    snd.end = mine.of[bytes[at++] as number] as number;
    return at;
  }
  rcv.irs = irs;
  snd.nxt = mine.of[bytes[at++] as number] as number;
  rcv.nxt = other.of[bytes[at++] as number] as number;
  rcv.user = other.of[bytes[at++] as number] as number;
  rcv.edge = (rcv.nxt + (bytes[at++] as number)) | 0;
  rcv.acked = rcv.nxt;
  snd.una = snd.nxt;
  snd.end = (snd.nxt - 1) | 0;
  if (state === State.TIME_WAIT) {
    rcv.fin = 1;
    rcv.finSeq = (rcv.nxt - 1) | 0;
    return at;
  }
  const third = bytes[at++] as number;
  cc.phase = third & 3;
  const ranges = (third >> 2) & 7;
  tcb.orphan = third >> 6;
  snd.maxWnd = bytes[at++] as number;
  snd.wnd = snd.maxWnd;
  if ((third & 32) === 0) {
    snd.una = mine.of[bytes[at++] as number] as number;
    snd.end = mine.of[bytes[at++] as number] as number;
    snd.wnd = bytes[at++] as number;
    snd.wl1 = other.of[bytes[at++] as number] as number;
    snd.wl2 = mine.of[bytes[at++] as number] as number;
    cc.dupAcks = bytes[at++] as number;
    cc.recover = mine.of[bytes[at++] as number] as number;
    let lostFrom = snd.nxt;
    if (cc.phase === LOSS) {
      lostFrom = mine.of[bytes[at++] as number] as number;
      cc.cwnd = snd.mss + (bytes[at++] as number);
    }
    snd.sml = seqMin(snd.nxt, snd.end);
    restoreSent(tcb, spare, lostFrom);
  } else {
    cc.phase = OPEN;
  }
  if (rcv.fin === 1) rcv.finSeq = other.of[bytes[at++] as number] as number;
  if (ranges === 0) return at;
  const held = new OutOfOrder();
  tcb.outOfOrder = held;
  held.count = ranges;
  for (let i = 0; i < 2 * ranges; i++) held.ranges[i] = other.of[bytes[at++] as number] as number;
  return at;
}

/** Where what is lost and has not gone again begins; SND.NXT: nothing is. */
function firstLost(tcb: Tcb): number {
  const { sent, snd } = tcb;
  for (let i = 0; sent !== null && i < sent.count; i++) {
    if (word(sent, i, FATE) === Fate.LOST) return word(sent, i, LEFT);
  }
  return snd.nxt;
}

/** The record of what is outstanding: lost from `lostFrom` to what was sent before the timeout, on its way else. */
function restoreSent(tcb: Tcb, spare: Sent[], lostFrom: number): void {
  const { snd, cc } = tcb;
  const from = (snd.una + snd.syn) | 0;
  if (snd.nxt === from) return;
  const sent = spare.pop() ?? new Sent();
  tcb.sent = sent;
  const add = (left: number, fate: number): void => {
    const at = sent.count * WORDS;
    sent.words.fill(0, at, at + WORDS);
    sent.words[at + LEFT] = left;
    sent.words[at + FATE] = fate;
    sent.words[at + TIMES] = 1;
    sent.count++;
  };
  if (lostFrom !== from) add(from, Fate.FLIGHT);
  if (lostFrom === snd.nxt) return;
  add(lostFrom, Fate.LOST);
  const end = (cc.recover + 1) | 0;
  if (end !== snd.nxt) add(end, Fate.FLIGHT);
  sent.lost = (end - lostFrom) | 0;
}

function deadlineAt(nowMs: number, ms: number): number {
  const at = (nowMs + (ms === FAR_MS ? NEVER_MS : ms)) | 0;
  return at === 0 ? 1 : at;
}

const MSS = 1460;

/** A TCB that has just been created, in CLOSED, with the sockets and settings of `tcb`. */
export function begunTcb(tcb: Tcb, nowMs: number): Tcb {
  const begun = freshTcb(tcb);
  begun.snd.mss = begun.snd.peerMss = begun.rcv.mss = MSS;
  begun.cc.cwnd = 10 * MSS;
  begun.rto.rtoMs = RTO_MS;
  begun.heardMs = nowMs;
  begun.answerMs = nowMs;
  begun.snd.lastMs = nowMs;
  begun.rcv.textMs = nowMs;
  return begun;
}
