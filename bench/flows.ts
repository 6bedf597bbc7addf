// Many bulk connections at once between two hosts in one process: what it costs that the next segment is another
// connection's.

import type { Connection } from '../src/host/index.ts';
import { BenchPair, cpuUs } from './pair.ts';

/** Octets of a connection that are under way at once: all of them fit the bench's link. */
const PIECE = 5_840;
const BUFFER = 8_192;

/** Moves `octets` over `count` connections together; Gbit per second of processor time. */
export function manyFlows(count: number, octets: number): number {
  const tcp = { sendBuffer: BUFFER, receiveBuffer: BUFFER, receiveBufferMax: BUFFER };
  const pair = new BenchPair({ tcp, ports: { first: 1024, last: 65_535 } });
  const sink = new Uint8Array(BUFFER);
  const piece = new Uint8Array(PIECE).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
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
    for (const flow of flows) flow.offer(piece);
    if (pair.exchange() === 0) pair.advance(1000);
    else pair.advance(10);
  };
  while (received < octets / 5) round(); // not counted
  const before = received;
  const us = cpuUs(() => {
    while (received < before + octets) round();
  });
  return ((received - before) * 8) / us / 1000;
}
