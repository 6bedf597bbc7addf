// TCP options (RFC 9293 section 3.2, RFC 7323, RFC 2018): the walk over received octets, and a
// cursor for whoever wants to see every option as it stands.

import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';
import {
  MAX_COOKIE_LENGTH,
  OPT_ACC_ECN,
  OPT_FAST_OPEN,
  OPT_MD5,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_UNKNOWN,
  OPT_WSCALE,
  type Segment,
} from './segment.ts';

// Option kinds (IANA "TCP Option Kind Numbers").

/** End of option list (RFC 9293 section 3.2). */
export const TCPOPT_END = 0;
/** No-operation: one octet, between options (RFC 9293 section 3.2). */
export const TCPOPT_NOP = 1;
/** Maximum segment size (RFC 9293 section 3.7.1). */
export const TCPOPT_MSS = 2;
/** Window scale (RFC 7323 section 2.2). */
export const TCPOPT_WSCALE = 3;
/** SACK-permitted (RFC 2018 section 2). */
export const TCPOPT_SACK_PERMITTED = 4;
/** SACK (RFC 2018 section 3). */
export const TCPOPT_SACK = 5;
/** Timestamps (RFC 7323 section 3.2). */
export const TCPOPT_TIMESTAMPS = 8;
/** MD5 signature (RFC 2385 section 3.0). */
export const TCPOPT_MD5 = 19;
/** TCP Fast Open (RFC 7413 section 4.1.1). */
export const TCPOPT_FAST_OPEN = 34;
/** AccECN0 (RFC 9768 section 3.2.3). */
export const TCPOPT_ACC_ECN_0 = 172;
/** AccECN1: the same counters in the other order (RFC 9768 section 3.2.3). */
export const TCPOPT_ACC_ECN_1 = 174;
/** Experiments (RFC 6994); with the magic number it was Fast Open before it had a kind of its own. */
export const TCPOPT_EXPERIMENT = 254;
/** The magic number that makes an experimental option Fast Open. */
export const FAST_OPEN_MAGIC = 0xf989;

/** Octets of an option with a signature. */
const MD5_OCTETS = 18;
/** The same with two NOPs before it. */
export const MD5_PADDED = 20;

/** NOP NOP TS 10, as one word: how timestamps are sent since RFC 1323 appendix A. */
export const NOP_NOP_TS = 0x0101080a;

/** The options of most SYNs: how many octets they are, and what stands before the numbers in them. */
const SYN_OPTIONS = 20;
const MSS_4 = 0x0204;
const SACK_2_TS_10 = 0x0402080a;
const NOP_WSCALE_3 = 0x010303;

/**
 * Reads the `len` octets of options at `off` into `seg`. Options may stand at any offset (MUST-64);
 * unknown kinds are skipped by their length (MUST-6, MUST-68) and so is a known kind whose length is
 * not its own: both set OPT_UNKNOWN. Of two options of a kind the first counts. A length that is
 * below 2 or reaches beyond the area is TCP_OPTION_LENGTH (MUST-7); what stood before is in `seg`.
 */
export function parseTcpOptions(mem: Memory, off: number, len: number, seg: Segment): number {
  seg.opts = 0;
  seg.sackCount = 0;
  seg.cookieLen = 0;
  seg.optOff = off;
  seg.optLen = len;
  if (len === 0) return Malformed.OK;
  if (len === 12 && mem.dv.getInt32(off) === NOP_NOP_TS) {
    seg.opts = OPT_TIMESTAMPS;
    seg.tsVal = mem.dv.getInt32(off + 4);
    seg.tsEcr = mem.dv.getInt32(off + 8);
    return Malformed.OK;
  }
  if (len === SYN_OPTIONS && readSyn(mem, off, seg)) return Malformed.OK;
  const u8 = mem.u8;
  const end = off + len;
  let i = off;
  while (i < end) {
    const kind = u8[i] as number;
    if (kind === TCPOPT_END) break;
    if (kind === TCPOPT_NOP) {
      i++;
      continue;
    }
    const length = i + 1 < end ? (u8[i + 1] as number) : 0;
    if (length < 2 || i + length > end) return Malformed.TCP_OPTION_LENGTH;
    if (kind === TCPOPT_FAST_OPEN) readCookie(mem, i, 2, length, 0, seg);
    else if (kind === TCPOPT_EXPERIMENT && length >= 4 && mem.dv.getUint16(i + 2) === FAST_OPEN_MAGIC)
      readCookie(mem, i, 4, length, 1, seg);
    else if (kind === TCPOPT_ACC_ECN_0 || kind === TCPOPT_ACC_ECN_1) readAccEcn(mem, i, kind, length, seg);
    else readOption(mem, i, kind, length, seg);
    i += length;
  }
  return Malformed.OK;
}

