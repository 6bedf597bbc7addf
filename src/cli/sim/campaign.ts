// What is asked for by `--seeds` and `--shard`, and what rows come to.

import type { Row } from './row.ts';

/** Seeds that a campaign has at most: their rows are small, their order is kept. */
const MOST_SEEDS = 10_000_000;

/** `7`, `1..1000`: the first and the last seed; null: it is none of that. */
export function rangeOf(text: string): readonly [number, number] | null {
  const found = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(text);
  if (found === null) return null;
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  return first <= last && last - first < MOST_SEEDS ? [first, last] : null;
}

/** `2/4`: the second of four; null: it is no such thing. */
export function shardOf(text: string): readonly [number, number] | null {
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(found?.[1]), Number(found?.[2])];
  return found !== null && index >= 1 && index <= count ? [index, count] : null;
}

/** The seeds of a shard: every so-manieth, so that all shards have some of everything. */
export function seedsOf(
  [first, last]: readonly [number, number],
  [index, count]: readonly [number, number],
): number[] {
  const seeds: number[] = [];
  for (let seed = first + index - 1; seed <= last; seed += count) seeds.push(seed);
  return seeds;
}

/** Failures of one kind. */
export interface KindOfFailure {
  /** As the first of them says it. */
  readonly first: Row;
  readonly seeds: number[];
}

/** What rows come to. */
export class Tally {
  readonly outcomes = { passed: 0, failed: 0, hung: 0, died: 0 };
  /** The most frequent first, once `kinds` is asked for. */
  readonly #kinds = new Map<string, KindOfFailure>();
  /** In how many rows something was seen that is to be seen sometimes. */
  readonly seen = new Map<string, number>();
  rows = 0;

  add(row: Row): void {
    this.rows++;
    this.outcomes[row.outcome]++;
    for (const name of row.unseen?.split('\n') ?? []) this.seen.set(name, this.seen.get(name) ?? 0);
    for (const name of row.seen?.split('\n') ?? []) this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    if (row.outcome === 'passed') return;
    // Ports, times and seeds differ between failures of one kind.
    const key = `${row.outcome} ${row.code} ${row.message?.replace(/[0-9.]+/g, '#')}`;
    const kind = this.#kinds.get(key);
    if (kind === undefined) this.#kinds.set(key, { first: row, seeds: [row.seed] });
    else kind.seeds.push(row.seed);
  }

  get kinds(): KindOfFailure[] {
    return [...this.#kinds.values()].sort((a, b) => b.seeds.length - a.seeds.length);
  }

  /** What was asked for, and seen in no row. */
  get never(): string[] {
    return [...this.seen].filter(([, times]) => times === 0).map(([name]) => name);
  }
}
