// IP addresses as the kernel's interfaces want them: 4 or 16 bytes in network order.

import { formatIpv4, formatWords, isMapped, parseAddress } from '../../wire/index.ts';
import { TunError } from './errors.ts';

/** The 4 or 16 bytes of an address. Throws a {@link TunError} 'EINVAL' for text that is none. */
export function addressBytes(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === null) throw new TunError('EINVAL', `not an IP address: '${text}'`);
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, address.w0);
  view.setInt32(4, address.w1);
  view.setInt32(8, address.w2);
  view.setInt32(12, address.w3);
  return isMapped(address.w0, address.w1, address.w2) ? bytes.subarray(12) : bytes;
}

/** The text of 4 or 16 bytes; an IPv4-mapped address (::ffff:a.b.c.d) is written as IPv4. */
export function addressText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return formatIpv4(view.getInt32(0));
  const [w0, w1, w2, w3] = [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
  return formatWords(isMapped(w0, w1, w2) ? 4 : 6, w0, w1, w2, w3);
}
