// The mark of a router that has met congestion (RFC 3168 section 5), in a packet as it lies in memory.

import { updateChecksum } from './checksum.ts';
import type { IpPacket } from './ip.ts';
import type { Memory } from './memory.ts';
import { ECN_CE, ECN_NOT_ECT } from './segment.ts';

/** Sets the ECN field of the packet that was parsed into `p`; the checksum of an IPv4 header follows (RFC 1624). */
export function setEcnField(mem: Memory, p: IpPacket, ecn: number): void {
  const { u8, dv } = mem;
  const at = p.headerOff;
  const before = dv.getUint16(at);
  const shift = p.family === 4 ? 0 : 4;
  u8[at + 1] = ((u8[at + 1] as number) & ~(ECN_CE << shift)) | ((ecn & ECN_CE) << shift);
  p.tos = (p.tos & ~ECN_CE) | (ecn & ECN_CE);
  if (p.family === 4) dv.setUint16(at + 10, updateChecksum(dv.getUint16(at + 10), before, dv.getUint16(at)));
}

/** Marks an ECN-capable packet CE. False: it is not one, and is as it was. */
export function markCe(mem: Memory, p: IpPacket): boolean {
  if ((p.tos & ECN_CE) === ECN_NOT_ECT) return false;
  setEcnField(mem, p, ECN_CE);
  return true;
}
