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
