// What the peer has reported with SACK (RFC 6675 section 3: the scoreboard): disjoint ranges above SND.UNA in
// ascending order, bounded, plain data. Update (), IsLost () and SetPipe () of section 4 are read off it.

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqLeq, seqMax, seqMin } from '../../wire/seq.ts';
import { Phase, Scoreboard, type Tcb } from '../tcb/tcb.ts';

/** DupThresh (RFC 5681 section 3.2, RFC 6675 section 2). */
export const DUP_THRESHOLD = 3;
/** Most ranges; what would be one more is not noted, and so counts as in flight. */
export const MAX_SACKED_RANGES = 256;

function length(sb: Scoreboard, i: number): number {
  return ((sb.ranges[2 * i + 1] as number) - (sb.ranges[2 * i] as number)) | 0;
}

/** Forgets every range. */
export function forgetSacked(tcb: Tcb): void {
  const sb = tcb.scoreboard;
  if (sb === null) return;
  sb.count = 0;
  sb.sacked = 0;
}

/**
 * SND.UNA has moved: ranges below it are done with. False when the peer has reneged (RFC 2018 section 8): it
 * acknowledges up to, and not over, what it has reported; then none of its reports holds.
 */
export function forgetAcked(tcb: Tcb): boolean {
  const { snd, scoreboard: sb } = tcb;
  if (sb === null || sb.count === 0) return true;
  let done = 0;
  while (done < sb.count && seqLeq(sb.ranges[2 * done + 1] as number, snd.una)) {
    sb.sacked -= length(sb, done);
    done++;
  }
  if (done > 0) {
    sb.ranges.copyWithin(0, 2 * done, 2 * sb.count);
    sb.count -= done;
  }
  if (sb.count === 0 || seqGt(sb.ranges[0] as number, snd.una)) return true;
  forgetSacked(tcb);
  return false;
}

/** True when block [left, right) can be true: SND.UNA < left < right =< SND.NXT. DSACKs (RFC 2883) are not. */
function believable(tcb: Tcb, left: number, right: number): boolean {
  const { una, nxt } = tcb.snd;
  const from = (left - una) | 0;
  const to = (right - una) | 0;
  return from > 0 && to > from && to <= ((nxt - una) | 0);
}

/** Update (): notes the SACK blocks of `seg`. How many octets had not been reported before. */
export function updateScoreboard(tcb: Tcb, seg: Segment): number {
  if ((seg.opts & OPT_SACK) === 0) return 0;
  let fresh = 0;
  for (let i = 0; i < seg.sackCount; i++) {
    const left = seg.sack[2 * i] as number;
    const right = seg.sack[2 * i + 1] as number;
    if (!believable(tcb, left, right)) continue;
    tcb.scoreboard ??= new Scoreboard();
    fresh += addSacked(tcb.scoreboard, left, right);
  }
  return fresh;
}

/** Adds [left, right), merged with what it touches; how many octets of it are new. */
export function addSacked(sb: Scoreboard, left: number, right: number): number {
  // The ranges that it touches are from `low` to before `high`.
  let high = sb.count;
  while (high > 0 && seqGt(sb.ranges[2 * high - 2] as number, right)) high--;
  let low = high;
  let held = 0;
  while (low > 0 && seqGeq(sb.ranges[2 * low - 1] as number, left)) {
    low--;
    held += length(sb, low);
  }
  if (low === high) {
    if (!makeRoom(sb)) return 0;
    sb.ranges.copyWithin(2 * low + 2, 2 * low, 2 * sb.count);
    sb.count++;
  } else {
    left = seqMin(left, sb.ranges[2 * low] as number);
    right = seqMax(right, sb.ranges[2 * high - 1] as number);
    sb.ranges.copyWithin(2 * low + 2, 2 * high, 2 * sb.count);
    sb.count -= high - low - 1;
  }
  sb.ranges[2 * low] = left;
  sb.ranges[2 * low + 1] = right;
  const fresh = ((right - left) | 0) - held;
  sb.sacked += fresh;
  return fresh;
}

