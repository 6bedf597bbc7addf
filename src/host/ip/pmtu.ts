// Path MTUs that routers reported (RFC 1191, RFC 8201), per destination. Whether a report is genuine is
// for the transport to judge first (RFC 5927 section 7); here it can only lower an MTU, for ten minutes, and
// not below the floor. Nobody is told: who sends compares `epoch` and looks here when it has moved.

import { IPV4_PMTU_FLOOR } from '../../tcp/index.ts';
import { IPV4_HEADER_LENGTH, isMapped } from '../../wire/index.ts';
import { FourTuple, NONE, TupleTable } from '../base/index.ts';

/** Least path MTU that an IPv4 router can mean (RFC 791 section 3.2); less is not believed. */
export const IPV4_MIN_MTU = 68;
/** Least MTU of an IPv6 link; a report of less does not count (RFC 8201 section 4). */
export const IPV6_MIN_MTU = 1280;

/** Ten minutes: RFC 1191 section 6.3, RFC 8201 section 5.2. Then the whole MTU of the link is tried again. */
export const PMTU_AGE_MS = 600_000;
/**
 * Reports that lower one entry until it is that old: each makes the sender repeat what is in flight. From 65,535
 * octets a router that names no MTU takes so many to come down.
 */
const LOWERINGS = 8;

/** RFC 1191 section 7.1, for routers that report no MTU. */
const PLATEAUS = [32000, 17914, 8166, 4352, 2002, 1492, 1006, 552];

/** Words of an entry: the address. */
const WORDS = 4;

/** A bounded cache; `nowMs` is any number of milliseconds that never wraps. */
export class PathMtuCache {
  /** Reports that lowered an MTU. */
  lowered = 0;
  /** Reports that changed nothing: absurd, or no lower than what is known. */
  ignored = 0;
  /** Entries pushed out by newer ones. */
  evicted = 0;
  /** Counts what may change the answers of `get`: reports that lowered an MTU, entries that became too old. */
  epoch = 0;
  /** When `expire` has something to do. */
  nextExpiryMs = Number.POSITIVE_INFINITY;
  readonly capacity: number;
  readonly #table: TupleTable;
  /** A destination, as a key of the table. */
  readonly #key = new FourTuple();
  readonly #addresses: Int32Array;
  readonly #mtu: Int32Array;
  /** How often each entry was lowered. */
  readonly #lowerings: Uint8Array;
  /** When each entry was learned; -Infinity for a free place. */
  readonly #at: Float64Array;
  /** The place that the next new entry takes: the oldest. */
  #hand = 0;

  /** A cache of `capacity` destinations; `k0`, `k1`: a secret for its hash. */
  constructor(k0: number, k1: number, capacity = 256) {
    this.capacity = Math.max(1, capacity);
    this.#table = new TupleTable(k0, k1);
    this.#addresses = new Int32Array(this.capacity * WORDS);
    this.#mtu = new Int32Array(this.capacity);
    this.#lowerings = new Uint8Array(this.capacity);
    this.#at = new Float64Array(this.capacity).fill(Number.NEGATIVE_INFINITY);
  }

  /** Destinations held, aged ones among them. */
  get size(): number {
    return this.#table.size;
  }

