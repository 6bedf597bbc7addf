// Connections in TIME-WAIT (RFC 9293 section 3.6): what must be remembered of them to answer a
// retransmitted FIN, to judge a new SYN (RFC 6191) and to keep RSTs harmless (RFC 1337, RFC 5961), as
// compact records in typed arrays. The oldest goes first: at its time, or when the table is full.

import { kept, keptDeadline, portsOf } from '../../tcp/index.ts';
import { MAPPED } from '../../wire/index.ts';
import { type FourTuple, isIpv4 } from '../base/index.ts';

/** Fields of a record, for `get` and `set`. All are int32; times are int32 milliseconds. */
export const TW_SND_NXT = 0;
export const TW_RCV_NXT = 1;
/** RCV.WND in octets, already scaled: the owner shifts it right by `TW_FLAGS`' shift to send it. */
export const TW_RCV_WND = 2;
/** TS.Recent (RFC 7323 section 4.3). */
export const TW_TS_RECENT = 3;
/** When TS.Recent was updated. */
export const TW_TS_RECENT_AT = 4;
/** The owner's bits: options in use, window scale … */
export const TW_FLAGS = 5;
/** (local port << 16) | remote port. Set by `add`. */
export const TW_PORTS = 6;
/** When the record expires. Set by `add` and `restart`. */
export const TW_EXPIRY = 7;
// Private fields: the list in order of expiry (OLDER also links free records), and the addresses.
const OLDER = 8;
const YOUNGER = 9;
const ADDRESSES = 10;

/** Records per chunk. */
const CHUNK = 512;

/** Records of one family, in chunks: growth neither copies nor doubles. */
class Store {
  readonly stride: number;
  chunks: Int32Array[] = [];
  /** Records taken from the chunks so far, free ones among them. */
  #carved = 0;
  #free = -1;

  constructor(addressWords: number) {
    this.stride = ADDRESSES + addressWords;
  }

