import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { BusyError, RunawayError, StalledError } from './errors.ts';
import { EventHeap } from './events.ts';
import { Pacer } from './testing.ts';
import type { Node } from './types.ts';
import { World } from './world.ts';

const action = (
  run: (nowUs: number) => void,
  name = 'test',
): { run(n: number): void; describe(): string } => ({
  run,
  describe: () => name,
});

test('the heap gives events in order of time, then of insertion', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 }), (times) => {
      const heap = new EventHeap();
      const out: string[] = [];
      times.forEach((at, i) => {
        heap.push(
          at,
          action(() => out.push(`${at}.${i}`)),
        );
      });
      expect(heap.firstAt()).toBe(Math.min(Infinity, ...times));
      while (heap.count > 0) heap.pop().run(0);
      const sorted = times.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i);
      expect(out).toEqual(sorted.map(({ at, i }) => `${at}.${i}`));
    }),
  );
});

test('events run in order of (time, insertion number), also those made during an event', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ at: fc.integer({ min: 0, max: 9 }), children: fc.array(fc.nat(4), { maxLength: 3 }) }),
      ),
      (specs) => {
        const world = new World();
        const inserted: { at: number; n: number }[] = [];
        const ran: number[] = [];
        const add = (at: number, children: number[]): void => {
          const n = inserted.length;
          inserted.push({ at: Math.max(at, world.now()), n });
          world.schedule(
            at,
            action((now) => {
              expect(now).toBe(world.now());
              ran.push(n);
              for (const later of children) add(now + later, []);
            }),
          );
        };
        for (const { at, children } of specs) add(at, children);
        world.runSync();
        expect(ran).toEqual(inserted.sort((a, b) => a.at - b.at || a.n - b.n).map(({ n }) => n));
      },
    ),
  );
});

describe('runSync', () => {
  test('until a time runs the events of that time and leaves the clock there', () => {
    const world = new World();
    const ran: number[] = [];
    for (const at of [5, 10, 11])
      world.schedule(
        at,
        action((now) => ran.push(now)),
      );
    expect(world.runSync(10)).toMatchObject({ reason: 'time', nowUs: 10, events: 2 });
    expect(ran).toEqual([5, 10]);
    expect(world.nextAt()).toBe(11);
    expect(world.runSync(50)).toMatchObject({ reason: 'quiescent', nowUs: 50, events: 1 });
    expect(world.clock.now()).toBe(50);
    expect(world.runSync(20)).toMatchObject({ reason: 'time', nowUs: 50, events: 0 });
  });

  test('until a predicate asks after every event', () => {
    const world = new World();
    let n = 0;
    for (let i = 0; i < 10; i++)
      world.schedule(
        i,
        action(() => n++),
      );
    expect(world.runSync(() => n === 4)).toMatchObject({ reason: 'predicate', events: 4, nowUs: 3 });
  });

  test('ends when nothing is pending', () => {
    const world = new World();
    world.schedule(
      3,
      action(() => {}),
    );
    expect(world.runSync()).toEqual({ reason: 'quiescent', nowUs: 3, events: 1 });
    expect(world.step()).toBe(false);
    expect(world.nextAt()).toBe(Infinity);
  });

  test('a livelock becomes an error that prints what is pending', () => {
    const world = new World();
    const again = action(() => world.schedule(world.now(), again), 'the loop');
    world.schedule(7, again);
    world.schedule(
      99,
      action(() => {}, 'the end'),
    );
    expect(() => world.runSync(undefined, { maxEvents: 1000 })).toThrow(RunawayError);
    try {
      world.runSync(undefined, { maxEvents: 10 });
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_WORLD_RUNAWAY', nowUs: 7, name: 'RunawayError' });
      expect((error as RunawayError).pending).toEqual(['7 µs: the loop', '99 µs: the end']);
      expect(String(error)).toContain('the loop');
    }
  });

  test('a run past its time guard is an error, and the world can run again after it', () => {
    const world = new World();
    world.schedule(
      100,
      action(() => {}),
    );
    expect(() => world.runSync(undefined, { maxTimeUs: 99 })).toThrow(/past 99 µs/);
    expect(world.runSync().reason).toBe('quiescent');
  });

  test('a run inside a run is refused', () => {
    const world = new World();
    let error: unknown;
    world.schedule(
      1,
      action(() => {
        try {
          world.runSync();
        } catch (e) {
          error = e;
        }
      }),
    );
    world.runSync();
    expect(error).toBeInstanceOf(BusyError);
  });

  test('a time that is none is refused', () => {
    expect(() =>
      new World().schedule(
        Number.NaN,
        action(() => {}),
      ),
    ).toThrow(RangeError);
  });
});

