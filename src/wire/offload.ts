// What a link does for a packet, or has done: checksums that are not complete, and TCP segments that stand for several
// (generic segmentation offload). The words are those of virtio (Virtual I/O Device 1.3, section 5.1.6: NEEDS_CSUM,
// DATA_VALID, gso_size) without its octets. What is cut here is what a link, or the kernel, makes of the same packet.

import { finish, fold, sum } from './checksum.ts';
import type { IpPacket } from './ip.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from './ip.ts';
import type { Memory } from './memory.ts';
import { pseudoSum } from './pseudo.ts';
import { CWR, FIN, PSH } from './segment.ts';
import { TCP_CHECKSUM_OFFSET, TCP_HEADER_LENGTH } from './tcp.ts';

/** What is said beside a packet; one object is reused for many. Offsets count from the packet's first octet. */
export class Offload {
  /** Octets of text in each segment that this TCP packet stands for, the last may have fewer; 0: it is what it is. */
  gsoSize = 0;
  /** CWR is for the first of those segments (RFC 3168 section 6.1.2). */
  ecn = false;
  /** Octets of all headers. */
  headerLen = 0;
  /**
   * Where the octets under a partial checksum begin, 0: it is complete. Partial: the field holds the sum of the
   * pseudo-header alone, for the whole packet.
   */
  sumFrom = 0;
  /** Where the field is, from `sumFrom`. */
  sumAt = 0;
  /** Somebody has verified the checksum already. */
  verified = false;

  /** Nothing to say. */
  clear(): this {
    this.gsoSize = 0;
    this.ecn = false;
    this.headerLen = 0;
    this.sumFrom = 0;
    this.sumAt = 0;
    this.verified = false;
    return this;
  }
}

/**
 * Whether the checksum of the packet's transport, whose field is `at` octets into its header, need not be verified:
 * its sender left it to a link, or somebody has done it. A partial one that lies elsewhere is completed first.
 */
export function sumIsTrusted(mem: Memory, p: IpPacket, at: number): boolean {
  const { offload } = p;
  if (offload === null) return false;
  if (offload.sumFrom === 0) return offload.verified;
  if (offload.sumFrom === p.payloadOff - p.headerOff && offload.sumAt === at) return true;
  completeSum(mem, p);
  return false;
}

/** Completes a partial checksum where it stands; one that lies outside of the packet is left alone. */
export function completeSum(mem: Memory, p: IpPacket): void {
  const { offload, headerOff, totalLen } = p;
  if (offload === null || offload.sumFrom === 0) return;
  const { sumFrom, sumAt } = offload;
  offload.sumFrom = 0;
  if (sumFrom + sumAt + 2 > totalLen) return;
  const s = finish(sum(mem, headerOff + sumFrom, totalLen - sumFrom, 0));
  const none = s === 0 && p.protocol === IPPROTO_UDP; // RFC 768: a computed zero goes out as its other form
  mem.dv.setUint16(headerOff + sumFrom + sumAt, none ? 0xffff : s);
}

/**
 * Cuts a TCP packet that stands for several into those, each in a block of its own that `emit` takes over. Without
 * memory the rest is not sent.
 */
export function cutTcp(
  mem: Memory,
  p: IpPacket,
  gsoSize: number,
  emit: (off: number, len: number) => void,
): void {
  const { family, headerOff, headerLen, payloadOff, payloadLen } = p;
  if (p.protocol !== IPPROTO_TCP || payloadLen < TCP_HEADER_LENGTH) return;
  const tcpLen = (mem.dv.getUint8(payloadOff + 12) >> 4) << 2;
  const textLen = payloadLen - tcpLen;
  const pseudo = pseudoSum(p, IPPROTO_TCP, 0);
  for (let at = 0; at < textLen; at += gsoSize) {
    const size = Math.min(gsoSize, textLen - at);
    const len = headerLen + tcpLen + size;
    const off = mem.alloc(len);
    if (off === 0) return;
    const { u8, dv } = mem;
    u8.copyWithin(off, headerOff, headerOff + headerLen + tcpLen);
    u8.copyWithin(off + headerLen + tcpLen, payloadOff + tcpLen + at, payloadOff + tcpLen + at + size);
    if (family === 4) {
      dv.setUint16(off + 2, len);
      dv.setUint16(off + 4, dv.getUint16(off + 4) + at / gsoSize);
      dv.setUint16(off + 10, 0);
      dv.setUint16(off + 10, finish(sum(mem, off, headerLen, 0)));
    } else {
      dv.setUint16(off + 4, len - 40);
    }
    const tcp = off + headerLen;
    dv.setInt32(tcp + 4, (dv.getInt32(tcp + 4) + at) | 0);
    dv.setUint8(tcp + 13, ctlOfPiece(dv.getUint8(tcp + 13), at === 0, at + size === textLen));
    dv.setUint16(tcp + TCP_CHECKSUM_OFFSET, 0);
    dv.setUint16(
      tcp + TCP_CHECKSUM_OFFSET,
      finish(sum(mem, tcp, tcpLen + size, fold(pseudo + tcpLen + size))),
    );
    emit(off, len);
  }
}

/** The control bits of one of the segments that a segment with `ctl` stands for: CWR of the first, PSH and FIN of the last. */
export function ctlOfPiece(ctl: number, first: boolean, last: boolean): number {
  return ctl & ~(first ? 0 : CWR) & ~(last ? 0 : PSH | FIN);
}
