// Keep-alives as a user sets them (RFC 9293 section 3.8.4): on an open connection, and for one to come.

import { describe, expect, test } from 'vitest';
import type { Connection, Host } from './index.ts';
import { Net } from './testing.ts';

const MS = 1000;

interface Case {
  readonly net: Net;
  readonly a: Host;
  readonly c: Connection;
  /** When `a` sent segments, in milliseconds after the peer has gone. */
  readonly probes: number[];
  /** From here on nothing arrives any more. */
  gone(): void;
}

async function idle(tcp = {}): Promise<Case> {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 1000 });
  const listener = b.listen({ port: 80 });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80, tcp }));
  await net.run(listener.accept());
  const probes: number[] = [];
  return {
    net,
    a,
    c,
    probes,
    gone: () => {
      const from = net.world.now();
      wire.partition(true);
      a.tap = {
        segmentOut: (_, seg) => void ((seg.ctl & 4) === 0 && probes.push((net.world.now() - from) / MS)),
      };
    },
  };
}

/** When it ended, and with what, in milliseconds. */
async function end({ net, c }: Case): Promise<[number, string | undefined]> {
  const from = net.world.now();
  const error = await net.run(
    c.closed.then(
      () => undefined,
      (e: Error & { code: string }) => e.code,
    ),
  );
  return [(net.world.now() - from) / MS, error];
}

const TEN = Array.from({ length: 10 }, (_, n) => 5000 + 1000 * n);

describe('ten probes a second apart, after five seconds of silence, end a dead peer after 5 + 10 s with ETIMEDOUT', () => {
  test('setKeepAlive(true, idle, interval, count)', async () => {
    const dead = await idle();
    dead.c.setKeepAlive(true, 5000, 1000, 10);
    dead.gone();
    expect(await end(dead)).toEqual([15_000, 'ETIMEDOUT']);
    expect(dead.probes).toEqual(TEN);
  });

  test('host.connect({ tcp })', async () => {
    const dead = await idle({
      keepAlive: true,
      keepAliveIdleMs: 5000,
      keepAliveIntervalMs: 1000,
      keepAliveCount: 10,
    });
    dead.gone();
    const [after, error] = await end(dead);
    // The silence began with the SYN,ACK, two milliseconds before the peer went.
    expect([Math.round(after / 100) * 100, error]).toEqual([15_000, 'ETIMEDOUT']);
    expect(dead.probes.map((ms) => Math.round(ms / 100) * 100)).toEqual(TEN);
  });

  test('listen({ tcp }): connections of a listener', async () => {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 1000 });
    const tcp = { keepAlive: true, keepAliveIdleMs: 5000, keepAliveIntervalMs: 1000, keepAliveCount: 10 };
    const listener = b.listen({ port: 80, tcp });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(listener.accept());
    const from = net.world.now();
    wire.partition(true);
    await expect(net.run(s.closed)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(Math.round((net.world.now() - from) / 1e5) / 10).toBe(15);
    c.abort();
  });
});

test('what is not told stays as it is set: the interval and count of the host', async () => {
  const dead = await idle({ keepAliveIntervalMs: 2000, keepAliveCount: 3 });
  dead.c.setKeepAlive(true, 4000);
  dead.gone();
  expect(await end(dead)).toEqual([10_000, 'ETIMEDOUT']);
  expect(dead.probes).toEqual([4000, 6000, 8000]);
});

test('a peer that answers is asked again after the idle time, and nothing ends', async () => {
  const { net, a, c } = await idle();
  c.setKeepAlive(true, 5000, 1000, 2);
  let probes = 0;
  a.tap = { segmentOut: () => void probes++ };
  await net.pass(52e6);
  expect([probes, c.state]).toEqual([10, 'ESTABLISHED']);
});

test('setKeepAlive(false) stops the probes', async () => {
  const dead = await idle();
  dead.c.setKeepAlive(true, 5000, 1000, 10);
  dead.gone();
  await dead.net.pass(7_500_000);
  dead.c.setKeepAlive(false);
  await dead.net.pass(60e6);
  expect([dead.probes, dead.c.state]).toEqual([[5000, 6000, 7000], 'ESTABLISHED']);
});

test.each([
  ['idleMs', [0, 1000, 10]],
  ['intervalMs', [1000, 0, 10]],
  ['count', [1000, 1000, 128]],
] as const)('%s is checked', async (name, values) => {
  const { c } = await idle();
  expect(() => c.setKeepAlive(true, ...values)).toThrow(new RegExp(`setKeepAlive: ${name} must be`));
});
