// Systems whose graphs are known, for the tests of the search.

import { CUT, type Fairness, type Liveness, NOTHING, type Property, type System } from './system.ts';

/** What a table system says of one state: where its actions lead, and what holds in it. */
export interface Node {
  /** Each action: the state it leads to, `CUT` or `NOTHING`; and the fairness set it belongs to. */
  readonly actions: readonly (number | readonly [to: number, fair: number])[];
  readonly marks?: number;
  readonly violated?: number;
}

/** A system given as a graph; a state is one octet. */
export class Drawn implements System {
  readonly maxBytes = 4;
  readonly initials: number;
  readonly coverageNames: readonly string[] = [];
  readonly properties: readonly Property[];
  readonly liveness?: readonly Liveness[];
  readonly fairness?: readonly Fairness[];
  readonly #nodes: readonly Node[];
  readonly #starts: readonly number[];
  #here = 0;
  #violated = 0;

  constructor(
    nodes: readonly Node[],
    more: {
      starts?: readonly number[];
      liveness?: readonly Liveness[];
      fairness?: readonly Fairness[];
      properties?: readonly Property[];
    } = {},
  ) {
    this.#nodes = nodes;
    this.#starts = more.starts ?? [0];
    this.initials = this.#starts.length;
    this.properties = more.properties ?? [{ id: 'fine', expected: 'holds' }];
    if (more.liveness !== undefined) this.liveness = more.liveness;
    if (more.fairness !== undefined) this.fairness = more.fairness;
  }

  initial(i: number, out: Uint8Array): number {
    return this.#enter(this.#starts[i]!, out);
  }

  load(bytes: Uint8Array, off: number, _len: number): number {
    this.#here = bytes[off]!;
    return this.#nodes[this.#here]!.actions.length;
  }

  step(i: number, out: Uint8Array): number {
    const action = this.#nodes[this.#here]!.actions[i]!;
    const to = typeof action === 'number' ? action : action[0];
    return to === CUT || to === NOTHING ? to : this.#enter(to, out);
  }

  violated(): number {
    return this.#violated;
  }

  coverage(): void {}

  marks(): number {
    return this.#nodes[this.#here]!.marks ?? 0;
  }

  fair(i: number): number {
    const action = this.#nodes[this.#here]!.actions[i]!;
    return typeof action === 'number' ? -1 : action[1];
  }

  #enter(to: number, out: Uint8Array): number {
    out[0] = to;
    this.#violated = this.#nodes[to]!.violated ?? 0;
    return 1;
  }
}

/**
 * The sliding puzzle of 3 by 3: 9!/2 = 181440 states, the farthest two of them 31 moves from the start; each of
 * the 9 places of the gap is taken in 20160 states, and has 2, 3 or 4 moves (483840 transitions in all).
 */
export class Puzzle implements System {
  readonly maxBytes = 9;
  readonly initials = 1;
  readonly properties: readonly Property[] = [{ id: 'unsolved', expected: 'fails' }];
  readonly coverageNames: readonly string[] = ['up', 'down', 'left', 'right'];
  readonly #tiles = new Uint8Array(9);
  readonly #goal: readonly number[];
  #gap = 0;
  #violated = 0;
  #last = 0;

  /** `goal` is the position that breaks the property; the start is 1 2 3 4 5 6 7 8 and the gap. */
  constructor(goal: readonly number[] = []) {
    this.#goal = goal;
  }

  initial(_i: number, out: Uint8Array): number {
    for (let i = 0; i < 9; i++) out[i] = (i + 1) % 9;
    this.#violated = 0;
    return 9;
  }

  load(bytes: Uint8Array, off: number): number {
    for (let i = 0; i < 9; i++) {
      this.#tiles[i] = bytes[off + i]!;
      if (this.#tiles[i] === 0) this.#gap = i;
    }
    return 4;
  }

  step(i: number, out: Uint8Array): number {
    const gap = this.#gap;
    if (i === 0 ? gap < 3 : i === 1 ? gap > 5 : i === 2 ? gap % 3 === 0 : gap % 3 === 2) return NOTHING;
    const other = gap + [-3, 3, -1, 1][i]!;
    for (let n = 0; n < 9; n++) out[n] = this.#tiles[n]!;
    out[gap] = this.#tiles[other]!;
    out[other] = 0;
    this.#last = i;
    this.#violated = this.#goal.length === 9 && this.#goal.every((tile, n) => out[n] === tile) ? 1 : 0;
    return 9;
  }

  violated(): number {
    return this.#violated;
  }

  coverage(into: Int32Array): void {
    into[0]! |= 1 << this.#last;
  }
}

/**
 * Two jugs of 3 and 5 gallons, to measure 4 (Lamport's DieHard): TLC finds 16 distinct states among 97 generated,
 * depth 8, and a shortest solution of 6 steps.
 */
export class Jugs implements System {
  readonly maxBytes = 2;
  readonly initials = 1;
  readonly properties: readonly Property[] = [{ id: 'big /= 4', expected: 'fails' }];
  readonly coverageNames: readonly string[] = ['both full', 'both empty again', 'never'];
  #small = 0;
  #big = 0;
  #s = 0;
  #b = 0;

