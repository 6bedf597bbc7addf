// Ends of records (MSG_EOR): text of two is never in one segment, neither at first nor when it goes again. `tcb.recordEnds` are
// pairs: the sequence number behind the last octet of a record, and 1 if that is pushed.

import { seqGt, seqLeq, seqMax } from '../../wire/seq.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** A record ends behind the last octet that the user has queued; `pushed`: he does not say that more follows. */
export function endRecord(tcb: Tcb, pushed: boolean): void {
  forgetRecords(tcb);
  tcb.recordEnds ??= [];
  const ends = tcb.recordEnds;
  if (ends.at(-2) === tcb.snd.end) ends.length -= 2;
  ends.push(tcb.snd.end, pushed ? 1 : 0);
}

/** Octets, of `len` from `seq` on, up to the end of the record that they begin in. */
export function withinRecord(tcb: Tcb, seq: number, len: number): number {
  const { recordEnds: ends } = tcb;
  if (ends === null) return len;
  let i = 0;
  while (i < ends.length && seqLeq(ends[i] as number, seq)) i += 2;
  return i >= ends.length ? len : Math.min(len, ((ends[i] as number) - seq) | 0);
}

/** True when a record ends behind the octet before `seq`, and is pushed. */
export function pushesRecord({ recordEnds: ends }: Tcb, seq: number): boolean {
  if (ends === null) return false;
  for (let i = 0; i < ends.length; i += 2) if (ends[i] === seq) return ends[i + 1] === 1;
  return false;
}

/** What was acknowledged is in no segment to come. */
export function forgetRecords(tcb: Tcb): void {
  const { recordEnds: ends, snd } = tcb;
  if (ends === null) return;
  let i = 0;
  while (i < ends.length && !seqGt(ends[i] as number, snd.una)) i += 2;
  if (i >= ends.length) tcb.recordEnds = null;
  else ends.splice(0, i);
}

/** Where a segment begins that ends at SND.NXT. */
export function lastSegment(tcb: Tcb): number {
  const { snd, recordEnds: ends } = tcb;
  let from = seqMax(snd.una, (snd.nxt - snd.mss) | 0);
  if (ends === null) return from;
  for (let i = 0; i < ends.length; i += 2)
    if (seqGt(snd.nxt, ends[i] as number)) from = seqMax(from, ends[i] as number);
  return from;
}
