import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../wire/index.ts';
import type { WireConfig } from './config.ts';
import { combineTaps, type WireTap } from './counters.ts';
import type { WireDirection } from './direction.ts';
import { numbered, Pacer, StrictMemory, TestPort } from './testing.ts';
import { Wire, type WireOptions } from './wire.ts';
import { World } from './world.ts';

function setup(options: WireOptions = {}, seed: number | string = 1) {
  const memory = new StrictMemory();
  const world = new World({ seed, memory });
  const a = new TestPort(world);
  const b = new TestPort(world);
  const wire = new Wire(world, a, b, options);
  /** Sends packets 0..n-1 of `len` octets from a, one every gapUs, and runs to the end. */
  const run = (n: number, gapUs = 0, len = 100): void => {
    world.addNode(new Pacer(n, gapUs, (i) => a.send(numbered(i, len))));
    world.runSync();
  };
  return { world, memory, a, b, wire, run };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A tap that writes down every fate. */
function logTap(log: string[]): WireTap {
  const line = (
    what: string,
    p: { direction: string; index: number; copy: number; timeUs: number },
  ): number => log.push(`${p.timeUs} ${p.direction} ${p.index}.${p.copy} ${what}`);
  return {
    sent: (p) => line(`sent ${p.len}`, p),
    delivered: (p) => line(`delivered ${p.bytes().join()}`, p),
    dropped: (p, reason) => line(`dropped ${reason}`, p),
    duplicated: (p) => line('duplicated', p),
    corrupted: (p, bit) => line(`corrupted ${bit}`, p),
    delayed: (p, untilUs) => line(`delayed ${untilUs}`, p),
  };
}

/** sent + injected + duplicated = delivered + dropped + under way + held */
function expectBalance(d: WireDirection): void {
  const c = d.counters;
  expect(c.sentPackets + c.injected + c.duplicated).toBe(
    c.deliveredPackets + c.dropped.total + d.inFlight + d.held,
  );
}

const everything: WireConfig = {
  delayUs: 1000,
  jitterUs: 300,
  bandwidthBps: 10_000_000,
  queuePackets: 20,
  loss: 0.1,
  duplicate: 0.1,
  corrupt: 0.1,
  reorder: { probability: 0.1, extraDelayUs: 2000 },
};

describe('determinism', () => {
  const record = (seed: number | string): string => {
    const log: string[] = [];
    const { run, wire } = setup(everything, seed);
    wire.tap = logTap(log);
    run(400, 70);
    return log.join('\n');
  };

  test('the same seed gives the same fates, byte for byte; another seed others', () => {
    const first = record('x');
    expect(first).toContain('dropped loss');
    expect(first).toContain('corrupted');
    expect(record('x')).toBe(first);
    expect(record('y')).not.toBe(first);
  });

  test('each fault has its own dice: loss picks the same packets whatever else is on', () => {
    const lost = (options: WireConfig): number[] => {
      const { run, wire } = setup(options);
      const indices: number[] = [];
      wire.tap = { dropped: (p, reason) => reason === 'loss' && indices.push(p.index) };
      run(500, 1000);
      return indices;
    };
    const alone = lost({ loss: 0.05 });
    expect(alone.length).toBeGreaterThan(10);
    expect(lost({ ...everything, loss: 0.05 })).toEqual(alone);
  });

  test('another wire in the world does not change the dice of a named one', () => {
    const fates = (others: number): number[] => {
      const world = new World();
      const ports = Array.from({ length: 2 + 2 * others }, () => new TestPort(world));
      for (let i = 0; i < others; i++) {
        new Wire(world, ports[2 * i + 2] as TestPort, ports[2 * i + 3] as TestPort, { loss: 0.5 });
      }
      const [a, b] = ports as [TestPort, TestPort];
      new Wire(world, a, b, { loss: 0.5, name: 'mine' });
      for (let i = 0; i < 64; i++) a.send(numbered(i));
      world.runSync();
      return b.order;
    };
    expect(fates(2)).toEqual(fates(0));
  });

  test('the two directions roll different dice', () => {
    const { world, a, b, wire } = setup({ loss: 0.5 });
    for (let i = 0; i < 64; i++) {
      a.send(numbered(i));
      b.send(numbered(i));
    }
    world.runSync();
    expect(a.order).not.toEqual(b.order);
    expectBalance(wire.ab);
    expectBalance(wire.ba);
  });
});

describe('delay and order', () => {
  test('without faults packets arrive in order, unchanged, at the time they were sent', () => {
    const { a, b, run } = setup();
    run(300, 7);
    expect(b.order).toEqual(upTo(300));
    expect(b.times).toEqual(upTo(300).map((i) => i * 7));
    expect(b.arrivals[77]?.bytes).toEqual(numbered(77));
    expect(a.arrivals).toEqual([]);
  });

  test('a packet that is sent during a receive arrives after the call, not inside it', () => {
    const { world, a, b } = setup();
    const log: string[] = [];
    b.onReceive = () => {
      log.push('b begins');
      b.send(numbered(2));
      log.push('b ends');
    };
    a.onReceive = () => log.push('a');
    a.send(numbered(1));
    world.runSync();
    expect(log).toEqual(['b begins', 'b ends', 'a']);
  });

  test('a delay is added to each packet, also to a burst of one instant', () => {
    const { b, run } = setup({ delayUs: 10_000 });
    run(100, 0);
    expect(b.order).toEqual(upTo(100));
    expect(new Set(b.times)).toEqual(new Set([10_000]));
  });

  test('each direction has its own delay', () => {
    const { world, a, b } = setup({ delayUs: 5, aToB: { delayUs: 30 } });
    a.send(numbered(1));
    b.send(numbered(2));
    world.runSync();
    expect([a.times, b.times]).toEqual([[5], [30]]);
  });

  test('jitter is uniform over 0..jitterUs and reorders; with keepOrder it does not', () => {
    const loose = setup({ delayUs: 100, jitterUs: 50 });
    loose.run(2000, 10);
    const extra = new Map(loose.b.order.map((n, i) => [n, (loose.b.times[i] as number) - 10 * n - 100]));
    expect(Math.min(...extra.values())).toBe(0);
    expect(Math.max(...extra.values())).toBe(50);
    expect(loose.b.order).not.toEqual(upTo(2000));
    const kept = setup({ delayUs: 100, jitterUs: 50, keepOrder: true });
    kept.run(2000, 10);
    expect(kept.b.order).toEqual(upTo(2000));
    for (const [i, at] of kept.b.times.entries()) {
      // With the last before it, or in its own time.
      expect(at).toBe(Math.max(kept.b.times[i - 1] ?? 0, 10 * i + 100 + (extra.get(i) as number)));
    }
  });

  test('a delay that shrinks at run time does not reorder; one that changes to 0 neither', () => {
    const { world, a, b, wire } = setup({ delayUs: 1000 });
    a.send(numbered(0));
    wire.configure({ delayUs: 10 });
    a.send(numbered(1));
    wire.configure({ delayUs: 0 }, 'a->b');
    a.send(numbered(2));
    world.schedule(1000, { run: () => a.send(numbered(3)) });
    world.runSync();
    expect(b.order).toEqual([0, 1, 2, 3]);
    expect(b.times).toEqual([1000, 1000, 1000, 1000]);
  });

  test('packets of one instant on several wires arrive in the order in which they were sent', () => {
    const world = new World();
    const log: number[] = [];
    const senders = upTo(3).map(() => {
      const a = new TestPort(world);
      const b = new TestPort(world);
      new Wire(world, a, b);
      b.onReceive = (bytes) => log.push(bytes[1] as number);
      return a;
    });
    const order = [2, 0, 1, 1, 0, 2, 2];
    for (const [i, which] of order.entries()) senders[which]?.send(numbered(i));
    world.runSync();
    expect(log).toEqual(upTo(order.length));
  });
});

describe('bandwidth and queue', () => {
  test('back to back packets arrive when their last bit does: ceil(n * bits / bandwidth) + delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9000 }),
        fc.integer({ min: 1000, max: 100_000_000_000 }),
        fc.integer({ min: 0, max: 5000 }),
        (len, bandwidthBps, delayUs) => {
          const { b, run } = setup({ bandwidthBps, delayUs });
          run(40, 0, len);
          const exact = upTo(40).map((i) => {
            const bits = BigInt(i + 1) * BigInt(len) * 8_000_000n;
            return Number((bits + BigInt(bandwidthBps) - 1n) / BigInt(bandwidthBps)) + delayUs;
          });
          expect(b.times).toEqual(exact);
        },
      ),
    );
  });

  test('1500 octets at 10 Mbit/s take 1200 µs; a line that was idle starts anew', () => {
    const { b, run } = setup({ bandwidthBps: 10_000_000 });
    run(3, 5000, 1500);
    expect(b.times).toEqual([1200, 6200, 11_200]);
  });

  test('the queue holds so many packets, the one being sent included, and drops the rest: drop tail', () => {
    const { b, run, wire } = setup({ bandwidthBps: 8_000_000, queuePackets: 10 });
    run(25, 0, 100);
    expect(b.order).toEqual(upTo(10));
    expect(wire.ab.counters.dropped.queue).toBe(15);
    expect(wire.ab.counters.dropped.total).toBe(15);
  });

  test('a place in the queue is free when the last bit has left, not before', () => {
    const { b, world, a, wire } = setup({ bandwidthBps: 8_000_000, queuePackets: 1, delayUs: 50 });
    a.send(numbered(0)); // until 100 µs
    world.schedule(99, { run: () => a.send(numbered(1)) });
    world.schedule(100, { run: () => a.send(numbered(2)) });
    world.runSync(100);
    expect(wire.ab.queued).toEqual({ packets: 1, bytes: 100 });
    world.runSync();
    expect(b.order).toEqual([0, 2]);
    expect(b.times).toEqual([150, 250]);
    expect(wire.ab.queued).toEqual({ packets: 0, bytes: 0 });
  });

  test('the queue is bounded in bytes, too', () => {
    const { b, run, wire } = setup({ bandwidthBps: 8_000_000, queueBytes: 350 });
    run(5, 0, 100);
    expect(b.order).toEqual([0, 1, 2]);
    expect(wire.ab.counters.dropped.queue).toBe(2);
  });

  test('a bandwidth that changes at run time is for later packets', () => {
    const { b, world, a, wire } = setup({ bandwidthBps: 8_000_000 });
    a.send(numbered(0));
    wire.configure({ bandwidthBps: 800_000 });
    a.send(numbered(1));
    wire.configure({ bandwidthBps: Number.POSITIVE_INFINITY });
    a.send(numbered(2));
    world.runSync();
    expect(b.order).toEqual([0, 1, 2]);
    expect(b.times).toEqual([100, 1100, 1100]);
  });

  test('a change of bandwidth begins when the last bit before it has left, rounded up to a µs', () => {
    const { b, world, a, wire } = setup({ bandwidthBps: 3_000_000 });
    a.send(numbered(0)); // 266 2/3 µs
    wire.configure({ bandwidthBps: 8_000_000 });
    a.send(numbered(1));
    world.runSync();
    expect(b.times).toEqual([267, 367]);
  });

  test('at most capacityPackets are under way', () => {
    const { b, run, wire } = setup({ delayUs: 10, capacityPackets: 7 });
    run(20);
    expect(b.order).toEqual(upTo(7));
    expect(wire.ab.counters.dropped.capacity).toBe(13);
  });

  test('a packet longer than the mtu is dropped silently', () => {
    const { b, world, a, wire } = setup({ mtu: 100 });
    a.send(numbered(0, 100));
    a.send(numbered(1, 101));
    world.runSync();
    expect(b.order).toEqual([0]);
    expect(wire.ab.counters.dropped.mtu).toBe(1);
  });
});

