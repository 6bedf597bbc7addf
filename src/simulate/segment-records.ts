// Segments in numbers, eight for each: what a trace is kept and hashed as. Their text is made when somebody asks for it.

import { createHash, type Hash } from 'node:crypto';
import { DropCounters, type DropReason, type PacketInfo } from '../sim/index.ts';
import { formatControl, type Segment } from '../wire/index.ts';

/**
 * Of a record: time in µs (two numbers), link (even: from its first end to its second), control bits with the fate above
 * them, ports, SEG.SEQ, SEG.ACK, octets of text.
 */
const FIELDS = 8;
/** Records of a block, which is hashed when it is full. */
const RECORDS = 2048;
const TWO_TO_32 = 2 ** 32;
/** The fate is above the eight control bits. */
const FATE_SHIFT = 8;
const CONTROL_BITS = 0xff;

/** Fates by number; 0: it was sent. */
const LOST = Object.keys(new DropCounters()) as DropReason[];

/** See above. */
export class SegmentRecords {
  /** Of all, and of those whose numbers are still there: the first ones. */
  count = 0;
  kept = 0;
  readonly #most: number;
  readonly #links: string[] = [];
  readonly #hash: Hash = createHash('sha256');
  readonly #blocks: Int32Array[] = [];
  #block = new Int32Array(0);
  /** Numbers that the block has. */
  #used = 0;

  /** `most`: records that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A link; its number, from 0. */
  addLink([a, b]: readonly [string, string]): number {
    return this.#links.push(`${a}>${b}`, `${b}>${a}`) / 2 - 1;
  }

  /** A TCP segment on a link, sent or lost. */
  add(link: number, p: PacketInfo, lost: DropReason | null): void {
    if (this.#used === this.#block.length) this.#nextBlock();
    const { timeUs } = p;
    const { srcPort, dstPort, ctl, seq, ack, textLen } = p.tcp as Segment;
    const block = this.#block;
    const at = this.#used;
    const fate = lost === null ? 0 : LOST.indexOf(lost) + 1;
    block[at] = timeUs % TWO_TO_32;
    block[at + 1] = timeUs / TWO_TO_32;
    block[at + 2] = link * 2 + (p.direction === 'a->b' ? 0 : 1);
    block[at + 3] = (fate << FATE_SHIFT) | ctl;
    block[at + 4] = (srcPort << 16) | dstPort;
    block[at + 5] = seq;
    block[at + 6] = ack;
    block[at + 7] = textLen;
    this.#used = at + FIELDS;
    if (this.count++ === this.kept && this.kept < this.#most) this.kept++;
  }

  #nextBlock(): void {
    this.#hash.update(this.#octets());
    // One of which nothing is kept is written again and again.
    if (this.kept > (this.#blocks.length - 1) * RECORDS) {
      this.#block = new Int32Array(RECORDS * FIELDS);
      this.#blocks.push(this.#block);
    }
    this.#used = 0;
  }

  /** What is not hashed yet. */
  #octets(): Uint8Array {
    return new Uint8Array(this.#block.buffer, 0, this.#used * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Of all records, in hexadecimal. */
  get digest(): string {
    const hash = this.#hash.copy().update(this.#octets());
    return hash.update(this.#links.join('\n')).digest('hex').slice(0, 16);
  }

  /** The text of one that is kept. */
  text(n: number): string {
    return this.#text(this.#blocks[Math.floor(n / RECORDS)] as Int32Array, (n % RECORDS) * FIELDS);
  }

  /** The text of the one that came last. */
  get last(): string {
    return this.#text(this.#block, this.#used - FIELDS);
  }

  #text(block: Int32Array, from: number): string {
    const [low, high, way, fateAndControl, ports, seq, ack, textLen] = block.subarray(
      from,
      from + FIELDS,
    ) as unknown as [number, number, number, number, number, number, number, number];
    const timeUs = high * TWO_TO_32 + (low >>> 0);
    const lost = LOST[(fateAndControl >>> FATE_SHIFT) - 1];
    return `${timeUs} ${this.#links[way]} ${ports >>> 16}>${ports & 0xffff} ${formatControl(fateAndControl & CONTROL_BITS)} ${seq >>> 0} ${ack >>> 0} ${textLen}${lost === undefined ? '' : ` lost:${lost}`}`;
  }
}
