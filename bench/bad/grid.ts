// The bad-network grid: every stack on the paths of every batch, and rows of ours beside Linux on the same wire.

import { congestionNames } from '../../src/tcp/congestion/control.ts';
import { defaultConfig } from '../../src/tcp/index.ts';
import { inOwnProcess, type Running } from '../own-process.ts';
import { type Row, ratioOf, shown } from '../rows.ts';
import { type Cell, cells } from './cells.ts';
import { type Figure, figuresOf } from './figures.ts';
import type { Lateness } from './kernels.ts';
import type { Measured } from './measure.ts';
import { SEED } from './play.ts';
import type { BatchResult } from './run.ts';

/** What is asked of the grid. */
export interface GridOptions {
  /** One that ends within a minute. */
  readonly quick: boolean;
  /**
   * Congestion controls of ours; 'default' is what a connection has that names none. `real:default`: in real time, and a
   * kernel receives.
   */
  readonly ours?: readonly string[] | undefined;
  /** Those of the kernel. */
  readonly peers?: readonly string[] | undefined;
  /** Only batches that have this in their name: `bulk, 40 ms`. */
  readonly only?: string | undefined;
}

/** What was measured, by stack and cell. */
type Grid = ReadonlyMap<string, Map<string, Measured>>;

/** The peer that everybody is measured against. */
const YARDSTICK = 'linux:cubic';
const WIDTH = 60;
const RUN = 'bad/run.ts';
/** A wire that is late by more in one of a hundred packets is no wire, */
const LATE_US = 500;
/** unless it never was better. */
const ATTEMPTS = 3;

/** Measures the grid, prints it, and returns its rows. */
export async function badRows(options: GridOptions, running: Running): Promise<Row[]> {
  const { quick, only = '' } = options;
  const all = cells(quick).filter(({ batch }) => batch.includes(only));
  const others = congestionNames().filter((name) => name !== defaultConfig.congestion);
  const ours = (options.ours ?? ['default', ...others]).map((name) =>
    name.startsWith('real:') ? `synfin-${name}` : `synfin:${name}`,
  );
  const theirs = options.peers ?? (quick ? ['cubic'] : ['cubic', 'bbr', 'reno']);
  const peers = theirs.map((name) => `linux:${name}`);
  const grid = await measureAll(quick, all, [...peers, ...ours], running);
  const rows = all.flatMap((cell) =>
    figuresOf(cell).flatMap((figure) =>
      ours.flatMap((stack) => peers.flatMap((peer) => rowOf(grid, cell, figure, stack, peer))),
    ),
  );
  print(grid, all, peers, ours);
  for (const stack of ours) {
    for (const peer of peers) {
      if (peer === YARDSTICK || peer.split(':')[1] === stack.split(':')[1])
        printShares(all, rows, stack, peer);
    }
  }
  return rows;
}

/** Runs of real time one after the other; those of virtual time beside them, one at a time. */
async function measureAll(
  quick: boolean,
  all: readonly Cell[],
  stacks: readonly string[],
  running: Running,
): Promise<Grid> {
  const grid: Grid = new Map(stacks.map((stack) => [stack, new Map<string, Measured>()]));
  const fair = new Set(all.filter(({ kind }) => kind === 'fair').map(({ batch }) => batch));
  const jobs = [...new Set(all.map(({ batch }) => batch))].flatMap((batch) =>
    stacks
      // In a shared bottleneck everybody meets CUBIC: what the kernel's other controls do there says nothing of ours.
      .filter((stack) => !fair.has(batch) || stack.startsWith('synfin') || stack === YARDSTICK)
      .map((stack) => ({ batch, stack, real: fair.has(batch) || !stack.startsWith('synfin:') })),
  );
  let worst: Lateness = { p50: 0, p99: 0, max: 0 };
  let done = 0;
  const queue = async (real: boolean): Promise<void> => {
    for (const job of jobs) {
      if (job.real !== real) continue;
      for (let n = 0; n < runsOf(all, job.batch); n++) {
        const args = [quick ? 'quick' : 'full', job.batch, job.stack, ...(n === 0 ? [] : [`${SEED}, ${n}`])];
        const { cells, late } = real
          ? await punctual(args)
          : await inOwnProcess<BatchResult>(RUN, args, running);
        const found = grid.get(job.stack);
        for (const [id, measured] of Object.entries(cells)) found?.set(id, together(found.get(id), measured));
        if (late !== null && late.p99 > worst.p99) worst = late;
      }
      process.stderr.write(`\r${++done} of ${jobs.length} runs`);
    }
  };
  await Promise.all([queue(true), queue(false)]);
  process.stderr.write('\n');
  const { p50, p99, max } = worst;
  console.log(
    `the wire of the worst run in real time was late by ${p50} µs (median), ${p99} (p99), ${max} (most)\n`,
  );
  return grid;
}