  take(): number {
    const at = this.#free;
    if (at !== -1) {
      this.#free = this.get(at, OLDER);
      return at;
    }
    if (this.#carved === this.chunks.length * CHUNK) this.chunks.push(new Int32Array(CHUNK * this.stride));
    return this.#carved++;
  }

  give(at: number): void {
    this.set(at, OLDER, this.#free);
    this.#free = at;
  }

  /** Forgets all records and keeps one chunk. */
  clear(): void {
    this.chunks.length = Math.min(this.chunks.length, 1);
    this.#carved = 0;
    this.#free = -1;
  }

  /** The chunk of a record, and where in it the record begins. */
  wordsOf(at: number): Int32Array {
    return this.chunks[at >> 9] as Int32Array;
  }
  placeOf(at: number): number {
    return (at & (CHUNK - 1)) * this.stride;
  }

  get(at: number, field: number): number {
    return this.wordsOf(at)[this.placeOf(at) + field] as number;
  }

  set(at: number, field: number, value: number): void {
    this.wordsOf(at)[this.placeOf(at) + field] = value;
  }
}

/**
 * A bounded table of TIME-WAIT records, named by an index >= 0; 48 bytes per IPv4 record, 72 per IPv6
 * record. Every operation is O(1). All records live equally long (2 MSL), so the list in the order of
 * `add` and `restart` is the order of expiry: a record that is given an earlier time than one before
 * it stays until that one goes.
 */
export class TimeWaitTable {
  /** Records pushed out before their time because the table was full. */
  overflowed = 0;
  readonly capacity: number;
  readonly #onRemove: (index: number) => void;
  /** An index is twice the place in its store, plus 1 for IPv6. */
  readonly #v4 = new Store(2);
  readonly #v6 = new Store(8);
  #oldest = -1;
  #youngest = -1;
  #count = 0;

  /**
   * At most `capacity` records. `onRemove` is called for each record that expires or is pushed out,
   * while its fields can still be read: the owner forgets the tuple there. It must not change the table.
   */
  constructor(capacity: number, onRemove: (index: number) => void) {
    this.capacity = Math.max(1, capacity);
    this.#onRemove = onRemove;
  }

  /** Records held. */
  get size(): number {
    return this.#count;
  }

  /** Bytes held. */
  get bytes(): number {
    return (this.#v4.chunks.length * this.#v4.stride + this.#v6.chunks.length * this.#v6.stride) * CHUNK * 4;
  }

  /** The words of a record among others, and where it begins: its fields (TW_…) but TW_PORTS and TW_EXPIRY may be set. */
  wordsOf(index: number): Int32Array {
    return ((index & 1) === 0 ? this.#v4 : this.#v6).wordsOf(index >> 1);
  }
  placeOf(index: number): number {
    return ((index & 1) === 0 ? this.#v4 : this.#v6).placeOf(index >> 1);
  }

  /** A field (TW_…) of a record. */
  get(index: number, field: number): number {
    return ((index & 1) === 0 ? this.#v4 : this.#v6).get(index >> 1, field);
  }

  /** Sets a field (TW_…), except TW_PORTS and TW_EXPIRY. */
  set(index: number, field: number, value: number): void {
    ((index & 1) === 0 ? this.#v4 : this.#v6).set(index >> 1, field, value | 0);
  }

  /** Fills in the tuple of a record. */
  tuple(index: number, out: FourTuple): FourTuple {
    const words = this.wordsOf(index);
    const place = this.placeOf(index);
    const ports = words[place + TW_PORTS] as number;
    out.localPort = ports >>> 16;
    out.remotePort = ports & 0xffff;
    if ((index & 1) !== 0) {
      out.family = 6;
      out.l0 = words[place + ADDRESSES] as number;
      out.l1 = words[place + ADDRESSES + 1] as number;
      out.l2 = words[place + ADDRESSES + 2] as number;
      out.l3 = words[place + ADDRESSES + 3] as number;
      out.r0 = words[place + ADDRESSES + 4] as number;
      out.r1 = words[place + ADDRESSES + 5] as number;
      out.r2 = words[place + ADDRESSES + 6] as number;
      out.r3 = words[place + ADDRESSES + 7] as number;
      return out;
    }
    out.family = 4;
    out.l0 = out.l1 = out.r0 = out.r1 = 0;
    out.l2 = out.r2 = MAPPED;
    out.l3 = words[place + ADDRESSES] as number;
    out.r3 = words[place + ADDRESSES + 1] as number;
    return out;
  }

  /** A new record for a tuple, its other fields zero; a full table first loses its oldest. */
  add(expiryMs: number, t: FourTuple): number {
    if (this.#count === this.capacity) {
      this.overflowed++;
      this.#drop(this.#oldest);
    }
    const v4 = isIpv4(t);
    const store = v4 ? this.#v4 : this.#v6;
    const at = store.take();
    const words = store.wordsOf(at);
    const place = store.placeOf(at);
    for (let field = 0; field < TW_PORTS; field++) words[place + field] = 0;
    words[place + TW_PORTS] = portsOf(t);
    words[place + TW_EXPIRY] = expiryMs;
    const addresses = place + ADDRESSES;
    if (v4) {
      words[addresses] = t.l3;
      words[addresses + 1] = t.r3;
    } else {
      words[addresses] = t.l0;
      words[addresses + 1] = t.l1;
      words[addresses + 2] = t.l2;
      words[addresses + 3] = t.l3;
      words[addresses + 4] = t.r0;
      words[addresses + 5] = t.r1;
      words[addresses + 6] = t.r2;
      words[addresses + 7] = t.r3;
    }
    const index = (at << 1) | (v4 ? 0 : 1);
    this.#count++;
    this.#append(index, words, place);
    return index;
  }

  /** Starts the 2 MSL of a record again, as an acceptable FIN demands (RFC 9293 section 3.10.7.4, eighth). */
  restart(index: number, expiryMs: number): void {
    this.#unlink(index);
    this.set(index, TW_EXPIRY, expiryMs);
    this.#append(index, this.wordsOf(index), this.placeOf(index));
  }

  /** Forgets a record, because its tuple is used again (RFC 6191). `onRemove` is not called. */
  remove(index: number): void {
    this.#unlink(index);
    ((index & 1) === 0 ? this.#v4 : this.#v6).give(index >> 1);
    if (--this.#count !== 0) return;
    this.#v4.clear();
    this.#v6.clear();
  }

  /** Removes the records whose time has come and calls `onRemove` for each; returns how many. */
  expire(nowMs: number): number {
    let n = 0;
    while (this.#oldest !== -1 && ((this.get(this.#oldest, TW_EXPIRY) - nowMs) | 0) <= 0) {
      this.#drop(this.#oldest);
      n++;
    }
    return n;
  }

  /** The record that ends first; -1: there is none. */
  get oldest(): number {
    return this.#oldest;
  }

  /** A sweep of the times of all records: see `Output.sweep`. */
  sweep(fromMs: number, elapsedMs: number): void {
    for (let i = this.#oldest; i !== -1; i = this.get(i, YOUNGER)) {
      this.set(i, TW_EXPIRY, keptDeadline(this.get(i, TW_EXPIRY), fromMs, elapsedMs));
      this.set(i, TW_TS_RECENT_AT, kept(this.get(i, TW_TS_RECENT_AT), fromMs, elapsedMs));
    }
  }

  /** Milliseconds from `nowMs` until `expire` has something to do: 0 when overdue, -1 when empty. */
  untilNext(nowMs: number): number {
    if (this.#oldest === -1) return -1;
    return Math.max((this.get(this.#oldest, TW_EXPIRY) - nowMs) | 0, 0);
  }

  #drop(index: number): void {
    this.#onRemove(index);
    this.remove(index);
  }

  #append(index: number, words: Int32Array, place: number): void {
    words[place + OLDER] = this.#youngest;
    words[place + YOUNGER] = -1;
    if (this.#youngest === -1) this.#oldest = index;
    else this.set(this.#youngest, YOUNGER, index);
    this.#youngest = index;
  }

  #unlink(index: number): void {
    const words = this.wordsOf(index);
    const place = this.placeOf(index);
    const older = words[place + OLDER] as number;
    const younger = words[place + YOUNGER] as number;
    if (older === -1) this.#oldest = younger;
    else this.set(older, YOUNGER, younger);
    if (younger === -1) this.#youngest = older;
    else this.set(younger, OLDER, older);
  }
}
