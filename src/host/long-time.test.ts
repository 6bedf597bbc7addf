// Clocks of hosts over days and months: idle, asleep, stepped, and born at any value.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Wire, World } from '../sim/index.ts';
import { type Connection, Host, type HostOptions } from './index.ts';
import { Net } from './testing.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** When a host is born, in µs: int32 milliseconds of every sign, and where they wrap. */
const birth = fc.oneof(
  fc.constantFrom(0, 2 ** 31 - 5_000, 2 ** 31, 2 ** 32 - 5_000, 2 ** 32).map((ms) => ms * 1000),
  fc.integer({ min: 0, max: 200 }).map((days) => days * DAY),
);
const span = fc.oneof(
  fc.integer({ min: 0, max: 100 * SECOND }),
  fc.integer({ min: 0, max: 200 * DAY }),
  fc.constantFrom(24, 24.86, 25, 30, 49.7, 50, 74.6, 99.4).map((days) => days * DAY),
);

/** Two hosts on a wire, of which the first lives by a clock that is set at will. */
class Stepped {
  readonly world = new World();
  readonly a: Host;
  readonly b: Host;
  readonly wire: Wire;
  offsetUs: number;

  constructor(offsetUs: number, options: Partial<HostOptions> = {}) {
    this.offsetUs = offsetUs;
    const { world } = this;
    const clock = { now: () => world.now() + this.offsetUs };
    this.a = this.#host('a', { clock, ...options });
    this.b = this.#host('b', {});
    const [x, y] = [this.a, this.b].map((host, i) =>
      host.addInterface({ addresses: [`10.0.0.${i + 1}/24`] }),
    );
    if (x === undefined || y === undefined) throw new Error('no interfaces');
    this.wire = new Wire(world, x, y, { delayUs: 5_000 });
    world.addNode({
      poll: (nowUs) => this.a.poll(nowUs + this.offsetUs),
      wakeAt: () => this.a.wakeAt() - this.offsetUs,
    });
    world.addNode(this.b);
  }

  #host(name: string, options: Partial<HostOptions>): Host {
    const random = this.world.random.fork(name);
    const { world } = this;
    return new Host({
      name,
      clock: world.clock,
      random: () => random.nextUint32(),
      memory: world.memory,
      onUserWoke: () => world.userWoke(),
      ...options,
    });
  }

  /** A connection from a to b, which takes and counts what comes. */
  async connect(): Promise<{ c: Connection; taken: () => number }> {
    let taken = 0;
    this.b.listen({
      port: 7,
      handler: {
        readable: (c) => {
          for (let view = c.take(); view !== null; view = c.take()) taken += view.length;
        },
      },
    });
    const c = await this.settle(this.a.connect({ address: '10.0.0.2', port: 7 }));
    return { c, taken: () => taken };
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.world.settle(promise, { maxEvents: 100_000 });
  }

  /** Runs for so long; a host that spins is an error. */
  async pass(us: number): Promise<void> {
    await this.world.run({ untilUs: this.world.now() + us, maxEvents: 100_000 });
  }
}

describe('a host that is idle', () => {
  it('for 0 to 200 days, born at any time, sends what is written next, and comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(birth, fc.array(span, { minLength: 1, maxLength: 4 }), async (bornUs, spans) => {
        const net = new Net();
        await net.pass(bornUs);
        const { a, b } = net.pair();
        const listener = b.listen({ port: 7 });
        const [c, d] = await net.run(
          Promise.all([a.connect({ address: '10.0.0.2', port: 7 }), listener.accept()]),
        );
        for (const us of spans) {
          await net.pass(us);
          await net.run(c.write(new Uint8Array(3000)));
          const { events } = net.world;
          await net.rest();
          expect(net.world.events - events).toBeLessThan(100);
          expect(d.info().unreadBytes).toBe(3000);
          await net.run(d.read(3000));
          await net.rest();
        }
        await net.run(Promise.all([c.end(), d.end()]));
        await net.pass(60 * SECOND);
        expect([a.tcp.timeWait.size, b.tcp.timeWait.size, a.wakeAt(), b.wakeAt()]).toEqual([
          0,
          0,
          Infinity,
          Infinity,
        ]);
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it('for 200 days keeps a connection alive by keep-alives', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 7 });
    const keep = { keepAlive: true, keepAliveIdleMs: 2 ** 30 };
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 7, tcp: keep }));
    await net.pass(200 * DAY);
    expect([c.state, c.info().segsOut]).toEqual(['ESTABLISHED', 2 + 16]);
  });
});

describe('a clock that is stepped', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('write' as const), us: fc.constant(0) }),
    fc.record({ what: fc.constant('pass' as const), us: fc.integer({ min: 0, max: 3 * SECOND }) }),
    fc.record({ what: fc.constant('forward' as const), us: span }),
    fc.record({ what: fc.constant('back' as const), us: span }),
  );

  it('forward and back by 0 to 200 days, at any moment, loses nothing and stops nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        birth,
        fc.boolean(),
        fc.array(step, { maxLength: 12 }),
        async (bornUs, keepAlive, steps) => {
          const s = new Stepped(bornUs, {
            // Without timestamps: a peer whose clock did not step refuses a TSval that did by 24.9 days (PAWS).
            tcp: { timestamps: false, keepAlive, keepAliveIdleMs: 5_000, keepAliveIntervalMs: 1_000 },
          });
          const { c, taken } = await s.connect();
          let written = 0;
          for (const { what, us } of steps) {
            if (what === 'write') {
              c.write(new Uint8Array(2000)).catch(() => {});
              written += 2000;
            } else if (what === 'pass') await s.pass(us);
            else s.offsetUs += what === 'forward' ? us : -us;
          }
          await s.pass(3 * SECOND);
          expect([c.state, taken()]).toEqual(['ESTABLISHED', written]);
          c.abort();
          await s.pass(SECOND);
          expect(s.a.wakeAt()).toBe(Infinity);
        },
      ),
      { numRuns: 100 },
    );
  }, 30_000);

  it('back by an hour costs a retransmission no hour: the host’s time goes on from where it was', async () => {
    const s = new Stepped(2 * DAY);
    const { c, taken } = await s.connect();
    s.wire.rule('drop data#1 a->b');
    await s.settle(c.write(new Uint8Array(100)));
    expect(taken()).toBe(0);
    s.offsetUs -= 3600 * SECOND;
    s.a.poll(s.a.clock.now()); // the next event of the host: it sees the step
    await s.pass(SECOND);
    expect(taken()).toBe(100);
  });
});
