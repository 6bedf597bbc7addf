// Packets that wait for the next poll: those to ourselves, and those that devices have brought. What a packet
// sets in motion thus never happens in the middle of something else, whoever brings it and whenever.

import type { Memory } from '../../wire/index.ts';

/** Blocks of a Memory, first in, first out; bounded in packets and octets. */
export class PacketQueue {
  readonly #memory: Memory;
  readonly #packets: number;
  readonly #octets: number;
  /** Offset and length, in turn. */
  #waiting: number[] = [];
  #taken: number[] = [];
  #held = 0;

  /** At most so many packets, and so many octets in all. */
  constructor(memory: Memory, packets: number, octets: number) {
    this.#memory = memory;
    this.#packets = packets;
    this.#octets = octets;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether there is room for a packet of that length. */
  fits(len: number): boolean {
    return this.#waiting.length < 2 * this.#packets && this.#held + len <= this.#octets;
  }

  /** Takes a block over; it {@link fits}. */
  push(off: number, len: number): void {
    this.#held += len;
    this.#waiting.push(off, len);
  }

  /**
   * Hands over the packets that wait now, and frees them; those that come of it wait for the next time, and so do those
   * behind one for which `each` throws.
   */
  drain(each: (off: number, len: number) => void): void {
    if (this.empty) return;
    const packets = this.#waiting;
    this.#waiting = this.#taken;
    this.#held = 0;
    let at = 0;
    try {
      while (at < packets.length) {
        const off = packets[at++] as number;
        const len = packets[at++] as number;
        try {
          each(off, len);
        } finally {
          this.#memory.free(off, len);
        }
      }
    } finally {
      if (at < packets.length) this.#putBack(packets.slice(at));
      packets.length = 0;
      this.#taken = packets;
    }
  }

  /** Before what has come meanwhile. */
  #putBack(packets: number[]): void {
    for (let i = 1; i < packets.length; i += 2) this.#held += packets[i] as number;
    this.#waiting = [...packets, ...this.#waiting];
  }

  /** Forgets what waits. */
  clear(): void {
    this.drain(() => {});
  }
}
