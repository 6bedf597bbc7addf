// The pcapng format (draft-ietf-opsawg-pcapng): blocks, each with its type and length. All that the draft names are
// read or counted, others are skipped by their length; every section has a byte order and interfaces of its own.

import { formatIpv4, formatWords } from '../../wire/index.ts';
import {
  type CaptureInfo,
  type CaptureInterface,
  type Frame,
  type FrameSink,
  MOST_COMMENTS,
  MOST_INTERFACES,
  MOST_NAMES,
} from './frame.ts';
import type { Problems } from './problems.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
/** Obsolete (appendix A): old files have it. */
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const NAMES = 4;
const STATISTICS = 5;
const ENHANCED_PACKET = 6;
const SECRETS = 10;
/** Darwin's: a process id, and its name as option 2. */
const PROCESS = 0x8000_0001;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_HEADER = 8;
/** Type, both lengths. */
const LEAST_BLOCK = 12;
/** Wireshark's bound. */
const MOST_BLOCK = 16 * 1024 * 1024;

// Options: section 3.5, and those of each block.
const OPT_END = 0;
const OPT_COMMENT = 1;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const EPB_FLAGS = 2;
const EPB_PROCESS = 8;
const EPB_DARWIN_PROCESS = 0x8001;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const PROCESS_NAME = 2;
const NAME_IPV4 = 1;
const NAME_IPV6 = 2;

const MOST_PACKET_COMMENTS = 16;

/** An interface, and how its timestamps count. */
interface Timed {
  readonly iface: CaptureInterface;
  /** Timestamps count 1 / perSecond seconds. */
  readonly perSecond: number;
  /** Seconds that are added to each. */
  readonly offset: number;
}

const decoder = new TextDecoder();

/** Whether octets begin a pcapng file. */
export function isPcapng(dv: DataView): boolean {
  return dv.getUint32(0) === SECTION;
}

/** Reads blocks. `parse` takes what is there and says how much of it was used. */
export class PcapngParser {
  readonly least = 28;
  readonly #frame: Frame;
  readonly #sink: FrameSink;
  readonly #info: CaptureInfo;
  readonly #problems: Problems;
  #little = true;
  #interfaces: Timed[] = [];
  /** Process ids by the number of their block in the section. */
  #processes: number[] = [];
  #u8: Uint8Array = new Uint8Array(0);
  #dv: DataView = new DataView(this.#u8.buffer);
  /** Nothing more can be understood. */
  stopped = false;

  constructor(frame: Frame, sink: FrameSink, info: CaptureInfo, problems: Problems) {
    this.#frame = frame;
    this.#sink = sink;
    this.#info = info;
    this.#problems = problems;
    info.format = 'pcapng';
  }

