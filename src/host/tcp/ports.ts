// Ephemeral ports by double hashing (RFC 6056 section 3.3.4, algorithm 4): to one destination ports are
// walked one after the other, so that they are not soon used again; to others they start elsewhere, where
// nobody without the key can tell.

import { type Sockets, sipHash, sipHashHigh, sipHashTuple } from '../../tcp/index.ts';
import { FourTuple, sameHosts } from '../base/index.ts';

/** Counters that destinations share by hash (TABLE_LENGTH in the RFC); a power of two. */
const COUNTERS = 1024;
/** Ports that are looked at for a free one, once there is one that can make way. */
const LOOK = 256;

/** Ports, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Chooses local ports for active opens. */
export class EphemeralPorts {
  readonly first: number;
  readonly last: number;
  readonly #key: Int32Array;
  /** Made at the first choice. */
  #counters: Uint16Array | null = null;
  /** The destination that was asked for last; F and the number of its counter. At first none. */
  readonly #last = new FourTuple();
  #offset = 0;
  #index = -1;

  /**
   * `key`: four secret words. The range is inclusive; the default is IANA's dynamic range (RFC 6335
   * section 6), Linux has 32768 to 60999.
   */
  constructor(key: Int32Array, first = 49152, last = 65535) {
    if (!(first >= 1 && first <= last && last <= 65535)) throw new RangeError(`ports ${first} to ${last}`);
    this.first = first;
    this.last = last;
    this.#key = key.slice(0, 4);
  }

  /**
   * A local port of the range for a tuple without one, 0 when `inUse` holds for every one (EADDRNOTAVAIL). `inUse` is
   * called at most once per port. Of ports in use the first one that `makesWay` is taken when none that is free is near.
   */
  choose(
    t: Readonly<Sockets>,
    inUse: (port: number) => boolean,
    makesWay: ((port: number) => boolean) | null = null,
    { first, last }: PortRange = this,
  ): number {
    const counters = (this.#counters ??= this.#seed());
    this.#lookUp(t);
    const range = last - first + 1;
    const counter = counters[this.#index] as number;
    let spare = -1;
    for (let tries = 0; tries < range; tries++) {
      const port = first + this.#stepAt(counter + tries, range);
      if (!inUse(port)) return first + this.#take(counters, counter + tries, range);
      if (spare === -1 && makesWay?.(port) === true) spare = tries;
      if (spare !== -1 && tries - spare === LOOK) break;
    }
    return spare === -1 ? 0 : first + this.#take(counters, counter + spare, range);
  }

  /** F is the low half of the hash, G the high half: one key serves both. */
  #lookUp(t: Readonly<Sockets>): void {
    const last = this.#last;
    if (this.#index >= 0 && t.remotePort === last.remotePort && sameHosts(t, last)) return;
    this.#offset = sipHashTuple(this.#key, t, t.remotePort, 0) >>> 0;
    this.#index = sipHashHigh() & (COUNTERS - 1);
    last.copy(t);
  }

  #stepAt(count: number, range: number): number {
    return (this.#offset + count) % range;
  }

  /** Where in the range the counter stands; the next search goes on behind it. */
  #take(counters: Uint16Array, count: number, range: number): number {
    // Kept below the range so that it does not jump when it wraps.
    counters[this.#index] = (count + 1) % range;
    return this.#stepAt(count, range);
  }

  #seed(): Uint16Array {
    const counters = new Uint16Array(COUNTERS);
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#key;
    const word = new Int32Array(1);
    for (let i = 0; i < COUNTERS; i++) {
      word[0] = i;
      counters[i] = sipHash(k0, k1, k2, k3, word, 1);
    }
    return counters;
  }
}
