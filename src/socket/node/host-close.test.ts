// What programs of node:net are told when their host is closed.

import { once } from 'node:events';
import * as http from 'node:http';
import type { Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { devicePair } from '../../link/index.ts';
import { netOf, serveOn } from './host-net.ts';
import { reasonsToLive } from './liveness.ts';

afterEach(() => expect(reasonsToLive()).toBe(0));

/** Everything that happens to it, in order. */
function eventsOf(one: Socket | Server): string[] {
  const seen: string[] = [];
  for (const event of ['end', 'finish', 'close']) one.on(event, () => seen.push(event));
  one.on('error', (error: NodeJS.ErrnoException) => seen.push(`${error.code} ${error.syscall}`));
  return seen;
}

/** A server of a host, with a connection from the same host. */
async function connected() {
  const host = new Host({ name: 'h' });
  const net = netOf(host);
  const server = net.createServer().listen(80, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(80, '127.0.0.1');
  const [[there]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  return { host, net, server, client, there };
}

describe('host.close', () => {
  test('closes its servers as their own close does: no error, and no address any more', async () => {
    const host = new Host({ name: 'h' });
    const server = netOf(host).createServer().listen(80);
    await once(server, 'listening');
    const seen = eventsOf(server);
    const closed = once(server, 'close');
    await host.close();
    await closed;
    expect([seen, server.listening, server.address()]).toEqual([['close'], false, null]);
    server.listen(81);
    const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
    expect([error.code, error.syscall]).toEqual(['ENETDOWN', 'listen']);
  });

  test('ends an http server with its idle connections', async () => {
    const host = new Host({ name: 'h' });
    const server = serveOn(
      host,
      http.createServer((_request, response) => response.end('x')),
    );
    server.listen(80);
    await once(server, 'listening');
    const agent = new http.Agent({ keepAlive: true });
    agent.createConnection = (options) => netOf(host).connect(options as never);
    await new Promise<void>((resolve) => {
      http.get({ port: 80, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve));
    });
    const closed = once(server, 'close');
    await host.close();
    await closed;
    expect(host.connections).toEqual([]);
    agent.destroy();
  });

  test('ends its sockets by a FIN each, and they close without an error', async () => {
    const { host, server, client, there } = await connected();
    const [seen, seenThere] = [eventsOf(client), eventsOf(there)];
    for (const socket of [client, there]) socket.resume();
    await Promise.all([host.close(), once(client, 'close'), once(server, 'close')]);
    expect([seen, seenThere.filter((one) => one !== 'finish')]).toEqual([
      ['end', 'finish', 'close'],
      ['end', 'close'],
    ]);
  });

  test('delivers what a socket has written and still holds back, then the FIN; later writes are EPIPE', async () => {
    const { client: socket, host, there, server } = await connected();
    there.pause();
    const octets = Buffer.alloc(3_000_000, 'x');
    let written: unknown = 'nothing';
    socket.write(octets, (error) => {
      written = error ?? 'written';
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([written, socket.writableLength > 0]).toEqual(['nothing', true]);
    const closing = host.close();
    let got = 0;
    there.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    for (const one of [socket, there]) one.resume();
    const late = eventsOf(socket);
    const [error] = await new Promise<[NodeJS.ErrnoException]>((resolve) => {
      socket.write('too late', (failure) => resolve([failure as NodeJS.ErrnoException]));
    });
    await Promise.all([closing, once(server, 'close')]);
    expect([written, got]).toEqual(['written', octets.length]);
    expect([error.code, late.includes('EPIPE write')]).toEqual(['EPIPE', true]);
  });

  test('resets what has not ended in its time: ENETDOWN for who reads, and who connects', async () => {
    const [a, b] = devicePair();
    const host = new Host({ name: 'a' });
    const peer = new Host({ name: 'b' });
    host.attach(a, { addresses: ['10.0.0.1/24'] });
    peer.attach(b, { addresses: ['10.0.0.2/24'] });
    const server = netOf(peer).createServer({ allowHalfOpen: true }).listen(80);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = netOf(host).connect(80, '10.0.0.2');
    const [there] = await accepted;
    const [seen, seenThere] = [eventsOf(client), eventsOf(there)];
    for (const socket of [client, there]) socket.resume();
    // Nobody is at this address: it is not refused, and would be tried for minutes.
    const connecting = netOf(host).connect(80, '10.0.0.9');
    const never = eventsOf(connecting);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closings = [client, connecting].map(closed);
    await host.close({ timeoutMs: 50 });
    await Promise.all(closings);
    expect([seen, never]).toEqual([
      ['ENETDOWN read', 'close'],
      ['ENETDOWN connect', 'close'],
    ]);
    // As with the kernel, who has read the end hears of a RST when it writes.
    there.write('x');
    await closed(there);
    expect(seenThere).toEqual(['end', 'EPIPE write', 'close']);
    server.close();
    await peer.close();
  });
});

/** `events.once` would reject at 'error'. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
