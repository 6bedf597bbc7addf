// Packets in a stream: a length before each. QEMU's sockets (`-netdev stream`, `-netdev socket`) write it as four
// octets, the most significant first; HyperKit's and vpnkit's as two, the least significant first.

import { LONGEST_PACKET } from './base.ts';

/** How lengths are written. */
export type Framing = 'uint32be' | 'uint16le';

/** A length that no packet has: where the next one begins is unknown, the stream is of no use any more. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
  readonly code = 'EPROTO';
}

/** A packet with its length before it. */
export function frame(packet: Uint8Array, framing: Framing): Uint8Array {
  const out = new Uint8Array(headerLength(framing) + packet.length);
  writeFrame(out, 0, packet, framing);
  return out;
}

/** Octets of a length. */
export function headerLength(framing: Framing): number {
  return framing === 'uint32be' ? 4 : 2;
}

/** Writes a packet with its length before it at `at`; where that ends. */
export function writeFrame(out: Uint8Array, at: number, packet: Uint8Array, framing: Framing): number {
  const { length } = packet;
  let next = at;
  if (framing === 'uint32be') {
    out[next++] = length >>> 24;
    out[next++] = length >>> 16;
    out[next++] = length >>> 8;
    out[next++] = length;
  } else {
    out[next++] = length;
    out[next++] = length >>> 8;
  }
  out.set(packet, next);
  return next + length;
}

/** Takes a stream apart, however it comes cut. Holds one packet at most. */
export class Deframer {
  /** Packets that were skipped: longer than `longest`, or empty. */
  skipped = 0;
  readonly #framing: Framing;
  readonly #longest: number;
  readonly #header: Uint8Array;
  readonly #packet: Uint8Array;
  /** Octets there of the header; when it is whole, of the packet. */
  #have = 0;
  /** Length of the packet that is coming; -1: the header is. */
  #length = -1;

  /** `longest`: the longest packet that is handed over. */
  constructor(framing: Framing, longest: number) {
    this.#framing = framing;
    this.#longest = longest;
    this.#header = new Uint8Array(headerLength(framing));
    this.#packet = new Uint8Array(longest);
  }

  /**
   * Takes the next octets of the stream; `each` gets the packets that are whole, valid during the call.
   * @throws FramingError
   */
  push(octets: Uint8Array, each: (packet: Uint8Array) => void): void {
    let at = 0;
    while (at < octets.length) {
      if (this.#length < 0) at = this.#takeHeader(octets, at);
      else at = this.#takePacket(octets, at, each);
    }
  }

  #takeHeader(octets: Uint8Array, at: number): number {
    const header = this.#header;
    while (at < octets.length && this.#have < header.length) header[this.#have++] = octets[at++] as number;
    if (this.#have < header.length) return at;
    const dv = new DataView(header.buffer);
    const length = this.#framing === 'uint32be' ? dv.getUint32(0) : dv.getUint16(0, true);
    if (length > LONGEST_PACKET)
      throw new FramingError(`a packet of ${length} octets: the stream is not framed as ${this.#framing}`);
    this.#have = 0;
    if (length === 0) this.skipped++;
    else this.#length = length;
    return at;
  }

  #takePacket(octets: Uint8Array, at: number, each: (packet: Uint8Array) => void): number {
    const length = this.#length;
    const n = Math.min(length - this.#have, octets.length - at);
    const end = at + n;
    const whole = this.#have + n === length;
    const keep = length <= this.#longest;
    if (keep && !(whole && this.#have === 0)) this.#packet.set(octets.subarray(at, end), this.#have);
    const packet = this.#have === 0 ? octets.subarray(at, end) : this.#packet.subarray(0, length);
    this.#have += n;
    if (!whole) return end;
    this.#have = 0;
    this.#length = -1;
    if (keep) each(packet);
    else this.skipped++;
    return end;
  }
}
