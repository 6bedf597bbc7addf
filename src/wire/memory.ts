// The bytes of a stack: packets and buffers live here, named by (offset, length), recycled, never
// allocated one by one. One ArrayBuffer, power-of-two size classes, a free list per class.
//
// `u8` and `dv` are replaced when the memory grows: read them from the object at the start of a
// function, never keep them across an `alloc`. A small memory is copied when it grows; beyond that it is a
// WebAssembly.Memory, which grows where it is, so that no pause comes of it, however large it becomes.

import { flag, like, Schema, whole } from '../options/index.ts';
import { type LinearMemory, linearMemory, PAGE, type Simd, simdOver } from './simd.ts';

/** Smallest block: 64 bytes. */
const MIN_SHIFT = 6;
/** Largest block: 16 MiB. */
const MAX_SHIFT = 24;

/** The size class (log2 of the block size) that holds `size` bytes. */
function classOf(size: number): number {
  if (size <= 1 << MIN_SHIFT) return MIN_SHIFT;
  return size > 1 << MAX_SHIFT ? MAX_SHIFT + 1 : 32 - Math.clz32(size - 1);
}

/** Options of {@link Memory}; sizes in bytes. */
export interface MemoryOptions {
  /** Bytes reserved at once. Default 256 KiB. */
  initial?: number;
  /** Bytes at which `alloc` starts to refuse. Default 1 GiB, at most 2 GiB - 1. */
  max?: number;
  /**
   * Beyond 256 KiB the bytes are those of a WebAssembly.Memory, and sums are taken with SIMD, where the platform can. False: never;
   * growing copies then. Default true.
   */
  wasm?: boolean;
}

/** The largest memory that is copied when it grows. */
const SMALL = 256 * 1024;

/** The kind of options that are a Memory. */
export const memoryKind = like('a Memory', 'alloc', 'free', 'u8');

const memoryOptions = new Schema<MemoryOptions>('Memory', {
  initial: whole(0, 2 ** 31 - 1),
  max: whole(64, 2 ** 31 - 1),
  wasm: flag,
});

/**
 * A bounded arena of recycled blocks. Offset 0 is never handed out: it means "none".
 * Hosts that exchange packets in one process share a Memory, and then no packet is ever copied
 * between them.
 */
export class Memory {
  u8: Uint8Array;
  dv: DataView;
  /** Counts growths: whoever keeps a raw pointer to the bytes (TUN) compares it. */
  generation = 0;
  /** Bytes in blocks that are handed out now. */
  used = 0;
  readonly max: number;
  /** @internal Sums and copies over these bytes; null: JavaScript's. */
  simd: Simd | null = null;
  readonly #wasm: boolean;
  #linear: LinearMemory | null = null;
  #top = 64;
  /** Offsets of free blocks by size class; of arrays like these V8 takes and gives what is last at once, which of typed ones it does not. */
  readonly #free: number[][] = [];

  /** @throws OptionTypeError, OptionRangeError */
  constructor(options: MemoryOptions = {}) {
    memoryOptions.check(options);
    this.max = Math.min(options.max ?? 2 ** 30, 2 ** 31 - 1);
    this.#wasm = options.wasm ?? true;
    this.u8 = new Uint8Array(0);
    this.dv = new DataView(this.u8.buffer);
    this.#resize(Math.min(Math.max(options.initial ?? SMALL, 64), this.max));
    for (let i = 0; i <= MAX_SHIFT; i++) this.#free.push([]);
  }

  /** A block of at least `size` bytes (contents undefined), or 0 when `max` is reached or `size` > 16 MiB. */
  alloc(size: number): number {
    const shift = classOf(size);
    if (shift > MAX_SHIFT) return 0;
    const off = (this.#free[shift] as number[]).pop();
    const bytes = 1 << shift;
    if (off !== undefined) {
      this.used += bytes;
      return off;
    }
    const fresh = this.#carve(bytes);
    return fresh !== 0 ? fresh : this.#split(shift);
  }

  /** @internal Copies `len` octets from `src` to `dst`; they may overlap. */
  copy(dst: number, src: number, len: number): void {
    if (this.simd === null) this.u8.copyWithin(dst, src, src + len);
    else this.simd.copy(dst, src, len);
  }

  /** Gives back a block of `alloc(size)`; `size` is the number that was asked for. */
  free(off: number, size: number): void {
    const shift = classOf(size);
    this.used -= 1 << shift;
    (this.#free[shift] as number[]).push(off);
  }

  #carve(bytes: number): number {
    const off = this.#top;
    if (off + bytes > this.u8.length && !this.#grow(off + bytes)) return 0;
    this.#top = off + bytes;
    this.used += bytes;
    return off;
  }

  /** At `max`: cuts a larger free block, so that blocks once carved large do not starve small ones. */
  #split(shift: number): number {
    for (let from = shift + 1; from <= MAX_SHIFT; from++) {
      const off = (this.#free[from] as number[]).pop();
      if (off === undefined) continue;
      for (let half = from - 1; half >= shift; half--) (this.#free[half] as number[]).push(off + (1 << half));
      this.used += 1 << shift;
      return off;
    }
    return 0;
  }

  #grow(least: number): boolean {
    if (least > this.max) return false;
    let size = this.u8.length;
    while (size < least) size *= 2;
    try {
      this.#resize(Math.min(size, this.max));
    } catch (error) {
      if (error instanceof RangeError) return false; // the machine has no more
      throw error;
    }
    this.generation++;
    return true;
  }

  /** The bytes become `size`, at least; what there is stays where it is, as far as offsets tell. */
  #resize(size: number): void {
    const linear = this.#linear;
    if (linear !== null) {
      linear.grow(Math.ceil((size - linear.buffer.byteLength) / PAGE));
      this.#view(linear.buffer);
      return;
    }
    const before = this.u8;
    if (this.#wasm && size > SMALL) this.#linear = linearMemory(size, this.max);
    this.#view(this.#linear?.buffer ?? new ArrayBuffer(size));
    this.u8.set(before);
    if (this.#linear !== null) this.simd = simdOver(this.#linear);
  }

  #view(buffer: ArrayBuffer): void {
    const size = Math.min(buffer.byteLength, this.max);
    this.u8 = new Uint8Array(buffer, 0, size);
    this.dv = new DataView(buffer, 0, size);
  }
}
