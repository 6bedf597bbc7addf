// Addresses as net.js writes them, and as a host takes them.

import type { Host } from '../../host/index.ts';
import { isLimitedBroadcast, isLoopback, isMulticast, parseAddress } from '../../wire/index.ts';

/** What `getsockname` and `getpeername` fill. */
export interface SocketName {
  address?: string;
  family?: 'IPv4' | 'IPv6';
  port?: number;
}

export const ANY_4 = '0.0.0.0';
export const ANY_6 = '::';
const MAPPED = '::ffff:';

/** An IPv4 address out of an IPv4-mapped IPv6 one (RFC 4291 section 2.5.5.2); other addresses as they are. */
export function unmapped(address: string): string {
  const parsed = address.toLowerCase().startsWith(MAPPED) ? parseAddress(address) : null;
  if (parsed === null) return address;
  const word = parsed.w3;
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');
}

/** What connect() to nobody in particular means to Linux: this host. */
export function destination(address: string): string {
  const plain = unmapped(address);
  return plain === ANY_4 ? '127.0.0.1' : plain === ANY_6 ? '::1' : plain;
}

/** An address as a socket of family 6 shows it: IPv4 as IPv4-mapped. */
export function shownAs(address: string, port: number, isSix: boolean): Required<SocketName> {
  if (address.includes(':')) return { address, family: 'IPv6', port };
  return isSix ? { address: MAPPED + address, family: 'IPv6', port } : { address, family: 'IPv4', port };
}

/** Whether a socket of `host` can be bound to `address`: one of its own, or every one. */
export function isLocal(host: Host, address: string): boolean {
  const plain = unmapped(address);
  if (plain === ANY_4 || plain === ANY_6) return true;
  const parsed = parseAddress(plain);
  if (parsed === null) return false;
  if (isLoopback(parsed.w0, parsed.w1, parsed.w2, parsed.w3)) return true;
  return host.interfaces.some(({ addresses }) => addresses.some((own) => own.address.equals(parsed)));
}

/** Whether packets to `address` are for many: TCP has no way there, ENETUNREACH to Linux. */
export function isForMany(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return false;
  const { w0, w1, w2, w3 } = parsed;
  return isMulticast(w0, w1, w2, w3) || isLimitedBroadcast(w0, w1, w2, w3);
}

/** Whether an address is one that a socket of the family can be given: IPv6 ones take IPv4-mapped ones only. */
export function isOfFamily(address: string, isSix: boolean): boolean {
  return parseAddress(address) !== null && address.includes(':') === isSix;
}