/** The options of a SYN as Linux has them, and as we write them: MSS, SACK-permitted, timestamps, NOP, window scale. */
function readSyn(mem: Memory, off: number, seg: Segment): boolean {
  const { dv } = mem;
  const mss = dv.getInt32(off);
  const wscale = dv.getInt32(off + 16);
  if (mss >>> 16 !== MSS_4 || dv.getInt32(off + 4) !== SACK_2_TS_10 || wscale >>> 8 !== NOP_WSCALE_3)
    return false;
  seg.opts = OPT_MSS | OPT_SACK_PERMITTED | OPT_TIMESTAMPS | OPT_WSCALE;
  seg.mss = mss & 0xffff;
  seg.tsVal = dv.getInt32(off + 8);
  seg.tsEcr = dv.getInt32(off + 12);
  seg.wscale = wscale & 0xff;
  return true;
}

/** A Fast Open option with `header` octets before its cookie; an odd or impossible length counts as unknown. */
function readCookie(
  mem: Memory,
  i: number,
  header: number,
  length: number,
  experimental: number,
  seg: Segment,
): void {
  const n = length - header;
  if ((n !== 0 && (n < 4 || n > MAX_COOKIE_LENGTH || (n & 1) !== 0)) || (seg.opts & OPT_FAST_OPEN) !== 0) {
    seg.opts |= OPT_UNKNOWN;
    return;
  }
  seg.opts |= OPT_FAST_OPEN;
  seg.cookieLen = n;
  seg.cookieExperimental = experimental;
  for (let k = 0; k < n; k++) seg.cookie[k] = mem.u8[i + header + k] as number;
}

/** An AccECN option: of any length, the whole fields that fit are used and the rest is padding (RFC 9768 section 3.2.3). */
function readAccEcn(mem: Memory, i: number, kind: number, length: number, seg: Segment): void {
  if ((seg.opts & OPT_ACC_ECN) !== 0) return;
  seg.opts |= OPT_ACC_ECN;
  seg.ecnOrder = kind === TCPOPT_ACC_ECN_1 ? 1 : 0;
  const fields = Math.min(((length - 2) / 3) | 0, 3);
  seg.ecnFields = fields;
  const u8 = mem.u8;
  for (let n = 0, at = i + 2; n < fields; n++, at += 3) {
    const value = ((u8[at] as number) << 16) | ((u8[at + 1] as number) << 8) | (u8[at + 2] as number);
    if (n === 1) seg.ceb = value;
    else if ((n === 0) === (seg.ecnOrder === 0)) seg.e0b = value;
    else seg.e1b = value;
  }
}

/** One option of a legal length at `i`. */
function readOption(mem: Memory, i: number, kind: number, length: number, seg: Segment): void {
  const opt = optionBit(kind, length);
  if (opt === OPT_UNKNOWN || (seg.opts & opt) === 0) seg.opts |= opt;
  else return;
  const dv = mem.dv;
  if (opt === OPT_MSS) seg.mss = dv.getUint16(i + 2);
  else if (opt === OPT_WSCALE) seg.wscale = dv.getUint8(i + 2);
  else if (opt === OPT_TIMESTAMPS) {
    seg.tsVal = dv.getInt32(i + 2);
    seg.tsEcr = dv.getInt32(i + 6);
  } else if (opt === OPT_SACK) {
    const edges = (length - 2) >> 2;
    for (let n = 0; n < edges; n++) seg.sack[n] = dv.getInt32(i + 2 + 4 * n);
    seg.sackCount = edges >> 1;
  } else if (opt === OPT_MD5) seg.md5Off = i + 2;
}

