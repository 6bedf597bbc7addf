// The offset of the timestamp clock of a connection (RFC 7323 section 5.4): a keyed hash of the two addresses, the
// same for every incarnation.

import { type Sockets, sipHashTuple } from '../../tcp/index.ts';

/** Timestamp offsets of one host. */
export class TimestampOffsets {
  readonly #key: Int32Array;
  /** The two addresses that were asked for last, and the answer; at first none. */
  #last = { l0: 0, l1: 0, l2: 0, l3: 0, r0: 0, r1: 0, r2: 0, r3: 0, offset: 0 };

  /** `key`: four secret words. */
  constructor(key: Int32Array) {
    this.#key = key;
  }

  /** The offset between the two addresses. */
  of(sockets: Readonly<Sockets>): number {
    const { l0, l1, l2, l3, r0, r1, r2, r3 } = sockets;
    const last = this.#last;
    // Connections come in series between the same two hosts.
    if (r3 === last.r3 && l3 === last.l3 && r2 === last.r2 && l2 === last.l2 && r1 === last.r1) {
      if (l1 === last.l1 && r0 === last.r0 && l0 === last.l0) return last.offset;
    }
    const offset = sipHashTuple(this.#key, sockets, 0, 0);
    this.#last = { l0, l1, l2, l3, r0, r1, r2, r3, offset };
    return offset;
  }
}
