// The Identification of IPv4 packets: a counter for each pair of addresses, so that one peer cannot learn from the
// packets that it gets how many go to others (RFC 6274 section 3.5.2, RFC 7739 section 5.3 for the way it is done).

import { halfSipHash3 } from '../base/index.ts';

/** Counters that pairs of addresses share by hash; a power of two. */
const COUNTERS = 2048;

/** Identifications of a host. */
export class Identification {
  readonly #k0: number;
  readonly #k1: number;
  readonly #counters = new Uint16Array(COUNTERS);
  /** The pair that was asked for last, and its hash. */
  #source = 0;
  #destination = 0;
  #hash: number;

  /** `k0`, `k1`: a secret. */
  constructor(k0: number, k1: number) {
    this.#k0 = k0;
    this.#k1 = k1;
    this.#hash = halfSipHash3(k0, k1, 0, 0, 0);
  }

  /** The next one for a packet between two IPv4 addresses: not a recent one of theirs (RFC 6864 section 4.3). */
  next(source: number, destination: number): number {
    if (source !== this.#source || destination !== this.#destination) {
      this.#source = source;
      this.#destination = destination;
      this.#hash = halfSipHash3(this.#k0, this.#k1, source, destination, 0);
    }
    const hash = this.#hash;
    const counter = hash & (COUNTERS - 1);
    const count = ((this.#counters[counter] as number) + 1) & 0xffff;
    this.#counters[counter] = count;
    // The high half is where this pair's numbers begin.
    return (count + (hash >>> 16)) & 0xffff;
  }
}
