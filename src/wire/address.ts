// IP addresses of both families as four int32 words in network order; IPv4 is kept in the v4-mapped
// form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Text as in RFC 4291 section 2.2 and RFC 5952.

/** IP version of an address or packet. */
export type Family = 4 | 6;

/** The third word of an IPv4 address in mapped form. */
export const MAPPED = 0xffff;

/** An immutable address, for configuration and APIs; packets carry plain words. */
export class IpAddress {
  /** 4 only for an address made as IPv4; "::ffff:1.2.3.4" has the same words and family 6. */
  readonly family: Family;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;

  constructor(family: Family, w0: number, w1: number, w2: number, w3: number) {
    this.family = family;
    this.w0 = w0 | 0;
    this.w1 = w1 | 0;
    this.w2 = w2 | 0;
    this.w3 = w3 | 0;
  }

  /** Dotted decimal, or RFC 5952. */
  toString(): string {
    return formatWords(this.family, this.w0, this.w1, this.w2, this.w3);
  }

  /** Same family and words. */
  equals(other: IpAddress): boolean {
    return (
      this.family === other.family &&
      this.w3 === other.w3 &&
      this.w2 === other.w2 &&
      this.w1 === other.w1 &&
      this.w0 === other.w0
    );
  }
}

/** An address and the length of its network prefix in bits of its family. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** The address with these words (int32 or uint32). */
export function addressFromWords(family: Family, w0: number, w1: number, w2: number, w3: number): IpAddress {
  return new IpAddress(family, w0, w1, w2, w3);
}

/** The IPv4 address a.b.c.d given as one word. */
export function ipv4Address(word: number): IpAddress {
  return new IpAddress(4, 0, 0, MAPPED, word);
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/;

/** Dotted decimal with four parts and no leading zeros (RFC 6943 section 3.1.1, strict form), else null. */
function parseIpv4Word(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    if (!DECIMAL.test(part) || Number(part) > 255) return null;
    word = (word << 8) | Number(part);
  }
  return word;
}

/** Colon-separated groups into `out`; false if one is bad. `last` allows an embedded IPv4 at the end. */
function parseGroups(text: string, last: boolean, out: number[]): boolean {
  if (text === '') return true;
  const groups = text.split(':');
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as string;
    if (HEX_GROUP.test(group)) {
      out.push(Number.parseInt(group, 16));
      continue;
    }
    const word = last && i === groups.length - 1 ? parseIpv4Word(group) : null;
    if (word === null) return false;
    out.push(word >>> 16, word & 0xffff);
  }
  return true;
}

function parseIpv6(text: string): IpAddress | null {
  const halves = text.split('::');
  const head: number[] = [];
  const tail: number[] = [];
  if (halves.length > 2) return null;
  if (!parseGroups(halves[0] as string, halves.length === 1, head)) return null;
  if (halves.length === 2 && !parseGroups(halves[1] as string, true, tail)) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const g = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return new IpAddress(6, word(g, 0), word(g, 2), word(g, 4), word(g, 6));
}

function word(groups: readonly number[], i: number): number {
  return (groups[i]! << 16) | groups[i + 1]!;
}

/** An IPv4 or IPv6 address from text, or null. No zone ("%eth0"), no octal, no short IPv4 forms. */
export function parseAddress(text: string): IpAddress | null {
  if (text.length > 45) return null;
  if (text.includes(':')) return parseIpv6(text);
  const word = parseIpv4Word(text);
  return word === null ? null : ipv4Address(word);
}

/** An address and a port as a URL has them: `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** "10.0.0.1/24" or "2001:db8::1/64", or null. The address keeps its host bits. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const address = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === null || !DECIMAL.test(digits)) return null;
  const prefix = Number(digits);
  return prefix > (address.family === 4 ? 32 : 128) ? null : { address, prefix };
}

/** The mask of word number `i` (0..3) under a prefix of `bits` of 128. */
function maskWord(bits: number, i: number): number {
  const rest = bits - 32 * i;
  return rest <= 0 ? 0 : rest >= 32 ? -1 : -1 << (32 - rest);
}

/** Whether the words lie in network/prefix, the prefix in bits of the network's family. */
export function inPrefix(
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  network: IpAddress,
  prefix: number,
): boolean {
  const bits = network.family === 4 ? prefix + 96 : prefix;
  return (
    ((w0 ^ network.w0) & maskWord(bits, 0)) === 0 &&
    ((w1 ^ network.w1) & maskWord(bits, 1)) === 0 &&
    ((w2 ^ network.w2) & maskWord(bits, 2)) === 0 &&
    ((w3 ^ network.w3) & maskWord(bits, 3)) === 0
  );
}

/** The address with its host bits cleared. */
export function networkOf(address: IpAddress, prefix: number): IpAddress {
  const bits = address.family === 4 ? prefix + 96 : prefix;
  return new IpAddress(
    address.family,
    address.w0 & maskWord(bits, 0),
    address.w1 & maskWord(bits, 1),
    address.w2 & maskWord(bits, 2),
    address.w3 & maskWord(bits, 3),
  );
}

/** Dotted decimal of an IPv4 word. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

/** The text of an address; IPv6 as RFC 5952 sections 4 and 5 (mixed notation for v4-mapped). */
export function formatWords(family: Family, w0: number, w1: number, w2: number, w3: number): string {
  if (family === 4) return formatIpv4(w3);
  if (isMapped(w0, w1, w2)) return `::ffff:${formatIpv4(w3)}`;
  const groups = [w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff];
  groups.push(w2 >>> 16, w2 & 0xffff, w3 >>> 16, w3 & 0xffff);
  let best = 0;
  let bestLen = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLen) {
      best = i;
      bestLen = j - i;
    }
    if (j > i) i = j;
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestLen < 2) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLen).join(':')}`;
}

/** Whether the first three words are those of an IPv4 address in mapped form. */
export function isMapped(w0: number, w1: number, w2: number): boolean {
  return w0 === 0 && w1 === 0 && w2 === MAPPED;
}

/** 0.0.0.0 or ::. */
export function isUnspecified(w0: number, w1: number, w2: number, w3: number): boolean {
  return w3 === 0 && w0 === 0 && w1 === 0 && (w2 === 0 || w2 === MAPPED);
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(w0: number, w1: number, w2: number, w3: number): boolean {
  if (w0 !== 0 || w1 !== 0) return false;
  return (w2 === MAPPED && w3 >>> 24 === 127) || (w2 === 0 && w3 === 1);
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(w0: number, w1: number, w2: number, w3: number): boolean {
  return w0 >>> 24 === 0xff || (isMapped(w0, w1, w2) && w3 >>> 28 === 0xe);
}

/** 255.255.255.255. */
export function isLimitedBroadcast(w0: number, w1: number, w2: number, w3: number): boolean {
  return w3 === -1 && isMapped(w0, w1, w2);
}

/** fe80::/10, IPv6 only. */
export function isLinkLocal(w0: number): boolean {
  return w0 >>> 22 === 0xfe80 >>> 6;
}

/**
 * Whether a segment may come from this address (RFC 9293 MUST-63, MUST-57; RFC 1122 section 3.2.1.3):
 * not multicast, limited broadcast, unspecified or 0.0.0.0/8. Directed broadcasts are the host's to know.
 */
export function isValidTcpSource(w0: number, w1: number, w2: number, w3: number): boolean {
  if (isUnspecified(w0, w1, w2, w3) || isMulticast(w0, w1, w2, w3)) return false;
  return !(isMapped(w0, w1, w2) && (w3 === -1 || w3 >>> 24 === 0));
}
