// What the stack costs in processor time (user and system), beside the kernel's TCP on loopback by node:net. Ours and the
// peer take turns, each in a process of its own; medians are printed.

import type { Figures } from './measures.ts';
import { inOwnProcess, type Running } from './own-process.ts';
import { median } from './pair.ts';
import { type Row, ratioOf, shown } from './rows.ts';

/** A row: a figure of one measure beside the same figure of another. */
interface Plan {
  readonly what: string;
  readonly figure: string;
  readonly ours: string;
  readonly peer?: string;
  readonly better: 'more' | 'less';
}

const LOOPBACK = 'kernel on loopback';

const PLANS: readonly Plan[] = [
  { what: 'bulk, MTU 1500, Gbit/s', figure: 'gbps', ours: 'bulk-1500', peer: 'bulk-kernel', better: 'more' },
  {
    what: 'bulk, MTU 1500, ns per data segment, both ends and its share of ACKs',
    figure: 'nsPerSegment',
    ours: 'bulk-1500',
    better: 'less',
  },
  {
    what: 'bulk, MTU 65535, Gbit/s',
    figure: 'gbps',
    ours: 'bulk-65535',
    peer: 'bulk-kernel',
    better: 'more',
  },
  {
    what: 'bulk, MTU 65535, ns per data segment',
    figure: 'nsPerSegment',
    ours: 'bulk-65535',
    better: 'less',
  },
  {
    what: 'connect + close by callbacks, per second',
    figure: 'perSecond',
    ours: 'churn-callbacks',
    peer: 'churn-kernel',
    better: 'more',
  },
  {
    what: 'connect + close by promises, per second',
    figure: 'perSecond',
    ours: 'churn-promises',
    peer: 'churn-kernel',
    better: 'more',
  },
  { what: 'octets per idle ESTABLISHED end', figure: 'octets', ours: 'idle-end', better: 'less' },
  { what: 'octets per TIME-WAIT record with its tuple', figure: 'octets', ours: 'time-wait', better: 'less' },
];

/** Measures all rows in `rounds` turns. */
export async function stackRows(rounds: number, running: Running): Promise<Row[]> {
  const measures = [
    ...new Set(PLANS.flatMap(({ ours, peer }) => (peer === undefined ? [ours] : [ours, peer]))),
  ];
  const results = new Map<string, Figures[]>(measures.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of measures)
      results.get(name)?.push(await inOwnProcess<Figures>('measures.ts', [name], running));
    process.stderr.write(`round ${round} of ${rounds}\n`);
  }
  const of = (name: string, figure: string): number =>
    median((results.get(name) ?? []).map((figures) => figures[figure] as number));
  console.log(`medians of ${rounds} rounds, per second of processor time (user + system)\n`);
  return PLANS.map((plan) => {
    const ours = of(plan.ours, plan.figure);
    const theirs = plan.peer === undefined ? null : of(plan.peer, plan.figure);
    const ratio = ratioOf(ours, theirs, plan.better);
    const beside = ratio === null ? '' : `${ratio.toFixed(2)}x ${LOOPBACK}: ${shown(theirs)}`;
    console.log(`${plan.what.padEnd(70)}${shown(ours).padStart(10)}   ${beside}`);
    const peer = plan.peer === undefined ? '' : LOOPBACK;
    return { group: 'stack', what: plan.what, stack: 'synfin', ours, peer, theirs, ratio };
  });
}
