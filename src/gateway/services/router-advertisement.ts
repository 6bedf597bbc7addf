// What guests are told of IPv6 (RFC 4861 section 4.2): a prefix to make addresses in, the gateway as their router, the MTU,
// and who knows names (RFC 8106). A whole frame, as the gateway's switch sends it.

import {
  ETHERNET_HEADER_LENGTH,
  ETHERTYPE_IPV6,
  IPPROTO_ICMPV6,
  IPV6_HEADER_LENGTH,
  type IpAddress,
  type MacAddress,
  NDP_HOP_LIMIT,
  NDP_ROUTER_ADVERTISEMENT,
} from '../../wire/index.ts';

/** What is told. */
export interface Advertisement {
  readonly mac: MacAddress;
  /** Link-local, of the gateway. */
  readonly router: IpAddress;
  /** A prefix of 64 bits. */
  readonly prefix: IpAddress;
  readonly mtu: number;
  readonly dns: IpAddress;
  readonly search: Uint8Array;
  /** Seconds. */
  readonly lifetime: number;
}

const CUR_HOP_LIMIT = 64;
const SOURCE_LINK_LAYER = 1;
const PREFIX_INFORMATION = 3;
const MTU = 5;
const RDNSS = 25;
const DNSSL = 31;
/** On-link and autonomous. */
const PREFIX_FLAGS = 0xc0;

/** A frame to all nodes. */
export function routerAdvertisement({
  mac,
  router,
  prefix,
  mtu,
  dns,
  search,
  lifetime,
}: Advertisement): Uint8Array {
  const dnssl = search.length === 0 ? 0 : 8 + Math.ceil(search.length / 8) * 8;
  const length = 16 + 8 + 8 + 32 + 24 + dnssl;
  const b = new Uint8Array(ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH + length);
  const view = new DataView(b.buffer);
  const words = (at: number, { w0, w1, w2, w3 }: IpAddress): void => {
    for (const [n, w] of [w0, w1, w2, w3].entries()) view.setInt32(at + 4 * n, w);
  };
  view.setUint16(0, 0x3333);
  view.setUint32(2, 1);
  view.setUint16(6, mac.hi);
  view.setInt32(8, mac.lo);
  view.setUint16(12, ETHERTYPE_IPV6);
  const ip = ETHERNET_HEADER_LENGTH;
  view.setUint32(ip, 0x60000000);
  view.setUint16(ip + 4, length);
  b[ip + 6] = IPPROTO_ICMPV6;
  b[ip + 7] = NDP_HOP_LIMIT;
  words(ip + 8, router);
  view.setUint16(ip + 24, 0xff02);
  b[ip + 39] = 1;
  const icmp = ip + IPV6_HEADER_LENGTH;
  b[icmp] = NDP_ROUTER_ADVERTISEMENT;
  b[icmp + 4] = CUR_HOP_LIMIT;
  view.setUint16(icmp + 6, Math.min(lifetime, 9000));
  let at = icmp + 16;
  b.set([SOURCE_LINK_LAYER, 1], at);
  view.setUint16(at + 2, mac.hi);
  view.setInt32(at + 4, mac.lo);
  at += 8;
  b.set([MTU, 1], at);
  view.setUint32(at + 4, mtu);
  at += 8;
  b.set([PREFIX_INFORMATION, 4, 64, PREFIX_FLAGS], at);
  view.setUint32(at + 4, 86_400);
  view.setUint32(at + 8, 14_400);
  words(at + 16, prefix);
  at += 32;
  b.set([RDNSS, 3], at);
  view.setUint32(at + 4, lifetime);
  words(at + 8, dns);
  at += 24;
  if (dnssl > 0) {
    b.set([DNSSL, dnssl / 8], at);
    view.setUint32(at + 4, lifetime);
    b.set(search, at + 8);
  }
  view.setUint16(icmp + 2, checksum(b.subarray(ip + 8), length));
  return b;
}

/** Of an ICMPv6 message behind its two addresses (RFC 4443 section 2.3). */
function checksum(b: Uint8Array, length: number): number {
  let sum = length + IPPROTO_ICMPV6;
  for (let at = 0; at < b.length; at += 2) sum += ((b[at] as number) << 8) | (b[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
