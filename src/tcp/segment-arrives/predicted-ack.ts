// Header prediction of the fifth step: an ACK of text that was sent once, in order, while nothing is lost, SACKed or probed.
// What ack.ts and the loss detection would find nothing in is left out; test/prediction.test.ts holds it against them.

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGt, seqLt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { cwndLimited } from '../congestion/validation.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { finishSample, roundTripUs, sentAfter } from '../loss/delivered.ts';
import { recoverFollows } from '../loss/dup-acks.ts';
import { sample } from '../loss/rto.ts';
import type { AckSample } from '../loss/sample.ts';
import { updatePacing } from '../send/pacing.ts';
import { inFlight } from '../send/sent.ts';
import { startUserTimer } from '../send/transmit.ts';
import { Signal } from '../signals.ts';
import {
  APP_LIMITED,
  DELIVERED,
  DELIVERED_US,
  FIRST_SENT_US,
  LEFT,
  LOST_BEFORE,
  SENT_US,
  type Sent,
  TIMES,
  TX_IN_FLIGHT,
  WORDS,
} from '../tcb/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { due } from '../time.ts';
import { clearTimer, setTimer } from '../timers.ts';
import { setSendWindow } from './ack.ts';

/** True: the ACK, which is within SND.UNA and SND.NXT, was as predicted, and has been dealt with. False: nothing was done. */
export function predictedAck(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { sent, snd, rto } = tcb;
  if (!e.predictsAcks || sent === null || !isPredicted(e, tcb, sent, seg)) return false;
  const s = e.sample.begin(tcb, seg);
  snd.una = seg.ack;
  tcb.softError = Err.OK;
  rto.probes = 0;
  tcb.signals |= Signal.ROOM;
  takeRanges(e, tcb, sent, s);
  finishSample(e, tcb, sent, s);
  if (s.longestRttUs >= 0)
    sample(tcb, s.longestRttUs, Math.max(Math.ceil(s.priorInFlight / (2 * snd.mss)), 1));
  if (snd.una === snd.nxt) {
    clearTimer(e, tcb, 'rexmt');
    clearTimer(e, tcb, 'user');
  } else {
    setTimer(e, tcb, 'rexmt', rto.rtoMs);
    startUserTimer(e, tcb);
  }
  recoverFollows(tcb);
  s.inFlight = inFlight(tcb);
  const control = controlOf(tcb);
  if (control.ownsRecovery === true || cwndLimited(tcb, s)) setCwnd(tcb, control.onAck(tcb, s, e.now));
  updatePacing(tcb);
  setSendWindow(tcb, seg);
  return true;
}

/**
 * SND.UNA moves, over what was sent once; in OPEN, without a probe, and with a window that stays open; nothing has arrived out
 * of order, so that no time runs for what may have been overtaken (`detectByTime` leaves nothing in flight that was sent before
 * what has arrived, unless that timer runs); and the machine has not slept.
 */
function isPredicted(e: Engine, tcb: Tcb, sent: Sent, seg: Segment): boolean {
  const { snd, cc, rto, timer } = tcb;
  if (seg.ack === snd.una || (seg.opts & OPT_SACK) !== 0 || seg.wnd === 0) return false;
  if ((cc.phase | cc.tlp | snd.syn | snd.probe | snd.urgent | rto.timeouts) !== 0) return false;
  if ((sent.sacked | sent.lost | sent.departed | timer.reorder) !== 0) return false;
  if (tcb.accEcn !== null || tcb.mtuSearch !== null || rto.measured === 0) return false;
  if (seqGt(sent.fack, snd.una) || due(e, timer.rexmt)) return false;
  const { words } = sent;
  const end = (sent.first + sent.count) * WORDS;
  for (let at = sent.first * WORDS; at < end && seqLt(words[at + LEFT] as number, seg.ack); at += WORDS)
    if (words[at + TIMES] !== 1) return false;
  return true;
}

/**
 * `ackRanges` and `delivered`, of ranges that are all in flight and were sent once, in order: the first has waited longest, the
 * last is the newest.
 */
function takeRanges(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  const { cc, snd } = tcb;
  const { una } = snd;
  const { words } = sent;
  let at = sent.first * WORDS;
  s.longestRttUs = Math.max(roundTripUs(e, words[at + SENT_US] as number), s.longestRttUs);
  while (sent.count > 1 && seqLt(words[at + WORDS + LEFT] as number, una)) {
    sent.first++;
    sent.count--;
    at += WORDS;
  }
  const sentUs = words[at + SENT_US] as number;
  s.rttUs = roundTripUs(e, sentUs);
  sent.rackRttUs = s.rttUs;
  const right = sent.count > 1 ? (words[at + WORDS + LEFT] as number) : snd.nxt;
  if (right === una) {
    sent.first++;
    sent.count--;
    if (sent.count === 0) sent.first = 0;
  } else {
    words[at + LEFT] = una;
  }
  s.delivered = s.acked;
  cc.delivered = (cc.delivered + s.acked) | 0;
  if (sent.rack === 0 || sentAfter(sentUs, una, sent.rackUs, sent.rackEnd)) {
    sent.rack = 1;
    sent.rackUs = sentUs;
    sent.rackEnd = una;
  }
  s.highest = una;
  s.newest = 1;
  s.newestUs = sentUs;
  s.newestEnd = una;
  s.newestDelivered = words[at + DELIVERED] as number;
  s.newestDeliveredUs = words[at + DELIVERED_US] as number;
  s.newestFirstSentUs = words[at + FIRST_SENT_US] as number;
  s.newestLost = words[at + LOST_BEFORE] as number;
  s.txInFlight = words[at + TX_IN_FLIGHT] as number;
  s.appLimited = words[at + APP_LIMITED] as number;
}
