import { expect, test } from 'vitest';
import { HostDriver, RealClock, type TimerPlatform } from '../index.ts';

/** Time that the test moves, and timers that know whether they keep a process. */
class FakeTime implements TimerPlatform {
  readonly timeOrigin = 0;
  ms = 0;
  timers: { atMs: number; fn: () => void; ref: boolean }[] = [];

  now(): number {
    return this.ms;
  }
  setTimer(ms: number, fn: () => void): unknown {
    const timer = { atMs: this.ms + Math.max(0, ms), fn, ref: true };
    this.timers.push(timer);
    return timer;
  }
  clearTimer(timer: unknown): void {
    this.timers = this.timers.filter((each) => each !== timer);
  }
  unref(timer: unknown): void {
    (timer as { ref: boolean }).ref = false;
  }
  /** Whether a process would live on. */
  get alive(): boolean {
    return this.timers.some(({ ref }) => ref);
  }
  advance(ms: number): void {
    const end = this.ms + ms;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.clearTimer(next);
      this.ms = next.atMs;
      next.fn();
    }
    this.ms = end;
  }
}

/** A host that notes its polls. */
class FakeHost {
  polls: number[] = [];
  due = Infinity;
  wake: (atUs: number) => void = () => {};
  poll(nowUs: number): void {
    this.polls.push(nowUs);
    if (this.due <= nowUs) this.due = Infinity;
  }
  wakeAt(): number {
    return this.due;
  }
  setWaker(wake: (atUs: number) => void): void {
    this.wake = wake;
  }
  /** Somebody called it: it wants to be polled. */
  want(atUs: number): void {
    this.due = atUs;
    this.wake(atUs);
  }
}

test('a host is polled when it is due, and not before', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  new HostDriver(host, new RealClock(time), time);
  host.want(5000);
  time.advance(4);
  expect(host.polls).toEqual([]);
  time.advance(2);
  expect(host.polls).toEqual([5000]);
  expect(time.timers).toEqual([]);
});

test('time stands still during an event; what has arrived meanwhile is brought in before', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  const clock = new RealClock(time);
  const driver = new HostDriver(host, clock, time);
  const seen: number[] = [];
  const source = (): void => void seen.push(time.ms);
  driver.addSource(source);
  time.ms = 3;
  driver.begin();
  time.ms = 9;
  expect([clock.now(), clock.real()]).toEqual([3000, 9000]);
  driver.end();
  expect([clock.now(), host.polls]).toEqual([9000, [3000]]);
  host.want(10_000);
  time.advance(1);
  driver.removeSource(source);
  host.want(11_000);
  time.advance(1);
  expect(seen).toEqual([10]);
});

test('the process lives while the host needs it, whatever timers there are; `reference(false)` lets it go', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  let needed = false;
  const driver = new HostDriver(host, new RealClock(time), time, () => needed);
  host.want(60e6);
  expect([time.timers.length, time.alive]).toEqual([1, false]);
  needed = true;
  host.want(1e6);
  expect(time.alive).toBe(true);
  driver.reference(false);
  expect(time.alive).toBe(false);
  driver.reference(true);
  expect(time.alive).toBe(true);
  time.advance(2 ** 31);
  expect(time.alive).toBe(true);
  needed = false;
  host.want(1e12);
  expect(time.alive).toBe(false);
  needed = true;
  host.want(1e11);
  driver.stop();
  expect(time.timers).toEqual([]);
});

test('without somebody who knows what is needed, each timer keeps the process', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  new HostDriver(host, new RealClock(time), time);
  host.want(1000);
  expect(time.alive).toBe(true);
  time.advance(1);
  expect(time.alive).toBe(false);
});

test('one timer: a later time leaves it as it is, an earlier one takes its place; it looks, and is set again', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  new HostDriver(host, new RealClock(time), time);
  const set = (): number[] => time.timers.map(({ atMs }) => atMs);
  host.want(5000);
  host.want(9000);
  expect(set()).toEqual([5]);
  host.want(3000);
  expect(set()).toEqual([3]);
  host.due = 9000;
  time.advance(3);
  expect([host.polls, set()]).toEqual([[3000], [9]]);
});

test('a host that is due when it gets its driver is polled; one that never is has no timer', () => {
  const time = new FakeTime();
  const [host, never] = [new FakeHost(), new FakeHost()];
  host.due = 2000;
  new HostDriver(host, new RealClock(time), time);
  new HostDriver(never, new RealClock(time), time);
  expect(time.timers.length).toBe(1);
  time.advance(2);
  expect([host.polls, never.polls]).toEqual([[2000], []]);
});

test('an event begins once and is one batch; what it makes due is done at its end, without a timer', () => {
  const time = new FakeTime();
  let batches = 0;
  const host = Object.assign(new FakeHost(), { batch: () => void batches++ });
  const driver = new HostDriver(host, new RealClock(time), time);
  driver.begin();
  time.ms = 1;
  driver.begin();
  host.want(0);
  expect([batches, time.timers.length, host.polls]).toEqual([1, 0, []]);
  driver.end();
  expect(host.polls).toEqual([0]);
  driver.begin();
  expect(batches).toBe(2);
  driver.end();
});

test('an event that fails is over all the same: time goes on, and what is due next has its timer', () => {
  const time = new FakeTime();
  const clock = new RealClock(time);
  const host = new FakeHost();
  const driver = new HostDriver(host, clock, time);
  host.poll = () => {
    throw new Error('of a program');
  };
  driver.begin();
  host.due = 7000;
  expect(() => driver.end()).toThrow('of a program');
  time.ms = 2;
  expect([clock.now(), time.timers.map(({ atMs }) => atMs)]).toEqual([2000, [7]]);
});

test('after stop nothing is polled, told of a batch, brought in or set', () => {
  const time = new FakeTime();
  let batches = 0;
  let brought = 0;
  const host = Object.assign(new FakeHost(), { batch: () => void batches++ });
  const driver = new HostDriver(host, new RealClock(time), time);
  driver.addSource(() => void brought++);
  host.want(1000);
  const [late] = time.timers;
  driver.stop();
  expect(time.timers).toEqual([]);
  late?.fn(); // it was under way
  host.want(500);
  driver.begin();
  driver.end();
  expect([host.polls, batches, brought, time.timers]).toEqual([[], 0, 0, []]);
});

test('the process is kept by a timer of its own, which an idle host needs as well', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  let needed = true;
  const driver = new HostDriver(host, new RealClock(time), time, () => needed);
  expect(time.alive).toBe(false);
  driver.begin();
  driver.end();
  expect(time.timers).toMatchObject([{ atMs: 2 ** 31 - 1, ref: true }]);
  driver.begin();
  driver.end();
  expect(time.timers.length).toBe(1);
  needed = false;
  driver.begin();
  driver.end();
  expect(time.timers).toEqual([]);
});

test('where timers cannot be told to keep no process, nobody is asked whether it is needed', () => {
  const time = new FakeTime();
  const host = new FakeHost();
  let asked = 0;
  const plain: TimerPlatform = {
    setTimer: (ms, fn) => time.setTimer(ms, fn),
    clearTimer: (timer) => time.clearTimer(timer),
  };
  new HostDriver(host, new RealClock(time), plain, () => asked++ > 0);
  host.want(1000);
  expect([asked, time.timers.length]).toEqual([0, 1]);
});
