// Reassembly of IPv4 fragments (RFC 791 section 3.2, RFC 815) and IPv6 fragments (RFC 8200 section 4.5)
// in Memory. Everything is bounded: bytes, datagrams, fragments of a datagram, and time. Overlapping
// fragments condemn their datagram (RFC 5722), in IPv4 too; exact duplicates are harmless.

import type { Memory } from '../../wire/index.ts';
import {
  finish,
  IPPROTO_TCP,
  IPV6_FRAGMENT_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type IpPacket,
  sum,
} from '../../wire/index.ts';

/** Why a fragment, or the datagram with it, was dropped. */
export type FragmentDrop =
  /** Octets that were already there, alike: only the copy is dropped. */
  | 'duplicate'
  /** Octets that were already there, different or cut differently. */
  | 'overlap'
  /** Two ends, or octets beyond the end. */
  | 'end'
  /** The datagram was condemned before. */
  | 'condemned'
  /** A TCP header cut apart (RFC 1858 section 3, RFC 3128): no honest sender does this. */
  | 'tiny'
  | 'too many fragments'
  /** With the first fragment's header the packet is longer than 65535 octets. */
  | 'too long'
  /** Congestion experienced in one fragment, not ECN-capable in another (RFC 3168 section 5.3). */
  | 'ecn'
  /** No memory for the octets or for the packet. */
  | 'memory'
  /** Pushed out by newer datagrams at a bound. */
  | 'evicted'
  | 'timeout';

/** Bounds of a {@link Reassembler}. */
export interface FragmentLimits {
  /** Octets of Memory held. Default 1 MiB. */
  bytes?: number;
  /** Incomplete datagrams. Default 64. */
  datagrams?: number;
  /** Fragments of one datagram. Default 128: 64 KiB in pieces of 552 octets. */
  fragments?: number;
}

/** RFC 791 section 3.2 begins with 15 s; RFC 8200 section 4.5 demands 60 s. */
const IPV4_TIMEOUT_MS = 15_000;
const IPV6_TIMEOUT_MS = 60_000;

/** Words per fragment in `Datagram.pieces`: first octet, end, block, size of the block. */
const PIECE = 4;

/** Fragments of one packet. Reused. */
class Datagram {
  family = 0;
  id = 0;
  /** IPv4 only: RFC 791 tells datagrams apart by it. */
  protocol = 0;
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  expiryMs = 0;
  /** In order of their first octets. */
  pieces = new Int32Array(8 * PIECE);
  count = 0;
  /** Octets received. */
  received = 0;
  /** Octets of the whole fragmentable part, -1 before the last fragment came. */
  total = -1;
  /** The first piece holds the packet as it came, headers and all: so many octets before the data. */
  headLen = 0;
  /** IPv6: offset in the packet of the octet that names the fragment header. */
  nextHeaderAt = 0;
  /** Octets of Memory held. */
  bytes = 0;
  /** Bit n: a fragment had ECN codepoint n. */
  ecn = 0;
  condemned = false;
}

/** Puts fragments together. Times are milliseconds that never wrap. */
export class Reassembler {
  /** Octets of the packet that `accept` returned. */
  length = 0;
  /** Why `accept` returned 0; '' when the fragment is kept and others are missing. */
  reason: FragmentDrop | '' = '';
  /** Packets put together. */
  reassembled = 0;
  /** Fragments dropped, by reason; 'evicted' and 'timeout' count datagrams. */
  readonly dropped: Record<FragmentDrop, number> = {
    duplicate: 0,
    overlap: 0,
    end: 0,
    condemned: 0,
    tiny: 0,
    'too many fragments': 0,
    'too long': 0,
    ecn: 0,
    memory: 0,
    evicted: 0,
    timeout: 0,
  };
  /** Octets of Memory held. */
  bytes = 0;
  readonly #mem: Memory;
  readonly #maxBytes: number;
  readonly #maxDatagrams: number;
  readonly #maxFragments: number;
  /** Oldest first. */
  readonly #datagrams: Datagram[] = [];
  readonly #spare: Datagram[] = [];

