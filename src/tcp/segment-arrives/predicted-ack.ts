// Header prediction of the fifth step: an ACK of text that was sent once, in order, while nothing is lost, SACKed or probed.
// What ack.ts and the loss detection would find nothing in is left out; test/prediction.test.ts holds it against them.

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGt, seqLt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { cwndLimited } from '../congestion/validation.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { finishSample, sentAfter } from '../loss/delivered.ts';
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
  const { sent, snd, cc, rto } = tcb;
  if (!e.predictsAcks || sent === null || sent.count === 0 || !isPredicted(e, tcb, sent, seg)) return false;
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
  // newAck, of loss/dup-acks.ts
  cc.dupAcks = 0;
  const below = (snd.una - 2) | 0;
  if (seqGt(below, cc.recover)) cc.recover = below;
  if (seqGt(below, cc.ecnRecover)) cc.ecnRecover = below;
  s.inFlight = inFlight(tcb);
  const control = controlOf(tcb);
  if (control.ownsRecovery === true || cwndLimited(tcb, s)) setCwnd(tcb, control.onAck(tcb, s, e.now));
  if (cc.pacingRate !== 0) updatePacing(tcb);
  setSendWindow(tcb, seg);
  return true;
}

/**
 * SND.UNA moves, over what was sent once; in OPEN, without a probe, and with a window that stays open; nothing has arrived out
 * of order, so that no time runs for what may have been overtaken; and the machine has not slept.
 */
function isPredicted(e: Engine, tcb: Tcb, sent: Sent, seg: Segment): boolean {
  const { snd, cc, rto, timer } = tcb;
  if (seg.ack === snd.una || (seg.opts & OPT_SACK) !== 0 || seg.wnd === 0) return false;
  if ((cc.phase | cc.tlp | snd.syn | snd.probe | snd.urgent | rto.timeouts) !== 0) return false;
  if ((sent.sacked | sent.lost | sent.departed | timer.persist | timer.reorder) !== 0) return false;
  if (tcb.accEcn !== null || tcb.mtuSearch !== null || rto.measured === 0) return false;
  if (seqGt(sent.fack, snd.una) || due(e, timer.rexmt)) return false;
  const { words, count } = sent;
  let i = 0;
  let at = sent.first * WORDS;
  for (; i < count && seqLt(words[at + LEFT] as number, seg.ack); i++, at += WORDS)
    if (words[at + TIMES] !== 1) return false;
  if (sent.rack === 0) return true;
  if (i === count || words[at + LEFT] !== seg.ack) {
    i--; // some of it stays
    at -= WORDS;
  }
  // Nothing that stays was sent before what has arrived: see `detectByTime`.
  const right = i + 1 < count ? (words[at + WORDS + LEFT] as number) : snd.nxt;
  if (right === seg.ack) return true;
  return (
    words[at + TIMES] === 1 && !sentAfter(sent.rackUs, sent.rackEnd, words[at + SENT_US] as number, right)
  );
}

/** `ackRanges` and `delivered`, of ranges that are all in flight and were sent once, in order. */
function takeRanges(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  const { cc, snd } = tcb;
  const { una } = snd;
  const { words } = sent;
  let { first, count } = sent;
  let at = first * WORDS;
  let newest = at;
  let left = words[at] as number;
  let right = una;
  while (count > 0 && seqLt(left, una)) {
    const end = count > 1 ? (words[at + WORDS + LEFT] as number) : snd.nxt;
    right = seqLt(end, una) ? end : una;
    const elapsed = (e.us - (words[at + SENT_US] as number)) | 0;
    const rtt = elapsed < 0 && elapsed > -1000 ? 0 : elapsed;
    if (s.rttUs < 0 || rtt < s.rttUs) s.rttUs = rtt;
    if (rtt > s.longestRttUs) s.longestRttUs = rtt;
    sent.rackRttUs = rtt;
    newest = at;
    if (right !== end) {
      words[at + LEFT] = una;
      break;
    }
    first++;
    count--;
    at += WORDS;
    left = end;
  }
  sent.first = count === 0 ? 0 : first;
  sent.count = count;
  s.delivered = s.acked;
  cc.delivered = (cc.delivered + s.acked) | 0;
  const sentUs = words[newest + SENT_US] as number;
  if (sent.rack === 0 || sentAfter(sentUs, una, sent.rackUs, sent.rackEnd)) {
    sent.rack = 1;
    sent.rackUs = sentUs;
    sent.rackEnd = una;
  }
  s.highest = una;
  s.newest = 1;
  s.newestUs = sentUs;
  s.newestEnd = una;
  s.newestDelivered = words[newest + DELIVERED] as number;
  s.newestDeliveredUs = words[newest + DELIVERED_US] as number;
  s.newestFirstSentUs = words[newest + FIRST_SENT_US] as number;
  s.newestLost = words[newest + LOST_BEFORE] as number;
  s.txInFlight = words[newest + TX_IN_FLIGHT] as number;
  s.appLimited = words[newest + APP_LIMITED] as number;
}
