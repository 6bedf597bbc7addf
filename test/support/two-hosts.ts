// Two hosts of one world, joined by a wire: client 10.0.0.1 and server 10.0.0.2, in virtual time, over a
// memory that catches what is freed twice.

import { Host, type HostOptions } from '../../src/host/index.ts';
import { Wire, type WireOptions, World } from '../../src/sim/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';

/** Options of both hosts, of one of them, and of the wire. */
export interface TwoHostsOptions {
  readonly both?: Partial<HostOptions>;
  readonly client?: Partial<HostOptions>;
  readonly server?: Partial<HostOptions>;
  readonly wire?: WireOptions;
  readonly seed?: number;
}

/** A client, a server, and the wire between them. */
export class TwoHosts {
  readonly memory = new StrictMemory();
  readonly world: World;
  readonly client: Host;
  readonly server: Host;
  readonly wire: Wire;

  constructor(options: TwoHostsOptions = {}) {
    this.world = new World({ seed: options.seed ?? 1, memory: this.memory });
    const make = (name: string, address: string, more: Partial<HostOptions> | undefined): Host => {
      const dice = this.world.random.fork(name);
      const host = new Host({
        name,
        clock: this.world.clock,
        random: () => dice.nextUint32(),
        memory: this.memory,
        onUserWoke: () => this.world.userWoke(),
        ...options.both,
        ...more,
      });
      host.addInterface({ name: 'eth0', addresses: [`${address}/24`] });
      this.world.addNode(host);
      return host;
    };
    this.client = make('client', '10.0.0.1', options.client);
    this.server = make('server', '10.0.0.2', options.server);
    const [a, b] = [this.client.interfaces[1], this.server.interfaces[1]];
    if (a === undefined || b === undefined) throw new Error('no interface');
    this.wire = new Wire(this.world, a, b, { delayUs: 1000, ...options.wire });
  }

  /** Runs until the promise settles. */
  run<T>(promise: PromiseLike<T>): Promise<T> {
    return this.world.settle(promise, { maxTimeUs: this.world.now() + 3600e6 });
  }

  /** Lets virtual time pass. */
  async pass(ms: number): Promise<void> {
    await this.world.run({ untilUs: this.world.now() + ms * 1000 });
  }

  /** Milliseconds of virtual time. */
  get ms(): number {
    return this.world.now() / 1000;
  }
}
