// How `serve` ends a connection, in virtual time: what a client takes slowly is given to its end.

import { expect, test } from 'vitest';
import type { Connection } from '../../host/index.ts';
import { World } from '../../sim/index.ts';
import { type HttpServer, type ServeOptions, serve } from './index.ts';

/** `serve` has written all of it long before a slow client has it. */
const OCTETS = 300_000;
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** A client on a link that has asked for a body that comes in chunks. */
async function asked(
  bandwidthBps: number,
  options: Partial<ServeOptions> = {},
): Promise<{ world: World; c: Connection; server: HttpServer }> {
  const world = new World({ seed: 1 });
  const client = world.host('client', '10.0.0.1/24');
  const host = world.host('server', '10.0.0.2/24', { tcp: { sendBuffer: 1024 * 1024 } });
  world.wire(client, host, { delayUs: 10_000, bandwidthBps });
  const server = serve(
    host,
    { port: 80, ...options },
    () =>
      new Response(new Blob([new Uint8Array(OCTETS)]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>),
  );
  const c = await world.settle(client.connect({ address: '10.0.0.2', port: 80 }));
  await world.settle(c.write(new TextEncoder().encode(REQUEST)));
  return { world, c, server };
}

/** All that comes, to the FIN: how many octets, and the last of them as text. */
async function readAll(c: Connection): Promise<{ octets: number; last: string }> {
  let [octets, last] = [0, ''];
  for (let piece = await c.read(); piece !== null; piece = await c.read()) {
    octets += piece.length;
    last = (last + new TextDecoder('latin1').decode(piece)).slice(-7);
  }
  return { octets, last };
}

const WHOLE = { octets: expect.closeTo(OCTETS, -3.5), last: '\r\n0\r\n\r\n' };

test('an answer that is ten seconds on its way after the FIN was asked for comes whole', async () => {
  const { world, c, server } = await asked(240_000);
  expect(await world.settle(readAll(c))).toEqual(WHOLE);
  expect(world.now()).toBeGreaterThan(10_000_000);
  await world.settle(c.end());
  await world.settle(server.close());
});

test('a client that stops reading for half a minute, and goes on, has all of it', async () => {
  const { world, c } = await asked(100_000_000);
  await world.run({ untilUs: world.now() + 30_000_000 });
  expect(await world.settle(readAll(c))).toEqual(WHOLE);
});

test('a client that takes nothing for the idle time is reset', async () => {
  const { world, c, server } = await asked(100_000_000, { idleTimeout: 5000 });
  await world.run({ untilUs: world.now() + 4_000_000 });
  expect([c.error, server.connections]).toEqual([null, 1]);
  await world.run({ untilUs: world.now() + 10_000_000 });
  expect([c.error?.code, server.connections]).toEqual(['ECONNRESET', 0]);
});

test('a client that has taken all and does not end its side is left alone after two seconds, without a RST', async () => {
  const { world, c, server } = await asked(100_000_000);
  await world.settle(readAll(c));
  await world.run({ untilUs: world.now() + 4_000_000 });
  expect([c.error, c.state, server.connections]).toEqual([null, 'CLOSE-WAIT', 0]);
});
