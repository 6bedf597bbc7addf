// The offset of the timestamp clock of a connection (RFC 7323 section 5.4): a keyed hash of the two addresses, the
// same for every incarnation.

import { type Sockets, sipHashTuple } from '../../tcp/index.ts';
import { FourTuple, sameHosts } from '../base/index.ts';

/** Timestamp offsets of one host. */
export class TimestampOffsets {
  readonly #key: Int32Array;
  /** The two addresses that were asked for last, and the answer; at first none. */
  readonly #last = new FourTuple();
  #offset = 0;

  /** `key`: four secret words. */
  constructor(key: Int32Array) {
    this.#key = key;
  }

  /** The offset between the two addresses. */
  of(sockets: Readonly<Sockets>): number {
    // Connections come in series between the same two hosts.
    if (sameHosts(sockets, this.#last)) return this.#offset;
    this.#offset = sipHashTuple(this.#key, sockets, 0, 0);
    this.#last.copy(sockets);
    return this.#offset;
  }
}
