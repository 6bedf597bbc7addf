// What a router advertisement tells hosts (RFC 4861 section 4.2): its fields, and the options for prefixes, the MTU
// and DNS servers (sections 4.6.2 and 4.6.4; RFC 8106 section 5.1). And the solicitation that asks for one.

import { addressFromWords, type IpAddress } from './address.ts';
import { finish, fold, sum } from './checksum.ts';
import type { IcmpMessage } from './icmp.ts';
import type { Memory } from './memory.ts';
import { NDP_ROUTER_SOLICITATION } from './ndp.ts';

const OPT_SOURCE_MAC = 1;
const OPT_PREFIX = 3;
const OPT_MTU = 5;
const OPT_RDNSS = 25;

const PREFIX_OPTION_LENGTH = 32;
const MTU_OPTION_LENGTH = 8;
/** Octets of an RDNSS option before its addresses. */
const RDNSS_FIXED_LENGTH = 8;

/** A lifetime without end. */
const INFINITE = 0xffffffff;

/** A prefix that a router tells of. Lifetimes are seconds, or Infinity. */
export interface AdvertisedPrefix {
  readonly prefix: IpAddress;
  /** Bits. */
  readonly length: number;
  /** L: addresses with this prefix are on the link. */
  readonly onLink: boolean;
  /** A: hosts may make addresses of it (RFC 4862 section 5.5.3). */
  readonly autonomous: boolean;
  readonly validSeconds: number;
  readonly preferredSeconds: number;
}

/** DNS servers that a router tells of. */
export interface AdvertisedServers {
  readonly addresses: readonly IpAddress[];
  readonly seconds: number;
}

/** A router advertisement. */
export interface RouterAdvertisement {
  /** How long the router may be a default router; 0: it is none. */
  readonly routerSeconds: number;
  readonly prefixes: readonly AdvertisedPrefix[];
  /** Octets; 0 when it does not say. */
  readonly mtu: number;
  readonly servers: readonly AdvertisedServers[];
}

/** Reads the advertisement whose message `parseIcmp6` found right. */
export function readRouterAdvertisement(mem: Memory, m: IcmpMessage): RouterAdvertisement {
  const { dv } = mem;
  const prefixes: AdvertisedPrefix[] = [];
  const servers: AdvertisedServers[] = [];
  let mtu = 0;
  const end = m.optOff + m.optLen;
  for (let i = m.optOff; i < end; ) {
    const type = dv.getUint8(i);
    const length = dv.getUint8(i + 1) << 3;
    if (type === OPT_PREFIX && length === PREFIX_OPTION_LENGTH) prefixes.push(readPrefix(mem, i));
    else if (type === OPT_MTU && length === MTU_OPTION_LENGTH) mtu = dv.getUint32(i + 4);
    else if (type === OPT_RDNSS && length > RDNSS_FIXED_LENGTH) servers.push(readServers(mem, i, length));
    i += length;
  }
  return { routerSeconds: m.routerLifetime, prefixes, mtu, servers };
}

function readPrefix(mem: Memory, i: number): AdvertisedPrefix {
  const { dv } = mem;
  const flags = dv.getUint8(i + 3);
  return {
    prefix: readAddress(mem, i + 16),
    length: dv.getUint8(i + 2),
    onLink: (flags & 0x80) !== 0,
    autonomous: (flags & 0x40) !== 0,
    validSeconds: lifetime(dv.getUint32(i + 4)),
    preferredSeconds: lifetime(dv.getUint32(i + 8)),
  };
}

function readServers(mem: Memory, i: number, length: number): AdvertisedServers {
  const addresses: IpAddress[] = [];
  for (let at = i + RDNSS_FIXED_LENGTH; at + 16 <= i + length; at += 16) addresses.push(readAddress(mem, at));
  return { addresses, seconds: lifetime(mem.dv.getUint32(i + 4)) };
}

function readAddress({ dv }: Memory, at: number): IpAddress {
  return addressFromWords(6, dv.getInt32(at), dv.getInt32(at + 4), dv.getInt32(at + 8), dv.getInt32(at + 12));
}

function lifetime(seconds: number): number {
  return seconds === INFINITE ? Number.POSITIVE_INFINITY : seconds;
}

/** Octets of a router solicitation with a link-layer address option. */
export const NDP_ROUTER_SOLICITATION_LENGTH = 16;

/** Writes a router solicitation with our MAC; returns its length, 16. `addresses` as in icmp6.ts. */
export function writeRouterSolicitation(
  mem: Memory,
  off: number,
  macHi: number,
  macLo: number,
  addresses: number,
): number {
  const { dv } = mem;
  const len = NDP_ROUTER_SOLICITATION_LENGTH;
  dv.setInt32(off, NDP_ROUTER_SOLICITATION << 24);
  dv.setInt32(off + 4, 0);
  dv.setInt32(off + 8, (OPT_SOURCE_MAC << 24) | (1 << 16) | macHi);
  dv.setInt32(off + 12, macLo);
  dv.setUint16(off + 2, finish(sum(mem, off, len, fold(addresses + len))));
  return len;
}
