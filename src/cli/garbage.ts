// Keeps the heap near what lives in it. V8 lets a heap grow to four times what lived at the last collection before it collects
// again: 150 MB of open connections would take 800 MB while a large capture is read.

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Octets of what is old that may be garbage. */
const MOST_GARBAGE = 32e6;

/** Collects when much was allocated since the last collection; `look` is cheap. */
export class Garbage {
  readonly #old: () => number;
  readonly #collect: () => void;
  #lives = Number.POSITIVE_INFINITY;

  /** `old` says how many octets are in use of what outlived its first collections; `collect` collects. */
  constructor(old = oldOctets, collect = collector()) {
    this.#old = old;
    this.#collect = collect;
  }

  /** Looks how far the heap has grown. */
  look(): void {
    const used = this.#old();
    // V8 collects, too.
    this.#lives = Math.min(this.#lives, used);
    if (used - this.#lives < MOST_GARBAGE) return;
    this.#collect();
    this.#lives = this.#old();
  }
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function oldOctets(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0;
}