  constructor(mem: Memory, limits: FragmentLimits = {}) {
    this.#mem = mem;
    this.#maxBytes = limits.bytes ?? 1 << 20;
    this.#maxDatagrams = Math.max(1, limits.datagrams ?? 64);
    this.#maxFragments = Math.max(2, limits.fragments ?? 128);
  }

  /** Incomplete datagrams, condemned ones among them. */
  get size(): number {
    return this.#datagrams.length;
  }

  /**
   * Takes a copy of a well-formed packet that is a fragment. Returns the offset of the whole packet,
   * `length` octets that the caller frees with `mem.free(off, length)`, or 0 and a `reason`.
   */
  accept(packet: IpPacket, nowMs: number): number {
    this.length = 0;
    this.reason = '';
    const start = packet.fragOff;
    const end = start + packet.payloadLen;
    if (packet.protocol === IPPROTO_TCP && (start === 0 ? end < 20 : start < 20)) return this.#drop('tiny');
    const datagram = this.#find(packet) ?? this.#open(packet, nowMs);
    if (datagram.condemned) return this.#drop('condemned');
    if (!packet.moreFragments) {
      const last = datagram.count === 0 ? 0 : (datagram.pieces[(datagram.count - 1) * PIECE + 1] as number);
      if ((datagram.total !== -1 && datagram.total !== end) || last > end)
        return this.#condemn(datagram, 'end');
    } else if (datagram.total !== -1 && end > datagram.total) return this.#condemn(datagram, 'end');

    const place = placeOf(datagram, start);
    const problem = this.#compare(datagram, place, start, end, packet.payloadOff);
    if (problem === 'duplicate') return this.#drop(problem);
    if (problem !== '') return this.#condemn(datagram, problem);
    if (datagram.count === this.#maxFragments) return this.#condemn(datagram, 'too many fragments');
    if (!this.#keep(datagram, place, packet, start, end)) return this.#drop('memory');
    if (!packet.moreFragments) datagram.total = end;
    return datagram.received === datagram.total ? this.#rebuild(datagram) : 0;
  }

  /**
   * Drops the datagrams whose time has come. `timedOut` gets the first fragment of each as it came, if
   * it came, for ICMP Time Exceeded code 1; it is freed afterwards.
   */
  expire(nowMs: number, timedOut: (off: number, len: number) => void): void {
    for (let i = 0; i < this.#datagrams.length; ) {
      const datagram = this.#datagrams[i] as Datagram;
      if (datagram.expiryMs > nowMs) {
        i++;
        continue;
      }
      if (!datagram.condemned) {
        this.dropped.timeout++;
        if (datagram.count !== 0 && datagram.pieces[0] === 0)
          timedOut(datagram.pieces[2] as number, datagram.pieces[3] as number);
      }
      this.#close(i);
    }
  }

  /** Milliseconds from `nowMs` until `expire` has something to do: 0 when overdue, -1 when empty. */
  untilNext(nowMs: number): number {
    let least = -1;
    for (let i = 0; i < this.#datagrams.length; i++) {
      const wait = Math.max(0, (this.#datagrams[i] as Datagram).expiryMs - nowMs);
      if (least === -1 || wait < least) least = wait;
    }
    return least;
  }

  /** Drops everything. */
  clear(): void {
    while (this.#datagrams.length > 0) this.#close(0);
  }

  #drop(reason: FragmentDrop): number {
    this.reason = reason;
    this.dropped[reason]++;
    return 0;
  }

  /** Frees the datagram's octets; the rest of it is refused until its time is up (RFC 5722 section 4). */
  #condemn(datagram: Datagram, reason: FragmentDrop): number {
    this.#free(datagram);
    datagram.condemned = true;
    return this.#drop(reason);
  }

  #find(packet: IpPacket): Datagram | null {
    for (let i = this.#datagrams.length - 1; i >= 0; i--) {
      const d = this.#datagrams[i] as Datagram;
      if (
        d.id === packet.fragId &&
        d.src3 === packet.src3 &&
        d.dst3 === packet.dst3 &&
        d.family === packet.family &&
        (d.family === 6 || d.protocol === packet.protocol) &&
        d.src0 === packet.src0 &&
        d.src1 === packet.src1 &&
        d.src2 === packet.src2 &&
        d.dst0 === packet.dst0 &&
        d.dst1 === packet.dst1 &&
        d.dst2 === packet.dst2
      )
        return d;
    }
    return null;
  }

  #open(packet: IpPacket, nowMs: number): Datagram {
    if (this.#datagrams.length === this.#maxDatagrams) this.#evict(0);
    const d = this.#spare.pop() ?? new Datagram();
    d.family = packet.family;
    d.id = packet.fragId;
    d.protocol = packet.protocol;
    d.src0 = packet.src0;
    d.src1 = packet.src1;
    d.src2 = packet.src2;
    d.src3 = packet.src3;
    d.dst0 = packet.dst0;
    d.dst1 = packet.dst1;
    d.dst2 = packet.dst2;
    d.dst3 = packet.dst3;
    d.expiryMs = nowMs + (packet.family === 4 ? IPV4_TIMEOUT_MS : IPV6_TIMEOUT_MS);
    d.received = 0;
    d.total = -1;
    d.ecn = 0;
    d.condemned = false;
    this.#datagrams.push(d);
    return d;
  }

  /** What the octets [start, end) are to the pieces around `place`. */
  #compare(d: Datagram, place: number, start: number, end: number, off: number): FragmentDrop | '' {
    const pieces = d.pieces;
    if (place > 0 && (pieces[(place - 1) * PIECE + 1] as number) > start) return 'overlap';
    if (place === d.count || (pieces[place * PIECE] as number) >= end) return '';
    if (pieces[place * PIECE] !== start || pieces[place * PIECE + 1] !== end) return 'overlap';
    const u8 = this.#mem.u8;
    const at = dataOf(d, place);
    for (let i = 0; i < end - start; i++) if (u8[at + i] !== u8[off + i]) return 'overlap';
    return 'duplicate';
  }

  /** Copies a fragment; the first one with its headers. False without memory. */
  #keep(d: Datagram, place: number, packet: IpPacket, start: number, end: number): boolean {
    const from = start === 0 ? packet.headerOff : packet.payloadOff;
    const size = packet.payloadOff + (end - start) - from;
    const block = blockSize(size);
    this.#makeRoom(d, block);
    if (this.bytes + block > this.#maxBytes) return false;
    const off = this.#mem.alloc(size);
    if (off === 0) return false;
    this.#mem.u8.copyWithin(off, from, from + size);
    if (start === 0) {
      d.headLen = packet.headerLen;
      if (packet.family === 6) d.nextHeaderAt = nextHeaderAt(this.#mem, packet);
    }
    if ((d.count + 1) * PIECE > d.pieces.length) {
      const bigger = new Int32Array(d.pieces.length * 2);
      bigger.set(d.pieces);
      d.pieces = bigger;
    }
    const at = place * PIECE;
    d.pieces.copyWithin(at + PIECE, at, d.count * PIECE);
    d.pieces[at] = start;
    d.pieces[at + 1] = end;
    d.pieces[at + 2] = off;
    d.pieces[at + 3] = size;
    d.count++;
    d.received += end - start;
    d.ecn |= 1 << (packet.tos & 3);
    d.bytes += block;
    this.bytes += block;
    return true;
  }

  /** Pushes out the oldest datagrams other than `d` until `block` more octets fit. */
  #makeRoom(d: Datagram, block: number): void {
    for (let i = 0; this.bytes + block > this.#maxBytes && i < this.#datagrams.length; ) {
      const other = this.#datagrams[i] as Datagram;
      if (other === d || other.bytes === 0) i++;
      else this.#evict(i);
    }
  }

  #evict(i: number): void {
    this.dropped.evicted++;
    this.#close(i);
  }

