// Lists of small integers that grow by whole chunks: no copy when they grow, no object for an entry, and what
// they hold is known to the octet, so that a search can keep its promise about memory.

const BITS = 16;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;

/** A growing list of int32. */
export class Int32List {
  length = 0;
  readonly #chunks: Int32Array<ArrayBuffer>[] = [];

  /** Octets held. */
  get bytes(): number {
    return this.#chunks.length * SIZE * 4;
  }

  get(i: number): number {
    return this.#chunks[i >>> BITS]![i & MASK]!;
  }

  set(i: number, value: number): void {
    this.#chunks[i >>> BITS]![i & MASK] = value;
  }

  push(value: number): void {
    const i = this.length++;
    if ((i & MASK) === 0) this.#chunks.push(new Int32Array(SIZE));
    this.#chunks[i >>> BITS]![i & MASK] = value;
  }

  /** The entries as octets, a chunk at a time. */
  *pieces(): Generator<Uint8Array> {
    for (let at = 0; at < this.length; at += SIZE) {
      const length = Math.min(SIZE, this.length - at);
      yield new Uint8Array(this.#chunks[at >>> BITS]!.buffer, 0, length * 4);
    }
  }

  /** Becomes a list of `length` entries, each chunk filled by `fill`. */
  restore(length: number, fill: (chunk: Uint8Array) => void): void {
    this.length = length;
    this.#chunks.length = 0;
    for (let at = 0; at < length; at += SIZE) {
      const chunk = new Int32Array(SIZE);
      fill(new Uint8Array(chunk.buffer, 0, Math.min(SIZE, length - at) * 4));
      this.#chunks.push(chunk);
    }
  }
}

/** A growing list of uint16. */
export class Uint16List {
  length = 0;
  readonly #chunks: Uint16Array<ArrayBuffer>[] = [];

  /** Octets held. */
  get bytes(): number {
    return this.#chunks.length * SIZE * 2;
  }

  get(i: number): number {
    return this.#chunks[i >>> BITS]![i & MASK]!;
  }

  set(i: number, value: number): void {
    this.#chunks[i >>> BITS]![i & MASK] = value;
  }

  push(value: number): void {
    const i = this.length++;
    if ((i & MASK) === 0) this.#chunks.push(new Uint16Array(SIZE));
    this.#chunks[i >>> BITS]![i & MASK] = value;
  }

  /** The entries as octets, a chunk at a time. */
  *pieces(): Generator<Uint8Array> {
    for (let at = 0; at < this.length; at += SIZE) {
      const length = Math.min(SIZE, this.length - at);
      yield new Uint8Array(this.#chunks[at >>> BITS]!.buffer, 0, length * 2);
    }
  }

  /** Becomes a list of `length` entries, each chunk filled by `fill`. */
  restore(length: number, fill: (chunk: Uint8Array) => void): void {
    this.length = length;
    this.#chunks.length = 0;
    for (let at = 0; at < length; at += SIZE) {
      const chunk = new Uint16Array(SIZE);
      fill(new Uint8Array(chunk.buffer, 0, Math.min(SIZE, length - at) * 2));
      this.#chunks.push(chunk);
    }
  }
}
