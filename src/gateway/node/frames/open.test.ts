import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { nextTurn } from '../../../host/index.ts';
import { frame } from '../../../link/devices/index.ts';
import { exchange, hostsOn } from '../../../link/devices/testing.ts';
import { webSocketDevice } from '../../../link/index.ts';
import { connectDevice, openDatagramDevice } from '../../../node/index.ts';
import type { FramePort } from '../../index.ts';
import { type Frames, type FramesOptions, openFrames } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let number = 0;
const unixPath = (): string => join(folder, `${number++}.sock`);

const open: (Frames | Server)[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const each of open.splice(0)) await each.close();
});

/** A way in, and the guests that have come. */
async function ways(at: string, options: FramesOptions = {}) {
  const ports: FramePort[] = [];
  const from: string[] = [];
  let told = (): void => {};
  const frames = await openFrames(at, options, (port, where) => {
    ports.push(port);
    from.push(where);
    told();
  });
  open.push(frames);
  /** The `n`th guest, as soon as it is there. */
  const port = async (n = 0): Promise<FramePort> => {
    while (ports[n] === undefined)
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    return ports[n] as FramePort;
  };
  return { frames, ports, from, port };
}

/** What arrives at a port, as soon as there is as much. */
function arrivals(port: FramePort): (n: number) => Promise<number[][]> {
  const got: number[][] = [];
  port.onreceive = (octets) => void got.push([...octets]);
  return async (n) => {
    while (got.length < n) await nextTurn();
    return got;
  };
}

