// struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)): family in the machine's order, the rest in the
// network's.

import { addressBytes, addressText } from '../../link/tun/address.ts';
import type { SocketAddress } from '../../socket/posix/index.ts';
import { pinnedBytes } from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;

/** Octets of the largest address. */
export const SOCKADDR_BYTES = 28;

/** Whether numbers of the machine are little-endian. */
export const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The address for a socket of `family`; null is AF_UNSPEC. */
export function sockaddr(address: SocketAddress | null, family: 4 | 6): Uint8Array {
  const out = pinnedBytes(family === 4 ? 16 : SOCKADDR_BYTES);
  if (address === null) return out;
  const dv = new DataView(out.buffer);
  dv.setUint16(0, family === 4 ? AF_INET : AF_INET6, LITTLE);
  dv.setUint16(2, address.port);
  const ip = address.address === null ? null : addressBytes(address.address);
  if (ip === null) return out;
  if (family === 4) {
    out.set(ip.subarray(0, 4), 4);
  } else if (ip.length === 16) {
    out.set(ip, 8);
  } else {
    out.set([0xff, 0xff], 18); // ::ffff:a.b.c.d
    out.set(ip, 20);
  }
  return out;
}

/** What the kernel wrote; the unspecified address is null. */
export function readSockaddr(bytes: Uint8Array): SocketAddress {
  const dv = new DataView(bytes.buffer, bytes.byteOffset);
  const six = dv.getUint16(0, LITTLE) === AF_INET6;
  const ip = six ? bytes.subarray(8, 24) : bytes.subarray(4, 8);
  const address = ip.every((octet) => octet === 0) ? null : addressText(ip);
  return { address, port: dv.getUint16(2) };
}
