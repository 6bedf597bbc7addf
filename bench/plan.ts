// Rows of the bench that are one measure's figure, beside the same figure of another: ours and the peer take turns, each in
// a process of its own; medians are printed.

import type { Figures } from './measures.ts';
import { inOwnProcess, type Running } from './own-process.ts';
import { median } from './pair.ts';
import { type Row, ratioOf, shown } from './rows.ts';

/** A row: a figure of one measure beside the same figure of another. */
export interface Plan {
  readonly what: string;
  readonly figure: string;
  readonly ours: string;
  readonly peer?: string;
  /** Who the peer is. Default: the kernel on loopback. */
  readonly beside?: string;
  readonly better: 'more' | 'less';
}

/** The peer. */
const LOOPBACK = 'kernel on loopback';

/** Measures all rows in `rounds` turns. */
export async function planned(
  group: string,
  plans: readonly Plan[],
  rounds: number,
  running: Running,
): Promise<Row[]> {
  const measures = [
    ...new Set(plans.flatMap(({ ours, peer }) => (peer === undefined ? [ours] : [ours, peer]))),
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
  return plans.map((plan) => {
    const ours = of(plan.ours, plan.figure);
    const theirs = plan.peer === undefined ? null : of(plan.peer, plan.figure);
    const ratio = ratioOf(ours, theirs, plan.better);
    const peer = plan.peer === undefined ? '' : (plan.beside ?? LOOPBACK);
    const beside = ratio === null ? '' : `${ratio.toFixed(2)}x ${peer}: ${shown(theirs)}`;
    console.log(`${plan.what.padEnd(70)}${shown(ours).padStart(10)}   ${beside}`);
    return { group, what: plan.what, stack: 'synfin', ours, peer, theirs, ratio };
  });
}
