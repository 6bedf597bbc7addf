// Neighbour discovery messages (RFC 4861 section 4): solicitations and advertisements of neighbours
// read and written, router messages and redirects read.

import { isLinkLocal, isMulticast, isUnspecified } from './address.ts';
import { finish, fold, sum } from './checksum.ts';
import type { IcmpMessage } from './icmp.ts';
import type { IpPacket } from './ip.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

// ICMPv6 types.

/** Router solicitation (RFC 4861 section 4.1). */
export const NDP_ROUTER_SOLICITATION = 133;
/** Router advertisement (RFC 4861 section 4.2). */
export const NDP_ROUTER_ADVERTISEMENT = 134;
/** Neighbor solicitation (section 4.3): who has this address. */
export const NDP_NEIGHBOR_SOLICITATION = 135;
/** Neighbor advertisement (section 4.4). */
export const NDP_NEIGHBOR_ADVERTISEMENT = 136;
/** Redirect (section 4.5). */
export const NDP_REDIRECT = 137;

/** Every such message must arrive with this hop limit, which proves that no router forwarded it: the caller checks. */
export const NDP_HOP_LIMIT = 255;

// Flags of a neighbour advertisement, in the top octet of its second word (section 4.4).

/** The sender is a router. */
export const NA_ROUTER = 0x80;
/** It answers a solicitation. */
export const NA_SOLICITED = 0x40;
/** It replaces a link-layer address that is known. */
export const NA_OVERRIDE = 0x20;

/** Octets of a neighbour solicitation or advertisement with a link-layer address option. */
export const NDP_NEIGHBOR_LENGTH = 32;
/** Options walked in one message, at most. */
export const MAX_NDP_OPTIONS = 32;

const OPT_SOURCE_MAC = 1;
const OPT_TARGET_MAC = 2;
const OPT_REDIRECTED = 4;

/** Whether an ICMPv6 type is neighbour discovery, so that the hop limit rule applies. */
export function isNdpType(type: number): boolean {
  return type >= NDP_ROUTER_SOLICITATION && type <= NDP_REDIRECT;
}

/** Octets before the options, by type. */
function fixedLength(type: number): number {
  if (type === NDP_ROUTER_SOLICITATION) return 8;
  if (type === NDP_ROUTER_ADVERTISEMENT) return 16;
  return type === NDP_REDIRECT ? 40 : 24;
}

/** Reads the body of a message whose checksum is right and whose header is in `out` (see parseIcmp6). */
export function parseNdp(mem: Memory, off: number, len: number, out: IcmpMessage): number {
  const fixed = fixedLength(out.type);
  if (len < fixed) return Malformed.TRUNCATED;
  if (out.code !== 0) return Malformed.NDP_CODE;
  const dv = mem.dv;
  if (out.type === NDP_ROUTER_ADVERTISEMENT) {
    out.curHopLimit = out.rest >>> 24;
    out.flags = (out.rest >>> 16) & 0xff;
    out.routerLifetime = out.rest & 0xffff;
  } else if (out.type !== NDP_ROUTER_SOLICITATION) {
    out.target0 = dv.getInt32(off + 8);
    out.target1 = dv.getInt32(off + 12);
    out.target2 = dv.getInt32(off + 16);
    out.target3 = dv.getInt32(off + 20);
    if (isMulticast(out.target0, out.target1, out.target2, out.target3)) return Malformed.NDP_TARGET;
    if (out.type === NDP_NEIGHBOR_ADVERTISEMENT) out.flags = (out.rest >>> 24) & 0xe0;
  }
  out.optOff = off + fixed;
  out.optLen = len - fixed;
  return walkOptions(mem, off + fixed, off + len, out);
}

/**
 * What is left to check of a neighbour discovery message that parsed: hop limit, addresses, what goes with them (RFC
 * 4861 sections 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1). 0 or a `Malformed` code: discard in silence.
 */
export function checkNdp(p: IpPacket, m: IcmpMessage): number {
  if (p.ttl !== NDP_HOP_LIMIT) return Malformed.NDP_HOP_LIMIT;
  const { dst0, dst1, dst2, dst3 } = p;
  const nobody = isUnspecified(p.src0, p.src1, p.src2, p.src3);
  const toGroup = isMulticast(dst0, dst1, dst2, dst3);
  let good = true;
  switch (m.type) {
    case NDP_ROUTER_SOLICITATION:
      good = !(nobody && m.hasSourceMac);
      break;
    case NDP_ROUTER_ADVERTISEMENT:
      good = isLinkLocal(p.src0);
      break;
    case NDP_NEIGHBOR_SOLICITATION:
      good = !nobody || (isSolicitedNode(dst0, dst1, dst2, dst3) && !m.hasSourceMac);
      break;
    case NDP_NEIGHBOR_ADVERTISEMENT:
      good = !nobody && !(toGroup && (m.flags & NA_SOLICITED) !== 0);
      break;
    default:
      good = isLinkLocal(p.src0) && !toGroup;
  }
  return good ? Malformed.OK : Malformed.NDP_ADDRESS;
}