describe('nodes', () => {
  test('a node is polled at its time, after the events of that time', () => {
    const world = new World();
    const log: string[] = [];
    world.addNode(new Pacer(3, 10, (i, now) => log.push(`poll ${i} at ${now}`)));
    world.schedule(
      10,
      action(() => log.push('event at 10')),
    );
    expect(world.runSync()).toMatchObject({ reason: 'quiescent', nowUs: 20 });
    expect(log).toEqual(['poll 0 at 0', 'event at 10', 'poll 1 at 10', 'poll 2 at 20']);
  });

  test('all events of a round run before a node is polled, those made meanwhile after', () => {
    const world = new World();
    const log: string[] = [];
    let dirty = false;
    world.addNode({
      wakeAt: () => (dirty ? 0 : Infinity),
      poll: () => {
        dirty = false;
        log.push('poll');
      },
    });
    for (let i = 0; i < 3; i++) {
      world.schedule(
        5,
        action((now) => {
          log.push(`event ${i}`);
          dirty = true;
          world.schedule(
            now,
            action(() => log.push(`child ${i}`)),
          );
        }),
      );
    }
    world.runSync();
    // Children of heap events belong to the first round: they are due when the instant begins.
    expect(log).toEqual(['event 0', 'event 1', 'event 2', 'child 0', 'child 1', 'child 2', 'poll']);
  });

  test('events that make each other at one instant do not starve a node', () => {
    const world = new World();
    let polls = 0;
    world.addNode({
      wakeAt: () => (polls === 0 ? 1 : Infinity),
      poll: () => {
        polls++;
      },
    });
    const again = action(() => world.schedule(world.now(), again));
    world.schedule(1, again);
    world.runSync(() => polls > 0, { maxEvents: 100 });
    expect(polls).toBe(1);
  });

  /** A node with a waker: told times are kept in a list. */
  class Waked implements Node {
    times: number[] = [];
    polled: number[] = [];
    asked = 0;
    wake: (atUs: number) => void = () => {};

    setWaker(wake: (atUs: number) => void): void {
      this.wake = wake;
    }

    at(us: number): void {
      this.times.push(us);
      this.wake(this.wakeAt());
    }

    wakeAt(): number {
      this.asked++;
      return Math.min(Infinity, ...this.times);
    }

    poll(nowUs: number): void {
      this.polled.push(nowUs);
      this.times = this.times.filter((at) => at > nowUs);
    }
  }

  test('a node with a waker is polled when it said, and not asked otherwise', () => {
    const world = new World();
    const node = new Waked();
    node.times = [30];
    world.addNode(node);
    node.at(50);
    node.at(10);
    for (let i = 0; i < 100; i++)
      world.schedule(
        i,
        action(() => {}),
      );
    world.schedule(
      20,
      action(() => node.at(20)),
    );
    world.runSync();
    expect(node.polled).toEqual([10, 20, 30, 50]);
    expect(node.asked).toBeLessThan(20);
  });

  test('a waker node that is always due does not starve events', () => {
    const world = new World();
    const node: Node = { wakeAt: () => 0, poll: () => {}, setWaker: () => {} };
    world.addNode(node);
    let ran = false;
    world.schedule(
      0,
      action(() => (ran = true)),
    );
    world.runSync(() => ran, { maxEvents: 100 });
    expect(ran).toBe(true);
  });

  test('a removed node is polled no more', () => {
    const world = new World();
    const waked = new Waked();
    waked.times = [10, 20];
    const polls: number[] = [];
    const pacer = new Pacer(5, 10, (_, now) => polls.push(now));
    world.addNode(waked);
    world.addNode(pacer);
    world.runSync(10);
    world.removeNode(waked);
    world.removeNode(pacer);
    waked.at(15);
    expect(world.runSync(100).reason).toBe('quiescent');
    expect(waked.polled).toEqual([10]);
    expect(polls).toEqual([0, 10]);
  });
});