  /** Reads whole blocks of `u8[at … end)`; where the first incomplete one begins. `base` is the file offset of u8[0]. */
  parse(u8: Uint8Array, dv: DataView, at: number, end: number, base: number): number {
    this.#u8 = u8;
    this.#dv = dv;
    while (end - at >= LEAST_BLOCK) {
      if (dv.getUint32(at) === SECTION && !this.#section(at, base)) return at;
      const type = dv.getUint32(at, this.#little);
      const length = dv.getUint32(at + 4, this.#little);
      if (length < LEAST_BLOCK || (length & 3) !== 0 || length > MOST_BLOCK) {
        this.#problems.add('badBlock', { offset: base + at, octets: length });
        this.stopped = true;
        return at;
      }
      if (end - at < length) return at;
      const again = dv.getUint32(at + length - 4, this.#little);
      if (again !== length)
        this.#problems.add('lengthsDiffer', { offset: base + at, octets: length, other: again });
      if (!this.#block(type, at + BLOCK_HEADER, at + length - 4, base))
        this.#problems.add('shortBlock', { offset: base + at });
      at += length;
    }
    return at;
  }

  /** A new section: its byte order; what the last one described is over. False when it makes no sense. */
  #section(at: number, base: number): boolean {
    const magic = this.#dv.getUint32(at + 8);
    const little = this.#dv.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!little && magic !== BYTE_ORDER_MAGIC) {
      this.#problems.add('badSection', { offset: base + at });
      this.stopped = true;
      return false;
    }
    this.#little = little;
    return true;
  }

  /** The body of a block; false when it is too short for its fields. */
  #block(type: number, at: number, end: number, base: number): boolean {
    switch (type) {
      case SECTION:
        this.#interfaces = [];
        this.#processes = [];
        this.#info.sections++;
        if (end - at < 16) return false;
        this.#comments(at + 16, end);
        return true;
      case INTERFACE:
        return this.#interface(at, end);
      case ENHANCED_PACKET:
        return this.#enhanced(at, end, base);
      case SIMPLE_PACKET:
        return this.#simple(at, end, base);
      case OLD_PACKET:
        return this.#old(at, end, base);
      case STATISTICS:
        return this.#statistics(at, end);
      case NAMES:
        this.#names(at, end);
        return true;
      case SECRETS:
        this.#info.secrets++;
        return true;
      case PROCESS:
        return this.#process(at, end);
      default:
        return true; // a custom block, or one that is newer than this
    }
  }

  #interface(at: number, end: number): boolean {
    if (end - at < 8) return false;
    if (this.#interfaces.length === MOST_INTERFACES) return true;
    let name = '';
    let description = '';
    let perSecond = 1e6;
    let offset = 0;
    const dv = this.#dv;
    this.#options(at + 8, end, (code, from, length) => {
      if (code === IF_NAME) name = this.#text(from, length);
      else if (code === IF_DESCRIPTION) description = this.#text(from, length);
      else if (code === OPT_COMMENT) this.#comment(from, length);
      else if (code === IF_TSRESOL && length >= 1) {
        const resolution = this.#u8[from] as number;
        perSecond = (resolution & 0x80) === 0 ? 10 ** resolution : 2 ** (resolution & 0x7f);
      } else if (code === IF_TSOFFSET && length >= 8) offset = Number(dv.getBigInt64(from, this.#little));
    });
    const iface: CaptureInterface = {
      id: this.#interfaces.length,
      linkType: dv.getUint16(at, this.#little),
      snapLen: dv.getUint32(at + 4, this.#little),
      name,
      description,
      dropped: 0,
    };
    if (perSecond > 1e6) this.#info.nanoseconds = true;
    this.#interfaces.push({ iface, perSecond, offset });
    if (this.#info.interfaces.length < MOST_INTERFACES) this.#info.interfaces.push(iface);
    return true;
  }

  #enhanced(at: number, end: number, base: number): boolean {
    if (end - at < 20) return false;
    const dv = this.#dv;
    const little = this.#little;
    const id = dv.getUint32(at, little);
    const captured = dv.getUint32(at + 12, little);
    const original = dv.getUint32(at + 16, little);
    const timed = this.#timed(id, at, base);
    if (timed === null) return true;
    const data = at + 20;
    if (captured > end - data) return false;
    this.#time(timed, dv.getUint32(at + 4, little), dv.getUint32(at + 8, little));
    this.#details(data + ((captured + 3) & ~3), end);
    this.#emit(timed.iface, data, captured, original);
    return true;
  }

  /** No time, and the first interface's (section 4.4): the time of the packet before. */
  #simple(at: number, end: number, base: number): boolean {
    if (end - at < 4) return false;
    const timed = this.#timed(0, at, base);
    if (timed === null) return true;
    const original = this.#dv.getUint32(at, this.#little);
    const { snapLen } = timed.iface;
    const kept = snapLen === 0 ? original : Math.min(original, snapLen);
    const captured = Math.min(kept, end - at - 4);
    this.#plain();
    this.#emit(timed.iface, at + 4, captured, original);
    return true;
  }

  #old(at: number, end: number, base: number): boolean {
    if (end - at < 20) return false;
    const dv = this.#dv;
    const little = this.#little;
    const captured = dv.getUint32(at + 12, little);
    const timed = this.#timed(dv.getUint16(at, little), at, base);
    if (timed === null) return true;
    if (captured > end - at - 20) return false;
    this.#time(timed, dv.getUint32(at + 4, little), dv.getUint32(at + 8, little));
    this.#details(at + 20 + ((captured + 3) & ~3), end);
    this.#emit(timed.iface, at + 20, captured, dv.getUint32(at + 16, little));
    return true;
  }

  #statistics(at: number, end: number): boolean {
    if (end - at < 12) return false;
    const found = this.#interfaces[this.#dv.getUint32(at, this.#little)];
    if (found === undefined) return true;
    let dropped = 0;
    this.#options(at + 12, end, (code, from, length) => {
      if ((code === ISB_IFDROP || code === ISB_OSDROP) && length >= 8)
        dropped += Number(this.#dv.getBigUint64(from, this.#little));
    });
    found.iface.dropped = Math.max(found.iface.dropped, Math.min(dropped, Number.MAX_SAFE_INTEGER));
    return true;
  }

