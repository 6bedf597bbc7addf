import { describe, expect, it } from 'vitest';
import { defaultConfig, State, Tcb } from '../../tcp/index.ts';
import { FourTuple } from '../base/four-tuple.ts';
import { NONE, TupleTable } from '../base/tuple-table.ts';
import { TimeWaitStore } from './time-wait-store.ts';

const MAPPED = 0xffff;

function tcbInTimeWait(n: number, expiryMs: number, six = false): Tcb {
  const tcb = new Tcb(defaultConfig);
  tcb.state = State.TIME_WAIT;
  tcb.family = six ? 6 : 4;
  tcb.l0 = six ? 0x20010db8 : 0;
  tcb.r0 = six ? 0x20010db8 : 0;
  tcb.l2 = six ? 1 : MAPPED;
  tcb.r2 = six ? 2 : MAPPED;
  tcb.l3 = 0x0a000001;
  tcb.r3 = 0x0a000002;
  tcb.localPort = 80;
  tcb.remotePort = 40_000 + n;
  tcb.snd.nxt = -5 + n;
  tcb.rcv.nxt = 0x7fffffff;
  tcb.rcv.edge = (tcb.rcv.nxt + 70_000) | 0;
  tcb.rcv.wscale = 7;
  tcb.ts = 1;
  tcb.tsRecent = -1;
  tcb.tsRecentMs = 1234;
  tcb.tsOffset = -77;
  tcb.challenged = 1;
  tcb.challengeMs = 4321;
  tcb.timer.wait = expiryMs;
  return tcb;
}

function store(capacity = 100): { table: TupleTable; records: TimeWaitStore; ended: number[] } {
  const table = new TupleTable(1, 2);
  const ended: number[] = [];
  const records = new TimeWaitStore({
    config: defaultConfig,
    table,
    tsOffset: () => -77,
    capacity,
    watched: () => true,
    ended: (tcb) => {
      expect(tcb.state).toBe(State.CLOSED);
      ended.push(tcb.remotePort - 40_000);
    },
  });
  return { table, records, ended };
}

function find(table: TupleTable, t: Tcb): number {
  return table.find(new FourTuple().copy(t));
}