describe('faults by chance', () => {
  const n = 10_000;

  test('loss: so many of ten thousand under this seed, the rest in order', () => {
    const { b, run, wire } = setup({ loss: 0.01 }, 'loss');
    run(n);
    expect(wire.ab.counters.dropped.loss).toMatchInlineSnapshot(`99`);
    expect(Math.abs(wire.ab.counters.dropped.loss - 100)).toBeLessThan(40);
    expect(b.order).toEqual([...b.order].sort((x, y) => x - y));
    expectBalance(wire.ab);
  });

  test('duplicate: a copy follows its packet at once', () => {
    const { b, run, wire } = setup({ duplicate: 0.02, delayUs: 10 }, 'duplicate');
    run(n, 1);
    const { duplicated } = wire.ab.counters;
    expect(duplicated).toMatchInlineSnapshot(`183`);
    expect(Math.abs(duplicated - 200)).toBeLessThan(60);
    expect(b.arrivals).toHaveLength(n + duplicated);
    expect(b.order).toEqual([...b.order].sort((x, y) => x - y));
    const twins = b.arrivals.filter(({ atUs }, i) => b.arrivals[i - 1]?.atUs === atUs);
    expect(twins).toHaveLength(duplicated);
  });

  test('reorder: packets that later ones overtake, by exactly the extra delay', () => {
    const { b, run, wire } = setup(
      { delayUs: 50, reorder: { probability: 0.05, extraDelayUs: 25 } },
      'reorder',
    );
    run(n, 10);
    const { reordered } = wire.ab.counters;
    expect(reordered).toMatchInlineSnapshot(`480`);
    expect(Math.abs(reordered - 500)).toBeLessThan(100);
    const late = b.order.filter((x, i) => b.times[i] === 10 * x + 75);
    expect(late).toHaveLength(reordered);
    expect(b.order.filter((x, i) => b.times[i] === 10 * x + 50)).toHaveLength(n - reordered);
  });

  test('corrupt: exactly one bit of a packet, anywhere in it', () => {
    const { b, run, wire } = setup({ corrupt: 0.03 }, 'corrupt');
    run(n, 1);
    let bad = 0;
    const places = new Set<number>();
    for (const [i, { bytes }] of b.arrivals.entries()) {
      const good = numbered(i);
      let bits = 0;
      bytes.forEach((octet, at) => {
        for (let x = octet ^ (good[at] as number); x !== 0; x &= x - 1) {
          bits++;
          places.add(at);
        }
      });
      if (bits > 0) bad++;
      expect(bits).toBeLessThanOrEqual(1);
    }
    expect(bad).toBe(wire.ab.counters.corrupted);
    expect(bad).toMatchInlineSnapshot(`308`);
    expect(Math.abs(bad - 300)).toBeLessThan(70);
    expect(places.size).toBeGreaterThan(80);
  });

  test.each([4, 6])(
    'mark: IPv%i packets that are ECN-capable become CE, with a right checksum; others pass as they are',
    (family) => {
      const { a, b, world, wire } = setup({ mark: 1 });
      const marked: number[] = [];
      wire.tap = { marked: (p) => marked.push(p.index) };
      const packet = (ecn: number): Uint8Array => {
        const bytes = new Uint8Array(family === 4 ? 20 : 40);
        if (family === 4) bytes.set([0x45, 0x40 | ecn, 0, 20, 0, 0, 0, 0, 64, 6]);
        else bytes.set([0x64, ecn << 4, 0, 0, 0, 0, 59, 64]);
        if (family === 4) {
          let sum = 0;
          for (let i = 0; i < 20; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
          new DataView(bytes.buffer).setUint16(10, ~sum & 0xffff);
        }
        return bytes;
      };
      for (const ecn of [0, 1, 2, 3]) a.send(packet(ecn));
      world.runSync();
      expect(b.arrivals.map(({ bytes }) => bytes)).toEqual([0, 3, 3, 3].map(packet));
      expect([marked, wire.ab.counters.marked]).toEqual([[1, 2, 3], 3]);
    },
  );

  test('mark: by chance, as often as it says', () => {
    const { a, b, world, wire } = setup({ mark: 0.3 }, 'mark');
    const bytes = new Uint8Array(40);
    bytes.set([0x60, 0x20, 0, 0, 0, 0, 59, 64]);
    for (let i = 0; i < 1000; i++) a.send(bytes);
    world.runSync();
    const ce = b.arrivals.filter((one) => one.bytes[1] === 0x30).length;
    expect(ce).toBe(wire.ab.counters.marked);
    expect(Math.abs(ce - 300)).toBeLessThan(60);
  });

  test('a probability of 1 is always, of 0 never', () => {
    const all = setup({ loss: 1 });
    all.run(100);
    expect(all.b.arrivals).toHaveLength(0);
    const none = setup({ loss: 0, duplicate: 0, corrupt: 0 });
    none.run(100);
    expect(none.b.order).toEqual(upTo(100));
  });
});

describe('partition', () => {
  test('what departs or arrives while the wire is cut is lost', () => {
    const { b, world, wire, run } = setup({ delayUs: 100 });
    world.schedule(250, { run: () => wire.partition(true) });
    world.schedule(450, { run: () => wire.partition(false) });
    run(10, 50); // sent 0, 50 … 450; arrive 100, 150 … 550
    // A packet of the instant of the mending goes through: events run before polls.
    expect(b.times).toEqual([100, 150, 200, 550]);
    expect(wire.ab.counters.dropped.partition).toBe(6);
  });

  test('windows: from the first µs until before the second; a direction of its own', () => {
    const { a, b, world, wire } = setup();
    wire.partitionBetween(30, 50, 'a->b');
    wire.partitionBetween(20, 40, 'a->b');
    wire.partitionBetween(70, 71, 'a->b');
    world.addNode(
      new Pacer(100, 1, (i) => {
        a.send(numbered(i));
        b.send(numbered(i));
      }),
    );
    world.runSync();
    expect(b.order).toEqual(upTo(100).filter((i) => !(i >= 20 && i < 50) && i !== 70));
    expect(a.order).toEqual(upTo(100));
    expect(wire.ab.counters.dropped.partition).toBe(31);
  });

  test('mending by hand forgets windows; a window that ends before it begins is refused', () => {
    const { b, wire, run } = setup();
    wire.partitionBetween(10, 1000);
    wire.partition(false);
    run(50, 1);
    expect(b.order).toEqual(upTo(50));
    expect(() => wire.partitionBetween(5, 5)).toThrow(RangeError);
  });
});

describe('inject, clear and close', () => {
  test('an injected packet arrives after the delay, whatever faults and rules say', () => {
    const { world, b, wire, memory } = setup({ delayUs: 30, loss: 1 });
    wire.rule({ match: () => true, action: { drop: true } });
    const seen: boolean[] = [];
    wire.tap = { sent: (p) => seen.push(p.injected), delivered: (p) => seen.push(p.injected) };
    expect(wire.inject('a->b', numbered(9))).toBe(true);
    expect(wire.inject('a->b', new Uint8Array(0))).toBe(false);
    world.runSync();
    expect(b.order).toEqual([9]);
    expect(b.times).toEqual([30]);
    expect(seen).toEqual([true, true]);
    expect(wire.rules[0]?.matched).toBe(0);
    expect(memory.used).toBe(0);
  });

  test('clear drops everything under way and held, at once', () => {
    const { world, a, b, wire, memory } = setup({ delayUs: 30, jitterUs: 5 });
    wire.rule({ match: (p) => p.index === 3, action: { hold: true } });
    for (let i = 0; i < 10; i++) a.send(numbered(i));
    wire.configure({ jitterUs: 0 });
    for (let i = 10; i < 20; i++) a.send(numbered(i));
    wire.clear();
    expect(memory.used).toBe(0);
    expect(wire.ab.counters.dropped.cleared).toBe(20);
    expectBalance(wire.ab);
    a.send(numbered(99));
    world.runSync();
    expect(b.order).toEqual([99]);
    expect(memory.used).toBe(0);
  });

  test('close takes the link from both ports', () => {
    const { a, b, wire, memory } = setup({ delayUs: 30 });
    a.send(numbered(0));
    wire.close();
    expect([a.transmit, b.transmit, memory.used]).toEqual([null, null, 0]);
  });
});

describe('ownership', () => {
  const probability = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }));
  const config = fc.record({
    delayUs: fc.constantFrom(0, 1, 500),
    jitterUs: fc.constantFrom(0, 0, 100),
    keepOrder: fc.boolean(),
    bandwidthBps: fc.constantFrom(Infinity, 1_000_000, 100_000_000),
    queuePackets: fc.integer({ min: 1, max: 50 }),
    queueBytes: fc.integer({ min: 1, max: 5000 }),
    capacityPackets: fc.integer({ min: 1, max: 60 }),
    mtu: fc.constantFrom(Infinity, 400),
    loss: probability,
    duplicate: probability,
    corrupt: probability,
    reorder: fc.record({ probability, extraDelayUs: fc.constantFrom(0, 50) }),
  });
  const script = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 3000 }),
      what: fc.constantFrom(
        'a',
        'b',
        'a',
        'b',
        'burst',
        'cut',
        'mend',
        'inject',
        'rule',
        'release',
        'clear',
        'tap',
      ),
      len: fc.integer({ min: 2, max: 500 }),
    }),
    { maxLength: 60 },
  );

  test('every block is freed exactly once whatever happens, and the counters balance', () => {
    fc.assert(
      fc.property(config, config, script, fc.boolean(), (aToB, bToA, steps, shared) => {
        const memory = new StrictMemory();
        const world = new World({ memory });
        const other = shared ? memory : new StrictMemory();
        const a = new TestPort(world);
        const b = new TestPort(world, { memory: other });
        const wire = new Wire(world, a, b, { aToB, bToA });
        b.onReceive = (bytes) => bytes[0] === 0 && b.send(numbered(512, bytes.length));
        const actions = [
          { drop: true },
          { duplicate: 2 },
          { hold: true },
          { delayUs: 70 },
          { corrupt: 'random' },
        ] as const;
        for (const { at, what, len } of steps) {
          const run = (): void => {
            if (what === 'a') a.send(numbered(at % 256, len));
            else if (what === 'b') b.send(numbered(600, len));
            else if (what === 'burst') for (let i = 0; i < 30; i++) a.send(numbered(i, len));
            else if (what === 'inject') wire.inject(len % 2 ? 'a->b' : 'b->a', numbered(700, len));
            else if (what === 'rule') {
              wire.rule({ match: (p) => p.len % 3 === 0, action: actions[len % 5] as { drop: true } });
            } else if (what === 'release') for (const rule of [...wire.rules]) rule.remove();
            else if (what === 'clear') wire.clear();
            else if (what === 'tap') wire.tap = logTap([]);
            else wire.partition(what === 'cut');
          };
          world.schedule(at, { run });
        }
        world.runSync(1500);
        expectBalance(wire.ab);
        expectBalance(wire.ba);
        world.runSync();
        for (const rule of [...wire.rules]) rule.remove();
        world.runSync();
        expectBalance(wire.ab);
        expectBalance(wire.ba);
        expect([memory.used, memory.live.size, other.used]).toEqual([0, 0, 0]);
        expect([wire.ab.inFlight, wire.ba.inFlight, wire.ab.held, wire.ba.held]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 400 },
    );
  });

  test('ports with different memories get copies; no memory there is a counted drop', () => {
    const world = new World();
    const a = new TestPort(world, { memory: new StrictMemory() });
    const b = new TestPort(world, { memory: new Memory({ initial: 512, max: 512 }) });
    const wire = new Wire(world, a, b);
    a.send(numbered(1, 200));
    a.send(numbered(2, 600));
    world.runSync();
    expect(b.arrivals.map(({ bytes }) => bytes)).toEqual([numbered(1, 200)]);
    expect(wire.ab.counters.dropped.memory).toBe(1);
    expect([a.memory.used, b.memory.used]).toEqual([0, 0]);
    expectBalance(wire.ab);
  });
});

