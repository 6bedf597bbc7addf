// Fragmentation: of IPv4 packets, our own or at a router (RFC 791 section 3.2; RFC 1812 section 5.2.6), in pieces of at
// most the next link's MTU, the first with all options, the others with those that say that they are copied; of our own
// IPv6 packets, which have no extension headers (RFC 8200 section 4.5).

import {
  finish,
  IPV4_HEADER_LENGTH,
  IPV4_MF,
  IPV6_FRAGMENT_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type IpPacket,
  type Memory,
  sum,
  writeIpv6FragmentHeader,
} from '../../wire/index.ts';

/** IPv6's own number for its fragment header. */
const FRAGMENT = 44;

/** The bit of an option's type that has it copied into every fragment. */
const COPIED = 0x80;
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;

/** The options of a header that go into every fragment, padded to whole words. */
function copiedOptions(mem: Memory, p: IpPacket): number[] {
  const { u8 } = mem;
  const end = p.headerOff + p.headerLen;
  const out: number[] = [];
  for (let i = p.headerOff + IPV4_HEADER_LENGTH; i < end && u8[i] !== END_OF_OPTIONS; ) {
    const type = u8[i] as number;
    const length = type === NO_OPERATION ? 1 : (u8[i + 1] as number);
    if ((type & COPIED) !== 0) out.push(...u8.subarray(i, i + length));
    i += length;
  }
  while ((out.length & 3) !== 0) out.push(END_OF_OPTIONS);
  return out;
}

/**
 * Cuts a packet, itself perhaps a fragment, and gives each piece to `emit`: a block of its own with `headroom` octets
 * in front, and the octets of the packet behind those. Without memory the rest is not sent.
 */
export function cutIpv4(
  mem: Memory,
  p: IpPacket,
  mtu: number,
  headroom: number,
  emit: (off: number, len: number) => void,
): void {
  const options = p.headerLen === IPV4_HEADER_LENGTH ? [] : copiedOptions(mem, p);
  const { headerOff, payloadOff, payloadLen, fragOff, moreFragments } = p;
  let headerLen = p.headerLen;
  for (let from = 0; from < payloadLen; ) {
    const room = mtu - headerLen;
    const last = payloadLen - from <= room;
    const size = last ? payloadLen - from : room & ~7;
    if (size <= 0) return; // options fill the link
    const off = mem.alloc(headroom + headerLen + size);
    if (off === 0) return;
    const at = off + headroom;
    const { u8, dv } = mem;
    u8.copyWithin(at, headerOff, headerOff + (from === 0 ? headerLen : IPV4_HEADER_LENGTH));
    if (from > 0) u8.set(options, at + IPV4_HEADER_LENGTH);
    u8.copyWithin(at + headerLen, payloadOff + from, payloadOff + from + size);
    dv.setUint8(at, 0x40 | (headerLen >> 2));
    dv.setUint16(at + 2, headerLen + size);
    dv.setUint16(at + 6, ((fragOff + from) >> 3) | (last && !moreFragments ? 0 : IPV4_MF));
    dv.setUint16(at + 10, 0);
    dv.setUint16(at + 10, finish(sum(mem, at, headerLen, 0)));
    emit(off, headerLen + size);
    from += size;
    headerLen = IPV4_HEADER_LENGTH + options.length;
  }
}

/**
 * Cuts a payload behind the IPv6 header at `ip`, of the protocol that this names, and gives each piece to `emit` as
 * {@link cutIpv4} does. `identification`: of this packet.
 */
export function cutIpv6(
  mem: Memory,
  ip: number,
  payloadLen: number,
  identification: number,
  mtu: number,
  headroom: number,
  emit: (off: number, len: number) => void,
): void {
  const before = IPV6_HEADER_LENGTH + IPV6_FRAGMENT_HEADER_LENGTH;
  const protocol = mem.u8[ip + 6] as number;
  for (let from = 0; from < payloadLen; ) {
    const room = mtu - before;
    const last = payloadLen - from <= room;
    const size = last ? payloadLen - from : room & ~7;
    const off = mem.alloc(headroom + before + size);
    if (off === 0) return;
    const at = off + headroom;
    const { u8, dv } = mem;
    u8.copyWithin(at, ip, ip + IPV6_HEADER_LENGTH);
    dv.setUint16(at + 4, IPV6_FRAGMENT_HEADER_LENGTH + size);
    dv.setUint8(at + 6, FRAGMENT);
    writeIpv6FragmentHeader(mem, at + IPV6_HEADER_LENGTH, protocol, from, !last, identification);
    const text = ip + IPV6_HEADER_LENGTH + from;
    u8.copyWithin(at + before, text, text + size);
    emit(off, before + size);
    from += size;
  }
}
