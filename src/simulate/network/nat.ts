// The flows that a NAT knows: each until it has been idle for too long, and no more than its table has room for.

import type { PacketInfo } from '../../sim/index.ts';
import { SYN } from '../../wire/index.ts';

/** See above. */
export class NatTable {
  readonly #idleUs: number;
  readonly #most: number;
  /** When each flow was last seen, the longest idle first. */
  readonly #seen = new Map<string, number>();
  /** Flows that nobody has seen yet were there when the NAT was: it knew them until then. */
  #beginUs: number;
  /** Flows that had to go for others. */
  evicted = 0;

  /** A NAT from `nowUs` on. */
  constructor(nowUs: number, idleUs: number, most: number) {
    this.#beginUs = nowUs;
    this.#idleUs = idleUs;
    this.#most = most;
  }

  /** Flows that it knows. */
  get flows(): number {
    return this.#seen.size;
  }

  /** Whether a packet is of a flow that it knows, or opens one. */
  knows(p: PacketInfo): boolean {
    const { ip, tcp, timeUs } = p;
    if (ip === null || (tcp === null && !p.isUdp)) return true;
    const key = keyOf(p);
    this.#forgetIdle(timeUs);
    const before = this.#seen.get(key) ?? this.#beginUs;
    const opens = tcp === null || (tcp.ctl & SYN) !== 0;
    if (!opens && timeUs - before > this.#idleUs) return false;
    this.#seen.delete(key); // to the end
    this.#seen.set(key, timeUs);
    if (this.#seen.size > this.#most) this.#evict();
    return true;
  }

  #forgetIdle(nowUs: number): void {
    for (const [key, atUs] of this.#seen) {
      if (nowUs - atUs <= this.#idleUs) return;
      this.#seen.delete(key);
    }
  }

  /** The table is full: the flow that has been idle for longest is forgotten, and before it those that were never seen. */
  #evict(): void {
    for (const key of this.#seen.keys()) {
      this.#seen.delete(key);
      break;
    }
    this.#beginUs = Number.NEGATIVE_INFINITY;
    this.evicted++;
  }
}

/** The same for both directions. */
function keyOf(p: PacketInfo): string {
  const { ip } = p;
  if (ip === null) return '';
  const source = `${ip.src0}.${ip.src1}.${ip.src2}.${ip.src3}:${p.srcPort}`;
  const destination = `${ip.dst0}.${ip.dst1}.${ip.dst2}.${ip.dst3}:${p.dstPort}`;
  const ends = source < destination ? `${source} ${destination}` : `${destination} ${source}`;
  return `${ip.protocol} ${ends}`;
}
