// A world in real time: the same wires and hosts, with delays that pass. For a simulated wire between
// a TUN device and a host. The monotonic clock and the timer are given from outside.

import { Schema, whole } from '../options/index.ts';
import type { World } from './world.ts';

/** Timers of platforms count in 32 bits: one that is far away is set again when this has passed. */
const LONGEST_MS = 2 ** 30;

/** What the driver needs from the platform. */
export interface RealtimePlatform {
  /** A monotonic clock in µs. */
  now(): number;
  /** Calls `fn` once after at least `ms` milliseconds (fractions allowed; 0 means soon). */
  setTimer(ms: number, fn: () => void): unknown;
  clearTimer(timer: unknown): void;
}

const driverOptions = new Schema<{ maxEventsPerTurn?: number }>('RealtimeDriver', {
  maxEventsPerTurn: whole(1),
});

/**
 * Drives a world from a real clock. World time is 0 + the real time since `start()`, never ahead of it.
 *
 * World time moves only while the driver runs events. Whoever brings something in from outside (a
 * packet from a TUN device, a user's call) calls `sync()` before, so that it happens at the present
 * time, and `kick()` after, unless it only scheduled events or used nodes with a waker.
 */
export class RealtimeDriver {
  readonly world: World;
  readonly #platform: RealtimePlatform;
  #timer: unknown = null;
  #timerAtUs = Infinity;
  #originUs = 0;
  #started = false;
  #running = false;
  /** Most events in one go before the event loop gets a turn. */
  readonly #maxEvents: number;
  /** How late events ran at worst, in µs. */
  maxLateUs = 0;

  constructor(world: World, platform: RealtimePlatform, options: { maxEventsPerTurn?: number } = {}) {
    driverOptions.check(options);
    this.world = world;
    this.#platform = platform;
    this.#maxEvents = options.maxEventsPerTurn ?? 10_000;
  }

  /** World time that corresponds to the present, in µs. */
  realNowUs(): number {
    return Math.floor(this.#platform.now() - this.#originUs);
  }

  /** Begins: the world's present time is the present. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#originUs = this.#platform.now() - this.world.now();
    this.world.onIdleSchedule = () => this.#arm();
    this.kick();
  }

  /** Stops the clock of the world; `start` lets it go on without a jump. */
  stop(): void {
    this.#started = false;
    this.world.onIdleSchedule = null;
    this.#disarm();
  }

  /** Runs what is due, so that the world's time is the present. */
  sync(): void {
    if (!this.#started || this.#running) return;
    this.#running = true;
    try {
      const nowUs = this.realNowUs();
      const late = nowUs - this.world.nextAt();
      if (late > this.maxLateUs) this.maxLateUs = late;
      let left = this.#maxEvents;
      // The predicate stops a world that always has something due; the timer then goes on with it.
      // However long the machine slept.
      if (this.world.nextAt() <= nowUs)
        this.world.runSync(() => left-- <= 0 || this.world.nextAt() > nowUs, { maxTimeUs: Infinity });
      if (this.world.nextAt() > nowUs) this.world.runSync(nowUs);
    } finally {
      this.#running = false;
    }
  }

  /** Runs what is due and sets the timer for what comes next. */
  kick(): void {
    this.sync();
    this.#arm();
  }

  #arm(): void {
    if (!this.#started || this.#running) return;
    const atUs = this.world.nextAt();
    if (this.#timer !== null && this.#timerAtUs <= atUs) return;
    this.#disarm();
    if (atUs === Infinity) return;
    this.#timerAtUs = atUs;
    const ms = Math.min(Math.max(0, (atUs - this.realNowUs()) / 1000), LONGEST_MS);
    this.#timer = this.#platform.setTimer(ms, () => {
      this.#timer = null;
      this.#timerAtUs = Infinity;
      this.kick();
    });
  }

  #disarm(): void {
    if (this.#timer !== null) this.#platform.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerAtUs = Infinity;
  }
}
