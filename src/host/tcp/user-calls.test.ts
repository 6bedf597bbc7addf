// Calls of programs: they happen when they are made, and do nothing to a connection that has ended.

import { describe, expect, it } from 'vitest';
import { Err } from '../../tcp/index.ts';
import { type Connection, Host } from '../index.ts';
import { codeOf, Net, octets, openPair } from '../testing.ts';
import type { UserCalls } from './user-calls.ts';

describe('a connection that has ended', () => {
  /** One to the host itself, aborted; `wakes`: how often the driver of the host was told of something. */
  function ended(): { calls: UserCalls; c: Connection; host: Host; wakes: () => number } {
    let now = 1e6;
    const host = new Host({ clock: { now: () => now }, random: () => 7 });
    host.listen({ port: 80, handler: {} });
    const c = host.open({ address: '127.0.0.1', port: 80, handler: {} });
    host.poll(now);
    c.abort();
    now += 1e6;
    host.poll(now);
    let wakes = 0;
    host.setWaker(() => void wakes++);
    return { calls: host.tcp.calls, c, host, wakes: () => wakes };
  }

  it('takes nothing more, and is not closed again', () => {
    const { calls, c, wakes } = ended();
    expect([calls.send(c, 1, false), calls.close(c), wakes()]).toEqual([Err.CLOSING, Err.NOT_CONNECTED, 0]);
  });

  it.each<[string, (calls: UserCalls, c: Connection) => void]>([
    ['detach', (calls, c) => calls.detach(c)],
    ['abort', (calls, c) => calls.abort(c)],
    ['push', (calls, c) => calls.push(c)],
    ['setKeepAlive', (calls, c) => calls.setKeepAlive(c, true)],
    ['setUserTimeout', (calls, c) => calls.setUserTimeout(c, 5)],
    ['extendSynR2', (calls, c) => calls.extendSynR2(c, 5)],
  ])('%s is nothing to it', (_, call) => {
    const { calls, c, host, wakes } = ended();
    const { segmentsOut } = host.counters;
    call(calls, c);
    expect([wakes(), host.counters.segmentsOut, host.tcp.size]).toEqual([0, segmentsOut, 0]);
    expect([host.tcp.table.orphans, host.counters.orphansAborted]).toEqual([0, 0]);
  });
});

describe('a call happens now', () => {
  it('keep-alives count from it, not from the last event of the host', async () => {
    const { net, c } = await openPair();
    await net.pass(10e6);
    c.setKeepAlive(true);
    const nowMs = Math.floor(net.world.now() / 1000);
    expect(c.tcb.timer.keep - nowMs).toBe(c.tcb.config.keepAliveIdleMs);
  });

  it('the timer of a retransmission does, too', async () => {
    const { net, c } = await openPair();
    await net.pass(10e6);
    c.offer(octets(1));
    const nowMs = Math.floor(net.world.now() / 1000);
    expect(c.tcb.timer.rexmt - nowMs).toBe(c.tcb.rto.rtoMs);
  });
});

describe('R2 of an attempt', () => {
  /** When an attempt that nobody answers ends, in milliseconds; `act` comes after half a second. */
  const endsAt = async (act: (calls: UserCalls, c: Connection) => void): Promise<number> => {
    const net = new Net();
    const { a, wire } = net.pair({ delayUs: 1000 }, { tcp: { synR2Ms: 12_000 } });
    wire.partition(true);
    const c = a.open({ address: '10.0.0.2', port: 80 });
    const code = codeOf(c.opened);
    await net.pass(500_000);
    act(a.tcp.calls, c);
    expect(await net.run(code)).toBe('ETIMEDOUT');
    return Math.round(net.world.now() / 1000);
  };

  it('is made longer or shorter, from the first SYN on', async () => {
    expect(await endsAt(() => {})).toBe(12_000);
    expect(await endsAt((calls, c) => calls.extendSynR2(c, 3000))).toBe(15_000);
    expect(await endsAt((calls, c) => calls.extendSynR2(c, -5000))).toBe(7000);
  });

  it('is left alone where the user has said how long, and once the peer has answered', async () => {
    const users = await endsAt((calls, c) => {
      c.setUserTimeout(4000);
      calls.extendSynR2(c, 3000);
    });
    expect(users).toBeLessThanOrEqual(4500);
    const { a, c } = await openPair();
    c.offer(octets(1));
    const { user } = c.tcb.timer;
    a.tcp.calls.extendSynR2(c, 3000);
    expect(c.tcb.timer.user).toBe(user);
  });
});

it('who goes beyond orphanCapacity is reset and counted; one that was reset by going, with text unread, is not', async () => {
  const { net, a, c, s } = await openPair({ left: { orphanCapacity: 0 } });
  await net.run(s.write(octets(10)));
  await net.pass(100_000);
  c.close();
  expect([a.counters.orphansAborted, a.tcp.table.orphans]).toEqual([0, 0]);
  const d = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  d.close();
  expect([a.counters.orphansAborted, a.tcp.table.orphans]).toEqual([1, 0]);
});

it('a listener that is closed gives its port up at once, and tells the driver', () => {
  const host = new Host({ clock: { now: () => 0 }, random: () => 7 });
  const listener = host.listen({ port: 80 });
  let wakes = 0;
  host.setWaker(() => void wakes++);
  listener.close();
  expect([wakes, host.listeners]).toEqual([1, []]);
});
