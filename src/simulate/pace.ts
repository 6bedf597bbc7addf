// How fast virtual time may pass beside the machine's: as fast as can be, or as real time, for who looks on or debugs.

// Taken now: a test may fake them later.
const now = performance.now.bind(performance);

/** Milliseconds behind the machine's clock after which it is not made up for: somebody has stopped the program. */
const MOST_BEHIND_MS = 250;
/** The longest wait at once: what comes from outside meanwhile may have made something due earlier. */
const MOST_WAIT_MS = 50;

/** See above. */
export class Pace {
  readonly #speed: number;
  /** An instant of both clocks. */
  #virtualUs = 0;
  #realMs = 0;

  /** `speed`: virtual time by real time; Infinity is as fast as can be. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Time begins to move, at this instant of virtual time. */
  begin(virtualUs: number): void {
    this.#virtualUs = virtualUs;
    this.#realMs = now();
  }

  /** Real milliseconds to wait now, for what comes at an instant of virtual time (Infinity: nothing does); 0: it is due. */
  wait(virtualUs: number): number {
    if (this.#speed === Number.POSITIVE_INFINITY || virtualUs === Number.POSITIVE_INFINITY) return 0;
    const dueMs = this.#realMs + (virtualUs - this.#virtualUs) / 1000 / this.#speed;
    const leftMs = dueMs - now();
    if (leftMs < -MOST_BEHIND_MS) this.begin(virtualUs);
    return Math.min(Math.max(leftMs, 0), MOST_WAIT_MS);
  }
}
