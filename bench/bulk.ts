// Bulk transfer between two hosts in one process: IP packets as bytes, both checksums computed and
// verified, one connection, one ACK for two segments.

import type { Connection } from '../src/host/index.ts';
import { BenchPair, cpuUs } from './pair.ts';

const CHUNK = 65_536;

/** A pair with one open connection over which octets can be pumped again and again. */
export class Bulk {
  readonly pair: BenchPair;
  readonly #from: Connection;
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #sink = new Uint8Array(CHUNK);
  #received = 0;

  /** `wasm` false: sums and copies are JavaScript's. */
  constructor(mtu: number, wasm = true) {
    this.pair = new BenchPair({ mtu, wasm });
    for (let i = 0; i < CHUNK; i++) this.#chunk[i] = (i * 2654435761) >>> 13;
    this.pair.b.listen({
      port: 80,
      handler: {
        readable: (c) => {
          for (let n = c.readInto(this.#sink); n > 0; n = c.readInto(this.#sink)) this.#received += n;
        },
      },
    });
    this.#from = this.pair.a.open({ address: '10.0.0.2', port: 80 });
    this.pair.exchange();
    if (this.#from.state !== 'ESTABLISHED') throw new Error(this.#from.state);
  }

  /** Moves `octets`; Gbit per second of processor time, and nanoseconds per data segment. */
  run(octets: number): { gbps: number; nsPerSegment: number } {
    const end = this.#received + octets;
    const segments = this.pair.b.counters.segmentsIn;
    const before = this.#received;
    const us = cpuUs(() => {
      while (this.#received < end) {
        while (this.#from.offer(this.#chunk) > 0);
        if (this.pair.exchange() === 0) this.pair.advance(1000);
        else this.pair.advance(10);
      }
    });
    const moved = this.#received - before;
    return {
      gbps: (moved * 8) / us / 1000,
      nsPerSegment: (us * 1000) / (this.pair.b.counters.segmentsIn - segments),
    };
  }
}
