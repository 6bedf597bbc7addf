import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fourTuple, type Nine } from './testing.ts';
import { NONE, TupleTable } from './tuple-table.ts';

const v4 = (local: number, remote: number, ports: number): Nine => [
  0,
  0,
  0xffff,
  local | 0,
  0,
  0,
  0xffff,
  remote | 0,
  ports | 0,
];

/** Few enough tuples that random steps hit the same ones, and neighbours in every word. */
const tuple: fc.Arbitrary<Nine> = fc.oneof(
  fc.tuple(fc.nat(2), fc.integer({ min: -4, max: 4 }), fc.nat(8)).map(([l, r, p]) => v4(l, r, p)),
  fc.array(fc.constantFrom(0, 1, 0xffff), { minLength: 9, maxLength: 9 }).map((t) => t as Nine),
);

describe('TupleTable', () => {
  it('agrees with a Map on random setting, finding and deleting, IPv4 and IPv6, values of either sign', () => {
    const step = fc.record({
      op: fc.constantFrom('set', 'set', 'find', 'delete'),
      tuple,
      value: fc.integer({ min: NONE + 1, max: 2 ** 31 - 1 }),
    });
    const key = fc.tuple(fc.integer(), fc.integer());
    fc.assert(
      fc.property(key, fc.array(step, { maxLength: 400, size: 'max' }), ([k0, k1], steps) => {
        const table = new TupleTable(k0, k1);
        const map = new Map<string, number>();
        for (const { op, tuple, value } of steps) {
          const name = tuple.join();
          const want = map.get(name) ?? NONE;
          if (op === 'find') expect(table.find(fourTuple(tuple))).toBe(want);
          else if (op === 'set') {
            expect(table.set(fourTuple(tuple), value)).toBe(want);
            map.set(name, value);
            expect(table.find(fourTuple(tuple))).toBe(value);
          } else {
            expect(table.delete(fourTuple(tuple))).toBe(want);
            map.delete(name);
            expect(table.find(fourTuple(tuple))).toBe(NONE);
          }
          expect(table.size).toBe(map.size);
        }
        const values: number[] = [];
        table.forEach((value) => {
          values.push(value);
        });
        expect(values.sort()).toEqual([...map.values()].sort());
        for (const [name, value] of map)
          expect(table.find(fourTuple(name.split(',').map(Number) as Nine))).toBe(value);
      }),
      { numRuns: 200 },
    );
  });

  it('finds nothing in an empty table, also for the tuple of all zeros', () => {
    const table = new TupleTable(1, 2);
    expect(table.find(fourTuple([0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe(NONE);
    expect(table.find(fourTuple(v4(0, 0, 0)))).toBe(NONE);
    expect(table.delete(fourTuple(v4(0, 0, 0)))).toBe(NONE);
  });

  it('keeps every entry while it grows to 20000 and gives the memory back when they are gone, but for 1024 slots', () => {
    const table = new TupleTable(3, 4);
    const empty = table.bytes;
    for (let i = 0; i < 20_000; i++) table.set(fourTuple(v4(0x0a000001, i >> 4, i & 15)), i);
    expect(table.bytes / table.size).toBeLessThanOrEqual(41);
    for (let i = 0; i < 20_000; i += 2)
      expect(table.delete(fourTuple(v4(0x0a000001, i >> 4, i & 15)))).toBe(i);
    for (let i = 1; i < 20_000; i += 2) expect(table.find(fourTuple(v4(0x0a000001, i >> 4, i & 15)))).toBe(i);
    for (let i = 1; i < 20_000; i += 2) table.delete(fourTuple(v4(0x0a000001, i >> 4, i & 15)));
    expect(table.size).toBe(0);
    const kept = empty + (1024 - 16) * 16;
    expect(table.bytes).toBe(kept);
    for (let i = 0; i < 500; i++) table.set(fourTuple(v4(1, i, 80)), i);
    expect(table.bytes).toBe(kept); // nothing is made anew for what comes again
  });

  it('grows and shrinks step by step: what has not moved yet is found, set, deleted and visited', () => {
    for (const tupleOf of [
      (i: number) => v4(0x0a000001, i >> 4, i & 15),
      (i: number): Nine => [1, 2, 3, i, 5, 6, 7, 8, 80],
    ]) {
      const table = new TupleTable(5, 6);
      const values = (): number[] => {
        const all: number[] = [];
        table.forEach((value) => {
          all.push(value);
        });
        return all.sort((a, b) => a - b);
      };
      let bytes = table.bytes;
      let grew = 0;
      for (let i = 0; i < 3000; i++) {
        table.set(fourTuple(tupleOf(i)), i);
        const early = Math.imul(i, 0x9e3779b1) >>> 20;
        if (early < i) expect(table.find(fourTuple(tupleOf(early)))).toBe(early);
        if (table.bytes <= bytes) continue;
        // Both arrays are there: what is in either is one table.
        bytes = table.bytes;
        grew++;
        expect(values()).toEqual(Array.from({ length: i + 1 }, (_, n) => n));
        expect(table.delete(fourTuple(tupleOf(i >> 1)))).toBe(i >> 1);
        expect(table.find(fourTuple(tupleOf(i >> 1)))).toBe(NONE);
        expect(table.set(fourTuple(tupleOf(i >> 1)), i >> 1)).toBe(NONE);
        expect(table.size).toBe(i + 1);
      }
      expect(grew).toBeGreaterThanOrEqual(8);
      for (let i = 0; i < 3000; i++) {
        expect(table.delete(fourTuple(tupleOf(i)))).toBe(i);
        if (i % 97 === 0) expect(values()).toEqual(Array.from({ length: 2999 - i }, (_, n) => i + 1 + n));
      }
    }
  });

  it('is laid out by its key: another key gives another order', () => {
    const order = (k0: number, k1: number) => {
      const table = new TupleTable(k0, k1);
      for (let i = 0; i < 64; i++) table.set(fourTuple(v4(1, i, 80)), i);
      const values: number[] = [];
      table.forEach((value) => {
        values.push(value);
      });
      return values;
    };
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 2)).not.toEqual(order(1, 3));
    expect(order(1, 2)).not.toEqual(order(0, 2));
  });

  const families: [string, number, (i: number) => Nine][] = [
    ['IPv4', 16, (i) => v4(0x0a000001, i, 80)],
    ['IPv6', 40, (i) => [1, 2, 3, i, 5, 6, 7, 8, 80]],
  ];

  it.each(families)(
    '%s: what probed past a slot that is emptied is found, whatever the key',
    (_, __, tupleOf) => {
      for (let k0 = 0; k0 < 20; k0++) {
        const table = new TupleTable(k0, 7);
        for (let i = 0; i < 12; i++) table.set(fourTuple(tupleOf(i)), i);
        for (let i = 0; i < 12; i += 2) expect(table.delete(fourTuple(tupleOf(i)))).toBe(i);
        const found = Array.from({ length: 12 }, (_, i) => table.find(fourTuple(tupleOf(i))));
        expect(found).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? NONE : i)));
      }
    },
  );

  it.each(families)(
    '%s: doubles when more than four fifths are full, and drops the old array when that is empty',
    (_, octets, tupleOf) => {
      const table = new TupleTable(1, 2);
      const empty = table.bytes;
      const grown = (n: number): number => {
        for (let i = 0; i < n; i++) table.set(fourTuple(tupleOf(i)), i);
        return (table.bytes - empty) / octets;
      };
      expect([12, 13, 14].map(grown)).toEqual([0, 32, 16]);
    },
  );

  it.each(families)(
    '%s: halves when less than an eighth is full, down to 1024 slots',
    (_, octets, tupleOf) => {
      const table = new TupleTable(1, 2);
      const empty = table.bytes;
      for (let i = 0; i < 900; i++) table.set(fourTuple(tupleOf(i)), i);
      const downTo = (n: number): number => {
        for (let i = table.size - 1; i >= n; i--) table.delete(fourTuple(tupleOf(i)));
        return (table.bytes - empty) / octets + 16;
      };
      expect([256, 255, 100, 0].map(downTo)).toEqual([2048, 2048 + 1024, 1024, 1024]);
    },
  );

  it('an IPv4 tuple by its words: what was asked for last is no older than the last change', () => {
    const table = new TupleTable(1, 2);
    const find = (remote: number, ports = (80 << 16) | 9): number => table.find4(5, remote, ports);
    const tuple = fourTuple(v4(5, 6, (80 << 16) | 9));
    expect(find(6)).toBe(NONE);
    table.set(tuple, 1);
    expect(find(6)).toBe(1);
    table.set(tuple, 2);
    expect([find(6), find(7), find(6, (80 << 16) | 8), table.find4(4, 6, (80 << 16) | 9), find(6)]).toEqual([
      2,
      NONE,
      NONE,
      NONE,
      2,
    ]);
    table.delete(tuple);
    expect(find(6)).toBe(NONE);
    expect(table.find(tuple)).toBe(NONE);
  });
});
