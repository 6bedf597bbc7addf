import { describe, expect, it } from 'vitest';
import { Memory } from '../../wire/index.ts';
import type { Connection, ConnectionHandler } from '../index.ts';
import {
  codeOf,
  Net,
  octets,
  openPair,
  RawPort,
  readAll,
  sendAndEnd,
  tcpPacket,
  thrown,
} from '../testing.ts';

describe('reading', () => {
  it('several reads are answered in order, each with what there is and at most its max', async () => {
    const { net, c, s } = await openPair();
    const reads = Promise.all([s.read(3), s.read(2), s.read(), s.read()]);
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    await net.run(c.write(octets(5, 10)));
    const [first, second, third, fourth] = await net.run(reads);
    expect([first, second, third, fourth]).toEqual([octets(3), octets(2, 3), octets(5, 5), octets(5, 10)]);
  });

  it('read, take, readInto and discard take from one stream; take and readInto never wait', async () => {
    const { net, c, s } = await openPair();
    expect([s.take(), s.readInto(new Uint8Array(5)), s.discard()]).toEqual([null, 0, 0]);
    await net.run(c.write(octets(100)));
    await net.pass(100_000);
    expect(s.readableLength).toBe(100);
    expect(s.take(10)).toEqual(octets(10));
    const into = new Uint8Array(5);
    expect([s.readInto(into), into]).toEqual([5, octets(5, 10)]);
    expect(s.discard(5)).toBe(5);
    expect(await s.read(7)).toEqual(octets(7, 20));
    expect([s.readableLength, s.take()?.length, s.readableLength]).toEqual([73, 73, 0]);
  });

  it('a max that asks for nothing is refused', async () => {
    const { s } = await openPair();
    for (const max of [0, Number.NaN, 1.5]) expect(await codeOf(s.read(max))).toBe('ERR_OUT_OF_RANGE');
  });

  it('a RST flushes what was not read, unless the handler keeps it: then it comes before the error', async () => {
    for (const keepsUnread of [false, true]) {
      const { net, c, s } = await openPair();
      s.handler = { keepsUnread };
      await net.run(c.write(octets(10)));
      await net.pass(100_000);
      c.abort();
      await net.pass(100_000);
      expect([s.ended, s.take(4), s.take(), s.take()]).toEqual(
        keepsUnread ? [true, octets(4), octets(6, 4), null] : [true, null, null, null],
      );
      expect(await codeOf(s.read())).toBe('ECONNRESET');
    }
  });

  it("null after the peer's FIN, again and again, once everything was read; the iterator ends", async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    void c.end();
    await net.pass(100_000);
    expect([s.eof, s.state]).toEqual([false, 'CLOSE-WAIT']);
    expect(await net.run(readAll(s))).toEqual(octets(10));
    expect([await s.read(), await s.read(), s.eof]).toEqual([null, null, true]);
  });

  it('what was not read when both directions ended in order can still be read, and is not in the Memory', async () => {
    const { net, c, s } = await openPair();
    await net.run(s.write(octets(1000)));
    void s.end();
    void c.end();
    await net.run(Promise.all([c.closed, s.closed]));
    expect([c.ended, c.readableLength, c.eof]).toEqual([true, 1000, false]);
    await net.rest();
    expect(net.memory.used).toBe(0);
    expect(c.take(10)).toEqual(octets(10));
    expect(await c.read()).toEqual(octets(990, 10));
    expect([await c.read(), c.eof, c.take()]).toEqual([null, true, null]);
  });

  it('close and abort throw away what was left to read after the end', async () => {
    for (const how of ['close', 'abort'] as const) {
      const { net, c, s } = await openPair();
      await net.run(s.write(octets(1000)));
      void s.end();
      void c.end();
      await net.run(c.closed);
      c[how]();
      expect(c.readableLength).toBe(0);
    }
  });

  it('a reset after the FIN, with octets unread, is an error and not the end of the stream', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    void c.end().catch(() => {});
    await net.pass(100_000);
    expect(s.state).toBe('CLOSE-WAIT');
    void s.write(octets(10)); // unread at the other end: its close resets
    await net.pass(100_000);
    c.close();
    await net.pass(100_000);
    expect([s.state, s.eof, await codeOf(s.read()), await codeOf(s.closed)]).toEqual([
      'CLOSED',
      false,
      'ECONNRESET',
      'ECONNRESET',
    ]);
  });

  it('a reset after the FIN, with everything read, leaves the end of the stream what it was', async () => {
    const { net, c, s } = await openPair();
    void c.end().catch(() => {});
    await net.pass(100_000);
    expect(await s.read()).toBeNull();
    c.abort();
    await net.pass(100_000);
    expect([await s.read(), await codeOf(s.write(octets(1)))]).toEqual([null, 'ECONNRESET']);
  });
});

