// The pseudo-header that TCP, UDP and ICMPv6 checksums also cover (RFC 9293 section 3.1, RFC 8200
// section 8.1), as a folded sum from values in registers.

import type { Family } from './address.ts';
import { fold, halves } from './checksum.ts';
import type { IpPacket } from './ip.ts';

/** The folded sum of the pseudo-header; address words as int32, `length` the upper-layer length in octets. */
export function pseudoSumWords(
  family: Family,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
  d0: number,
  d1: number,
  d2: number,
  d3: number,
  protocol: number,
  length: number,
): number {
  let s = halves(s3) + halves(d3) + protocol + halves(length);
  if (family === 6) s += halves(s0) + halves(s1) + halves(s2) + halves(d0) + halves(d1) + halves(d2);
  return fold(s);
}

/** The same for a parsed packet: `protocol` is the upper protocol, `length` its octets. */
export function pseudoSum(packet: IpPacket, protocol: number, length: number): number {
  return pseudoSumWords(
    packet.family,
    packet.src0,
    packet.src1,
    packet.src2,
    packet.src3,
    packet.dst0,
    packet.dst1,
    packet.dst2,
    packet.dst3,
    protocol,
    length,
  );
}
