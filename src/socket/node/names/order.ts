// Which of the addresses of a name comes first: destination address selection (RFC 6724 section 6), the rules that a host
// with few addresses can tell apart.

import type { Host } from '../../../host/index.ts';
import {
  type IpAddress,
  inPrefix,
  isLinkLocal,
  isLoopback,
  parseAddress,
  parseCidr,
} from '../../../wire/index.ts';

/** The policy table (section 2.1): the longest prefix counts. */
const POLICY = [
  ['::1/128', 50],
  ['::ffff:0:0/96', 35],
  ['2002::/16', 30],
  ['2001::/32', 5],
  ['fc00::/7', 3],
  ['::/96', 1],
  ['fec0::/10', 1],
  ['3ffe::/16', 1],
] as const;
const OTHERS = 40;
const FOR_IPV4 = 35;

interface Candidate {
  readonly address: string;
  /** Rule 1: there is a way, and a source. */
  readonly usable: boolean;
  /** Rule 2: the source is of the same scope. */
  readonly matching: boolean;
  /** Rule 6. */
  readonly precedence: number;
  /** Rule 8: the smaller first. */
  readonly scope: number;
}

const NEAR = 2;
const EVERYWHERE = 14;

function scopeOf(address: IpAddress): number {
  const { family, w0, w1, w2, w3 } = address;
  if (isLoopback(w0, w1, w2, w3)) return NEAR;
  const isNear = family === 6 ? isLinkLocal(w0) : w3 >>> 16 === 0xa9fe;
  return isNear ? NEAR : EVERYWHERE;
}

function precedenceOf(address: IpAddress): number {
  if (address.family === 4) return FOR_IPV4;
  const { w0, w1, w2, w3 } = address;
  for (const [network, precedence] of POLICY) {
    const cidr = parseCidr(network);
    if (cidr?.address.family === 6 && inPrefix(w0, w1, w2, w3, cidr.address, cidr.prefix)) return precedence;
  }
  return OTHERS;
}

function candidate(host: Host, text: string): Candidate {
  const address = parseAddress(text) as IpAddress;
  const path = host.ip.path(address.w0, address.w1, address.w2, address.w3);
  const scope = scopeOf(address);
  return {
    address: text,
    usable: path !== null,
    matching: path !== null && scopeOf(path.source) === scope,
    precedence: precedenceOf(address),
    scope,
  };
}

/** The addresses in the order in which to try them; what no rule tells apart stays as it was (rule 10). */
export function inOrder(host: Host, addresses: readonly string[]): string[] {
  return addresses
    .map((address) => candidate(host, address))
    .sort(
      (a, b) =>
        Number(b.usable) - Number(a.usable) ||
        Number(b.matching) - Number(a.matching) ||
        b.precedence - a.precedence ||
        a.scope - b.scope,
    )
    .map(({ address }) => address);
}
