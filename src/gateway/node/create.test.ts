import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { octets, readAll } from '../../host/testing.ts';
import { devicePair } from '../../link/index.ts';
import { toDuplex } from '../../node/index.ts';
import { serve } from '../../socket/web/index.ts';
import type { FramePort, GatewayOptions } from '../index.ts';
import { createGateway, type NodeGateway, nodeOuter } from './index.ts';

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
function site(options: Partial<GatewayOptions>): { gateway: NodeGateway; guest: Host } {
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

  test('a flow that could not begin outside makes another attempt with each datagram', async () => {
    const told: (string | undefined)[] = [];
    // The kernel refuses it at once: nobody asked for SO_BROADCAST.
    const flow = nodeOuter().datagrams?.(
      { address: '255.255.255.255', port: 9 },
      { data() {}, failed: ({ code }) => void told.push(code) },
    );
    cleanUp.push(() => flow?.close());
    for (let n = 0; n < 3; n++) {
      flow?.send(octets(1));
      for (let i = 0; i < 100 && told.length <= n; i++)
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(told).toEqual(['EACCES', 'EACCES', 'EACCES']);
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

/** Everything that a socket gets until its end. */
async function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The gateway knows the guest by what it has said. */
async function seen(gateway: NodeGateway, guest: Host): Promise<string> {
  await guest.connect({ address: gateway.address, port: 9 }).catch(() => {});
  return '10.0.2.15';
}

describe('towards guests', () => {
  test('a forward leads to a port of the guest, half-closes and resets included; refused there is a reset here', async () => {
    const { gateway, guest } = site({});
    await seen(gateway, guest);
    const ends: (string | null)[] = [];
    guest.listen({
      port: 22,
      handler: {
        readable: (c) => {
          const octets = c.take();
          if (octets !== null) void c.write(octets);
          if (c.eof) void c.end();
        },
        close: (_, error) => void ends.push(error?.code ?? null),
      },
    });
    const forward = await gateway.forward({ port: 0, guestPort: 22 });
    expect(gateway.forwards).toEqual([forward]);
    const socket = connect({ port: forward.port, host: forward.address, allowHalfOpen: true });
    socket.end('an echo');
    expect((await everything(socket)).toString()).toBe('an echo');
    const reset = connect({ port: forward.port, host: forward.address });
    await once(reset, 'connect');
    reset.write('x');
    await once(reset, 'data');
    reset.resetAndDestroy();
    for (let n = 0; n < 100 && ends.length < 2; n++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ends).toEqual([null, 'ECONNRESET']);
    const closed = await gateway.forward({ port: 0, guestPort: 23 });
    const refused = connect({ port: closed.port, host: closed.address });
    expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
    await expect(gateway.forward({ port: forward.port, guestPort: 22 })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    forward.close();
    expect(gateway.forwards).toEqual([closed]);
    for (const wrong of [{ guestAddress: 'vm1' }, { protocol: 'udp', proxyProtocol: true } as const])
      await expect(gateway.forward({ port: 0, guestPort: 22, ...wrong })).rejects.toThrow(TypeError);
  });

  test('by IPv6: a place and a guest that have no other', async () => {
    const { gateway, guest } = site({});
    await seen(gateway, guest);
    guest.addAddress(guest.interfaces[1] as never, 'fd00::15/64');
    const listener = guest.listen({ port: 22, address: 'fd00::15' });
    const forward = await gateway.forward({
      address: '::1',
      port: 0,
      guest: 'guest1',
      guestAddress: 'fd00::15',
      guestPort: 22,
    });
    const socket = connect({ port: forward.port, host: '::1', allowHalfOpen: true });
    socket.end('by six');
    const c = await listener.accept();
    expect([c.localAddress, c.remoteAddress]).toEqual(['fd00::15', gateway.address6]);
    expect(new TextDecoder().decode(await readAll(c))).toBe('by six');
    await c.write(octets(100_000));
    void c.end();
    expect(new Uint8Array(await everything(socket))).toEqual(octets(100_000));
  });

  test('datagrams: each peer has its own answers, by both families; what is taken already is said', async () => {
    const { gateway, guest } = site({});
    await seen(gateway, guest);
    guest.addAddress(guest.interfaces[1] as never, 'fd00::15/64');
    guest.udp({
      port: 53,
      onMessage: (m, socket) => socket.reply(m, Uint8Array.from([...m.data, ...m.data])),
    });
    for (const [address, guestAddress] of [
      ['127.0.0.1', '10.0.2.15'],
      ['::1', 'fd00::15'],
    ] as const) {
      const made = { protocol: 'udp', address, guest: 'guest1', guestAddress, guestPort: 53 } as const;
      const forward = await gateway.forward({ ...made, port: 0 });
      expect(forward).toMatchObject({ protocol: 'udp', address, guestPort: 53 });
      await expect(gateway.forward({ ...made, port: forward.port })).rejects.toMatchObject({
        code: 'EADDRINUSE',
      });
      const asked = ['a', 'bc'].map(async (text) => {
        const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
        cleanUp.push(() => socket.close());
        socket.send(text, forward.port, address);
        const [answer, from] = (await once(socket, 'message')) as [Buffer, { port: number }];
        expect(from.port).toBe(forward.port);
        return answer.toString();
      });
      expect(await Promise.all(asked)).toEqual(['aa', 'bcbc']);
      forward.close();
    }
    expect(gateway.forwards).toEqual([]);
  });

  test('with the PROXY protocol the guest is told who has come', async () => {
    const { gateway, guest } = site({});
    await seen(gateway, guest);
    const listener = guest.listen({ port: 80 });
    const forward = await gateway.forward({ port: 0, guestPort: 80, proxyProtocol: true });
    const socket = connect({ port: forward.port, host: forward.address });
    socket.resume();
    socket.end('GET');
    const c = await listener.accept();
    const got = Buffer.from(await readAll(c));
    expect(got.subarray(0, 16).toString('hex')).toBe('0d0a0d0a000d0a515549540a2111000c');
    expect([...got.subarray(16, 24)]).toEqual([127, 0, 0, 1, 127, 0, 0, 1]);
    expect(got.readUInt16BE(24)).toBe(socket.localPort);
    expect([got.readUInt16BE(26), got.subarray(28).toString()]).toEqual([forward.port, 'GET']);
    void c.end();
    await once(socket, 'close');
  });

  test('who comes before there is a guest is refused; fetch and net go by name', async () => {
    const empty = createGateway({});
    cleanUp.push(() => empty.close());
    const early = await empty.forward({ port: 0, guestPort: 22 });
    expect(await once(connect({ port: early.port, host: early.address }), 'error')).toMatchObject([
      { code: 'ECONNRESET' },
    ]);
    const { gateway, guest } = site({});
    const address = await seen(gateway, guest);
    serve(guest, { port: 3000 }, (request) => new Response(`guest says ${new URL(request.url).pathname}`));
    expect(await (await gateway.fetch('http://guest1:3000/hello')).text()).toBe('guest says /hello');
    await expect(gateway.fetch('http://nobody:3000/')).rejects.toMatchObject({
      cause: { code: 'ENOTFOUND' },
    });
    const socket = gateway.net.connect(3000, address);
    socket.end('GET / HTTP/1.0\r\n\r\n');
    expect((await everything(socket as unknown as Socket)).toString()).toContain('guest says /');
  });
});

describe('a connection of a guest in the hand of a program', () => {
  test('is a net.Socket, a server of http, or goes elsewhere; who says nothing leaves it to the policy', async () => {
    const { port } = await server((socket) => socket.end('elsewhere'));
    const { gateway, guest } = site({});
    gateway.on('connection', async (c) => {
      await Promise.resolve();
      if (c.port === 1) c.handle((connection) => toDuplex(connection).end(`you dialled ${c.address}`));
      if (c.port === 2) c.allow({ address: '127.0.0.1', port });
      if (c.port === 3) c.deny('not today', 'icmp');
    });
    const read = async (to: number) => {
      const c = await guest.connect({ address: '192.0.2.7', port: to });
      const octets = await readAll(c);
      c.close();
      return new TextDecoder().decode(octets);
    };
    expect([await read(1), await read(2)]).toEqual(['you dialled 192.0.2.7', 'elsewhere']);
    const told = new Promise((resolve) => {
      const trouble = (_: unknown, error: { code: string }): void => resolve(error.code);
      guest.open({ address: '192.0.2.7', port: 3, handler: { trouble } });
    });
    expect(await told).toBe('EHOSTUNREACH');
    await expect(guest.connect({ address: '10.1.1.1', port: 4 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(gateway.info().counters.tcp).toMatchObject({ asked: 4, handled: 1, allowed: 1, denied: 2 });
  });
});
