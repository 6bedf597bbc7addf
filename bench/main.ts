// npm run bench: what the stack costs, in processor time of this process, beside the kernel's TCP on
// loopback. All benches take turns, so that a noisy machine is noisy for all; medians are printed.
//
//   npm run bench                  all
//   npm run bench -- --rounds 3    fewer turns (default 5)

import { parseArgs } from 'node:util';
import { Bulk } from './bulk.ts';
import { CallbackChurn, PromiseChurn } from './churn.ts';
import { idleConnection, timeWaitRecord } from './footprint.ts';
import { kernelBulk, kernelChurn } from './kernel.ts';
import { median } from './pair.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: a whole number from 1');

const BULK_OCTETS = 500e6;
const CONNECTIONS = 40_000;
const KERNEL_CONNECTIONS = 4_000;

const results = new Map<string, number[]>();

function note(name: string, value: number): void {
  const list = results.get(name) ?? [];
  list.push(value);
  results.set(name, list);
}

const bulk1500 = new Bulk(1500);
const bulk65535 = new Bulk(65_535);
const callbacks = new CallbackChurn();
const promises = new PromiseChurn();

// Warm up: one round that is not counted.
bulk1500.run(BULK_OCTETS / 5);
bulk65535.run(BULK_OCTETS / 5);
callbacks.run(CONNECTIONS / 4);
await promises.run(CONNECTIONS / 4);

for (let i = 0; i < rounds; i++) {
  const small = bulk1500.run(BULK_OCTETS);
  note('bulk 1500', small.gbps);
  note('ns 1500', small.nsPerSegment);
  note('bulk kernel', await kernelBulk(BULK_OCTETS));
  const large = bulk65535.run(BULK_OCTETS);
  note('bulk 65535', large.gbps);
  note('ns 65535', large.nsPerSegment);
  note('churn callbacks', callbacks.run(CONNECTIONS));
  note('churn kernel', await kernelChurn(KERNEL_CONNECTIONS));
  note('churn promises', await promises.run(CONNECTIONS));
  process.stderr.write(`round ${i + 1} of ${rounds}\n`);
}

const of = (name: string): number => median(results.get(name) ?? [Number.NaN]);
const fixed = (n: number, digits: number): string => n.toFixed(digits);
const row = (what: string, value: string, peer = ''): void =>
  console.log(`${what.padEnd(58)}${value.padStart(12)}   ${peer}`);
const ratio = (ours: string, peer: string): string => `${fixed(of(ours) / of(peer), 2)}x`;

console.log(`\nmedians of ${rounds} rounds, per second of processor time (user + system) of this process\n`);
row(
  'bulk, MTU 1500, Gbit/s',
  fixed(of('bulk 1500'), 2),
  `${ratio('bulk 1500', 'bulk kernel')} the kernel on loopback`,
);
row('bulk, MTU 1500, ns per data segment, both ends and the ACK', fixed(of('ns 1500'), 0));
row(
  'bulk, MTU 65535, Gbit/s',
  fixed(of('bulk 65535'), 2),
  `${ratio('bulk 65535', 'bulk kernel')} the kernel on loopback`,
);
row('bulk, MTU 65535, ns per data segment', fixed(of('ns 65535'), 0));
row('bulk, kernel on loopback by node:net, Gbit/s', fixed(of('bulk kernel'), 2));
row(
  'connect + close by callbacks, per second',
  fixed(of('churn callbacks'), 0),
  `${ratio('churn callbacks', 'churn kernel')} the kernel on loopback`,
);
row(
  'connect + close by promises, per second',
  fixed(of('churn promises'), 0),
  `${ratio('churn promises', 'churn kernel')} the kernel on loopback`,
);
row('connect + close, kernel on loopback by node:net', fixed(of('churn kernel'), 0));
row('octets per idle ESTABLISHED end', fixed(idleConnection(20_000), 0));
row('octets per TIME-WAIT record with its tuple', fixed(timeWaitRecord(50_000), 0));
