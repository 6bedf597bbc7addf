// What a frame of a guest says of itself, as far as the switch has to know: who sends it, and in whose name.

import {
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERNET_HEADER_LENGTH as HEADER,
  IPPROTO_ICMPV6,
  IPPROTO_UDP,
  IPV6_HEADER_LENGTH,
  NDP_NEIGHBOR_ADVERTISEMENT,
} from '../../wire/index.ts';

const FRAGMENT = 44;

/** What a claim is about. */
export const Kind = { OTHER: 0, ARP: 1, IPV4: 2, IPV6: 3 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A frame that was looked at; filled again and again. Addresses are four int32 words, IPv4 as ::ffff:a.b.c.d. */
export class GuestFrame {
  dstHi = 0;
  dstLo = 0;
  srcHi = 0;
  srcLo = 0;
  kind: Kind = Kind.OTHER;
  /** The address that the frame comes from. */
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  /** A second address that it claims: the target of a neighbour advertisement. */
  claims = false;
  c0 = 0;
  c1 = 0;
  c2 = 0;
  c3 = 0;
  /** IPv6: type of the ICMPv6 message, -1: it is none. */
  icmp6 = -1;
  /** UDP's ports, -1: it is no first fragment of UDP. */
  srcPort = -1;
  dstPort = -1;
  /** Where UDP's data begins. */
  dataOff = 0;
}

/**
 * Reads a frame. False: it is malformed as far as this looks: too short, tagged, an IPv4 or ARP header that is none, or
 * hardware addresses within that are not the frame's.
 */
export function readFrame(b: Uint8Array, f: GuestFrame): boolean {
  f.kind = Kind.OTHER;
  f.claims = false;
  f.icmp6 = -1;
  f.srcPort = -1;
  f.dstPort = -1;
  if (b.length < HEADER) return false;
  f.dstHi = u16(b, 0);
  f.dstLo = i32(b, 2);
  f.srcHi = u16(b, 6);
  f.srcLo = i32(b, 8);
  switch (u16(b, 12)) {
    case ETHERTYPE_IPV4:
      return readIpv4(b, f);
    case ETHERTYPE_ARP:
      return readArp(b, f);
    case ETHERTYPE_IPV6:
      return readIpv6(b, f);
    default:
      return false;
  }
}

function readIpv4(b: Uint8Array, f: GuestFrame): boolean {
  const first = b[HEADER] as number;
  const length = (first & 15) * 4;
  if (b.length < HEADER + 20 || first >> 4 !== 4 || length < 20 || b.length < HEADER + length) return false;
  f.kind = Kind.IPV4;
  mapped(f, i32(b, HEADER + 12));
  if (b[HEADER + 9] === IPPROTO_UDP && (u16(b, HEADER + 6) & 0x1fff) === 0) readUdp(b, HEADER + length, f);
  return true;
}

function readUdp(b: Uint8Array, at: number, f: GuestFrame): void {
  if (b.length < at + 8) return;
  f.srcPort = u16(b, at);
  f.dstPort = u16(b, at + 2);
  f.dataOff = at + 8;
}

/** RFC 826: requests and replies about IPv4 over Ethernet. */
function readArp(b: Uint8Array, f: GuestFrame): boolean {
  if (b.length < HEADER + 28 || i32(b, HEADER) !== 0x00010800 || u16(b, HEADER + 4) !== 0x0604) return false;
  if (u16(b, HEADER + 8) !== f.srcHi || i32(b, HEADER + 10) !== f.srcLo) return false;
  f.kind = Kind.ARP;
  mapped(f, i32(b, HEADER + 14));
  return true;
}

function readIpv6(b: Uint8Array, f: GuestFrame): boolean {
  if (b.length < HEADER + IPV6_HEADER_LENGTH || (b[HEADER] as number) >> 4 !== 6) return false;
  f.kind = Kind.IPV6;
  f.w0 = i32(b, HEADER + 8);
  f.w1 = i32(b, HEADER + 12);
  f.w2 = i32(b, HEADER + 16);
  f.w3 = i32(b, HEADER + 20);
  let next = b[HEADER + 6] as number;
  let at = HEADER + IPV6_HEADER_LENGTH;
  // Hop-by-hop, routing and destination options may come before.
  for (let n = 0; n < 8 && (next === 0 || next === 43 || next === 60); n++) {
    if (b.length < at + 8) return false;
    next = b[at] as number;
    at += ((b[at + 1] as number) + 1) * 8;
  }
  if (next === FRAGMENT) return !isFragmentOfNdp(b, at);
  if (next === IPPROTO_UDP) readUdp(b, at, f);
  if (next !== IPPROTO_ICMPV6 || b.length < at + 4) return true;
  f.icmp6 = b[at] as number;
  return readNdp(b, at, f);
}

/** NDP never is in fragments (RFC 6980 section 5). */
function isFragmentOfNdp(b: Uint8Array, at: number): boolean {
  if (b.length < at + 9 || b[at] !== IPPROTO_ICMPV6 || (u16(b, at + 2) & 0xfff8) !== 0) return false;
  return NDP_OPTIONS[b[at + 8] as number] !== undefined;
}

/** RFC 4861: who a neighbour advertisement speaks for, and that the link-layer addresses in options are the frame's. */
function readNdp(b: Uint8Array, at: number, f: GuestFrame): boolean {
  const options = NDP_OPTIONS[f.icmp6];
  if (options === undefined) return true;
  if (b.length < at + options) return false;
  if (f.icmp6 === NDP_NEIGHBOR_ADVERTISEMENT) {
    f.claims = true;
    f.c0 = i32(b, at + 8);
    f.c1 = i32(b, at + 12);
    f.c2 = i32(b, at + 16);
    f.c3 = i32(b, at + 20);
  }
  for (let o = at + options; o + 8 <= b.length; ) {
    const type = b[o] as number;
    const length = (b[o + 1] as number) * 8;
    if (length === 0) return false;
    const isLinkAddress = type === 1 || type === 2;
    if (isLinkAddress && (u16(b, o + 2) !== f.srcHi || i32(b, o + 4) !== f.srcLo)) return false;
    o += length;
  }
  return true;
}

/** Where the options of an NDP message begin, by its type. */
const NDP_OPTIONS: Readonly<Record<number, number>> = { 133: 8, 134: 16, 135: 24, 136: 24, 137: 40 };

function mapped(f: GuestFrame, word: number): void {
  f.w0 = 0;
  f.w1 = 0;
  f.w2 = 0xffff;
  f.w3 = word;
}

function u16(b: Uint8Array, at: number): number {
  return ((b[at] as number) << 8) | (b[at + 1] as number);
}

function i32(b: Uint8Array, at: number): number {
  return (u16(b, at) << 16) | u16(b, at + 2);
}
