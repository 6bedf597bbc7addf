// One view of an IP packet for both families, and the door to their parsers.

import type { Family } from './address.ts';
import { parseIpv4, parseQuotedIpv4 } from './ipv4.ts';
import { parseIpv6, parseQuotedIpv6 } from './ipv6.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';
import type { Offload } from './offload.ts';

// Protocol numbers (IANA "Assigned Internet Protocol Numbers").

/** ICMP. */
export const IPPROTO_ICMP = 1;
/** TCP. */
export const IPPROTO_TCP = 6;
/** UDP. */
export const IPPROTO_UDP = 17;
/** ICMPv6 (RFC 4443 section 1). */
export const IPPROTO_ICMPV6 = 58;
/** IPv6 "no next header": nothing follows (RFC 8200 section 4.7). */
export const IPPROTO_NONE = 59;

/** A parsed IP packet. Reused for every packet: copy what must outlive the next parse. */
export class IpPacket {
  family: Family = 4;
  /** Offset of the packet in Memory. */
  headerOff = 0;
  /** Octets before the payload: the header with IPv4 options, or the IPv6 header with its extensions. */
  headerLen = 0;
  /** Octets of the packet as its header says; link padding is beyond. */
  totalLen = 0;
  /** Type of service / traffic class: DSCP << 2 | ECN. */
  tos = 0;
  /** Time to live / hop limit. */
  ttl = 0;
  /** The upper protocol; in an IPv6 fragment, what its fragment header names (perhaps an extension). */
  protocol = 0;
  /** Source address, int32 words, IPv4 as ::ffff:a.b.c.d. */
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  /** Destination address, likewise. */
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  payloadOff = 0;
  payloadLen = 0;
  /** True if this is a part of a packet; false for an IPv6 atomic fragment (RFC 6946). */
  fragment = false;
  /** Identification: 16 bits (IPv4), int32 (IPv6 with a fragment header), else 0. */
  fragId = 0;
  /** Place of the payload in the original, in octets. */
  fragOff = 0;
  moreFragments = false;
  /** IPv4 DF; always true in IPv6, where routers never fragment. */
  dontFragment = false;
  /** IPv6 flow label, 20 bits. */
  flowLabel = 0;
  /** Offset in Memory of the octet that names `protocol`: to point at in Parameter Problem, to patch in reassembly. */
  protocolOff = 0;
  /** IPv6: offset in Memory of the fragment header, 0 without one: the end of the unfragmentable part. */
  fragHeaderOff = 0;
  /** IPv4: a loose or strict source route option is present (RFC 791 section 3.1). */
  sourceRoute = false;
  /** IPv4: that route has hops left: the destination is one on the way (RFC 1122 section 3.2.1.8 (c)). */
  sourceRouteLeft = false;
  /** After an error: the offset from `headerOff` of the octet at fault (ICMP's pointer). */
  problemOff = 0;
  /** What the link says beside the packet, if anything; no parser looks at it. */
  offload: Offload | null = null;
}

/** Parses the packet in [off, off + len); 0 or a `Malformed` code. Octets behind the total length are padding. */
export function parseIp(mem: Memory, off: number, len: number, out: IpPacket): number {
  if (len < 1) return Malformed.TRUNCATED;
  const version = (mem.u8[off] as number) >>> 4;
  if (version === 4) return parseIpv4(mem, off, len, out);
  if (version === 6) return parseIpv6(mem, off, len, out);
  return Malformed.IP_VERSION;
}

/**
 * Parses a packet quoted in an ICMP error: it may be cut anywhere behind its header, so that
 * `payloadLen` is what is there and `totalLen` what the header says; header checksums are not looked at.
 */
export function parseQuotedIp(mem: Memory, off: number, len: number, out: IpPacket): number {
  if (len < 1) return Malformed.TRUNCATED;
  const version = (mem.u8[off] as number) >>> 4;
  if (version === 4) return parseQuotedIpv4(mem, off, len, out);
  if (version === 6) return parseQuotedIpv6(mem, off, len, out);
  return Malformed.IP_VERSION;
}
