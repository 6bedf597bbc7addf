// The IPv6 header and its extension headers (RFC 8200 sections 3 and 4; atomic fragments RFC 6946).
// Authentication and ESP are not known here: they end the walk as an upper protocol nobody serves.

import { isMapped } from './address.ts';
import type { IpPacket } from './ip.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';
import { isNdpType } from './ndp.ts';

/** Octets of the fixed header. */
export const IPV6_HEADER_LENGTH = 40;
/** Octets of a fragment header (RFC 8200 section 4.5). */
export const IPV6_FRAGMENT_HEADER_LENGTH = 8;
/** Extension headers walked in one packet, at most. */
export const MAX_EXTENSION_HEADERS = 8;
/** Options walked in one extension header, at most; each octet of Pad1 is one. */
export const MAX_IPV6_OPTIONS = 32;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const NO_NEXT_HEADER = 59;

const PAD1 = 0;
const PADN = 1;
const ROUTER_ALERT = 5;

/** Parses the IPv6 packet in [off, off + len) and walks its extension headers; 0 or a `Malformed` code. */
export function parseIpv6(mem: Memory, off: number, len: number, out: IpPacket): number {
  return parse(mem, off, len, out, false);
}

/** The same for a packet cut short in an ICMP error. */
export function parseQuotedIpv6(mem: Memory, off: number, len: number, out: IpPacket): number {
  return parse(mem, off, len, out, true);
}

