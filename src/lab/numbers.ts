// Sequence numbers as people read them: counted from the ISS of the incarnation that they belong to. A
// connection that is opened again has a second ISS at an end; numbers of its second incarnation are marked 1′,
// of the third 1″, so that an ACK for an old SYN cannot be taken for one of the new.

import { type End, otherEnd, type Trace, type TraceEvent } from './trace.ts';

/** Marks of the incarnations, in order; from the fourth on they are counted. */
const MARKS = ['', '′', '″'];

/** One connection's initial sequence numbers, as far as they were seen. */
export class RelativeNumbers {
  readonly #iss: Record<End, number[]> = { left: [], right: [] };

  /** To be given every event of one connection, in order. */
  push(event: TraceEvent): void {
    if (event.kind !== 'sent' || event.injected === true || !/\bSYN\b/.test(event.segment.flags)) return;
    const known = this.#iss[event.from];
    if (!known.includes(event.segment.seq)) known.push(event.segment.seq);
  }

  /** The ISS that a number of `end` counts from: the nearest one below; null when none is known. */
  base(end: End, n: number): number | null {
    let best: number | null = null;
    for (const iss of this.#iss[end]) if (best === null || (n - iss) >>> 0 < (n - best) >>> 0) best = iss;
    return best;
  }

  /** The number counted from its ISS; as it is when none is known. */
  relative(end: End, n: number): number {
    return (n - (this.base(end, n) ?? 0)) >>> 0;
  }

  /** The number as text: `1`, and `1′` in the second incarnation. */
  text(end: End, n: number): string {
    const base = this.base(end, n);
    if (base === null) return String(n);
    const at = this.#iss[end].indexOf(base);
    return `${(n - base) >>> 0}${MARKS[at] ?? `(${at + 1})`}`;
  }
}

/** The numbers of a whole trace, one object for each connection. */
export function numbersOf(trace: Trace): RelativeNumbers[] {
  const numbers = trace.connections.map(() => new RelativeNumbers());
  for (const event of trace.events) numbers[event.connection]?.push(event);
  return numbers;
}

/** `seq=0 ack=1 len=5` of a segment, counted from the ISSs. */
export function numbersText(
  numbers: RelativeNumbers,
  from: End,
  segment: { readonly seq: number; readonly ack: number | null; readonly length: number },
): string {
  const ack = segment.ack === null ? '' : ` ack=${numbers.text(otherEnd(from), segment.ack)}`;
  const length = segment.length === 0 ? '' : ` len=${segment.length}`;
  return `seq=${numbers.text(from, segment.seq)}${ack}${length}`;
}