  #close(i: number): void {
    const d = this.#datagrams[i] as Datagram;
    this.#free(d);
    this.#datagrams.splice(i, 1);
    this.#spare.push(d);
  }

  #free(d: Datagram): void {
    for (let i = 0; i < d.count; i++)
      this.#mem.free(d.pieces[i * PIECE + 2] as number, d.pieces[i * PIECE + 3] as number);
    this.bytes -= d.bytes;
    d.bytes = 0;
    d.count = 0;
  }

  #rebuild(d: Datagram): number {
    const mem = this.#mem;
    // IPv6: the fragment header, the last of the head, goes (RFC 8200 section 4.5).
    const head = d.family === 4 ? d.headLen : d.headLen - IPV6_FRAGMENT_HEADER_LENGTH;
    const length = head + d.total;
    const excess = d.family === 4 ? 0 : IPV6_HEADER_LENGTH;
    if (length - excess > 0xffff) return this.#condemn(d, 'too long');
    if ((d.ecn & 0b1001) === 0b1001) return this.#condemn(d, 'ecn');
    const out = mem.alloc(length);
    if (out === 0) return this.#condemn(d, 'memory');
    const u8 = mem.u8;
    const first = d.pieces[2] as number;
    u8.copyWithin(out, first, first + head);
    for (let i = 0; i < d.count; i++) {
      const start = d.pieces[i * PIECE] as number;
      const at = dataOf(d, i);
      u8.copyWithin(out + head + start, at, at + (d.pieces[i * PIECE + 1] as number) - start);
    }
    if (d.family === 4) finishIpv4(mem, out, head, length, (d.ecn & 8) !== 0);
    else finishIpv6(mem, out, length, d.nextHeaderAt, u8[first + head] as number, (d.ecn & 8) !== 0);
    this.#close(this.#datagrams.indexOf(d));
    this.reassembled++;
    this.length = length;
    return out;
  }
}

