// The Sockets API of WinterTC on a host: both ends on the loopback of one.

import { afterEach, describe, expect, test } from 'vitest';
import { type Connection, Host } from '../../host/index.ts';
import { type Socket, type SocketBinding, SocketError, webSockets } from './index.ts';

const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close({ timeoutMs: 100 })));
});

const encode = (text: string) => new TextEncoder().encode(text);

/** A socket and the connection at its other end. */
async function pair(options = {}): Promise<{ socket: Socket; peer: Connection; binding: SocketBinding }> {
  const host = new Host();
  hosts.push(host);
  const listener = host.listen({ port: 7 });
  const binding = webSockets(host);
  const socket = binding.connect('127.0.0.1:7', options);
  const peer = await listener.accept();
  await socket.opened;
  return { socket, peer, binding };
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let all = '';
  for await (const chunk of stream) all += decoder.decode(chunk, { stream: true });
  return all;
}

/** What a promise does within some turns. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, 30, 'pending'));
  return Promise.race([promise.then(() => 'resolved'), late]).catch((error) => error);
}

describe('connect', () => {
  test('is pending at once; opened has both addresses; octets go both ways; both FINs resolve closed', async () => {
    const { socket, peer } = await pair();
    expect(await socket.opened).toEqual({
      remoteAddress: '127.0.0.1:7',
      localAddress: `127.0.0.1:${peer.remotePort}`,
      alpn: null,
    });
    const writer = socket.writable.getWriter();
    await writer.write(encode('ping'));
    expect(new TextDecoder().decode((await peer.read()) ?? undefined)).toBe('ping');
    await peer.write(encode('pong'));
    void peer.end();
    expect(await text(socket.readable)).toBe('pong');
    await socket.closed;
    expect(socket.upgraded).toBe(false);
  });

  test('what was written before the connection is open is sent', async () => {
    const host = new Host();
    hosts.push(host);
    const listener = host.listen({ port: 7 });
    const socket = webSockets(host).connect({ hostname: 'localhost', port: 7 });
    const closing = socket.writable.getWriter();
    void closing.write(encode('early'));
    void closing.close();
    expect(await text(await listener.accept())).toBe('early');
  });

  test('a refused connection rejects opened and closed, and both streams, with one SocketError', async () => {
    const host = new Host();
    hosts.push(host);
    const socket = webSockets(host).connect('[::1]:9');
    const error = await socket.opened.catch((e) => e);
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^SocketError: connect ECONNREFUSED/);
    expect(error.code).toBe('ECONNREFUSED');
    expect(await socket.closed.catch((e) => e)).toBe(error);
    expect(
      await socket.readable
        .getReader()
        .read()
        .catch((e) => e),
    ).toBe(error);
    expect(await socket.writable.getWriter().closed.catch((e) => e)).toBe(error);
  });

  test('a name needs a lookup; what it finds is where the connection goes', async () => {
    const host = new Host();
    hosts.push(host);
    const listener = host.listen({ port: 80 });
    await expect(webSockets(host).connect('app.test:80').opened).rejects.toMatchObject({ code: 'ENOTFOUND' });
    const named = webSockets(host, { lookup: async (name) => (name === 'app.test' ? '127.0.0.9' : '') });
    const socket = named.connect('app.test:80');
    expect((await listener.accept()).localAddress).toBe('127.0.0.9');
    await socket.close();
    await expect(named.connect('other.test:80').opened).rejects.toThrow(/no address for 'other.test'/);
  });

  test('what is no address, and TLS, are refused by connect itself', () => {
    const host = new Host();
    hosts.push(host);
    const { connect } = webSockets(host);
    for (const wrong of ['10.0.0.1', ':80', 'http://x:80', '::1:80', 'a b:1', '', {} as never, null as never])
      expect(() => connect(wrong)).toThrow(TypeError);
    for (const port of [0, 65_536, 1.5, '80' as never])
      expect(() => connect({ hostname: '10.0.0.1', port })).toThrow(RangeError);
    expect(() => connect('10.0.0.1:1', { secureTransport: 'on' })).toThrow(SocketError);
    expect(() => connect('10.0.0.1:1', { secureTransport: 'starttls' })).toThrow(
      /^SocketError: there is no TLS/,
    );
  });

  test('startTls is refused', async () => {
    const { socket } = await pair();
    expect(() => socket.startTls()).toThrow(/^SocketError: there is no TLS here/);
  });
});

describe('allowHalfOpen', () => {
  test('false: when the FIN was read, what was written goes out before ours, and later writes fail', async () => {
    const { socket, peer } = await pair({ highWaterMark: 10_000_000 });
    const writer = socket.writable.getWriter();
    const writing = writer.write(new Uint8Array(3_000_000));
    await peer.end();
    expect(await text(socket.readable)).toBe('');
    let got = 0;
    for await (const chunk of peer) got += chunk.length;
    expect(got).toBe(3_000_000);
    await writing;
    await socket.closed;
    await expect(writer.write(encode('more'))).rejects.toThrow(/^SocketError: the peer has ended/);
  });

  test('false: an echo by pipeTo ends in order', async () => {
    const { socket, peer } = await pair();
    const piping = socket.readable.pipeTo(socket.writable as never);
    await peer.write(encode('echo'));
    await peer.end();
    expect(await text(peer)).toBe('echo');
    await piping;
    await socket.closed;
  });

  test('true: only the readable ends; what is written after the FIN arrives', async () => {
    const { socket, peer } = await pair({ allowHalfOpen: true });
    await peer.end();
    expect(await text(socket.readable)).toBe('');
    expect(await outcome(socket.closed)).toBe('pending');
    const writer = socket.writable.getWriter();
    await writer.write(encode('after'));
    void writer.close();
    expect(await text(peer)).toBe('after');
    await socket.closed;
  });
});

describe('the end', () => {
  test('close: what was written is sent, a read that waits is done, the peer sees a FIN', async () => {
    const { socket, peer } = await pair({ highWaterMark: 10_000_000 });
    const reading = socket.readable.getReader().read();
    const writer = socket.writable.getWriter();
    const writes = [writer.write(new Uint8Array(2_000_000)), writer.write(new Uint8Array(1_000_000))];
    const closing = socket.close();
    let got = 0;
    for await (const chunk of peer) got += chunk.length;
    expect(got).toBe(3_000_000);
    await Promise.all(writes);
    await closing;
    await socket.closed;
    expect((await reading).done).toBe(true);
    await expect(writer.write(encode('x'))).rejects.toThrow(/^SocketError: the socket was closed/);
    await socket.close();
  });

  test('close before opened rejects opened with a SocketError, and resolves closed', async () => {
    const host = new Host();
    hosts.push(host);
    host.listen({ port: 7 });
    const socket = webSockets(host).connect('127.0.0.1:7');
    await socket.close();
    await expect(socket.opened).rejects.toThrow(/^SocketError: the socket was closed/);
    await socket.closed;
    expect(host.connections).toEqual([]);
  });

  test('a reset rejects closed and errors both streams', async () => {
    const { socket, peer } = await pair();
    const reading = socket.readable.getReader().read();
    peer.abort();
    await expect(reading).rejects.toThrow(/^SocketError: read ECONNRESET/);
    await expect(socket.closed).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(socket.writable.getWriter().write(encode('x'))).rejects.toThrow(SocketError);
  });

  test('abort of the writable is a RST, also while a write waits for a peer that does not read', async () => {
    const { socket, peer } = await pair();
    const writer = socket.writable.getWriter();
    void writer.write(new Uint8Array(10_000_000)).catch(() => {});
    await writer.abort(new Error('enough')).catch(() => {});
    await expect(peer.closed).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(socket.closed).rejects.toThrow(SocketError);
  });

  test('who cancels the readable can go on writing', async () => {
    const { socket, peer } = await pair({ allowHalfOpen: true });
    await socket.readable.cancel();
    await peer.write(new Uint8Array(1_000_000));
    const writer = socket.writable.getWriter();
    await writer.write(encode('still'));
    void writer.close();
    expect(await text(peer)).toBe('still');
  });

  test('a BYOB reader gets octets in its own memory, and the end', async () => {
    const { socket, peer } = await pair();
    const reader = socket.readable.getReader({ mode: 'byob' });
    const reading = reader.read(new Uint8Array(16));
    await peer.write(encode('four'));
    expect(new TextDecoder().decode((await reading).value)).toBe('four');
    void peer.end();
    expect((await reader.read(new Uint8Array(16))).done).toBe(true);
  });

  test('a chunk that is no octets is a TypeError, and the connection is not left half used', async () => {
    const { socket } = await pair();
    await expect(socket.writable.getWriter().write('text' as never)).rejects.toThrow(TypeError);
  });
});
