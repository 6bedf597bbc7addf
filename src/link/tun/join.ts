// Segments that arrive one after the other, joined to one that stands for them (generic receive offload), where the
// kernel gives packets of one segment each: one segment for the engine, and one ACK. A run is of one batch, and can be
// told apart again: `cutTcp` makes the packets of it that came. So whatever makes a packet another than the one before
// ends it, as in Linux (net/ipv4/tcp_offload.c, tcp_gro_receive).
//
// A packet is read behind the text of the run, its headers over the end of it, which is put back when its text goes on
// there: nothing is copied but headers.

import {
  ACK,
  finish,
  IPPROTO_TCP,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  MAX_TCP_HEADER_LENGTH,
  type Memory,
  Offload,
  PSH,
  pseudoSumWords,
  sum,
  TCP_HEADER_LENGTH,
  tcpChecksumOk,
} from '../../wire/index.ts';

/** Octets of a joined packet, at most: an IPv4 header can say it, and a packet has room behind it in 128 KiB. */
const MOST = 65_280;
const PACKET_BYTES = 65_536;
const MAX_HEADERS = IPV6_HEADER_LENGTH + MAX_TCP_HEADER_LENGTH;
/** Two headers are kept behind the packets. */
const KEPT = MOST + PACKET_BYTES;

/** Octets of the block that packets are read to and joined in. */
export const JOIN_BYTES = KEPT + 2 * MAX_HEADERS;

/** Takes a packet, and what is said beside it. */
export type Deliver = (off: number, len: number, offload: Offload | null) => void;

/** Joins the packets of a batch. What it delivers is valid during the call. */
export class Joiner {
  readonly #memory: Memory;
  readonly #at: number;
  readonly #deliver: Deliver;
  readonly #offload = new Offload();
  /** Octets of the run in hand; 0: there is none. */
  #len = 0;
  /** Of these, its headers; where the TCP header begins. */
  #headers = 0;
  #ip = 0;
  /** Octets of text in each of its segments, and how many there are. */
  #size = 0;
  #count = 0;

  /** In the block of `JOIN_BYTES` octets at `at`. */
  constructor(memory: Memory, at: number, deliver: Deliver) {
    this.#memory = memory;
    this.#at = at;
    this.#deliver = deliver;
  }

