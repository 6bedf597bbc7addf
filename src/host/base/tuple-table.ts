// Finding a connection by its four-tuple (RFC 9293 section 3.10.7: "the connection"): open addressing
// with linear probing in typed arrays and a keyed hash, so that nobody outside can choose tuples that
// collide. IPv4 tuples take 16 bytes a slot, IPv6 tuples 40; deletion shifts back, no tombstones; growth is gradual.

import { MAPPED } from '../../wire/index.ts';
import type { FourTuple } from './four-tuple.ts';
import { halfSipHash, halfSipHash3 } from './halfsiphash.ts';

/** What a table answers when it does not hold the tuple; no value may be this. */
export const NONE = -0x80000000;

/** Slots of an empty table. */
const MIN_SLOTS = 16;
/** So many, 16 KiB of IPv4, stay when a table has become empty: who had them once will soon have as many again. */
const KEPT_SLOTS = 1024;

const scratch = new Int32Array(9);

/** Slots of an older array that are looked at with each change: it is empty long before the new one is full. */
const MOVED_AT_ONCE = 32;

/**
 * Slots of one family: each a value and `keyWords` words of key, in one Int32Array. When that becomes too small, or too
 * large, there is another one, and each change moves some of what is in the older one: no call takes long.
 */
class Slots {
  words: Int32Array;
  mask = MIN_SLOTS - 1;
  /** Keys in both arrays. */
  count = 0;
  /** The older array while something is in it: no key is in both. */
  old: Int32Array | null = null;
  #oldMask = 0;
  /** The slots before it are empty. */
  #moved = 0;
  readonly stride: number;
  readonly #k0: number;
  readonly #k1: number;

  constructor(keyWords: number, k0: number, k1: number) {
    this.stride = keyWords + 1;
    this.#k0 = k0;
    this.#k1 = k1;
    this.words = this.#empty(MIN_SLOTS);
  }

  #empty(slots: number): Int32Array {
    const words = new Int32Array(slots * this.stride);
    for (let at = 0; at < words.length; at += this.stride) words[at] = NONE;
    return words;
  }

  /** The index of the slot that holds the key in `key[from…]`, or of the free slot where it belongs. */
  probe(key: Int32Array, from: number): number {
    const at = this.#probeIn(this.words, this.mask, key, from);
    if (this.old === null || this.words[at] !== NONE) return at;
    const before = this.#probeIn(this.old, this.#oldMask, key, from);
    if (this.old[before] !== NONE) this.#move(this.old, before, at);
    return at;
  }

  #probeIn(words: Int32Array, mask: number, key: Int32Array, from: number): number {
    const stride = this.stride;
    if (stride === 4)
      return this.#probe3In(
        words,
        mask,
        key[from] as number,
        key[from + 1] as number,
        key[from + 2] as number,
      );
    let slot = halfSipHash(this.#k0, this.#k1, key, from, stride - 1) & mask;
    for (;;) {
      const at = slot * stride;
      if (words[at] === NONE) return at;
      let i = stride - 1;
      while (i > 0 && words[at + i] === key[from + i - 1]) i--;
      if (i === 0) return at;
      slot = (slot + 1) & mask;
    }
  }

  /** {@link probe} with three words: IPv4. */
  probe3(a: number, b: number, c: number): number {
    const at = this.#probe3In(this.words, this.mask, a, b, c);
    if (this.old === null || this.words[at] !== NONE) return at;
    const before = this.#probe3In(this.old, this.#oldMask, a, b, c);
    if (this.old[before] !== NONE) this.#move(this.old, before, at);
    return at;
  }

  #probe3In(words: Int32Array, mask: number, a: number, b: number, c: number): number {
    let slot = halfSipHash3(this.#k0, this.#k1, a, b, c) & mask;
    for (;;) {
      const at = slot << 2;
      if (words[at] === NONE) return at;
      if (words[at + 3] === c && words[at + 2] === b && words[at + 1] === a) return at;
      slot = (slot + 1) & mask;
    }
  }

  /** Fills a free slot that `probe` found. True: the slots have moved. */
  insert(at: number, key: Int32Array, value: number): boolean {
    this.words[at] = value;
    for (let i = 1; i < this.stride; i++) this.words[at + i] = key[i - 1] as number;
    this.count++;
    this.#moveSome(MOVED_AT_ONCE);
    // At most four fifths full.
    if (this.count * 5 <= (this.mask + 1) * 4) return false;
    this.#resize((this.mask + 1) * 2);
    return true;
  }

  /** Empties a slot that `probe` found. */
  remove(at: number): void {
    this.#removeIn(this.words, this.mask, at);
    this.count--;
    this.#moveSome(MOVED_AT_ONCE);
    if (this.mask >= KEPT_SLOTS && this.count * 8 < this.mask + 1) this.#resize((this.mask + 1) / 2);
  }

  /** Moves back what probed past the slot (Knuth, volume 3, section 6.4, algorithm R). */
  #removeIn(words: Int32Array, mask: number, at: number): void {
    const stride = this.stride;
    let hole = at / stride;
    let slot = hole;
    for (;;) {
      slot = (slot + 1) & mask;
      const from = slot * stride;
      if (words[from] === NONE) break;
      const home = this.#homeOf(words, from) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      const to = hole * stride;
      for (let i = 0; i < stride; i++) words[to + i] = words[from + i] as number;
      hole = slot;
    }
    words[hole * stride] = NONE;
  }

  #homeOf(words: Int32Array, at: number): number {
    if (this.stride !== 4) return halfSipHash(this.#k0, this.#k1, words, at + 1, this.stride - 1);
    return halfSipHash3(
      this.#k0,
      this.#k1,
      words[at + 1] as number,
      words[at + 2] as number,
      words[at + 3] as number,
    );
  }

  #resize(slots: number): void {
    this.#moveSome(Number.POSITIVE_INFINITY);
    this.old = this.words;
    this.#oldMask = this.mask;
    this.#moved = 0;
    this.words = this.#empty(slots);
    this.mask = slots - 1;
  }

  /** From a slot of the older array to a free one. */
  #move(old: Int32Array, from: number, to: number): void {
    for (let i = 0; i < this.stride; i++) this.words[to + i] = old[from + i] as number;
    this.#removeIn(old, this.#oldMask, from);
  }

  /** Looks at some slots of the older array, and moves what is there. */
  #moveSome(slots: number): void {
    const { old, stride } = this;
    if (old === null) return;
    for (let i = 0; i < slots; i++) {
      if (this.#moved > this.#oldMask) {
        this.old = null;
        return;
      }
      const from = this.#moved * stride;
      // What probed past the slot may have moved into it: it is looked at again.
      if (old[from] === NONE) this.#moved++;
      else this.#move(old, from, this.#probeIn(this.words, this.mask, old, from + 1));
    }
  }
}

