// Where things are in a packet that may be damaged, and its lengths and checksums put right again. A second,
// plain implementation of the checksums on purpose: the fuzzer must not believe the code that it tests.

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;

/** Offsets in the octets of a packet; -1 for what is not there. */
export interface Layout {
  /** IP header. */
  ip: number;
  /** 4, 6, or 0. */
  version: number;
  /** What is above IP, and its protocol number; -1 for a fragment other than the first. */
  upper: number;
  protocol: number;
  /** Where the packet says that it ends, at most where it does. */
  end: number;
}

/** A number of two octets. */
export function get16(b: Uint8Array, at: number): number {
  return ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
}
/** Sets a number of two octets, as far as there are octets. */
export function put16(b: Uint8Array, at: number, n: number): void {
  if (at >= 0 && at < b.length) b[at] = n >> 8;
  if (at >= -1 && at + 1 < b.length) b[at + 1] = n;
}
export function get32(b: Uint8Array, at: number): number {
  return (get16(b, at) << 16) | get16(b, at + 2);
}
export function put32(b: Uint8Array, at: number, n: number): void {
  put16(b, at, n >>> 16);
  put16(b, at + 2, n);
}

/** The layout of a packet that begins with an Ethernet header, or with an IP header. */
export function layoutOf(b: Uint8Array, ethernet: boolean): Layout {
  const ip = ethernet ? 14 : 0;
  const none: Layout = { ip, version: 0, upper: -1, protocol: -1, end: b.length };
  if (b.length < ip + 20) return none;
  const version = (b[ip] as number) >> 4;
  if (version === 4 && (!ethernet || get16(b, 12) === 0x0800)) return layout4(b, ip);
  if (version === 6 && b.length >= ip + 40 && (!ethernet || get16(b, 12) === 0x86dd)) return layout6(b, ip);
  return none;
}

function layout4(b: Uint8Array, ip: number): Layout {
  const upper = ip + 4 * ((b[ip] as number) & 15);
  const end = Math.min(b.length, ip + get16(b, ip + 2));
  const later = (get16(b, ip + 6) & 0x1fff) !== 0;
  const there = !later && upper < end;
  return { ip, version: 4, upper: there ? upper : -1, protocol: b[ip + 9] as number, end };
}

function layout6(b: Uint8Array, ip: number): Layout {
  const end = Math.min(b.length, ip + 40 + get16(b, ip + 4));
  let next = b[ip + 6] as number;
  let at = ip + 40;
  while (at + 8 <= end && (next === 0 || next === 43 || next === 44 || next === 60)) {
    const fragment = next === 44;
    if (fragment && get16(b, at + 2) >> 3 !== 0) return { ip, version: 6, upper: -1, protocol: next, end };
    next = b[at] as number;
    at += fragment ? 8 : 8 * ((b[at + 1] as number) + 1);
  }
  return { ip, version: 6, upper: at < end ? at : -1, protocol: next, end };
}

function sum16(b: Uint8Array, from: number, to: number, seed: number): number {
  let s = seed;
  for (let i = from; i < to; i += 2) {
    s += ((b[i] as number) << 8) | (i + 1 < to ? (b[i + 1] as number) : 0);
    if (s > 0xffff) s -= 0xffff;
  }
  return s;
}

function pseudo(b: Uint8Array, l: Layout, protocol: number): number {
  const addresses = l.version === 4 ? sum16(b, l.ip + 12, l.ip + 20, 0) : sum16(b, l.ip + 8, l.ip + 40, 0);
  let s = addresses + protocol + (l.end - l.upper);
  while (s > 0xffff) s -= 0xffff;
  return s;
}

/** Sets the lengths in the IP header and the UDP header to what there is. */
export function fixLengths(b: Uint8Array, ethernet: boolean): void {
  const ip = ethernet ? 14 : 0;
  if (b.length < ip + 20) return;
  const version = (b[ip] as number) >> 4;
  if (version === 4) put16(b, ip + 2, Math.min(b.length - ip, 0xffff));
  else if (version === 6) put16(b, ip + 4, Math.min(Math.max(0, b.length - ip - 40), 0xffff));
  const l = layoutOf(b, ethernet);
  if (l.upper >= 0 && l.protocol === UDP && !isFragment(b, l)) put16(b, l.upper + 4, l.end - l.upper);
}

/** Whether the IPv4 packet is a fragment. */
function isFragment(b: Uint8Array, l: Layout): boolean {
  return l.version === 4 && (get16(b, l.ip + 6) & 0x3fff) !== 0;
}

const CHECKSUM_AT: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6, [ICMP]: 2, [ICMPV6]: 2 };

/** Makes the checksums right: of the IPv4 header, and of TCP, UDP, ICMP. */
export function fixChecksums(b: Uint8Array, ethernet: boolean): void {
  const l = layoutOf(b, ethernet);
  if (l.version === 4) {
    const headerEnd = l.ip + 4 * ((b[l.ip] as number) & 15);
    if (headerEnd <= b.length && headerEnd >= l.ip + 12) {
      put16(b, l.ip + 10, 0);
      put16(b, l.ip + 10, ~sum16(b, l.ip, headerEnd, 0));
    }
  }
  const at = CHECKSUM_AT[l.protocol];
  if (l.upper < 0 || at === undefined || l.upper + at + 2 > l.end || isFragment(b, l)) return;
  put16(b, l.upper + at, 0);
  const seed = l.protocol === ICMP ? 0 : pseudo(b, l, l.protocol);
  const check = ~sum16(b, l.upper, l.end, seed) & 0xffff;
  put16(b, l.upper + at, l.protocol === UDP && check === 0 ? 0xffff : check);
}