/** In how many runs a batch is measured. */
function runsOf(all: readonly Cell[], batch: string): number {
  return Math.max(...all.filter((cell) => cell.batch === batch).map(({ runs = 1 }) => runs));
}

/** What several runs have measured of how flows share a bottleneck. */
function together(before: Measured | undefined, measured: Measured): Measured {
  return {
    ...measured,
    ...(before === undefined ? {} : { shares: [...(before.shares ?? []), ...(measured.shares ?? [])] }),
  };
}

/** A run in real time, again when the machine made the wire late: a delay of its own ends HyStart, and is a loss of RACK's. */
async function punctual(args: readonly string[]): Promise<BatchResult> {
  let best: BatchResult | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // What V8 does on other threads is not before all others, as this one is: it would be waited for.
    const result = await inOwnProcess<BatchResult>(RUN, args, { profiles: null }, ['--single-threaded']);
    if (best === null || lateOf(result) < lateOf(best)) best = result;
    if (lateOf(best) < LATE_US) break;
  }
  return best as BatchResult;
}

function lateOf({ late }: BatchResult): number {
  return late?.p99 ?? 0;
}

/** A figure of a stack in a cell; undefined where it was not measured. */
function figureOf(grid: Grid, cell: Cell, figure: Figure, stack: string): number | null | undefined {
  const measured = grid.get(stack)?.get(cell.id);
  return measured === undefined ? undefined : figure.of(measured);
}

function rowOf(grid: Grid, cell: Cell, figure: Figure, stack: string, peer: string): Row[] {
  const ours = figureOf(grid, cell, figure, stack);
  const theirs = figureOf(grid, cell, figure, peer);
  if (ours === undefined || theirs === undefined) return [];
  const { least = 0 } = figure;
  const ratio = ratioOf(
    ours === null ? null : ours + least,
    theirs === null ? null : theirs + least,
    figure.better,
  );
  return [{ group: 'bad', what: `${cell.id}, ${figure.name}`, stack, ours, peer, theirs, ratio }];
}

function print(grid: Grid, all: readonly Cell[], peers: readonly string[], ours: readonly string[]): void {
  const columns = [...peers, ...ours];
  console.log(`${''.padEnd(WIDTH)}${columns.map((name) => name.padStart(20)).join('')}`);
  for (const cell of all) {
    for (const figure of figuresOf(cell)) {
      const texts = columns.map((stack) => {
        const value = figureOf(grid, cell, figure, stack);
        if (value === undefined) return ''.padStart(20);
        const [row] = ours.includes(stack) ? rowOf(grid, cell, figure, stack, YARDSTICK) : [];
        const ratio = row?.ratio ?? null;
        return `${shown(value)}${ratio === null ? '' : ` ${ratio.toFixed(2)}x`}`.padStart(20);
      });
      console.log(`${`${cell.id}, ${figure.name}`.padEnd(WIDTH)}${texts.join('')}`);
    }
  }
  console.log('');
}

/** How many figures are at or above the peer's, and the lowest. */
function printShares(all: readonly Cell[], rows: readonly Row[], stack: string, peer: string): void {
  for (const kind of ['goodput', 'times and fairness']) {
    const names = all.flatMap((cell) =>
      figuresOf(cell)
        .filter(({ counts }) => counts === kind)
        .map(({ name }) => `${cell.id}, ${name}`),
    );
    const found = rows.filter((row) => row.stack === stack && row.peer === peer && names.includes(row.what));
    const good = found.filter(({ ratio }) => (ratio ?? 0) >= 1).length;
    const lowest = found.toSorted((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0))[0];
    if (lowest === undefined) continue;
    console.log(
      `${stack} beside ${peer}, ${kind}: ${good} of ${found.length} at or above 1.0; the lowest ${shown(lowest.ratio)} (${lowest.what})`,
    );
  }
}
