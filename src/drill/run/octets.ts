// Octets of packets, outside any Memory: addresses, the Internet checksum, IPv4 and IPv6 headers around a
// payload (RFC 791, RFC 8200, RFC 1071).

import { type IpAddress, parseAddress } from '../../wire/index.ts';

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;

const IPV4_LENGTH = 20;
const IPV6_LENGTH = 40;

/** The address in `text`, which was checked before. */
export function address(text: string): IpAddress {
  const a = parseAddress(text);
  if (a === null) throw new TypeError(`'${text}' is not an IP address`);
  return a;
}

/** One's complement sum of 16-bit words, not folded. */
function add(bytes: Uint8Array, seed: number): number {
  let s = seed;
  for (let i = 0; i + 1 < bytes.length; i += 2) s += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  if (bytes.length % 2 === 1) s += (bytes[bytes.length - 1] as number) << 8;
  return s;
}

function fold(s: number): number {
  let n = s;
  while (n > 0xffff) n = (n & 0xffff) + Math.floor(n / 0x10000);
  return n;
}

function words(a: IpAddress): number[] {
  const all = a.family === 4 ? [a.w3] : [a.w0, a.w1, a.w2, a.w3];
  return all.flatMap((w) => [w >>> 16, w & 0xffff]);
}

/** Sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
function pseudo(src: IpAddress, dst: IpAddress, protocol: number, length: number): number {
  return [...words(src), ...words(dst)].reduce((a, b) => a + b, protocol + length);
}

/** The checksum to put into a field that is 0 now. */
export function checksum(bytes: Uint8Array, src: IpAddress, dst: IpAddress, protocol: number): number {
  const seed = protocol === ICMP ? 0 : pseudo(src, dst, protocol, bytes.length);
  return ~fold(add(bytes, seed)) & 0xffff;
}

/** Whether the checksum inside `bytes` is right. */
export function checksumOk(bytes: Uint8Array, src: IpAddress, dst: IpAddress, protocol: number): boolean {
  const seed = protocol === ICMP ? 0 : pseudo(src, dst, protocol, bytes.length);
  return fold(add(bytes, seed)) === 0xffff;
}

/** Fields of an IP header to write. */
export interface IpFields {
  readonly src: IpAddress;
  readonly dst: IpAddress;
  readonly protocol: number;
  readonly tos: number;
  readonly ttl: number;
  readonly flowLabel: number;
}

/** An IP packet around `payload`. `payloadLength` says a length that differs from what is there (quotes). */
export function ipPacket(f: IpFields, payload: Uint8Array, payloadLength = payload.length): Uint8Array {
  const v4 = f.src.family === 4;
  const head = v4 ? IPV4_LENGTH : IPV6_LENGTH;
  const out = new Uint8Array(head + payload.length);
  const dv = new DataView(out.buffer);
  if (v4) {
    dv.setUint8(0, 0x45);
    dv.setUint8(1, f.tos);
    dv.setUint16(2, head + payloadLength);
    dv.setUint16(6, 0x4000);
    dv.setUint8(8, f.ttl);
    dv.setUint8(9, f.protocol);
    dv.setInt32(12, f.src.w3);
    dv.setInt32(16, f.dst.w3);
    dv.setUint16(10, ~fold(add(out.subarray(0, head), 0)) & 0xffff);
  } else {
    dv.setUint32(0, (6 * 2 ** 28 + f.tos * 2 ** 20 + f.flowLabel) >>> 0);
    dv.setUint16(4, payloadLength);
    dv.setUint8(6, f.protocol);
    dv.setUint8(7, f.ttl);
    [f.src, f.dst].forEach((a, i) => {
      for (const [j, w] of [a.w0, a.w1, a.w2, a.w3].entries()) dv.setInt32(8 + 16 * i + 4 * j, w);
    });
  }
  out.set(payload, head);
  return out;
}
