// The header before each packet of a TUN interface with IFF_VNET_HDR: struct virtio_net_hdr (Virtual I/O Device 1.3,
// section 5.1.6; linux/virtio_net.h), in the byte order of the machine. What it says of a packet, as an Offload.

import type { Memory, Offload } from '../../wire/index.ts';

/** Octets of the header: those of struct virtio_net_hdr, without num_buffers. */
export const VNET_HEADER_BYTES = 10;

/** The checksum is partial: csum_start and csum_offset say where it begins, and where it is to stand. */
const NEEDS_CSUM = 1;
/** The checksum was verified. */
const DATA_VALID = 2;

const GSO_NONE = 0;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
/** With another: CWR is set, in the first segment only. */
const GSO_ECN = 0x80;

// ioctl(TUNSETOFFLOAD): what we take (linux/if_tun.h).

/** Packets with partial checksums. */
export const TUN_F_CSUM = 0x01;
/** TCP segments that stand for several, over IPv4 and IPv6, also with ECN. */
export const TUN_F_TSO4 = 0x02;
export const TUN_F_TSO6 = 0x04;
export const TUN_F_TSO_ECN = 0x08;

/** Whether this machine has the low octet of a word first. */
export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reads the header at `off`; false for one that says what was not asked for. */
export function readVnetHeader(mem: Memory, off: number, out: Offload): boolean {
  const { dv } = mem;
  out.clear();
  const flags = dv.getUint8(off);
  const gsoType = dv.getUint8(off + 1);
  if ((flags & NEEDS_CSUM) !== 0) {
    out.sumFrom = dv.getUint16(off + 6, LITTLE_ENDIAN);
    out.sumAt = dv.getUint16(off + 8, LITTLE_ENDIAN);
  }
  out.verified = (flags & DATA_VALID) !== 0;
  if (gsoType === GSO_NONE) return true;
  out.headerLen = dv.getUint16(off + 2, LITTLE_ENDIAN);
  out.gsoSize = dv.getUint16(off + 4, LITTLE_ENDIAN);
  out.ecn = (gsoType & GSO_ECN) !== 0;
  const kind = gsoType & ~GSO_ECN;
  return out.gsoSize !== 0 && (kind === GSO_TCPV4 || kind === GSO_TCPV6);
}

/** Writes the header for the packet at `packetOff`; `offload` null: there is nothing to do for the kernel. */
export function writeVnetHeader(dv: DataView, offload: Offload | null, mem: Memory, packetOff: number): void {
  dv.setInt32(0, 0);
  dv.setInt32(4, 0);
  dv.setInt16(8, 0);
  if (offload === null) return;
  if (offload.sumFrom !== 0) {
    dv.setUint8(0, NEEDS_CSUM);
    dv.setUint16(6, offload.sumFrom, LITTLE_ENDIAN);
    dv.setUint16(8, offload.sumAt, LITTLE_ENDIAN);
  } else if (offload.verified) dv.setUint8(0, DATA_VALID);
  if (offload.gsoSize === 0) return;
  const four = (mem.u8[packetOff] as number) >>> 4 === 4;
  dv.setUint8(1, (four ? GSO_TCPV4 : GSO_TCPV6) | (offload.ecn ? GSO_ECN : 0));
  dv.setUint16(2, offload.headerLen, LITTLE_ENDIAN);
  dv.setUint16(4, offload.gsoSize, LITTLE_ENDIAN);
}
