// Packets that no stack of ours would send: written octet by octet into the victim's Memory, with right
// checksums, before the clock runs.

import {
  ETHERNET_HEADER_LENGTH,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  finish,
  ICMP4_UNREACHABLE,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_HEADER_LENGTH,
  IPV4_MF,
  IPV6_HEADER_LENGTH,
  type Memory,
  pseudoSumWords,
  Segment,
  SYN,
  sum,
  TCP_CHECKSUM_OFFSET,
  tcpHeaderLength,
  writeArpRequest,
  writeEthernetHeader,
  writeIpv4Header,
  writeIpv6FragmentHeader,
  writeIpv6Header,
  writeTcpHeader,
  writeUdpHeader,
} from '../../src/wire/index.ts';

const MAPPED = 0xffff;
const FRAGMENT = 44;

/** 10.0.0.2, whom everybody attacks. */
export const VICTIM = 0x0a000002;
/** 10.0.0.1, who means well. */
export const CLIENT = 0x0a000001;

/** A segment to forge. Addresses are IPv4 words; `opts` and what they say are set on the `Segment`. */
export interface Forged {
  src: number;
  sport: number;
  dport: number;
  ctl: number;
  seq?: number;
  ack?: number;
  wnd?: number;
  /** Octets, or how many of no meaning. */
  text?: number | Uint8Array;
  /** Sets options. */
  more?: (seg: Segment) => void;
}

const seg = new Segment();

/** Writes a segment to the victim at `off`; the length of its packet. */
export function forgeTcp(mem: Memory, off: number, f: Forged): number {
  seg.set((f.seq ?? 0) | 0, (f.ack ?? 0) | 0, f.ctl);
  seg.srcPort = f.sport;
  seg.dstPort = f.dport;
  seg.wnd = f.wnd ?? 0xffff;
  f.more?.(seg);
  const text = f.text ?? 0;
  const len = tcpHeaderLength(seg) + (typeof text === 'number' ? text : text.length);
  const at = off + writeIpv4Header(mem, off, len, 1, 0, 64, 0, IPPROTO_TCP, f.src, VICTIM);
  const header = writeTcpHeader(mem, at, seg);
  if (typeof text === 'number') mem.u8.fill(0x58, at + header, at + len);
  else mem.u8.set(text, at + header);
  const pseudo = pseudoSumWords(4, 0, 0, MAPPED, f.src, 0, 0, MAPPED, VICTIM, IPPROTO_TCP, len);
  mem.dv.setUint16(at + TCP_CHECKSUM_OFFSET, 0);
  mem.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(sum(mem, at, len, pseudo)));
  return IPV4_HEADER_LENGTH + len;
}

/** Writes a UDP datagram of `data` octets to the victim. */
export function forgeUdp(
  mem: Memory,
  off: number,
  src: number,
  sport: number,
  dport: number,
  data: number,
): number {
  const len = 8 + data;
  const at = off + writeIpv4Header(mem, off, len, 1, 0, 64, 0, IPPROTO_UDP, src, VICTIM);
  mem.u8.fill(0x58, at + 8, at + len);
  const pseudo = pseudoSumWords(4, 0, 0, MAPPED, src, 0, 0, MAPPED, VICTIM, IPPROTO_UDP, len);
  writeUdpHeader(mem, at, sport, dport, data, pseudo);
  return IPV4_HEADER_LENGTH + len;
}

/** What an ICMP error claims about a segment of the victim to `to`. */
export interface ForgedIcmp {
  src: number;
  type: number;
  code: number;
  rest?: number;
  to: number;
  /** Port of the victim, and of the other end. */
  port: number;
  remotePort: number;
  seq: number;
  /** Total length of the quoted packet. */
  quotedLen?: number;
}