/** The OPT_… bit of a kind, if the length is that kind's. */
function optionBit(kind: number, length: number): number {
  if (kind === TCPOPT_MSS && length === 4) return OPT_MSS;
  if (kind === TCPOPT_WSCALE && length === 3) return OPT_WSCALE;
  if (kind === TCPOPT_SACK_PERMITTED && length === 2) return OPT_SACK_PERMITTED;
  if (kind === TCPOPT_TIMESTAMPS && length === 10) return OPT_TIMESTAMPS;
  // A length in the 40 octets of the area leaves at most four blocks (RFC 2018 section 3).
  if (kind === TCPOPT_SACK && length >= 10 && length <= 34 && (length & 7) === 2) return OPT_SACK;
  if (kind === TCPOPT_MD5 && length === MD5_OCTETS) return OPT_MD5;
  return OPT_UNKNOWN;
}

/**
 * Steps over raw options, NOPs included, up to the end-of-list option:
 * `cursor.start(mem, seg.optOff, seg.optLen); while (cursor.next(mem)) …`.
 */
export class TcpOptionCursor {
  kind = 0;
  /** Where the option's kind octet stands. */
  off = 0;
  /** Octets of the whole option: 1 for NOP. */
  length = 0;
  /** Where its data begins, and how many octets they are. */
  dataOff = 0;
  dataLen = 0;
  /** The walk ended at a bad length. */
  malformed = false;
  #next = 0;
  #end = 0;

  /** Begins at `off`, before the first option. */
  start(off: number, len: number): this {
    this.#next = off;
    this.#end = off + len;
    this.malformed = false;
    return this;
  }