describe('writing', () => {
  it('write resolves when the last octet is in the send buffer: backpressure', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 1000, receiveBuffer: 1000 } });
    let done = false;
    const writing = c.write(octets(5000)).then(() => {
      done = true;
    });
    await net.pass(1_000_000);
    expect([done, s.readableLength, c.writableLength]).toEqual([false, 1000, 0]);
    s.discard();
    await net.pass(3_000_000);
    s.discard();
    await net.pass(3_000_000);
    s.discard();
    await net.run(writing);
    expect(done).toBe(true);
  });

  it('several writes go out in order', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 700, receiveBuffer: 500 } });
    const writes = [];
    for (let i = 0; i < 20; i++) writes.push(c.write(octets(100, 100 * i)));
    const all = readAll(s);
    void c.end();
    expect(await net.run(all)).toEqual(octets(2000));
    await Promise.all(writes);
  });

  it('offer takes what fits, and writable comes when there is room again', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, { tcp: { sendBuffer: 1000 } });
    let received = 0;
    b.listen({ port: 80, handler: { readable: (s) => void (received += s.discard()) } });
    let sent = 0;
    const more = (c: Connection): void => {
      for (let n = 1; n > 0 && sent < 10_000; ) sent += n = c.offer(octets(Math.min(700, 10_000 - sent)));
    };
    a.open({ address: '10.0.0.2', port: 80, handler: { open: more, writable: more } });
    await net.pass(2_000_000);
    expect([sent, received]).toEqual([10_000, 10_000]);
  });

  it('writable comes, too, when an offer has taken exactly the room there was: who looks at writableLength never offers too much', async () => {
    const net = new Net();
    const { a, b } = net.pair({}, { tcp: { sendBuffer: 1000 } });
    const listener = b.listen({ port: 80 });
    let left = 5000;
    const fill = (c: Connection) => {
      while (left > 0 && c.writableLength > 0) left -= c.offer(octets(Math.min(left, c.writableLength)));
      if (left === 0) void c.end();
    };
    a.open({ address: '10.0.0.2', port: 80, handler: { open: fill, writable: fill } });
    const s = await net.run(listener.accept());
    expect((await net.run(readAll(s))).length).toBe(5000);
  });

  it('an echo that offers what there is room for loses nothing and never stands still, whichever callback fills the buffer', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, {}, { tcp: { sendBuffer: 8192 } });
    const buffer = new Uint8Array(4096);
    const echo = (s: Connection): void => {
      while (s.readableLength > 0) {
        const room = Math.min(buffer.length, s.writableLength);
        if (room === 0) return; // nothing is offered now: `writable` has been promised
        s.offer(buffer.subarray(0, s.readInto(buffer.subarray(0, room))));
      }
      if (s.eof) s.close();
    };
    b.listen({ port: 7, handler: { readable: echo, writable: echo } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 7 }));
    const sent = octets(100_000);
    sendAndEnd(c, sent);
    expect(await net.run(readAll(c))).toEqual(sent);
  });

  it('EPIPE from write after end, offer takes nothing; reading goes on (half-closed)', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.end());
    expect(await codeOf(c.write(octets(1)))).toBe('EPIPE');
    expect([c.offer(octets(1)), c.writableLength, c.state]).toEqual([0, 0, 'FIN-WAIT-2']);
    await net.run(s.write(octets(5000)));
    void s.end();
    expect(await net.run(readAll(c))).toEqual(octets(5000));
  });

  it('writes that wait go before the FIN of end', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 500 } });
    const write = c.write(octets(3000));
    const end = c.end();
    expect(await codeOf(c.write(octets(1)))).toBe('EPIPE');
    expect(await net.run(readAll(s))).toEqual(octets(3000));
    await net.run(Promise.all([write, end]));
  });

  it('writes that wait go before the FIN of close', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 500 } });
    const write = c.write(octets(3000));
    c.close();
    expect(await net.run(readAll(s))).toEqual(octets(3000));
    s.close();
    await net.run(Promise.all([write, c.closed, s.closed]));
  });

  it('an empty write succeeds', async () => {
    const { net, c } = await openPair();
    await net.run(c.write(new Uint8Array(0)));
  });

  it('ENOBUFS when the Memory is full and nothing is under way that could free some', async () => {
    const net = new Net();
    const small = new Memory({ initial: 16 * 1024, max: 16 * 1024 });
    const { a, b } = net.pair({ delayUs: 1000 }, { memory: small });
    b.listen({ port: 80, handler: {} });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const taken: number[] = [];
    for (let off = small.alloc(64); off !== 0; off = small.alloc(64)) taken.push(off);
    expect(await codeOf(c.write(octets(3000)))).toBe('ENOBUFS');
    expect(c.offer(octets(10))).toBe(0);
    for (const off of taken) small.free(off, 64);
    c.abort();
  });

  it('an offer that found no Memory is told when there is some again, although nothing of it was under way', async () => {
    const net = new Net();
    const small = new Memory({ initial: 16 * 1024, max: 16 * 1024 });
    const { a, b } = net.pair({ delayUs: 1000 }, { memory: small });
    b.listen({ port: 80, handler: { readable: (s) => void s.discard() } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const taken: number[] = [];
    for (let off = small.alloc(64); off !== 0; off = small.alloc(64)) taken.push(off);
    const offers: number[] = [];
    c.handler = { writable: (it) => void offers.push(it.offer(octets(10))) };
    expect([c.offer(octets(10)), c.offer(octets(10))]).toEqual([0, 0]);
    await net.pass(1_050_000);
    expect(offers).toEqual(new Array(10).fill(0));
    for (const off of taken) small.free(off, 64);
    await net.pass(100_000);
    expect(offers).toEqual([...new Array(10).fill(0), 10]);
    c.abort();
    await net.rest();
  });

  it('a ring as large as before is no must: what fits the Memory is enough', async () => {
    const net = new Net();
    const small = new Memory({ initial: 64 * 1024, max: 64 * 1024 });
    const { a, b } = net.pair({ delayUs: 1000 }, { memory: small });
    b.listen({ port: 80, handler: { readable: (s) => void s.discard() } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.run(c.write(octets(16_000)));
    await net.pass(1_000_000); // acknowledged: the ring of 16 KiB is gone, and no block is as large any more
    const taken: number[] = [];
    for (let off = small.alloc(16_384); off !== 0; off = small.alloc(16_384)) taken.push(off);
    await net.run(c.write(octets(100)));
    for (const off of taken) small.free(off, 16_384);
    await net.run(c.end());
    c.abort();
    await net.rest();
    expect(small.used).toBe(0);
  });
});

describe('ending', () => {
  it('end resolves when the FIN is acknowledged; closed when both directions have ended', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.end());
    expect([c.state, s.state, c.ended]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT', false]);
    await net.run(Promise.all([s.end(), c.closed, s.closed]));
    expect([c.state, s.state, c.ended, s.ended]).toEqual(['TIME-WAIT', 'CLOSED', true, true]);
    await net.run(Promise.all([c.end(), c.closed, s.end(), s.closed])); // again, and after the fact
  });

  it('end while opening waits for ESTABLISHED: what was written arrives', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 });
    const listener = b.listen({ port: 80 });
    const c = a.open({ address: '10.0.0.2', port: 80 });
    const write = c.write(octets(10));
    const end = c.end();
    const s = await net.run(listener.accept());
    expect(await net.run(readAll(s))).toEqual(octets(10));
    s.close();
    await net.run(Promise.all([write, end, c.opened, c.closed]));
  });

  it('close while opening, after a write, waits likewise; without one the attempt is given up', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 });
    const listener = b.listen({ port: 80 });
    const c = a.open({ address: '10.0.0.2', port: 80 });
    await net.run(c.write(octets(10)));
    c.close();
    const s = await net.run(listener.accept());
    expect(await net.run(readAll(s))).toEqual(octets(10));
    s.close();
    await net.run(c.closed);

    const d = a.open({ address: '10.0.0.2', port: 80 });
    const ended = d.opened;
    d.close();
    expect([await codeOf(ended), d.state, await codeOf(d.end())]).toEqual([
      'ECONNABORTED',
      'CLOSED',
      'ECONNABORTED',
    ]);
  });

  it('a RST in LAST-ACK is no error of the connection; only who waits for the ACK of the FIN is told', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.end());
    const ended = s.end();
    c.abort();
    await net.pass(100_000);
    expect([s.state, s.error, await codeOf(ended)]).toEqual(['CLOSED', null, 'ECONNRESET']);
    expect(await s.closed).toBeUndefined();
    expect(await s.read()).toBeNull();
  });

  it('close with octets unread sends a RST (SHLD-3): ECONNRESET there, ECONNABORTED here', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    s.close();
    await net.pass(100_000);
    expect([await codeOf(c.closed), await codeOf(c.read()), await codeOf(c.write(octets(1)))]).toEqual([
      'ECONNRESET',
      'ECONNRESET',
      'ECONNRESET',
    ]);
    expect(await codeOf(s.closed)).toBe('ECONNABORTED');
  });

  it('text that comes after close is answered by a RST (SHLD-3)', async () => {
    const { net, c, s } = await openPair();
    s.close();
    await net.pass(100_000);
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    expect(await codeOf(c.closed)).toBe('ECONNRESET');
  });

  it('abort: pending reads, writes, end and closed reject with ECONNABORTED; the peer is reset', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 100, receiveBuffer: 100 } });
    const pending = [c.read(), c.read(), c.write(octets(1000)), c.write(octets(1)), c.end(), c.closed];
    const theirs = [s.closed];
    c.abort();
    expect(await Promise.all(pending.map(codeOf))).toEqual(new Array(6).fill('ECONNABORTED'));
    await net.pass(100_000);
    expect(await Promise.all(theirs.map(codeOf))).toEqual(['ECONNRESET']);
    c.abort(); // again does nothing
    c.close();
    expect([c.error?.code, s.error?.code, c.take(), c.offer(octets(1))]).toEqual([
      'ECONNABORTED',
      'ECONNRESET',
      null,
      0,
    ]);
  });

  it('ETIMEDOUT when the peer is gone: R2 (MUST-20), or USER TIMEOUT (MUST-21)', async () => {
    const { net, a, c, b, s } = await openPair();
    for (const host of [a, b]) host.interfaces[1]?.attach(null);
    c.setUserTimeout(5000);
    const start = net.world.now();
    await net.run(c.write(octets(1)));
    expect(await net.run(codeOf(c.closed))).toBe('ETIMEDOUT');
    expect((net.world.now() - start) / 1e6).toBeCloseTo(5, 0);
    await net.run(s.write(octets(1)));
    const since = net.world.now();
    expect(await net.run(codeOf(s.closed))).toBe('ETIMEDOUT');
    expect((net.world.now() - since) / 1000).toBeGreaterThan(100_000); // SHLD-11
  });

  it('a USER TIMEOUT that is no time is refused', async () => {
    const { c } = await openPair();
    for (const ms of [-1, 0.5, Number.NaN, 2 ** 31])
      expect(thrown(() => c.setUserTimeout(ms))).toBe('RangeError');
  });
});

