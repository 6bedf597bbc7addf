// Messages by TCP: each with its length in two octets in front (RFC 1035 section 4.2.2).

import type { Connection, WaitOptions } from '../../host/index.ts';

const LENGTH_OCTETS = 2;

/** A message with its length. */
export function framed(message: Uint8Array): Uint8Array {
  const octets = new Uint8Array(LENGTH_OCTETS + message.length);
  new DataView(octets.buffer).setUint16(0, message.length);
  octets.set(message, LENGTH_OCTETS);
  return octets;
}

/** The next message; null: the peer ended before it was whole. `wait` is asked before each read. Rejects as `read`. */
export async function readMessage(
  connection: Connection,
  wait: () => WaitOptions,
): Promise<Uint8Array | null> {
  const head = await readWhole(connection, LENGTH_OCTETS, wait);
  if (head === null) return null;
  return readWhole(connection, new DataView(head.buffer).getUint16(0), wait);
}

async function readWhole(
  connection: Connection,
  count: number,
  wait: () => WaitOptions,
): Promise<Uint8Array | null> {
  const whole = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const some = await connection.read({ max: count - at, ...wait() });
    if (some === null) return null;
    whole.set(some, at);
    at += some.length;
  }
  return whole;
}
