// The server's end of a WebSocket against a client that only talks.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ServerWebSocket } from './index.ts';

/** A ping of 125 octets, masked by zeros. */
const PING = Uint8Array.of(0x89, 0x80 | 125, 0, 0, 0, 0, ...new Uint8Array(125));
const PONG_OCTETS = 2 + 125;
const PINGS = 100_000;

test('who does not read its pongs is not read any more; when it does, it has all of them', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  const [socket] = (await once(server, 'connection')) as [Socket];
  const webSocket = new ServerWebSocket(socket, 1000);
  client.write(Buffer.concat(new Array<Uint8Array>(PINGS).fill(PING)));
  // Until nothing moves any more: what is left waits at the client.
  for (let before = -1; before !== socket.bytesRead; ) {
    before = socket.bytesRead;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(client.writableLength).toBeGreaterThan(0);
  expect(webSocket.bufferedAmount).toBeLessThan(4 * webSocket.highWaterMark);
  let got = 0;
  client.on('data', (octets) => {
    got += octets.length;
  });
  client.resume();
  while (got < PINGS * PONG_OCTETS) await once(client, 'data');
  expect(got).toBe(PINGS * PONG_OCTETS);
  client.destroy();
  server.close();
});