function parse(mem: Memory, off: number, len: number, out: IpPacket, quoted: boolean): number {
  out.family = 6;
  out.headerOff = off;
  out.problemOff = 0;
  if (len < IPV6_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  const x0 = dv.getInt32(off);
  const x1 = dv.getInt32(off + 4);
  if (x0 >>> 28 !== 6) return Malformed.IP_VERSION;
  const totalLen = (x1 >>> 16) + IPV6_HEADER_LENGTH;
  if (totalLen > len && !quoted) return Malformed.TRUNCATED;
  out.totalLen = totalLen;
  out.tos = (x0 >>> 20) & 0xff;
  out.flowLabel = x0 & 0xfffff;
  out.ttl = x1 & 0xff;
  out.src0 = dv.getInt32(off + 8);
  out.src1 = dv.getInt32(off + 12);
  out.src2 = dv.getInt32(off + 16);
  out.src3 = dv.getInt32(off + 20);
  out.dst0 = dv.getInt32(off + 24);
  out.dst1 = dv.getInt32(off + 28);
  out.dst2 = dv.getInt32(off + 32);
  out.dst3 = dv.getInt32(off + 36);
  out.fragment = false;
  out.fragId = 0;
  out.fragOff = 0;
  out.moreFragments = false;
  out.dontFragment = true;
  out.fragHeaderOff = 0;
  out.sourceRoute = false;
  out.sourceRouteLeft = false;
  out.headerLen = IPV6_HEADER_LENGTH;
  out.payloadOff = off + IPV6_HEADER_LENGTH;
  out.payloadLen = Math.min(totalLen, len) - IPV6_HEADER_LENGTH;
  out.protocol = (x1 >>> 8) & 0xff;
  out.protocolOff = off + 6;
  // Our words would take such a packet for IPv4; no host may send one (RFC 4942 section 2.2).
  if (isMapped(out.src0, out.src1, out.src2) || isMapped(out.dst0, out.dst1, out.dst2)) {
    return Malformed.IPV6_MAPPED_ADDRESS;
  }
  if (!isExtension(out.protocol)) return Malformed.OK;
  if (totalLen === IPV6_HEADER_LENGTH && out.protocol === HOP_BY_HOP && !quoted) return jumbo(mem, len, out);
  const code = walkExtensions(mem, out);
  if (code !== 0 || quoted || out.fragHeaderOff === 0 || out.fragOff !== 0) return code;
  return checkHeaderChain(mem, out);
}

/**
 * Payload length 0 before hop-by-hop options: a jumbogram (RFC 2675), whose option is one that we do not know, or
 * what cannot be. The length is the link's.
 */
function jumbo(mem: Memory, len: number, out: IpPacket): number {
  out.totalLen = len;
  out.payloadLen = len - IPV6_HEADER_LENGTH;
  const code = walkExtensions(mem, out);
  return code !== 0 ? code : problem(out, out.headerOff + 4, Malformed.IPV6_EXTENSION_LENGTH);
}

/** Whether a first fragment has all of its headers (RFC 7112 section 5), and is no neighbour discovery (RFC 6980). */
function checkHeaderChain(mem: Memory, out: IpPacket): number {
  const u8 = mem.u8;
  const end = out.payloadOff + out.payloadLen;
  let next = out.protocol;
  let i = out.payloadOff;
  for (let n = 0; isExtension(next); n++) {
    if (n === MAX_EXTENSION_HEADERS) return problem(out, i, Malformed.IPV6_TOO_MANY_EXTENSION_HEADERS);
    if (end - i < 8) return Malformed.IPV6_HEADER_CHAIN;
    next = u8[i] as number;
    i += ((u8[i + 1] as number) + 1) << 3;
  }
  if (next === ICMPV6 && i < end && isNdpType(u8[i] as number)) return Malformed.NDP_FRAGMENTED;
  return out.fragment && i + upperHeaderLength(u8, next, i, end) > end
    ? Malformed.IPV6_HEADER_CHAIN
    : Malformed.OK;
}

/** Octets of the header of an upper protocol at [i, end). Of one that we do not know: the first. */
function upperHeaderLength(u8: Uint8Array, protocol: number, i: number, end: number): number {
  if (protocol === TCP) return i + 12 < end ? Math.max(20, ((u8[i + 12] as number) >>> 4) << 2) : 20;
  if (protocol === UDP || protocol === ICMPV6) return 8;
  return protocol === NO_NEXT_HEADER ? 0 : 1;
}

function isExtension(next: number): boolean {
  return next === HOP_BY_HOP || next === ROUTING || next === FRAGMENT || next === DESTINATION_OPTIONS;
}

function problem(out: IpPacket, at: number, code: number): number {
  out.problemOff = at - out.headerOff;
  return code;
}

/** Moves `protocol` and the payload behind the extension headers; stops behind a real fragment header. */
function walkExtensions(mem: Memory, out: IpPacket): number {
  const u8 = mem.u8;
  for (let n = 0; isExtension(out.protocol); n++) {
    if (n === MAX_EXTENSION_HEADERS) {
      return problem(out, out.protocolOff, Malformed.IPV6_TOO_MANY_EXTENSION_HEADERS);
    }
    const i = out.payloadOff;
    const kind = out.protocol;
    if (kind === HOP_BY_HOP && n > 0) return problem(out, out.protocolOff, Malformed.IPV6_HOP_BY_HOP_PLACE);
    if (out.payloadLen < 8) return problem(out, i, Malformed.IPV6_EXTENSION_LENGTH);
    const length = kind === FRAGMENT ? IPV6_FRAGMENT_HEADER_LENGTH : ((u8[i + 1] as number) + 1) << 3;
    if (length > out.payloadLen) return problem(out, i + 1, Malformed.IPV6_EXTENSION_LENGTH);
    let code: number = Malformed.OK;
    if (kind === FRAGMENT) code = readFragment(mem, i, out);
    else if (kind === ROUTING) code = checkRouting(mem, i, out);
    else code = walkOptions(mem, i, length, out);
    if (code !== 0) return code;
    out.protocol = u8[i] as number;
    out.protocolOff = i;
    out.payloadOff = i + length;
    out.payloadLen -= length;
    out.headerLen += length;
    if (out.fragment) break;
  }
  return Malformed.OK;
}

function readFragment(mem: Memory, i: number, out: IpPacket): number {
  if (out.fragHeaderOff !== 0) return problem(out, out.protocolOff, Malformed.IPV6_FRAGMENT_TWICE);
  const word = mem.dv.getUint16(i + 2);
  out.fragHeaderOff = i;
  out.fragId = mem.dv.getInt32(i + 4);
  out.fragOff = word & 0xfff8;
  out.moreFragments = (word & 1) !== 0;
  if (out.fragOff === 0 && !out.moreFragments) return Malformed.OK;
  out.fragment = true;
  // What the header says, not what a quoting ICMP error left of it.
  const length = out.totalLen - (i + IPV6_FRAGMENT_HEADER_LENGTH - out.headerOff);
  if (length === 0) return problem(out, i, Malformed.FRAGMENT_EMPTY);
  if (out.moreFragments && (length & 7) !== 0)
    return problem(out, out.headerOff + 4, Malformed.FRAGMENT_LENGTH);
  const unfragmentable = i - out.headerOff - IPV6_HEADER_LENGTH;
  if (unfragmentable + out.fragOff + length > 0xffff) {
    return problem(out, i + 2, Malformed.FRAGMENT_BEYOND_MAXIMUM);
  }
  return Malformed.OK;
}

function checkRouting(mem: Memory, i: number, out: IpPacket): number {
  const segmentsLeft = mem.u8[i + 3] as number;
  return segmentsLeft === 0 ? Malformed.OK : problem(out, i + 2, Malformed.IPV6_ROUTING_TYPE);
}

/** The options of a hop-by-hop or destination options header; the type says what to do with a stranger. */
function walkOptions(mem: Memory, off: number, length: number, out: IpPacket): number {
  const u8 = mem.u8;
  const end = off + length;
  let i = off + 2;
  for (let n = 0; i < end; n++) {
    if (n === MAX_IPV6_OPTIONS) return problem(out, i, Malformed.IPV6_TOO_MANY_OPTIONS);
    const type = u8[i] as number;
    if (type === PAD1) {
      i++;
      continue;
    }
    if (i + 2 > end || i + 2 + (u8[i + 1] as number) > end)
      return problem(out, i, Malformed.IPV6_OPTION_LENGTH);
    if (type !== PADN && type !== ROUTER_ALERT) {
      const action = type >>> 6;
      if (action === 1) return problem(out, i, Malformed.IPV6_OPTION_DISCARD);
      if (action === 2) return problem(out, i, Malformed.IPV6_OPTION_REPORT);
      if (action === 3) return problem(out, i, Malformed.IPV6_OPTION_REPORT_UNICAST);
    }
    i += 2 + (u8[i + 1] as number);
  }
  return Malformed.OK;
}

/** Writes a header before `payloadLen` octets and returns its length, 40. Address words are int32. */
export function writeIpv6Header(
  mem: Memory,
  off: number,
  payloadLen: number,
  flowLabel: number,
  hopLimit: number,
  tos: number,
  nextHeader: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
  d0: number,
  d1: number,
  d2: number,
  d3: number,
): number {
  const dv = mem.dv;
  dv.setInt32(off, 0x60000000 | (tos << 20) | (flowLabel & 0xfffff));
  dv.setInt32(off + 4, (payloadLen << 16) | (nextHeader << 8) | hopLimit);
  dv.setInt32(off + 8, s0);
  dv.setInt32(off + 12, s1);
  dv.setInt32(off + 16, s2);
  dv.setInt32(off + 20, s3);
  dv.setInt32(off + 24, d0);
  dv.setInt32(off + 28, d1);
  dv.setInt32(off + 32, d2);
  dv.setInt32(off + 36, d3);
  return IPV6_HEADER_LENGTH;
}

/** Writes a fragment header and returns its length, 8. `fragOff` in octets, a multiple of 8 (section 4.5). */
export function writeIpv6FragmentHeader(
  mem: Memory,
  off: number,
  nextHeader: number,
  fragOff: number,
  more: boolean,
  id: number,
): number {
  mem.dv.setInt32(off, (nextHeader << 24) | fragOff | (more ? 1 : 0));
  mem.dv.setInt32(off + 4, id);
  return IPV6_FRAGMENT_HEADER_LENGTH;
}
