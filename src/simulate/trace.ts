// What happened in a simulation, line by line: every segment and its fate, and what programs logged. Two runs of a seed
// have the same lines.

import { createHash, type Hash } from 'node:crypto';
import type { DropReason, PacketInfo, World } from '../sim/index.ts';
import { formatControl } from '../wire/index.ts';
import type { Link } from './network/index.ts';

/** Lines that are kept; of more only the digest knows. */
const MOST_LINES = 200_000;
/** Characters. */
const HASHED_AT_ONCE = 16_384;

/** Lines, counted and hashed. */
export class Lines {
  readonly kept: string[] = [];
  readonly #hash: Hash = createHash('sha256');
  /** Lines that are not hashed yet. */
  #pending = '';
  count = 0;
  /** Called with each: for who compares two runs. */
  onLine: ((line: string) => void) | null = null;

  add(line: string): void {
    this.count++;
    if (this.kept.length < MOST_LINES) this.kept.push(line);
    this.#pending += `${line}\n`;
    if (this.#pending.length >= HASHED_AT_ONCE) this.#hashPending();
    this.onLine?.(line);
  }

  #hashPending(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }

  /** Of all lines, in hexadecimal. */
  get digest(): string {
    this.#hashPending();
    return this.#hash.copy().digest('hex').slice(0, 16);
  }
}

/** The trace of a simulation: `sim.trace`. */
export class SimulationTrace {
  /** Segments that hosts sent: each once, by how many links it went. */
  segments = 0;
  readonly #world: World;
  readonly #lines = new Lines();
  readonly #isKept: boolean;

  /** @internal `isKept`: whether links are watched. */
  constructor(world: World, isKept: boolean) {
    this.#world = world;
    this.#isKept = isKept;
  }

  /**
   * A line for each segment on each link, in order: microseconds, hosts, ports, control bits, SEG.SEQ, SEG.ACK, octets of text, and
   * what became of it when it did not arrive. The first 200,000.
   */
  get lines(): readonly string[] {
    return this.#lines.kept;
  }

  /** Whether `lines` has all of them: not without a trace, nor when there are too many. */
  get isWhole(): boolean {
    return this.#isKept && this.#lines.count === this.#lines.kept.length;
  }

  /** Equal for two runs that sent the same segments at the same times: 16 hexadecimal digits. */
  get digest(): string {
    return this.#lines.digest;
  }

  /** @internal */
  set onLine(told: ((line: string) => void) | null) {
    this.#lines.onLine = told;
  }

  /** @internal Watches a link. */
  watch(link: Link): void {
    link.wire.tap = {
      sent: (p) => {
        const from = p.direction === 'a->b' ? link.a : link.b;
        if (p.tcp !== null && from.passesOn !== true) this.segments++;
        this.#line(link, p, '');
      },
      dropped: (p, reason: DropReason) => this.#line(link, p, ` lost:${reason}`),
    };
  }

  #line({ ends: [a, b] }: Link, p: PacketInfo, fate: string): void {
    const { tcp } = p;
    if (tcp === null) return;
    const way = p.direction === 'a->b' ? `${a}>${b}` : `${b}>${a}`;
    this.#lines.add(
      `${this.#world.now()} ${way} ${tcp.srcPort}>${tcp.dstPort} ${formatControl(tcp.ctl)} ${tcp.seq >>> 0} ${tcp.ack >>> 0} ${tcp.textLen}${fate}`,
    );
  }
}
