// RECEIVE in the shapes of today's programs: what a read refuses, how it ends, and the ring behind it.

import { describe, expect, it } from 'vitest';
import { defaultConfig, Tcb } from '../../tcp/index.ts';
import { Memory } from '../../wire/index.ts';
import { codeOf, octets, openPair } from '../testing.ts';
import { Connection } from './connection.ts';
import type { ConnectionOwner } from './connection-types.ts';

describe('a read', () => {
  it('refuses what is no option, and names it', async () => {
    const { s } = await openPair();
    await expect(s.read({ timeout: -1 })).rejects.toThrow(RangeError);
    await expect(s.read({ most: 5 } as object)).rejects.toThrow(TypeError);
    await expect(s.read({ max: 0 })).rejects.toThrow(/read.*max/);
    await expect(s.read(0)).rejects.toThrow(/read.*max/);
  });

  it('takes max as an option, too', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    expect([await s.read({ max: 3 }), await s.read({ timeout: 5 })]).toEqual([octets(3), octets(7, 3)]);
  });

  it('with a signal that was aborted before takes nothing, though there is something', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(10)));
    await net.pass(100_000);
    const reason = new Error('enough');
    await expect(s.read({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(s.readableLength).toBe(10);
  });

  it('that was ended by its signal takes nothing: the next one gets what comes', async () => {
    const { net, c, s } = await openPair();
    const end = new AbortController();
    const ended = codeOf(s.read({ signal: end.signal }));
    const waits = s.read();
    end.abort(Object.assign(new Error(), { code: 'MINE' }));
    expect(await ended).toBe('MINE');
    await net.run(c.write(octets(10)));
    expect(await net.run(waits)).toEqual(octets(10));
  });

  it('that waits, or comes later, is told of close; one that comes after the end of the stream reads that', async () => {
    const { net, c, s } = await openPair();
    const waits = s.read().catch((e: unknown) => e);
    s.close();
    const later = s.read().catch((e: unknown) => e);
    for (const error of await net.run(Promise.all([waits, later]))) {
      expect(error).toMatchObject({ code: 'ECONNABORTED', syscall: 'read' });
    }
    await net.pass(100_000);
    expect(await net.run(c.read())).toBe(null);
    c.close();
    expect(await net.run(c.read())).toBe(null);
  });

  it('after the peer’s FIN gives what came before it, then null', async () => {
    const { net, c, s } = await openPair();
    const reads = [s.read(), s.read(), s.read()];
    await net.run(c.write(octets(10)));
    await net.run(c.end());
    expect(await net.run(Promise.all(reads))).toEqual([octets(10), null, null]);
  });
});

describe('the ring of what was not read', () => {
  /** A connection without a host, whose peer may send up to `edge`. */
  function alone(memory = new Memory(), buf = 100_000): Connection {
    const owner = { memory, pressure: null } as unknown as ConnectionOwner;
    const c = new Connection(owner, new Tcb(defaultConfig));
    c.tcb.rcv.user = c.tcb.rcv.nxt = 1000;
    c.tcb.rcv.edge = 1000 + buf;
    c.tcb.rcv.buf = buf;
    return c;
  }

  it('begins with 2048 octets, or what the text needs, and grows fourfold as long as RCV.BUF is larger', () => {
    const c = alone();
    const sizes: number[] = [];
    for (const bytes of [1, 2048, 2049, 8192, 8193, 32_769]) {
      expect(c.makeRoom(bytes, false)).toBe(true);
      sizes.push(c.rcvRing.capacity);
    }
    expect(sizes).toEqual([2048, 2048, 8192, 8192, 32_768, 131_072]);
    const small = alone(new Memory(), 3000);
    small.makeRoom(1, false);
    small.makeRoom(2049, false);
    expect(small.rcvRing.capacity).toBe(4096);
    const large = alone();
    large.makeRoom(5000, false);
    expect(large.rcvRing.capacity).toBe(8192);
  });

  it('keeps what is in it when it grows', () => {
    const c = alone();
    c.makeRoom(1, false);
    c.rcvRing.write(1000, octets(2048), 0, 2048);
    c.makeRoom(2049, true);
    const got = new Uint8Array(2048);
    c.rcvRing.copyOut(1000, got, 0, 2048);
    expect(got).toEqual(octets(2048));
  });

  it('takes what the text needs, when there is no Memory for more; else nothing', () => {
    const c = alone(new Memory({ initial: 4096, max: 4096 }));
    expect([c.makeRoom(64, false), c.rcvRing.capacity]).toEqual([true, 2048]);
    const d = alone(new Memory({ initial: 1024, max: 1024 }));
    expect([d.makeRoom(64, false), d.rcvRing.capacity]).toEqual([true, 64]);
    expect([d.makeRoom(2000, false), d.rcvRing.capacity]).toEqual([false, 64]);
  });

  it('goes back to the Memory when everything was read; the next is as large as this was', async () => {
    const { net, c, s } = await openPair();
    await net.run(c.write(octets(20_000)));
    await net.pass(1_000_000);
    const { capacity } = s.rcvRing;
    expect(capacity).toBeGreaterThan(2048);
    expect([s.discard(), s.rcvRing.capacity]).toEqual([20_000, 0]);
    await net.run(c.write(octets(1)));
    await net.pass(100_000);
    expect([s.readableLength, s.rcvRing.capacity]).toEqual([1, capacity]);
  });
});
