// Reassembly in its place below the protocols: a fragment goes in, now and then a whole packet comes out
// and is parsed like one that arrived (RFC 791 section 3.2, RFC 8200 section 4.5).

import { type IpPacket, Malformed, type Memory, parseIp } from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import { Reassembler } from './fragments.ts';

/** What the reassembly of a host is made of. */
export interface FragmentLayerOptions {
  readonly memory: Memory;
  readonly counters: HostCounters;
  /** The rest of the packet whose first fragment lies at [off, off + len) has not come in time. */
  readonly timedOut: (off: number, len: number) => void;
}

/** The reassembly of a host. */
export class FragmentLayer {
  nowMs = 0;
  readonly #memory: Memory;
  readonly #counters: HostCounters;
  readonly #reassembler: Reassembler;
  /** Told of the first fragment of a packet whose time is up. */
  readonly #timedOut: (off: number, len: number) => void;
  #off = 0;
  #len = 0;

  constructor(o: FragmentLayerOptions) {
    this.#timedOut = o.timedOut;
    this.#memory = o.memory;
    this.#counters = o.counters;
    this.#reassembler = new Reassembler(o.memory);
  }

  /** Takes a fragment. True: `packet` now is the whole packet, until `release`. */
  accept(packet: IpPacket): boolean {
    const off = this.#reassembler.accept(packet, this.nowMs);
    if (off === 0) {
      if (this.#reassembler.reason !== '') this.#counters.fragmentsDropped++;
      return false;
    }
    this.#off = off;
    this.#len = this.#reassembler.length;
    const bad = parseIp(this.#memory, off, this.#len, packet);
    if (bad === Malformed.OK && !packet.fragment) return true;
    this.#counters.malformed[bad] = (this.#counters.malformed[bad] as number) + 1;
    this.release();
    return false;
  }

  /** The whole packet has been processed. */
  release(): void {
    this.#memory.free(this.#off, this.#len);
    this.#off = 0;
  }

  /** Drops what has waited too long. */
  poll(): void {
    this.#reassembler.expire(this.nowMs, this.#timedOut);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#reassembler.clear();
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(): number {
    return this.#reassembler.untilNext(this.nowMs);
  }
}
