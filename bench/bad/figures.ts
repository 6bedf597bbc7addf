// What is said of a cell: figures made of what was measured on all of its lanes.

import type { Cell } from './cells.ts';
import type { Measured } from './measure.ts';

/** One figure of a cell. */
export interface Figure {
  /** With its unit. */
  readonly name: string;
  readonly better: 'more' | 'less';
  /** Null: it did not come to an end. */
  readonly of: (m: Measured) => number | null;
  /** Added to both sides of a ratio: what is smaller makes no difference. */
  readonly least?: number;
  /** In which share of cells it counts; '' for what is only looked at. */
  readonly counts: 'goodput' | 'times and fairness' | '';
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below which the share `q` of sorted ones is; null for one that never came. */
export function quantile(sorted: readonly (number | null)[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}

/** Jain's index of fairness: 1 for equal shares, 1/n for one that has everything. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares);
}

const goodput: Figure = {
  name: 'Mbit/s',
  better: 'more',
  of: ({ mbps = [] }) => mean(mbps),
  counts: 'goodput',
};

const queue: Figure = {
  name: 'mean queue, ms',
  better: 'less',
  of: ({ queueMs = [] }) => mean(queueMs),
  least: 1,
  counts: '',
};

const fairness: Figure = {
  name: 'Jain’s index',
  better: 'more',
  of: ({ shares = [] }) => mean(shares.map(jain)),
  counts: 'times and fairness',
};

function time(name: string, q: number): Figure {
  return { name, better: 'less', of: ({ ms = [] }) => quantile(ms, q), counts: 'times and fairness' };
}

/** The figures of a cell. */
export function figuresOf(cell: Cell): readonly Figure[] {
  switch (cell.kind) {
    case 'bulk':
      return cell.path.loss === 0 ? [goodput, queue] : [goodput];
    case 'fair':
    case 'fair-own':
      return [fairness];
    case 'short':
      return [time('p50 ms', 0.5), time('p90 ms', 0.9)];
    case 'transfer':
      return [time('ms', 0.5)];
    default:
      return [time('p50 ms', 0.5)];
  }
}
