// Path MTUs that routers reported (RFC 1191, RFC 8201), per destination. Whether a report is genuine is
// for the transport to judge first (RFC 5927 section 7); here it can only lower an MTU, for a while, and
// not below the floor.

import { isMapped } from '../wire/address.ts';
import { TupleTable } from './demux.ts';

/** Least path MTU that an IPv4 router can mean (RFC 791 section 3.2); less is not believed. */
export const IPV4_MIN_MTU = 68;
/**
 * Least path MTU that we keep for IPv4: room for 512 octets and both headers with options, Linux's
 * `min_pmtu`. Below it a forged report would make tiny segments of us; routers may fragment instead.
 */
export const IPV4_PMTU_FLOOR = 552;
/** Least MTU of an IPv6 link; a report of less does not count (RFC 8201 section 4). */
export const IPV6_MIN_MTU = 1280;

/** Ten minutes: RFC 1191 section 6.3, RFC 8201 section 5.2. */
const AGE_MS = 600_000;

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
  readonly capacity: number;
  readonly #table: TupleTable;
  readonly #addresses: Int32Array;
  readonly #mtu: Int32Array;
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
    this.#at = new Float64Array(this.capacity).fill(Number.NEGATIVE_INFINITY);
  }

  /** Destinations held, aged ones among them. */
  get size(): number {
    return this.#table.size;
  }

  /** The path MTU to a destination, or 0 when none was reported in the last ten minutes: the link's. */
  get(d0: number, d1: number, d2: number, d3: number, nowMs: number): number {
    if (this.#table.size === 0) return 0;
    // The table's tuple is the address twice, so that IPv4 stays short.
    const place = this.#table.find(d0, d1, d2, d3, d0, d1, d2, d3, 0);
    if (place < 0) return 0;
    if (nowMs - (this.#at[place] as number) < AGE_MS) return this.#mtu[place] as number;
    this.#forget(place);
    return 0;
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
    if (mtu === 0 && v4) mtu = PLATEAUS.find((plateau) => plateau < packetLen) ?? IPV4_PMTU_FLOOR;
    const floor = v4 ? IPV4_PMTU_FLOOR : IPV6_MIN_MTU;
    // A packet that fits the MTU was not too big for it.
    if (mtu < (v4 ? IPV4_MIN_MTU : IPV6_MIN_MTU) || mtu >= packetLen || Math.max(mtu, floor) >= current) {
      this.ignored++;
      return 0;
    }
    mtu = Math.max(mtu, floor);
    this.#put(d0, d1, d2, d3, mtu, nowMs);
    this.lowered++;
    return mtu;
  }

  #put(d0: number, d1: number, d2: number, d3: number, mtu: number, nowMs: number): void {
    let place = this.#table.find(d0, d1, d2, d3, d0, d1, d2, d3, 0);
    if (place < 0) {
      if (this.#table.size < this.capacity)
        while ((this.#at[this.#hand] as number) !== Number.NEGATIVE_INFINITY)
          this.#hand = (this.#hand + 1) % this.capacity;
      place = this.#hand;
      this.#hand = (place + 1) % this.capacity;
      if ((this.#at[place] as number) !== Number.NEGATIVE_INFINITY) {
        if (nowMs - (this.#at[place] as number) < AGE_MS) this.evicted++;
        this.#forget(place);
      }
      this.#addresses.set([d0, d1, d2, d3], place * WORDS);
      this.#table.set(d0, d1, d2, d3, d0, d1, d2, d3, 0, place);
    }
    this.#mtu[place] = mtu;
    this.#at[place] = nowMs;
  }

  #forget(place: number): void {
    const [a = 0, b = 0, c = 0, d = 0] = this.#addresses.subarray(place * WORDS, place * WORDS + WORDS);
    this.#table.delete(a, b, c, d, a, b, c, d, 0);
    this.#at[place] = Number.NEGATIVE_INFINITY;
  }
}
