// Text that arrived out of order (SHLD-31): a bounded list of ranges, the most recent first, which is
// also the order in which SACK reports them (RFC 2018 section 4, RFC 2883).

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqLt, seqMax, seqMin } from '../../wire/seq.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Removes range `i`, keeping the order of the others. */
function removeRange(tcb: Tcb, i: number): void {
  const { rcv } = tcb;
  rcv.ranges.copyWithin(2 * i, 2 * i + 2, 2 * rcv.rangeCount);
  rcv.rangeCount--;
}

/** Makes room for one more range; false at the bound. */
function makeRoom(tcb: Tcb): boolean {
  const { rcv } = tcb;
  if (rcv.rangeCount >= tcb.config.maxRanges) return false;
  if (2 * rcv.rangeCount === rcv.ranges.length) {
    const bigger = new Int32Array(rcv.ranges.length === 0 ? 8 : rcv.ranges.length * 2);
    bigger.set(rcv.ranges);
    rcv.ranges = bigger;
  }
  return true;
}

/** True when [left, right) lies inside one range already held. */
export function holdsRange(tcb: Tcb, left: number, right: number): boolean {
  const { rcv } = tcb;
  for (let i = 0; i < rcv.rangeCount; i++) {
    if (seqLeq(rcv.ranges[2 * i] as number, left) && seqGeq(rcv.ranges[2 * i + 1] as number, right))
      return true;
  }
  return false;
}

/** True when octets at or after `seq` are held. */
export function holdsBeyond(tcb: Tcb, seq: number): boolean {
  const { rcv } = tcb;
  for (let i = 0; i < rcv.rangeCount; i++) {
    if (seqGt(rcv.ranges[2 * i + 1] as number, seq)) return true;
  }
  return false;
}

/** True when [left, right) can be added: it touches a held range, or there is room for one more. */
export function canAddRange(tcb: Tcb, left: number, right: number): boolean {
  const { rcv } = tcb;
  if (rcv.rangeCount < tcb.config.maxRanges) return true;
  for (let i = 0; i < rcv.rangeCount; i++) {
    if (seqLeq(rcv.ranges[2 * i] as number, right) && seqGeq(rcv.ranges[2 * i + 1] as number, left))
      return true;
  }
  return false;
}

/** Adds [left, right), merged with every range it touches, as the most recent one. */
export function addRange(tcb: Tcb, left: number, right: number): boolean {
  const { rcv } = tcb;
  for (let i = rcv.rangeCount - 1; i >= 0; i--) {
    const l = rcv.ranges[2 * i] as number;
    const r = rcv.ranges[2 * i + 1] as number;
    if (seqLeq(l, right) && seqGeq(r, left)) {
      left = seqMin(l, left);
      right = seqMax(r, right);
      removeRange(tcb, i);
    }
  }
  if (!makeRoom(tcb)) return false;
  rcv.ranges.copyWithin(2, 0, 2 * rcv.rangeCount);
  rcv.ranges[0] = left;
  rcv.ranges[1] = right;
  rcv.rangeCount++;
  return true;
}

/** Moves RCV.NXT over the ranges that it has reached. True when it moved. */
export function absorbRanges(tcb: Tcb): boolean {
  const { rcv } = tcb;
  let moved = false;
  for (let i = 0; i < rcv.rangeCount; ) {
    if (seqLeq(rcv.ranges[2 * i] as number, rcv.nxt)) {
      const right = rcv.ranges[2 * i + 1] as number;
      if (seqGt(right, rcv.nxt)) {
        rcv.nxt = right;
        moved = true;
      }
      removeRange(tcb, i);
      i = 0;
    } else {
      i++;
    }
  }
  return moved;
}

/** A duplicate in the segment that is being processed, reported first in an ACK at once (RFC 2883 section 4). */
export function noteDuplicate(tcb: Tcb, left: number, right: number): void {
  if (tcb.sack === 0 || !seqLt(left, right)) return;
  tcb.rcv.dsackLeft = left;
  tcb.rcv.dsackRight = right;
  tcb.ackNow = 1;
}

/**
 * Of the text [left, right) what is held already, in the first range that it reaches: one segment, one report (RFC
 * 2883 section 4 (1), (2)). What lay below RCV.NXT was before that.
 */
export function noteHeld(tcb: Tcb, left: number, right: number): void {
  const { rcv } = tcb;
  if (reportsDuplicate(tcb)) return;
  let first = -1;
  for (let i = 0; i < rcv.rangeCount; i++) {
    const l = rcv.ranges[2 * i] as number;
    if (!seqLt(l, right) || !seqGt(rcv.ranges[2 * i + 1] as number, left)) continue;
    if (first < 0 || seqLt(l, rcv.ranges[2 * first] as number)) first = i;
  }
  if (first < 0) return;
  const l = seqMax(left, rcv.ranges[2 * first] as number);
  noteDuplicate(tcb, l, seqMin(right, rcv.ranges[2 * first + 1] as number));
}

/** True while a duplicate waits to be reported. */
export function reportsDuplicate(tcb: Tcb): boolean {
  return tcb.rcv.dsackLeft !== tcb.rcv.dsackRight;
}

/** Fills the SACK option of an outgoing segment; `room` is how many blocks fit. */
export function fillSack(tcb: Tcb, seg: Segment, room: number): void {
  const { rcv } = tcb;
  let n = 0;
  if (reportsDuplicate(tcb)) {
    seg.sack[0] = rcv.dsackLeft;
    seg.sack[1] = rcv.dsackRight;
    n = 1;
    rcv.dsackLeft = rcv.dsackRight = 0;
  }
  for (let i = 0; i < rcv.rangeCount && n < room; i++, n++) {
    seg.sack[2 * n] = rcv.ranges[2 * i] as number;
    seg.sack[2 * n + 1] = rcv.ranges[2 * i + 1] as number;
  }
  seg.sackCount = n;
  if (n > 0) seg.opts |= OPT_SACK;
}
