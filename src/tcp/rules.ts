// The rules of TCP as one table: the steps of RFC 9293 section 3.10 and of the RFCs around it, each a
// function that is reached only through this table. A TCP that forgets one rule is this table with one
// entry replaced; the engine knows nothing of that.

import { like } from '../options/index.ts';
import { challengeAck } from './challenge.ts';
import { markEcn, receiveEcn } from './ecn/classic.ts';
import { earlyAck, earlyText } from './fast-open.ts';
import { sendAck, sendReset, sendSyn } from './form/emit.ts';
import { openingError, opens } from './icmp.ts';
import { selectIss } from './isn.ts';
import { duplicateAck, lastResort, newAck } from './loss/dup-acks.ts';
import {
  controlWindow,
  detectLoss,
  enterRecovery,
  leaveRecovery,
  reorderTimeout,
  sackArrives,
  timeoutLoss,
} from './loss/recovery.ts';
import { lossProbe } from './loss/tlp.ts';
import { undo } from './loss/undo.ts';
import { ack, ackByState, overtakenAck, synReceivedAck } from './segment-arrives/ack.ts';
import { closed, replyReset } from './segment-arrives/closed.ts';
import { fin, finReached, noteFin } from './segment-arrives/fin.ts';
import { listenAck, listenRst, listenSyn } from './segment-arrives/listen.ts';
import { resetSignal, rst } from './segment-arrives/rst.ts';
import { sequence, timestamps, trim } from './segment-arrives/sequence.ts';
import { syn } from './segment-arrives/syn.ts';
import { synSentAck, synSentRst, synSentSyn } from './segment-arrives/syn-sent.ts';
import { lateData, scheduleAck, text } from './segment-arrives/text.ts';
import { timeWait, timeWaitRst } from './segment-arrives/time-wait.ts';
import { urg } from './segment-arrives/urg.ts';
import { mtuBlackHole, mtuProbe, mtuProbeLost } from './send/mtu-probe.ts';
import { depart, paceRoom } from './send/pacing.ts';
import { setProbeTimer } from './send/probe-timeout.ts';
import { burst, maySendSmall, noteLimit, pushes, resendLost, retransmit } from './send/transmit.ts';
import { keepAliveTimeout, persistTimeout, retransmissionTimeout, userTimeout } from './timeouts.ts';
import { timeWaitMs } from './timers.ts';

/** RFC 9293. */
export const rfc9293 = {
  // 3.10.7.1 CLOSED
  closed,
  replyReset,
  // 3.10.7.2 LISTEN
  listenRst,
  listenAck,
  listenSyn,
  // 3.10.7.3 SYN-SENT
  synSentAck,
  synSentRst,
  synSentSyn,
  // 3.10.7.4 other states
  timestamps,
  sequence,
  receiveEcn,
  timeWait,
  timeWaitRst,
  rst,
  resetSignal,
  syn,
  trim,
  ack,
  synReceivedAck,
  ackByState,
  urg,
  text,
  lateData,
  scheduleAck,
  fin,
  noteFin,
  finReached,
  challengeAck,
  // 3.10.8 timeouts
  retransmissionTimeout,
  persistTimeout,
  keepAliveTimeout,
  userTimeout,
  timeWaitMs,
  // sending
  selectIss,
  sendSyn,
  sendAck,
  sendReset,
  markEcn,
  retransmit,
  resendLost,
  maySendSmall,
  burst,
  paceRoom,
  depart,
  pushes,
  noteLimit,
  // what an ACK says of losses: RFC 2018, RFC 8985, RFC 6675, RFC 5681 and RFC 6582
  sackArrives,
  newAck,
  duplicateAck,
  overtakenAck,
  detectLoss,
  enterRecovery,
  leaveRecovery,
  undo,
  controlWindow,
  timeoutLoss,
  reorderTimeout,
  setProbeTimer,
  lossProbe,
  lastResort,
  // 3.9.2.2 ICMP
  openingError,
  opens,
  // RFC 4821
  mtuProbe,
  mtuProbeLost,
  mtuBlackHole,
  // RFC 7413
  earlyText,
  earlyAck,
};

/** A table of rules: {@link rfc9293}, or one with an entry replaced. */
export type Rules = typeof rfc9293;

/** The steps that header prediction leaves out (segment-arrives/predicted.ts). */
const LEFT_OUT = ['timestamps', 'sequence', 'rst', 'syn', 'trim', 'ack', 'ackByState', 'urg', 'fin'] as const;

/** Rules that do as RFC 9293's with all that header prediction takes. */
const AS_PREDICTED = new WeakSet<object>();

/** Says of a rule that it does as RFC 9293's with every segment without RST, SYN, FIN, URG, ECE and CWR in ESTABLISHED. */
export function asPredicted<T extends object>(rule: T): T {
  AS_PREDICTED.add(rule);
  return rule;
}

/** True when header prediction does what these rules would: what it leaves out is RFC 9293's, or does the same. */
export function predictable(rules: Rules): boolean {
  return LEFT_OUT.every((name) => rules[name] === rfc9293[name] || AS_PREDICTED.has(rules[name]));
}

/** The steps that are left out of an ACK of text in order (segment-arrives/predicted-ack.ts). */
const LEFT_OUT_OF_ACKS = ['leaveRecovery', 'undo', 'newAck', 'detectLoss', 'controlWindow'] as const;

/** True when the prediction of ACKs does what these rules would. */
export function predictableAcks(rules: Rules): boolean {
  return LEFT_OUT_OF_ACKS.every((name) => rules[name] === rfc9293[name]);
}

/** Likewise of text in order: `text` and `scheduleAck` are done at once. */
export function predictableText(rules: Rules): boolean {
  return rules.text === rfc9293.text && rules.scheduleAck === rfc9293.scheduleAck;
}

/** The steps that are left out of the first ACK, of FINs and of ACKs of FINs (segment-arrives/predicted-end.ts). */
const LEFT_OUT_OF_ENDS = [
  ...LEFT_OUT,
  ...LEFT_OUT_OF_ACKS,
  'synReceivedAck',
  'noteFin',
  'finReached',
] as const;

/** Likewise of the segments that begin and end a connection. */
export function predictableEnds(rules: Rules): boolean {
  return LEFT_OUT_OF_ENDS.every((name) => rules[name] === rfc9293[name]);
}

/** The kind of options that are such a table. */
export const rulesKind = like('a table of rules: { ...rfc9293, one: other }', 'closed', 'sequence', 'ack');