describe('tap and config', () => {
  test('a tap sees each fate with its time and the packet’s number', () => {
    const log: string[] = [];
    const { world, a, wire } = setup({ delayUs: 10 });
    wire.tap = combineTaps(logTap(log), {});
    wire.rule({ match: (p) => p.index === 1, action: { drop: true } });
    wire.rule({ match: (p) => p.index === 2, action: { duplicate: 1 } });
    wire.rule({ match: (p) => p.index === 3, action: { delayUs: 40 } });
    wire.rule({ match: (p) => p.index === 4, action: { corrupt: { bit: 15 } } });
    for (let i = 0; i < 5; i++) a.send(numbered(i, 2));
    world.runSync();
    expect(log).toEqual([
      '0 a->b 0.0 sent 2',
      '0 a->b 1.0 sent 2',
      '0 a->b 1.0 dropped rule',
      '0 a->b 2.0 sent 2',
      '0 a->b 2.1 duplicated',
      '0 a->b 3.0 sent 2',
      '0 a->b 3.0 delayed 50',
      '0 a->b 4.0 sent 2',
      '0 a->b 4.0 corrupted 15',
      '10 a->b 0.0 delivered 0,0',
      '10 a->b 2.0 delivered 0,2',
      '10 a->b 2.1 delivered 0,2',
      '10 a->b 4.0 delivered 0,5',
      '50 a->b 3.0 delivered 0,3',
    ]);
  });

  test('a config that makes no sense is refused with the field’s name, and nothing of it is applied', () => {
    const { wire } = setup();
    const bad: [WireConfig, string][] = [
      [{ delayUs: -1 }, 'delayUs'],
      [{ delayUs: 0.5 }, 'delayUs'],
      [{ jitterUs: Infinity }, 'jitterUs'],
      [{ bandwidthBps: 0 }, 'bandwidthBps'],
      [{ queuePackets: 0 }, 'queuePackets'],
      [{ loss: 1.1 }, 'loss'],
      [{ duplicate: Number.NaN }, 'duplicate'],
      [{ reorder: { probability: -1, extraDelayUs: 1 } }, 'reorder.probability'],
    ];
    for (const [config, field] of bad) {
      expect(() => wire.configure({ queueBytes: 77, ...config })).toThrow(field);
    }
    expect(wire.ab.config.queueBytes).not.toBe(77);
  });
});