  /** Moves to the next option; false at the end of the list. */
  next(mem: Memory): boolean {
    const i = this.#next;
    if (i >= this.#end) return false;
    const kind = mem.u8[i] as number;
    if (kind === TCPOPT_END) return false;
    const single = kind === TCPOPT_NOP;
    const length = single ? 1 : i + 1 < this.#end ? (mem.u8[i + 1] as number) : 0;
    if (length < (single ? 1 : 2) || i + length > this.#end) {
      this.malformed = true;
      this.#next = this.#end;
      return false;
    }
    this.kind = kind;
    this.off = i;
    this.length = length;
    this.dataOff = single ? i + 1 : i + 2;
    this.dataLen = single ? 0 : length - 2;
    this.#next = i + length;
    return true;
  }
}

/** Octets, padded, of an AccECN option with `fields` counters. */
export function accEcnLength(fields: number): number {
  return (2 + 3 * fields + 3) & ~3;
}

/** SACK blocks that fit beside the other options of `opts` (OPT_… bits) and an AccECN option in 40 octets, at most `count`. */
export function sackBlocksThatFit(opts: number, count: number, accEcnOctets = 0): number {
  const room = (40 - fixedOptionsLength(opts) - accEcnOctets - 4) >> 3;
  return Math.min(count, room);
}

/** Octets, padded, of the options of `opts` other than SACK blocks. */
function fixedOptionsLength(opts: number): number {
  let n = 0;
  if ((opts & OPT_MSS) !== 0) n += 4;
  if ((opts & OPT_TIMESTAMPS) !== 0) n += 12;
  else if ((opts & OPT_SACK_PERMITTED) !== 0) n += 4;
  if ((opts & OPT_WSCALE) !== 0) n += 4;
  if ((opts & OPT_MD5) !== 0) n += MD5_PADDED;
  return n;
}

/** Octets, padded, of the AccECN option of `seg`. */
function accEcnOctets(seg: Segment): number {
  return (seg.opts & OPT_ACC_ECN) === 0 ? 0 : accEcnLength(seg.ecnFields);
}

/** Octets, padded, of the Fast Open option of `seg`; 0 when it does not fit beside `used` octets. */
function cookieLength(seg: Segment, used: number): number {
  if ((seg.opts & OPT_FAST_OPEN) === 0) return 0;
  const n = (bareCookieLength(seg) + 3) & ~3;
  return used + n > 40 ? 0 : n;
}

/** Octets of the Fast Open option of `seg`, without padding. */
function bareCookieLength(seg: Segment): number {
  return (seg.cookieExperimental === 1 ? 4 : 2) + seg.cookieLen;
}

/** Octets, padded at the end, of the options of `seg` in FreeBSD's order: see `writeFreebsdOptions`. */
function freebsdOptionsLength(seg: Segment): number {
  const { opts } = seg;
  let n = 0;
  if ((opts & OPT_MSS) !== 0) n += 4;
  if ((opts & OPT_WSCALE) !== 0) n += 4;
  if ((opts & OPT_SACK_PERMITTED) !== 0) n += 2;
  if ((opts & OPT_TIMESTAMPS) !== 0) n += ((2 - n) & 3) + 10;
  if ((opts & OPT_MD5) !== 0) n += ((2 - n) & 3) + MD5_OCTETS;
  if ((opts & OPT_ACC_ECN) !== 0) n += 2 + 3 * seg.ecnFields;
  if ((opts & OPT_FAST_OPEN) !== 0 && n + bareCookieLength(seg) <= 40) n += bareCookieLength(seg);
  return (n + 3) & ~3;
}

/** Octets of the options that `writeTcpOptions` writes for `seg`: a multiple of 4, at most 40. */
export function tcpOptionsLength(seg: Segment): number {
  const opts = seg.opts;
  if (seg.freebsdOrder === 1) return freebsdOptionsLength(seg);
  const counters = accEcnOctets(seg);
  let n = fixedOptionsLength(opts) + counters;
  if ((opts & OPT_SACK) !== 0) {
    const blocks = sackBlocksThatFit(opts, seg.sackCount, counters);
    if (blocks > 0) n += 4 + 8 * blocks;
  }
  return n + cookieLength(seg, n);
}

/**
 * Writes the options of `seg` at `off` in the order and with the NOPs that Linux uses (MD5 signature, MSS, SACK-permitted
 * or NOP NOP beside timestamps, AccECN, NOP window scale, NOP NOP SACK) and returns their length. Blocks that do
 * not fit are left out from the end; OPT_UNKNOWN writes nothing.
 */
export function writeTcpOptions(mem: Memory, off: number, seg: Segment): number {
  const opts = seg.opts;
  if (opts === 0) return 0;
  if (seg.freebsdOrder === 1) return writeFreebsdOptions(mem, off, seg);
  const dv = mem.dv;
  let i = off;
  if ((opts & OPT_MD5) !== 0) {
    dv.setUint16(i, 0x0101);
    i = writeMd5(mem, i + 2, seg);
  }
  if ((opts & OPT_MSS) !== 0) {
    dv.setInt32(i, 0x02040000 | (seg.mss & 0xffff));
    i += 4;
  }
  if ((opts & OPT_TIMESTAMPS) !== 0) {
    dv.setInt32(i, (opts & OPT_SACK_PERMITTED) !== 0 ? SACK_2_TS_10 : NOP_NOP_TS);
    dv.setInt32(i + 4, seg.tsVal);
    dv.setInt32(i + 8, seg.tsEcr);
    i += 12;
  }
  if ((opts & OPT_ACC_ECN) !== 0) i = writeAccEcn(mem, i, seg);
  if ((opts & (OPT_TIMESTAMPS | OPT_SACK_PERMITTED)) === OPT_SACK_PERMITTED) {
    dv.setInt32(i, 0x01010402);
    i += 4;
  }
  if ((opts & OPT_WSCALE) !== 0) {
    dv.setInt32(i, 0x01030300 | (seg.wscale & 0xff));
    i += 4;
  }
  if ((opts & OPT_SACK) !== 0) {
    const blocks = sackBlocksThatFit(opts, seg.sackCount, accEcnOctets(seg));
    if (blocks > 0) {
      dv.setInt32(i, 0x01010500 | (2 + 8 * blocks));
      i += 4;
      for (let n = 0; n < 2 * blocks; n++, i += 4) dv.setInt32(i, seg.sack[n] as number);
    }
  }
  if ((opts & OPT_FAST_OPEN) !== 0 && cookieLength(seg, i - off) > 0) {
    i = writeCookie(mem, i, seg);
    while (((i - off) & 3) !== 0) mem.u8[i++] = TCPOPT_NOP;
  }
  return i - off;
}

/**
 * The options of a SYN as FreeBSD has them: MSS, NOP window scale, SACK-permitted, timestamps after the NOPs
 * that put their numbers on 32 bits, Fast Open, zeros at the end.
 */
function writeFreebsdOptions(mem: Memory, off: number, seg: Segment): number {
  const { opts } = seg;
  const { u8, dv } = mem;
  let i = off;
  if ((opts & OPT_MSS) !== 0) {
    dv.setInt32(i, 0x02040000 | (seg.mss & 0xffff));
    i += 4;
  }
  if ((opts & OPT_WSCALE) !== 0) {
    dv.setInt32(i, 0x01030300 | (seg.wscale & 0xff));
    i += 4;
  }
  if ((opts & OPT_SACK_PERMITTED) !== 0) {
    dv.setUint16(i, (TCPOPT_SACK_PERMITTED << 8) | 2);
    i += 2;
  }
  if ((opts & OPT_TIMESTAMPS) !== 0) {
    while (((i - off) & 3) !== 2) u8[i++] = TCPOPT_NOP;
    dv.setUint16(i, (TCPOPT_TIMESTAMPS << 8) | 10);
    dv.setInt32(i + 2, seg.tsVal);
    dv.setInt32(i + 6, seg.tsEcr);
    i += 10;
  }
  if ((opts & OPT_MD5) !== 0) {
    while (((i - off) & 3) !== 2) u8[i++] = TCPOPT_NOP;
    i = writeMd5(mem, i, seg);
  }
  if ((opts & OPT_ACC_ECN) !== 0) i = writeCounters(mem, i, seg);
  if ((opts & OPT_FAST_OPEN) !== 0 && i - off + bareCookieLength(seg) <= 40) i = writeCookie(mem, i, seg);
  while (((i - off) & 3) !== 0) u8[i++] = TCPOPT_END;
  return i - off;
}

/** Kind, length, and room for a signature; where it ends. */
function writeMd5({ u8 }: Memory, i: number, seg: Segment): number {
  u8[i] = TCPOPT_MD5;
  u8[i + 1] = MD5_OCTETS;
  seg.md5Off = i + 2;
  u8.fill(0, i + 2, i + MD5_OCTETS);
  return i + MD5_OCTETS;
}

/** Kind, length, counters; where it ends. */
function writeCounters(mem: Memory, i: number, seg: Segment): number {
  const { u8 } = mem;
  const { ecnFields, ecnOrder } = seg;
  u8[i++] = ecnOrder === 1 ? TCPOPT_ACC_ECN_1 : TCPOPT_ACC_ECN_0;
  u8[i++] = 2 + 3 * ecnFields;
  for (let n = 0; n < ecnFields; n++) {
    const value = n === 1 ? seg.ceb : (n === 0) === (ecnOrder === 0) ? seg.e0b : seg.e1b;
    u8[i++] = value >> 16;
    u8[i++] = value >> 8;
    u8[i++] = value;
  }
  return i;
}

/** The same, and NOPs up to 32 bits. */
function writeAccEcn(mem: Memory, i: number, seg: Segment): number {
  const end = i + accEcnLength(seg.ecnFields);
  i = writeCounters(mem, i, seg);
  while (i < end) mem.u8[i++] = TCPOPT_NOP;
  return i;
}

/** Kind, length, cookie; where it ends. */
function writeCookie(mem: Memory, i: number, seg: Segment): number {
  const u8 = mem.u8;
  const experimental = seg.cookieExperimental === 1;
  u8[i++] = experimental ? TCPOPT_EXPERIMENT : TCPOPT_FAST_OPEN;
  u8[i++] = (experimental ? 4 : 2) + seg.cookieLen;
  if (experimental) {
    u8[i++] = FAST_OPEN_MAGIC >> 8;
    u8[i++] = FAST_OPEN_MAGIC & 0xff;
  }
  for (let k = 0; k < seg.cookieLen; k++) u8[i++] = seg.cookie[k] as number;
  return i;
}
