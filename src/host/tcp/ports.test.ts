import { describe, expect, it } from 'vitest';
import { sipHashTuple } from '../../tcp/index.ts';
import { type IpAddress, ipv4Address, parseAddress } from '../../wire/address.ts';
import { FourTuple } from '../base/four-tuple.ts';
import { EphemeralPorts } from './ports.ts';

const key = Int32Array.of(1, 2, 3, 4);
const local = ipv4Address(0x0a000001);
const remote = ipv4Address(0x0a000002);
const free = () => false;

/** The tuple of a connection that has no local port yet. */
function between(from: IpAddress, to: IpAddress, port: number): FourTuple {
  return new FourTuple().between(from, 0, to, port);
}

describe('EphemeralPorts', () => {
  it('walks every port of the range before one is used again to the same destination', () => {
    for (const [first, last] of [
      [49152, 65535],
      [32768, 60999],
      [1000, 1000],
      [1, 3],
    ] as const) {
      const ports = new EphemeralPorts(key, first, last);
      const seen = new Set<number>();
      for (let i = 0; i <= last - first; i++) seen.add(ports.choose(between(local, remote, 80), free));
      expect(seen.size).toBe(last - first + 1);
      expect(Math.min(...seen)).toBe(first);
      expect(Math.max(...seen)).toBe(last);
    }
  });

  it('goes to the next port for the next connection to the same destination', () => {
    const ports = new EphemeralPorts(key);
    let port = ports.choose(between(local, remote, 80), free);
    for (let i = 0; i < 100; i++) {
      const next = ports.choose(between(local, remote, 80), free);
      expect(next).toBe(port === 65535 ? 49152 : port + 1);
      port = next;
    }
  });

  it('walks the range of one choice, and says 0 when nothing in it is free', () => {
    const ports = new EphemeralPorts(key);
    const range = { first: 5000, last: 5002 };
    const to = between(local, remote, 80);
    const seen = [1, 2, 3].map(() => ports.choose(to, free, null, range));
    expect(seen.sort()).toEqual([5000, 5001, 5002]);
    expect(
      ports.choose(
        to,
        () => true,
        (port) => port === 5001,
        range,
      ),
    ).toBe(5001);
    expect(ports.choose(to, () => true, null, range)).toBe(0);
  });

  it('spreads the first port over the range by destination address and port', () => {
    const eighths = new Array<number>(8).fill(0);
    for (let i = 0; i < 4000; i++) {
      const to = i % 2 ? ipv4Address(0x0b000000 + i) : parseAddress(`2001:db8::${i.toString(16)}`)!;
      const port = new EphemeralPorts(key).choose(between(local, to, i % 3), free);
      eighths[(port - 49152) >> 11]!++;
    }
    for (const n of eighths) expect(Math.abs(n - 500)).toBeLessThan(100);
  });

  it('gives ports that nobody can tell without the key', () => {
    const other = Int32Array.of(1, 2, 3, 5);
    let same = 0;
    for (let port = 1; port <= 200; port++) {
      const a = new EphemeralPorts(key).choose(between(local, remote, port), free);
      if (a === new EphemeralPorts(other).choose(between(local, remote, port), free)) same++;
      expect(a).toBe(new EphemeralPorts(key).choose(between(local, remote, port), free));
    }
    expect(same).toBeLessThan(3);
  });

  it('keeps a key of its own: who changes his later changes nothing', () => {
    const mine = key.slice();
    const ports = new EphemeralPorts(mine);
    mine.fill(9);
    expect(ports.choose(between(local, remote, 80), free)).toBe(
      new EphemeralPorts(key).choose(between(local, remote, 80), free),
    );
  });

  it('the counters begin anywhere: a first port does not tell the offset of its destination (RFC 6056 section 3.3.4)', () => {
    const ports = new EphemeralPorts(key);
    let told = 0;
    for (let i = 1; i <= 100; i++) {
      const to = ipv4Address(0x0b000000 + i);
      const offset = sipHashTuple(key, between(local, to, 80), 80, 0) >>> 0;
      if (ports.choose(between(local, to, 80), free) === 49152 + (offset % 16384)) told++;
    }
    expect(told).toBeLessThan(3);
  });

  it('does not tell one destination how many connections go to another', () => {
    let moved = 0;
    for (let i = 0; i < 50; i++) {
      const ports = new EphemeralPorts(key);
      const other = ipv4Address(0x0c000000 + i);
      for (let n = 0; n < 10; n++) ports.choose(between(local, remote, 80), free);
      const fresh = new EphemeralPorts(key).choose(between(local, other, 80), free);
      if (ports.choose(between(local, other, 80), free) !== fresh) moved++;
    }
    // One in 1024 shares the counter.
    expect(moved).toBeLessThan(3);
  });

  it('skips ports in use', () => {
    const first = new EphemeralPorts(key).choose(between(local, remote, 80), free);
    const second = new EphemeralPorts(key).choose(between(local, remote, 80), (p) => p === first);
    expect(second).toBe(first === 65535 ? 49152 : first + 1);
  });

  it('answers 0 when every port is in use, after asking once for each', () => {
    const asked = new Set<number>();
    let calls = 0;
    const port = new EphemeralPorts(key, 2000, 2999).choose(between(local, remote, 80), (p) => {
      asked.add(p);
      calls++;
      return true;
    });
    expect([port, calls]).toEqual([0, 1000]);
    expect(asked.size).toBe(1000);
  });

  it('asks once for each port, too, when one in use can make way: that one is taken', () => {
    let calls = 0;
    const taken = () => calls++ >= 0;
    const only = 2300;
    const ports = new EphemeralPorts(key, 2000, 2999);
    expect(ports.choose(between(local, remote, 80), taken, (p) => p === only)).toBe(only);
    expect(calls).toBeLessThanOrEqual(1000);
  });

  it('prefers a free port near one that can make way, and does not look through the range for it', () => {
    const start = new EphemeralPorts(key, 2000, 9999).choose(between(local, remote, 80), free);
    const behind = (n: number) => 2000 + ((start - 2000 + n) % 8000);
    for (const [away, chosen] of [
      [200, behind(200)],
      [5000, start],
    ] as const) {
      let calls = 0;
      const ports = new EphemeralPorts(key, 2000, 9999);
      const inUse = (p: number) => calls++ >= 0 && p !== behind(away);
      expect(ports.choose(between(local, remote, 80), inUse, () => true)).toBe(chosen);
      expect(calls).toBeLessThanOrEqual(257);
      // The next search goes on behind it.
      expect(ports.choose(between(local, remote, 80), free)).toBe(chosen === 9999 ? 2000 : chosen + 1);
    }
  });

  it('finds the one free port wherever the walk begins', () => {
    const ports = new EphemeralPorts(key, 32768, 60999);
    for (let i = 0; i < 40; i++) {
      const only = 32768 + ((i * 7919) % 28232);
      expect(ports.choose(between(local, remote, 80), (p) => p !== only)).toBe(only);
      expect(ports.choose(between(local, remote, 80), free)).toBe(only === 60999 ? 32768 : only + 1);
    }
  });

  it('refuses a range that is none', () => {
    for (const [first, last] of [
      [0, 10],
      [10, 9],
      [1, 65536],
      [Number.NaN, 5],
    ] as const)
      expect(() => new EphemeralPorts(key, first, last)).toThrow(new RangeError(`ports ${first} to ${last}`));
  });
});
