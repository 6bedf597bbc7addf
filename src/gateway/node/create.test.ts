import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { octets, readAll } from '../../host/testing.ts';
import { devicePair } from '../../link/index.ts';
import type { FramePort, Gateway, GatewayOptions } from '../index.ts';
import { createGateway } from './index.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

/** A server of the machine's loopback. */
async function server(onSocket: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const made = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  cleanUp.push(() => made.close());
  return { port: (made.address() as AddressInfo).port, server: made };
}

/** A gateway on this machine, and a guest in this process. */
function site(options: Partial<GatewayOptions>): { gateway: Gateway; guest: Host } {
  const gateway = createGateway(options);
  cleanUp.push(() => gateway.close());
  const [a, b] = devicePair({ kind: 'ethernet' });
  gateway.attach(b as FramePort & typeof b);
  const guest = new Host({ name: 'guest' });
  cleanUp.push(() => guest.close({ timeoutMs: 0 }));
  guest.attach(a, { addresses: ['10.0.2.15/24'] });
  guest.addRoute('default', '10.0.2.2');
  return { gateway, guest };
}

describe('a gateway on node:net', () => {
  test('a megabyte each way, a half-close each way, as a server of the machine sees it', async () => {
    const sent = octets(1_000_000, 3);
    const hashes: string[] = [];
    const { port } = await server((socket) => {
      const hash = createHash('sha256');
      socket.on('data', (data) => void hash.update(data));
      // The guest has ended; the answer comes after that.
      socket.on('end', () => {
        hashes.push(hash.digest('hex'));
        socket.end(sent);
      });
    });
    const { gateway, guest } = site({ hostLoopback: [port] });
    const c = await guest.connect({ address: gateway.address, port });
    await c.write(sent);
    void c.end();
    expect(await readAll(c)).toEqual(sent);
    expect(hashes).toEqual([createHash('sha256').update(sent).digest('hex')]);
    for (let n = 0; n < 100 && gateway.connections().length > 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(gateway.connections()).toEqual([]);
  });

  test('a port where nobody listens is refused; one that is not named is, too, and nobody hears of it', async () => {
    let heard = 0;
    const { port, server: made } = await server(() => void heard++);
    const closed = await server(() => {});
    closed.server.close();
    const { gateway, guest } = site({ hostLoopback: [closed.port] });
    for (const each of [port, closed.port])
      await expect(guest.connect({ address: gateway.address, port: each })).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    expect([heard, made.listening]).toEqual([0, true]);
    expect(gateway.info().counters.tcp).toMatchObject({ denied: 1, failed: 1 });
  });

  test('resets go both ways', async () => {
    const errors: (string | undefined)[] = [];
    const { port } = await server((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => void errors.push(error.code));
      socket.on('data', (data) => {
        if (data.toString() === 'reset me') socket.resetAndDestroy();
        else socket.write('x');
      });
    });
    const { gateway, guest } = site({ hostLoopback: true });
    const text = (what: string): Uint8Array => new TextEncoder().encode(what);
    const one = await guest.connect({ address: gateway.address, port });
    await one.write(text('reset me'));
    await expect(one.closed).rejects.toMatchObject({ code: 'ECONNRESET' });
    const two = await guest.connect({ address: gateway.address, port });
    await two.write(text('I reset'));
    await two.read();
    two.abort();
    for (let n = 0; n < 100 && errors.length === 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(errors).toEqual(['ECONNRESET']);
  });

  test('datagrams go and are answered; a port where nobody is is told by ICMP', async () => {
    const echo = createSocket('udp4', (message, from) => echo.send(message, from.port, from.address));
    echo.bind(0, '127.0.0.1');
    await once(echo, 'listening');
    cleanUp.push(() => echo.close());
    const { gateway, guest } = site({ hostLoopback: true });
    const socket = guest.udp();
    socket.send(octets(1400), gateway.address, echo.address().port);
    expect(await socket.receive({ timeout: 5000 })).toMatchObject({ data: octets(1400) });
    const gone = createSocket('udp4');
    gone.bind(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address();
    gone.close();
    const told = new Promise<string>((resolve) => {
      const refused = guest.udp({ onError: ({ error }) => resolve(error.code) });
      refused.send(octets(10), gateway.address, port);
    });
    expect(await told).toBe('ECONNREFUSED');
  });

  test('addresses of the machine are closed as its loopback is, unless a rule has exactly them', async () => {
    const log: (string | undefined)[] = [];
    const connected: string[] = [];
    const { port } = await server(() => {});
    const { gateway, guest } = site({
      policy: { allow: ['0.0.0.0/0'] },
      audit: ({ rule }) => void log.push(rule),
      outer: {
        connect: ({ address }) => {
          connected.push(address);
          return { write: () => true, end() {}, reset() {}, pause() {}, resume() {} };
        },
        isOwn: (address) => address === '192.0.2.1',
      },
    });
    await expect(guest.connect({ address: '192.0.2.1', port })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(log).toEqual(['closed: this machine']);
    gateway.setPolicy({ allow: ['192.0.2.1'], answer: 'rst' });
    const c = guest.open({ address: '192.0.2.1', port });
    for (let n = 0; n < 100 && connected.length === 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(connected).toEqual(['192.0.2.1']);
    c.abort();
  });
});
