// The classic format of libpcap (draft-ietf-opsawg-pcap): a header of 24 octets, then records. Both byte orders,
// microseconds and nanoseconds, and the "modified" records of old Linux kernels.

import type { CaptureInfo, CaptureInterface, Frame, FrameSink } from './frame.ts';
import type { Problems } from './problems.ts';

/** The file's first word, as it reads in the order in which the rest of it is written. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetsov's format: eight more octets in each record. */
const MODIFIED = 0xa1b2cd34;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MODIFIED_RECORD_HEADER = 24;
/** No link has larger packets: Wireshark's bound for most of them. */
const MOST_OCTETS = 262_144;

/** Whether octets begin a pcap file: its byte order; null if they do not. */
export function pcapOrder(dv: DataView): 'little' | 'big' | null {
  for (const order of ['little', 'big'] as const) {
    const magic = dv.getUint32(0, order === 'little');
    if (magic === MICROSECONDS || magic === NANOSECONDS || magic === MODIFIED) return order;
  }
  return null;
}

/** Reads records. `parse` takes what is there and says how much of it was used. */
export class PcapParser {
  readonly least = FILE_HEADER;
  readonly #little: boolean;
  readonly #frame: Frame;
  readonly #sink: FrameSink;
  readonly #info: CaptureInfo;
  readonly #problems: Problems;
  #iface: CaptureInterface | null = null;
  #header = RECORD_HEADER;
  #nanosPerUnit = 1000;
  /** Nothing more can be understood. */
  stopped = false;

  constructor(order: 'little' | 'big', frame: Frame, sink: FrameSink, info: CaptureInfo, problems: Problems) {
    this.#little = order === 'little';
    this.#frame = frame;
    this.#sink = sink;
    this.#info = info;
    this.#problems = problems;
    info.format = 'pcap';
  }

  /** Reads whole records of `u8[at … end)`; where the first incomplete one begins. `base` is the file offset of u8[0]. */
  parse(u8: Uint8Array, dv: DataView, at: number, end: number, base: number): number {
    if (this.#iface === null) {
      if (end - at < FILE_HEADER) return at;
      this.#begin(dv, at);
      at += FILE_HEADER;
    }
    const little = this.#little;
    const header = this.#header;
    const frame = this.#frame;
    while (end - at >= header) {
      const captured = dv.getUint32(at + 8, little);
      if (captured > MOST_OCTETS) {
        this.#problems.add('badRecord', { offset: base + at, octets: captured });
        this.stopped = true;
        return at;
      }
      if (end - at - header < captured) return at;
      frame.seconds = dv.getUint32(at, little);
      frame.nanos = dv.getUint32(at + 4, little) * this.#nanosPerUnit;
      if (frame.nanos >= 1e9) {
        frame.seconds += Math.floor(frame.nanos / 1e9);
        frame.nanos %= 1e9;
      }
      frame.data = u8;
      frame.off = at + header;
      frame.length = captured;
      frame.originalLength = Math.max(captured, dv.getUint32(at + 12, little));
      frame.iface = this.#iface as CaptureInterface;
      frame.number++;
      this.#sink(frame);
      at += header + captured;
    }
    return at;
  }

  #begin(dv: DataView, at: number): void {
    const little = this.#little;
    const magic = dv.getUint32(at, little);
    const nanoseconds = magic === NANOSECONDS;
    this.#nanosPerUnit = nanoseconds ? 1 : 1000;
    this.#info.nanoseconds = nanoseconds;
    if (magic === MODIFIED) this.#header = MODIFIED_RECORD_HEADER;
    this.#iface = {
      id: 0,
      // The upper bits say whether frames end in a FCS.
      linkType: dv.getUint32(at + 20, little) & 0x03ff_ffff,
      snapLen: dv.getUint32(at + 16, little),
      name: '',
      description: '',
      dropped: 0,
    };
    this.#info.interfaces.push(this.#iface);
  }
}
