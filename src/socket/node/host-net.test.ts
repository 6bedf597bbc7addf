import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import * as nodeNet from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { netOf } from './host-net.ts';
import { reasonsToLive } from './liveness.ts';

let host: Host;
let net: typeof nodeNet;
let isKernel = false;
const open: (Server | Socket)[] = [];

beforeEach(() => {
  host = new Host({ name: 'h' });
  net = isKernel ? nodeNet : netOf(host);
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    if (one instanceof nodeNet.Server) one.close();
    else one.destroy();
  }
  for (const connection of host.connections) connection.abort();
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  expect(reasonsToLive()).toBe(0);
});

async function listen(onSocket: (socket: Socket) => void = () => {}, ...where: unknown[]): Promise<Server> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    open.push(socket);
    onSocket(socket);
  });
  open.push(server);
  server.listen(...((where.length === 0 ? [0, '127.0.0.1'] : where) as [number, string]));
  await once(server, 'listening');
  return server;
}

function connect(server: Server, options: object = {}): Socket {
  const socket = net.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options });
  open.push(socket);
  return socket;
}

/** `events.once` would reject at 'error'. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** The next socket that a server accepts. */
async function accepted(server: Server): Promise<Socket> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket;
}

/** What happens to a socket, in order. */
function eventsOf(socket: Socket): string[] {
  const seen: string[] = [];
  socket.on('connect', () => seen.push('connect'));
  socket.on('data', (octets: Buffer) => seen.push(`data ${octets.length}`));
  socket.on('end', () => seen.push('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(`error ${error.message} ${error.syscall}`));
  socket.on('close', (hadError: boolean) => seen.push(`close ${hadError}`));
  return seen;
}

describe('only here', () => {
  beforeEach(() => {
    isKernel = false;
  });

  test('sockets are net.Sockets and net.Servers, accepted ones too; nothing of node:net is changed', async () => {
    const before = { connect: nodeNet.Socket.prototype.connect, listen: nodeNet.Server.prototype.listen };
    const server = await listen();
    const socket = connect(server);
    const there = await accepted(server);
    expect(server).toBeInstanceOf(nodeNet.Server);
    expect(socket).toBeInstanceOf(nodeNet.Socket);
    expect(there).toBeInstanceOf(net.Socket);
    expect(nodeNet.Socket.prototype.connect).toBe(before.connect);
    expect(nodeNet.Server.prototype.listen).toBe(before.listen);
  });

  test('a network without a route is ENETUNREACH', async () => {
    const socket = net.connect(80, '10.9.9.9');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect([error.code, error.syscall]).toEqual(['ENETUNREACH', 'connect']);
  });

  test('setKeepAlive, setNoDelay and setTypeOfService reach the connection, before connect and after', async () => {
    const server = await listen();
    const socket = connect(server, { keepAlive: true, keepAliveInitialDelay: 5000, noDelay: true });
    await once(socket, 'connect');
    const [connection] = host.connections.filter(
      (one) => one.remotePort === (server.address() as AddressInfo).port,
    );
    expect(connection?.tcb.keepAlive).toBe(1);
    expect(connection?.tcb.noDelay).toBe(1);
    expect(connection?.tcb.config).toMatchObject({
      keepAliveIdleMs: 5000,
      keepAliveIntervalMs: 1000,
      keepAliveCount: 10,
    });
    socket.setKeepAlive(false);
    socket.setNoDelay(false);
    expect([connection?.tcb.keepAlive, connection?.tcb.noDelay]).toEqual([0, 0]);
  });
});

describe.each([
  ['the kernel', true],
  ['synfin', false],
])('on the loopback of %s', (_where, kernel) => {
  beforeEach(() => {
    isKernel = kernel;
    net = isKernel ? nodeNet : netOf(host);
  });

  test('a megabyte comes back whole; both sides end, then close, without an error', async () => {
    const server = await listen((socket) => socket.pipe(socket));
    const socket = connect(server);
    const seen = eventsOf(socket);
    const sent = Buffer.alloc(1_000_000, 'synfin');
    const got: Buffer[] = [];
    socket.on('data', (octets: Buffer) => got.push(octets));
    socket.end(sent);
    await closed(socket);
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    expect(seen.filter((one) => !one.startsWith('data'))).toEqual(['connect', 'end', 'close false']);
    expect([socket.bytesRead, socket.bytesWritten]).toEqual([1_000_000, 1_000_000]);
  });

  test('what is refused is ECONNREFUSED, with address and port, as the kernel says it', async () => {
    const socket = net.connect(9, '127.0.0.1');
    const seen = eventsOf(socket);
    await closed(socket);
    expect(seen).toEqual(['error connect ECONNREFUSED 127.0.0.1:9 connect', 'close true']);
  });

  test('a port in use is EADDRINUSE, also between every address and one of them', async () => {
    const server = await listen();
    const { port } = server.address() as AddressInfo;
    for (const where of ['127.0.0.1', '0.0.0.0', '::']) {
      const second = net.createServer();
      second.listen(port, where);
      const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException & { port: number }];
      expect([error.message, error.code, error.syscall, error.port]).toEqual([
        `listen EADDRINUSE: address already in use ${where}:${port}`,
        'EADDRINUSE',
        'listen',
        port,
      ]);
    }
  });

  test('an address that the host has not is EADDRNOTAVAIL', async () => {
    const server = net.createServer();
    server.listen(80, '10.9.9.9');
    const [error] = (await once(server, 'error')) as [Error];
    expect(error.message).toBe('listen EADDRNOTAVAIL: address not available 10.9.9.9:80');
  });

  test('resetAndDestroy is a RST: ECONNRESET at the other end, from either side', async () => {
    const server = await listen();
    const first = connect(server);
    const seen = eventsOf(first);
    const [there] = await Promise.all([accepted(server), once(first, 'connect')]);
    there.resetAndDestroy();
    await closed(first);
    expect(seen).toEqual(['connect', 'error read ECONNRESET read', 'close true']);

    const second = connect(server);
    const socket = await accepted(server);
    const seenThere = eventsOf(socket);
    second.resetAndDestroy();
    await closed(socket);
    expect(seenThere).toEqual(['error read ECONNRESET read', 'close true']);
  });

  test('a RST behind the FIN of the peer: a reader is told the end, and EPIPE is for who writes', async () => {
    const server = await listen();
    const socket = connect(server);
    const there = await accepted(server);
    const seen = eventsOf(there);
    await new Promise((resolve) => setTimeout(resolve, 20)); // both read
    socket.destroy(); // FIN
    there.write('x'); // RST: nobody is there any more
    await new Promise((resolve) => setTimeout(resolve, 20));
    there.write('y');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).toEqual(['end', 'error write EPIPE write', 'close true']);
  });

  test('a half-closed connection goes on in the other direction', async () => {
    const server = await listen((socket) => {
      socket.on('data', () => {});
      socket.on('end', () => setImmediate(() => socket.end('after your FIN')));
    });
    const socket = connect(server, { allowHalfOpen: true });
    const seen = eventsOf(socket);
    socket.end('question');
    await closed(socket);
    expect(seen).toEqual(['connect', 'data 14', 'end', 'close false']);
  });

  test('a write that waits for room completes, in its own context, when the peer has read; the octets are kept until then', async () => {
    const server = await listen();
    const context = new AsyncLocalStorage<string>();
    const [there, socket] = [accepted(server), connect(server)];
    const peer = (await there).pause();
    if (socket.connecting) await once(socket, 'connect');
    const seen: string[] = [];
    const chunk = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
    let writes = 0;
    const write = (): boolean => {
      const name = `write ${++writes}`;
      return context.run(name, () =>
        socket.write(chunk, () => seen.push(`${name} in ${context.getStore()}`)),
      );
    };
    while (socket.writableLength === 0) {
      write();
      await new Promise((resolve) => setTimeout(resolve, 5)); // what has room has gone by then
    }
    expect(seen.length).toBe(writes - 1);
    socket.end();
    let octets = 0;
    let right = true;
    for await (const data of peer as AsyncIterable<Buffer>)
      for (const octet of data) right &&= octet === (octets++ % 100_000) % 251;
    expect([octets, right]).toEqual([writes * 100_000, true]);
    expect(seen).toEqual(Array.from({ length: writes }, (_, i) => `write ${i + 1} in write ${i + 1}`));
  });

  test('nobody reads: the window closes, write says false, and drain comes when somebody does', async () => {
    const server = await listen((socket) => socket.pause());
    const socket = connect(server);
    const there = await accepted(server);
    let written = 0;
    while (socket.write(Buffer.alloc(64 * 1024)) && written < 1e9) written += 64 * 1024;
    while (written < 4_000_000) {
      socket.write(Buffer.alloc(64 * 1024));
      written += 64 * 1024;
    }
    expect(socket.writableLength).toBeGreaterThan(1_000_000);
    const drained = once(socket, 'drain');
    there.resume();
    await drained;
    expect(socket.writableLength).toBe(0);
  });

  test('a server on every address takes both families; IPv4 shows as mapped, as with the kernel', async () => {
    const server = await listen(() => {}, 0);
    expect(server.address()).toMatchObject({ address: '::', family: 'IPv6' });
    connect(server);
    const four = await accepted(server);
    expect([four.remoteAddress, four.remoteFamily]).toEqual(['::ffff:127.0.0.1', 'IPv6']);
    connect(server, { host: '::1' });
    const six = await accepted(server);
    expect([six.remoteAddress, six.remoteFamily]).toEqual(['::1', 'IPv6']);
  });

  test('ipv6Only leaves IPv4 to somebody else', async () => {
    const six = await listen(() => {}, { port: 0, host: '::', ipv6Only: true });
    const { port } = six.address() as AddressInfo;
    await listen(() => {}, port, '0.0.0.0');
    const socket = connect(six);
    await once(socket, 'connect');
    expect(socket.remoteFamily).toBe('IPv4');
  });

  test('a socket can be connected again after it was closed', async () => {
    const server = await listen((socket) => socket.end('x'));
    const socket = connect(server);
    socket.resume();
    await closed(socket);
    socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    await closed(socket);
  });

  test('destroyed while it connects: no connect, no error, nothing left', async () => {
    const server = await listen();
    const socket = connect(server);
    const seen = eventsOf(socket);
    socket.destroy();
    await closed(socket);
    expect(seen).toEqual(['close false']);
  });

  test('destroyed with text that only Node has read: a FIN, for the kernel had given it', async () => {
    const server = await listen((socket) => {
      socket.pause();
      socket.once('readable', () => socket.destroy());
    });
    const socket = connect(server);
    const seen = eventsOf(socket);
    socket.write('nobody will read this');
    await closed(socket);
    expect(seen).toEqual(['connect', 'end', 'close false']);
  });
});