/** Writes an ICMP error to the victim that quotes 28 octets. */
export function forgeIcmp(mem: Memory, off: number, f: ForgedIcmp): number {
  const len = 8 + IPV4_HEADER_LENGTH + 8;
  const at = off + writeIpv4Header(mem, off, len, 1, 0, 64, 0, IPPROTO_ICMP, f.src, VICTIM);
  const { dv } = mem;
  dv.setInt32(at, ((f.type ?? ICMP4_UNREACHABLE) << 24) | (f.code << 16));
  dv.setInt32(at + 4, f.rest ?? 0);
  const q = at + 8;
  const quoted = (f.quotedLen ?? 1500) - IPV4_HEADER_LENGTH;
  writeIpv4Header(mem, q, quoted, 1, 0x4000, 64, 0, IPPROTO_TCP, VICTIM, f.to);
  dv.setUint16(q + 20, f.port);
  dv.setUint16(q + 22, f.remotePort);
  dv.setInt32(q + 24, f.seq | 0);
  dv.setUint16(at + 2, finish(sum(mem, at, len, 0)));
  return IPV4_HEADER_LENGTH + len;
}

/** Writes an IPv4 fragment of a UDP datagram, octets [from, from + data) of it. */
export function forgeFragment4(
  mem: Memory,
  off: number,
  src: number,
  id: number,
  from: number,
  data: number,
  more: boolean,
): number {
  const flags = (more ? IPV4_MF : 0) | (from >> 3);
  const at = off + writeIpv4Header(mem, off, data, id & 0xffff, flags, 64, 0, IPPROTO_UDP, src, VICTIM);
  mem.u8.fill(0x58, at, at + data);
  return IPV4_HEADER_LENGTH + data;
}

/** Writes an IPv6 fragment from fd00::`src` to fd00::2. */
export function forgeFragment6(
  mem: Memory,
  off: number,
  src: number,
  id: number,
  from: number,
  data: number,
  more: boolean,
): number {
  const net = 0xfd000000 | 0;
  let at = off + writeIpv6Header(mem, off, 8 + data, 0, 64, 0, FRAGMENT, net, 0, 0, src | 0, net, 0, 0, 2);
  at += writeIpv6FragmentHeader(mem, at, IPPROTO_UDP, from, more, id);
  mem.u8.fill(0x58, at, at + data);
  return IPV6_HEADER_LENGTH + 8 + data;
}

/** Puts a SYN from fd00::1:`src` to fd00::2 in a frame to the victim. */
export function forgeFrame6(
  mem: Memory,
  off: number,
  macHi: number,
  macLo: number,
  src: number,
  dport: number,
): number {
  const net = 0xfd000000 | 0;
  writeEthernetHeader(mem, off, macHi, macLo, 0x0600, src, ETHERTYPE_IPV6);
  seg.set(src, 0, SYN);
  seg.srcPort = 7;
  seg.dstPort = dport;
  const len = tcpHeaderLength(seg);
  const ip = off + ETHERNET_HEADER_LENGTH;
  const at = ip + writeIpv6Header(mem, ip, len, 0, 64, 0, IPPROTO_TCP, net, 0, 1, src, net, 0, 0, 2);
  writeTcpHeader(mem, at, seg);
  const pseudo = pseudoSumWords(6, net, 0, 1, src, net, 0, 0, 2, IPPROTO_TCP, len);
  mem.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(sum(mem, at, len, pseudo)));
  return ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH + len;
}

/** Writes a broadcast ARP request for the victim's address in the name of `src`. */
export function forgeArp(mem: Memory, off: number, src: number): number {
  const hi = 0x0600;
  writeEthernetHeader(mem, off, 0xffff, -1, hi, src, 0x0806);
  return ETHERNET_HEADER_LENGTH + writeArpRequest(mem, off + ETHERNET_HEADER_LENGTH, hi, src, src, VICTIM);
}

/** Puts a segment from an address of the link in a frame to the victim. */
export function forgeFrame(mem: Memory, off: number, macHi: number, macLo: number, f: Forged): number {
  writeEthernetHeader(mem, off, macHi, macLo, 0x0600, f.src, ETHERTYPE_IPV4);
  return ETHERNET_HEADER_LENGTH + forgeTcp(mem, off + ETHERNET_HEADER_LENGTH, f);
}
