import { describe, expect, test } from 'vitest';
import { Cloud } from './cloud.ts';
import { MacTable, Switch, type SwitchOptions } from './switch.ts';
import { frame, StrictMemory, TestPort, tcp } from './testing.ts';
import type { Wire } from './wire.ts';
import { World } from './world.ts';

function setup(hosts: number, options: SwitchOptions = {}) {
  const memory = new StrictMemory();
  const world = new World({ memory });
  const sw = new Switch(world, options);
  const ports = Array.from({ length: hosts }, () => new TestPort(world, { kind: 'ethernet' }));
  const wires = ports.map((port) => sw.connect(port));
  /** A frame from host number `from` (MAC 02:00:00:00:00:from); who received it. */
  const send = (from: number, dstHi: number, dstLo: number): number[] => {
    for (const port of ports) port.arrivals.length = 0;
    ports[from]?.send(frame(dstHi, dstLo, from));
    world.runSync();
    expect(memory.used).toBe(0);
    return ports.flatMap((port, i) => port.arrivals.map(() => i));
  };
  return { world, memory, sw, ports, wires, send };
}

describe('the switch', () => {
  test('floods what is for an unknown address, and learns where a sender is', () => {
    const { send, sw } = setup(4);
    expect(send(0, 0x0200, 1)).toEqual([1, 2, 3]);
    expect(send(1, 0x0200, 0)).toEqual([0]);
    expect(send(0, 0x0200, 1)).toEqual([1]);
    expect([sw.flooded, sw.forwarded]).toEqual([1, 2]);
  });

  test('floods broadcast and multicast, never back', () => {
    const { send } = setup(4);
    expect(send(2, 0xffff, -1)).toEqual([0, 1, 3]);
    expect(send(2, 0x3333, 1)).toEqual([0, 1, 3]);
    expect(send(3, 0x0100, 0x5e000001)).toEqual([0, 1, 2]);
  });

  test('follows a host that moves to another port', () => {
    const { send, ports, world } = setup(3);
    send(0, 0xffff, -1);
    expect(send(1, 0x0200, 0)).toEqual([0]);
    ports[2]?.send(frame(0xffff, -1, 0)); // host 0's address, now behind port 2
    world.runSync();
    expect(send(1, 0x0200, 0)).toEqual([2]);
  });

  test('filters a frame for its own port, drops short frames, group sources and reserved addresses', () => {
    const { send, sw, ports, world } = setup(3);
    send(0, 0xffff, -1);
    expect(send(0, 0x0200, 0)).toEqual([]);
    expect(sw.filtered).toBe(1);
    expect(send(0, 0x0180, 0xc2000000 | 0)).toEqual([]);
    const bad = frame(0xffff, -1, 0);
    bad[6] = 0x03;
    ports[0]?.send(bad);
    ports[0]?.send(new Uint8Array(13));
    world.runSync();
    expect(sw.invalid).toBe(3);
  });

  test('forgets an address after its age', () => {
    const { send, world } = setup(3, { agingUs: 1000 });
    send(0, 0xffff, -1);
    world.runSync(1000);
    expect(send(1, 0x0200, 0)).toEqual([0]);
    world.runSync(1001);
    expect(send(1, 0x0200, 0)).toEqual([0, 2]);
  });

  test('each port’s wire has its own config', () => {
    const world = new World();
    const sw = new Switch(world);
    const [a, b, c] = [0, 1, 2].map(() => new TestPort(world, { kind: 'ethernet' })) as [
      TestPort,
      TestPort,
      TestPort,
    ];
    sw.connect(a, { delayUs: 100 });
    sw.connect(b, { delayUs: 20 });
    sw.connect(c, { bToA: { loss: 1 } });
    a.send(frame(0xffff, -1, 1));
    world.runSync();
    expect([b.times, c.times]).toEqual([[120], []]);
  });

  test('refuses IP ports and more ports than it has', () => {
    const { sw, world } = setup(2, { maxPorts: 2 });
    expect(() => sw.connect(new TestPort(world))).toThrow(/only ethernet/);
    expect(() => sw.connect(new TestPort(world, { kind: 'ethernet' }))).toThrow(/in use/);
  });

  test('hosts with memories of their own receive copies, and all memories are empty in the end', () => {
    const world = new World({ memory: new StrictMemory() });
    const sw = new Switch(world);
    const ports = [0, 1, 2].map(() => new TestPort(world, { kind: 'ethernet', memory: new StrictMemory() }));
    for (const port of ports) sw.connect(port);
    const sent = frame(
      0xffff,
      -1,
      0,
      Uint8Array.from({ length: 300 }, (_, i) => i),
    );
    ports[0]?.send(sent);
    world.runSync();
    expect(ports[1]?.arrivals[0]?.bytes).toEqual(sent);
    expect(ports[2]?.arrivals[0]?.bytes).toEqual(sent);
    expect([world.memory, ...ports.map((port) => port.memory)].map((memory) => memory.used)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe('the MAC table', () => {
  test('is bounded: an address more in a full bucket makes the oldest give way', () => {
    const table = new MacTable(4, 1000);
    for (let i = 1; i <= 4; i++) table.learn(0x0200, i, i, i);
    table.learn(0x0200, 1, 1, 5); // refreshed: 2 is the oldest now
    table.learn(0x0200, 9, 9, 6);
    expect([1, 2, 3, 4, 9].map((lo) => table.find(0x0200, lo, 7))).toEqual([1, -1, 3, 4, 9]);
    expect(table.evicted).toBe(1);
  });

  test('addresses that differ in any bit are different; all zero is unknown', () => {
    const table = new MacTable(256, 1000);
    table.learn(0x0200, 5, 1, 0);
    expect(table.find(0x0200, 5, 0)).toBe(1);
    expect(table.find(0x0201, 5, 0)).toBe(-1);
    expect(table.find(0x0200, 5 | 0x80000000, 0)).toBe(-1);
    expect(table.find(0, 0, 0)).toBe(-1);
  });

  test('a flood of forged addresses takes no memory and evicts', () => {
    const table = new MacTable(64, 1000);
    for (let i = 0; i < 10_000; i++) table.learn(0x0200, Math.imul(i, 2654435761), 3, i % 1000);
    expect(table.evicted).toBeGreaterThan(5000);
    table.forget(3);
    for (let i = 0; i < 10_000; i++) {
      if (table.find(0x0200, Math.imul(i, 2654435761), 999) !== -1) throw new Error('not forgotten');
    }
  });
});

describe('the cloud', () => {
  test('a packet goes to the port with the longest matching prefix', () => {
    const memory = new StrictMemory();
    const world = new World({ memory });
    const cloud = new Cloud(world);
    const [a, b, net, rest] = [0, 1, 2, 3].map(() => new TestPort(world)) as [
      TestPort,
      TestPort,
      TestPort,
      TestPort,
    ];
    cloud.connect(a, ['10.0.0.1', '2001:db8::1']);
    cloud.connect(b, ['10.0.0.2'], { delayUs: 30 });
    cloud.connect(net, ['10.0.0.0/24']);
    for (const dst of [0x0a000002, 0x0a000001, 0x0a0000fe, 0x0b000000]) a.send(tcp(0, 0, dst));
    a.send(new Uint8Array(20));
    world.runSync();
    expect([a, b, net].map((port) => port.arrivals.length)).toEqual([1, 1, 1]);
    expect(b.times).toEqual([30]);
    expect([cloud.forwarded, cloud.unroutable, cloud.malformed]).toEqual([3, 1, 1]);
    cloud.connect(rest, ['0.0.0.0/0']);
    a.send(tcp(0, 0, 0x0b000000));
    world.runSync();
    expect(rest.arrivals).toHaveLength(1);
    expect(memory.used).toBe(0);
    expect(() => cloud.connect(new TestPort(world), ['10.0.0.256'])).toThrow(/10\.0\.0\.256/);
  });

  test('a wire rule works at a cloud’s port', () => {
    const world = new World();
    const cloud = new Cloud(world);
    const [a, b] = [new TestPort(world), new TestPort(world)];
    const wire: Wire = cloud.connect(a, ['10.0.0.1']);
    cloud.connect(b, ['10.0.0.2']);
    wire.rule('drop tcp#1 a->b');
    a.send(tcp(0));
    a.send(tcp(0, 3));
    world.runSync();
    expect(b.arrivals.map(({ bytes }) => bytes.length)).toEqual([43]);
  });
});

test('a wire that is closed leaves its port of the switch free, and nothing learned there', () => {
  const world = new World();
  const sw = new Switch(world, { maxPorts: 2 });
  const [a, b, c] = [0, 1, 2].map(() => new TestPort(world, { kind: 'ethernet' })) as [
    TestPort,
    TestPort,
    TestPort,
  ];
  sw.connect(a);
  const wire = sw.connect(b);
  b.send(frame(0x0200, 1, 2));
  world.runSync();
  expect(() => sw.connect(c)).toThrow(/in use/);
  wire.close();
  sw.connect(c);
  a.send(frame(0x0200, 2, 1)); // to whoever was b: known no more
  world.runSync();
  expect([sw.flooded, b.arrivals.length, c.arrivals.length]).toEqual([2, 0, 1]);
});

test('a wire that is closed takes its prefixes off the cloud; one that cannot be made leaves none', () => {
  const world = new World();
  const cloud = new Cloud(world);
  const [a, b] = [new TestPort(world), new TestPort(world)];
  cloud.connect(a, ['10.0.0.1']);
  const wire = cloud.connect(b, ['10.0.0.2', 'fd00::/64']);
  expect(() => cloud.connect(b, ['10.0.0.2'])).toThrow(/has a link already/);
  a.send(tcp(2));
  world.runSync();
  wire.close();
  a.send(tcp(2));
  world.runSync();
  expect([cloud.forwarded, cloud.unroutable, b.arrivals.length]).toEqual([1, 1, 1]);
});
