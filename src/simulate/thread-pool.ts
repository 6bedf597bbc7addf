// The thread pool, as far as a simulation has to know: when all that it was given is done. It has one thread, so a job of
// our own is done when all before it are.

import { openSync, read } from 'node:fs';

/** Looks without a pause before the first one, and how long pauses are, ms. */
const LOOKS = 2000;
const PAUSE_MS = 0.05;
/** The longest wait at once: a job that waits for this very thread would never be done. */
const MOST_MS = 10_000;

// Taken now: a test may fake it later.
const now = performance.now.bind(performance);

/** A file that does not begin with 0: the program that runs us. One for all simulations; -1: it was not needed yet. */
let file = -1;

/** See above. */
export class ThreadPool {
  readonly #mark = new Uint8Array(1);
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));

  /**
   * Returns when the pool has done what it has, and before anybody is told: Node then tells of all jobs in one turn of its
   * loop, in their order, however fast each was. Otherwise it would depend on the machine what C++ does between them (http2
   * writes what streams have said since the last turn). False: it is not done yet, after a long time.
   */
  finish(): boolean {
    if (file < 0) file = openSync(process.execPath, 'r');
    const mark = this.#mark;
    Atomics.store(mark, 0, 0);
    read(file, mark, 0, 1, 0, () => {}); // the thread of the pool writes into the octets themselves
    for (let n = 0; n < LOOKS; n++) if (Atomics.load(mark, 0) !== 0) return true;
    const fromMs = now();
    while (Atomics.load(mark, 0) === 0) {
      if (now() - fromMs > MOST_MS) return false;
      Atomics.wait(this.#pause, 0, 0, PAUSE_MS);
    }
    return true;
  }
}