async function client(to: { path: string } | { port: number }): Promise<Socket> {
  const socket = connect(to);
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A guest's frame with its number in it. */
const numbered = (n: number, length = 60): Uint8Array => new Uint8Array(length).fill(n);
const portOf = (at: string): number => Number(/\d+$/.exec(at)?.[0]);
const closed = (port: FramePort): Promise<Error | null> =>
  new Promise((resolve) => {
    port.onclose = resolve;
  });

describe('streams that come', () => {
  test('two hosts over a unix socket with a length of four octets; the file is the owner’s alone', async () => {
    const path = unixPath();
    const { frames, port, from } = await ways(`unix:${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const guest = await connectDevice({ path });
    const { a, b } = hostsOn(guest, await port());
    await exchange(a, b, 100_000);
    expect([frames.guests, from]).toEqual([1, [`unix:${path}`]]);
  });

  test('over TCP with packets of 65,520 octets', async () => {
    const { frames, port } = await ways('tcp:0', { mtu: 65_520 });
    expect(frames.at).toMatch(/^tcp:127\.0\.0\.1:\d+$/);
    const guest = await connectDevice({ port: portOf(frames.at), host: '127.0.0.1' }, { mtu: 65_520 });
    const { a, b } = hostsOn(guest, await port());
    await exchange(a, b, 400_000);
    expect(guest.sent).toBeLessThan(100);
  });

  test('hyperkit: lengths of two octets, the least significant first; a frame an octet at a time', async () => {
    const path = unixPath();
    const { port } = await ways(`hyperkit:${path}`);
    const socket = await client({ path });
    const got = arrivals(await port());
    for (const octet of [14, 0, ...numbered(3, 14), 15, 0]) socket.write(Uint8Array.of(octet));
    socket.write(numbered(4, 15));
    expect(await got(2)).toEqual([[...numbered(3, 14)], [...numbered(4, 15)]]);
  });

  test('a length that no frame has ends the guest with EPROTO, and the others stay', async () => {
    const path = unixPath();
    const { frames, port } = await ways(`unix:${path}`);
    const hostile = await client({ path });
    const good = await client({ path });
    const [bad, fine] = [await port(0), await port(1)];
    const over = closed(bad);
    const got = arrivals(fine);
    hostile.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
    expect(await over).toMatchObject({ code: 'EPROTO' });
    good.write(frame(numbered(1), 'uint32be'));
    expect(await got(1)).toHaveLength(1);
    await once(hostile.resume(), 'close');
    while (frames.guests !== 1) await nextTurn();
  });

  test('one guest more than there may be is turned away and counted; when one leaves there is room', async () => {
    const path = unixPath();
    const { frames, port, ports } = await ways(`unix:${path}`, { maxGuests: 1 });
    const first = await client({ path });
    await port();
    const second = await client({ path });
    await once(second.resume(), 'close');
    expect([frames.guests, frames.refused, ports.length]).toEqual([1, 1, 1]);
    const left = closed(await port());
    first.end();
    expect(await left).toBeNull();
    while (frames.guests > 0) await nextTurn();
    await client({ path });
    await port(1);
  });

  test('a socket’s file that nobody serves gives way; one that is served, or is no socket, does not', async () => {
    const path = unixPath();
    const killed = createServer();
    killed.listen(path);
    await once(killed, 'listening');
    await expect(openFrames(`unix:${path}`, {}, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    // A server that ends without closing leaves its file: here the file is put back.
    const spare = unixPath();
    linkSync(path, spare);
    await new Promise((resolve) => killed.close(resolve));
    const { port } = await ways(`unix:${spare}`);
    await client({ path: spare });
    await port();
    const file = unixPath();
    writeFileSync(file, 'letters');
    await expect(openFrames(`unix:${file}`, {}, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(statSync(file).size).toBe(7);
  });

  test('a guest that takes nothing: a queueful waits, the rest is dropped and counted', async () => {
    const path = unixPath();
    const { port } = await ways(`unix:${path}`, { queue: 10_000 });
    (await client({ path })).pause();
    const stuck = (await port()) as FramePort & { sent: number; dropped: number };
    const most = 4000;
    for (let i = 0; i < most; i++) stuck.send(new Uint8Array(1000));
    expect(stuck.dropped).toBeGreaterThan(3000);
    expect(stuck.sent + stuck.dropped).toBeGreaterThanOrEqual(most - 10);
  });
});

describe('streams that we connect', () => {
  /** A guest that listens, and its connections in order. */
  async function listening(path: string): Promise<(n: number) => Promise<Socket>> {
    const server = createServer();
    const came: Socket[] = [];
    server.on('connection', (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      came.push(socket);
    });
    server.listen(path);
    await once(server, 'listening');
    open.push(server);
    return async (n) => {
      while (came[n] === undefined) await nextTurn();
      return came[n] as Socket;
    };
  }

  test('the port is there before the guest, outlives it, and is the next one’s', async () => {
    const path = unixPath();
    const { frames, port } = await ways(`connect:unix:${path}`, { reconnectMs: 20 });
    const mine = (await port()) as FramePort & Record<'sent' | 'received' | 'dropped' | 'connects', number>;
    let ended = 0;
    mine.onclose = () => ended++;
    const got = arrivals(mine);
    mine.send(numbered(1));
    expect([frames.guests, mine.dropped]).toEqual([0, 1]);
    const guest = await listening(path);
    const first = await guest(0);
    first.write(frame(numbered(2), 'uint32be'));
    await got(1);
    mine.send(numbered(3));
    const [octets] = (await once(first, 'data')) as [Uint8Array];
    expect([...octets]).toEqual([...frame(numbered(3), 'uint32be')]);
    first.destroy();
    const second = await guest(1);
    second.write(frame(numbered(4), 'uint32be'));
    expect((await got(2)).map(([n]) => n)).toEqual([2, 4]);
    expect([mine.sent, mine.received, mine.connects, ended]).toEqual([1, 2, 2, 0]);
  });

  test('a guest that speaks no frames is left, and tried again; after close() nothing is tried', async () => {
    const path = unixPath();
    const guest = await listening(path);
    const { frames, port } = await ways(`connect:unix:${path}`, { reconnectMs: 20 });
    const mine = (await port()) as FramePort & { lastError: Error | null; connects: number };
    (await guest(0)).write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await guest(1);
    expect(mine.lastError).toMatchObject({ code: 'EPROTO' });
    const { connects } = mine;
    await frames.close();
    await nextTurn();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([mine.connects, frames.guests]).toEqual([connects, 0]);
  });
});

describe('datagrams', () => {
  test('a guest for each sender, two at once; vfkit’s greeting is none', async () => {
    const { frames, port, ports, from } = await ways('udp:0');
    const to = portOf(frames.at);
    const greeter = createSocket('udp4');
    greeter.send('VFKT', to, '127.0.0.1');
    while (frames.refused === 0) await nextTurn();
    greeter.close();
    const device = () => openDatagramDevice({ remote: { port: to }, kind: 'ethernet' });
    const [left, right] = [await device(), await device()];
    left.send(numbered(1));
    const first = await port(0);
    right.send(numbered(2));
    const second = await port(1);
    const [atLeft, atRight] = [arrivals(left as FramePort), arrivals(right as FramePort)];
    second.send(numbered(4));
    first.send(numbered(3));
    expect([(await atLeft(1))[0]?.[0], (await atRight(1))[0]?.[0]]).toEqual([3, 4]);
    expect([frames.guests, ports.length, new Set(from).size]).toEqual([2, 2, 2]);
    left.close();
    right.close();
  });

  test('two hosts in real time over datagrams', async () => {
    const { frames, port } = await ways('udp:0');
    const guest = await openDatagramDevice({ remote: { port: portOf(frames.at) }, kind: 'ethernet' });
    guest.send(numbered(0)); // it says that it is there, as a guest's first ARP or DHCP does
    const { a, b } = hostsOn(guest, await port());
    await exchange(a, b, 100_000);
  });

  test('senders beyond the most are refused; a datagram carries no packet of 65,520', async () => {
    const { frames, port } = await ways('udp:0', { maxGuests: 1 });
    const senders = [createSocket('udp4'), createSocket('udp4')];
    senders[0]?.send(numbered(1), portOf(frames.at), '127.0.0.1');
    await port();
    senders[1]?.send(numbered(1), portOf(frames.at), '127.0.0.1');
    while (frames.refused === 0) await nextTurn();
    expect(frames.guests).toBe(1);
    for (const sender of senders) sender.close();
    await expect(openFrames('udp:0', { mtu: 65_520 }, () => {})).rejects.toThrow(/at most 65493/);
  });
});

describe('WebSockets', () => {
  test('two hosts in real time, over a WebSocket of Node’s own client, with packets of 65,520 octets', async () => {
    const { frames, port } = await ways('ws:0', { mtu: 65_520 });
    const socket = new WebSocket(frames.at.replace('ws:', 'ws://'));
    const guest = webSocketDevice(socket, { kind: 'ethernet', mtu: 65_520 });
    const { a, b } = hostsOn(guest, await port());
    await exchange(a, b, 300_000);
    const left = closed(await port());
    socket.close();
    await left;
    while (frames.guests > 0) await nextTurn();
  });

  test('the server closes: the client sees a clean close', async () => {
    const { frames, port } = await ways('ws:0');
    const socket = new WebSocket(frames.at.replace('ws:', 'ws://'), ['binary', 'other']);
    const over = once(socket, 'close');
    (await port()).close?.();
    const [event] = (await over) as [CloseEvent];
    expect([event.code, event.wasClean, socket.protocol]).toEqual([1000, true, 'binary']);
  });

  test('text is refused with 1003', async () => {
    const { frames } = await ways('ws:0');
    const socket = new WebSocket(frames.at.replace('ws:', 'ws://'));
    await once(socket, 'open');
    socket.send('text');
    const [event] = (await once(socket, 'close')) as [CloseEvent];
    expect(event.code).toBe(1003);
  });

  /** The first line of the answer to a handshake with these headers. */
  async function handshake(at: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const socket = await client({ port: portOf(at) });
    const all = {
      Host: 'x',
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET / HTTP/1.1\r\n${lines.join('')}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return String(answer);
  }

  test('RFC 6455 section 1.3: the key is answered; section 4.2.1: what is wrong is refused', async () => {
    const { frames, ports } = await ways('ws:0');
    expect(await handshake(frames.at, {})).toMatch(/^HTTP\/1\.1 101 .*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/s);
    expect(ports).toHaveLength(1);
    expect(await handshake(frames.at, { 'Sec-WebSocket-Version': '8' })).toMatch(
      /^HTTP\/1\.1 426 .*Version: 13/s,
    );
    expect(await handshake(frames.at, { 'Sec-WebSocket-Key': 'short' })).toMatch(/^HTTP\/1\.1 400/);
    expect(await handshake(frames.at, { Upgrade: 'h2c' })).toMatch(/^HTTP\/1\.1 400/);
    expect(ports).toHaveLength(1);
  });

  test('a page comes only from an origin of the list, and as many as there may be', async () => {
    const { frames, ports } = await ways('ws:0', { origins: ['https://vm.example'], maxGuests: 1 });
    expect(await handshake(frames.at, { Origin: 'https://evil.example' })).toMatch(/^HTTP\/1\.1 403/);
    expect(await handshake(frames.at, { Origin: 'null' })).toMatch(/^HTTP\/1\.1 403/);
    expect(await handshake(frames.at, { Origin: 'https://vm.example' })).toMatch(/^HTTP\/1\.1 101/);
    expect(await handshake(frames.at, {})).toMatch(/^HTTP\/1\.1 503/);
    expect([ports.length, frames.refused]).toEqual([1, 3]);
  });
});

test('a place that is none is refused with the forms that there are', async () => {
  for (const at of [
    '',
    'vm.sock',
    'unix:',
    'tcp:',
    'tcp:99999',
    'tcp:[x]:1',
    'connect:ws:80',
    'connect:tcp:0',
    'udp:a:b',
    'tap:',
    'connect:tap:x',
  ]) {
    await expect(openFrames(at, {}, () => {})).rejects.toThrow(/at must be unix:PATH/);
  }
});
