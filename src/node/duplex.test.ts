// A connection as a net.Socket, and as a Duplex where there is none: what users of net.Socket expect of both, and HTTP
// over them from both sides.

import http from 'node:http';
import { Socket as NodeSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import type { Connection, Host } from '../host/index.ts';
import { Net, octets } from '../host/testing.ts';
import { netOf } from '../socket/node/index.ts';
import { ConnectionDuplex, toDuplex } from './duplex.ts';

type Socket = ReturnType<typeof toDuplex>;

/** Both kinds: that of Node, and that of runtimes without a JSStream. */
const KINDS: readonly (readonly [string, typeof toDuplex])[] = [
  ['a net.Socket', toDuplex],
  ['a Duplex', (c, options) => new ConnectionDuplex(c, options) as unknown as Socket],
];

interface Case {
  net: Net;
  a: Host;
  b: Host;
  c: Connection;
  s: Connection;
  socket: Socket;
  peer: Socket;
  log: string[];
  cut(): void;
}

function note(socket: Socket, name: string, log: string[]): void {
  for (const event of ['connect', 'ready', 'end', 'finish', 'timeout'])
    socket.on(event, () => log.push(`${name} ${event}`));
  socket.on('error', (error: Error & { code?: string }) => log.push(`${name} error ${error.code}`));
  socket.on('close', (failed: boolean) => log.push(`${name} close ${failed}`));
}

describe.each(KINDS)('as %s', (_kind, toSocket) => {
  async function connected(options = {}): Promise<Case> {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: 'fd00::2', port: 80, localPort: 50_000 }));
    const s = await net.run(listener.accept());
    const log: string[] = [];
    const socket = toSocket(c, options);
    note(socket, 'c', log);
    const peer = toSocket(s, options).on('error', () => {});
    return { net, a, b, c, s, socket, peer, log, cut: () => wire.partition(true) };
  }

  describe('events', () => {
    it('of a connection that opens: connect, ready; what was written before goes first', async () => {
      const net = new Net();
      const { a, b } = net.pair({ delayUs: 1000 });
      const listener = b.listen({ port: 80 });
      const socket = toSocket(a.open({ address: '10.0.0.2', port: 80 }));
      const log: string[] = [];
      note(socket, 'c', log);
      expect([socket.connecting, socket.pending, socket.readyState, socket.remoteAddress]).toEqual([
        true,
        true,
        'opening',
        undefined,
      ]);
      socket.write('hello');
      const s = await net.run(listener.accept());
      expect(await net.run(s.read())).toEqual(new TextEncoder().encode('hello'));
      expect([log, socket.connecting, socket.readyState, socket.remoteAddress]).toEqual([
        ['c connect', 'c ready'],
        false,
        'open',
        '10.0.0.2',
      ]);
    });

    it('of an attempt that fails: error, close with true; the code is Node’s', async () => {
      const net = new Net();
      const { a } = net.pair({ delayUs: 1000 });
      const socket = toSocket(a.open({ address: '10.0.0.2', port: 80 }));
      const log: string[] = [];
      note(socket, 'c', log);
      await net.pass(100_000);
      expect(log).toEqual(['c error ECONNREFUSED', 'c close true']);
      expect(socket.errored).toMatchObject({ syscall: 'connect', address: '10.0.0.2', port: 80 });
    });

    it('of an orderly end: end, finish, close with false; the other side ends with it', async () => {
      const { net, socket, peer, log, c, s } = await connected();
      let got = ''; // not by `text`: Node's own iterator destroys a net.Socket when it has read the end
      socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
      socket.write('ping');
      peer.end('pong');
      peer.resume();
      await net.run(Promise.all([c.closed, s.closed]));
      await net.pass(100_000);
      expect([got, log]).toEqual(['pong', ['c end', 'c finish', 'c close false']]);
    });

    it('of a reset: error ECONNRESET, also when nobody reads; resetAndDestroy makes one, without an error here', async () => {
      const { net, socket, peer, log } = await connected();
      const there: string[] = [];
      note(peer, 's', there);
      expect(peer.resetAndDestroy()).toBe(peer);
      await net.pass(100_000);
      expect([log, there]).toEqual([['c error ECONNRESET', 'c close true'], ['s close false']]);
      expect(socket.destroyed).toBe(true);
    });

    it('allowHalfOpen: the end of the peer leaves the other direction open', async () => {
      const { net, socket, peer, s } = await connected({ allowHalfOpen: true });
      socket.resume();
      peer.end();
      await net.pass(100_000);
      expect([socket.readableEnded, socket.writable, socket.readyState]).toEqual([true, true, 'writeOnly']);
      socket.end('late');
      expect(await net.run(text(peer))).toBe('late');
      await net.run(s.closed);
    });

    it('destroy delivers what was handed over; a write that waits in the stream is dropped, as in Node', async () => {
      const { net, socket, peer, log } = await connected();
      socket.write('last words');
      socket.destroy();
      expect(await net.run(text(peer))).toBe('last words');
      expect([log, socket.readyState]).toEqual([['c close false'], 'closed']);
    });

    it('destroySoon ends first', async () => {
      const { net, socket, peer, log } = await connected();
      socket.write(octets(200_000));
      socket.destroySoon();
      let n = 0;
      peer.on('data', (chunk: Buffer) => (n += chunk.length));
      await net.pass(2_000_000);
      expect([n, log]).toEqual([200_000, ['c finish', 'c close false']]);
    });
  });

  it('backpressure: write says false, drain comes; a socket that is paused closes the window', async () => {
    const { net, c, socket, peer } = await connected();
    let sent = 0;
    while (socket.write(octets(10_000))) sent += 10_000;
    await net.pass(10_000_000);
    let drained = false;
    socket.on('drain', () => (drained = true));
    for (let i = 0; i < 200; i++) socket.write(octets(10_000));
    await net.pass(10_000_000);
    expect([drained, c.info().sndWnd]).toEqual([false, 0]);
    let n = 0;
    peer.on('data', (chunk: Buffer) => (n += chunk.length));
    await net.pass(30_000_000);
    expect([n, drained, socket.bytesWritten, peer.bytesRead]).toEqual([sent + 2_010_000, true, n, n]);
  });

  it('names, counters and settings are those of net.Socket', async () => {
    const { net, socket, peer, c } = await connected();
    expect({
      remoteAddress: socket.remoteAddress,
      remotePort: socket.remotePort,
      remoteFamily: socket.remoteFamily,
      localAddress: socket.localAddress,
      localPort: socket.localPort,
      localFamily: socket.localFamily,
      address: socket.address(),
    }).toEqual({
      remoteAddress: 'fd00::2',
      remotePort: 80,
      remoteFamily: 'IPv6',
      localAddress: 'fd00::1',
      localPort: 50_000,
      localFamily: 'IPv6',
      address: { address: 'fd00::1', family: 'IPv6', port: 50_000 },
    });
    const chained = socket.setNoDelay().setKeepAlive(true, 5000).setTimeout(0).ref().unref();
    expect([chained, c.tcb.noDelay, c.tcb.keepAlive, c.tcb.config.keepAliveIdleMs]).toEqual([
      socket,
      1,
      1,
      5000,
    ]);
    socket.setKeepAlive();
    socket.setNoDelay(false);
    expect([c.tcb.noDelay, c.tcb.keepAlive]).toEqual([0, 0]);
    socket.write('12345');
    expect(socket.bytesWritten).toBe(5);
    await net.run(new Promise((resolve) => peer.once('data', resolve)));
    expect([socket.bytesWritten, peer.bytesRead]).toEqual([5, 5]);
    expect(() => toDuplex(c, { allowHalfopen: true } as object)).toThrow(/did you mean 'allowHalfOpen'/);
  });

  it('setTimeout counts silence in the host’s own time; traffic begins it anew; 0 turns it off', async () => {
    const { net, socket, peer, log } = await connected();
    peer.resume();
    let told = 0;
    const listener = (): void => void told++;
    socket.setTimeout(5000, listener);
    for (let i = 0; i < 3; i++) {
      await net.pass(4_000_000);
      socket.write('x');
    }
    expect(log).toEqual([]);
    await net.pass(5_100_000);
    expect([log, told, socket.destroyed]).toEqual([['c timeout'], 1, false]);
    socket.setTimeout(1000).setTimeout(0);
    await net.pass(60_000_000);
    expect(log).toEqual(['c timeout']);
    for (const ms of [-1, Number.NaN, '5']) expect(() => socket.setTimeout(ms as number)).toThrow();
  });

  it('what is written at once goes out in full segments', async () => {
    const { net, a, socket, peer } = await connected();
    peer.resume();
    const sent: number[] = [];
    a.tap = { segmentOut: (_, seg) => void (seg.textLen > 0 && sent.push(seg.textLen)) };
    socket.cork();
    for (let i = 0; i < 10; i++) socket.write(octets(50));
    socket.uncork();
    await net.pass(100_000);
    expect(sent).toEqual([500]);
  });

  it('pipeline copies a megabyte, both ways at a time', async () => {
    const { net, socket, peer } = await connected();
    const data = Buffer.from(octets(1_000_000));
    const back: Buffer[] = [];
    const all = Promise.all([
      pipeline(peer, peer),
      pipeline([data], socket, async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) back.push(chunk);
      }),
    ]);
    await net.run(all);
    expect(Buffer.concat(back).equals(data)).toBe(true);
  });

  describe('HTTP', () => {
    it('a server of node:http answers connections of a host, keep-alive and half-closed clients too; a client asks through createConnection', async () => {
      const net = new Net();
      const { a, b } = net.pair({ delayUs: 1000 });
      const server = http.createServer((request, response) => {
        text(request).then((body) =>
          response.end(
            `${request.method} ${request.url} ${body.length} from ${request.socket.remoteAddress}`,
          ),
        );
      });
      b.listen({
        port: 80,
        handler: {
          open: (s) => void server.emit('connection', toSocket(s, { allowHalfOpen: true })),
        },
      });
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      let opened = 0;
      const createConnection = (): Socket => {
        opened++;
        return toSocket(a.open({ address: '10.0.0.2', port: 80 }));
      };
      Object.assign(agent, { createConnection });
      const ask = (method: string, path: string, body: string): Promise<string> =>
        new Promise((resolve, reject) => {
          const request = http.request({ agent, method, path, host: 'b' }, (response) => {
            text(response).then(resolve, reject);
          });
          request.on('error', reject);
          request.end(body);
        });
      expect(await net.run(ask('GET', '/', ''))).toBe('GET / 0 from 10.0.0.1');
      expect(await net.run(ask('POST', '/large', 'x'.repeat(300_000)))).toBe(
        'POST /large 300000 from 10.0.0.1',
      );
      expect(opened).toBe(1); // the same connection served both
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      await net.run(c.write(new TextEncoder().encode('GET /half HTTP/1.0\r\n\r\n')));
      void c.end();
      let answer = '';
      const reading = (async () => {
        for await (const chunk of c) answer += new TextDecoder().decode(chunk);
      })();
      await net.run(reading);
      expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n(?:.*\r\n)+GET \/half 0 from 10.0.0.1$/);
      agent.destroy();
      server.closeAllConnections();
    });

    it('a request to a port where nothing listens fails with ECONNREFUSED', async () => {
      const net = new Net();
      const { a } = net.pair({ delayUs: 1000 });
      const failed = new Promise((resolve) => {
        http
          .get({ createConnection: () => toSocket(a.open({ address: '10.0.0.2', port: 81 })) })
          .on('error', resolve);
      });
      expect(await net.run(failed)).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port: 81 });
    });
  });
});

