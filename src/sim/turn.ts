// One turn of the JavaScript event loop: everything that promises had ready has run when it ends.
// The one place of the simulated world that touches the platform, and only to wait for user code.

interface Platform {
  setImmediate?: (fn: () => void) => unknown;
  MessageChannel?: new () => { port1: { onmessage: unknown }; port2: { postMessage(v: unknown): void } };
  setTimeout?: (fn: () => void, ms: number) => unknown;
}

let scheduleTurn: ((fn: () => void) => void) | null = null;

function platformTurn(): (fn: () => void) => void {
  const platform = globalThis as unknown as Platform;
  const { setImmediate, MessageChannel, setTimeout } = platform;
  if (setImmediate) return (fn) => void setImmediate(fn);
  if (MessageChannel) {
    const { port1, port2 } = new MessageChannel();
    const waiting: (() => void)[] = [];
    port1.onmessage = () => waiting.shift()?.();
    return (fn) => {
      waiting.push(fn);
      port2.postMessage(0);
    };
  }
  if (setTimeout) return (fn) => void setTimeout(fn, 0);
  return (fn) => void Promise.resolve().then(fn);
}

/** Resolves after one macro-task turn: all promise continuations that were ready have run by then. */
export function nextTurn(): Promise<void> {
  scheduleTurn ??= platformTurn();
  const schedule = scheduleTurn;
  return new Promise((resolve) => schedule(resolve));
}
