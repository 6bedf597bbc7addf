// Listeners: their own settings, and taking connections without waiting.

import { expect, it } from 'vitest';
import { Wire, World } from '../link/sim/index.ts';
import { Host } from './host.ts';
import type { HostInterface } from './interface.ts';

function pair(): { world: World; a: Host; b: Host } {
  const world = new World();
  const { clock, memory } = world;
  const random = world.random.fork('hosts');
  const make = (name: string, address: string): Host => {
    const host = new Host({ clock, memory, random: () => random.nextUint32(), name });
    host.addInterface({ addresses: [address] });
    world.addNode(host);
    return host;
  };
  const a = make('a', '10.0.0.1/24');
  const b = make('b', '10.0.0.2/24');
  new Wire(world, a.interfaces[1] as HostInterface, b.interfaces[1] as HostInterface);
  return { world, a, b };
}

it('take gives the next connection of the accept queue, and null when none waits', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80 });
  expect(listener.take()).toBe(null);
  const c = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  const taken = listener.take();
  expect([taken?.remotePort, taken?.state]).toEqual([c.localPort, 'ESTABLISHED']);
  expect([listener.take(), listener.acceptQueueLength]).toEqual([null, 0]);
  listener.close(); // what was taken is no longer the listener's to reset
  expect(taken?.state).toBe('ESTABLISHED');
});

it('the settings of a listener are those of its connections, not of the host', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80, tcp: { maxMss: 700, timestamps: false } });
  const other = b.listen({ port: 81 });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  const d = a.open({ address: '10.0.0.2', port: 81 });
  world.runSync(1_000_000);
  expect([c.tcb.snd.peerMss, c.tcb.ts, listener.take()?.tcb.snd.mss]).toEqual([700, 0, 700]);
  expect([d.tcb.snd.peerMss, d.tcb.ts, other.take()?.tcb.snd.mss]).toEqual([1460, 1, 1448]);
});

it('a SYN cookie offers what the settings of its listener say', () => {
  const { world, a, b } = pair();
  b.listen({ port: 80, synBacklog: 0, tcp: { timestamps: false } });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  expect([b.counters.cookiesAccepted, c.state, c.tcb.ts]).toEqual([1, 'ESTABLISHED', 0]);
});

it('settings that cannot be are refused by listen', () => {
  const { b } = pair();
  expect(() => b.listen({ port: 80, tcp: { maxMss: 10 } })).toThrow(RangeError);
  expect(() => b.listen({ port: 80, tcp: { maxMss: 0x10000 } })).toThrow(RangeError);
});