describe('toDuplex', () => {
  it('gives a net.Socket of the host that the connection is on', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const socket = toDuplex(c).on('error', () => {});
    expect([socket instanceof netOf(a).Socket, socket instanceof netOf(b).Socket]).toEqual([true, false]);
    expect([socket instanceof NodeSocket, socket.connection === c]).toEqual([true, true]);
    c.abort();
  });

  it('of an attempt that has failed, or has succeeded, before its socket looked: told all the same', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    b.listen({ port: 80 });
    const log: string[] = [];
    const [bad, good] = [81, 80].map((port) => a.open({ address: '10.0.0.2', port }));
    for (const [name, c] of Object.entries({ bad, good })) {
      const socket = toDuplex(c as Connection);
      note(socket, name, log);
      if (name === 'good') socket.on('ready', () => socket.destroy());
    }
    net.world.runSync(100_000); // nobody else has had a turn
    await net.pass(1000);
    expect(log.sort()).toEqual([
      'bad close true',
      'bad error ECONNREFUSED',
      'good close false',
      'good connect',
      'good ready',
    ]);
  });

  it('destroyed before it looked, it closes the connection', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    b.listen({ port: 80 });
    const c = a.open({ address: '10.0.0.2', port: 80 });
    const log: string[] = [];
    const socket = toDuplex(c);
    note(socket, 'c', log);
    socket.destroy();
    await net.pass(100_000);
    expect([log, c.ended]).toEqual([['c close false'], true]);
  });

  it('what came, and broke, before there was a socket is read, and told', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80, handler: { keepsUnread: true } }));
    const s = await net.run(listener.accept());
    await net.run(s.write(octets(3)));
    await net.pass(10_000);
    s.abort();
    await net.pass(10_000);
    const log: string[] = [];
    const socket = toDuplex(c).on('data', (chunk: Buffer) => log.push(`c data ${chunk.length}`));
    note(socket, 'c', log);
    await net.pass(10_000);
    expect(log).toEqual(['c data 3', 'c error ECONNRESET', 'c close true']);
  });
});
