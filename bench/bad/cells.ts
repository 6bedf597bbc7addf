// The plan of the bad-network bench: what is measured of each stack, and on which path. RFC 9743 section 5 lists what a
// congestion control is to be tried on; docs/performance.md says which cells stand for what.

/** Of every bottleneck. */
export const RATE_BPS = 100e6;

/** A path of a bench. */
export interface Path {
  readonly rttMs: number;
  /** Probability that a packet is lost, in either direction. */
  readonly loss?: number;
  /** Queue in bandwidth-delay products. Default 1. */
  readonly queue?: number;
  readonly reorder?: { readonly probability: number; readonly extraDelayUs: number };
}

/** One cell: a kind of measurement on a path. */
export interface Cell {
  readonly id: string;
  readonly kind: 'bulk' | 'transfer' | 'short' | 'tail' | 'tail-open' | 'fair' | 'fair-own';
  readonly path: Path;
  /** Of bulk flows. */
  readonly seconds: number;
  /** Runs with other dice, at the same time. */
  readonly lanes: number;
  /** How often all of it is run, with other dice, one after the other. Default 1. */
  readonly runs?: number;
  /** Cells of one batch are measured at the same time, in one process. */
  readonly batch: string;
}

const RTTS_MS = [10, 40, 200] as const;
/**
 * How long flows share a bottleneck: K of CUBIC (RFC 9438 section 4.2) is 10 s for half a path of 200 ms, 5 s of 40, 3 s of 10.
 * And in how many runs they meet one of the kernel: the less often they lose, the more it matters how they have begun.
 */
const FAIR = {
  10: { seconds: 12.5, runs: 1 },
  40: { seconds: 30, runs: 3 },
  200: { seconds: 60, runs: 1 },
} as const;
const LOSSES = [0, 0.001, 0.01, 0.03] as const;
const QUEUES = [1, 4] as const;
/** Runs with other dice for each of LOSSES. */
const LANES = [1, 2, 3, 3] as const;
/** 30 % of packets 5 ms late. */
const REORDER = { probability: 0.3, extraDelayUs: 5000 } as const;

/** All cells in the order of the table, or those of a grid that ends within a minute. */
export function cells(quick: boolean): Cell[] {
  const all: Cell[] = [];
  const add = (cell: Omit<Cell, 'seconds' | 'lanes'> & Partial<Cell>): void => {
    all.push({ seconds: 0, lanes: 1, ...cell });
  };
  // Fifty round trips and more: slow start is a small part of it.
  const seconds = (rttMs: number): number => (rttMs > 100 ? 10 : 5) / (quick ? 2 : 1);
  for (const queue of quick ? [1] : QUEUES) {
    for (const rttMs of RTTS_MS) {
      const batch = `bulk, ${rttMs} ms, queue ${queue} BDP`;
      for (const [i, loss] of LOSSES.entries()) {
        const id = `bulk, ${rttMs} ms, ${loss * 100} % loss, queue ${queue} BDP`;
        const path = { rttMs, loss, queue };
        add({ id, kind: 'bulk', path, seconds: seconds(rttMs), lanes: LANES[i] as number, batch });
      }
    }
  }
  for (const rttMs of quick ? [40] : RTTS_MS) {
    const batch = `short, ${rttMs} ms`;
    const reordered: Path = { rttMs, queue: 4, reorder: REORDER };
    add({ id: `2 MB, reordered, ${rttMs} ms`, kind: 'transfer', path: reordered, lanes: 4, batch });
    add({ id: `10 kB, tail lost, ${rttMs} ms`, kind: 'tail', path: { rttMs }, batch });
    add({ id: `10 kB, tail lost, kept open, ${rttMs} ms`, kind: 'tail-open', path: { rttMs }, batch });
    add({ id: `10 kB, 3 % loss, ${rttMs} ms`, kind: 'short', path: { rttMs, loss: 0.03 }, lanes: 4, batch });
  }
  for (const rttMs of quick ? [] : RTTS_MS) {
    // Long enough for CUBIC to come back to its window about three times in the second half.
    const { seconds, runs } = FAIR[rttMs];
    const common = { path: { rttMs }, seconds, lanes: 2 };
    const own = `fairness with itself, ${rttMs} ms`;
    const other = `fairness with CUBIC, ${rttMs} ms`;
    add({ id: own, kind: 'fair-own', batch: own, ...common });
    add({ id: other, kind: 'fair', batch: other, runs, ...common });
  }
  return all;
}
