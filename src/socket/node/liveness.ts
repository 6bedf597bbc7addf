// What keeps the process alive. The kernel's sockets do while they listen, connect, read, or have something to write;
// ours have no descriptor that the event loop would know, so one timer stands for all of them.

// Taken now: a test may fake them later.
const { setInterval, clearInterval } = globalThis;

const LONG_MS = 2 ** 30;

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
