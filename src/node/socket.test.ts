import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { exchange, hostsOn } from '../link/devices/testing.ts';
import { connectDevice, socketDevice } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-socket-'));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server of node:net and the first socket that comes to it. */
async function serve(path?: string): Promise<{ port: number; accepted: Promise<Socket> }> {
  const server = createServer();
  servers.push(server);
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, accepted: once(server, 'connection').then(([socket]) => socket as Socket) };
}

test('two hosts in real time over a unix socket with QEMU’s framing', async () => {
  const path = join(folder, 'net.sock');
  const { accepted } = await serve(path);
  const left = await connectDevice({ path });
  const right = socketDevice(await accepted);
  const { a, b } = hostsOn(left, right);
  await exchange(a, b);
});

test('over a TCP connection with HyperKit’s framing; closing one end is the end of the far side', async () => {
  const { port, accepted } = await serve();
  const left = await connectDevice({ port, host: '127.0.0.1' }, { framing: 'uint16le', kind: 'ip' });
  const right = socketDevice(await accepted, { framing: 'uint16le', kind: 'ip' });
  const { a, b } = hostsOn(left, right);
  await exchange(a, b);
  const closed = new Promise((resolve) => {
    right.onclose = resolve;
  });
  left.close();
  expect(await closed).toBeNull();
  expect(right.closed).toBe(true);
});

test('a far side that breaks off tells why', async () => {
  const { port, accepted } = await serve();
  const device = await connectDevice({ port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => {
    device.onclose = resolve;
  });
  (await accepted).resetAndDestroy();
  expect(await closed).toMatchObject({ code: 'ECONNRESET' });
});

test('nobody there, or an option that there is not: the promise rejects, and no socket is left', async () => {
  await expect(connectDevice({ path: join(folder, 'nobody') })).rejects.toMatchObject({ code: 'ENOENT' });
  const { port, accepted } = await serve();
  await expect(connectDevice({ port }, { framing: 'slip' } as never)).rejects.toThrow(/framing must be/);
  const socket = await accepted;
  await once(socket.resume(), 'close');
});

test('packets that go out in one go are written together, whole and in order; what the far side does not read waits', async () => {
  const { port, accepted } = await serve();
  const device = await connectDevice({ port, host: '127.0.0.1' }, { queue: 2 ** 24 });
  const socket = await accepted;
  const far = socketDevice(socket);
  socket.pause();
  const packets = Array.from({ length: 16_000 }, (_, n) => 60 + ((n * 7) % 1455));
  const octets = (n: number): number => n & 0xff;
  packets.forEach((length, n) => void device.send(new Uint8Array(length).fill(octets(n))));
  expect(device.sent).toBeLessThan(packets.length);
  let got = 0;
  const all = new Promise<void>((resolve, reject) => {
    far.onreceive = (packet) => {
      const n = got++;
      if (packet.length !== packets[n] || packet.some((each) => each !== octets(n)))
        reject(new Error(`packet ${n} is another`));
      if (got === packets.length) resolve();
    };
  });
  socket.resume();
  await all;
  expect([device.sent, device.dropped]).toEqual([packets.length, 0]);
  device.send(new Uint8Array(60));
  device.close();
  await once(socket, 'close');
  expect(got).toBe(packets.length + 1);
});
