// What a router does with a packet that does not fit its next link: it cuts one without DF (RFC 791 section 3.2).
// And what it answers: to a packet that does not fit its next link, fragmentation needed and DF set
// (RFC 1191 section 4) or packet too big (RFC 4443 section 3.2); to one that it does not let pass, port
// unreachable (RFC 792, RFC 4443 section 3.1).

import { fixChecksums, fixLengths, get16, ICMP, ICMPV6, layoutOf, put16, put32 } from '../fuzz/layout.ts';

const DF = 0x4000;
const MF = 0x2000;
/** The offset, in units of eight octets. */
const OFFSET = 0x1fff;

/** "Too big for `mtu`", to who sent `packet` (with its Ethernet header, if it has one); null for no IP packet. */
export function tooBig(packet: Uint8Array, ethernet: boolean, mtu: number): Uint8Array | null {
  const v4 = layoutOf(packet, ethernet).version === 4;
  return answer(packet, ethernet, v4 ? 3 : 2, v4 ? 4 : 0, mtu);
}

/** "Port unreachable". */
export function unreachable(packet: Uint8Array, ethernet: boolean): Uint8Array | null {
  const v4 = layoutOf(packet, ethernet).version === 4;
  return answer(packet, ethernet, v4 ? 3 : 1, v4 ? 3 : 4, 0);
}

/** The fragments of an IPv4 packet, itself perhaps one; null for a packet that must not be cut. */
export function cut(packet: Uint8Array, ethernet: boolean, mtu: number): Uint8Array[] | null {
  const { ip, version, end } = layoutOf(packet, ethernet);
  if (version !== 4) return null;
  const flags = get16(packet, ip + 6);
  if ((flags & DF) !== 0) return null;
  const header = ip + 4 * ((packet[ip] as number) & 15);
  const room = (mtu - (header - ip)) & ~7;
  const out: Uint8Array[] = [];
  for (let at = header; at < end; at += room) {
    const data = packet.subarray(at, Math.min(at + room, end));
    const piece = new Uint8Array(header + data.length);
    piece.set(packet.subarray(0, header));
    piece.set(data, header);
    const more = at + room < end ? MF : flags & MF;
    put16(piece, ip + 6, more | ((flags & OFFSET) + ((at - header) >> 3)));
    fixLengths(piece, ethernet);
    fixChecksums(piece, ethernet);
    out.push(piece);
  }
  return out;
}

function answer(
  packet: Uint8Array,
  ethernet: boolean,
  type: number,
  code: number,
  mtu: number,
): Uint8Array | null {
  const { ip, version } = layoutOf(packet, ethernet);
  if (version === 0) return null;
  const v4 = version === 4;
  const header = v4 ? 20 : 40;
  const size = v4 ? 4 : 16;
  const addresses = ip + (v4 ? 12 : 8);
  const quoted = packet.subarray(ip, ip + (v4 ? 28 : 1232));
  const out = new Uint8Array(ip + header + 8 + quoted.length);
  if (ethernet) {
    out.set(packet.subarray(6, 12), 0);
    out.set(packet.subarray(0, 6), 6);
    out.set(packet.subarray(12, 14), 12);
  }
  out[ip] = v4 ? 0x45 : 0x60;
  out[ip + (v4 ? 8 : 7)] = 64;
  out[ip + (v4 ? 9 : 6)] = v4 ? ICMP : ICMPV6;
  out.set(packet.subarray(addresses + size, addresses + 2 * size), addresses);
  out.set(packet.subarray(addresses, addresses + size), addresses + size);
  const at = ip + header;
  out[at] = type;
  out[at + 1] = code;
  if (v4) put16(out, at + 6, mtu);
  else put32(out, at + 4, mtu);
  out.set(quoted, at + 8);
  fixLengths(out, ethernet);
  fixChecksums(out, ethernet);
  return out;
}
