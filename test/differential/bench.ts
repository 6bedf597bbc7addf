// Where sequences meet the kernel: a namespace for some, then a fresh one.

import { KernelSubject } from './kernel.ts';
import { type Observation, Player } from './player.ts';
import type { Sequence } from './sequence.ts';

/** Sequences in one namespace, each with ports of its own. */
const IN_ONE = 1000;
const FIRST_PORT = 10_000;

/** The real time that a sequence may take, in milliseconds: below every timer of a connection. */
const MOST_MS = 150;
/** Times that a sequence is played again on a machine that is too slow for it. */
const MOST_TRIES = 50;

/** The kernel of this machine. */
export class Bench {
  #kernel: KernelSubject | null = null;
  #played = 0;
  /** Times that a sequence was played again because it took too long. */
  late = 0;

  /** What the kernel does with a sequence. Rejects when the machine is too slow. */
  async play(sequence: Sequence): Promise<Observation[]> {
    for (let i = 0; i < MOST_TRIES; i++) {
      const kernel = await this.#fresh();
      const port = FIRST_PORT + 2 * (this.#played++ % IN_ONE);
      const player = new Player(kernel, sequence, port, port + 1);
      const begun = performance.now() - kernel.waitedMs;
      const seen = sequence.steps.map((step) => player.step(step));
      const tookMs = performance.now() - kernel.waitedMs - begun;
      player.end();
      if (tookMs <= MOST_MS) return seen;
      this.late++;
    }
    throw new Error(`a sequence took more than ${MOST_MS} ms ${MOST_TRIES} times: this machine is too busy`);
  }

  async #fresh(): Promise<KernelSubject> {
    if (this.#kernel !== null && this.#played % IN_ONE !== 0) return this.#kernel;
    this.#kernel?.close();
    this.#kernel = await KernelSubject.open();
    return this.#kernel;
  }

  close(): void {
    this.#kernel?.close();
    this.#kernel = null;
  }
}
