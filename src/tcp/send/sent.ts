// The record of what was sent, as a structure: found by halving, cut and joined, kept in step with SND.UNA and
// SND.NXT. It is made when something is sent and dropped when nothing is outstanding, so an idle connection has none.

import { seqGt, seqLeq, seqLt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import type { Engine } from '../engine.ts';
import type { AckSample } from '../loss/sample.ts';
import {
  APP_LIMITED,
  DELIVERED,
  DELIVERED_US,
  FATE,
  Fate,
  FIRST_SENT_US,
  LEFT,
  LOST_BEFORE,
  SENT_US,
  Sent,
  TIMES,
  TX_IN_FLIGHT,
  WORDS,
} from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { tsNow } from '../timestamps.ts';

/** A peer that reports octet by octet cuts no further than this, and as often as there are segments besides. */
const MOST_PIECES = 256;

/** What is in the network as far as the sender can tell ("pipe", RFC 6675 section 2). */
export function inFlight(tcb: Tcb): number {
  const { snd, sent } = tcb;
  const outstanding = (snd.nxt - snd.una - snd.syn) | 0;
  if (sent === null) return outstanding;
  return Math.max(outstanding - sent.sacked - sent.lost - sent.departed, 0);
}

/** One word of range `i`. */
export function word(sent: Sent, i: number, which: number): number {
  return sent.words[(sent.first + i) * WORDS + which] as number;
}

function setWord(sent: Sent, i: number, which: number, value: number): void {
  sent.words[(sent.first + i) * WORDS + which] = value;
}

/** Where range `i` begins, and where it ends. */
export function leftOf(sent: Sent, i: number): number {
  return word(sent, i, LEFT);
}
export function rightOf(tcb: Tcb, sent: Sent, i: number): number {
  return i + 1 < sent.count ? word(sent, i + 1, LEFT) : tcb.snd.nxt;
}

/** The range that holds `seq`; -1: it lies below all of them. */
export function rangeAt(sent: Sent, seq: number): number {
  let low = 0;
  let high = sent.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqLeq(word(sent, middle, LEFT), seq)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Room for one more range at index `i`. */
function insert(sent: Sent, i: number): void {
  const { words, first, count } = sent;
  if ((first + count + 1) * WORDS > words.length) {
    // What SND.UNA has passed is room, too; else twice as much.
    const to = first * 2 > count ? words : new Int32Array(2 * words.length);
    if (to === words) words.copyWithin(0, first * WORDS, (first + count) * WORDS);
    else to.set(words.subarray(first * WORDS, (first + count) * WORDS));
    sent.words = to;
    sent.first = 0;
  }
  if (i < count) {
    const at = (sent.first + i) * WORDS;
    sent.words.copyWithin(at + WORDS, at, (sent.first + count) * WORDS);
  }
  sent.count++;
}

/** Range `i` is no more; what it covered belongs to the one before it. */
function remove(sent: Sent, i: number): void {
  const at = (sent.first + i) * WORDS;
  sent.words.copyWithin(at, at + WORDS, (sent.first + sent.count) * WORDS);
  sent.count--;
}

/** Makes a range begin at `seq`, which is in range `i`; the index of that range. */
export function cut(sent: Sent, i: number, seq: number): number {
  if (word(sent, i, LEFT) === seq) return i;
  insert(sent, i + 1);
  const at = (sent.first + i) * WORDS;
  sent.words.copyWithin(at + WORDS, at, at + WORDS);
  setWord(sent, i + 1, LEFT, seq);
  return i + 1;
}

/** True when a report may cut the record further: a piece for each segment, and some. */
export function mayCut(tcb: Tcb, sent: Sent): boolean {
  const { snd } = tcb;
  return (sent.count - MOST_PIECES) * snd.mss <= (snd.nxt - snd.una) << 1;
}

/** Joins range `i` to the one before it when there is no need to tell them apart. True: it is gone. */
export function join(sent: Sent, i: number): boolean {
  if (i <= 0 || i >= sent.count) return false;
  const fate = word(sent, i, FATE);
  if (word(sent, i - 1, FATE) !== fate) return false;
  if (fate === Fate.FLIGHT) {
    if (word(sent, i - 1, SENT_US) !== word(sent, i, SENT_US)) return false;
    if (word(sent, i - 1, TIMES) !== word(sent, i, TIMES)) return false;
  } else if (fate === Fate.LOST) {
    // As old as the younger, as often as the one that was sent more often: neither makes a sample by mistake.
    if (seqGt(word(sent, i, SENT_US), word(sent, i - 1, SENT_US))) {
      setWord(sent, i - 1, SENT_US, word(sent, i, SENT_US));
    }
    setWord(sent, i - 1, TIMES, Math.max(word(sent, i - 1, TIMES), word(sent, i, TIMES)));
  }
  remove(sent, i);
  return true;
}

/** Changes what is thought of range `i`, and the sums. */
export function setFate(tcb: Tcb, sent: Sent, i: number, fate: number): void {
  const length = (rightOf(tcb, sent, i) - word(sent, i, LEFT)) | 0;
  const before = word(sent, i, FATE);
  if (before === Fate.SACKED) sent.sacked -= length;
  else if (before === Fate.LOST) sent.lost -= length;
  if (fate === Fate.SACKED) sent.sacked += length;
  else if (fate === Fate.LOST) sent.lost += length;
  setWord(sent, i, FATE, fate);
}

/**
 * Range `i` counts as lost from now on; its octets were not counted so before. `s`: what told that; null: no ACK did, but a
 * timeout or a router, of which the congestion control hears in another way or need not hear.
 */
export function markLost(tcb: Tcb, sent: Sent, i: number, s: AckSample | null): void {
  const length = (rightOf(tcb, sent, i) - word(sent, i, LEFT)) | 0;
  setFate(tcb, sent, i, Fate.LOST);
  tcb.cc.lost = (tcb.cc.lost + length) | 0;
  if (s === null) return;
  s.lost += length;
  const control = controlOf(tcb);
  if (control.onLost === undefined) return;
  const since = (tcb.cc.lost - word(sent, i, LOST_BEFORE)) | 0;
  control.onLost(tcb, length, word(sent, i, TX_IN_FLIGHT), since, word(sent, i, APP_LIMITED) === 1);
}

/**
 * The clock on record may be ahead of the engine's by as many microseconds as there were transmissions in one; further ahead it is
 * half of what microseconds can count behind, on a machine that slept.
 */
const MOST_AHEAD_US = 1 << 20;

/**
 * The time on record of what is sent now and ends at `end`. RACK_sent_after orders by time, then by end: what goes again
 * after new text in the same microsecond would come before it.
 */
function sendingUs(e: Engine, sent: Sent, end: number): number {
  let us = e.us;
  const ahead = (sent.clockUs - us) | 0;
  if (ahead >= 0 && ahead < MOST_AHEAD_US) {
    us = seqGt(end, sent.clockEnd) ? sent.clockUs : (sent.clockUs + 1) | 0;
  }
  sent.clockUs = us;
  sent.clockEnd = end;
  return us;
}

/** What is known of a transmission now, written to range `i`. */
function stamp(tcb: Tcb, sent: Sent, i: number, times: number, us: number): void {
  const { cc } = tcb;
  const { words } = sent;
  const at = (sent.first + i) * WORDS;
  words[at + SENT_US] = us;
  words[at + FATE] = Fate.FLIGHT;
  words[at + TIMES] = times;
  words[at + DELIVERED] = cc.delivered;
  words[at + LOST_BEFORE] = cc.lost;
  words[at + DELIVERED_US] = sent.deliveredUs;
  words[at + FIRST_SENT_US] = sent.firstSentUs;
  words[at + TX_IN_FLIGHT] = inFlight(tcb);
  words[at + APP_LIMITED] = sent.appLimited === 0 ? 0 : 1;
}

/** A record for a connection that has nothing outstanding. */
function begin(e: Engine, tcb: Tcb): Sent {
  const sent = e.spareSent.pop() ?? new Sent();
  sent.clockUs = (e.us - 1) | 0;
  sent.deliveredUs = e.us;
  sent.firstSentUs = e.us;
  sent.roundEnd = tcb.cc.delivered;
  sent.appLimited = tcb.cc.delivered; // nothing was outstanding: the program was the limit, unless it begins
  sent.rackRttUs = tcb.rto.srttUs;
  tcb.sent = sent;
  return sent;
}

/** [seq, SND.NXT) was sent for the first time; SND.NXT has moved. The record. */
export function noteSent(e: Engine, tcb: Tcb, seq: number): Sent {
  const { snd } = tcb;
  const sent = tcb.sent ?? begin(e, tcb);
  const length = (snd.nxt - seq) | 0;
  if (sent.count === 0) sent.fack = seq;
  if (tcb.cc.phase === Phase.FAST_RECOVERY) sent.prrOut += length;
  const pipe = inFlight(tcb);
  if (pipe <= length) sent.firstSentUs = sent.deliveredUs = e.us; // nothing was on its way
  const us = sendingUs(e, sent, snd.nxt);
  const { words, count } = sent;
  const last = (sent.first + count - 1) * WORDS;
  if (
    count > 0 &&
    words[last + SENT_US] === us &&
    words[last + FATE] === Fate.FLIGHT &&
    words[last + TIMES] === 1
  ) {
    words[last + TX_IN_FLIGHT] = pipe;
    return sent;
  }
  insert(sent, count);
  setWord(sent, count, LEFT, seq);
  stamp(tcb, sent, count, 1, us);
  return sent;
}

/** [from, to) was sent again. */
export function noteResent(e: Engine, tcb: Tcb, from: number, to: number): void {
  const { sent } = tcb;
  if (sent === null) return;
  const found = rangeAt(sent, from);
  if (found < 0) return;
  const length = (to - from) | 0;
  if (tcb.cc.phase === Phase.FAST_RECOVERY) sent.prrOut += length;
  if (sent.resentAny === 0) {
    sent.resentAny = 1;
    sent.resentStamp = tsNow(e, tcb);
  }
  sent.resentOctets += length;
  const us = sendingUs(e, sent, to);
  let i = cut(sent, found, from);
  // More than one range when what was sent in pieces goes as one segment.
  while (i < sent.count && seqLt(word(sent, i, LEFT), to)) {
    if (seqGt(rightOf(tcb, sent, i), to)) cut(sent, i, to);
    if (word(sent, i, FATE) !== Fate.SACKED) {
      setFate(tcb, sent, i, Fate.FLIGHT);
      stamp(tcb, sent, i, Math.min(word(sent, i, TIMES) + 1, 0xffff), us);
      if (join(sent, i)) i--;
    }
    i++;
  }
}

/** The ranges below SND.UNA are done with. */
export function dropAcked(tcb: Tcb, sent: Sent): void {
  const { una } = tcb.snd;
  while (sent.count > 0 && seqLeq(rightOf(tcb, sent, 0), una)) {
    if (word(sent, 0, FATE) !== Fate.FLIGHT) setFate(tcb, sent, 0, Fate.FLIGHT);
    sent.first++;
    sent.count--;
  }
  if (sent.count === 0) sent.first = 0;
  if (sent.count === 0 || !seqLt(word(sent, 0, LEFT), una)) return;
  if (word(sent, 0, FATE) === Fate.FLIGHT) {
    setWord(sent, 0, LEFT, una);
    return;
  }
  const fate = word(sent, 0, FATE);
  setFate(tcb, sent, 0, Fate.FLIGHT);
  setWord(sent, 0, LEFT, una);
  setFate(tcb, sent, 0, fate);
}

/** Nothing is outstanding: the record goes back to the engine's store. */
export function dropSent(e: Engine, tcb: Tcb): void {
  const { sent } = tcb;
  if (sent === null) return;
  tcb.sent = null;
  if (e.spareSent.length >= MOST_SPARE) return;
  if (sent.words.length > KEPT_WORDS) return; // it was made for a large window
  sent.reset();
  e.spareSent.push(sent);
}

/** Records kept for the next connection that sends, and the largest that is worth keeping. */
const MOST_SPARE = 64;
const KEPT_WORDS = 64 * WORDS;
