// The real time of a simulated world: the event loop gets its turn, also after a while in which nobody asked for
// it, and it is said when nobody runs a world. Nothing of this is seen in virtual time.

import { platformTimers, nextTurn as turn } from '../host/index.ts';

/** Real time for which a run may keep the event loop to itself: a browser calls more a long task. */
const LONGEST_MS = 50;

let lastMs = Date.now();

/** Resolves after one macro-task turn: all promise continuations that were ready have run by then. */
export async function nextTurn(): Promise<void> {
  await turn();
  lastMs = Date.now();
}

/** True when the event loop has waited long for its turn: timers, sockets and pages wait with it. */
export function turnIsDue(): boolean {
  return Math.abs(Date.now() - lastMs) >= LONGEST_MS;
}

/** Warns after `ms` of real time, if `wanted` says so then. What it returns calls that off. */
export function warnLater(ms: number, text: string, wanted: () => boolean): () => void {
  const timer = platformTimers.setTimer(ms, () => {
    const { console } = globalThis as unknown as { console?: { warn(text: string): void } };
    if (wanted()) console?.warn(text);
  });
  return () => platformTimers.clearTimer(timer);
}
