// What ICMP (RFC 792) and ICMPv6 (RFC 4443) messages have in common: one view of both, and the
// quoting of the packet that caused an error.

import { finish, sum } from './checksum.ts';
import type { Memory } from './memory.ts';

/** Octets of type, code, checksum and the word behind them. */
export const ICMP_HEADER_LENGTH = 8;

/** A parsed ICMP or ICMPv6 message; reused. Fields that the type does not have are 0. */
export class IcmpMessage {
  type = 0;
  code = 0;
  /** Octets 4..7 as int32, whatever they mean in this type. */
  rest = 0;
  /** Echo: identifier and sequence number. */
  id = 0;
  seq = 0;
  /** The MTU of fragmentation needed (RFC 1191; 0 from an old router) or packet too big, 0..2^32-1. */
  mtu = 0;
  /** Parameter problem: offset in the quoted packet of the octet at fault. */
  pointer = 0;
  /** What follows the first 8 octets: echo data. */
  dataOff = 0;
  dataLen = 0;
  /** Errors and redirects: the packet that caused it, cut short, for `parseQuotedIp`; length 0 if none. */
  quotedOff = 0;
  quotedLen = 0;
  /** Redirect: the better first hop; NS, NA and ICMPv6 redirect: target. int32 words, IPv4 in mapped form. */
  target0 = 0;
  target1 = 0;
  target2 = 0;
  target3 = 0;
  /** Neighbour advertisement: NA_ROUTER | NA_SOLICITED | NA_OVERRIDE. Router advertisement: octet 5. */
  flags = 0;
  /** Router advertisement: lifetime as a default router, seconds. */
  routerLifetime = 0;
  /** Router advertisement: current hop limit, 0 when unspecified. */
  curHopLimit = 0;
  /** The source (NS, RS, RA) link-layer address option: high 16 and low 32 bits of the MAC. */
  hasSourceMac = false;
  sourceMacHi = 0;
  sourceMacLo = 0;
  /** The target (NA, redirect) link-layer address option. */
  hasTargetMac = false;
  targetMacHi = 0;
  targetMacLo = 0;
  /** Offset and length of neighbour discovery options; 0 in other messages. */
  optOff = 0;
  optLen = 0;
}

/** Fills the fields every message has and clears the others. */
export function readIcmpHeader(mem: Memory, off: number, len: number, out: IcmpMessage): void {
  const dv = mem.dv;
  const word = dv.getInt32(off);
  out.type = word >>> 24;
  out.code = (word >>> 16) & 0xff;
  out.rest = dv.getInt32(off + 4);
  out.dataOff = off + ICMP_HEADER_LENGTH;
  out.dataLen = len - ICMP_HEADER_LENGTH;
  out.id = 0;
  out.seq = 0;
  out.mtu = 0;
  out.pointer = 0;
  out.quotedOff = 0;
  out.quotedLen = 0;
  out.target0 = 0;
  out.target1 = 0;
  out.target2 = 0;
  out.target3 = 0;
  out.flags = 0;
  out.routerLifetime = 0;
  out.curHopLimit = 0;
  out.hasSourceMac = false;
  out.sourceMacHi = 0;
  out.sourceMacLo = 0;
  out.hasTargetMac = false;
  out.targetMacHi = 0;
  out.targetMacLo = 0;
  out.optOff = 0;
  out.optLen = 0;
}

/** Reads identifier and sequence number of an echo. */
export function readEcho(out: IcmpMessage): void {
  out.id = out.rest >>> 16;
  out.seq = out.rest & 0xffff;
}

/**
 * Sets the quoted packet. `quoteLen` is what an extended message says of it (RFC 4884 section 3), octets,
 * 0 if it does not; extensions behind it are not ours to read.
 */
export function readQuoted(out: IcmpMessage, quoteLen: number): void {
  out.quotedOff = out.dataOff;
  out.quotedLen = quoteLen >= 128 && quoteLen < out.dataLen ? quoteLen : out.dataLen;
}

/**
 * Writes a message whose body is copied from `bodyOff` and returns its length. The checksum starts at
 * `seed`: 0 in ICMP, the pseudo-header's sum in ICMPv6.
 */
export function writeIcmp(
  mem: Memory,
  off: number,
  type: number,
  code: number,
  rest: number,
  bodyOff: number,
  bodyLen: number,
  seed: number,
): number {
  const len = ICMP_HEADER_LENGTH + bodyLen;
  if (bodyLen > 0) mem.u8.copyWithin(off + ICMP_HEADER_LENGTH, bodyOff, bodyOff + bodyLen);
  const dv = mem.dv;
  dv.setInt32(off, (type << 24) | (code << 16));
  dv.setInt32(off + 4, rest);
  dv.setUint16(off + 2, finish(sum(mem, off, len, seed)));
  return len;
}