  #names(at: number, end: number): void {
    const { names } = this.#info;
    this.#options(at, end, (type, from, length) => {
      const octets = type === NAME_IPV4 ? 4 : type === NAME_IPV6 ? 16 : 0;
      if (octets === 0 || length <= octets || names.size >= MOST_NAMES) return;
      const dv = this.#dv;
      const words = [0, 4, 8, 12].map((n) => (octets === 16 ? dv.getInt32(from + n) : 0));
      const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
      const address = octets === 4 ? formatIpv4(dv.getInt32(from)) : formatWords(6, w0, w1, w2, w3);
      const [name = ''] = this.#text(from + octets, length - octets).split('\0');
      if (name !== '') names.set(address, name);
    });
  }

  #process(at: number, end: number): boolean {
    if (end - at < 4) return false;
    const id = this.#dv.getUint32(at, this.#little);
    const { processes } = this.#info;
    if (this.#processes.length < MOST_NAMES) this.#processes.push(id);
    this.#options(at + 4, end, (code, from, length) => {
      if (code === PROCESS_NAME && processes.size < MOST_NAMES)
        processes.set(id, this.#text(from, length).replace(/\0.*$/s, ''));
    });
    return true;
  }

  #timed(id: number, at: number, base: number): Timed | null {
    const timed = this.#interfaces[id];
    // A packet that is skipped has a number all the same: Wireshark stops at such a file, editors of captures do not.
    if (timed === undefined) this.#problems.add('unknownInterface', { offset: base + at, iface: id });
    return timed ?? null;
  }

  #emit(iface: CaptureInterface, off: number, captured: number, original: number): void {
    const frame = this.#frame;
    frame.data = this.#u8;
    frame.off = off;
    frame.length = captured;
    frame.originalLength = Math.max(captured, original);
    frame.iface = iface;
    frame.number++;
    this.#sink(frame);
  }

  /** The timestamp's 64 bits, exactly as far as seconds go, and to the nanosecond. */
  #time({ perSecond, offset }: Timed, high: number, low: number): void {
    const frame = this.#frame;
    const top = high * 2 ** 32;
    // high * 2^32 + low may exceed 53 bits: divide the two parts one by one.
    const seconds = Math.floor(top / perSecond);
    const rest = (top % perSecond) + low;
    const more = Math.floor(rest / perSecond);
    frame.seconds = seconds + more + offset;
    frame.nanos = Math.min(999_999_999, Math.floor(((rest - more * perSecond) * 1e9) / perSecond));
  }

  #plain(): void {
    const frame = this.#frame;
    frame.direction = '';
    frame.process = 0;
    if (frame.comments.length > 0) frame.comments = [];
  }

  /** The options of a packet. */
  #details(at: number, end: number): void {
    this.#plain();
    if (end - at < 4) return;
    const frame = this.#frame;
    let comments: string[] | null = null;
    this.#options(at, end, (code, from, length) => {
      if (code === EPB_FLAGS && length >= 4) {
        const way = this.#dv.getUint32(from, this.#little) & 3;
        frame.direction = way === 1 ? 'in' : way === 2 ? 'out' : '';
      } else if (code === OPT_COMMENT) {
        comments ??= [];
        if (comments.length < MOST_PACKET_COMMENTS) comments.push(this.#text(from, length));
      } else if (code === EPB_PROCESS && length >= 4) frame.process = this.#dv.getUint32(from, this.#little);
      else if (code === EPB_DARWIN_PROCESS && length >= 4)
        frame.process = this.#processes[this.#dv.getUint32(from, this.#little)] ?? 0;
    });
    if (comments !== null) frame.comments = comments;
  }

  #comments(at: number, end: number): void {
    this.#options(at, end, (code, from, length) => {
      if (code === OPT_COMMENT) this.#comment(from, length);
    });
  }

  #comment(from: number, length: number): void {
    const { comments } = this.#info;
    if (comments.length < MOST_COMMENTS) comments.push(this.#text(from, length));
  }

  #text(from: number, length: number): string {
    return decoder.decode(this.#u8.subarray(from, from + length));
  }

  /** Every option, or record of names, in [at, end): one that reaches beyond the end ends the walk. */
  #options(at: number, end: number, tell: (code: number, from: number, length: number) => void): void {
    const dv = this.#dv;
    while (end - at >= 4) {
      const code = dv.getUint16(at, this.#little);
      const length = dv.getUint16(at + 2, this.#little);
      if (code === OPT_END || at + 4 + length > end) return;
      tell(code, at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
  }
}