  /** The path MTU to a destination, or 0 when none was reported in the last ten minutes: the link's. */
  get(d0: number, d1: number, d2: number, d3: number, nowMs: number): number {
    const place = this.#find(d0, d1, d2, d3);
    if (place < 0) return 0;
    if (!this.#aged(place, nowMs)) return this.#mtu[place] as number;
    this.#forget(place);
    return 0;
  }

  /** When what `get` tells of a destination will be too old. */
  until(d0: number, d1: number, d2: number, d3: number): number {
    const place = this.#find(d0, d1, d2, d3);
    return place < 0 ? 0 : (this.#at[place] as number) + PMTU_AGE_MS;
  }

  /** Forgets what is too old, from `nextExpiryMs` on. */
  expire(nowMs: number): void {
    let next = Number.POSITIVE_INFINITY;
    for (let place = 0; place < this.capacity; place++) {
      const at = this.#at[place] as number;
      if (at === Number.NEGATIVE_INFINITY) continue;
      if (this.#aged(place, nowMs)) this.#forget(place);
      else next = Math.min(next, at + PMTU_AGE_MS);
    }
    this.nextExpiryMs = next;
    this.epoch = (this.epoch + 1) | 0;
  }

  /**
   * Takes a report: a packet of `packetLen` octets was too big for a link of `mtu` octets (0: the router
   * did not say). `current` is the MTU in use, the link's or what `get` gave. Returns the MTU to use
   * from now on, or 0 when the report changes nothing.
   */
  report(
    d0: number,
    d1: number,
    d2: number,
    d3: number,
    mtu: number,
    packetLen: number,
    current: number,
    nowMs: number,
  ): number {
    const v4 = isMapped(d0, d1, d2);
    if (mtu === 0 && v4) {
      // Routers with 4.2BSD's code quote the length and the header's once more (RFC 1191 section 5).
      const sent = packetLen === current + IPV4_HEADER_LENGTH ? current : packetLen;
      mtu = PLATEAUS.find((plateau) => plateau < sent) ?? IPV4_PMTU_FLOOR;
    }
    const to = Math.max(mtu, v4 ? IPV4_PMTU_FLOOR : IPV6_MIN_MTU);
    // A packet that fits the MTU was not too big for it.
    const absurd = mtu < (v4 ? IPV4_MIN_MTU : IPV6_MIN_MTU) || mtu >= packetLen;
    if (absurd || to >= current || !this.#lower(d0, d1, d2, d3, to, nowMs)) {
      this.ignored++;
      return 0;
    }
    this.lowered++;
    this.epoch = (this.epoch + 1) | 0;
    this.nextExpiryMs = Math.min(this.nextExpiryMs, nowMs + PMTU_AGE_MS);
    return to;
  }

  #find(d0: number, d1: number, d2: number, d3: number): number {
    return this.#table.size === 0 ? NONE : this.#table.find(this.#key.ofAddress(d0, d1, d2, d3));
  }

  #aged(place: number, nowMs: number): boolean {
    return nowMs - (this.#at[place] as number) >= PMTU_AGE_MS;
  }

  /** Sets the MTU of an entry, a new one if there is none. False: it has been lowered too often. */
  #lower(d0: number, d1: number, d2: number, d3: number, mtu: number, nowMs: number): boolean {
    let place = this.get(d0, d1, d2, d3, nowMs) === 0 ? NONE : this.#find(d0, d1, d2, d3);
    if (place < 0) place = this.#take(d0, d1, d2, d3, nowMs);
    else if ((this.#lowerings[place] as number) >= LOWERINGS) return false;
    this.#mtu[place] = mtu;
    this.#at[place] = nowMs;
    this.#lowerings[place] = (this.#lowerings[place] as number) + 1;
    return true;
  }

  /** A place for a new entry: a free one, or that of the oldest. */
  #take(d0: number, d1: number, d2: number, d3: number, nowMs: number): number {
    if (this.#table.size < this.capacity)
      while ((this.#at[this.#hand] as number) !== Number.NEGATIVE_INFINITY)
        this.#hand = (this.#hand + 1) % this.capacity;
    const place = this.#hand;
    this.#hand = (place + 1) % this.capacity;
    if ((this.#at[place] as number) !== Number.NEGATIVE_INFINITY) {
      if (!this.#aged(place, nowMs)) this.evicted++;
      this.#forget(place);
    }
    this.#addresses.set([d0, d1, d2, d3], place * WORDS);
    this.#table.set(this.#key.ofAddress(d0, d1, d2, d3), place);
    this.#lowerings[place] = 0;
    return place;
  }

  #forget(place: number): void {
    const [a = 0, b = 0, c = 0, d = 0] = this.#addresses.subarray(place * WORDS, place * WORDS + WORDS);
    this.#table.delete(this.#key.ofAddress(a, b, c, d));
    this.#at[place] = Number.NEGATIVE_INFINITY;
  }
}
