// Marks in queued text: where a record ends (MSG_EOR), so that text of two is never in one segment, neither at first nor when it
// goes again, and where text is pushed before its end. `tcb.marks` are pairs, ascending: the sequence number behind an octet,
// and what is marked there.

import { seqGt, seqLeq, seqMax } from '../../wire/seq.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** PSH goes with the octet. */
const PUSHED = 1;
/** A record ends behind it. */
const RECORD = 2;

function mark(tcb: Tcb, seq: number, what: number): void {
  forgetMarks(tcb);
  tcb.marks ??= [];
  const { marks } = tcb;
  if (marks.at(-2) === seq) marks.push(seq, (marks.splice(-2)[1] as number) | what);
  else marks.push(seq, what);
}

/** A record ends behind the last octet that the user has queued; `pushed`: he does not say that more follows. */
export function endRecord(tcb: Tcb, pushed: boolean): void {
  mark(tcb, tcb.snd.end, pushed ? RECORD | PUSHED : RECORD);
}

/** The octet before `seq`, which is queued or comes next, is pushed; none behind it is marked yet. */
export function pushAt(tcb: Tcb, seq: number): void {
  mark(tcb, seq, PUSHED);
}

/** Octets, of `len` from `seq` on, up to the end of the record that they begin in. */
export function withinRecord({ marks }: Tcb, seq: number, len: number): number {
  if (marks === null) return len;
  let i = 0;
  while (i < marks.length && (((marks[i + 1] as number) & RECORD) === 0 || seqLeq(marks[i] as number, seq)))
    i += 2;
  return i >= marks.length ? len : Math.min(len, ((marks[i] as number) - seq) | 0);
}

/** True when the octet before `seq` is marked to be pushed. */
export function pushedAt({ marks }: Tcb, seq: number): boolean {
  if (marks === null) return false;
  for (let i = 0; i < marks.length; i += 2)
    if (marks[i] === seq) return ((marks[i + 1] as number) & PUSHED) !== 0;
  return false;
}

/** What was acknowledged is in no segment to come. */
export function forgetMarks(tcb: Tcb): void {
  const { marks, snd } = tcb;
  if (marks === null) return;
  let i = 0;
  while (i < marks.length && !seqGt(marks[i] as number, snd.una)) i += 2;
  if (i >= marks.length) tcb.marks = null;
  else if (i > 0) marks.splice(0, i);
}

/** Where a segment begins that ends at SND.NXT. */
export function lastSegment({ snd, marks }: Tcb): number {
  let from = seqMax(snd.una, (snd.nxt - snd.mss) | 0);
  if (marks === null) return from;
  for (let i = 0; i < marks.length; i += 2) {
    const seq = marks[i] as number;
    if (((marks[i + 1] as number) & RECORD) !== 0 && seqGt(snd.nxt, seq)) from = seqMax(from, seq);
  }
  return from;
}
