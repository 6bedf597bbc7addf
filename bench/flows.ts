// Many bulk connections at once between two hosts in one process: what it costs that the next segment is another
// connection's. Their program goes round and gives each in turn a piece; the link brings what waits on it as soon as that is
// as much as a device reads at a time, so that packets are in the processor's cache still.

import type { Connection, HostOptions } from '../src/host/index.ts';
import { BATCH, BenchPair, cpuUs } from './pair.ts';

/** What each flow is given in its turn, and how it is set. */
export interface Turn {
  readonly octets: number;
  readonly tcp?: HostOptions['tcp'];
}

/** As much as the program of one bulk flow writes at a time, and the buffers that it has. */
export const LONG: Turn = { octets: 65_536 };

const BUFFER = 8_192;

/** Four full segments, of which none waits for an ACK, and buffers that hold no more. */
export const SHORT: Turn = {
  octets: 4 * 1448,
  tcp: { sendBuffer: BUFFER, receiveBuffer: BUFFER, receiveBufferMax: BUFFER },
};

/** Moves `octets` over `count` connections together, after twice as many that do not count; Gbit per second of processor time. */
export function manyFlows(count: number, { octets: length, tcp = {} }: Turn, octets: number): number {
  const pair = new BenchPair({ tcp, ports: { first: 1024, last: 65_535 } });
  const sink = new Uint8Array(65_536);
  const piece = new Uint8Array(length).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
  let received = 0;
  pair.b.listen({
    port: 80,
    synBacklog: count,
    handler: {
      readable: (c) => {
        for (let n = c.readInto(sink); n > 0; n = c.readInto(sink)) received += n;
      },
    },
  });
  const flows: Connection[] = [];
  for (let i = 0; i < count; i++) {
    flows.push(pair.a.open({ address: '10.0.0.2', port: 80 }));
    pair.exchange();
    pair.advance(100);
  }
  const round = (): void => {
    let brought = 0;
    for (const flow of flows) {
      flow.offer(piece);
      if (pair.queued >= BATCH) brought += pair.exchange();
    }
    if (brought + pair.exchange() === 0) pair.advance(1000);
    else pair.advance(10);
  };
  while (received < 2 * octets) round();
  const before = received;
  const us = cpuUs(() => {
    while (received < before + octets) round();
  });
  return ((received - before) * 8) / us / 1000;
}
