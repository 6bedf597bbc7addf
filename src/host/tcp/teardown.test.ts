// How connections, listeners and sockets are let go: `await using`, and leaving a loop over them.

import { describe, expect, it } from 'vitest';
import { codeOf, type OpenPair, octets, openPair, readAll } from '../testing.ts';

async function connected(buffer = 65_536): Promise<OpenPair & { cut(): void }> {
  const pair = await openPair({ tcp: { sendBuffer: buffer, receiveBuffer: buffer } });
  return { ...pair, cut: () => pair.wire.partition(true) };
}

describe('await using of a connection', () => {
  it('delivers what was written, octets unread or not, and ends when the peer has acknowledged it', async () => {
    const { net, c, s } = await connected();
    await net.run(s.write(octets(5))); // unread: `close` alone would reset at once (SHLD-3)
    await net.pass(100_000);
    const block = (async () => {
      await using it = c;
      await it.write(octets(3000));
    })();
    const got = await net.run(Promise.all([block, s.read(3000)]));
    expect((got[1] as Uint8Array).length).toBeGreaterThan(0);
    expect([c.ended, s.error]).toEqual([true, null]); // the FIN was acknowledged; then the unread octets reset
    await net.pass(100_000);
    expect(s.error?.code).toBe('ECONNRESET');
  });

  it('ends in order with a peer that ends, too', async () => {
    const { net, c, s } = await connected();
    const all = readAll(s).then(() => s.end());
    await net.run(c[Symbol.asyncDispose]());
    await net.run(Promise.all([all, c.closed, s.closed]));
    expect([c.state, c.error]).toEqual(['TIME-WAIT', null]);
  });

  it('does not wait for ever: a peer that acknowledges nothing is aborted after 60 s; it never rejects', async () => {
    const { net, c, cut } = await connected();
    cut();
    await net.run(c.write(octets(10)));
    const start = net.world.now();
    await net.run(c[Symbol.asyncDispose]());
    expect([(net.world.now() - start) / 1e6, c.error?.code]).toEqual([60, 'ECONNABORTED']);
    await net.run(c[Symbol.asyncDispose]()); // again does nothing
  });

  it('of one that is still opening gives up, or waits for what was written', async () => {
    const { net, a, listener } = await connected();
    const d = a.open({ address: '10.0.0.2', port: 80 });
    const opened = codeOf(d.opened);
    await d[Symbol.asyncDispose]();
    expect([await opened, d.state]).toEqual(['ECONNABORTED', 'CLOSED']);
    const e = a.open({ address: '10.0.0.2', port: 80 });
    await net.run(e.write(octets(10)));
    const done = e[Symbol.asyncDispose]();
    const s = await net.run(listener.accept());
    expect(await net.run(s.read())).toEqual(octets(10));
    await net.run(done);
  });

  it('of one that broke does nothing', async () => {
    const { net, c, s } = await connected();
    s.abort();
    await net.pass(100_000);
    await c[Symbol.asyncDispose]();
    expect(c.error?.code).toBe('ECONNRESET');
  });
});

describe('leaving a loop', () => {
  it('over a connection closes it: by break, by return, by throw', async () => {
    for (const how of ['break', 'return', 'throw']) {
      const { net, c, s } = await connected();
      await net.run(c.write(octets(10)));
      const loop = (async () => {
        for await (const chunk of s) {
          if (how === 'break') break;
          if (how === 'return') return chunk.length;
          throw new Error('mine');
        }
        return 0;
      })().catch((e: Error) => e.message);
      expect([how, await net.run(loop)]).toEqual([how, { break: 0, return: 10, throw: 'mine' }[how]]);
      expect([s.state, await codeOf(s.read()), await codeOf(s.write(octets(1)))]).toEqual([
        'FIN-WAIT-1',
        'ECONNABORTED',
        'EPIPE',
      ]);
    }
  });

  it('over a connection at the end of the stream leaves it half-closed: there is still to write', async () => {
    const { net, c, s } = await connected();
    void c.end();
    expect(await net.run(readAll(s))).toEqual(new Uint8Array(0));
    expect(s.state).toBe('CLOSE-WAIT');
    await net.run(s.write(octets(10)));
  });

  it('over a listener closes it; what was accepted lives on, what was not is reset', async () => {
    const { net, a, listener } = await connected();
    const loop = (async () => {
      for await (const s of listener) return s;
    })();
    const d = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(loop);
    expect([listener.closed, s?.remotePort, s?.state]).toEqual([true, d.localPort, 'ESTABLISHED']);
    expect(await net.run(codeOf(a.connect({ address: '10.0.0.2', port: 80 })))).toBe('ECONNREFUSED');
  });

  it('over the datagrams of a socket closes it', async () => {
    const { net, a, b } = await connected();
    const socket = b.udp({ port: 53 });
    const loop = (async () => {
      let n = 0;
      for await (const m of socket) if (++n === 2) return m.data.length;
    })();
    for (const n of [1, 2, 3]) a.udp().send(octets(n), '10.0.0.2', 53);
    expect([await net.run(loop), socket.info().closed]).toEqual([2, true]);
  });
});

it('await using of a listener and of a socket closes them', async () => {
  const { a, b } = await connected();
  {
    await using listener = b.listen({ port: 81 });
    await using socket = a.udp({ port: 53 });
    expect([listener.closed, socket.info().closed]).toEqual([false, false]);
  }
  b.listen({ port: 81 });
  a.udp({ port: 53 });
});

describe('close of a host, what its connections are told', () => {
  /** Two connections of a host whose users want to know: one is open, one still opening. */
  async function two() {
    const { net, a, wire } = await openPair();
    const told: string[] = [];
    const handler = (name: string) => ({ closing: () => void told.push(name) });
    const open = a.open({ address: '10.0.0.2', port: 80, handler: handler('open') });
    await net.run(open.opened);
    wire.partition(true);
    const opening = a.open({ address: '10.0.0.2', port: 80, handler: handler('opening') });
    const failed = codeOf(opening.opened);
    return { net, a, open, opening, failed, told };
  }

  it('one that is open is told to finish, one that is opening is aborted at once', async () => {
    const { net, a, open, opening, failed, told } = await two();
    const start = net.world.now();
    const closing = a.close({ timeoutMs: 5000 });
    await failed;
    expect([told, opening.state, open.ended]).toEqual([['open'], 'CLOSED', false]);
    await net.run(closing);
    expect([(net.world.now() - start) / 1e6, open.state]).toEqual([5, 'CLOSED']);
  });

  it('without time nobody is told: all are aborted at once', async () => {
    const { net, a, open, opening, told } = await two();
    const start = net.world.now();
    await net.run(a.close({ timeoutMs: 0 }));
    expect([told, open.state, opening.state, net.world.now() - start]).toEqual([[], 'CLOSED', 'CLOSED', 0]);
  });
});
