// Ethernet II frames (RFC 894, IPv6 RFC 2464), IEEE 802.3 frames with LLC and SNAP (RFC 1042), and both with an IEEE
// 802.1Q tag. A MAC address is two numbers: its high 16 bits and its low 32 bits as int32.

import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

/** Octets of a header: two addresses and the type. */
export const ETHERNET_HEADER_LENGTH = 14;
/** EtherType of IPv4 (IEEE 802 numbers). */
export const ETHERTYPE_IPV4 = 0x0800;
/** Octets of a header with an IEEE 802.1Q tag. */
export const VLAN_HEADER_LENGTH = 18;
/** EtherType of a tag, the TPID of IEEE 802.1Q. */
export const ETHERTYPE_VLAN = 0x8100;
/** EtherType of ARP (RFC 826). */
export const ETHERTYPE_ARP = 0x0806;
/** EtherType of IPv6. */
export const ETHERTYPE_IPV6 = 0x86dd;

/** A parsed frame; reused. */
export class EthernetFrame {
  dstHi = 0;
  dstLo = 0;
  srcHi = 0;
  srcLo = 0;
  /** The VLAN identifier of its tag, 0 in one that is for the priority alone (IEEE 802.1Q section 9.6); -1: no tag. */
  vlan = -1;
  /** The EtherType of what is inside, whatever encapsulates it. */
  etherType = 0;
  payloadOff = 0;
  /** Octets behind the header, link padding included where no length says otherwise. */
  payloadLen = 0;
}

/** LLC 0xaa-0xaa-3 and the organization code of SNAP for EtherTypes (RFC 1042): six octets before the type. */
const SNAP_HI = 0xaaaa;
const SNAP_LO = 0x03000000;
const SNAP_LENGTH = 8;
/** Types from here on are EtherTypes, smaller numbers are lengths (IEEE 802.3 section 3.2.6). */
const LEAST_ETHERTYPE = 0x0600;

/**
 * Reads the frame (without preamble and FCS) in [off, off + len); 0 or a `Malformed` code: of a frame with another LLC
 * than SNAP, its addresses and tag can be read nevertheless.
 */
export function parseEthernet(mem: Memory, off: number, len: number, out: EthernetFrame): number {
  if (len < ETHERNET_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  out.dstHi = dv.getUint16(off);
  out.dstLo = dv.getInt32(off + 2);
  out.srcHi = dv.getUint16(off + 6);
  out.srcLo = dv.getInt32(off + 8);
  let header = ETHERNET_HEADER_LENGTH;
  let etherType = dv.getUint16(off + 12);
  out.vlan = -1;
  if (etherType === ETHERTYPE_VLAN) {
    header = VLAN_HEADER_LENGTH;
    if (len < header) return Malformed.TRUNCATED;
    out.vlan = dv.getUint16(off + 14) & 0xfff;
    etherType = dv.getUint16(off + 16);
  }
  out.etherType = etherType;
  out.payloadOff = off + header;
  out.payloadLen = len - header;
  return etherType >= LEAST_ETHERTYPE ? Malformed.OK : readSnap(mem, off + header, etherType, out);
}

/** What follows a length: LLC and SNAP, with an EtherType behind. */
function readSnap(mem: Memory, at: number, length: number, out: EthernetFrame): number {
  if (length > out.payloadLen) return Malformed.TRUNCATED;
  const dv = mem.dv;
  if (length < SNAP_LENGTH || dv.getUint16(at) !== SNAP_HI || dv.getInt32(at + 2) !== SNAP_LO)
    return Malformed.ETHERNET_LENGTH_FIELD;
  out.etherType = dv.getUint16(at + 6);
  out.payloadOff = at + SNAP_LENGTH;
  out.payloadLen = length - SNAP_LENGTH;
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

/** Writes a frame header with a tag for a VLAN, priority 0, and returns its length, 18. */
export function writeVlanHeader(
  mem: Memory,
  off: number,
  dstHi: number,
  dstLo: number,
  srcHi: number,
  srcLo: number,
  vlan: number,
  etherType: number,
): number {
  writeEthernetHeader(mem, off, dstHi, dstLo, srcHi, srcLo, ETHERTYPE_VLAN);
  mem.dv.setInt32(off + 14, (vlan << 16) | etherType);
  return VLAN_HEADER_LENGTH;
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
