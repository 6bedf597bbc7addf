// Which states are known: their octets in chunks, one after the other in the order in which they were found, and
// an open-addressing table of their 64-bit fingerprints. Exact: states with equal fingerprints are told apart by
// their octets. Compact ("hash compaction", Wolper and Leroy 1993): only fingerprints stay, and the octets of
// states that were expanded are dropped, so two states of one fingerprint are taken for one.

import { numbers, octets, type Reader, SavedSearchError } from './bytes.ts';
import { Int32List } from './lists.ts';

/** How states are remembered. */
export type Memory = 'exact' | 'compact';

const CHUNK_BITS = 18; // in words: a chunk is 1 MiB
const CHUNK_WORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_WORDS - 1;
const CHUNK_BYTES = CHUNK_WORDS * 4;
const SLOT_WORDS = 3;
const FIRST_SLOTS = 1 << 12;

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

/** The longest state that a store takes, in octets. */
export const LONGEST_STATE = 65_534;

/** The states found so far. */
export class Store {
  /** How many states are stored; they are numbered from 0 in the order in which they were added. */
  count = 0;
  /** How often two different states had one fingerprint (seen only when exact). */
  collisions = 0;
  /** Octets of encoded states, without padding, that were added in all. */
  encodedBytes = 0;

  readonly memory: Memory;
  /** The state that `next` went to: its octets are `bytes[off, off + len)`. */
  bytes: Uint8Array = new Uint8Array(0);
  off = 0;
  len = 0;

  // Three words for each slot: both halves of the fingerprint, and the number of the state + 1 (0: free).
  #table = new Int32Array(FIRST_SLOTS * SLOT_WORDS);
  #slots = FIRST_SLOTS;
  // A record is a word with the length + 1, then the octets, padded with zeros to a word. A 0 ends a chunk.
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #spare: Chunk[] = [];
  #live = 0;
  #end = 0;
  #cursor = 0;
  // Where the record of a state is (exact only).
  readonly #at = new Int32List();

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Octets of memory held. */
  get held(): number {
    return this.#table.byteLength + (this.#live + this.#spare.length) * CHUNK_BYTES + this.#at.bytes;
  }