describe('run', () => {
  test('user code goes on between events, at the virtual time at which it was woken', async () => {
    const world = new World();
    const log: string[] = [];
    const user = async (name: string, us: number): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await world.sleep(us);
        await null;
        await Promise.resolve();
        log.push(`${name} ${world.now()}`);
      }
    };
    void user('a', 10);
    void user('b', 15);
    expect(await world.run()).toMatchObject({ reason: 'quiescent', nowUs: 45 });
    expect(log).toEqual(['a 10', 'b 15', 'a 20', 'b 30', 'a 30', 'b 45']);
  });

  test('it yields once at the start, after each event that woke user code, and before it ends', async () => {
    const world = new World();
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    for (let i = 0; i < 10_000; i++)
      world.schedule(
        i,
        action(() => i % 5000 === 0 && world.userWoke()),
      );
    setImmediate(count);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    await world.run();
    clock.mockRestore();
    counting = false;
    // start, events 0 and 5000, the last turn
    expect(turns).toBe(4);
  });

  test('until a promise settles: fulfilled or rejected, the rejection stays the caller’s', async () => {
    const world = new World();
    world.addNode(new Pacer(1000, 10, () => {}));
    const good = world.sleep(55);
    expect(await world.run({ until: good })).toMatchObject({ reason: 'settled', nowUs: 55 });
    const bad = world.sleep(45).then(() => Promise.reject(new Error('no')));
    expect(await world.run({ until: bad })).toMatchObject({ reason: 'settled', nowUs: 100 });
    await expect(bad).rejects.toThrow('no');
    expect(await world.run({ untilUs: 200 })).toMatchObject({ reason: 'time', nowUs: 200 });
  });

  test('settle gives the value, throws the reason, and tells a standstill', async () => {
    const world = new World();
    expect(await world.settle(world.sleep(5).then(() => 42))).toBe(42);
    await expect(world.settle(world.sleep(5).then(() => Promise.reject(new Error('no'))))).rejects.toThrow(
      'no',
    );
    await expect(world.settle(new Promise(() => {}))).rejects.toBeInstanceOf(StalledError);
  });

  test('a promise that a host resolved without a word still settles before a standstill is told', async () => {
    const world = new World();
    const promise = new Promise<string>((resolve) =>
      world.schedule(
        5,
        action(() => resolve('quiet')),
      ),
    );
    expect(await world.settle(promise.then((x) => x).then((x) => x))).toBe('quiet');
  });

  test('guards hold, and the world can run again', async () => {
    const world = new World();
    world.addNode(new Pacer(100, 10, () => {}));
    await expect(world.run({ maxEvents: 5 })).rejects.toMatchObject({ code: 'ERR_WORLD_RUNAWAY' });
    await expect(world.run({ maxTimeUs: 200 })).rejects.toThrow(/a pacer/);
    expect((await world.run()).reason).toBe('quiescent');
  });

  test('runs at once share the events, and each has its own end', async () => {
    const world = new World();
    world.addNode(new Pacer(10, 10, () => {}));
    const log: string[] = [];
    const note = (name: string) => (result: { reason: string }) =>
      void log.push(`${name} ${result.reason} ${world.now()}`);
    await Promise.all([
      world.run().then(note('all')),
      world.run({ untilUs: 35 }).then(note('35')),
      world
        .settle(world.sleep(35).then(() => world.settle(world.sleep(20))))
        .then(() => log.push(`${world.now()}`)),
      world.run({ untilUs: 20 }).then(note('20')),
      world.run({ untilUs: 200 }).then(note('200')),
    ]);
    expect(log).toEqual(['20 time 20', '35 time 35', '55', '200 quiescent 200', 'all quiescent 200']);
  });

  test('what a run had in view when it ended happens before the next event of the others', async () => {
    const world = new World();
    world.addNode(new Pacer(10, 10, () => {}));
    const seen: number[] = [];
    const other = world.run();
    await world.settle(world.sleep(15));
    seen.push(world.now());
    await world.run({ untilUs: 30 });
    seen.push(world.now());
    // Nothing is on the stack now: a run that does not yield may go on in between.
    world.runSync(55);
    seen.push(world.now());
    await other;
    expect([...seen, world.now()]).toEqual([15, 30, 55, 90]);
  });

  test('a run begun by an event goes on when the event is over', async () => {
    const world = new World();
    let inner: Promise<number> | null = null;
    world.schedule(
      5,
      action(() => {
        inner = world.settle(world.sleep(10).then(() => world.now()));
      }),
    );
    world.runSync(7);
    expect(await inner).toBe(15);
  });

  test('what an event throws is told to all who run, and the world can run again', async () => {
    const world = new World();
    world.schedule(
      5,
      action(() => {
        throw new Error('boom');
      }),
    );
    const runs = [world.run(), world.settle(new Promise(() => {}))];
    for (const run of runs) await expect(run).rejects.toThrow('boom');
    expect((await world.run()).reason).toBe('quiescent');
  });

  test('each run has its own guards', async () => {
    const world = new World();
    world.addNode(new Pacer(100, 10, () => {}));
    const strict = world.run({ maxTimeUs: 100 });
    const other = world.run();
    await expect(strict).rejects.toBeInstanceOf(RunawayError);
    expect(world.now()).toBe(100);
    expect(await other).toMatchObject({ reason: 'quiescent', nowUs: 990 });
  });

  test('a run that takes long in real time gives the event loop its turn', async () => {
    const world = new World();
    let stop = false;
    const again = action(() => {
      if (!stop) world.schedule(world.now() + 1, again);
    });
    world.schedule(0, again);
    setTimeout(() => (stop = true), 1);
    expect((await world.run()).reason).toBe('quiescent');
  });

  test('settle waits an hour of virtual time unless told, and run a day', async () => {
    const world = new World();
    const hour = 3600e6;
    world.addNode(new Pacer(1000, hour / 2, () => {}));
    const never = new Promise(() => {});
    await expect(world.settle(never)).rejects.toMatchObject({ code: 'ERR_WORLD_RUNAWAY', nowUs: hour });
    await expect(world.run({ until: never })).rejects.toMatchObject({ nowUs: 2 * hour });
    await expect(world.settle(never, { maxTimeUs: 5 * hour })).rejects.toMatchObject({ nowUs: 5 * hour });
    await expect(world.run()).rejects.toMatchObject({ nowUs: 29 * hour });
    expect(() => world.runSync()).toThrow(/past .* µs of virtual time/);
    await world.run({ untilUs: 100 * hour });
    expect(world.now()).toBe(100 * hour);
  });

  test('a timeout is virtual time, and told as ETIMEDOUT', async () => {
    const world = new World();
    const never = new Promise(() => {});
    await expect(world.settle(never, { timeout: -1 })).rejects.toThrow('timeout must be a number');
    const late = world.settle(never, { timeout: 250 });
    await expect(late).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      name: 'WorldTimeoutError',
      nowUs: 250_000,
    });
    expect(
      await world.settle(
        world.sleep(100_000).then(() => 7),
        { timeout: 100 },
      ),
    ).toBe(7);
    await expect(world.run({ untilUs: 1e9, timeout: 1 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('an aborted signal ends a run with its reason, at once', async () => {
    const world = new World();
    world.addNode(new Pacer(1000, 10, () => {}));
    const reason = new Error('enough');
    await expect(world.run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(world.now()).toBe(0);
    const controller = new AbortController();
    world.schedule(
      55,
      action(() => controller.abort(reason)),
    );
    const other = world.run({ untilUs: 500 });
    await expect(world.settle(new Promise(() => {}), { signal: controller.signal })).rejects.toBe(reason);
    expect(world.now()).toBe(55);
    expect((await other).nowUs).toBe(500);
  });
});

describe('waiting', () => {
  test('abortTimeout is AbortSignal.timeout in virtual time', async () => {
    const world = new World();
    const signal = world.abortTimeout(20);
    let at = -1;
    signal.addEventListener('abort', () => (at = world.now()));
    expect(signal.aborted).toBe(false);
    const error = await world.settle(world.sleep(1e9, { signal }).catch((e: unknown) => e));
    expect(error).toBe(signal.reason);
    expect([(error as Error).name, at, world.now()]).toEqual(['TimeoutError', 20_000, 20_000]);
    // The sleep that was called off is no event any more.
    expect(world.nextAt()).toBe(Infinity);
  });

  test('a sleep with an aborted signal does not begin; one that is over takes its listener back', async () => {
    const world = new World();
    const reason = new Error('no');
    await expect(world.sleep(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    await world.settle(world.sleep(5, { signal: controller.signal }));
    controller.abort(reason);
    expect(world.nextAt()).toBe(Infinity);
    expect(() => world.sleep(-1)).toThrow(RangeError);
    expect(() => world.sleep(Number.NaN)).toThrow(RangeError);
  });

  test('events can be taken out in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 }),
        fc.array(fc.nat(99), { maxLength: 100 }),
        (times, out) => {
          const heap = new EventHeap();
          const all = times.map((at, i) => ({ at, i, action: action(() => {}) }));
          for (const { at, action } of all) heap.push(at, action);
          const gone = new Set(out.filter((i) => i < times.length));
          for (const i of gone) expect(heap.remove((all[i] as (typeof all)[0]).action)).toBe(true);
          for (const i of gone) expect(heap.remove((all[i] as (typeof all)[0]).action)).toBe(false);
          const left = all.filter(({ i }) => !gone.has(i)).sort((a, b) => a.at - b.at || a.i - b.i);
          expect(left.map(() => heap.pop())).toEqual(left.map((each) => each.action));
          expect(heap.count).toBe(0);
        },
      ),
    );
  });
});
