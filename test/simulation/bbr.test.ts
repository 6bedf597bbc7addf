// BBRv3 on a simulated path: that its states come as draft-ietf-ccwg-bbr says, and what that is good for.

import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/host/index.ts';
import { World } from '../../src/sim/index.ts';
import { type BbrState, Mode } from '../../src/tcp/congestion/bbr-model.ts';
import type { TcpConfig } from '../../src/tcp/index.ts';

const NAMES = ['STARTUP', 'DRAIN', 'DOWN', 'CRUISE', 'REFILL', 'UP', 'PROBE_RTT'];
/** Of the bottleneck, in octets a second. */
const RATE = 1_250_000;

const worlds: World[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.close();
});

/** A bulk flow over a path of 10 Mbit/s and 40 ms, whose queue holds two BDPs. */
class Path {
  readonly connection: Connection;
  readonly modes: string[] = [];
  mostQueued = 0;
  arrived = 0;
  readonly #world: World;
  readonly wire: ReturnType<World['wire']>;

  constructor(tcp: Partial<TcpConfig>, loss = 0) {
    const world = new World({ seed: 'bbr' });
    worlds.push(world);
    this.#world = world;
    const [a, b] = [world.host('a', '10.0.0.1/24', { tcp }), world.host('b', '10.0.0.2/24')];
    this.wire = world.wire(a, b, {
      delayUs: 20_000,
      bandwidthBps: 8 * RATE,
      queueBytes: 100_000,
      queuePackets: 1000,
      loss,
    });
    const text = new Uint8Array(65_536);
    const send = (c: Connection): void => {
      while (c.offer(text) > 0);
    };
    b.listen({
      port: 9,
      handler: {
        readable: (c) => {
          this.arrived += c.discard();
        },
      },
    });
    this.connection = a.open({
      address: '10.0.0.2',
      port: 9,
      handler: { open: send, writable: send },
    });
  }

  get state(): BbrState {
    return this.connection.tcb.cc.own as BbrState;
  }

  run(ms: number): this {
    const until = this.#world.now() + ms * 1000;
    while (this.#world.now() < until) {
      this.#world.step();
      this.mostQueued = Math.max(this.mostQueued, this.wire.ab.queued.bytes);
      const mode = NAMES[this.state?.mode] ?? '';
      if (mode !== '' && this.modes.at(-1) !== mode) this.modes.push(mode);
    }
    return this;
  }

  /** Share of the bottleneck that text has in so many more milliseconds. */
  goodput(ms: number): number {
    const before = this.arrived;
    this.run(ms);
    return (this.arrived - before) / ((RATE * ms) / 1000);
  }
}

describe('BBR on a path (draft-ietf-ccwg-bbr section 3.3)', () => {
  it('Startup finds how much it carries, Drain empties the queue, and the cycle of probes begins', () => {
    const path = new Path({ congestion: 'bbr' }).run(5000);
    expect(path.modes.slice(0, 7)).toEqual(['STARTUP', 'DRAIN', 'CRUISE', 'REFILL', 'UP', 'DOWN', 'CRUISE']);
    const { bw, minRttUs } = path.state;
    expect(bw / RATE).toBeGreaterThan(0.9);
    expect(bw / RATE).toBeLessThan(1.1);
    expect(minRttUs).toBeGreaterThanOrEqual(40_000);
    expect(minRttUs).toBeLessThan(43_000);
  });

  it('then it fills the path, and the queue stays short where that of CUBIC fills', () => {
    const path = new Path({ congestion: 'bbr' }).run(3000);
    path.mostQueued = 0;
    expect(path.goodput(1500)).toBeGreaterThan(0.9);
    expect(path.mostQueued).toBeLessThan(60_000);
    expect(new Path({ congestion: 'cubic' }).run(4500).mostQueued).toBeGreaterThan(90_000);
  });

  it('losses at random of less than BBR.LossThresh cost little, where NewReno loses the most of it', () => {
    expect(new Path({ congestion: 'bbr' }, 0.01).run(1000).goodput(5000)).toBeGreaterThan(0.8);
    expect(new Path({ congestion: 'newreno' }, 0.01).run(1000).goodput(5000)).toBeLessThan(0.5);
  });

  it('ProbeRTT: every 5 s without a shorter round trip, 200 ms with half of the BDP in flight', () => {
    const path = new Path({ congestion: 'bbr' }).run(4000);
    for (let ms = 0; path.state.mode !== Mode.PROBE_RTT && ms < 3000; ms += 5) path.run(5);
    path.run(60);
    const { snd } = path.connection.tcb;
    expect([path.state.mode, (snd.nxt - snd.una) * 2 < RATE * 0.045]).toEqual([Mode.PROBE_RTT, true]);
    path.run(300);
    expect(path.state.mode).toBe(Mode.CRUISE);
    expect(path.goodput(500)).toBeGreaterThan(0.85);
  });

  it('a path that is cut for a second, and a timeout, cost no more than that', () => {
    const path = new Path({ congestion: 'bbr' }).run(2000);
    path.wire.partition(true);
    path.run(1000);
    expect(path.connection.tcb.timeouts).toBeGreaterThan(0);
    path.wire.partition(false);
    expect(path.run(2000).goodput(1000)).toBeGreaterThan(0.8);
  });

  it('without SACK it goes on, too', () => {
    expect(new Path({ congestion: 'bbr', sack: false }, 0.002).run(1000).goodput(3000)).toBeGreaterThan(0.4);
  });
});
