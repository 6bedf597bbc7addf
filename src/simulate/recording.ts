// What passed last, in numbers: a ring of two parts that are made once and written again and again. What is read from it is
// made into objects then.

import { DropCounters, type DropReason, type PacketInfo } from '../sim/index.ts';
import type { Transition } from '../tcp/index.ts';

/** What may become of a packet that was sent on a link. */
export type Fate = 'delivered' | 'dropped' | 'duplicated';

/** What became of a packet on a link. */
export interface Passed {
  readonly timeUs: number;
  readonly what: 'sent' | Fate;
  /** Number of the link. */
  readonly link: number;
  readonly direction: 'a->b' | 'b->a';
  readonly index: number;
  readonly copy: number;
  readonly injected: boolean;
  readonly reason: DropReason | null;
  /** Its octets, where it was sent: else there are none. */
  readonly octets: Uint8Array;
}

/** A change of a connection's state. */
export interface Changed {
  readonly timeUs: number;
  readonly what: 'change';
  readonly host: string;
  readonly local: number;
  readonly remote: number;
  readonly row: Transition;
}

/** Events and octets after which the other part is written anew: the oldest go. */
const MOST = 8192;
const MOST_OCTETS = 1 << 25;
/** Octets of packets are kept in blocks of so many: no IP packet is longer. */
const BLOCK = 1 << 20;

/** Of an event: what, link, number of the packet or place of the change, copy, where its octets are, how many. */
const FIELDS = 6;

/** What happened, by number; above it direction, whether it was injected, and why it was dropped. */
const WHAT = ['sent', 'delivered', 'dropped', 'duplicated', 'change'] as const;
const WHAT_BITS = 0x7;
const BACK = 0x8;
const INJECTED = 0x10;
const REASON_SHIFT = 5;
const REASONS = Object.keys(new DropCounters()) as DropReason[];

/** Half of the ring. */
class Part {
  readonly #times = new Float64Array(MOST);
  readonly #numbers = new Int32Array(MOST * FIELDS);
  readonly #changes: Changed[] = [];
  readonly #blocks: Uint8Array[] = [];
  #count = 0;
  #octets = 0;

  get isFull(): boolean {
    return this.#count === MOST || this.#octets >= MOST_OCTETS;
  }

  /** Forgets what it has. */
  clear(): void {
    this.#changes.length = 0;
    this.#count = 0;
    this.#octets = 0;
  }

  /** An event; how it is written down. */
  add(
    timeUs: number,
    what: number,
    link: number,
    number: number,
    copy: number,
    at: number,
    len: number,
  ): void {
    const numbers = this.#numbers;
    const from = this.#count * FIELDS;
    this.#times[this.#count++] = timeUs;
    numbers[from] = what;
    numbers[from + 1] = link;
    numbers[from + 2] = number;
    numbers[from + 3] = copy;
    numbers[from + 4] = at;
    numbers[from + 5] = len;
  }

  change(changed: Changed): void {
    this.add(changed.timeUs, WHAT.indexOf('change'), 0, this.#changes.push(changed) - 1, 0, 0, 0);
  }

  /** Keeps the octets of a packet; where. */
  keep({ mem, off, len }: PacketInfo): number {
    let at = this.#octets;
    if ((at % BLOCK) + len > BLOCK) at += BLOCK - (at % BLOCK);
    const number = Math.floor(at / BLOCK);
    let block = this.#blocks[number];
    if (block === undefined) {
      block = new Uint8Array(BLOCK);
      this.#blocks.push(block);
    }
    block.set(mem.u8.subarray(off, off + len), at % BLOCK);
    this.#octets = at + len;
    return at;
  }

  *events(): Generator<Passed | Changed> {
    for (let n = 0; n < this.#count; n++) {
      const fields = this.#numbers.subarray(n * FIELDS, (n + 1) * FIELDS);
      const [bits, link, index, copy, at, len] = fields as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const what = WHAT[bits & WHAT_BITS] as (typeof WHAT)[number];
      if (what === 'change') {
        yield this.#changes[index] as Changed;
        continue;
      }
      const block = this.#blocks[Math.floor(at / BLOCK)];
      yield {
        timeUs: this.#times[n] as number,
        what,
        link,
        direction: (bits & BACK) === 0 ? 'a->b' : 'b->a',
        index,
        copy,
        injected: (bits & INJECTED) !== 0,
        reason: REASONS[(bits >>> REASON_SHIFT) - 1] ?? null,
        octets: block?.subarray(at % BLOCK, (at % BLOCK) + len) ?? new Uint8Array(0),
      };
    }
  }
}

/** See above. */
export class Recording {
  /** The part before, once there is one, and the one that is written. */
  #before: Part | null = null;
  #now = new Part();

  /** The part to write to. */
  #part(): Part {
    if (this.#now.isFull) {
      const oldest = this.#before ?? new Part();
      this.#before = this.#now;
      oldest.clear();
      this.#now = oldest;
    }
    return this.#now;
  }

  sent(link: number, p: PacketInfo): void {
    const part = this.#part();
    part.add(p.timeUs, bitsOf(0, p, 0), link, p.index, p.copy, part.keep(p), p.len);
  }

  passed(what: Fate, link: number, p: PacketInfo, reason: DropReason | null): void {
    const why = reason === null ? 0 : REASONS.indexOf(reason) + 1;
    this.#part().add(p.timeUs, bitsOf(WHAT.indexOf(what), p, why), link, p.index, p.copy, 0, 0);
  }

  changed(changed: Changed): void {
    this.#part().change(changed);
  }

  /** What is kept, in order. The octets are those of the ring: valid until something more is written. */
  *events(): Generator<Passed | Changed> {
    if (this.#before !== null) yield* this.#before.events();
    yield* this.#now.events();
  }
}

function bitsOf(what: number, { direction, injected }: PacketInfo, reason: number): number {
  return what | (direction === 'a->b' ? 0 : BACK) | (injected ? INJECTED : 0) | (reason << REASON_SHIFT);
}