describe('callbacks', () => {
  function record(log: string[], name: string): ConnectionHandler {
    return {
      open: () => void log.push(`${name} open`),
      readable: (c) => void log.push(`${name} readable ${c.take()?.length ?? (c.eof ? 'eof' : 'nothing')}`),
      close: (_, error) => void log.push(`${name} close ${error?.code ?? 'in order'}`),
    };
  }

  it('open, readable, close come in order, at both ends', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    const log: string[] = [];
    b.listen({
      port: 80,
      handler: {
        ...record(log, 's'),
        readable: (s) => {
          log.push(`s readable ${s.take()?.length ?? 'eof'}`);
          if (s.eof) s.close();
        },
      },
    });
    const c = a.open({ address: '10.0.0.2', port: 80, handler: record(log, 'c') });
    await net.run(c.write(octets(10)));
    void c.end();
    await net.rest();
    expect(log).toEqual([
      'c open',
      's open',
      's readable 10',
      's readable eof',
      'c readable eof',
      'c close in order',
      's close in order',
    ]);
  });

  it('after close nothing else is called: abort inside open, inside readable', async () => {
    for (const where of ['open', 'readable'] as const) {
      const net = new Net();
      const { b } = net.pair();
      const log: string[] = [];
      const handler = record(log, 's');
      const plain = handler[where];
      let last: Connection | null = null;
      handler[where] = (s: Connection) => {
        last = s;
        plain?.(s);
        s.abort();
      };
      handler.urgent = () => void log.push('s urgent');
      b.listen({ port: 80, handler });
      // One segment completes the handshake, brings text and a FIN: three reasons for a callback at once.
      const wire = new RawPort(net, b);
      wire.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: 2, seq: 100 }));
      const [answer] = wire.takeSegments();
      wire.send(
        tcpPacket(net, '10.0.0.1', '10.0.0.2', {
          from: 9,
          to: 80,
          ctl: 0x31,
          up: 10,
          seq: 101,
          ack: (answer?.seq ?? 0) + 1,
          text: octets(10),
        }),
      );
      expect(log.at(-1)).toBe('s close ECONNABORTED');
      expect(log.filter((line) => line.includes('close')).length).toBe(1);
      if (where === 'open') expect(log).toEqual(['s open', 's close ECONNABORTED']);
      else expect(log).toEqual(['s open', 's urgent', 's readable 10', 's close ECONNABORTED']);
      expect(last).toMatchObject({ ended: true, eof: where === 'readable' });
    }
  });

  it('end, close, write, connect and listen can be called inside callbacks', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const log: string[] = [];
    b.listen({
      port: 80,
      handler: {
        open: (s) => {
          b.listen({ port: 81, handler: record(log, 'second') });
          s.offer(octets(3));
          void s.end();
        },
      },
    });
    a.open({
      address: '10.0.0.2',
      port: 80,
      handler: {
        readable: (c) => {
          log.push(`first readable ${c.take()?.length ?? 'eof'}`);
          if (!c.eof) return;
          c.close();
          const d = a.open({ address: '10.0.0.2', port: 81, handler: record(log, 'client') });
          void d.write(octets(4)).then(() => d.end());
        },
      },
    });
    await net.rest();
    expect(log).toEqual([
      'first readable 3',
      'first readable eof',
      'client open',
      'second open',
      'second readable 4',
      'second readable eof',
    ]);
  });

  it('what a callback throws does not stop the stack, and is an unhandled rejection', async () => {
    const { process } = globalThis;
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const caught: unknown[] = [];
    const note = (error: unknown): void => void caught.push(error);
    process.on('unhandledRejection', note);
    try {
      const net = new Net();
      const { a, b } = net.pair({ delayUs: 1000 });
      const handler: ConnectionHandler = {
        open() {
          throw new Error('open');
        },
        readable(s) {
          s.discard();
          throw new Error('readable');
        },
        close() {
          throw new Error('close');
        },
      };
      b.listen({ port: 80, handler });
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      await net.run(c.write(octets(10)));
      await net.pass(100_000);
      c.abort();
      await net.rest();
    } finally {
      process.off('unhandledRejection', note);
      for (const l of listeners) process.on('unhandledRejection', l);
    }
    expect(caught.map((e) => (e as Error).message)).toEqual(['open', 'readable', 'close']);
  });

  it('R1 and soft errors are told while the connection goes on (MUST-47, SHLD-9)', async () => {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 1000 });
    b.listen({ port: 80, handler: { readable: (s) => void s.discard() } });
    const troubles: string[] = [];
    const c = await net.run(
      a.connect({
        address: '10.0.0.2',
        port: 80,
        handler: { trouble: (_, error) => void troubles.push(error.code) },
      }),
    );
    wire.partition(true);
    await net.run(c.write(octets(1)));
    await net.pass(5_000_000);
    expect(troubles).toEqual(['ETIMEDOUT']);
    wire.partition(false);
    await net.pass(20_000_000);
    expect([c.info().unackedBytes, c.state, c.softError]).toEqual([0, 'ESTABLISHED', null]);
  });

  it('urgent data is told at once, and how much of it remains (MUST-32, MUST-33)', async () => {
    const { net, c, s } = await openPair();
    let told = 0;
    s.handler = { urgent: () => void told++ };
    await net.run(c.write(octets(10), { urgent: true }));
    await net.pass(100_000);
    expect([told, s.urgentLength]).toEqual([1, 10]);
    s.discard(4);
    expect(s.urgentLength).toBe(6);
    s.discard();
    expect(s.urgentLength).toBe(0);
  });
});