/** Makes room for one more range; false at the bound. */
function makeRoom(sb: Scoreboard): boolean {
  if (sb.count >= MAX_SACKED_RANGES) {
    sb.refused = (sb.refused + 1) | 0;
    return false;
  }
  if (2 * sb.count === sb.ranges.length) {
    const bigger = new Int32Array(2 * sb.ranges.length);
    bigger.set(sb.ranges);
    sb.ranges = bigger;
  }
  return true;
}

/** The first sequence number at or after `seq` that was not SACKed. */
export function firstUnsacked(tcb: Tcb, seq: number): number {
  const sb = tcb.scoreboard;
  if (sb === null) return seq;
  for (let i = 0; i < sb.count && seqLeq(sb.ranges[2 * i] as number, seq); i++) {
    if (seqGt(sb.ranges[2 * i + 1] as number, seq)) return sb.ranges[2 * i + 1] as number;
  }
  return seq;
}

/** Where the hole around the un-SACKed `seq` ends: at what is SACKed next, or at SND.NXT. */
export function holeEnd(tcb: Tcb, seq: number): number {
  const { snd, scoreboard: sb } = tcb;
  if (sb === null) return snd.nxt;
  for (let i = 0; i < sb.count; i++) {
    if (seqGt(sb.ranges[2 * i] as number, seq)) return sb.ranges[2 * i] as number;
  }
  return snd.nxt;
}

/** The highest octet SACKed, and one; SND.UNA when none is. */
export function highestSacked(tcb: Tcb): number {
  const sb = tcb.scoreboard;
  return sb === null || sb.count === 0 ? tcb.snd.una : (sb.ranges[2 * sb.count - 1] as number);
}

/** Octets from SND.UNA to `edge` that were not SACKed. */
export function unsackedBelow(tcb: Tcb, edge: number): number {
  const { snd, scoreboard: sb } = tcb;
  let octets = (edge - snd.una) | 0;
  if (sb === null) return octets;
  for (let i = 0; i < sb.count && seqGt(edge, sb.ranges[2 * i] as number); i++) {
    octets -= (seqMin(edge, sb.ranges[2 * i + 1] as number) - (sb.ranges[2 * i] as number)) | 0;
  }
  return octets;
}

/**
 * What is not SACKed below this is lost, what is above it is not: IsLost () for all sequence numbers at once.
 * DupThresh ranges, or more than DupThresh - 1 full segments, were SACKed from here on. SND.UNA: nothing is lost.
 */
export function lostEdge(tcb: Tcb): number {
  const { snd, scoreboard: sb } = tcb;
  if (sb === null) return snd.una;
  let octets = 0;
  for (let i = sb.count - 1; i >= 0; i--) {
    octets += length(sb, i);
    if (sb.count - i >= DUP_THRESHOLD || octets > (DUP_THRESHOLD - 1) * snd.mss) {
      return sb.ranges[2 * i] as number;
    }
  }
  return snd.una;
}

/** IsLost (SeqNum), for a sequence number that was not SACKed. */
export function isLost(tcb: Tcb, seq: number): boolean {
  return seqGt(lostEdge(tcb), seq);
}

/** Octets that count as lost, sent again or not. */
export function lostOctets(tcb: Tcb): number {
  const { snd, cc } = tcb;
  if (cc.phase === Phase.LOSS) return unsackedBelow(tcb, seqMax(snd.una, (cc.recover + 1) | 0));
  return unsackedBelow(tcb, lostEdge(tcb));
}

/**
 * SetPipe (): the octets that are in the network as far as the sender can tell. What was not SACKed counts once
 * when it is not lost, and once more when it was sent again.
 */
export function setPipe(tcb: Tcb): number {
  const { snd, cc, scoreboard: sb } = tcb;
  if (cc.phase === Phase.LOSS) {
    // All that was sent before the timeout counted as lost; `rtx` is how far it has gone again.
    return unsackedBelow(tcb, seqGt(snd.rtx, cc.recover) ? snd.nxt : seqMax(snd.rtx, snd.una));
  }
  if (sb === null) return (snd.nxt - snd.una) | 0;
  const outstanding = (snd.nxt - snd.una - sb.sacked) | 0;
  const once = outstanding - unsackedBelow(tcb, lostEdge(tcb));
  return seqGt(sb.highRxt, snd.una) ? once + unsackedBelow(tcb, sb.highRxt) : once;
}
