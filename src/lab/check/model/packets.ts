// The packets on the wire: a bag of them, each two words, so that a bag can be sorted, compared and stored as it is.
// A packet that is never delivered is lost: when the clock passes its lifetime it is gone.

import type { Segment } from '../../../wire/segment.ts';
import type { Numbers } from './numbers.ts';

/** Most different packets under way. */
export const MOST_PACKETS = 24;
const MOST_COPIES = 8;

/** `cause` of a RST that was caused by a segment of an incarnation that is gone. */
export const GONE = 7;

// First word: from 1 bit, control bits 4, length 2, forged 1, window 5, SEG.SEQ 8, SEG.ACK 8.
// Second word: incarnation of the sender 3, of the segment it answers 3, copies - 1 3, age in ms 16.
const COPY = 1 << 6;
const COPIES = 7 << 6;
const AGE_SHIFT = 9;

/** The wire. Packet i is `head[i]`, `tail[i]`. */
export class Packets {
  readonly head = new Int32Array(MOST_PACKETS);
  readonly tail = new Int32Array(MOST_PACKETS);
  count = 0;
  /** Most different packets. */
  readonly limit: number;
  /** 1: a packet did not fit since this was last set to 0. */
  overflow = 0;
  /** What was sent, when somebody wants to know. */
  emitted: { head: number; tail: number }[] | null = null;
  readonly #numbers: readonly [Numbers, Numbers];

  constructor(numbers: readonly [Numbers, Numbers], limit = MOST_PACKETS) {
    if (limit > MOST_PACKETS) throw new RangeError(`at most ${MOST_PACKETS} packets can be under way`);
    this.#numbers = numbers;
    this.limit = limit;
  }

  /**
   * Puts a segment that host `from` sends onto the wire. `inc`: the incarnation that sends it, 0: none does, it is
   * the host's answer to a segment of incarnation `cause` of the other side. PSH says nothing to this engine.
   */
  send(from: number, seg: Segment, inc: number, cause: number): void {
    const mine = this.#numbers[from as 0 | 1];
    const other = this.#numbers[(1 - from) as 0 | 1];
    const ctl = (seg.ctl & 7) | ((seg.ctl & 16) >> 1);
    const ack = (seg.ctl & 16) === 0 ? 0 : other.octet(seg.ack);
    const head =
      from | (ctl << 1) | (seg.textLen << 5) | (seg.wnd << 8) | (mine.octet(seg.seq) << 13) | (ack << 21);
    if (seg.wnd > 31 || seg.textLen > 3) throw new RangeError('a segment is too large for the model');
    const tail = inc | (cause << 3);
    if (this.emitted !== null) this.emitted.push({ head, tail });
    for (let i = 0; i < this.count; i++) {
      if (this.head[i] === head && ((this.tail[i] as number) & ~COPIES) === tail) {
        if (this.copies(i) === MOST_COPIES) this.overflow = 1;
        else this.tail[i] = (this.tail[i] as number) + COPY;
        return;
      }
    }
    if (this.count >= this.limit) {
      this.overflow = 1;
      return;
    }
    this.head[this.count] = head;
    this.tail[this.count++] = tail;
  }

  /** Takes one copy of packet `i` off the wire. The others keep their places. */
  take(i: number): void {
    if (((this.tail[i] as number) & COPIES) !== 0) this.tail[i] = (this.tail[i] as number) - COPY;
    else this.remove(i);
  }

  remove(i: number): void {
    this.count--;
    this.head.copyWithin(i, i + 1, this.count + 1);
    this.tail.copyWithin(i, i + 1, this.count + 1);
  }

  copies(i: number): number {
    return (((this.tail[i] as number) & COPIES) >> 6) + 1;
  }
  from(i: number): number {
    return (this.head[i] as number) & 1;
  }
  ctl(i: number): number {
    return ctlOf(this.head[i] as number);
  }
  incarnation(i: number): number {
    return (this.tail[i] as number) & 7;
  }
  cause(i: number): number {
    return ((this.tail[i] as number) >> 3) & 7;
  }
  setCause(i: number, cause: number): void {
    this.tail[i] = ((this.tail[i] as number) & ~0x38) | (cause << 3);
  }
  age(i: number): number {
    return (this.tail[i] as number) >> AGE_SHIFT;
  }

  /** Time passes: every packet grows older by `ms`; those that reach `limit` are gone. How many copies are. */
  grow(ms: number, limit: number): number {
    let gone = 0;
    for (let i = 0; i < this.count; ) {
      if (this.age(i) + ms >= limit) {
        gone += this.copies(i);
        this.remove(i);
      } else {
        this.tail[i] = (this.tail[i] as number) + (ms << AGE_SHIFT);
        i++;
      }
    }
    return gone;
  }

  /** Fills `seg` with packet `i`. */
  read(i: number, seg: Segment): void {
    this.decode(this.head[i] as number, seg);
  }

  /** Fills `seg` with the packet of a first word. */
  decode(head: number, seg: Segment): void {
    const from = head & 1;
    const ctl = ctlOf(head);
    const ack = this.#numbers[(1 - from) as 0 | 1].of[(head >> 21) & 255] as number;
    seg.set(this.#numbers[from as 0 | 1].of[(head >> 13) & 255] as number, (ctl & 16) === 0 ? 0 : ack, ctl);
    seg.textLen = (head >> 5) & 3;
    seg.wnd = (head >> 8) & 31;
  }

  /** Brings the packets into the one order in which they are stored. */
  sort(): void {
    const { head, tail } = this;
    for (let i = 1; i < this.count; i++) {
      const h = head[i] as number;
      const t = tail[i] as number;
      let j = i - 1;
      while (j >= 0 && ((head[j] as number) > h || (head[j] === h && (tail[j] as number) > t))) {
        head[j + 1] = head[j] as number;
        tail[j + 1] = tail[j] as number;
        j--;
      }
      head[j + 1] = h;
      tail[j + 1] = t;
    }
  }
}

function ctlOf(head: number): number {
  const ctl = (head >> 1) & 15;
  return (ctl & 7) | ((ctl & 8) << 1);
}