describe('settings and STATUS', () => {
  it('info names both sockets, the state, what waits in the buffers and what they hold', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    expect(c.info()).toMatchObject({
      local: { address: '10.0.0.1', port: c.localPort },
      remote: { address: '10.0.0.2', port: 80 },
      state: 'ESTABLISHED',
      unackedBytes: 0,
      rttUs: expect.any(Number),
      bufferBytes: 0,
    });
    expect(s.info()).toMatchObject({ unreadBytes: 10, remote: { port: c.localPort } });
    expect(s.info().bufferBytes).toBeGreaterThan(0);
    s.discard();
    expect(s.info().bufferBytes).toBe(0); // an idle connection holds no buffer
  });

  it('Nagle can be turned off (MUST-17), a cork holds back until it is taken out', async () => {
    const { net, a, c } = await openPair();
    const sent: number[] = [];
    a.tap = { segmentOut: (_, seg) => void (seg.textLen > 0 && sent.push(seg.textLen)) };
    await net.run(c.write(octets(10)));
    await net.run(c.write(octets(11)));
    expect(sent).toEqual([10]);
    c.setNoDelay();
    expect(sent).toEqual([10, 11]);
    c.cork();
    await net.run(c.write(octets(12)));
    await net.run(c.write(octets(13)));
    expect(sent).toEqual([10, 11]);
    c.uncork();
    expect(sent).toEqual([10, 11, 25]);
  });

  it('keep-alives are off by default (MUST-25) and end a connection whose peer is gone (MUST-24)', async () => {
    const { net, a, b, c, s } = await openPair({
      tcp: { keepAliveIdleMs: 10_000, keepAliveIntervalMs: 1000, keepAliveCount: 3 },
    });
    c.setKeepAlive();
    await net.pass(60_000_000);
    expect(c.state).toBe('ESTABLISHED');
    for (const host of [a, b]) host.interfaces[1]?.attach(null);
    expect(await net.run(codeOf(c.closed))).toBe('ETIMEDOUT');
    expect(s.state).toBe('ESTABLISHED');
  });
});
