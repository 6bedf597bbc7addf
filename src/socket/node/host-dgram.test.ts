import type { RemoteInfo, Socket, SocketOptions } from 'node:dgram';
import * as nodeDgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { World } from '../../sim/index.ts';
import { dgramOf } from './host-dgram.ts';
import { uvError } from './internals.ts';
import { reasonsToLive } from './liveness.ts';
import { UdpHandle } from './udp-handle.ts';

let host: Host;
let dgram: typeof nodeDgram;
let isKernel = false;
const open: Socket[] = [];

beforeEach(() => {
  host = new Host({ name: 'h' });
  dgram = isKernel ? nodeDgram : dgramOf(host);
});
afterEach(async () => {
  for (const socket of open.splice(0)) {
    try {
      socket.close();
    } catch {
      // closed already
    }
  }
  await new Promise(setImmediate);
  expect(reasonsToLive()).toBe(0);
  await host.close();
});

type Type = 'udp4' | 'udp6';

function socketOf(options: Type | SocketOptions = 'udp4'): Socket {
  const socket = dgram.createSocket(options as SocketOptions);
  open.push(socket);
  return socket;
}

async function bound(options: Type | SocketOptions = 'udp4', port = 0, address?: string): Promise<Socket> {
  const socket = socketOf(options);
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

async function message(socket: Socket): Promise<[string, RemoteInfo]> {
  const [octets, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
  return [String(octets), from];
}

/** What the callback of a send is given. */
function sent(socket: Socket, ...args: unknown[]): Promise<unknown> {
  return new Promise((resolve) => {
    const callback = (error: Error | null, bytes: number): void =>
      resolve(error === null ? bytes : error.message);
    (socket.send as (...all: unknown[]) => void)(...args, callback);
  });
}

function thrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits for what should come, and a little for what should not. */
async function until(isThere: () => boolean): Promise<void> {
  for (let n = 0; n < 200 && !isThere(); n++) await new Promise((resolve) => setTimeout(resolve, 5));
  await turn();
}

describe('only here', () => {
  beforeEach(() => {
    isKernel = false;
  });

  test('sockets are dgram.Sockets; nothing of node:dgram is changed', async () => {
    const { bind } = nodeDgram.Socket.prototype;
    const socket = await bound();
    expect(socket).toBeInstanceOf(nodeDgram.Socket);
    expect(host.udpSockets.map(({ port }) => port)).toEqual([socket.address().port]);
    expect(nodeDgram.Socket.prototype.bind).toBe(bind);
  });

  test('in a world, between hosts: datagrams larger than the link, to one, to all and to a group', async () => {
    const world = new World({ seed: 1 });
    const [a, b] = [world.host('a', '10.0.0.1/24'), world.host('b', '10.0.0.2/24')];
    world.wire(a, b, { delayUs: 1000 });
    const there = dgramOf(b).createSocket({ type: 'udp4', reuseAddr: true });
    const heard: string[] = [];
    there.on('message', (octets, from) => heard.push(`${octets.length} ${from.address}`));
    there.bind(5353, () => there.addMembership('239.1.2.3'));
    const here = dgramOf(a).createSocket('udp4');
    here.bind(0, () => {
      here.setBroadcast(true);
      here.send(Buffer.alloc(9000), 5353, '10.0.0.2');
      here.send(Buffer.alloc(2), 5353, '10.0.0.255');
      here.send(Buffer.alloc(3), 5353, '239.1.2.3');
    });
    await world.settle(
      new Promise<void>((resolve) => there.on('message', () => heard.length === 3 && resolve())),
    );
    expect(heard).toEqual(['9000 10.0.0.1', '2 10.0.0.1', '3 10.0.0.1']);
    here.close();
    there.close();
  });

  test('a datagram that finds no room in the receive buffer is dropped and counted', async () => {
    const server = await bound();
    const client = await bound();
    server.setRecvBufferSize(5000); // 10,000, of which each datagram takes 768 beside its octets
    let heard = 0;
    server.on('message', () => heard++);
    const { port } = server.address();
    // As in one turn of the event loop: the host takes all of them before the program has one.
    for (let n = 0; n < 20; n++) client.send(Buffer.alloc(232), port, '127.0.0.1');
    await until(() => heard === 10);
    expect(heard).toBe(10);
    expect(host.counters.udpDropped).toBe(10);
  });

  test('an error that no receive was told is the next send’s, once', async () => {
    const handle = new UdpHandle(host);
    const send = (): number => handle.send({}, [Buffer.from('x')], 1, false);
    expect([handle.bind('127.0.0.1', 0, 0), handle.connect('127.0.0.1', 9)]).toEqual([0, 0]);
    expect(send()).toBe(2);
    await until(() => host.counters.icmpIn > 0);
    expect([send(), send()]).toEqual([uvError('ECONNREFUSED'), 2]);
    handle.close();
  });

  test('a socket is closed with its host, as by its own close; a new one is told ENETDOWN', async () => {
    const socket = await bound();
    const closed = once(socket, 'close');
    await host.close();
    await closed;
    expect(reasonsToLive()).toBe(0);
    expect(thrown(() => socket.send('x', 9))).toBe('Not running');
    const late = socketOf();
    late.bind(53);
    expect(String((await once(late, 'error'))[0])).toBe('Error: bind ENETDOWN 0.0.0.0:53');
  });
});

describe.each([
  ['the kernel', true],
  ['synfin', false],
])('on the loopback of %s', (_where, kernel) => {
  beforeEach(() => {
    isKernel = kernel;
    dgram = isKernel ? nodeDgram : dgramOf(host);
  });

  test.each([
    ['udp4', '127.0.0.1', 'IPv4', '0.0.0.0'],
    ['udp6', '::1', 'IPv6', '::'],
  ] as const)('%s: a question and its answer, with who asked', async (type, address, family, any) => {
    const server = await bound(type);
    const client = socketOf(type);
    const { port } = server.address();
    expect(server.address()).toEqual({ address: any, family, port });
    const asked = message(server);
    expect(await sent(client, ['que', Buffer.from('stion')], port, address)).toBe(8);
    const [text, from] = await asked;
    expect([text, from]).toEqual(['question', { address, family, port: client.address().port, size: 8 }]);
    const answered = message(client);
    server.send('', from.port, from.address);
    expect(await answered).toEqual(['', { address, family, port, size: 0 }]);
  });

  test('a socket of both families hears IPv4 as mapped, and sends to it so; ipv6Only leaves it to another', async () => {
    const both = await bound('udp6');
    const { port } = both.address();
    const four = await bound('udp4', 0, '127.0.0.1');
    const heard = message(both);
    four.send('x', port, '127.0.0.1');
    expect((await heard)[1]).toMatchObject({ address: '::ffff:127.0.0.1', family: 'IPv6' });
    const back = message(four);
    both.send('y', four.address().port, '::ffff:127.0.0.1');
    expect((await back)[1]).toMatchObject({ address: '127.0.0.1', port });
    const only = await bound({ type: 'udp6', ipv6Only: true });
    await bound('udp4', only.address().port);
    expect(await sent(only, 'x', 9, '::ffff:127.0.0.1')).toMatch(/^send E(NETUNREACH|INVAL) /);
  });

  test('one peer: others are not heard, names are those of the pair, and after disconnect everybody is heard', async () => {
    const [peer, other] = [await bound('udp4', 0, '127.0.0.1'), await bound('udp4', 0, '127.0.0.1')];
    // A port of one's own choice: Linux takes one that it has chosen away again at disconnect.
    const free = await bound();
    const own = free.address().port;
    free.close();
    const socket = await bound('udp4', own);
    const { port } = peer.address();
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    expect(socket.remoteAddress()).toEqual({ address: '127.0.0.1', family: 'IPv4', port });
    expect(socket.address().address).toBe('127.0.0.1');
    expect(thrown(() => socket.connect(port, '127.0.0.1'))).toBe('Already connected');
    const heard: string[] = [];
    socket.on('message', (octets) => heard.push(String(octets)));
    other.send('from another', own, '127.0.0.1');
    peer.send('from the peer', own, '127.0.0.1');
    await until(() => heard.length > 0);
    expect(heard.splice(0)).toEqual(['from the peer']);
    const asked = message(peer);
    expect(await sent(socket, 'without an address')).toBe(18);
    expect((await asked)[0]).toBe('without an address');
    socket.disconnect();
    expect(thrown(() => socket.remoteAddress())).toBe('Not connected');
    expect(socket.address().address).toBe('0.0.0.0');
    other.send('now', own, '127.0.0.1');
    await until(() => heard.length > 0);
    expect(heard).toEqual(['now']);
  });

  test('nobody there: an error event of a connected socket, once; of no other', async () => {
    const gone = await bound();
    const { port } = gone.address();
    gone.close();
    const socket = await bound();
    const errors: string[] = [];
    socket.on('error', (error) => errors.push(error.message));
    expect(await sent(socket, 'x', port, '127.0.0.1')).toBe(1);
    await turn();
    expect(errors).toEqual([]);
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    expect(await sent(socket, 'x')).toBe(1);
    await until(() => errors.length > 0);
    expect(errors).toEqual(['recvmsg ECONNREFUSED']);
    expect(await sent(socket, 'x')).toBe(1);
  });

  test('an address in use, also between every address and one of them; reuseAddr shares it', async () => {
    const first = await bound('udp4', 0, '127.0.0.1');
    const { port } = first.address();
    for (const [type, address] of [
      ['udp4', '127.0.0.1'],
      ['udp4', '0.0.0.0'],
      ['udp6', '::'],
    ] as const) {
      const second = socketOf(type);
      second.bind(port, address);
      const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException & { port: number }];
      expect([error.message, error.code, error.syscall, error.port]).toEqual([
        `bind EADDRINUSE ${address}:${port}`,
        'EADDRINUSE',
        'bind',
        port,
      ]);
    }
    const options = { type: 'udp4', reuseAddr: true } as const;
    const shared = await bound(options);
    const second = await bound(options, shared.address().port);
    const heard = message(second);
    first.send('to the latest', shared.address().port, '127.0.0.1');
    expect((await heard)[0]).toBe('to the latest');
  });

  test('an address that the host has not, one of the other family, and bind twice', async () => {
    for (const [address, code] of [
      ['10.9.9.9', 'EADDRNOTAVAIL'],
      ['::1', 'EINVAL'],
    ] as const) {
      const socket = socketOf('udp4');
      socket.bind(1234, address);
      expect(String((await once(socket, 'error'))[0])).toBe(`Error: bind ${code} ${address}:1234`);
    }
    const socket = await bound();
    expect(thrown(() => socket.bind())).toBe('Socket is already bound');
    expect(await sent(socket, 'x', 9, '::1')).toBe('send EINVAL ::1:9');
  });

  test('65,507 octets arrive, one more is EMSGSIZE; the callback has it, and without one nobody', async () => {
    const server = await bound('udp4', 0, '127.0.0.1');
    const client = await bound();
    const { port } = server.address();
    const heard = once(server, 'message') as Promise<[Buffer]>;
    const most = Buffer.alloc(65_507, 'synfin');
    expect(await sent(client, most, port, '127.0.0.1')).toBe(65_507);
    expect((await heard)[0].equals(most)).toBe(true);
    expect(await sent(client, Buffer.alloc(65_508), port, '127.0.0.1')).toBe(
      `send EMSGSIZE 127.0.0.1:${port}`,
    );
    client.send(Buffer.alloc(65_508), port, '127.0.0.1');
    await turn();
  });

  test('to all only by who has asked for it', async () => {
    const socket = await bound();
    expect(await sent(socket, 'x', 9, '255.255.255.255')).toBe('send EACCES 255.255.255.255:9');
    socket.setBroadcast(true);
    expect(await sent(socket, 'x', 9, '255.255.255.255')).not.toBe('send EACCES 255.255.255.255:9');
  });

  test('buffer sizes are twice of what was asked for; settings before bind are EBADF; what cannot be is EINVAL', async () => {
    const unbound = socketOf();
    expect(thrown(() => unbound.setTTL(8))).toBe('setTTL EBADF');
    expect(thrown(() => unbound.setBroadcast(true))).toBe('setBroadcast EBADF');
    expect(thrown(() => unbound.address())).toBe('getsockname EBADF');
    expect(thrown(() => unbound.getRecvBufferSize())).toBe(
      'Could not get or set buffer size: uv_recv_buffer_size returned EBADF (bad file descriptor)',
    );
    const socket = await bound();
    socket.setRecvBufferSize(10_000);
    socket.setSendBufferSize(9000);
    expect([socket.getRecvBufferSize(), socket.getSendBufferSize()]).toEqual([20_000, 18_000]);
    expect(thrown(() => socket.setSendBufferSize(2147483648))).toBe(
      'Could not get or set buffer size: uv_send_buffer_size returned EINVAL (invalid argument)',
    );
    expect([socket.setTTL(16), socket.setMulticastTTL(3), socket.setMulticastLoopback(true)]).toEqual([
      16,
      3,
      true,
    ]);
    expect(thrown(() => socket.setTTL(1000))).toBe('setTTL EINVAL');
    expect(thrown(() => socket.setMulticastTTL(1000))).toBe('setMulticastTTL EINVAL');
    expect([socket.getSendQueueSize(), socket.getSendQueueCount()]).toEqual([0, 0]);
  });

  test('a group: joined once, left once, heard on the interface that was named', async () => {
    const socket = await bound({ type: 'udp4', reuseAddr: true });
    expect(thrown(() => socket.addMembership('10.0.0.1', '127.0.0.1'))).toBe('addMembership EINVAL');
    expect(thrown(() => socket.dropMembership('239.1.2.3', '127.0.0.1'))).toBe(
      'dropMembership EADDRNOTAVAIL',
    );
    expect(thrown(() => socket.addMembership('239.1.2.3', '10.9.9.9'))).toBe('addMembership ENODEV');
    socket.addMembership('239.1.2.3', '127.0.0.1');
    expect(thrown(() => socket.addMembership('239.1.2.3', '127.0.0.1'))).toBe('addMembership EADDRINUSE');
    expect(thrown(() => socket.setMulticastInterface('10.9.9.9'))).toBe(
      'setMulticastInterface EADDRNOTAVAIL',
    );
    const sender = await bound();
    sender.setMulticastInterface('127.0.0.1');
    const heard = message(socket);
    expect(await sent(sender, 'to the group', socket.address().port, '239.1.2.3')).toBe(12);
    expect((await heard)[0]).toBe('to the group');
    socket.dropMembership('239.1.2.3', '127.0.0.1');
    sender.send('to nobody', socket.address().port, '239.1.2.3');
    socket.addSourceSpecificMembership('127.0.0.1', '232.1.2.3', '127.0.0.1');
    const again = message(socket);
    sender.send('from its source', socket.address().port, '232.1.2.3');
    expect((await again)[0]).toBe('from its source');
    socket.dropSourceSpecificMembership('127.0.0.1', '232.1.2.3', '127.0.0.1');
  });

  test.each([
    ['udp4', '232.1.2.4', '127.0.0.1', 10, (n: number) => `127.0.1.${n}`],
    ['udp6', 'ff35::1', '::1', 64, (n: number) => `fd00::${n.toString(16)}`],
  ] as const)(
    'sources of a group, %s: each once, so many at most; all of them end with the membership',
    async (type, group, own, most, nth) => {
      const socket = await bound(type, 0, own);
      const on = type === 'udp4' ? own : '::%lo';
      const add = (source: string): string =>
        thrown(() => socket.addSourceSpecificMembership(source, group, on));
      const drop = (source: string): string =>
        thrown(() => socket.dropSourceSpecificMembership(source, group, on));
      expect(drop(nth(1))).toBe('dropSourceSpecificMembership EINVAL');
      expect(add(nth(1))).toBe('nothing');
      expect(add(nth(1))).toBe('addSourceSpecificMembership EADDRNOTAVAIL');
      expect(thrown(() => socket.addMembership(group, on))).toBe('addMembership EADDRINUSE');
      for (let n = 2; n <= most; n++) expect(add(nth(n))).toBe('nothing');
      for (const n of [1, most + 1]) expect(add(nth(n))).toBe('addSourceSpecificMembership ENOBUFS');
      expect(drop(nth(most + 1))).toBe('dropSourceSpecificMembership EADDRNOTAVAIL');
      expect(drop(nth(1))).toBe('nothing');
      expect(thrown(() => socket.dropMembership(group, on))).toBe('nothing');
      expect(drop(nth(2))).toBe('dropSourceSpecificMembership EINVAL');
      // Who hears everybody may choose whom from then on.
      expect(thrown(() => socket.addMembership(group, on))).toBe('nothing');
      expect(add(nth(1))).toBe('nothing');
      expect(drop(nth(1))).toBe('nothing');
      expect(thrown(() => socket.dropMembership(group, on))).toBe('dropMembership EADDRNOTAVAIL');
    },
  );

  test('each datagram has a turn of its own; close ends it, and after it everything says so', async () => {
    const server = await bound();
    const client = await bound();
    const seen: string[] = [];
    server.on('message', (octets) => {
      seen.push(String(octets));
      process.nextTick(() => seen.push(`after ${octets}`));
      if (String(octets) === 'b') server.close();
    });
    server.on('close', () => seen.push('close'));
    for (const each of ['a', 'b', 'c']) client.send(each, server.address().port, '127.0.0.1');
    await once(server, 'close');
    await turn();
    expect(seen).toEqual(['a', 'after a', 'b', 'after b', 'close']);
    for (const call of [() => server.close(), () => server.send('x', 9), () => server.address()])
      expect(thrown(call)).toBe('Not running');
  });
});
