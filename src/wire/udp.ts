// The UDP header (RFC 768; over IPv6 RFC 8200 section 8.1).

import type { Family } from './address.ts';
import { finish, fold, sum } from './checksum.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

/** Octets of a header (RFC 768). */
export const UDP_HEADER_LENGTH = 8;
/** Where the checksum stands in the header. */
export const UDP_CHECKSUM_OFFSET = 6;

/** A parsed user datagram; reused. */
export class UdpDatagram {
  srcPort = 0;
  dstPort = 0;
  /** Octets of header and data, as the header says; what lies behind is not part of the datagram. */
  length = 0;
  checksum = 0;
  dataOff = 0;
  dataLen = 0;
}

/** Reads the datagram in [off, off + len); 0 or a `Malformed` code. For the checksum see `udpChecksumOk`. */
export function parseUdp(mem: Memory, off: number, len: number, out: UdpDatagram): number {
  if (len < UDP_HEADER_LENGTH) return Malformed.TRUNCATED;
  const dv = mem.dv;
  const length = dv.getUint16(off + 4);
  if (length < UDP_HEADER_LENGTH) return Malformed.UDP_LENGTH;
  if (length > len) return Malformed.TRUNCATED;
  out.srcPort = dv.getUint16(off);
  out.dstPort = dv.getUint16(off + 2);
  out.length = length;
  out.checksum = dv.getUint16(off + UDP_CHECKSUM_OFFSET);
  out.dataOff = off + UDP_HEADER_LENGTH;
  out.dataLen = length - UDP_HEADER_LENGTH;
  return Malformed.OK;
}

/**
 * Whether the datagram of `length` octets (UdpDatagram.length) at `off` has a right checksum; `pseudo` is
 * the pseudo-header's sum for that length. Zero means "none" in IPv4 and is wrong in IPv6.
 */
export function udpChecksumOk(
  mem: Memory,
  off: number,
  length: number,
  pseudo: number,
  family: Family,
): boolean {
  if (mem.dv.getUint16(off + UDP_CHECKSUM_OFFSET) === 0) return family === 4;
  return sum(mem, off, length, pseudo) === 0xffff;
}

/**
 * Writes the header before `dataLen` octets that already stand at off + 8, checksum over both, and
 * returns its length, 8. `pseudo` is the pseudo-header's sum for protocol 17 and length 8 + dataLen.
 */
export function writeUdpHeader(
  mem: Memory,
  off: number,
  srcPort: number,
  dstPort: number,
  dataLen: number,
  pseudo: number,
): number {
  const dv = mem.dv;
  const length = UDP_HEADER_LENGTH + dataLen;
  const s = sum(mem, off + UDP_HEADER_LENGTH, dataLen, fold(pseudo + srcPort + dstPort + length));
  const check = finish(s);
  dv.setInt32(off, (srcPort << 16) | dstPort);
  // A computed zero goes out as its other form, since zero means "no checksum".
  dv.setInt32(off + 4, (length << 16) | (check === 0 ? 0xffff : check));
  return UDP_HEADER_LENGTH;
}
