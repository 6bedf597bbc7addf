// Ethernet II frames (RFC 894, IPv6 RFC 2464). A MAC address is two numbers: its high 16 bits and
// its low 32 bits as int32.

import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

/** Octets of a header: two addresses and the type. */
export const ETHERNET_HEADER_LENGTH = 14;
/** EtherType of IPv4 (IEEE 802 numbers). */
export const ETHERTYPE_IPV4 = 0x0800;
/** EtherType of ARP. */
export const ETHERTYPE_ARP = 0x0806;
/** EtherType of IPv6. */
export const ETHERTYPE_IPV6 = 0x86dd;

/** A parsed frame; reused. */
export class EthernetFrame {
  dstHi = 0;
  dstLo = 0;
  srcHi = 0;
  srcLo = 0;
  etherType = 0;
  payloadOff = 0;
  /** Octets behind the header, link padding included. */
  payloadLen = 0;
}

/** Reads the frame (without preamble and FCS) in [off, off + len); 0 or a `Malformed` code. */
export function parseEthernet(mem: Memory, off: number, len: number, out: EthernetFrame): number {
  if (len < ETHERNET_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  const etherType = dv.getUint16(off + 12);
  if (etherType < 0x0600) return Malformed.ETHERNET_LENGTH_FIELD;
  out.dstHi = dv.getUint16(off);
  out.dstLo = dv.getInt32(off + 2);
  out.srcHi = dv.getUint16(off + 6);
  out.srcLo = dv.getInt32(off + 8);
  out.etherType = etherType;
  out.payloadOff = off + ETHERNET_HEADER_LENGTH;
  out.payloadLen = len - ETHERNET_HEADER_LENGTH;
  return Malformed.OK;
}

/** Writes a frame header and returns its length, 14. */
export function writeEthernetHeader(
  mem: Memory,
  off: number,
  dstHi: number,
  dstLo: number,
  srcHi: number,
  srcLo: number,
  etherType: number,
): number {
  const dv = mem.dv;
  dv.setUint16(off, dstHi);
  dv.setInt32(off + 2, dstLo);
  dv.setUint16(off + 6, srcHi);
  dv.setInt32(off + 8, srcLo);
  dv.setUint16(off + 12, etherType);
  return ETHERNET_HEADER_LENGTH;
}

/** A MAC address for configuration and APIs; packets carry the two numbers. */
export interface MacAddress {
  /** High 16 bits, 0..65535. */
  readonly hi: number;
  /** Low 32 bits, int32. */
  readonly lo: number;
}

function hexOctet(n: number): string {
  return (n & 0xff).toString(16).padStart(2, '0');
}

/** "02:00:5e:10:00:01". */
export function formatMac(hi: number, lo: number): string {
  return [hi >>> 8, hi, lo >>> 24, lo >>> 16, lo >>> 8, lo].map(hexOctet).join(':');
}

/** A MAC address from six hex octets with ":" or "-" between, or null. */
export function parseMac(text: string): MacAddress | null {
  if (!/^[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2}){4}$/.test(text)) return null;
  const digits = text.replaceAll(/[:-]/g, '');
  return { hi: Number.parseInt(digits.slice(0, 4), 16), lo: Number.parseInt(digits.slice(4), 16) | 0 };
}

/** Whether the address is of a group: multicast or broadcast. */
export function isGroupMac(hi: number): boolean {
  return (hi & 0x0100) !== 0;
}

/** Whether the address is ff:ff:ff:ff:ff:ff. */
export function isBroadcastMac(hi: number, lo: number): boolean {
  return hi === 0xffff && lo === -1;
}

/** High bits of the MAC of every IPv6 multicast group; the low word is the group's last (RFC 2464 section 7). */
export const IPV6_MULTICAST_MAC_HI = 0x3333;
/** High bits of the MAC of every IPv4 multicast group. */
export const IPV4_MULTICAST_MAC_HI = 0x0100;

/** Low bits of the MAC of an IPv4 multicast group (RFC 1112 section 6.4). */
export function ipv4MulticastMacLo(group: number): number {
  return 0x5e000000 | (group & 0x7fffff);
}