  initial(_i: number, out: Uint8Array): number {
    return this.#put(out, 0, 0);
  }

  load(bytes: Uint8Array, off: number): number {
    this.#small = bytes[off]!;
    this.#big = bytes[off + 1]!;
    return 6;
  }

  step(i: number, out: Uint8Array): number {
    const s = this.#small;
    const b = this.#big;
    const toBig = Math.min(s, 5 - b);
    const toSmall = Math.min(b, 3 - s);
    if (i === 0) return this.#put(out, 3, b);
    if (i === 1) return this.#put(out, s, 5);
    if (i === 2) return this.#put(out, 0, b);
    if (i === 3) return this.#put(out, s, 0);
    return i === 4 ? this.#put(out, s - toBig, b + toBig) : this.#put(out, s + toSmall, b - toSmall);
  }

  violated(): number {
    return this.#b === 4 ? 1 : 0;
  }

  coverage(into: Int32Array): void {
    if (this.#s === 3 && this.#b === 5) into[0]! |= 1;
    if (this.#s === 0 && this.#b === 0) into[0]! |= 2;
  }

  #put(out: Uint8Array, small: number, big: number): number {
    out[0] = this.#s = small;
    out[1] = this.#b = big;
    return 2;
  }
}

/**
 * Dining philosophers who all reach for the left fork first: each thinks, holds one fork, or eats. They can all come to
 * hold one fork, and then stand still. States are padded so that they are as long as those of a real model.
 */
export class Philosophers implements System {
  readonly maxBytes: number;
  readonly initials = 1;
  readonly properties: readonly Property[] = [{ id: 'nobody starves', expected: 'fails' }];
  readonly coverageNames: readonly string[] = ['somebody eats', 'two eat'];
  readonly #at: Uint8Array;
  readonly #pad: number;
  #eating = 0;

  constructor(count: number, pad = 0) {
    this.#at = new Uint8Array(count);
    this.#pad = pad;
    this.maxBytes = count + pad;
  }

  initial(_i: number, out: Uint8Array): number {
    const n = this.#at.length;
    out.fill(0, 0, n);
    return this.#padded(out);
  }

  load(bytes: Uint8Array, off: number): number {
    for (let i = 0; i < this.#at.length; i++) this.#at[i] = bytes[off + i]!;
    return this.#at.length;
  }

  step(i: number, out: Uint8Array): number {
    const at = this.#at;
    const n = at.length;
    // Fork i lies left of philosopher i; it is taken when i holds one or two, or when its other neighbour eats.
    const right = (i + 1) % n;
    if (at[i] === 0 && at[(i + n - 1) % n] === 2) return NOTHING;
    if (at[i] === 1 && at[right] !== 0) return NOTHING;
    out.set(at);
    out[i] = (at[i]! + 1) % 3;
    this.#eating = 0;
    for (let p = 0; p < n; p++) if (out[p] === 2) this.#eating++;
    return this.#padded(out);
  }

  violated(): number {
    return 0;
  }

  stuck(): number {
    return 1;
  }

  coverage(into: Int32Array): void {
    if (this.#eating > 0) into[0]! |= 1;
    if (this.#eating > 1) into[0]! |= 2;
  }

  #padded(out: Uint8Array): number {
    const n = this.#at.length;
    for (let p = 0; p < this.#pad; p++) out[n + p] = Math.imul(out[p % n]! + 1, p + 7);
    return n + this.#pad;
  }
}

/** Philosophers, for a thread that is told by name what to search. */
export function philosophers(of: { readonly count: number; readonly pad: number }): System {
  return new Philosophers(of.count, of.pad);
}

/** A system that cannot be made. */
export function broken(): System {
  throw new Error('no such system');
}

/** A system that fails when it is far enough. */
export function failing(): System {
  class Failing extends Philosophers {
    override step(i: number, out: Uint8Array): number {
      const length = super.step(i, out);
      if (length >= 0 && out[0] === 2 && out[2] === 2) throw new Error('two may not eat here');
      return length;
    }
  }
  return new Failing(7);
}
