import { expect, test } from 'vitest';
import { RealtimeDriver, type RealtimePlatform } from './realtime.ts';
import { numbered, Pacer, TestPort } from './testing.ts';
import { Wire } from './wire.ts';
import { World } from './world.ts';

/** A platform whose time the test moves. */
class FakePlatform implements RealtimePlatform {
  us = 5_000_000.25;
  timers: { atUs: number; fn: () => void }[] = [];

  now(): number {
    return this.us;
  }

  setTimer(ms: number, fn: () => void): unknown {
    const timer = { atUs: this.us + ms * 1000, fn };
    this.timers.push(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.timers = this.timers.filter((each) => each !== timer);
  }

  /** Time goes on by `us`; timers fire late by `lateUs`. */
  pass(us: number, lateUs = 0): void {
    const endUs = this.us + us;
    for (;;) {
      this.timers.sort((a, b) => a.atUs - b.atUs);
      const first = this.timers[0];
      if (first === undefined || first.atUs + lateUs > endUs) break;
      this.timers.shift();
      this.us = Math.max(this.us, first.atUs + lateUs);
      first.fn();
    }
    this.us = endUs;
  }
}

test('packets sent from outside arrive after the wire’s delay in real time', () => {
  const platform = new FakePlatform();
  const world = new World();
  const a = new TestPort(world);
  const b = new TestPort(world);
  new Wire(world, a, b, { delayUs: 10_000 });
  const driver = new RealtimeDriver(world, platform);
  driver.start();
  platform.pass(3_000);
  driver.sync();
  expect(world.now()).toBe(3_000);
  a.send(numbered(1));
  expect(platform.timers).toHaveLength(1);
  platform.pass(9_999);
  expect(b.arrivals).toHaveLength(0);
  platform.pass(2);
  expect(b.order).toEqual([1]);
  expect(b.times).toEqual([13_000]);
  expect(platform.timers).toHaveLength(0);
});

test('world time never runs ahead of the clock, and late timers are caught up in order', () => {
  const platform = new FakePlatform();
  const world = new World();
  const polls: number[] = [];
  world.addNode(new Pacer(10, 100, (_, now) => polls.push(now)));
  const driver = new RealtimeDriver(world, platform);
  driver.start();
  expect(polls).toEqual([0]);
  platform.pass(1_000, 250);
  expect(polls).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  expect(world.now()).toBeLessThanOrEqual(driver.realNowUs());
  expect(driver.maxLateUs).toBe(250);
});

test('an earlier event moves the timer; stop takes it away, and start goes on without a jump', () => {
  const platform = new FakePlatform();
  const world = new World();
  const driver = new RealtimeDriver(world, platform);
  const ran: number[] = [];
  const note = { run: (now: number) => void ran.push(now) };
  driver.start();
  world.schedule(900, note);
  world.schedule(400, note);
  expect(platform.timers.map(({ atUs }) => Math.round(atUs - platform.us))).toEqual([400]);
  platform.pass(500);
  expect(ran).toEqual([400]);
  driver.stop();
  expect(platform.timers).toHaveLength(0);
  platform.pass(1_000_000);
  driver.start();
  platform.pass(1_000);
  expect(ran).toEqual([400, 900]);
});

test('a world that always has something due does not keep the event loop', () => {
  const platform = new FakePlatform();
  const world = new World();
  const again = { run: () => world.schedule(world.now(), again) };
  world.schedule(0, again);
  const driver = new RealtimeDriver(world, platform, { maxEventsPerTurn: 100 });
  driver.start();
  expect(world.events).toBeGreaterThanOrEqual(100);
  expect(world.events).toBeLessThan(200);
  expect(platform.timers).toHaveLength(1);
});

test('what lies beyond the 32 bits of a platform’s timer is waited for in pieces', () => {
  const platform = new FakePlatform();
  const world = new World();
  const dayUs = 86_400e6;
  const ran: number[] = [];
  world.schedule(60 * dayUs, { run: (now) => void ran.push(now) });
  const driver = new RealtimeDriver(world, platform);
  driver.start();
  for (let day = 0; day < 60; day++) {
    expect([ran.length, platform.timers.length]).toEqual([0, 1]);
    expect((platform.timers[0]?.atUs ?? 0) - platform.us).toBeLessThan(2 ** 31 * 1000);
    platform.pass(dayUs);
  }
  expect(ran).toEqual([60 * dayUs]);
});
