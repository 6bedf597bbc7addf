// Connections opened and closed one after another: full handshake, both FINs, TIME-WAIT as a record that
// expires after 2 MSL of virtual time. Once with callbacks (the engine and the host), once with promises
// (the public API).

import type { Connection, ConnectionHandler } from '../src/host/index.ts';
import { BenchPair, cpuUs } from './pair.ts';

/** Virtual time that one connection takes, so that TIME-WAIT records expire while others are made. */
const STEP_US = 2_000;
/** A short MSL keeps the table at a size that a busy host would have: 2 x 1 s at 500 connections per second. */
const MSL_MS = 1_000;

const server: ConnectionHandler = {
  readable(c: Connection): void {
    if (c.eof) c.close();
  },
};
const client: ConnectionHandler = {
  open(c: Connection): void {
    c.close();
  },
};

/** Connect and close by callbacks; connections per second of processor time. */
export class CallbackChurn {
  readonly pair = new BenchPair({ tcp: { mslMs: MSL_MS } });

  constructor() {
    this.pair.b.listen({ port: 80, handler: server });
  }

  run(count: number): number {
    const { pair } = this;
    const us = cpuUs(() => {
      for (let i = 0; i < count; i++) {
        pair.a.open({ address: '10.0.0.2', port: 80, handler: client });
        pair.exchange();
        pair.advance(STEP_US);
      }
    });
    return (count / us) * 1e6;
  }
}

/** The same by `connect`, `accept`, `read`, `end` and `closed`. */
export class PromiseChurn {
  readonly pair = new BenchPair({ tcp: { mslMs: MSL_MS } });

  constructor() {
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const c of this.pair.b.listen({ port: 80 })) void this.#answer(c);
  }

  async #answer(c: Connection): Promise<void> {
    while ((await c.read()) !== null);
    await c.end();
  }

  async run(count: number): Promise<number> {
    const { pair } = this;
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      const opening = pair.a.connect({ address: '10.0.0.2', port: 80 });
      pair.exchange();
      const c = await opening;
      void c.end();
      for (let turns = 0; !c.ended; turns++) {
        if (turns > 50) throw new Error(`the connection does not end: ${c.state}`);
        await null;
        pair.exchange();
      }
      pair.advance(STEP_US);
    }
    const { user, system } = process.cpuUsage(before);
    return (count / (user + system)) * 1e6;
  }
}
