// Reads a capture piece by piece, as a file or a pipe brings it: finds out the format, hands over frame after frame, and
// keeps no more than the record that is not complete. Nothing of a capture makes it throw.

import { func } from '../../options/index.ts';
import { type CaptureInfo, emptyInfo, Frame, type FrameSink } from './frame.ts';
import { PcapParser, pcapOrder } from './pcap.ts';
import { isPcapng, PcapngParser } from './pcapng.ts';
import { type Problem, Problems } from './problems.ts';

/** How octets are compressed, by their first four. */
export type Compression = 'gzip' | 'zstd';

/** How the file that begins with these octets is compressed; null: it is not, or not in a way that is known. */
export function compressionOf(octets: Uint8Array): Compression | null {
  if (octets.length >= 2 && octets[0] === 0x1f && octets[1] === 0x8b) return 'gzip';
  if (
    octets.length >= 4 &&
    octets[0] === 0x28 &&
    octets[1] === 0xb5 &&
    octets[2] === 0x2f &&
    octets[3] === 0xfd
  )
    return 'zstd';
  return null;
}

const MAGIC = 4;

/**
 * Reads one capture file: pcap (both byte orders, microseconds and nanoseconds) or pcapng. Give it the octets in pieces of
 * any size, then `end()`. The sink is called from within `push`, once for each frame, and must copy what it keeps.
 *
 * ```ts
 * const reader = new CaptureReader((frame) => console.log(frame.number, frame.originalLength));
 * for await (const piece of createReadStream('a.pcapng')) reader.push(piece);
 * reader.end();
 * for (const problem of reader.problems) console.error(problemText(problem, 'en'));
 * ```
 *
 * Compressed octets are unpacked by whoever opens the file; {@link compressionOf} says whether they are.
 */
export class CaptureReader {
  /** What the file says of itself, as far as it was read. */
  readonly info: CaptureInfo = emptyInfo();
  readonly #sink: FrameSink;
  readonly #frame = new Frame();
  readonly #problems = new Problems();
  #parser: PcapParser | PcapngParser | null = null;
  #kept: Uint8Array = new Uint8Array(0);
  /** Octets of the file before `#kept`. */
  #base = 0;
  #over = false;

  /** Throws OptionTypeError. */
  constructor(sink: FrameSink) {
    func.check(sink, 'CaptureReader', 'sink');
    this.#sink = sink;
  }

  /** What was wrong with the file, each kind once. */
  get problems(): readonly Problem[] {
    return this.#problems.list;
  }

  /** True when the rest of the file cannot be understood: no need to read on. */
  get stopped(): boolean {
    return this.#over || this.#parser?.stopped === true;
  }

  /** Reads on with a piece of the file. It is not kept, but for an incomplete record, which is copied. */
  push(piece: Uint8Array): void {
    this.info.octets += piece.length;
    if (this.stopped || piece.length === 0) return;
    const u8 = this.#joined(piece);
    const dv = new DataView(u8.buffer, u8.byteOffset, u8.byteLength);
    if (this.#parser === null) {
      if (u8.length < MAGIC) {
        this.#keep(u8, 0);
        return;
      }
      this.#parser = this.#parserOf(u8, dv);
      if (this.#parser === null) return;
    }
    const used = this.#parser.parse(u8, dv, 0, u8.length, this.#base);
    this.info.frames = this.#frame.number;
    this.#keep(u8, used);
  }

  /** The file is over. */
  end(): void {
    if (this.#over) return;
    if (this.info.octets === 0) this.#problems.add('empty');
    else if (this.#parser === null) this.#unknown(this.#kept);
    else if (this.#kept.length > 0 && !this.#parser.stopped)
      this.#problems.add('truncated', { octets: this.#kept.length });
    this.#over = true;
    this.#kept = new Uint8Array(0);
  }

  /** Something else was wrong with the file: whoever opened it says so here. */
  report(key: Problem['key'], params: Problem['params'] = {}): void {
    this.#problems.add(key, params);
  }

  #parserOf(u8: Uint8Array, dv: DataView): PcapParser | PcapngParser | null {
    if (isPcapng(dv)) return new PcapngParser(this.#frame, this.#sink, this.info, this.#problems);
    const order = pcapOrder(dv);
    if (order !== null) return new PcapParser(order, this.#frame, this.#sink, this.info, this.#problems);
    this.#unknown(u8);
    this.#over = true;
    return null;
  }

  #unknown(u8: Uint8Array): void {
    const name = compressionOf(u8);
    if (name !== null) this.#problems.add('compressed', { name });
    else {
      const magic = Array.from(u8.subarray(0, MAGIC), (n) => n.toString(16).padStart(2, '0')).join(' ');
      this.#problems.add('unknownFormat', { magic });
    }
  }

  #joined(piece: Uint8Array): Uint8Array {
    if (this.#kept.length === 0) return piece;
    const all = new Uint8Array(this.#kept.length + piece.length);
    all.set(this.#kept);
    all.set(piece, this.#kept.length);
    return all;
  }

  #keep(u8: Uint8Array, used: number): void {
    this.#base += used;
    this.#kept = used === u8.length ? new Uint8Array(0) : u8.slice(used);
  }
}
