// Text that arrived out of order (SHLD-31): ranges in the order of their numbers, found by halving, and which of them
// were added to last, which is the order in which SACK reports them (RFC 2018 section 4, RFC 2883).

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqLt, seqMax, seqMin } from '../../wire/seq.ts';
import { noteRepeated } from '../ecn/option.ts';
import type { Engine } from '../engine.ts';
import { MOST_BLOCKS, OutOfOrder } from '../tcb/out-of-order.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Ranges that every connection may hold. */
const LEAST_RANGES = 64;
/** Octets of receive buffer for each range beyond that: a segment of the least usual size (RFC 9293 section 3.7.1) and a hole as large. */
const OCTETS_OF_RANGE = 1024;

/** How many ranges may be held: as set, else by the receive buffer, and few while memory is short. */
export function mostRanges(e: Engine, tcb: Tcb): number {
  const { config, rcv } = tcb;
  if (config.maxRanges > 0) return config.maxRanges;
  return e.mayGrow ? Math.max(LEAST_RANGES, Math.floor(rcv.buf / OCTETS_OF_RANGE)) : LEAST_RANGES;
}

function leftOf(held: OutOfOrder, i: number): number {
  return held.ranges[2 * (held.first + i)] as number;
}
function rightOf(held: OutOfOrder, i: number): number {
  return held.ranges[2 * (held.first + i) + 1] as number;
}

