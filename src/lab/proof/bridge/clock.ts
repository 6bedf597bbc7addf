// A finite clock for a finite theory: the instants that one step speaks of, by number, with what `by`, `msl` and `msl2` say.

/** Most instants of a step: now, then, and those in which what matters was sent or began. */
export const INSTANTS = 12;

/** Instants, in milliseconds. */
export class Clock {
  readonly #mslMs: number;
  readonly #times: number[] = [];

  constructor(mslMs: number) {
    this.#mslMs = mslMs;
  }

  /** No instant is known any more. */
  reset(): void {
    this.#times.length = 0;
  }

  get count(): number {
    return this.#times.length;
  }

  /** The number of an instant. Throws a RangeError for one too many. */
  at(ms: number): number {
    const known = this.#times.indexOf(ms);
    if (known >= 0) return known;
    if (this.#times.length === INSTANTS) throw new RangeError('too many instants in one step');
    return this.#times.push(ms) - 1;
  }

  /** Whether instant `t` is at least so many MSL after `s`. */
  after(s: number, t: number, msls: number): boolean {
    return (this.#times[t] as number) - (this.#times[s] as number) >= msls * this.#mslMs;
  }
}
