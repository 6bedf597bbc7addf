// What is learned when octets arrive at the peer, acknowledged or SACKed, for the first time: round-trip times (Karn:
// of what was sent once), what RACK knows (RFC 8985 section 6.2 steps 1 to 3) and the delivery rate
// (draft-ietf-ccwg-bbr section 4.1).

import { seqGt, seqLt } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { leftOf, word } from '../send/sent.ts';
import {
  APP_LIMITED,
  DELIVERED,
  DELIVERED_US,
  FIRST_SENT_US,
  LOST_BEFORE,
  SENT_US,
  type Sent,
  TIMES,
  TX_IN_FLIGHT,
} from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { tsNow } from '../timestamps.ts';
import type { AckSample } from './sample.ts';

/** RACK_sent_after (RFC 8985 section 6.2): t1 is later than t2, or at one time a sequence number is. */
export function sentAfter(us1: number, end1: number, us2: number, end2: number): boolean {
  const later = (us1 - us2) | 0;
  return later > 0 || (later === 0 && seqGt(end1, end2));
}

/** How long what was sent at `sentUs` took to be acknowledged; of what has a later time on record than now (sendingUs), no time. */
export function roundTripUs(e: Engine, sentUs: number): number {
  const elapsed = (e.us - sentUs) | 0;
  return elapsed < 0 && elapsed > -1000 ? 0 : elapsed;
}

/** Range `i` up to `right` has arrived. */
export function delivered(e: Engine, tcb: Tcb, sent: Sent, s: AckSample, i: number, right: number): void {
  const { cc } = tcb;
  const left = leftOf(sent, i);
  const length = (right - left) | 0;
  const sentUs = word(sent, i, SENT_US);
  const rtt = roundTripUs(e, sentUs);
  s.delivered += length;
  cc.delivered = (cc.delivered + length) | 0;
  if (word(sent, i, TIMES) === 1) {
    if (s.rttUs < 0 || rtt < s.rttUs) s.rttUs = rtt;
    if (rtt > s.longestRttUs) s.longestRttUs = rtt;
    // Step 3: below what has arrived before, and not sent again: it was overtaken.
    if (seqLt(right, sent.fack)) {
      if (cc.reoMult === 0) cc.reoMult = 1;
      if (s.overtaken === 0 || seqLt(left, s.overtakenSeq)) s.overtakenSeq = left;
      s.overtaken = 1;
    }
    if (cc.phase === Phase.LOSS && !seqGt(left, cc.recover)) s.original = 1;
  } else {
    s.resent = 1;
  }
  if (word(sent, i, TIMES) === 1 || !ambiguous(e, tcb, s, right, rtt)) {
    sent.rackRttUs = rtt;
    if (sent.rack === 0 || sentAfter(sentUs, right, sent.rackUs, sent.rackEnd)) {
      sent.rack = 1;
      sent.rackUs = sentUs;
      sent.rackEnd = right;
    }
  }
  if (s.newest === 0 || seqGt(right, s.highest)) s.highest = right;
  if (s.newest === 1 && !sentAfter(sentUs, right, s.newestUs, s.newestEnd)) return;
  s.newest = 1;
  s.newestUs = sentUs;
  s.newestEnd = right;
  s.newestDelivered = word(sent, i, DELIVERED);
  s.newestDeliveredUs = word(sent, i, DELIVERED_US);
  s.newestFirstSentUs = word(sent, i, FIRST_SENT_US);
  s.newestLost = word(sent, i, LOST_BEFORE);
  s.txInFlight = word(sent, i, TX_IN_FLIGHT);
  s.appLimited = word(sent, i, APP_LIMITED);
}

/**
 * Step 2: the ACK may be one of an earlier sending: it echoes an older timestamp, or comes too soon. The timestamp of what
 * is SACKed is not echoed: TS.Recent is of what came in order (RFC 7323 section 4.3).
 */
function ambiguous(e: Engine, tcb: Tcb, s: AckSample, right: number, rttUs: number): boolean {
  const { rto, snd } = tcb;
  const echoes = s.echoed === 1 && !seqGt(right, snd.una);
  if (echoes && ((tsNow(e, tcb) - s.tsEcr) | 0) * 1000 > rttUs + 1000) return true;
  return rttUs < rto.minRttUs;
}

/** After all of an ACK was looked at: FACK, the delivery rate and the round (UpdateRateSample, GenerateRateSample). */
export function finishSample(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  if (s.newest === 0) return;
  const { cc, rto } = tcb;
  if (seqGt(s.highest, sent.fack)) sent.fack = s.highest;
  sent.deliveredUs = e.us;
  sent.firstSentUs = s.newestUs;
  if (sent.appLimited !== 0 && ((cc.delivered - sent.appLimited) | 0) > 0) sent.appLimited = 0;
  if (((s.newestDelivered - sent.roundEnd) | 0) >= 0) {
    sent.roundEnd = cc.delivered;
    s.roundStart = 1;
  }
  s.rateLost = (cc.lost - s.newestLost) | 0;
  const sendUs = (s.newestUs - s.newestFirstSentUs) | 0;
  const ackUs = (e.us - s.newestDeliveredUs) | 0;
  const intervalUs = Math.max(sendUs, ackUs);
  // Shorter than the path allows: it says nothing.
  if (intervalUs <= 0 || (rto.measured === 1 && intervalUs < rto.minRttUs)) return;
  s.rateIntervalUs = intervalUs;
  s.rateDelivered = (cc.delivered - s.newestDelivered) | 0;
  // What a program that was the limit reached says only that the path carries as much.
  const rate = Math.min((s.rateDelivered * 1e6) / intervalUs, 0x7fffffff) | 0;
  if (s.appLimited === 1 && rate < cc.deliveryRate) return;
  cc.deliveryRate = rate;
  cc.rateAppLimited = s.appLimited;
}
