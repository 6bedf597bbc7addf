// ARP for IPv4 over Ethernet (RFC 826).

import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

/** Octets of an ARP packet for Ethernet and IPv4. */
export const ARP_LENGTH = 28;
/** `ArpPacket.operation`: who has this address (RFC 826, ares_op$REQUEST). */
export const ARP_REQUEST = 1;
/** `ArpPacket.operation`: it is at this MAC (RFC 826, ares_op$REPLY). */
export const ARP_REPLY = 2;

/** A parsed ARP packet; reused. IPv4 addresses are int32, MACs high 16 and low 32 bits. */
export class ArpPacket {
  /** ARP_REQUEST, ARP_REPLY, or another number that a host ignores. */
  operation = 0;
  senderHi = 0;
  senderLo = 0;
  senderIp = 0;
  targetHi = 0;
  targetLo = 0;
  targetIp = 0;
}

/** Reads the ARP packet in [off, off + len); 0 or a `Malformed` code. */
export function parseArp(mem: Memory, off: number, len: number, out: ArpPacket): number {
  if (len < ARP_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  // Hardware type 1, protocol type 0x0800; address lengths 6 and 4.
  if (dv.getInt32(off) !== 0x00010800 || dv.getUint16(off + 4) !== 0x0604) return Malformed.ARP_FORMAT;
  out.operation = dv.getUint16(off + 6);
  out.senderHi = dv.getUint16(off + 8);
  out.senderLo = dv.getInt32(off + 10);
  out.senderIp = dv.getInt32(off + 14);
  out.targetHi = dv.getUint16(off + 18);
  out.targetLo = dv.getInt32(off + 20);
  out.targetIp = dv.getInt32(off + 24);
  return Malformed.OK;
}

function writeArp(
  mem: Memory,
  off: number,
  operation: number,
  senderHi: number,
  senderLo: number,
  senderIp: number,
  targetHi: number,
  targetLo: number,
  targetIp: number,
): number {
  const dv = mem.dv;
  dv.setInt32(off, 0x00010800);
  dv.setInt32(off + 4, 0x06040000 | operation);
  dv.setUint16(off + 8, senderHi);
  dv.setInt32(off + 10, senderLo);
  dv.setInt32(off + 14, senderIp);
  dv.setUint16(off + 18, targetHi);
  dv.setInt32(off + 20, targetLo);
  dv.setInt32(off + 24, targetIp);
  return ARP_LENGTH;
}

/** Writes "who has targetIp?"; returns the length, 28. A probe has senderIp 0 (RFC 5227 section 2.1.1). */
export function writeArpRequest(
  mem: Memory,
  off: number,
  senderHi: number,
  senderLo: number,
  senderIp: number,
  targetIp: number,
): number {
  return writeArp(mem, off, ARP_REQUEST, senderHi, senderLo, senderIp, 0, 0, targetIp);
}

/** Writes "senderIp is at sender", to target; returns the length, 28. */
export function writeArpReply(
  mem: Memory,
  off: number,
  senderHi: number,
  senderLo: number,
  senderIp: number,
  targetHi: number,
  targetLo: number,
  targetIp: number,
): number {
  return writeArp(mem, off, ARP_REPLY, senderHi, senderLo, senderIp, targetHi, targetLo, targetIp);
}
