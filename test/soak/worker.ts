// One of the threads of a soak: plays every so many-th seed, and tells the totals of each batch.

import { parentPort, workerData } from 'node:worker_threads';
import { planOf } from './plan.ts';
import { Totals } from './totals.ts';
import { runPlan } from './world.ts';

/** Which seeds a worker plays, and until when. */
export interface Job {
  readonly first: number;
  readonly step: number;
  /** Milliseconds of `Date.now`. */
  readonly untilMs: number;
}

/** What a worker tells now and then. */
export interface Batch {
  readonly totals: Totals;
  readonly next: number;
  readonly failures: readonly { seed: number; message: string }[];
  readonly done: boolean;
}

const BATCH_MS = 2000;

/** Plays seeds until the time is over; `tell` gets a batch every two seconds. */
export async function work({ first, step, untilMs }: Job, tell: (b: Batch) => boolean): Promise<void> {
  let seed = first;
  for (;;) {
    const totals = new Totals();
    const failures: { seed: number; message: string }[] = [];
    const end = Math.min(untilMs, Date.now() + BATCH_MS);
    do {
      try {
        await runPlan(planOf(seed), totals);
      } catch (error) {
        failures.push({ seed, message: (error as Error).message });
      }
      seed += step;
    } while (Date.now() < end && failures.length === 0);
    const done = Date.now() >= untilMs;
    const goOn = tell({ totals, next: seed, failures, done });
    if (done || !goOn) return;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  await work(workerData as Job, (batch) => {
    port.postMessage(batch);
    return batch.failures.length === 0;
  });
}
