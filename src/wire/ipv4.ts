// The IPv4 header (RFC 791 section 3.1, host rules of RFC 1122 section 3.2.1).

import { MAPPED } from './address.ts';
import { fold, halves, sum } from './checksum.ts';
import type { IpPacket } from './ip.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

/** Octets of a header without options. */
export const IPV4_HEADER_LENGTH = 20;
// Bits of `flagsFrag` in `writeIpv4Header`; the low 13 bits are the fragment offset in units of 8 octets.

/** Don't fragment (RFC 791 section 3.1). */
export const IPV4_DF = 0x4000;
/** More fragments follow (RFC 791 section 3.1). */
export const IPV4_MF = 0x2000;

const OPT_END = 0;
const OPT_NOP = 1;
const OPT_LSRR = 131;
const OPT_SSRR = 137;

/** Parses and verifies the IPv4 packet in [off, off + len); 0 or a `Malformed` code. */
export function parseIpv4(mem: Memory, off: number, len: number, out: IpPacket): number {
  return parse(mem, off, len, out, false);
}

/** The same for a packet cut short in an ICMP error, whose checksum may be stale. */
export function parseQuotedIpv4(mem: Memory, off: number, len: number, out: IpPacket): number {
  return parse(mem, off, len, out, true);
}

function parse(mem: Memory, off: number, len: number, out: IpPacket, quoted: boolean): number {
  out.family = 4;
  out.headerOff = off;
  out.problemOff = 0;
  if (len < IPV4_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  const x0 = dv.getInt32(off);
  const x1 = dv.getInt32(off + 4);
  const x2 = dv.getInt32(off + 8);
  const src = dv.getInt32(off + 12);
  const dst = dv.getInt32(off + 16);
  if (x0 >>> 28 !== 4) return Malformed.IP_VERSION;
  const headerLen = ((x0 >>> 24) & 0xf) << 2;
  const totalLen = x0 & 0xffff;
  if (headerLen < IPV4_HEADER_LENGTH || headerLen > len) return Malformed.IPV4_HEADER_LENGTH;
  if (!quoted) {
    let s = fold(halves(x0) + halves(x1) + halves(x2) + halves(src) + halves(dst));
    if (headerLen > IPV4_HEADER_LENGTH) s = sum(mem, off + 20, headerLen - 20, s);
    if (s !== 0xffff) return Malformed.IPV4_CHECKSUM;
    if (totalLen > len) return Malformed.TRUNCATED;
  }
  if (totalLen < headerLen) {
    out.problemOff = 2;
    return Malformed.IPV4_TOTAL_LENGTH;
  }
  out.headerLen = headerLen;
  out.totalLen = totalLen;
  out.tos = (x0 >>> 16) & 0xff;
  out.fragId = x1 >>> 16;
  out.dontFragment = (x1 & IPV4_DF) !== 0;
  out.moreFragments = (x1 & IPV4_MF) !== 0;
  out.fragOff = (x1 & 0x1fff) << 3;
  out.fragment = (x1 & 0x3fff) !== 0;
  out.ttl = x2 >>> 24;
  out.protocol = (x2 >>> 16) & 0xff;
  out.src0 = 0;
  out.src1 = 0;
  out.src2 = MAPPED;
  out.src3 = src;
  out.dst0 = 0;
  out.dst1 = 0;
  out.dst2 = MAPPED;
  out.dst3 = dst;
  out.payloadOff = off + headerLen;
  out.payloadLen = Math.min(totalLen, len) - headerLen;
  out.flowLabel = 0;
  out.protocolOff = off + 9;
  out.fragHeaderOff = 0;
  out.sourceRoute = false;
  out.sourceRouteLeft = false;
  if (out.fragment) {
    const code = checkFragment(out, totalLen - headerLen);
    if (code !== 0) return code;
  }
  return headerLen > IPV4_HEADER_LENGTH ? walkOptions(mem, off, headerLen, out) : Malformed.OK;
}

function checkFragment(out: IpPacket, length: number): number {
  if (length === 0) return Malformed.FRAGMENT_EMPTY;
  if (out.moreFragments && (length & 7) !== 0) return Malformed.FRAGMENT_LENGTH;
  return out.headerLen + out.fragOff + length > 0xffff ? Malformed.FRAGMENT_BEYOND_MAXIMUM : Malformed.OK;
}

/** Options of every kind are skipped (RFC 9293 MUST-50); only their lengths must be right. */
function walkOptions(mem: Memory, off: number, headerLen: number, out: IpPacket): number {
  const u8 = mem.u8;
  const end = off + headerLen;
  let i = off + IPV4_HEADER_LENGTH;
  while (i < end) {
    const type = u8[i] as number;
    if (type === OPT_END) break;
    if (type === OPT_NOP) {
      i++;
      continue;
    }
    const length = i + 1 < end ? (u8[i + 1] as number) : 0;
    if (length < 2 || i + length > end) {
      out.problemOff = i - off;
      return Malformed.IPV4_OPTION_LENGTH;
    }
    if (type === OPT_LSRR || type === OPT_SSRR) {
      out.sourceRoute = true;
      // The pointer counts from 1 and is beyond the option when every hop has been taken.
      if (length > 2 && (u8[i + 2] as number) <= length) out.sourceRouteLeft = true;
    }
    i += length;
  }
  return Malformed.OK;
}

/**
 * Writes a header without options before `payloadLen` octets of payload and returns its length, 20.
 * `flagsFrag` is IPV4_DF | IPV4_MF | fragment offset / 8; addresses are int32.
 */
export function writeIpv4Header(
  mem: Memory,
  off: number,
  payloadLen: number,
  id: number,
  flagsFrag: number,
  ttl: number,
  tos: number,
  protocol: number,
  src: number,
  dst: number,
): number {
  const dv = mem.dv;
  const x0 = 0x45000000 | (tos << 16) | (payloadLen + IPV4_HEADER_LENGTH);
  const x1 = (id << 16) | flagsFrag;
  const x2 = (ttl << 24) | (protocol << 16);
  const s = fold(halves(x0) + halves(x1) + halves(x2) + halves(src) + halves(dst));
  dv.setInt32(off, x0);
  dv.setInt32(off + 4, x1);
  dv.setInt32(off + 8, x2 | (~s & 0xffff));
  dv.setInt32(off + 12, src);
  dv.setInt32(off + 16, dst);
  return IPV4_HEADER_LENGTH;
}
