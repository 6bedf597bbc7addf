// The TCP header (RFC 9293 section 3.1) to and from a Segment, and its checksum.

import { fold, halves, sum } from './checksum.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';
import { OPT_TIMESTAMPS, type Segment } from './segment.ts';
import { NOP_NOP_TS, parseTcpOptions, tcpOptionsLength, writeTcpOptions } from './tcp-options.ts';

/** Octets of a header without options. */
export const TCP_HEADER_LENGTH = 20;
/** Octets of the longest header. */
export const MAX_TCP_HEADER_LENGTH = 60;
/** Octets of timestamps, the NOPs before them included. */
const TIMESTAMPS_LENGTH = 12;
/** Where the checksum stands in the header. */
export const TCP_CHECKSUM_OFFSET = 16;

/**
 * Reads the segment in [off, off + len) into `seg`; 0 or a `Malformed` code. The checksum is not looked
 * at: see `tcpChecksumOk`. On TCP_OPTION_LENGTH all fields of the fixed header and the text are filled.
 */
export function parseTcp(mem: Memory, off: number, len: number, seg: Segment): number {
  if (len < TCP_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  const ports = dv.getInt32(off);
  const x = dv.getInt32(off + 12);
  const headerLen = (x >>> 28) << 2;
  if (headerLen < TCP_HEADER_LENGTH || headerLen > len) return Malformed.TCP_DATA_OFFSET;
  seg.srcPort = ports >>> 16;
  seg.dstPort = ports & 0xffff;
  seg.seq = dv.getInt32(off + 4);
  seg.ack = dv.getInt32(off + 8);
  seg.reserved = (x >>> 24) & 0xf;
  seg.ctl = (x >>> 16) & 0xff;
  seg.wnd = x & 0xffff;
  seg.up = dv.getUint16(off + 18);
  seg.textOff = off + headerLen;
  seg.textLen = len - headerLen;
  seg.placed = 0;
  return parseTcpOptions(mem, off + TCP_HEADER_LENGTH, headerLen - TCP_HEADER_LENGTH, seg);
}

/** Whether the segment of `len` octets at `off` has a right checksum; `pseudo` from `pseudoSum` (MUST-3). */
export function tcpChecksumOk(mem: Memory, off: number, len: number, pseudo: number): boolean {
  return sum(mem, off, len, pseudo) === 0xffff;
}

/** Octets of the header that `writeTcpHeader` writes for `seg`, options and padding included. */
export function tcpHeaderLength(seg: Segment): number {
  const { opts } = seg;
  if (opts === 0) return TCP_HEADER_LENGTH;
  return TCP_HEADER_LENGTH + (opts === OPT_TIMESTAMPS ? TIMESTAMPS_LENGTH : tcpOptionsLength(seg));
}

/**
 * Writes the header of `seg` with its options at `off` and returns its length. The checksum is left 0;
 * text is the caller's to place behind. Padding is NOPs before an option, never behind the last (MUST-69).
 */
export function writeTcpHeader(mem: Memory, off: number, seg: Segment): number {
  const optLen = seg.opts === 0 ? 0 : writeTcpOptions(mem, off + TCP_HEADER_LENGTH, seg);
  const headerLen = TCP_HEADER_LENGTH + optLen;
  const dv = mem.dv;
  dv.setInt32(off, (seg.srcPort << 16) | seg.dstPort);
  dv.setInt32(off + 4, seg.seq);
  dv.setInt32(off + 8, seg.ack);
  dv.setInt32(off + 12, (headerLen << 26) | (seg.reserved << 24) | (seg.ctl << 16) | seg.wnd);
  dv.setInt32(off + 16, seg.up);
  return headerLen;
}

/**
 * {@link writeTcpHeader} of `headerLen` octets, and {@link tcpHeaderSum}: in one go where there is no option but
 * timestamps.
 */
export function writeSummedHeader(
  mem: Memory,
  off: number,
  headerLen: number,
  seg: Segment,
  seed: number,
): number {
  const { opts } = seg;
  if ((opts & ~OPT_TIMESTAMPS) !== 0) {
    writeTcpHeader(mem, off, seg);
    return tcpHeaderSum(mem, off, headerLen, seg, seed);
  }
  const { seq, ack, up } = seg;
  const { dv } = mem;
  const ports = (seg.srcPort << 16) | seg.dstPort;
  const bits = (headerLen << 26) | (seg.reserved << 24) | (seg.ctl << 16) | seg.wnd;
  dv.setInt32(off, ports);
  dv.setInt32(off + 4, seq);
  dv.setInt32(off + 8, ack);
  dv.setInt32(off + 12, bits);
  dv.setInt32(off + 16, up);
  const words = seed + halves(ports) + halves(seq) + halves(ack) + halves(bits) + up;
  if (opts === 0) return fold(words);
  const { tsVal, tsEcr } = seg;
  dv.setInt32(off + 20, NOP_NOP_TS);
  dv.setInt32(off + 24, tsVal);
  dv.setInt32(off + 28, tsEcr);
  return fold(words + halves(NOP_NOP_TS) + halves(tsVal) + halves(tsEcr));
}

/**
 * The folded sum of the header of `headerLen` octets at `off` that was read into `seg`, or written of it, begun at `seed`. Its
 * words are known: only options of other kinds than timestamps are read again. The checksum is not in it.
 */
export function tcpHeaderSum(
  mem: Memory,
  off: number,
  headerLen: number,
  seg: Segment,
  seed: number,
): number {
  const bits = (headerLen << 10) | (seg.reserved << 8) | seg.ctl;
  const ports = seg.srcPort + seg.dstPort;
  const words = seed + ports + halves(seg.seq) + halves(seg.ack) + bits + seg.wnd + seg.up;
  if (headerLen === TCP_HEADER_LENGTH) return fold(words);
  const options = off + TCP_HEADER_LENGTH;
  if (headerLen !== TCP_HEADER_LENGTH + 12 || mem.dv.getInt32(options) !== NOP_NOP_TS)
    return sum(mem, options, headerLen - TCP_HEADER_LENGTH, fold(words));
  return fold(words + halves(NOP_NOP_TS) + halves(seg.tsVal) + halves(seg.tsEcr));
}
