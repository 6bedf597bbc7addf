// What an ACK says about the record of what was sent: what is acknowledged, what is SACKed (Update () of RFC 6675
// section 4), what is reported twice (RFC 2883), and a peer that takes its word back (RFC 2018 section 8).

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqLt, seqMax, seqMin } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import {
  cut,
  dropAcked,
  join,
  leftOf,
  markLost,
  mayCut,
  rangeAt,
  rightOf,
  setFate,
  word,
} from '../send/sent.ts';
import { FATE, Fate, type Sent } from '../tcb/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { delivered } from './delivered.ts';
import type { AckSample } from './sample.ts';

/** DupThresh (RFC 5681 section 3.2, RFC 6675 section 2). */
export const DUP_THRESHOLD = 3;

/** SND.UNA has moved: what it passed has arrived, if it was not SACKed before. */
export function ackRanges(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  const { una } = tcb.snd;
  for (let i = 0; i < sent.count && seqLt(leftOf(sent, i), una); i++) {
    if (word(sent, i, FATE) !== Fate.SACKED) {
      delivered(e, tcb, sent, s, i, seqMin(rightOf(tcb, sent, i), una));
    }
  }
  dropAcked(tcb, sent);
  if (word(sent, 0, FATE) === Fate.SACKED) renege(tcb, sent, s);
}

/** The peer acknowledges up to, and not over, what it has reported: none of its reports holds. */
export function renege(tcb: Tcb, sent: Sent, s: AckSample | null): void {
  for (let i = 0; i < sent.count; i++) {
    if (word(sent, i, FATE) !== Fate.SACKED) continue;
    markLost(tcb, sent, i, s);
    if (join(sent, i)) i--;
  }
}

/** Update (): the SACK blocks of `seg`, which has that option. */
export function updateScoreboard(e: Engine, tcb: Tcb, sent: Sent, seg: Segment, s: AckSample): void {
  for (let i = 0; i < seg.sackCount; i++) {
    const left = seg.sack[2 * i] as number;
    const right = seg.sack[2 * i + 1] as number;
    if (believable(tcb, left, right)) sackRange(e, tcb, sent, s, left, right);
  }
}

/** True when block [left, right) can be true: SND.UNA < left < right =< SND.NXT. DSACKs are not. */
function believable(tcb: Tcb, left: number, right: number): boolean {
  const { una, nxt } = tcb.snd;
  const from = (left - una) | 0;
  const to = (right - una) | 0;
  return from > 0 && to > from && to <= ((nxt - una) | 0);
}

/** The peer has [left, right). */
function sackRange(e: Engine, tcb: Tcb, sent: Sent, s: AckSample, left: number, right: number): void {
  let i = rangeAt(sent, left);
  if (i < 0) return; // nothing is on record
  for (; i < sent.count && seqLt(leftOf(sent, i), right); i++) {
    if (word(sent, i, FATE) === Fate.SACKED) {
      if (join(sent, i)) i--;
      continue;
    }
    const from = seqMax(left, leftOf(sent, i));
    const end = rightOf(tcb, sent, i);
    const to = seqMin(right, end);
    const whole = from === leftOf(sent, i) && to === end;
    if (!whole && !mayCut(tcb, sent) && !touches(sent, i, from)) {
      sent.refused = (sent.refused + 1) | 0;
      continue;
    }
    i = cut(sent, i, from);
    if (to !== end) cut(sent, i, to);
    delivered(e, tcb, sent, s, i, to);
    s.sacked += (to - from) | 0;
    setFate(tcb, sent, i, Fate.SACKED);
    if (join(sent, i)) i--;
  }
  join(sent, i);
}

/** True when what begins at `from`, in range `i`, goes on from a range that is SACKed: it makes no range more. */
function touches(sent: Sent, i: number, from: number): boolean {
  return from === leftOf(sent, i) && i > 0 && word(sent, i - 1, FATE) === Fate.SACKED;
}

/** RFC 2883 section 4: the first block is a duplicate when it lies below SEG.ACK or within the second. */
export function noteDsack(tcb: Tcb, seg: Segment, s: AckSample): void {
  if ((seg.opts & OPT_SACK) === 0 || seg.sackCount === 0) return;
  const left = seg.sack[0] as number;
  const right = seg.sack[1] as number;
  if (!seqLt(left, right) || seqGt(right, tcb.snd.nxt)) return;
  const below = seqLeq(right, seg.ack) && ((seg.ack - left) | 0) <= 2 * Math.max(tcb.snd.maxWnd, 0xffff);
  const within =
    seg.sackCount > 1 &&
    seqGeq(left, seg.sack[2] as number) &&
    seqLeq(right, seg.sack[3] as number) &&
    seqGt(left, seg.ack);
  if (!below && !within) return;
  s.dsack = (right - left) | 0;
  s.dsackRight = right;
}

/**
 * What is not SACKed below this is lost, what is above it is not: IsLost () for all sequence numbers at once.
 * DupThresh ranges, or more than DupThresh - 1 full segments, were SACKed from here on. SND.UNA: nothing is lost.
 */
export function lostEdge(tcb: Tcb, sent: Sent): number {
  const { snd } = tcb;
  let octets = 0;
  let ranges = 0;
  for (let i = sent.count - 1; i > 0; i--) {
    if (word(sent, i, FATE) !== Fate.SACKED) continue;
    ranges++;
    octets += (rightOf(tcb, sent, i) - leftOf(sent, i)) | 0;
    if (ranges >= DUP_THRESHOLD || octets > (DUP_THRESHOLD - 1) * snd.mss) return leftOf(sent, i);
  }
  return snd.una;
}

/** The highest octet SACKed, and one; SND.UNA when none is. */
export function highestSacked(tcb: Tcb, sent: Sent): number {
  for (let i = sent.count - 1; i > 0; i--) {
    if (word(sent, i, FATE) === Fate.SACKED) return rightOf(tcb, sent, i);
  }
  return tcb.snd.una;
}
