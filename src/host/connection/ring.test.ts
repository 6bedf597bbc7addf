import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../wire/checksum.ts';
import { Memory } from '../../wire/memory.ts';
import { Ring } from './ring.ts';

const seq = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -100, max: 100 }),
  fc.integer({ min: 2 ** 31 - 100, max: 2 ** 31 - 1 }),
);
const bytes = (n: number, first: number) => Uint8Array.from({ length: n }, (_, i) => first + i * 7);

describe('Ring', () => {
  it('gives back what was put in, by every way in and out, across its end and across 2^32', () => {
    const way = fc.constantFrom('write', 'copyIn', 'copySumIn');
    const out = fc.constantFrom('copyOut', 'copyTo', 'copySumTo');
    const plain = new Memory();
    const large = new Memory({ initial: 1 << 20 }); // with SIMD
    fc.assert(
      fc.property(
        seq,
        fc.integer({ min: 1, max: 300 }),
        fc.nat(300),
        way,
        out,
        fc.nat(0xffff),
        fc.constantFrom(plain, large),
        (seq, cap, n, way, out, seed, mem) => {
          const ring = new Ring(mem);
          expect(ring.ensure(cap, seq, seq)).toBe(true);
          n = Math.min(n, cap);
          const data = bytes(n, cap);
          const packet = mem.alloc(512) + 1;
          mem.u8.set(data, packet);
          const want = sum(mem, packet, n, seed);
          if (way === 'write') ring.write(seq, Uint8Array.of(9, ...data), 1, n);
          else if (way === 'copyIn') ring.copyIn(seq, packet, n);
          else expect(ring.copySumIn(seq, packet, n, seed)).toBe(want);
          const target = mem.alloc(512) + 3;
          mem.u8.fill(0xee, target - 3, target + 509);
          if (out === 'copyOut') {
            const got = new Uint8Array(n + 4).fill(0xee);
            ring.copyOut(seq, got, 2, n);
            expect(got).toEqual(Uint8Array.of(0xee, 0xee, ...data, 0xee, 0xee));
            return;
          }
          if (out === 'copyTo') ring.copyTo(target, seq, n);
          else expect(ring.copySumTo(target, seq, n, seed)).toBe(want);
          expect(mem.u8.slice(target, target + n)).toEqual(data);
          expect([mem.u8[target - 1], mem.u8[target + n]]).toEqual([0xee, 0xee]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('changes only the octets that are put in, by every way in, whatever lies behind them in the Memory', () => {
    for (const way of ['write', 'copyIn', 'copySumIn'] as const) {
      for (const at of [20, 54, 60]) {
        const mem = new Memory();
        const ring = new Ring(mem);
        ring.ensure(64, 0, 0);
        ring.write(0, new Uint8Array(64).fill(0xaa), 0, 64);
        const packet = mem.alloc(512);
        mem.u8.fill(0xee, packet, packet + 512);
        mem.u8.set(bytes(10, 1), packet);
        if (way === 'write') ring.write(at, mem.u8, packet, 10);
        else if (way === 'copyIn') ring.copyIn(at, packet, 10);
        else expect(ring.copySumIn(at, packet, 10, 0)).toBe(sum(mem, packet, 10, 0));
        const got = new Uint8Array(64);
        ring.copyOut(at, got, 0, 64);
        expect([way, at, ...got]).toEqual([way, at, ...bytes(10, 1), ...new Uint8Array(54).fill(0xaa)]);
      }
    }
  });

  it('asks before it grows, with the octets that it will take; text in order unless told otherwise', () => {
    const asked: [number, boolean][] = [];
    let open = true;
    const admits = (octets: number, outOfOrder: boolean): boolean => {
      asked.push([octets, outOfOrder]);
      return open;
    };
    const mem = new Memory();
    const ring = new Ring(mem, { admits });
    expect([ring.ensure(65, 0, 0), ring.ensure(129, 0, 0, true)]).toEqual([true, true]);
    expect(asked.splice(0)).toEqual([
      [128, false],
      [256, true],
    ]);
    // Not when there is room already, nor for more than can be.
    expect([ring.ensure(255, 0, 0), ring.ensure(256, 0, 0), ring.ensure(2 ** 24 + 1, 0, 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(asked).toEqual([]);
    open = false;
    expect([ring.ensure(257, 0, 0), ring.capacity, mem.used]).toEqual([false, 256, 256]);
  });

  it('holds 16 MiB at most', () => {
    const ring = new Ring(new Memory({ max: 2 ** 25 }));
    expect([ring.ensure(2 ** 24, 0, 0), ring.capacity]).toEqual([true, 2 ** 24]);
  });

  it('keeps its live octets at their sequence numbers when it grows or shrinks', () => {
    fc.assert(
      fc.property(seq, fc.nat(64), fc.integer({ min: 1, max: 2000 }), (lo, n, bigger) => {
        const mem = new Memory();
        const ring = new Ring(mem);
        ring.ensure(64, lo, lo);
        const data = bytes(n, 3);
        const hi = (lo + n) | 0;
        const got = new Uint8Array(n);
        ring.write(lo, data, 0, n);
        expect(ring.ensure(bigger, lo, hi)).toBe(true);
        expect(ring.capacity).toBeGreaterThanOrEqual(bigger);
        ring.copyOut(lo, got, 0, n);
        expect(got).toEqual(data);
        const capacity = ring.capacity;
        // Other octets, so that the old block does not hold them when it is used again.
        data.forEach((n, i) => {
          data[i] = ~n;
        });
        ring.write(lo, data, 0, n);
        expect(ring.shrink(1, lo, hi)).toBe(capacity > 64);
        expect(ring.capacity).toBe(64);
        ring.copyOut(lo, got.fill(0), 0, n);
        expect(got).toEqual(data);
        expect(mem.used).toBe(64);
      }),
    );
  });

  it('begins at the beginning of its block whenever it was empty, and goes on from there', () => {
    const mem = new Memory();
    const ring = new Ring(mem);
    for (const first of [1000, 2 ** 31 - 2, -7]) {
      ring.ensure(256, first, first);
      ring.write(first, Uint8Array.of(0xaa, 0xbb), 0, 2);
      ring.write((first + 2) | 0, Uint8Array.of(0xcc), 0, 1);
      const block = mem.u8.subarray(64, 320); // the first that a Memory hands out, each time
      expect([...block.subarray(0, 3)]).toEqual([0xaa, 0xbb, 0xcc]);
      block.fill(0);
      ring.release();
    }
  });

  it('begins there with what it holds, too, when it takes another block', () => {
    const mem = new Memory();
    const ring = new Ring(mem);
    ring.ensure(256, 0, 0);
    ring.write(254, Uint8Array.of(1, 2, 3, 4), 0, 4); // across its end
    ring.ensure(512, 254, 258);
    expect([...mem.u8.subarray(320, 325)]).toEqual([1, 2, 3, 4, 0]); // the second block of this Memory
    mem.u8.fill(0, 64, 320);
    ring.write(258, Uint8Array.of(5), 0, 1);
    ring.shrink(0, 256, 259);
    expect([...mem.u8.subarray(832, 836)]).toEqual([3, 4, 5, 0]); // the first of 64 octets, behind it
    expect(ring.capacity).toBe(64);
  });

  it('takes no memory before it is needed and gives all of it back', () => {
    const mem = new Memory();
    const ring = new Ring(mem);
    expect([ring.capacity, mem.used]).toEqual([0, 0]);
    ring.ensure(1000, 5, 5);
    expect([ring.capacity, mem.used]).toEqual([1024, 1024]);
    expect(ring.ensure(1024, 5, 6)).toBe(true);
    expect(mem.used).toBe(1024);
    expect(ring.shrink(0, 9, 9)).toBe(true);
    expect([ring.capacity, mem.used]).toEqual([0, 0]);
    ring.ensure(100, 5, 5);
    ring.release();
    ring.release();
    expect([ring.capacity, mem.used]).toEqual([0, 0]);
  });

  it('refuses to grow when there is no memory, and keeps what it has', () => {
    const mem = new Memory({ initial: 1024, max: 1024 });
    const ring = new Ring(mem);
    expect(ring.ensure(256, 0, 0)).toBe(true);
    ring.write(0, Uint8Array.of(1, 2, 3), 0, 3);
    expect(ring.ensure(1000, 0, 3)).toBe(false);
    expect(ring.ensure(2 ** 24 + 1, 0, 3)).toBe(false);
    const got = new Uint8Array(3);
    ring.copyOut(0, got, 0, 3);
    expect([...got, ring.capacity]).toEqual([1, 2, 3, 256]);
  });

  it('survives that the memory grows under it', () => {
    const mem = new Memory({ initial: 256 });
    const ring = new Ring(mem);
    ring.ensure(64, 0, 0);
    ring.write(60, Uint8Array.of(1, 2, 3, 4, 5, 6), 0, 6);
    ring.ensure(100_000, 60, 66);
    expect(mem.generation).toBeGreaterThan(0);
    const got = new Uint8Array(6);
    ring.copyOut(60, got, 0, 6);
    expect([...got]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
