// A byte ring in Memory, addressed by sequence number: the octet with sequence number s lies at
// s - base modulo the capacity (RFC 9293 section 3.4 numbers octets modulo 2^32, of which every capacity is a
// divisor). The base is the first octet that was kept when the ring took its block: who is emptied again and again uses the same
// octets of the Memory, which are in the processor's cache. Which octets are live is the owner's knowledge: the ring only holds them.

import type { Memory } from '../../wire/index.ts';
import { copySum, joinSums } from '../../wire/index.ts';

/** Largest ring: the largest block of a Memory. */
const MAX_CAPACITY = 1 << 24;

/** A ring that a connection may have even when memory is short: a request, an answer. */
export const SMALL_RING = 4096;

/** Who says whether a ring may be made larger now: see memory-pressure.ts. */
export interface RingGate {
  admits(octets: number, outOfOrder: boolean): boolean;
}

/**
 * One direction's buffer of a connection; it takes no memory before the first `ensure`. In all methods
 * the range [seq, seq + n) must not be longer than the capacity.
 */
export class Ring {
  /** Octets; a power of two, or 0 when nothing is allocated. */
  capacity = 0;
  readonly #mem: Memory;
  readonly #gate: RingGate | null;
  #off = 0;
  #base = 0;

  constructor(mem: Memory, gate: RingGate | null = null) {
    this.#mem = mem;
    this.#gate = gate;
  }

  /**
   * Makes room for at least `bytes` octets; those of [seqLo, seqHi) are kept (at most `bytes` and at
   * most the present capacity). False when there is no memory or `bytes` is above 16 MiB; then nothing
   * has changed. Never shrinks. `outOfOrder`: for octets beyond a hole, which the gate refuses first.
   */
  ensure(bytes: number, seqLo: number, seqHi: number, outOfOrder = false): boolean {
    if (bytes <= this.capacity) return true;
    if (bytes > MAX_CAPACITY) return false;
    let capacity = 64;
    while (capacity < bytes) capacity *= 2;
    if (this.#gate !== null && !this.#gate.admits(capacity, outOfOrder)) return false;
    return this.#moveTo(capacity, seqLo, seqHi);
  }

  /**
   * Gives memory back: the least capacity that holds `bytes` and [seqLo, seqHi); nothing at all when
   * both are empty. False when it could not be made smaller.
   */
  shrink(bytes: number, seqLo: number, seqHi: number): boolean {
    const least = Math.max(bytes, (seqHi - seqLo) | 0);
    if (least === 0) {
      this.release();
      return true;
    }
    let capacity = 64;
    while (capacity < least) capacity *= 2;
    return capacity < this.capacity && this.#moveTo(capacity, seqLo, seqHi);
  }

  #moveTo(capacity: number, seqLo: number, seqHi: number): boolean {
    const off = this.#mem.alloc(capacity);
    if (off === 0) return false;
    const live = (seqHi - seqLo) | 0;
    if (live > 0) this.copyTo(off, seqLo, live);
    if (this.capacity !== 0) this.#mem.free(this.#off, this.capacity);
    this.#off = off;
    this.#base = seqLo;
    this.capacity = capacity;
    return true;
  }

  /** Where the octet lies, from the beginning of the block. */
  #place(seq: number): number {
    return (seq - this.#base) & (this.capacity - 1);
  }

  /** Puts `n` octets of `src`, from index `from`, at `seq`. */
  write(seq: number, src: Uint8Array, from: number, n: number): void {
    const at = this.#place(seq);
    const first = Math.min(n, this.capacity - at);
    copyBytes(this.#mem.u8, this.#off + at, src, from, first);
    if (first < n) copyBytes(this.#mem.u8, this.#off, src, from + first, n - first);
  }

  /** Puts the `n` octets at `memOff` of the Memory at `seq`. */
  copyIn(seq: number, memOff: number, n: number): void {
    const mem = this.#mem;
    const at = this.#place(seq);
    const first = Math.min(n, this.capacity - at);
    mem.copy(this.#off + at, memOff, first);
    if (first < n) mem.copy(this.#off, memOff + first, n - first);
  }

  /** Takes the octets [seq, seq + n) to `dst`, index `at`. */
  copyOut(seq: number, dst: Uint8Array, at: number, n: number): void {
    const from = this.#place(seq);
    const first = Math.min(n, this.capacity - from);
    copyBytes(dst, at, this.#mem.u8, this.#off + from, first);
    if (first < n) copyBytes(dst, at + first, this.#mem.u8, this.#off, n - first);
  }

  /** Takes the octets [seq, seq + n) to offset `memOff` of the Memory. */
  copyTo(memOff: number, seq: number, n: number): void {
    const mem = this.#mem;
    const from = this.#place(seq);
    const first = Math.min(n, this.capacity - from);
    mem.copy(memOff, this.#off + from, first);
    if (first < n) mem.copy(memOff + first, this.#off, n - first);
  }

  /** {@link copyTo}, and the one's complement sum of the octets, begun at the folded sum `seed`. */
  copySumTo(memDst: number, seq: number, n: number, seed: number): number {
    const mem = this.#mem;
    const from = this.#place(seq);
    const first = this.capacity - from;
    if (n <= first) return copySum(mem, memDst, this.#off + from, n, seed);
    const head = copySum(mem, memDst, this.#off + from, first, seed);
    return joinSums(head, first, copySum(mem, memDst + first, this.#off, n - first, 0));
  }

  /** {@link copyIn}, and the sum likewise: a segment is received and verified in one pass. */
  copySumIn(seq: number, memOff: number, n: number, seed: number): number {
    const mem = this.#mem;
    const at = this.#place(seq);
    const first = this.capacity - at;
    if (n <= first) return copySum(mem, this.#off + at, memOff, n, seed);
    const head = copySum(mem, this.#off + at, memOff, first, seed);
    return joinSums(head, first, copySum(mem, this.#off, memOff + first, n - first, 0));
  }

  /** Gives all memory back, and says how much that was; the ring can be used again after `ensure`. */
  release(): number {
    const { capacity } = this;
    if (capacity !== 0) this.#mem.free(this.#off, capacity);
    this.#off = 0;
    this.capacity = 0;
    return capacity;
  }
}

/** Below this a loop is faster than making a view for `set`. */
const SHORT = 64;

function copyBytes(dst: Uint8Array, at: number, src: Uint8Array, from: number, n: number): void {
  if (n <= SHORT) for (let i = 0; i < n; i++) dst[at + i] = src[from + i] as number;
  else if (n === src.length) dst.set(src, at);
  else dst.set(src.subarray(from, from + n), at);
}
