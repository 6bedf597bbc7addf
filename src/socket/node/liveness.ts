// What keeps the process alive. The kernel's sockets do while they listen, connect, read, or have something to write;
// ours have no descriptor that the event loop would know, so one timer stands for all of them.

import type { Connection } from '../../host/index.ts';

// Taken now: a test may fake them later.
const { setInterval, clearInterval, setTimeout, clearTimeout } = globalThis;

const LONG_MS = 2 ** 30;
/** A socket that was closed with text in its buffer keeps the process at most so long. */
const LINGER_MS = 5000;

let alive = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** One reason more, or less, for the process to go on. */
export function keepAlive(change: 1 | -1): void {
  alive += change;
  if (alive > 0) timer ??= setInterval(() => {}, LONG_MS);
  else if (timer !== null) {
    clearInterval(timer);
    timer = null;
  }
}

/** Reasons that are left: for tests. */
export function reasonsToLive(): number {
  return alive;
}

/** What a program wrote before it closed is delivered by the kernel although the program ends; here it must live on. */
export function linger(connection: Connection): void {
  if (connection.ended) return;
  keepAlive(1);
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    keepAlive(-1);
  };
  const timer = setTimeout(end, LINGER_MS);
  timer.unref();
  connection.end().then(end, end);
}
