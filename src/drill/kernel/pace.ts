// Waiting in real time: asleep while there is much of it, awake for the last of it.

/** Longest sleep: calls that wait are asked again that often, too. */
const SLICE_MS = 1;
/** The last of a wait is spent awake: timers are a millisecond late. */
const AWAKE_US = 2000;
/** Turns of the event loop in which a packet that is already in a queue arrives. */
const TURNS = 3;

/** The waits of one target. */
export class Pace {
  readonly #now: () => number;
  #wake: () => void = () => {};

  /** `now` in microseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something has happened: the wait looks at once whether it is over. */
  wake(): void {
    this.#wake();
  }

  /** As {@link Target.advance}. */
  async advance(untilUs: number, stop: () => boolean): Promise<void> {
    while (!stop()) {
      const left = untilUs - this.#now();
      if (left <= 0) return this.#settle(stop);
      await this.#pause(left);
    }
  }

  /** What was already sent comes in before the wait ends. */
  async #settle(stop: () => boolean): Promise<void> {
    for (let i = 0; i < TURNS; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (stop()) return;
    }
  }

  /** Until something happens, or a while. */
  #pause(leftUs: number): Promise<void> {
    return new Promise((resolve) => {
      if (leftUs <= AWAKE_US) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, SLICE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