/**
 * A map from four-tuples to int32 values. A host keeps connections as ids >= 0 and TIME-WAIT records
 * as `~index`, in one table. Grows at 4/5, shrinks at 1/8 down to 1024 slots: an IPv4 entry takes 20 to 40 bytes while the
 * table grows, and 20 more until it has moved into a larger array.
 */
export class TupleTable {
  readonly #v4: Slots;
  readonly #v6: Slots;
  /**
   * The IPv4 tuple that was asked for last, its slot, or the free one where it belongs, and what that holds; -1: not known.
   * Segments come in trains, and who has found nobody goes on to enter somebody.
   */
  #lastLocal = 0;
  #lastRemote = 0;
  #lastPorts = 0;
  #lastAt = -1;
  #lastValue = NONE;

  /** The key: 64 secret bits. */
  constructor(k0: number, k1: number) {
    this.#v4 = new Slots(3, k0 | 0, k1 | 0);
    this.#v6 = new Slots(9, k0 | 0, k1 | 0);
  }

  /** Tuples held. */
  get size(): number {
    return this.#v4.count + this.#v6.count;
  }

  /** Bytes held. */
  get bytes(): number {
    return [this.#v4, this.#v6].reduce(
      (sum, { words, old }) => sum + words.byteLength + (old?.byteLength ?? 0),
      0,
    );
  }

  /** Loads the key into `scratch` and picks the family's slots. */
  #load(t: FourTuple): Slots {
    scratch[0] = t.l3;
    scratch[1] = t.r3;
    scratch[2] = (t.localPort << 16) | t.remotePort;
    if (isIpv4(t)) return this.#v4;
    scratch[3] = t.l0;
    scratch[4] = t.l1;
    scratch[5] = t.l2;
    scratch[6] = t.r0;
    scratch[7] = t.r1;
    scratch[8] = t.r2;
    return this.#v6;
  }

  /** The value of a tuple, or {@link NONE}. */
  find(t: FourTuple): number {
    if (isIpv4(t))
      return this.#v4.words[this.#probe4(t.l3, t.r3, (t.localPort << 16) | t.remotePort)] as number;
    const slots = this.#load(t);
    return slots.words[slots.probe(scratch, 0)] as number;
  }

  /** The value of an IPv4 tuple: the two addresses, the local port in the upper half of `ports`, the remote in the lower. */
  find4(local: number, remote: number, ports: number): number {
    this.#probe4(local, remote, ports);
    return this.#lastValue;
  }

  #probe4(local: number, remote: number, ports: number): number {
    if (
      this.#lastAt >= 0 &&
      ports === this.#lastPorts &&
      remote === this.#lastRemote &&
      local === this.#lastLocal
    )
      return this.#lastAt;
    const at = this.#v4.probe3(local, remote, ports);
    this.#lastLocal = local;
    this.#lastRemote = remote;
    this.#lastPorts = ports;
    this.#lastAt = at;
    this.#lastValue = this.#v4.words[at] as number;
    return at;
  }

  /** The slot of the key in `scratch`, or the free one where it belongs. */
  #probe(slots: Slots): number {
    if (slots !== this.#v4) return slots.probe(scratch, 0);
    return this.#probe4(scratch[0] as number, scratch[1] as number, scratch[2] as number);
  }

  /** Gives a tuple a value; returns the value that it had, or {@link NONE}. */
  set(t: FourTuple, value: number): number {
    const slots = this.#load(t);
    const at = this.#probe(slots);
    const old = slots.words[at] as number;
    if (slots === this.#v4) this.#lastValue = value;
    if (old !== NONE) slots.words[at] = value;
    else if (slots.insert(at, scratch, value)) this.#lastAt = -1;
    return old;
  }

  /** Removes a tuple; returns the value that it had, or {@link NONE}. */
  delete(t: FourTuple): number {
    const slots = this.#load(t);
    const at = this.#probe(slots);
    const old = slots.words[at] as number;
    if (old === NONE) return NONE;
    slots.remove(at);
    this.#lastAt = -1;
    return old;
  }

  /** Calls `visit` with every value, in no useful order. It must not change the table. */
  forEach(visit: (value: number) => void): void {
    for (const { words, old, stride } of [this.#v4, this.#v6]) {
      for (const array of [words, old ?? []]) {
        for (let at = 0; at < array.length; at += stride) {
          const value = array[at] as number;
          if (value !== NONE) visit(value);
        }
      }
    }
  }
}

/** Both addresses are IPv4's. */
export function isIpv4({ l0, l1, l2, r0, r1, r2 }: FourTuple): boolean {
  return l2 === MAPPED && r2 === MAPPED && (l0 | l1 | r0 | r1) === 0;
}