function walkOptions(mem: Memory, start: number, end: number, out: IcmpMessage): number {
  const dv = mem.dv;
  let i = start;
  for (let n = 0; i < end; n++) {
    if (n === MAX_NDP_OPTIONS) return Malformed.NDP_TOO_MANY_OPTIONS;
    const length = end - i >= 8 ? dv.getUint8(i + 1) << 3 : 0;
    if (length === 0 || i + length > end) return Malformed.NDP_OPTION_LENGTH;
    const type = dv.getUint8(i);
    if (type === OPT_SOURCE_MAC && length === 8) {
      out.hasSourceMac = true;
      out.sourceMacHi = dv.getUint16(i + 2);
      out.sourceMacLo = dv.getInt32(i + 4);
    } else if (type === OPT_TARGET_MAC && length === 8) {
      out.hasTargetMac = true;
      out.targetMacHi = dv.getUint16(i + 2);
      out.targetMacLo = dv.getInt32(i + 4);
    } else if (type === OPT_REDIRECTED && out.type === NDP_REDIRECT) {
      out.quotedOff = i + 8;
      out.quotedLen = length - 8;
    }
    i += length;
  }
  return Malformed.OK;
}

function writeNeighbor(
  mem: Memory,
  off: number,
  type: number,
  flags: number,
  t0: number,
  t1: number,
  t2: number,
  t3: number,
  option: number,
  macHi: number,
  macLo: number,
  addresses: number,
): number {
  const dv = mem.dv;
  const len = option === 0 ? 24 : NDP_NEIGHBOR_LENGTH;
  dv.setInt32(off, type << 24);
  dv.setInt32(off + 4, flags << 24);
  dv.setInt32(off + 8, t0);
  dv.setInt32(off + 12, t1);
  dv.setInt32(off + 16, t2);
  dv.setInt32(off + 20, t3);
  if (option !== 0) {
    dv.setInt32(off + 24, (option << 24) | (1 << 16) | macHi);
    dv.setInt32(off + 28, macLo);
  }
  dv.setUint16(off + 2, finish(sum(mem, off, len, fold(addresses + len))));
  return len;
}

/**
 * Writes a solicitation for the target; returns its length. `withMac` is false when the source address is
 * unspecified (duplicate address detection, section 4.3). `addresses` as in icmp6.ts.
 */
export function writeNeighborSolicitation(
  mem: Memory,
  off: number,
  t0: number,
  t1: number,
  t2: number,
  t3: number,
  withMac: boolean,
  macHi: number,
  macLo: number,
  addresses: number,
): number {
  const option = withMac ? OPT_SOURCE_MAC : 0;
  return writeNeighbor(
    mem,
    off,
    NDP_NEIGHBOR_SOLICITATION,
    0,
    t0,
    t1,
    t2,
    t3,
    option,
    macHi,
    macLo,
    addresses,
  );
}

/** Writes an advertisement of the target at the MAC; `flags` is NA_… bits; returns its length, 32. */
export function writeNeighborAdvertisement(
  mem: Memory,
  off: number,
  flags: number,
  t0: number,
  t1: number,
  t2: number,
  t3: number,
  macHi: number,
  macLo: number,
  addresses: number,
): number {
  const type = NDP_NEIGHBOR_ADVERTISEMENT;
  return writeNeighbor(mem, off, type, flags, t0, t1, t2, t3, OPT_TARGET_MAC, macHi, macLo, addresses);
}

/** Word 0 of every solicited-node multicast address, ff02::1:ff00:0/104 (RFC 4291 section 2.7.1). */
export const SOLICITED_NODE_W0 = 0xff020000 | 0;
/** Word 1 of every solicited-node multicast address. */
export const SOLICITED_NODE_W1 = 0;
/** Word 2 of every solicited-node multicast address. */
export const SOLICITED_NODE_W2 = 1;

/** Whether this is a solicited-node multicast address. */
export function isSolicitedNode(w0: number, w1: number, w2: number, w3: number): boolean {
  return (
    w0 === SOLICITED_NODE_W0 && w1 === SOLICITED_NODE_W1 && w2 === SOLICITED_NODE_W2 && w3 >>> 24 === 0xff
  );
}

/** The last word of the solicited-node multicast address of an address that ends in `w3`. */
export function solicitedNodeW3(w3: number): number {
  return 0xff000000 | (w3 & 0xffffff);
}
