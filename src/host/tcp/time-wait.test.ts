import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FourTuple } from '../base/four-tuple.ts';
import { fourTuple, type Nine } from '../base/testing.ts';
import { TupleTable } from '../base/tuple-table.ts';
import {
  TimeWaitTable,
  TW_EXPIRY,
  TW_FLAGS,
  TW_SND_NXT,
  TW_TS_RECENT,
  TW_TS_RECENT_AT,
} from './time-wait.ts';

const v4 = (n: number): Nine => [0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, n, (80 << 16) | n];
const v6 = (n: number): Nine => [1, 2, 3, n, 5, 6, 7, -n, (443 << 16) | n];

const tupleOf = (table: TimeWaitTable, i: number): Nine => {
  const { l0, l1, l2, l3, r0, r1, r2, r3, localPort, remotePort } = table.tuple(i, new FourTuple());
  return [l0, l1, l2, l3, r0, r1, r2, r3, (localPort << 16) | remotePort];
};

describe('TimeWaitTable', () => {
  it('starts a record with every field zero, also in a place used before', () => {
    const table = new TimeWaitTable(1, () => {});
    const first = table.add(60, fourTuple(v4(1)));
    table.set(first, TW_TS_RECENT, 7);
    table.set(first, TW_FLAGS, 7);
    const second = table.add(70, fourTuple(v4(2)));
    expect(table.get(second, TW_TS_RECENT)).toBe(0);
    expect(table.get(second, TW_FLAGS)).toBe(0);
    expect(table.get(second, TW_EXPIRY)).toBe(70);
  });

  it('is overdue, not in the far future, when its time has passed', () => {
    const table = new TimeWaitTable(4, () => {});
    table.add(60, fourTuple(v4(1)));
    expect(table.untilNext(100)).toBe(0);
  });

  it('a sweep leaves every time within 32 bits, due or old, however long nobody looked', () => {
    for (const days of [1, 24, 25, 49.7, 200]) {
      const table = new TimeWaitTable(10, () => {});
      const index = table.add(60_000, fourTuple(v4(1)));
      table.set(index, TW_TS_RECENT_AT, -1000);
      const elapsed = days * 86_400_000;
      const now = elapsed | 0;
      table.sweep(0, elapsed);
      expect((now - table.get(index, TW_TS_RECENT_AT)) | 0).toBe(Math.min(elapsed + 1000, 24.5 * 86_400_000));
      expect([table.untilNext(now), table.expire(now)]).toEqual([0, 1]);
    }
  });

  it('a sweep reaches all records of both families, and leaves what is recent as it is', () => {
    const table = new TimeWaitTable(10, () => {});
    const all = [
      table.add(60_000, fourTuple(v4(1))),
      table.add(60_000, fourTuple(v6(2))),
      table.add(60_000, fourTuple(v4(3))),
    ];
    for (const index of all) table.set(index, TW_TS_RECENT_AT, -1);
    table.sweep(0, 50_000);
    expect(all.map((i) => [table.get(i, TW_EXPIRY), table.get(i, TW_TS_RECENT_AT)])).toEqual(
      all.map(() => [60_000, -1]),
    );
    const elapsed = 200 * 86_400_000;
    table.sweep(0, elapsed);
    expect(all.map((i) => (elapsed - table.get(i, TW_TS_RECENT_AT)) | 0)).toEqual(
      all.map(() => 24.5 * 86_400_000),
    );
    expect(table.expire(elapsed | 0)).toBe(3);
  });

  it('an address that is IPv4-mapped in part only, or one whose other end is not, is kept whole', () => {
    const table = new TimeWaitTable(20, () => {});
    const mapped = v4(7);
    expect(table.add(60, fourTuple(mapped)) & 1).toBe(0);
    for (const word of [0, 1, 2, 4, 5, 6]) {
      const tuple = [...mapped] as Nine;
      tuple[word] = (tuple[word] as number) + 1;
      const index = table.add(60, fourTuple(tuple));
      expect([index & 1, tupleOf(table, index)]).toEqual([1, tuple]);
    }
  });

  it('holds one record at least', () => {
    const table = new TimeWaitTable(0, () => {});
    expect(table.capacity).toBe(1);
    table.add(60, fourTuple(v4(1)));
    const second = table.add(60, fourTuple(v4(2)));
    expect([table.size, table.overflowed, table.oldest]).toEqual([1, 1, second]);
  });

  it('takes 48 bytes for each IPv4 record and 72 for each IPv6 record, 512 at a time', () => {
    const table = new TimeWaitTable(2000, () => {});
    expect(table.bytes).toBe(0);
    for (let n = 0; n < 512; n++) table.add(60, fourTuple(v4(n)));
    expect(table.bytes).toBe(512 * 48);
    table.add(60, fourTuple(v4(512)));
    expect(table.bytes).toBe(2 * 512 * 48);
    for (let n = 0; n < 512; n++) table.add(60, fourTuple(v6(n)));
    expect(table.bytes).toBe(2 * 512 * 48 + 512 * 72);
  });

  it('uses the places of records that have gone again: it grows no larger than at its fullest', () => {
    const table = new TimeWaitTable(1000, () => {});
    table.add(1_000_000, fourTuple(v4(1)));
    for (let n = 2; n < 5000; n++) table.remove(table.add(60, fourTuple(n % 2 ? v4(n) : v6(n))));
    expect([table.size, table.bytes]).toEqual([1, 512 * (48 + 72)]);
  });

  /** One chunk of records. */
  const SLACK = (512 * 48) / 10_000;

  it('takes 68 to 88 bytes per IPv4 record together with its place in the tuple table, 108 while that moves', () => {
    const demux = new TupleTable(1, 2);
    const table = new TimeWaitTable(100_000, () => {});
    let most = 0;
    let least = 1000;
    let moving = 0;
    for (let n = 1; n <= 100_000; n++) {
      const index = table.add(60_000, fourTuple(v4(n)));
      demux.set(fourTuple(v4(n)), ~index);
      if (n < 10_000) continue;
      const each = (table.bytes + demux.bytes) / n;
      if (each > most) most = each;
      if (each < least) least = each;
      if (each > 88 + SLACK) moving++;
    }
    expect(Math.floor(least)).toBe(68);
    expect(most).toBeLessThanOrEqual(108 + SLACK);
    expect(moving).toBeLessThan(10_000);
  });

  it('gives its memory back when the last record goes', () => {
    const table = new TimeWaitTable(10_000, () => {});
    for (let n = 0; n < 10_000; n++) table.add(n, fourTuple(n % 2 ? v4(n) : v6(n)));
    const full = table.bytes;
    expect(table.expire(10_000)).toBe(10_000);
    expect(table.bytes).toBeLessThan(full / 8);
    expect(tupleOf(table, table.add(1, fourTuple(v6(9))))).toEqual(v6(9));
  });

  it('agrees with a list on random adding, restarting, removing and expiring', () => {
    const step = fc.record({
      op: fc.constantFrom('add', 'add', 'restart', 'remove', 'time'),
      pick: fc.nat(1000),
      dt: fc.nat(30),
      six: fc.boolean(),
    });
    const start = fc.constantFrom(0, 2 ** 31 - 100, 2 ** 32 - 100);
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 300, size: 'max' }), (start, steps) => {
        const gone: number[] = [];
        const table = new TimeWaitTable(20, (index) => {
          gone.push(table.get(index, TW_SND_NXT));
        });
        let list: { name: number; index: number; tuple: Nine; at: number }[] = [];
        let now = start;
        let name = 0;
        let overflowed = 0;
        for (const { op, pick, dt, six } of steps) {
          const chosen = list[pick % Math.max(1, list.length)];
          const want: number[] = [];
          if (op === 'add') {
            if (list.length === 20) {
              want.push(list.shift()!.name);
              overflowed++;
            }
            const tuple = six ? v6(++name) : v4(++name);
            const index = table.add((now + 60) | 0, fourTuple(tuple));
            table.set(index, TW_SND_NXT, name);
            list.push({ name, index, tuple, at: now + 60 });
          } else if (op === 'restart' && chosen) {
            table.restart(chosen.index, (now + 60) | 0);
            list = [...list.filter((r) => r !== chosen), { ...chosen, at: now + 60 }];
          } else if (op === 'remove' && chosen) {
            table.remove(chosen.index);
            list = list.filter((r) => r !== chosen);
          } else if (op === 'time') {
            now += dt;
            want.push(...list.filter((r) => r.at <= now).map((r) => r.name));
            list = list.filter((r) => r.at > now);
            expect(table.expire(now | 0)).toBe(want.length);
          }
          expect(gone).toEqual(want);
          gone.length = 0;
          expect(table.overflowed).toBe(overflowed);
          expect(table.size).toBe(list.length);
          expect(table.untilNext(now | 0)).toBe(list[0] === undefined ? -1 : list[0].at - now);
          for (const r of list) {
            expect(table.get(r.index, TW_SND_NXT)).toBe(r.name);
            expect(tupleOf(table, r.index)).toEqual(r.tuple);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
