// One end of a wire that two stacks share: what comes goes to the one whose address it has. So a kernel and a synfin
// host meet in one bottleneck.

import type { Port, Transmit } from '../../src/sim/index.ts';
import type { Memory } from '../../src/wire/index.ts';

/** Last octet of an IPv4 packet's destination. */
const LAST_OF_DESTINATION = 19;

/** Two ports as one. */
export class Fork implements Port {
  readonly memory: Memory;
  readonly mtu = 1500;
  readonly kind = 'ip';
  readonly #first: Port;
  readonly #second: Port;
  readonly #lastOfSecond: number;

  /** Packets for an address that ends with `.lastOfSecond` are the second's, all others the first's. */
  constructor(first: Port, second: Port, lastOfSecond: number) {
    this.memory = first.memory;
    this.#first = first;
    this.#second = second;
    this.#lastOfSecond = lastOfSecond;
  }

  attach(transmit: Transmit | null): void {
    this.#first.attach(transmit);
    this.#second.attach(transmit);
  }

  receive(off: number, len: number): void {
    const to = this.memory.u8[off + LAST_OF_DESTINATION];
    (to === this.#lastOfSecond ? this.#second : this.#first).receive(off, len);
  }
}
