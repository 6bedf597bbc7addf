// Drives a host in real time: time stands still during an event, the host is polled at the end of it, and
// one timer wakes the host when it wants to be woken.

import type { Host } from '../../host/index.ts';
import type { RealClock } from './clock.ts';

/** Timers, as the platform has them. */
export interface TimerPlatform {
  /** Calls `fn` once after at least `ms` milliseconds; 0 or less means in the next turn. */
  setTimer(ms: number, fn: () => void): unknown;
  clearTimer(timer: unknown): void;
}

type NodeTimer = { timeout?: NodeJS.Timeout; immediate?: NodeJS.Immediate };

/** Node's timers. What is due already does not wait for the millisecond that setTimeout would. */
export const nodeTimers: TimerPlatform = {
  setTimer(ms, fn): NodeTimer {
    if (ms <= 0) return { immediate: setImmediate(fn) };
    return { timeout: setTimeout(fn, Math.ceil(ms)) };
  },
  clearTimer(timer): void {
    const { timeout, immediate } = timer as NodeTimer;
    if (timeout !== undefined) clearTimeout(timeout);
    if (immediate !== undefined) clearImmediate(immediate);
  },
};

/** Polls one host when it is due. */
export class HostDriver {
  readonly #host: Host;
  readonly #clock: RealClock;
  readonly #timers: TimerPlatform;
  #timer: unknown = null;
  #timerAtUs = Infinity;
  #inEvent = false;
  #stopped = false;
  readonly #onTimer: () => void;
  /** Called before timers run: brings in what has arrived meanwhile. */
  catchUp: () => void = () => {};

  constructor(host: Host, clock: RealClock, timers: TimerPlatform = nodeTimers) {
    this.#host = host;
    this.#clock = clock;
    this.#timers = timers;
    this.#onTimer = () => {
      this.#timer = null;
      this.#timerAtUs = Infinity;
      if (!this.#stopped) this.catchUp();
      this.begin();
      this.end();
    };
    host.setWaker((atUs) => {
      if (!this.#inEvent) this.#arm(atUs);
    });
    this.#arm(host.wakeAt());
  }

  /** An event from outside begins: the clock stands still until {@link end}. Calling it again does nothing. */
  begin(): void {
    if (this.#inEvent) return;
    this.#inEvent = true;
    this.#clock.hold();
  }

  /** The event is over: what it made due is done, and the timer set for what comes next. */
  end(): void {
    try {
      if (!this.#stopped) this.#host.poll(this.#clock.now());
    } finally {
      this.#inEvent = false;
      this.#clock.release();
      if (!this.#stopped) this.#arm(this.#host.wakeAt());
    }
  }

  /** No more polls. */
  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  /** Sets the timer if it is not set for that time or earlier: an early one only looks and is set again. */
  #arm(atUs: number): void {
    if (atUs >= this.#timerAtUs || this.#stopped) return;
    this.#disarm();
    this.#timerAtUs = atUs;
    this.#timer = this.#timers.setTimer((atUs - this.#clock.now()) / 1000, this.#onTimer);
  }

  #disarm(): void {
    if (this.#timer !== null) this.#timers.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerAtUs = Infinity;
  }
}
