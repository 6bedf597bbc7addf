// Two hosts joined by the least link there can be: packets queue as (offset, length) and are handed
// over one by one, nothing is copied. What is measured with it is the stack alone.

import { Host, type HostInterface, type HostOptions } from '../src/host/index.ts';
import { Memory } from '../src/wire/index.ts';

const QUEUE = 1 << 16;
/** As many as a TUN device reads at a time. */
export const BATCH = 64;

/** One direction: a ring of (offset, length). */
class Direction {
  readonly #packets = new Int32Array(2 * QUEUE);
  #head = 0;
  #tail = 0;
  readonly #memory: Memory;
  #to: HostInterface | null = null;
  #batch = 0;
  readonly #bring = (): void => this.#bringTo(this.#to as HostInterface, this.#batch);

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Packets that wait. */
  get length(): number {
    return this.#tail - this.#head;
  }

  push(off: number, len: number): void {
    if (this.#tail - this.#head === QUEUE) throw new Error('the bench link is full');
    const at = 2 * (this.#tail++ & (QUEUE - 1));
    this.#packets[at] = off;
    this.#packets[at + 1] = len;
  }

  /** Delivers what is queued now, as packets that came together, at most BATCH at a time; how many packets. */
  deliver(to: HostInterface): number {
    const n = this.#tail - this.#head;
    this.#to = to;
    for (let left = n; left > 0; left -= BATCH) {
      this.#batch = Math.min(left, BATCH);
      to.together(this.#bring);
    }
    return n;
  }

  #bringTo(to: HostInterface, n: number): void {
    for (let i = 0; i < n; i++) {
      const at = 2 * (this.#head++ & (QUEUE - 1));
      const off = this.#packets[at] as number;
      const len = this.#packets[at + 1] as number;
      to.receive(off, len);
      this.#memory.free(off, len);
    }
  }
}

/** Seeded 32-bit generator (mulberry32): the benches need no CSPRNG. */
export function seeded(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) | 0;
  };
}

/** Two hosts, 10.0.0.1 and 10.0.0.2, and a clock that the bench moves. */
export class BenchPair {
  readonly memory: Memory;
  readonly a: Host;
  readonly b: Host;
  now = 0;
  packets = 0;
  readonly #ab: Direction;
  readonly #ba: Direction;
  readonly #ia: HostInterface;
  readonly #ib: HostInterface;

  constructor(options: Partial<HostOptions> & { mtu?: number; wasm?: boolean } = {}) {
    const { mtu = 1500, wasm = true, ...rest } = options;
    this.memory = new Memory({ initial: 64 << 20, max: 2 ** 31 - 1, wasm });
    this.#ab = new Direction(this.memory);
    this.#ba = new Direction(this.memory);
    const clock = { now: (): number => this.now };
    this.a = new Host({ clock, random: seeded(1), memory: this.memory, name: 'a', ...rest });
    this.b = new Host({ clock, random: seeded(2), memory: this.memory, name: 'b', ...rest });
    this.#ia = this.a.addInterface({ mtu, addresses: ['10.0.0.1/8'] });
    this.#ib = this.b.addInterface({ mtu, addresses: ['10.0.0.2/8'] });
    this.#ia.attach((off, len) => this.#ab.push(off, len));
    this.#ib.attach((off, len) => this.#ba.push(off, len));
  }

  /** Packets that are under way. */
  get queued(): number {
    return this.#ab.length + this.#ba.length;
  }

  /** Hands packets over until there are none; how many there were. */
  exchange(): number {
    let total = 0;
    for (;;) {
      const n = this.#ab.deliver(this.#ib) + this.#ba.deliver(this.#ia);
      if (n === 0) break;
      total += n;
    }
    this.packets += total;
    return total;
  }

  /** Hands over what `a` sent; what `b` answers stays where it is. */
  exchangeToB(): number {
    return this.#ab.deliver(this.#ib);
  }

  /** Hands over what `b` sent; what `a` answers stays where it is. */
  exchangeToA(): number {
    return this.#ba.deliver(this.#ia);
  }

  /** Lets time pass. */
  advance(us: number): void {
    this.now += us;
    this.a.poll(this.now);
    this.b.poll(this.now);
  }
}

/** Microseconds of processor time that `run` took, user and system. */
export function cpuUs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[sorted.length >> 1] as number;
}
