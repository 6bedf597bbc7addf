// Drives a host in real time: time stands still during an event, the host is polled at the end of it, and
// one timer wakes the host when it wants to be woken.

import type { RealClock } from './clock.ts';
import { LONGEST_TIMER_MS, platformTimers, type TimerPlatform } from './platform.ts';

/** What a driver asks of a host. */
export interface Driven {
  poll(nowUs: number): void;
  wakeAt(): number;
  setWaker(wake: (atUs: number) => void): void;
  /** Packets come, until the next poll: see `HostInterface.together`. */
  batch?(): void;
}

/** Polls one host when it is due. */
export class HostDriver {
  readonly #host: Driven;
  readonly #clock: RealClock;
  readonly #timers: TimerPlatform;
  /** Whether the process has to live on; null: every timer keeps it. */
  readonly #needed: (() => boolean) | null;
  /** What brings in, before timers run, that which has arrived meanwhile. */
  readonly #sources = new Set<() => void>();
  #timer: unknown = null;
  #timerAtUs = Infinity;
  /** The timer that does nothing but keep the process alive. */
  #keeper: unknown = null;
  #referenced = true;
  #inEvent = false;
  #stopped = false;
  readonly #onTimer: () => void;

  /**
   * `needed` is asked after everything that happens whether the process has to live on for this host; without
   * it, it does for every timer.
   */
  constructor(
    host: Driven,
    clock: RealClock,
    timers: TimerPlatform = platformTimers,
    needed: (() => boolean) | null = null,
  ) {
    this.#host = host;
    this.#clock = clock;
    this.#timers = timers;
    this.#needed = timers.unref === undefined ? null : needed;
    this.#onTimer = () => {
      this.#timer = null;
      this.#timerAtUs = Infinity;
      if (!this.#stopped) for (const catchUp of this.#sources) catchUp();
      this.begin();
      this.end();
    };
    host.setWaker((atUs) => {
      if (this.#inEvent) return;
      this.#arm(atUs);
      this.#keep();
    });
    this.#arm(host.wakeAt());
  }

  /** `catchUp` is called before timers run: it brings in what has arrived meanwhile. */
  addSource(catchUp: () => void): void {
    this.#sources.add(catchUp);
  }
  removeSource(catchUp: () => void): void {
    this.#sources.delete(catchUp);
  }

  /** An event from outside begins: the clock stands still until {@link end}. Calling it again does nothing. */
  begin(): void {
    if (this.#inEvent) return;
    this.#inEvent = true;
    this.#clock.hold();
    if (!this.#stopped) this.#host.batch?.();
  }

  /** The event is over: what it made due is done, and the timer set for what comes next. */
  end(): void {
    try {
      if (!this.#stopped) this.#host.poll(this.#clock.now());
    } finally {
      this.#inEvent = false;
      this.#clock.release();
      if (!this.#stopped) this.#arm(this.#host.wakeAt());
      this.#keep();
    }
  }

  /** No more polls. */
  stop(): void {
    this.#stopped = true;
    this.#disarm();
    this.#keep();
  }

  /** The process lives as long as the host needs it (true, as at first), or ends as if there were no host. */
  reference(on: boolean): void {
    this.#referenced = on;
    this.#keep();
  }

  /** Sets the timer if it is not set for that time or earlier: an early one only looks and is set again. */
  #arm(atUs: number): void {
    if (atUs >= this.#timerAtUs || this.#stopped) return;
    this.#disarm();
    this.#timerAtUs = atUs;
    this.#timer = this.#timers.setTimer((atUs - this.#clock.now()) / 1000, this.#onTimer);
    if (this.#needed !== null) this.#timers.unref?.(this.#timer);
  }

  #disarm(): void {
    if (this.#timer !== null) this.#timers.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerAtUs = Infinity;
  }

  #keep(): void {
    if (this.#needed === null) return;
    const wanted = this.#referenced && !this.#stopped && this.#needed();
    if (wanted === (this.#keeper !== null)) return;
    if (this.#keeper !== null) this.#timers.clearTimer(this.#keeper);
    this.#keeper = wanted ? this.#timers.setTimer(LONGEST_TIMER_MS, () => this.#keepOn()) : null;
  }

  /** It was a long wait. */
  #keepOn(): void {
    this.#keeper = null;
    this.#keep();
  }
}