  /** Where the next packet, of at most 65,536 octets, is to be put. */
  place(): number {
    if (this.#len === 0) return this.#at;
    const to = this.#at + this.#len - this.#headers;
    const kept = this.#at + KEPT;
    this.#memory.u8.copyWithin(kept, to, to + this.#headers);
    return to;
  }

  /** A packet of `n` octets is there. */
  took(n: number): void {
    const at = this.#at;
    const headers = this.#headers;
    if (this.#len === 0) {
      this.#begin(n);
      return;
    }
    const { u8 } = this.#memory;
    const from = at + this.#len - headers;
    const kept = at + KEPT;
    if (this.#goesOn(from, n)) {
      const last = u8[from + this.#ip + 13] as number;
      u8.copyWithin(from, kept, kept + headers);
      this.#len += n - headers;
      this.#count++;
      if ((last & PSH) !== 0) u8[at + this.#ip + 13] = last;
      if ((last & PSH) !== 0 || n - headers < this.#size) this.flush();
      return;
    }
    const mine = kept + MAX_HEADERS;
    u8.copyWithin(mine, from, from + headers);
    u8.copyWithin(from, kept, kept + headers);
    this.flush();
    const { u8: now } = this.#memory;
    now.copyWithin(at, mine, mine + Math.min(headers, n));
    if (n > headers) now.copyWithin(at + headers, from + headers, from + n);
    this.#begin(n);
  }

  /** Delivers the run in hand: the batch is over. */
  flush(): void {
    const len = this.#len;
    if (len === 0) return;
    this.#len = 0;
    const mem = this.#memory;
    const at = this.#at;
    const offload = this.#offload.clear();
    offload.verified = true;
    if (this.#count > 1) {
      offload.gsoSize = this.#size;
      offload.headerLen = this.#headers;
      if (this.#ip === IPV4_HEADER_LENGTH) {
        mem.dv.setUint16(at + 2, len);
        mem.dv.setUint16(at + 10, 0);
        mem.dv.setUint16(at + 10, finish(sum(mem, at, IPV4_HEADER_LENGTH, 0)));
      } else {
        mem.dv.setUint16(at + 4, len - IPV6_HEADER_LENGTH);
      }
    }
    this.#deliver(at, len, offload);
  }

  /** The packet at the beginning of the block: the first of a run, or delivered as it is. */
  #begin(n: number): void {
    const { u8 } = this.#memory;
    const at = this.#at;
    const ip = ipHeaderOf(this.#memory, at, n);
    const tcp = at + ip;
    const headers = ip + ((u8[tcp + 12] as number) >> 4) * 4;
    // Text, and no control bit but ACK.
    if (ip === 0 || headers >= n || u8[tcp + 13] !== ACK || !sumIsRight(this.#memory, at, ip, n)) {
      this.#deliver(at, n, null);
      return;
    }
    this.#len = n;
    this.#headers = headers;
    this.#ip = ip;
    this.#size = n - headers;
    this.#count = 1;
  }

  /** Whether the packet at `from` is what comes next in the run. */
  #goesOn(from: number, n: number): boolean {
    const mem = this.#memory;
    const { dv } = mem;
    const at = this.#at;
    const ip = this.#ip;
    const headers = this.#headers;
    const text = n - headers;
    if (text <= 0 || text > this.#size || this.#len + text > MOST) return false;
    if (ipHeaderOf(mem, from, n) !== ip || !sameIpHeader(dv, at, from, ip, this.#count)) return false;
    const a = at + ip;
    const b = from + ip;
    if (dv.getInt32(a) !== dv.getInt32(b) || dv.getInt32(a + 8) !== dv.getInt32(b + 8)) return false;
    if (dv.getInt32(b + 4) !== ((dv.getInt32(a + 4) + Math.imul(this.#count, this.#size)) | 0)) return false;
    // Data offset, control bits and window: PSH ends a run.
    if (((dv.getInt32(a + 12) ^ dv.getInt32(b + 12)) & ~(PSH << 16)) !== 0) return false;
    if (dv.getUint16(a + 18) !== dv.getUint16(b + 18)) return false;
    for (let i = TCP_HEADER_LENGTH; i < headers - ip; i += 4)
      if (dv.getInt32(a + i) !== dv.getInt32(b + i)) return false;
    return sumIsRight(mem, from, ip, n);
  }
}

/** Octets of the IP header before a TCP header in a packet of `n` octets; 0 for another packet, or one with options. */
function ipHeaderOf({ u8, dv }: Memory, off: number, n: number): number {
  if (n < IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH) return 0;
  if (u8[off] === 0x45) {
    const whole = dv.getUint16(off + 2) === n && (dv.getUint16(off + 6) & 0xbfff) === 0;
    return whole && u8[off + 9] === IPPROTO_TCP ? IPV4_HEADER_LENGTH : 0;
  }
  if ((u8[off] as number) >> 4 !== 6 || n < IPV6_HEADER_LENGTH + TCP_HEADER_LENGTH) return 0;
  const whole = dv.getUint16(off + 4) === n - IPV6_HEADER_LENGTH;
  return whole && u8[off + 6] === IPPROTO_TCP ? IPV6_HEADER_LENGTH : 0;
}

/** Whether two IP headers differ in nothing but length, checksum and identification, which counts on by `count`. */
function sameIpHeader(dv: DataView, a: number, b: number, ip: number, count: number): boolean {
  if (ip === IPV4_HEADER_LENGTH) {
    return (
      dv.getUint16(a) === dv.getUint16(b) &&
      ((dv.getUint16(a + 4) + count) & 0xffff) === dv.getUint16(b + 4) &&
      dv.getInt32(a + 6) === dv.getInt32(b + 6) && // fragmentation, TTL, protocol
      dv.getInt32(a + 12) === dv.getInt32(b + 12) &&
      dv.getInt32(a + 16) === dv.getInt32(b + 16)
    );
  }
  if (dv.getInt32(a) !== dv.getInt32(b) || dv.getUint16(a + 6) !== dv.getUint16(b + 6)) return false;
  for (let i = 8; i < IPV6_HEADER_LENGTH; i += 4) if (dv.getInt32(a + i) !== dv.getInt32(b + i)) return false;
  return true;
}

/** Whether the checksums of a packet are right: after that nobody looks at those of its segments. */
function sumIsRight(mem: Memory, off: number, ip: number, n: number): boolean {
  const { dv } = mem;
  const w = (i: number): number => dv.getInt32(off + i);
  const len = n - ip;
  if (ip === IPV4_HEADER_LENGTH) {
    const pseudo = pseudoSumWords(4, 0, 0, 0, w(12), 0, 0, 0, w(16), IPPROTO_TCP, len);
    return sum(mem, off, ip, 0) === 0xffff && tcpChecksumOk(mem, off + ip, len, pseudo);
  }
  const pseudo = pseudoSumWords(6, w(8), w(12), w(16), w(20), w(24), w(28), w(32), w(36), IPPROTO_TCP, len);
  return tcpChecksumOk(mem, off + ip, len, pseudo);
}
