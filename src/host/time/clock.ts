// The time of a host. In real time a monotonic clock that stands still while one event is processed, so that a
// batch of packets costs one reading and happens at one moment; else whatever drives the host has its own.

import { OptionTypeError } from '../../options/index.ts';

/** Microseconds from a monotonic clock. */
export interface Clock {
  now(): number;
}

/** Where the real time comes from; `performance` is one. */
export interface TimeSource {
  /** Milliseconds since `timeOrigin`, monotonic, with fractions. */
  now(): number;
  /** Milliseconds since 1970 at which `now()` was 0. */
  readonly timeOrigin: number;
}

/** Microseconds since the start of the process (or of the page): the clock of a host that drives itself. */
export class RealClock implements Clock {
  readonly #source: TimeSource;
  #heldUs = -1;

  constructor(source: TimeSource = platformTime()) {
    this.#source = source;
  }

  /** Microseconds: those of the event in progress, or the present. */
  now(): number {
    return this.#heldUs >= 0 ? this.#heldUs : this.#source.now() * 1000;
  }

  /** The present in microseconds, even while an event is in progress. */
  real(): number {
    return this.#source.now() * 1000;
  }

  /** Microseconds since 1970 at which `now()` was 0. */
  get epochUs(): number {
    return Math.round(this.#source.timeOrigin * 1000);
  }

  /** An event begins: time stands still until {@link release}. The time it stands at. */
  hold(): number {
    this.#heldUs = this.#source.now() * 1000;
    return this.#heldUs;
  }

  release(): void {
    this.#heldUs = -1;
  }
}

function platformTime(): TimeSource {
  return (globalThis as unknown as { performance: TimeSource }).performance;
}

const ADVICE =
  'leave it out (the host then has a monotonic clock of its own), or write { now: () => performance.now() * 1000 }';

/**
 * A clock given to a host, refused when it certainly does not count microseconds.
 * @throws OptionTypeError
 */
export function checkedClock(clock: Clock): Clock {
  if (typeof clock?.now !== 'function') refuse('must be an object whose now() gives microseconds');
  if (clock instanceof RealClock) return clock;
  const now = clock.now();
  if (typeof now !== 'number' || !Number.isFinite(now))
    refuse(`must give microseconds as a number, and gives ${String(now)}`);
  if (inMilliseconds(clock)) refuse('runs in milliseconds, and has to count microseconds');
  return clock;
}

function refuse(what: string): never {
  throw new OptionTypeError('ERR_INVALID_ARG_VALUE', 'clock', `Host: clock ${what}: ${ADVICE}`);
}

/**
 * Whether a clock shows the platform's milliseconds. Certain is only what it can be seen to do: it is one of
 * the platform's clocks, shows what one shows, or has moved by itself exactly as far as one in the same time.
 * (A clock of virtual time stands still here; it can have any unit that its driver believes in.)
 */
function inMilliseconds(clock: Clock): boolean {
  const platform = platformTime();
  const is: unknown = clock;
  if (is === platform || is === Date) return true;
  const dateBefore = Date.now();
  const date = clock.now();
  if (date >= dateBefore && date <= Date.now()) return true;
  const a = reading(clock, platform);
  // No fraction: a virtual clock can show any whole number, also the one that `performance` shows just now.
  if (!Number.isInteger(a.at) && a.at >= a.before && a.at <= a.after) return true;
  if (clock.now() === a.at) return false;
  for (let i = 0; i < LOOKS; i++) if (keepsPace(clock, platform)) return true;
  return false;
}

/** Whether a clock moves as `platform` does, as far as two looks show it. */
function keepsPace(clock: Clock, platform: TimeSource): boolean {
  const a = reading(clock, platform);
  for (let i = 0; i < LONGEST_LOOK && platform.now() < a.after + LOOK_MS; i++);
  const b = reading(clock, platform);
  const passed = b.at - a.at;
  const least = b.before - a.after;
  const most = b.after - a.before;
  // Two readings that belong together were far apart: others had the processor.
  if (most - least > passed / 4) return false;
  return passed >= least - ROUNDING && passed <= most + ROUNDING;
}

/** A clock that moves by itself is looked at so often, */
const LOOKS = 5;
/** so long, in milliseconds, and in so many turns at most where the platform's clock is coarse. */
const LOOK_MS = 0.02;
const LONGEST_LOOK = 1000;
/** A clock that counts from another origin has other roundings: a ten-thousandth of a microsecond. */
const ROUNDING = 1e-7;

function reading(clock: Clock, platform: TimeSource): { before: number; at: number; after: number } {
  const before = platform.now();
  const at = clock.now();
  return { before, at, after: platform.now() };
}
