// What happens when the buffers of connections fill the Memory. Packets keep an eighth of it, small buffers
// another; the rest is given up in this order: text out of order (RFC 2018 section 8 allows it), what users
// who have gone left unsent, connections whose peer keeps its window closed (RFC 6429 section 4).

import { dropRanges, receivable } from '../../tcp/index.ts';
import type { Memory } from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import { type Connection, SMALL_RING } from '../connection/index.ts';

/** Least time between two attempts, when the last one did not free enough: each looks at every connection. */
const RETRY_MS = 100;

/** Judges each growth of a ring, and makes room. */
export class MemoryPressure {
  /** Below it everything may grow; above it nothing out of order. Octets of the Memory in use. */
  readonly low: number;
  /** Above it only small rings grow, and `relieve` is wanted. */
  readonly high: number;
  /** Above it no ring grows: the rest is for packets. */
  readonly top: number;
  readonly #memory: Memory;
  readonly #counters: HostCounters;
  #wanted = false;
  #notBeforeMs = 0;

  constructor(memory: Memory, counters: HostCounters) {
    this.#memory = memory;
    this.#counters = counters;
    this.low = memory.max / 2;
    this.high = memory.max - memory.max / 4;
    this.top = memory.max - memory.max / 8;
  }

  /** True when buffers are not to become larger by themselves, and few ranges are held out of order. */
  get short(): boolean {
    return this.#memory.used > this.low;
  }

  /** Whether a ring of `octets` may be made now; `outOfOrder`: for text beyond a hole. */
  admits(octets: number, outOfOrder: boolean): boolean {
    const after = this.#memory.used + octets;
    if (after <= this.low) return true;
    const small = octets <= SMALL_RING;
    if (after <= this.high && (small || !outOfOrder)) return true;
    if (!outOfOrder) this.#wanted = true;
    if (small && !outOfOrder && after <= this.top) return true;
    this.#counters.buffersRefused++;
    return false;
  }

  /** Milliseconds until `relieve` should run, or -1. */
  untilNext(nowMs: number): number {
    return this.#wanted ? Math.max(0, Math.ceil(this.#notBeforeMs - nowMs)) : -1;
  }

  /** Gives up what can be, until the least of it brings the Memory below the mark between `low` and `high`. */
  relieve(connections: readonly (Connection | null)[], nowMs: number, abort: (c: Connection) => void): void {
    this.#wanted = false;
    const enough = (this.low + this.high) / 2;
    const over = (): boolean => this.#memory.used > enough;
    if (over()) this.#prune(connections, over);
    if (over()) {
      const orphans = victims(connections, (c) => c.tcb.orphan === 1);
      for (let i = 0; i < orphans.length && over(); i++) {
        this.#counters.orphansAborted++;
        abort(orphans[i] as Connection);
      }
    }
    if (over()) {
      const closed = victims(connections, ({ tcb }) => tcb.snd.wnd === 0 && tcb.rto.probes > 0);
      for (let i = 0; i < closed.length && over(); i++) {
        this.#counters.zeroWindowsAborted++;
        abort(closed[i] as Connection);
      }
    }
    this.#notBeforeMs = over() ? nowMs + RETRY_MS : 0;
  }

  #prune(connections: readonly (Connection | null)[], over: () => boolean): void {
    for (let i = 0; i < connections.length && over(); i++) {
      const c = connections[i];
      if (c === null || c === undefined || c.atRest || c.tcb.outOfOrder === null) continue;
      const { rcv } = c.tcb;
      dropRanges(c.tcb);
      c.rcvRing.shrink(0, rcv.user, (rcv.user + receivable(c.tcb)) | 0);
      this.#counters.outOfOrderPruned++;
    }
  }
}

/** Connections with something to send that nobody takes, those that wait longest first. */
function victims(
  connections: readonly (Connection | null)[],
  wanted: (c: Connection) => boolean,
): Connection[] {
  const found: Connection[] = [];
  for (const c of connections)
    if (c !== null && !c.atRest && c.sndRing.capacity > 0 && wanted(c)) found.push(c);
  const waits = ({ tcb }: Connection): number => tcb.rto.probes + tcb.rto.timeouts;
  return found.sort((a, b) => waits(b) - waits(a) || b.sndRing.capacity - a.sndRing.capacity);
}