/** Octets that Memory spends on a block. */
function blockSize(size: number): number {
  return size <= 64 ? 64 : 1 << (32 - Math.clz32(size - 1));
}

/** The index among the pieces where one that begins at `start` belongs. */
function placeOf(d: Datagram, start: number): number {
  let place = d.count;
  while (place > 0 && (d.pieces[(place - 1) * PIECE] as number) >= start) place--;
  return place;
}

/** Where the data of a piece begins in Memory. */
function dataOf(d: Datagram, i: number): number {
  const off = d.pieces[i * PIECE + 2] as number;
  return d.pieces[i * PIECE] === 0 ? off + d.headLen : off;
}

/** Offset in an IPv6 packet of the octet whose value says that the fragment header is next. */
function nextHeaderAt(mem: Memory, packet: IpPacket): number {
  const fragmentHeader = packet.fragHeaderOff - packet.headerOff;
  let at = 6;
  let header = IPV6_HEADER_LENGTH;
  while (header < fragmentHeader) {
    at = header;
    header += ((mem.u8[packet.headerOff + header + 1] as number) + 1) << 3;
  }
  return at;
}

/** Makes a whole packet's header of the first fragment's: total length, no MF, ECN, checksum. */
function finishIpv4(mem: Memory, off: number, head: number, length: number, ce: boolean): void {
  const dv = mem.dv;
  if (ce) dv.setUint8(off + 1, dv.getUint8(off + 1) | 3);
  dv.setUint16(off + 2, length);
  dv.setUint16(off + 6, dv.getUint16(off + 6) & 0x4000);
  dv.setUint16(off + 10, 0);
  dv.setUint16(off + 10, finish(sum(mem, off, head, 0)));
}

function finishIpv6(
  mem: Memory,
  off: number,
  length: number,
  nextHeaderAt: number,
  next: number,
  ce: boolean,
): void {
  const dv = mem.dv;
  if (ce) dv.setUint8(off + 1, dv.getUint8(off + 1) | 0x30);
  dv.setUint16(off + 4, length - IPV6_HEADER_LENGTH);
  dv.setUint8(off + nextHeaderAt, next);
}