describe('TimeWaitStore', () => {
  it('keeps what TIME-WAIT needs of a TCB, and nothing else: both families', () => {
    for (const six of [false, true]) {
      const { table, records } = store();
      const tcb = tcbInTimeWait(3, 60_000, six);
      records.add(tcb, 64, 0);
      const value = find(table, tcb);
      expect(value).toBeLessThan(0);
      expect(value).not.toBe(NONE);
      const back = records.load(~value);
      for (const field of [
        'family',
        'l0',
        'l1',
        'l2',
        'l3',
        'r0',
        'r1',
        'r2',
        'r3',
        'localPort',
        'remotePort',
      ] as const)
        expect([field, back[field]]).toEqual([field, tcb[field]]);
      for (const field of [
        'state',
        'ts',
        'tsRecent',
        'tsRecentMs',
        'tsOffset',
        'challenged',
        'challengeMs',
      ] as const)
        expect([field, back[field]]).toEqual([field, tcb[field]]);
      expect([back.snd.nxt, back.snd.una]).toEqual([tcb.snd.nxt, tcb.snd.nxt]);
      expect([back.rcv.nxt, back.rcv.edge, back.rcv.wscale]).toEqual([tcb.rcv.nxt, tcb.rcv.edge, 7]);
      expect(back.timer.wait).toBe(60_000);
    }
  });

  it('keeps flags, window scale, time to live and Diffserv field apart, at either end of their range', () => {
    const { table, records } = store();
    const ways = [
      [0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 14, 0, 0],
      [0, 0, 0, 255, 0],
      [0, 0, 0, 0, 255],
      [1, 1, 14, 255, 255],
    ] as const;
    for (const [n, [ts, challenged, wscale, ttl, tos]] of ways.entries()) {
      const tcb = tcbInTimeWait(n, 60_000);
      Object.assign(tcb, { ts, challenged });
      tcb.rcv.wscale = wscale;
      records.add(tcb, ttl, tos);
      const index = ~find(table, tcb);
      for (const _ of ['as added', 'as stored again']) {
        const back = records.load(index);
        expect([back.ts, back.challenged, back.rcv.wscale, records.ttl, records.tos]).toEqual(ways[n]);
        records.store(index, back);
      }
    }
  });

  it('a record in the place of one that was challenged was not', () => {
    const { table, records } = store();
    const tcb = tcbInTimeWait(1, 1000);
    for (const challenged of [1, 0, 1]) {
      records.add(Object.assign(tcb, { challenged }), 64, 0);
      const index = ~find(table, tcb);
      const back = records.load(index);
      expect([back.challenged, back.challengeMs]).toEqual(challenged === 1 ? [1, 4321] : [0, 0]);
      // RFC 5961 section 7: what a segment has drawn counts from then on.
      records.store(index, Object.assign(back, { challenged: 1, challengeMs: 5000 }));
      expect(records.load(index).challengeMs).toBe(5000);
      records.expire(1000);
    }
  });

  it('what is loaded is no connection of the host, owes nothing and waits for nothing', () => {
    const { table, records } = store();
    const tcb = tcbInTimeWait(1, 60_000);
    records.add(tcb, 64, 0);
    const index = ~find(table, tcb);
    const used = records.load(index);
    Object.assign(used, { state: State.CLOSED, error: 1, signals: 1, ackNow: 1 });
    const { id, state, error, signals, ackNow, snd, rcv } = records.load(index);
    expect([id, state, error, signals, ackNow]).toEqual([-1, State.TIME_WAIT, 0, 0, 0]);
    // Our FIN is acknowledged, all text is read.
    expect([snd.una, snd.end, snd.fin]).toEqual([snd.nxt, snd.nxt - 1, 1]);
    expect([rcv.user, rcv.acked, rcv.buf]).toEqual([rcv.nxt, rcv.nxt, 70_000]);
  });

  it('takes a record and its tuple away at its time, and tells of it', () => {
    const { table, records, ended } = store();
    const tcbs = [1, 2, 3].map((n) => tcbInTimeWait(n, 1000 * n, n === 2));
    for (const tcb of tcbs) records.add(tcb, 64, 0);
    expect(records.untilNext(0)).toBe(1000);
    records.expire(2000);
    expect([ended, records.size]).toEqual([[1, 2], 1]);
    expect(tcbs.map((tcb) => find(table, tcb) === NONE)).toEqual([true, true, false]);
    records.expire(3000);
    expect([records.size, table.size, records.untilNext(3000)]).toEqual([0, 0, -1]);
  });

  it('a record whose wait was restarted goes later', () => {
    const { table, records, ended } = store();
    for (const n of [1, 2]) records.add(tcbInTimeWait(n, 1000), 64, 0);
    const index = ~find(table, tcbInTimeWait(1, 0));
    const tcb = records.load(index);
    tcb.timer.wait = 5000;
    tcb.tsRecent = 99;
    records.store(index, tcb);
    records.expire(4999);
    expect([ended, records.size]).toEqual([[2], 1]);
    expect(records.load(index).tsRecent).toBe(99);
    records.expire(5000);
    expect(records.size).toBe(0);
  });

  it('a record whose wait was not restarted keeps its turn', () => {
    const { table, records } = store();
    for (const n of [1, 2]) records.add(tcbInTimeWait(n, 1000 * n), 64, 0);
    const index = ~find(table, tcbInTimeWait(1, 0));
    records.store(index, records.load(index));
    expect(records.untilNext(0)).toBe(1000);
  });

  it('a full store loses its oldest, with its tuple', () => {
    const { table, records } = store(2);
    for (const n of [1, 2, 3]) records.add(tcbInTimeWait(n, 1000 + n), 64, 0);
    expect([records.size, records.overflowed, table.size]).toEqual([2, 1, 2]);
    expect(find(table, tcbInTimeWait(1, 0))).toBe(NONE);
  });

  it('remove forgets a record and its tuple without a word', () => {
    const { table, records, ended } = store();
    const tcb = tcbInTimeWait(1, 1000);
    records.add(tcb, 64, 0);
    records.remove(~find(table, tcb));
    expect([records.size, table.size, ended]).toEqual([0, 0, []]);
  });

  it('remove leaves a tuple that has another owner by then', () => {
    const { table, records, ended } = store();
    const tcb = tcbInTimeWait(1, 1000);
    records.add(tcb, 64, 0);
    const index = ~find(table, tcb);
    table.set(new FourTuple().copy(tcb), 5);
    records.remove(index);
    expect([records.size, ended, find(table, tcb)]).toEqual([0, [], 5]);
  });

  it('remove of a record whose tuple is nobody’s any more leaves none behind', () => {
    const { table, records } = store();
    const tcb = tcbInTimeWait(1, 1000);
    records.add(tcb, 64, 0);
    const index = ~find(table, tcb);
    table.delete(new FourTuple().copy(tcb));
    records.remove(index);
    expect([records.size, table.size]).toEqual([0, 0]);
  });

  it('clear forgets all of them without a word, and their tuples', () => {
    const { table, records, ended } = store();
    for (const n of [1, 2, 3]) records.add(tcbInTimeWait(n, 1000, n === 2), 64, 0);
    records.clear();
    expect([records.size, table.size, ended, records.untilNext(0)]).toEqual([0, 0, [], -1]);
  });

  it('a sweep reaches the records and the TCB that is loaded', () => {
    const { table, records } = store();
    const tcb = tcbInTimeWait(1, 1000);
    records.add(tcb, 64, 0);
    const loaded = records.load(~find(table, tcb));
    const elapsed = 200 * 86_400_000;
    records.sweep(2000, elapsed);
    const now = (2000 + elapsed) | 0;
    expect((now - loaded.challengeMs) | 0).toBe(24.5 * 86_400_000);
    expect((now - records.load(~find(table, tcb)).challengeMs) | 0).toBe(24.5 * 86_400_000);
    expect(records.untilNext(now)).toBe(0);
  });

  it('says how many bytes it holds', () => {
    const { records } = store();
    expect(records.bytes).toBe(0);
    records.add(tcbInTimeWait(1, 1000), 64, 0);
    expect(records.bytes).toBe(512 * 48);
    records.add(tcbInTimeWait(2, 1000, true), 64, 0);
    expect(records.bytes).toBe(512 * (48 + 72));
  });
});
