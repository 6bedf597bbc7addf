// Three small services to test a TCP with: echo (RFC 862), discard (RFC 863), character generator (RFC 864).
// Each ends with its connection, and never faster than the peer reads.

import type { Connection } from '../host/index.ts';

/** Octets offered at once by the character generator: whole lines, so that the pattern goes on. */
const LINES_AT_ONCE = 95 * 8;

/** Sends back what comes, until the peer's FIN; then ours. Rejects with the connection's error. */
export async function echo(connection: Connection): Promise<void> {
  connection.setNoDelay();
  for await (const octets of connection) await connection.write(octets);
  await connection.end();
}

/** Throws away what comes, until the peer's FIN; then ours. Rejects with the connection's error. */
export async function discard(connection: Connection): Promise<void> {
  while ((await connection.read(1)) !== null) connection.discard();
  await connection.end();
}

/** RFC 864: lines of 72 characters, each one further in the 95 printing characters of ASCII. */
export function chargenLines(count: number): Uint8Array {
  const octets = new Uint8Array(count * 74);
  let at = 0;
  for (let line = 0; line < count; line++) {
    for (let i = 0; i < 72; i++) octets[at++] = 32 + ((line + i) % 95);
    octets[at++] = 13;
    octets[at++] = 10;
  }
  return octets;
}

/** Sends lines until the peer closes; what comes is thrown away. Rejects with the connection's error. */
export async function chargen(connection: Connection): Promise<void> {
  const lines = chargenLines(LINES_AT_ONCE);
  let ended = false;
  const reading = (async () => {
    while ((await connection.read(1)) !== null) connection.discard();
    ended = true;
  })();
  reading.catch(() => {});
  while (!ended) await connection.write(lines);
  await reading;
  await connection.end();
}
