// Clients of Wisp at a gateway: they are guests, so its policy, its names and its log hold for them.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { AuditRecord, PolicyOptions } from '../../index.ts';
import { createGateway, openFrames } from '../index.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);
const octetsOf = (said: string): number[] => [...new TextEncoder().encode(said)];

/** A gateway that is open for clients of Wisp, and what it wrote down. */
async function gatewayOf(policy: PolicyOptions, hosts: Record<string, string>) {
  const log: AuditRecord[] = [];
  const gateway = createGateway({
    policy,
    hostLoopback: true,
    dns: { hosts },
    audit: (r) => void log.push(r),
  });
  const froms: string[] = [];
  const frames = await openFrames('ws:0', {}, (port, from) => {
    froms.push(from);
    gateway.attach(port);
  });
  cleanUp.push(
    () => frames.close(),
    () => gateway.close(),
  );
  return { gateway, log, froms, url: `ws://${frames.at.slice(3)}/prefix/wisp/` };
}

/** A client of Wisp, by the WebSocket that Node has. */
async function wisp(url: string) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  cleanUp.push(() => socket.close());
  const came: Uint8Array[] = [];
  let told = (): void => {};
  socket.addEventListener('message', ({ data }) => {
    came.push(new Uint8Array(data as ArrayBuffer));
    told();
  });
  await once(socket, 'open');
  /** The next packet. */
  const next = async (): Promise<Uint8Array> => {
    while (came.length === 0)
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    return came.shift() as Uint8Array;
  };
  expect([...(await next())]).toEqual([3, 0, 0, 0, 0, 32, 0, 0, 0]);
  return {
    socket,
    next,
    connect: (stream: number, host: string, port: number) =>
      socket.send(Uint8Array.of(1, stream, 0, 0, 0, 1, port & 255, port >> 8, ...octetsOf(host))),
    say: (stream: number, said: string) => socket.send(Uint8Array.of(2, stream, 0, 0, 0, ...octetsOf(said))),
  };
}

/** A server of this machine that says what it hears, and ends with it; its port. */
async function echo(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', (octets) => socket.end(`you said ${octets}`));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a stream by a name that the gateway knows: octets both ways, and the end', async () => {
  const port = await echo();
  const { gateway, log, froms, url } = await gatewayOf({}, { 'echo.test': '10.0.2.2' });
  const client = await wisp(url);
  client.connect(1, 'echo.test', port);
  client.say(1, 'hello');
  const answer = await client.next();
  expect([answer[0], text(answer.subarray(5))]).toEqual([2, 'you said hello']);
  expect([...(await client.next())]).toEqual([4, 1, 0, 0, 0, 2]);
  expect(froms[0]).toMatch(/^ws:127\.0\.0\.1:\d+\/wisp\/ from 127\.0\.0\.1:\d+$/);
  expect(gateway.info().leases).toMatchObject([{ guest: 'guest1', address: '10.0.2.15' }]);
  expect(log).toContainEqual(
    expect.objectContaining({ event: 'connect', guest: 'guest1', name: 'echo.test', verdict: 'allow' }),
  );
});

test('what the policy closes is closed: a name is not asked for, a literal address is refused', async () => {
  const { gateway, log, url } = await gatewayOf({ allow: ['good.test:443'] }, { 'good.test': '192.0.2.1' });
  const client = await wisp(url);
  client.connect(1, 'bad.test', 443);
  expect([...(await client.next())]).toEqual([4, 1, 0, 0, 0, 0x42]);
  client.connect(2, '192.0.2.1', 80);
  expect([...(await client.next())]).toEqual([4, 2, 0, 0, 0, 0x44]);
  expect(log).toContainEqual(expect.objectContaining({ event: 'connect', guest: 'guest1', verdict: 'deny' }));
  expect(gateway.info().counters.tcp).toMatchObject({ allowed: 0, denied: 1 });
});

test('a no by ICMP is heard at once', async () => {
  const { url } = await gatewayOf({ allow: ['good.test:443'], answer: 'icmp' }, {});
  const client = await wisp(url);
  client.connect(1, '192.0.2.1', 80);
  expect([...(await client.next())]).toEqual([4, 1, 0, 0, 0, 0x42]);
});

test('each client is a guest of its own; when it goes, its connections do, and its port is free', async () => {
  const port = await echo();
  const { gateway, url } = await gatewayOf({}, {});
  const [one, two] = [await wisp(url), await wisp(url)];
  for (const client of [one, two]) client.connect(1, '10.0.2.2', port);
  while (gateway.connections().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(new Set(gateway.connections().map(({ guest }) => guest)).size).toBe(2);
  one.socket.close();
  while (gateway.connections().length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(gateway.guests.map((guest) => guest.info().attached)).toEqual([false, true]);
  two.say(1, 'still here');
  expect(text((await two.next()).subarray(5))).toBe('you said still here');
});
