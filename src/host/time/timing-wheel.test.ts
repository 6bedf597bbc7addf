import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimingWheel } from './timing-wheel.ts';

function fired(wheel: TimingWheel, nowMs: number): number[] {
  wheel.advance(nowMs);
  const ids: number[] = [];
  for (let id = wheel.next(); id !== -1; id = wheel.next()) ids.push(id);
  return ids;
}

/** The same contract as a sorted list: times as plain numbers that never wrap. */
class NaiveTimers {
  list: { id: number; at: number; order: number }[] = [];
  order = 0;
  now: number;
  constructor(now: number) {
    this.now = now;
  }
  arm(id: number, at: number): void {
    this.disarm(id);
    this.list.push({ id, at: Math.max(at, this.now), order: this.order++ });
    this.list.sort((a, b) => a.at - b.at || a.order - b.order);
  }
  disarm(id: number): void {
    this.list = this.list.filter((t) => t.id !== id);
  }
  advance(now: number): number[] {
    if (now > this.now) this.now = now;
    const ids = this.list.filter((t) => t.at <= this.now).map((t) => t.id);
    this.list = this.list.filter((t) => t.at > this.now);
    return ids;
  }
}

const DAY = 86_400_000;

describe('TimingWheel', () => {
  it('fires in the order of the deadlines, at equal deadlines in the order of arming', () => {
    const wheel = new TimingWheel(0);
    for (const [id, at] of [
      [1, 300],
      [2, 70_000],
      [3, 5],
      [4, 70_000],
      [5, 300],
    ] as const)
      wheel.arm(id, at);
    expect(fired(wheel, 4)).toEqual([]);
    expect(fired(wheel, 5)).toEqual([3]);
    expect(fired(wheel, 69_999)).toEqual([1, 5]);
    expect(fired(wheel, 70_000)).toEqual([2, 4]);
    expect(wheel.size).toBe(0);
  });

  it('fires at the very tick when a deadline is the first tick of a slot of any level', () => {
    for (const at of [256, 65_536, 16_777_216, 16_777_216 + 65_536, 65_536 + 256]) {
      const wheel = new TimingWheel(1);
      wheel.arm(0, at);
      expect(fired(wheel, at - 1)).toEqual([]);
      expect(fired(wheel, at)).toEqual([0]);
    }
  });

  it('says exactly how long nothing will happen when few timers share a slot', () => {
    for (const delay of [1, 255, 256, 1000, 60_000, 65_536, 7_200_000, 20 * DAY]) {
      const wheel = new TimingWheel(123_456_789);
      wheel.arm(0, 123_456_789 + delay);
      wheel.arm(1, (123_456_789 + delay + 1) | 0);
      expect(wheel.untilNext(123_456_789)).toBe(delay);
    }
  });

  it('reaches 2^31 - 1 ms ahead from anywhere on the circle', () => {
    for (let slot = 0; slot < 256; slot++) {
      const now = (slot << 24) | 5;
      const wheel = new TimingWheel(now);
      wheel.arm(0, (now + 0x7fffffff) | 0);
      expect(wheel.untilNext(now)).toBe(0x7fffffff);
      expect(fired(wheel, (now + 0x7ffffffe) | 0)).toEqual([]);
      expect(fired(wheel, (now + 0x7fffffff) | 0)).toEqual([0]);
    }
  });

  it('is woken at most three times too early when many timers share a far slot', () => {
    const wheel = new TimingWheel(0);
    for (let id = 0; id < 100; id++) wheel.arm(id, 20 * DAY + id);
    let now = 0;
    let wakes = 0;
    while (fired(wheel, now).length === 0) {
      now += wheel.untilNext(now);
      wakes++;
    }
    expect(now).toBe(20 * DAY);
    expect(wakes).toBeLessThanOrEqual(4);
  });

  it('fires what was armed for the past at the next advance, even if time stands still', () => {
    const wheel = new TimingWheel(1000);
    wheel.arm(7, 900);
    wheel.arm(8, 1000);
    expect(wheel.untilNext(1000)).toBe(0);
    expect(fired(wheel, 1000)).toEqual([7, 8]);
  });

  it('does not hand out in one batch what was armed during the batch', () => {
    const wheel = new TimingWheel(0);
    wheel.arm(1, 10);
    wheel.advance(10);
    expect(wheel.next()).toBe(1);
    wheel.arm(1, 10);
    wheel.arm(2, 5);
    expect(wheel.next()).toBe(-1);
    expect(fired(wheel, 10)).toEqual([1, 2]);
  });

  it('does not fire an entry that was disarmed while the batch is being taken', () => {
    const wheel = new TimingWheel(0);
    for (const id of [1, 2, 3]) wheel.arm(id, 10);
    wheel.advance(10);
    expect(wheel.next()).toBe(1);
    wheel.disarm(2);
    expect(wheel.next()).toBe(3);
    expect(wheel.next()).toBe(-1);
    expect(wheel.size).toBe(0);
  });

  it('keeps the earlier deadline when told to fire no later than a later one', () => {
    const wheel = new TimingWheel(0);
    wheel.armNoLater(4, 100);
    wheel.armNoLater(4, 200);
    expect(wheel.untilNext(0)).toBe(100);
    wheel.armNoLater(4, 50);
    expect(wheel.untilNext(0)).toBe(50);
    expect(wheel.size).toBe(1);
  });

  it('nothing happens when it is armed for that very time: it keeps its turn', () => {
    const wheel = new TimingWheel(0);
    for (const id of [1, 2, 3]) wheel.arm(id, 100);
    wheel.armNoLater(1, 100);
    expect(fired(wheel, 100)).toEqual([1, 2, 3]);
  });

  it('looks at 16 timers of a far slot to say exactly; when there are more, it says when the slot begins', () => {
    for (const [n, wait] of [
      [16, 70_000],
      [17, 65_536],
    ] as const) {
      const wheel = new TimingWheel(0);
      for (let i = 1; i <= n; i++) wheel.arm(i, 70_000 + n - i);
      expect([n, wheel.untilNext(0)]).toEqual([n, wait]);
    }
  });

  it('keeps what was due and not taken: the next advance adds to it', () => {
    const wheel = new TimingWheel(0);
    wheel.arm(1, 10);
    wheel.advance(10);
    wheel.advance(15);
    expect([wheel.size, wheel.isArmed(1), wheel.untilNext(15)]).toEqual([1, true, 0]);
    wheel.arm(2, 20);
    wheel.arm(3, 30);
    expect(fired(wheel, 20)).toEqual([1, 2]);
    expect(wheel.untilNext(20)).toBe(10);
  });

  it('time that goes back does not put off what was late already', () => {
    const wheel = new TimingWheel(1000);
    wheel.arm(1, 2000);
    expect(fired(wheel, 1500)).toEqual([]);
    expect(fired(wheel, 900)).toEqual([]);
    wheel.arm(2, 1400);
    expect(wheel.untilNext(900)).toBe(0);
    expect(fired(wheel, 900)).toEqual([2]);
    expect(wheel.untilNext(900)).toBe(1100);
    expect(fired(wheel, 2000)).toEqual([1]);
  });

  it('does not lose time when it was empty for longer than int32 reaches', () => {
    const wheel = new TimingWheel(0);
    const later = (30 * DAY) | 0;
    wheel.advance(later);
    wheel.arm(1, (later + 5) | 0);
    expect(fired(wheel, (later + 4) | 0)).toEqual([]);
    expect(fired(wheel, (later + 5) | 0)).toEqual([1]);
  });

  it('restarted, it has forgotten everything and stands anywhere', () => {
    const wheel = new TimingWheel(0);
    for (const [id, delay] of [1, 300, 70_000, 2 ** 30].entries()) wheel.arm(id, delay);
    wheel.arm(9, -5);
    wheel.advance(0);
    wheel.arm(8, -5);
    const later = (40 * DAY) | 0;
    wheel.restart(later);
    expect([wheel.size, wheel.untilNext(later), wheel.isArmed(1), wheel.next()]).toEqual([0, -1, false, -1]);
    wheel.arm(1, (later + 5) | 0);
    wheel.arm(2, (later - 5) | 0);
    expect(fired(wheel, later)).toEqual([2]);
    expect(fired(wheel, (later + 5) | 0)).toEqual([1]);
  });

  it('restarted where it stood, fires the same deadlines as the first time', () => {
    const wheel = new TimingWheel(0);
    const deadlines = [-5, 1, 1, 300, 70_000, 20_000_000, 2 ** 30, 2 ** 30];
    for (const _ of ['new', 'restarted', 'restarted again']) {
      for (const [id, at] of deadlines.entries()) wheel.arm(id, at);
      expect([wheel.size, wheel.untilNext(0)]).toEqual([8, 0]);
      expect(fired(wheel, 0)).toEqual([0]);
      expect(fired(wheel, 2 ** 30)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      for (const [id, at] of deadlines.entries()) wheel.arm(id, 2 ** 30 + at);
      wheel.restart(0);
      expect([wheel.size, wheel.untilNext(0)]).toEqual([0, -1]);
    }
  });

  it('restarted, is not woken for what it has forgotten', () => {
    for (const forgotten of [5, 300, 70_000, 20_000_000]) {
      const wheel = new TimingWheel(0);
      wheel.arm(1, forgotten);
      wheel.restart(0);
      wheel.arm(2, forgotten + 2 ** 25);
      expect([forgotten, wheel.untilNext(0)]).toEqual([forgotten, forgotten + 2 ** 25]);
    }
  });

  it('has room for 64 ids, then for twice as many and so on, 16 bytes each', () => {
    const empty = new TimingWheel(0).bytes;
    for (const [id, room] of [
      [63, 64],
      [64, 128],
      [127, 128],
      [128, 256],
      [1000, 1024],
    ] as const) {
      for (const way of ['arm', 'armNoLater'] as const) {
        const wheel = new TimingWheel(0);
        wheel.disarm(id);
        expect([wheel.isArmed(id), wheel.size]).toEqual([false, 0]);
        wheel[way](id, 10);
        expect([wheel.isArmed(id), wheel.size, wheel.bytes - empty]).toEqual([true, 1, 16 * (room - 64)]);
        expect([fired(wheel, 10), wheel.isArmed(id)]).toEqual([[id], false]);
      }
    }
    expect(empty).toBe(16 * 64 + 2 * 4 * 1026 + 4 * 32);
  });

  it('takes ids as they grow', () => {
    const wheel = new TimingWheel(0);
    wheel.disarm(1_000_000);
    expect(wheel.isArmed(1_000_000)).toBe(false);
    for (let id = 0; id < 5000; id++) wheel.arm(id, 1 + (id % 50));
    wheel.arm(1_000_000, 60);
    expect(fired(wheel, 50)).toHaveLength(5000);
    expect(fired(wheel, 60)).toEqual([1_000_000]);
  });

  it('agrees with a sorted list on random arming, disarming and jumps of time, also where int32 wraps', () => {
    const delay = fc.oneof(
      fc.integer({ min: -5, max: 600 }),
      fc.integer({ min: 0, max: 70_000 }),
      fc.integer({ min: 0, max: 20_000_000 }),
      fc.integer({ min: 0, max: 12 * DAY }),
    );
    const id = fc.nat(70);
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ op: fc.constant('arm' as const), id, delay }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('disarm' as const), id, delay: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('advance' as const), id, delay }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('jump' as const), id, delay: fc.constant(0) }) },
    );
    const start = fc.constantFrom(0, 1000, 2 ** 31 - 50_000, 2 ** 32 - 50_000, 2 ** 32 - 300, 2 ** 32 - 1);
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 200, size: 'max' }), (start, steps) => {
        const wheel = new TimingWheel(start | 0);
        const naive = new NaiveTimers(start);
        for (const { op, id, delay } of steps) {
          if (op === 'arm') {
            wheel.arm(id, (naive.now + delay) | 0);
            naive.arm(id, naive.now + delay);
          } else if (op === 'disarm') {
            wheel.disarm(id);
            naive.disarm(id);
          } else {
            let to = naive.now + delay;
            if (op === 'jump') {
              const wait = wheel.untilNext(naive.now | 0);
              const first = naive.list[0];
              if (first === undefined) expect(wait).toBe(-1);
              else if (naive.list.length <= 16) expect(wait).toBe(Math.max(0, first.at - naive.now));
              else expect(wait).toBeLessThanOrEqual(first.at - naive.now);
              if (wait > 0) expect(fired(wheel, (naive.now + wait - 1) | 0)).toEqual([]);
              if (wait > 0) naive.advance(naive.now + wait - 1);
              to = naive.now + (wait > 0 ? 1 : 0);
            }
            expect(fired(wheel, to | 0)).toEqual(naive.advance(to));
          }
          expect(wheel.size).toBe(naive.list.length);
          expect(wheel.isArmed(id)).toBe(naive.list.some((t) => t.id === id));
        }
      }),
      { numRuns: 400 },
    );
  });
});
