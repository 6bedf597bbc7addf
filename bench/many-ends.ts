// Very many idle connections in one process: octets for each end, the longest pause while they become more, and what a
// transfer among them moves. Needs `--expose-gc`.

import type { Connection } from '../src/host/index.ts';
import { BenchPair, cpuUs } from './pair.ts';

declare const gc: (() => void) | undefined;

/** Connections to one port of the peer: there are not many more local ports. */
const FOR_EACH_PORT = 60_000;
const CHUNK = 65_536;

/** What was measured. */
export interface ManyEnds extends Readonly<Record<string, number>> {
  /** For each end, everything included but the Memory of packets and buffers. */
  readonly octets: number;
  /** The longest that one connection took to open, garbage collection included: milliseconds of the main thread. */
  readonly longestMs: number;
  /** Gbit per second of processor time: of one bulk connection before, and among all. */
  readonly before: number;
  readonly among: number;
  /** `among` of `before`. */
  readonly kept: number;
}

function heap(pair: BenchPair): number {
  if (gc === undefined) throw new Error('run with --expose-gc');
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external - pair.memory.u8.length;
}

/** Milliseconds of the main thread; others' are not in it. */
function threadMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** `count` idle connections between two hosts: twice as many ends. */
export function manyEnds(count: number): ManyEnds {
  const pair = new BenchPair({ ports: { first: 1024, last: 65_535 }, connectionCapacity: count + 2 });
  const sink = new Uint8Array(CHUNK);
  const chunk = new Uint8Array(CHUNK).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
  let received = 0;
  const drain = (c: Connection): void => {
    for (let n = c.readInto(sink); n > 0; n = c.readInto(sink)) received += n;
  };
  const ports = Math.ceil((count + 1) / FOR_EACH_PORT);
  for (let i = 0; i < ports; i++)
    pair.b.listen({ port: 80 + i, synBacklog: count, handler: { readable: drain } });
  const open = (i: number): Connection => {
    const c = pair.a.open({ address: '10.0.0.2', port: 80 + Math.floor(i / FOR_EACH_PORT) });
    pair.exchange();
    pair.advance(100);
    return c;
  };
  const transfer = (from: Connection, octets: number): number => {
    const end = received + octets;
    const us = cpuUs(() => {
      while (received < end) {
        while (from.offer(chunk) > 0);
        pair.advance(pair.exchange() === 0 ? 1000 : 10);
      }
    });
    return (octets * 8) / us / 1000;
  };
  const bulk = open(0);
  transfer(bulk, 100e6);
  const before = transfer(bulk, 300e6);
  const heapBefore = heap(pair);
  let longestMs = 0;
  for (let i = 1; i <= count; i++) {
    const ms = threadMs(() => open(i));
    if (ms > longestMs) longestMs = ms;
  }
  // Half a minute: what does nothing goes to rest.
  for (let i = 0; i < 300; i++) {
    pair.advance(100_000);
    pair.exchange();
  }
  const octets = (heap(pair) - heapBefore) / (2 * count);
  if (pair.b.tcp.size !== count + 1) throw new Error(`only ${pair.b.tcp.size} connections`);
  transfer(bulk, 100e6);
  const among = transfer(bulk, 300e6);
  return { octets, longestMs, before, among, kept: among / before };
}