/** The first range that ends at or after `seq`; `count` when there is none. */
function endingFrom(held: OutOfOrder, seq: number): number {
  let low = 0;
  let high = held.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqLt(rightOf(held, middle), seq)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The ranges, [left, right) each, ascending. */
export function rangesOf(tcb: Tcb): [left: number, right: number][] {
  const held = tcb.outOfOrder;
  return Array.from({ length: held?.count ?? 0 }, (_, i) => {
    return [leftOf(held as OutOfOrder, i), rightOf(held as OutOfOrder, i)];
  });
}

/** True when [left, right) lies inside one range already held. */
export function holdsRange(tcb: Tcb, left: number, right: number): boolean {
  const held = tcb.outOfOrder;
  if (held === null) return false;
  const i = endingFrom(held, right);
  return i < held.count && seqLeq(leftOf(held, i), left);
}

/** Where the last range ends; RCV.NXT when there is none. */
export function endOfHeld({ rcv, outOfOrder: held }: Tcb): number {
  return held === null ? rcv.nxt : rightOf(held, held.count - 1);
}

/** True when octets at or after `seq` are held. */
export function holdsBeyond(tcb: Tcb, seq: number): boolean {
  const held = tcb.outOfOrder;
  return held !== null && seqGt(rightOf(held, held.count - 1), seq);
}

/** True when [left, right) can be added: it touches a held range, or there is room for one more. */
export function canAddRange(e: Engine, tcb: Tcb, left: number, right: number): boolean {
  const held = tcb.outOfOrder;
  if (held === null || held.count < mostRanges(e, tcb)) return true;
  const i = endingFrom(held, left);
  return i < held.count && seqLeq(leftOf(held, i), right);
}

/** Adds [left, right), merged with every range it touches, as the most recent one. */
export function addRange(tcb: Tcb, left: number, right: number): void {
  tcb.outOfOrder ??= new OutOfOrder();
  const held = tcb.outOfOrder;
  const from = endingFrom(held, left);
  let to = from;
  while (to < held.count && seqLeq(leftOf(held, to), right)) to++;
  if (to > from) {
    left = seqMin(left, leftOf(held, from));
    right = seqMax(right, rightOf(held, to - 1));
  }
  replace(held, from, to, 1);
  held.ranges[2 * (held.first + from)] = left;
  held.ranges[2 * (held.first + from) + 1] = right;
  noteRecent(held, left, right);
}

/** Makes room for `n` ranges in place of those from `from` to before `to`: the shorter side moves. */
function replace(held: OutOfOrder, from: number, to: number, n: number): void {
  const more = n - (to - from);
  if (more === 0) return;
  const { count } = held;
  const before = from < count - to;
  if (before ? held.first < more : 2 * (held.first + count + more) > held.ranges.length) recentre(held);
  const { ranges, first } = held;
  if (before) {
    ranges.copyWithin(2 * (first - more), 2 * first, 2 * (first + from));
    held.first -= more;
  } else {
    ranges.copyWithin(2 * (first + to + more), 2 * (first + to), 2 * (first + count));
  }
  held.count += more;
}

/** Puts the ranges in the middle, of an array twice as large when this one is two thirds full: each side has room. */
function recentre(held: OutOfOrder): void {
  const { ranges, first, count } = held;
  const words = 3 * count > ranges.length ? 2 * ranges.length : ranges.length;
  held.first = (words / 2 - count) >> 1;
  if (words === ranges.length) {
    ranges.copyWithin(2 * held.first, 2 * first, 2 * (first + count));
    return;
  }
  held.ranges = new Int32Array(words);
  held.ranges.set(ranges.subarray(2 * first, 2 * (first + count)), 2 * held.first);
}

/** The range [left, right) is the most recent one, and only once among the recent. */
function noteRecent({ recent, count }: OutOfOrder, left: number, right: number): void {
  if (count === 1) {
    recent.fill(left);
    return;
  }
  let last = 0;
  while (last < MOST_BLOCKS - 1 && !within(recent[last] as number, left, right)) last++;
  recent.copyWithin(1, 0, last);
  recent[0] = left;
}

function within(seq: number, left: number, right: number): boolean {
  return seqGeq(seq, left) && seqLt(seq, right);
}

/** Moves RCV.NXT over the ranges that it has reached. */
export function absorbRanges(tcb: Tcb): void {
  const { rcv, outOfOrder: held } = tcb;
  if (held === null) return;
  let n = 0;
  while (n < held.count && seqLeq(leftOf(held, n), rcv.nxt)) {
    rcv.nxt = seqMax(rcv.nxt, rightOf(held, n));
    n++;
  }
  if (n === held.count) dropRanges(tcb);
  else if (n > 0) replace(held, 0, n, 0);
}

/** Nothing is held out of order any more: RFC 2018 section 8 allows it, though SACK has reported it. */
export function dropRanges(tcb: Tcb): void {
  tcb.outOfOrder = null;
}

/** A duplicate in the segment that is being processed, reported first in an ACK at once (RFC 2883 section 4). */
export function noteDuplicate(tcb: Tcb, left: number, right: number): void {
  if (tcb.sack === 0 || !seqLt(left, right)) return;
  if (tcb.accEcn !== null) noteRepeated(tcb.config, tcb.accEcn);
  tcb.rcv.dsackLeft = left;
  tcb.rcv.dsackRight = right;
  tcb.ackNow = 1;
}

/**
 * Of the text [left, right) what is held already, in the first range that it reaches: one segment, one report (RFC
 * 2883 section 4 (1), (2)). What lay below RCV.NXT was before that.
 */
export function noteHeld(tcb: Tcb, left: number, right: number): void {
  const held = tcb.outOfOrder;
  if (held === null || reportsDuplicate(tcb)) return;
  const i = endingFrom(held, (left + 1) | 0);
  if (i === held.count) return;
  noteDuplicate(tcb, seqMax(left, leftOf(held, i)), seqMin(right, rightOf(held, i)));
}

/** True while a duplicate waits to be reported. */
export function reportsDuplicate(tcb: Tcb): boolean {
  return tcb.rcv.dsackLeft !== tcb.rcv.dsackRight;
}

/** SACK blocks that the next ACK should have; the option has room for three beside timestamps (RFC 2018 section 3). */
export function dueBlocks(tcb: Tcb): number {
  if (tcb.sack === 0) return 0;
  const held = tcb.outOfOrder === null ? 0 : tcb.outOfOrder.count;
  const blocks = held + (reportsDuplicate(tcb) ? 1 : 0) + (finAlone(tcb) ? 1 : 0);
  return Math.min(blocks, tcb.ts === 1 ? MOST_BLOCKS - 1 : MOST_BLOCKS);
}

/** A FIN beyond a hole is held: it has a sequence number like an octet of text, and is reported like one. */
function holdsFin({ rcv }: Tcb): boolean {
  return rcv.fin === 1 && seqGt(rcv.finSeq, rcv.nxt);
}

/** It is, and no text before it: then it has a block of its own. */
function finAlone(tcb: Tcb): boolean {
  return holdsFin(tcb) && !holdsRange(tcb, (tcb.rcv.finSeq - 1) | 0, tcb.rcv.finSeq);
}

/** A FIN beyond a hole has come: of what is held, it, or the range that it ends, is the most recent. */
export function noteFinHeld(tcb: Tcb): void {
  const { rcv, outOfOrder: held } = tcb;
  if (held === null) return;
  const i = endingFrom(held, rcv.finSeq);
  const ends = i < held.count && rightOf(held, i) === rcv.finSeq;
  const left = ends ? leftOf(held, i) : rcv.finSeq;
  if (held.count > 1 || !ends) noteRecent(held, left, ends ? rcv.finSeq : (rcv.finSeq + 1) | 0);
}

/**
 * Octets that the SACK option takes of a full segment's text (RFC 6691: the MSS counts no options), at most half of
 * them: what is lost on its way here has to be told in two-way traffic, too, where every ACK has text.
 */
export function sackOctets(tcb: Tcb): number {
  const blocks = Math.min(dueBlocks(tcb), ((tcb.snd.mss >> 1) - 4) >> 3);
  return blocks <= 0 ? 0 : 4 + 8 * blocks;
}

/**
 * Fills the SACK option of an outgoing segment; `room` is how many blocks fit. After the most recent ranges come the
 * first ones: "as many distinct SACK blocks as possible" (RFC 2018 section 4).
 */
export function fillSack(tcb: Tcb, seg: Segment, room: number): void {
  const { rcv, outOfOrder: held } = tcb;
  seg.sackCount = 0;
  if (reportsDuplicate(tcb)) {
    addBlock(seg, rcv.dsackLeft, rcv.dsackRight);
    rcv.dsackLeft = rcv.dsackRight = 0;
  }
  const first = seg.sackCount;
  const fin = finAlone(tcb);
  if (held !== null) {
    for (let i = 0; i < MOST_BLOCKS && seg.sackCount < room; i++) {
      const mark = held.recent[i] as number;
      const at = endingFrom(held, (mark + 1) | 0);
      if (fin && mark === rcv.finSeq) addOnce(seg, first, rcv.finSeq, (rcv.finSeq + 1) | 0);
      else if (at < held.count && seqLeq(leftOf(held, at), mark)) addRangeOnce(tcb, held, at, seg, first);
    }
    for (let i = 0; i < held.count && seg.sackCount < room; i++) addRangeOnce(tcb, held, i, seg, first);
  }
  if (fin && seg.sackCount < room) addOnce(seg, first, rcv.finSeq, (rcv.finSeq + 1) | 0);
  if (seg.sackCount > 0) seg.opts |= OPT_SACK;
}

/** Range `i` as a block, with the FIN that ends it. */
function addRangeOnce(tcb: Tcb, held: OutOfOrder, i: number, seg: Segment, first: number): void {
  const right = rightOf(held, i);
  const ended = holdsFin(tcb) && right === tcb.rcv.finSeq;
  addOnce(seg, first, leftOf(held, i), ended ? (right + 1) | 0 : right);
}

/** [left, right) as a block, unless it is one of those from `first` on. */
function addOnce(seg: Segment, first: number, left: number, right: number): void {
  for (let n = first; n < seg.sackCount; n++) if (seg.sack[2 * n] === left) return;
  addBlock(seg, left, right);
}

function addBlock(seg: Segment, left: number, right: number): void {
  seg.sack[2 * seg.sackCount] = left;
  seg.sack[2 * seg.sackCount + 1] = right;
  seg.sackCount++;
}