describe('what cannot be joined is refused', () => {
  test('ports of different kinds, one port twice, what is no port', () => {
    const world = new World();
    const ip = new TestPort(world);
    const ethernet = new TestPort(world, { kind: 'ethernet' });
    expect(() => new Wire(world, ip, ethernet)).toThrow("of kind 'ip' and a port of kind 'ethernet'");
    expect(() => new Wire(world, ip, ip)).toThrow('both ends are the same port');
    expect(() => new Wire(world, ip, {} as never)).toThrow(/^wire: b must be a port: .*, not an object/);
    expect([ip.attached, ethernet.attached]).toEqual([false, false]);
  });

  test('a port that has a link; when its wire is closed it can have another', () => {
    const world = new World();
    const [a, b, c] = [new TestPort(world), new TestPort(world), new TestPort(world)];
    const first = new Wire(world, a, b);
    expect(() => new Wire(world, a, c)).toThrow(/a port has a link already: close that first/);
    expect(c.attached).toBe(false);
    first.close();
    expect([first.closed, a.attached, first.inject('a->b', numbered(1))]).toEqual([true, false, false]);
    const second = new Wire(world, a, c);
    first.close(); // once more: the other wire stays
    a.send(numbered(7));
    world.runSync();
    expect([second.closed, c.order]).toEqual([false, [7]]);
  });

  test('unknown names, wrong kinds and a direction that is none', () => {
    const world = new World();
    const [a, b] = [new TestPort(world), new TestPort(world)];
    expect(() => new Wire(world, a, b, { los: 0.1 } as never)).toThrow(
      "no option 'los'; did you mean 'loss'?",
    );
    expect(() => new Wire(world, a, b, { aToB: { delay: 5 } } as never)).toThrow(
      "did you mean 'aToB.delayUs'?",
    );
    expect([a.attached, b.attached]).toEqual([false, false]);
    const wire = new Wire(world, a, b);
    expect(() => wire.configure({ loss: 2 })).toThrow('loss must be a number from 0 to 1, not 2');
    expect(() => wire.partition(true, 'a-b' as never)).toThrow(
      "direction must be 'a->b' or 'b->a', not 'a-b'",
    );
    expect(() => wire.rule({ match: () => true, action: {} as never })).toThrow(
      /action must be .* one of drop/,
    );
    expect(() => wire.rule({ match: () => true, action: { drp: true } as never })).toThrow("'action.drop'?");
  });
});
