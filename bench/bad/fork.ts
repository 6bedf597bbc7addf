// One end of a wire that two stacks share: what comes goes to the one whose address it has. So a kernel and a synfin
// host meet in one bottleneck. A host answers an ACK in no time; a kernel is asked for its answer a moment later, in which
// a packet has left the queue. Where the queue is full that decides whose packets find room (phase effects: Floyd and
// Jacobson, 1992), so what the host sends waits until the kernel is asked, too.

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
  /** What the second has sent and the wire has not got: offset and length of each packet. */
  readonly #waiting: number[] = [];
  #transmit: Transmit | null = null;

  /** Packets for an address that ends with `.lastOfSecond` are the second's, all others the first's. */
  constructor(first: Port, second: Port, lastOfSecond: number) {
    this.memory = first.memory;
    this.#first = first;
    this.#second = second;
    this.#lastOfSecond = lastOfSecond;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
    this.#first.attach(transmit);
    this.#second.attach(transmit === null ? null : (off, len) => void this.#waiting.push(off, len));
  }

  /** True when the second has sent something. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Puts what the second has sent onto the wire. */
  drain(): void {
    const packets = this.#waiting.splice(0);
    for (let i = 0; i < packets.length; i += 2)
      this.#transmit?.(packets[i] as number, packets[i + 1] as number);
  }

  receive(off: number, len: number): void {
    const to = this.memory.u8[off + LAST_OF_DESTINATION];
    (to === this.#lastOfSecond ? this.#second : this.#first).receive(off, len);
  }
}
