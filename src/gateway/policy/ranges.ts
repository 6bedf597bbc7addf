// Addresses that are not the public network: closed unless a rule names them (RFC 6890 and its registries). What carries
// an IPv4 address within an IPv6 one is judged by that, too.

import { type Cidr, type IpAddress, inPrefix, ipv4Address, parseCidr } from '../../wire/index.ts';

/** A range and what it is called in a verdict. */
interface Range {
  readonly cidr: Cidr;
  readonly what: string;
}

function range(what: string, ...networks: readonly string[]): Range[] {
  return networks.map((text) => ({ what, cidr: parseCidr(text) as Cidr }));
}

/** The more special before the more general. */
const CLOSED: readonly Range[] = [
  ...range('metadata', '169.254.169.254/32', '169.254.170.2/32', 'fd00:ec2::254/128', '100.100.100.200/32'),
  ...range('metadata', 'fd20:ce::254/128', '192.0.0.192/32'),
  ...range('loopback', '127.0.0.0/8', '::1/128'),
  ...range('this network', '0.0.0.0/8', '::/128'),
  ...range('link-local', '169.254.0.0/16', 'fe80::/10'),
  ...range(
    'private',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
    'fec0::/10',
  ),
  ...range('group', '224.0.0.0/4', 'ff00::/8'),
  ...range('reserved', '240.0.0.0/4', '192.0.0.0/24', '198.18.0.0/15', '100::/64', '2001:2::/48'),
];

/** Where IPv6 addresses have an IPv4 address: at which word. */
const CARRIERS: readonly { readonly cidr: Cidr; readonly at: 'last' | 'second'; readonly xor: number }[] = [
  { cidr: parseCidr('64:ff9b::/96') as Cidr, at: 'last', xor: 0 }, // RFC 6052
  { cidr: parseCidr('::/96') as Cidr, at: 'last', xor: 0 }, // RFC 4291 section 2.5.5.1
  { cidr: parseCidr('2002::/16') as Cidr, at: 'second', xor: 0 }, // RFC 3056
  { cidr: parseCidr('2001::/32') as Cidr, at: 'last', xor: -1 }, // RFC 4380
];

/** A range that an address is in. */
export interface ClosedRange {
  /** 'private', 'loopback', 'metadata'… */
  readonly what: string;
  /** Whether a network that somebody has named means (a part of) this range, and not all the world with it. */
  isNamedBy(network: Cidr): boolean;
}

/** What an address is, when it is not public; null: it is. */
export function closedRange(address: IpAddress): ClosedRange | null {
  const { w0, w1, w2, w3 } = address;
  const found = CLOSED.find(({ cidr }) => inPrefix(w0, w1, w2, w3, cidr.address, cidr.prefix));
  if (found !== undefined) {
    const { what, cidr } = found;
    return { what, isNamedBy: (network) => isWithin(network, cidr) };
  }
  const carried = carriedIpv4(address);
  const range = carried === null ? null : closedRange(carried);
  return range === null ? null : { what: range.what, isNamedBy: ({ prefix }) => prefix === 128 };
}

function isWithin({ address, prefix }: Cidr, range: Cidr): boolean {
  const { w0, w1, w2, w3, family } = address;
  if (family !== range.address.family || prefix < range.prefix) return false;
  return inPrefix(w0, w1, w2, w3, range.address, range.prefix);
}

/** The IPv4 address within an IPv6 one; null: there is none. */
function carriedIpv4({ family, w0, w1, w2, w3 }: IpAddress): IpAddress | null {
  if (family === 4) return null;
  const carrier = CARRIERS.find(({ cidr }) => inPrefix(w0, w1, w2, w3, cidr.address, cidr.prefix));
  if (carrier === undefined) return null;
  if (carrier.at === 'last') return ipv4Address(w3 ^ carrier.xor);
  return ipv4Address((w0 << 16) | (w1 >>> 16));
}
