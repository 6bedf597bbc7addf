// The bad-network grid: every stack on the paths of every batch, and rows of ours beside Linux on the same wire.

import { congestionControl } from '../../src/tcp/index.ts';
import { inOwnProcess, type Running } from '../own-process.ts';
import { type Row, ratioOf, shown } from '../rows.ts';
import { type Cell, cells } from './cells.ts';
import type { Lateness } from './kernels.ts';
import type { Measured } from './measure.ts';
import type { BatchResult } from './run.ts';

/** What is asked of the grid. */
export interface GridOptions {
  /** One that ends within a minute. */
  readonly quick: boolean;
  /** Congestion controls of ours; 'default' is what a connection has that names none. */
  readonly ours?: readonly string[] | undefined;
  /** Those of the kernel. */
  readonly peers?: readonly string[] | undefined;
}

/** The peer that shares are counted against. */
const YARDSTICK = 'linux:cubic';

/** Ours, by name, as far as they are there. */
const CONTROLS = ['newreno', 'cubic', 'bbr'];

function isThere(control: string): boolean {
  try {
    congestionControl(control);
    return true;
  } catch {
    return false;
  }
}

/** What was measured, by stack and cell. */
type Results = Map<string, Map<string, Measured>>;

/** One figure of a cell, made of what was measured. */
interface Figure {
  readonly name: string;
  readonly better: 'more' | 'less';
  readonly of: (m: Measured) => number | null;
  /** Whether it counts in the share of cells; what is only looked at does not. */
  readonly counts: boolean;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: readonly (number | null)[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}

/** Jain's index of fairness: 1 for equal shares, 1/n for one that has everything. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares);
}

function figuresOf(cell: Cell): Figure[] {
  const p50: Figure = { name: 'p50 ms', better: 'less', of: (m) => quantile(m.ms ?? [], 0.5), counts: true };
  switch (cell.kind) {
    case 'bulk': {
      const goodput: Figure = { name: 'Mbit/s', better: 'more', of: (m) => mean(m.mbps ?? []), counts: true };
      // A millisecond on both sides: queues of microseconds are equal.
      const queue: Figure = {
        name: 'mean queue + 1, ms',
        better: 'less',
        of: (m) => mean(m.queueMs ?? []) + 1,
        counts: false,
      };
      return cell.path.loss === 0 ? [goodput, queue] : [goodput];
    }
    case 'fair':
      return [{ name: 'Jain', better: 'more', of: (m) => jain(m.mbps ?? []), counts: true }];
    case 'short':
      return [p50, { ...p50, name: 'p90 ms', of: (m) => quantile(m.ms ?? [], 0.9) }];
    case 'transfer':
      return [{ ...p50, name: 'ms' }];
    default:
      return [p50];
  }
}

/** Runs of real time one after the other; those of virtual time beside them, one at a time. */
async function measureAll(
  options: GridOptions,
  stacks: readonly string[],
  running: Running,
): Promise<Results> {
  const batches = [...new Set(cells(options.quick).map((cell) => cell.batch))];
  const results: Results = new Map(stacks.map((stack) => [stack, new Map<string, Measured>()]));
  const jobs = batches.flatMap((batch) => stacks.map((stack) => ({ batch, stack })));
  const isReal = ({ batch, stack }: { batch: string; stack: string }): boolean =>
    stack.startsWith('linux:') || batch.startsWith('fair');
  let worst: Lateness = { p50: 0, p99: 0, max: 0 };
  let done = 0;
  const queue = async (real: boolean): Promise<void> => {
    for (const job of jobs) {
      if (isReal(job) !== real) continue;
      const args = [options.quick ? 'quick' : 'full', job.batch, job.stack];
      const { cells, late } = await inOwnProcess<BatchResult>('bad/run.ts', args, running);
      for (const [id, measured] of Object.entries(cells)) results.get(job.stack)?.set(id, measured);
      if (late !== null && late.p99 > worst.p99) worst = late;
      process.stderr.write(`\r${++done} of ${jobs.length} runs`);
    }
  };
  await Promise.all([queue(true), queue(false)]);
  process.stderr.write('\n');
  console.log(
    `the wire of the worst run in real time was late by ${worst.p50} µs (median), ${worst.p99} (p99), ${worst.max} (most)\n`,
  );
  return results;
}

/** Measures the grid, prints it, and returns its rows. */
export async function badRows(options: GridOptions, running: Running): Promise<Row[]> {
  const ours = (options.ours ?? ['default', ...CONTROLS.filter(isThere)]).map(
    (control) => `synfin:${control}`,
  );
  const peers = (options.peers ?? (options.quick ? ['cubic'] : ['cubic', 'bbr', 'reno'])).map(
    (c) => `linux:${c}`,
  );
  const results = await measureAll(options, [...ours, ...peers], running);
  const rows: Row[] = [];
  const columns = [...peers, ...ours];
  console.log(`${''.padEnd(52)}${columns.map((name) => name.padStart(20)).join('')}`);
  for (const cell of cells(options.quick)) {
    for (const figure of figuresOf(cell)) {
      const what = `${cell.id}, ${figure.name}`;
      const of = (stack: string): number | null => figure.of(results.get(stack)?.get(cell.id) as Measured);
      const ratio = (stack: string, peer: string): number | null =>
        ratioOf(of(stack), of(peer), figure.better);
      for (const stack of ours) {
        for (const peer of peers)
          rows.push({
            group: 'bad',
            what,
            stack,
            ours: of(stack),
            peer,
            theirs: of(peer),
            ratio: ratio(stack, peer),
          });
      }
      const texts = columns.map((stack) => {
        const beside = ours.includes(stack) && peers.includes(YARDSTICK) ? ratio(stack, YARDSTICK) : null;
        return `${shown(of(stack))}${beside === null ? '' : ` ${beside.toFixed(2)}x`}`.padStart(20);
      });
      console.log(`${what.padEnd(52)}${texts.join('')}`);
    }
  }
  for (const line of shares(options, ours, rows)) console.log(line);
  return rows;
}

/** How many cells are at or above the yardstick, and the lowest, for each of our stacks. */
function shares(options: GridOptions, ours: readonly string[], rows: readonly Row[]): string[] {
  const lines = [''];
  const kinds = [
    ['goodput', (cell: Cell) => cell.kind === 'bulk'],
    ['times and fairness', (cell: Cell) => cell.kind !== 'bulk'],
  ] as const;
  for (const stack of ours) {
    for (const [name, belongs] of kinds) {
      const wanted = cells(options.quick)
        .filter(belongs)
        .flatMap((cell) =>
          figuresOf(cell)
            .filter((f) => f.counts)
            .map((f) => `${cell.id}, ${f.name}`),
        );
      const found = rows.filter(
        (row) => row.stack === stack && row.peer === YARDSTICK && wanted.includes(row.what),
      );
      if (found.length === 0) continue;
      const lowest = found.reduce((a, b) => ((b.ratio ?? 0) < (a.ratio ?? 0) ? b : a));
      const good = found.filter((row) => (row.ratio ?? 0) >= 1).length;
      lines.push(
        `${stack} beside ${YARDSTICK}, ${name}: ${good} of ${found.length} cells at or above 1.0; the lowest ${(lowest.ratio ?? 0).toFixed(2)} (${lowest.what})`,
      );
    }
  }
  return lines;
}