  /** Octets of memory that adding `more` states would take at least, beyond what is held. */
  growth(more: number): number {
    if ((this.count + more) * 4 <= this.#slots * 3) return 0;
    return this.#table.byteLength * 2;
  }

  /**
   * Looks for a state and adds it if it is new. `words` are its octets, padded with zeros to a word. Answers its
   * number if it was known, and the complement (`~number`) if it is new.
   */
  add(words: Int32Array, length: number, low: number, high: number): number {
    let slot = low & (this.#slots - 1);
    for (;;) {
      const at = slot * SLOT_WORDS;
      const entry = this.#table[at + 2]!;
      if (entry === 0) {
        const state = this.count++;
        this.#table[at] = low;
        this.#table[at + 1] = high;
        this.#table[at + 2] = state + 1;
        this.#append(words, length);
        if (this.count * 4 > this.#slots * 3) this.#grow();
        return ~state;
      }
      if (this.#table[at] === low && this.#table[at + 1] === high) {
        if (this.memory === 'compact' || this.#same(entry - 1, words, length)) return entry - 1;
        this.collisions++;
      }
      slot = (slot + 1) & (this.#slots - 1);
    }
  }

  /** The number of a state, or -1 if it is not stored. */
  find(words: Int32Array, length: number, low: number, high: number): number {
    let slot = low & (this.#slots - 1);
    for (;;) {
      const at = slot * SLOT_WORDS;
      const entry = this.#table[at + 2]!;
      if (entry === 0) return -1;
      if (this.#table[at] === low && this.#table[at + 1] === high) {
        if (this.memory === 'compact' || this.#same(entry - 1, words, length)) return entry - 1;
      }
      slot = (slot + 1) & (this.#slots - 1);
    }
  }

  /** Goes to the next state in order of number: see `bytes`, `off`, `len`. False when there is none yet. */
  next(): boolean {
    if (this.#cursor >= this.#end) return false;
    let chunk = this.#chunks[this.#cursor >>> CHUNK_BITS]!;
    let header = this.#cursor & CHUNK_MASK;
    if (header === 0) this.#drop((this.#cursor >>> CHUNK_BITS) - 1);
    if (chunk.words[header] === 0) {
      const number = (this.#cursor >>> CHUNK_BITS) + 1;
      this.#drop(number - 1);
      this.#cursor = number * CHUNK_WORDS;
      if (this.#cursor >= this.#end) return false;
      chunk = this.#chunks[number]!;
      header = 0;
    }
    this.len = chunk.words[header]! - 1;
    this.off = (header + 1) * 4;
    this.bytes = chunk.bytes;
    this.#cursor += 1 + ((this.len + 3) >>> 2);
    return true;
  }

  /** Copies state `state` to `out`; answers its length, or -1 when its octets are not kept (compact). */
  read(state: number, out: Uint8Array): number {
    if (this.memory === 'compact') return -1;
    const at = this.#at.get(state);
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const header = at & CHUNK_MASK;
    const length = chunk.words[header]! - 1;
    const from = (header + 1) * 4;
    out.set(chunk.bytes.subarray(from, from + length));
    return length;
  }

  /** Everything as octets; `restore` takes it back. */
  *save(): Generator<Uint8Array> {
    const counts = [this.count, this.collisions, this.encodedBytes, this.#slots, this.#end, this.#cursor];
    yield numbers(this.memory === 'exact' ? 1 : 0, ...counts, this.#chunks.length);
    yield octets(this.#table);
    yield* this.#at.pieces();
    for (const chunk of this.#chunks) {
      yield numbers(chunk === undefined ? 0 : 1);
      if (chunk !== undefined) yield chunk.bytes;
    }
  }

  /** Becomes the store that was saved. */
  restore(reader: Reader): void {
    if ((reader.count(1) === 1) !== (this.memory === 'exact')) {
      throw new SavedSearchError('the saved search remembers states in another way (exact, compact)');
    }
    this.count = reader.count();
    this.collisions = reader.count();
    this.encodedBytes = reader.count();
    this.#slots = reader.count(2 ** 29);
    this.#end = reader.count();
    this.#cursor = reader.count();
    const chunks = reader.count(2 ** 20);
    this.#table = new Int32Array(this.#slots * SLOT_WORDS);
    reader.fill(octets(this.#table));
    if (this.memory === 'exact') this.#at.restore(this.count, (chunk) => reader.fill(chunk));
    this.#chunks.length = 0;
    this.#live = 0;
    for (let i = 0; i < chunks; i++) {
      if (reader.count(1) === 0) {
        this.#chunks.push(undefined);
        continue;
      }
      const chunk = this.#fresh();
      reader.fill(chunk.bytes);
      this.#chunks.push(chunk);
    }
  }

  #same(state: number, words: Int32Array, length: number): boolean {
    const at = this.#at.get(state);
    const mine = this.#chunks[at >>> CHUNK_BITS]!.words;
    const header = at & CHUNK_MASK;
    if (mine[header] !== length + 1) return false;
    const count = (length + 3) >>> 2;
    for (let i = 0; i < count; i++) if (mine[header + 1 + i] !== words[i]) return false;
    return true;
  }

  #append(words: Int32Array, length: number): void {
    const count = (length + 3) >>> 2;
    const need = count + 1;
    let used = this.#end & CHUNK_MASK;
    if (used === 0 || used + need > CHUNK_WORDS) {
      // A chunk that is not full ends with a 0: it is there already, chunks are handed out cleared.
      if (used !== 0) this.#end += CHUNK_WORDS - used;
      this.#chunks.push(this.#fresh());
      used = 0;
    }
    if (this.memory === 'exact') this.#at.push(this.#end | 0);
    const mine = this.#chunks[this.#end >>> CHUNK_BITS]!.words;
    mine[used] = length + 1;
    for (let i = 0; i < count; i++) mine[used + 1 + i] = words[i]!;
    this.#end += need;
    this.encodedBytes += length;
  }

  #fresh(): Chunk {
    this.#live++;
    const spare = this.#spare.pop();
    if (spare !== undefined) {
      spare.words.fill(0);
      return spare;
    }
    const bytes = new Uint8Array(CHUNK_BYTES);
    return { bytes, words: new Int32Array(bytes.buffer) };
  }

  #drop(number: number): void {
    if (this.memory === 'exact' || number < 0) return;
    const chunk = this.#chunks[number];
    if (chunk === undefined) return;
    this.#chunks[number] = undefined;
    this.#live--;
    this.#spare.push(chunk);
  }

  #grow(): void {
    const old = this.#table;
    this.#slots *= 2;
    this.#table = new Int32Array(this.#slots * SLOT_WORDS);
    const mask = this.#slots - 1;
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + 2] === 0) continue;
      let slot = old[from]! & mask;
      while (this.#table[slot * SLOT_WORDS + 2] !== 0) slot = (slot + 1) & mask;
      const to = slot * SLOT_WORDS;
      this.#table[to] = old[from]!;
      this.#table[to + 1] = old[from + 1]!;
      this.#table[to + 2] = old[from + 2]!;
    }
  }
}
