// Octets of memory for each end of an idle ESTABLISHED connection, for each half-open one, and for each TIME-WAIT record
// with its entry in the tuple table. Needs `--expose-gc`.

import type { Connection } from '../src/host/index.ts';
import { BenchPair } from './pair.ts';

declare const gc: (() => void) | undefined;

function heap(): number {
  if (gc === undefined) throw new Error('run with --expose-gc');
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The port range of both hosts, so that one pair of addresses is enough. */
const PORTS = { first: 1024, last: 65_535 };

/** Half a minute: what does nothing goes to rest. */
function passTime(pair: BenchPair): void {
  for (let i = 0; i < 300; i++) {
    pair.advance(100_000);
    pair.exchange();
  }
}

/** Octets for one end of an idle connection, everything included: TCB, rings, demultiplexing, timer, object. */
export function idleConnection(count: number): number {
  const pair = new BenchPair({ ports: PORTS });
  const kept: Connection[] = [];
  pair.b.listen({ port: 80, synBacklog: count, handler: { open: (c) => kept.push(c) } });
  const open = (): void => {
    kept.push(pair.a.open({ address: '10.0.0.2', port: 80 }));
    pair.exchange();
    pair.advance(100);
  };
  for (let i = 0; i < 64; i++) open();
  const before = heap();
  for (let i = 0; i < count; i++) open();
  passTime(pair);
  const octets = (heap() - before) / (2 * count);
  if (kept.some((c) => c.state !== 'ESTABLISHED')) throw new Error('not all are ESTABLISHED');
  return octets;
}

/** A host with half-open connections: who opened them has forgotten them. */
class HalfOpen {
  readonly pair = new BenchPair({ ports: PORTS });

  constructor(most: number) {
    this.pair.b.listen({ port: 80, synBacklog: most });
  }

  add(count: number): void {
    const { pair } = this;
    for (let i = 0; i < count; i++) {
      pair.a.open({ address: '10.0.0.2', port: 80 }).abort();
      pair.exchangeToB();
      pair.advance(1);
    }
  }
}

/** Octets for one half-open connection: in SYN-RECEIVED, its SYN,ACK on the way. The end that opens it is not counted. */
export function halfOpen(count: number): number {
  const other = new HalfOpen(2000); // what V8 compiles meanwhile is no connection's
  other.add(2000);
  const ours = new HalfOpen(2 * count);
  ours.add(64);
  const before = heap();
  ours.add(count);
  const octets = (heap() - before) / count;
  if (ours.pair.b.tcp.size < count) throw new Error(`only ${ours.pair.b.tcp.size} are half-open`);
  if (other.pair.b.tcp.size === 0) throw new Error('the others have gone');
  return octets;
}

/** A host with TIME-WAIT records: it opens and closes. */
class Waiting {
  readonly pair = new BenchPair({ ports: PORTS });

  constructor() {
    this.pair.b.listen({ port: 80, handler: { readable: (c) => (c.eof ? c.close() : undefined) } });
  }

  add(count: number): void {
    const { pair } = this;
    for (let i = 0; i < count; i++) {
      pair.a.open({ address: '10.0.0.2', port: 80, handler: { open: (c) => c.close() } });
      pair.exchange();
      pair.advance(100);
    }
  }
}

/** Octets for one TIME-WAIT record. */
export function timeWaitRecord(count: number): number {
  const other = new Waiting(); // what V8 compiles meanwhile is no record's
  other.add(2000);
  const ours = new Waiting();
  ours.add(64);
  const before = heap();
  ours.add(count);
  const octets = (heap() - before) / count;
  const { size } = ours.pair.a.tcp.timeWait;
  if (size < count) throw new Error(`only ${size} in TIME-WAIT`);
  if (other.pair.a.tcp.timeWait.size === 0) throw new Error('the others have gone');
  return octets;
}
