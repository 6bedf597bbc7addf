// The timers of the platform: Node, Bun, Deno, browsers and their workers. Typed by what is used of them.

/** Timers, as a driver needs them. */
export interface TimerPlatform {
  /** Calls `fn` once after at least `ms` milliseconds; 0 or less means in the next turn. */
  setTimer(ms: number, fn: () => void): unknown;
  clearTimer(timer: unknown): void;
  /** The timer alone keeps no process alive; one for the next turn may. Without this there is no such thing. */
  unref?(timer: unknown): void;
}

interface Platform {
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  setImmediate?(fn: () => void): unknown;
  clearImmediate?(immediate: unknown): void;
  MessageChannel?: new () => { port1: { onmessage: unknown }; port2: { postMessage(value: unknown): void } };
}

/** Milliseconds that fit a timer: 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

// Looked up at each call: a test may have put its own timers there.
const platform = globalThis as unknown as Platform;

/** One call to come in the next turn of the event loop, where there is no setImmediate. */
class Turn {
  /** Calls that wait, in order; the channel has as many messages under way. */
  static readonly #waiting: Turn[] = [];
  static #post: (() => void) | null = null;
  fn: (() => void) | null;

  constructor(fn: () => void) {
    this.fn = fn;
    Turn.#waiting.push(this);
    Turn.#post ??= Turn.#open();
    Turn.#post();
  }

  /** setTimeout waits four milliseconds in a browser when it is called again and again; a message does not. */
  static #open(): () => void {
    const run = (): void => Turn.#waiting.shift()?.fn?.();
    const { MessageChannel } = platform;
    if (MessageChannel === undefined) return () => void platform.setTimeout(run, 0);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = run;
    return () => port2.postMessage(0);
  }
}

interface Timer {
  timeout?: unknown;
  immediate?: unknown;
  turn?: Turn;
}

/** The platform's own. What is due already does not wait for the millisecond that setTimeout would. */
export const platformTimers: TimerPlatform = {
  setTimer(ms, fn): Timer {
    if (ms > 0) return { timeout: platform.setTimeout(fn, Math.min(Math.ceil(ms), LONGEST_TIMER_MS)) };
    if (platform.setImmediate !== undefined) return { immediate: platform.setImmediate(fn) };
    return { turn: new Turn(fn) };
  },
  clearTimer(timer): void {
    const { timeout, immediate, turn } = timer as Timer;
    if (timeout !== undefined) platform.clearTimeout(timeout);
    if (immediate !== undefined) platform.clearImmediate?.(immediate);
    if (turn !== undefined) turn.fn = null;
  },
  unref(timer): void {
    // Immediates stay as they are: those without a reference do not end the loop's wait for something else.
    const { timeout } = timer as { timeout?: { unref?(): void } | number };
    if (typeof timeout === 'object') timeout.unref?.();
  },
};

/** `fn` is called in the next turn of the event loop. */
export function soon(fn: () => void): void {
  platformTimers.setTimer(0, fn);
}

/** Resolves in the next turn of the event loop: what promises had ready has run by then. */
export function nextTurn(): Promise<void> {
  return new Promise(soon);
}
