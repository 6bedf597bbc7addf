// What happened in a simulation, line by line: every segment and its fate, and what programs logged. Two runs of a seed
// have the same lines.

import { createHash, type Hash } from 'node:crypto';
import type { DropReason, PacketInfo } from '../sim/index.ts';
import type { Link } from './network/index.ts';
import { SegmentRecords } from './segment-records.ts';

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
  /** Called with each: for who compares two runs. */
  onLine: ((line: string) => void) | null = null;

  add(line: string): void {
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
  readonly #records = new SegmentRecords(MOST_LINES);
  readonly #isKept: boolean;
  /** Text of the first records, as far as somebody has asked for it. */
  readonly #lines: string[] = [];
  /** @internal Called with each line: for who compares two runs. */
  onLine: ((line: string) => void) | null = null;

  /** @internal `isKept`: whether links are watched. */
  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  /**
   * A line for each segment on each link, in order: microseconds, hosts, ports, control bits, SEG.SEQ, SEG.ACK, octets of text, and
   * what became of it when it did not arrive. The first 200,000.
   */
  get lines(): readonly string[] {
    for (let n = this.#lines.length; n < this.#records.kept; n++) this.#lines.push(this.#records.text(n));
    return this.#lines;
  }

  /** Whether `lines` has all of them: not without a trace, nor when there are too many. */
  get isWhole(): boolean {
    return this.#isKept && this.#records.count === this.#records.kept;
  }

  /** Equal for two runs that sent the same segments at the same times: 16 hexadecimal digits. */
  get digest(): string {
    return this.#records.digest;
  }

  /** @internal A link whose segments come; its number. */
  watchLink(link: Link): number {
    return this.#records.addLink(link.ends);
  }

  /** @internal A packet enters the link of a number. */
  sent(link: number, p: PacketInfo, isFirst: boolean): void {
    if (p.tcp === null) return;
    if (isFirst) this.segments++;
    this.#add(link, p, null);
  }

  /** @internal It is lost there. */
  dropped(link: number, p: PacketInfo, reason: DropReason): void {
    if (p.tcp !== null) this.#add(link, p, reason);
  }

  #add(link: number, p: PacketInfo, lost: DropReason | null): void {
    this.#records.add(link, p, lost);
    this.onLine?.(this.#records.last);
  }
}
