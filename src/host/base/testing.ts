// Four-tuples from nine words, for tests that make random ones.

import { FourTuple } from './four-tuple.ts';

/** The local address, the remote address, and (local port << 16) | remote port. */
export type Nine = [number, number, number, number, number, number, number, number, number];

/** The four-tuple of nine words. */
export function fourTuple([l0, l1, l2, l3, r0, r1, r2, r3, ports]: Nine): FourTuple {
  const words = { l0, l1, l2, l3, r0, r1, r2, r3, localPort: ports >>> 16, remotePort: ports & 0xffff };
  return Object.assign(new FourTuple(), words);
}
