// The time of a host that lives in real time: a monotonic clock that stands still while one event is
// processed, so that a batch of packets costs one reading and happens at one moment.

/** Where the real time comes from; `performance` is one. */
export interface TimeSource {
  /** Milliseconds since `timeOrigin`, monotonic, with fractions. */
  now(): number;
  /** Milliseconds since 1970 at which `now()` was 0. */
  readonly timeOrigin: number;
}

/** Microseconds since the start of the process; give it to `new Host` and to `attachTun`. */
export class RealClock {
  readonly #source: TimeSource;
  #heldUs = -1;

  constructor(source: TimeSource = performance) {
    this.#source = source;
  }

  /** Microseconds: those of the event in progress, or the present. */
  now(): number {
    return this.#heldUs >= 0 ? this.#heldUs : this.#source.now() * 1000;
  }

  /** The present in microseconds, even while an event is in progress. */
  real(): number {
    return this.#source.now() * 1000;
  }

  /** Microseconds since 1970 at which `now()` was 0. */
  get epochUs(): number {
    return Math.round(this.#source.timeOrigin * 1000);
  }

  /** An event begins: time stands still until {@link release}. The time it stands at. */
  hold(): number {
    this.#heldUs = this.#source.now() * 1000;
    return this.#heldUs;
  }

  release(): void {
    this.#heldUs = -1;
  }
}
