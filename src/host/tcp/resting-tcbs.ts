// Where the TCBs of connections at rest are: packed, in typed arrays, so that an end that has nothing to do takes a few
// hundred octets and the garbage collector looks at none of it.

import { MAX_PACKED, Tcb, TcbPacker, type TcpConfig } from '../../tcp/index.ts';

/** Words by which the sizes of records differ. */
const STEP = 4;
/** Records in a chunk. */
const CHUNK_SHIFT = 8;
const CHUNK = 1 << CHUNK_SHIFT;
/** A record's name: its size in steps, and its place among those of that size. */
const SIZE_SHIFT = 25;
const PLACE = (1 << SIZE_SHIFT) - 1;

/** Records of one size, in chunks: growth neither copies nor doubles. */
class Records {
  readonly words: number;
  readonly chunks: Int32Array[] = [];
  readonly #free: number[] = [];
  #carved = 0;

  constructor(words: number) {
    this.words = words;
  }

  take(): number {
    const place = this.#free.pop();
    if (place !== undefined) return place;
    if (this.#carved === this.chunks.length * CHUNK) this.chunks.push(new Int32Array(CHUNK * this.words));
    return this.#carved++;
  }

  /** Gives a place back; the last one gives back all chunks. */
  give(place: number): void {
    this.#free.push(place);
    if (this.#free.length !== this.#carved) return;
    this.#free.length = 0;
    this.#carved = 0;
    this.chunks.length = 0;
  }
}

/** TCBs at rest, by number. */
export class RestingTcbs {
  readonly #config: TcpConfig;
  /** Made with the first one: most hosts never have so many connections. */
  #packer: TcbPacker | null = null;
  readonly #sizes: Records[] = [];
  /** Settings, where they are not those of most. */
  readonly #configs = new Map<number, TcpConfig>();
  readonly #packed = new Int32Array(MAX_PACKED);
  /** How many there are. */
  count = 0;

  /** `config`: the settings of most of them. */
  constructor(config: TcpConfig) {
    this.#config = config;
    for (let words = 0; words < MAX_PACKED + STEP; words += STEP) this.#sizes.push(new Records(words));
  }

  /** Octets held. */
  get bytes(): number {
    return this.#sizes.reduce((sum, { words, chunks }) => sum + 4 * words * chunks.length * CHUNK, 0);
  }

  get #packing(): TcbPacker {
    return (this.#packer ??= new TcbPacker(new Tcb(this.#config)));
  }

  /** Keeps all of a TCB that is packable; its number. */
  put(tcb: Tcb): number {
    const packed = this.#packed;
    const length = this.#packing.pack(tcb, packed);
    const size = Math.ceil(length / STEP);
    const records = this.#sizes[size] as Records;
    const place = records.take();
    const words = records.chunks[place >> CHUNK_SHIFT] as Int32Array;
    const at = (place & (CHUNK - 1)) * records.words;
    for (let i = 0; i < length; i++) words[at + i] = packed[i] as number;
    const record = (size << SIZE_SHIFT) | place;
    if (tcb.config !== this.#config) this.#configs.set(record, tcb.config);
    this.count++;
    return record;
  }

  /** The TCB that `put` gave this number; the number means nothing from then on. */
  take(record: number): Tcb {
    const records = this.#sizes[record >>> SIZE_SHIFT] as Records;
    const place = record & PLACE;
    const tcb = new Tcb(this.#config);
    const config = this.#configs.get(record);
    if (config !== undefined) {
      tcb.config = config;
      this.#configs.delete(record);
    }
    const words = records.chunks[place >> CHUNK_SHIFT] as Int32Array;
    this.#packing.unpack(words, (place & (CHUNK - 1)) * records.words, tcb);
    records.give(place);
    this.count--;
    return tcb;
  }
}
