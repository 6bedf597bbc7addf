// 32-bit time. The times of a TCB are int32 milliseconds of the engine's clock, which wrap after 49.7 days and are
// compared by their difference: that is right within 24.8 days (2^31 ms) of now, and wrong beyond. A connection may
// be idle for longer, and a machine may sleep for longer. So whoever holds TCBs sweeps them (`Output.sweep`): every
// few hours, and after every jump of the clock, what lies too far back is moved to where it still counts as old.

import type { Engine } from './engine.ts';
import type { Tcb } from './tcb/tcb.ts';

const HOUR_MS = 3_600_000;

/** A sweep comes with the first event after so long. */
export const SWEEP_MS = 8 * HOUR_MS;
/** The oldest that a time can be after a sweep: 24.5 days. The longest age that is asked for is 24 days (RFC 7323 section 5.5). */
export const OLDEST_MS = 588 * HOUR_MS;
/**
 * The longest that a deadline can be overdue after a sweep. Two timers of one TCB are compared with each other, and
 * the other may lie 2^30 ms ahead.
 */
export const OVERDUE_MS = 24 * HOUR_MS;

/** The deadline `ms` milliseconds from now (at most 2^30), never 0 and never early. */
export function deadline(e: Engine, ms: number): number {
  const at = (e.msUp + ms) | 0;
  return at === 0 ? 1 : at;
}

/** True when a timer is on and its time has come. */
export function due(e: Engine, at: number): boolean {
  return at !== 0 && ((at - e.ms) | 0) <= 0;
}

/** True when a timer should have fired before now: nobody looked in time, since the machine slept or had no time. */
export function overdue(e: Engine, at: number): boolean {
  return at !== 0 && since(e, at) > 0;
}

/** Milliseconds since `at`; of a time that has been never negative. */
export function since(e: Engine, at: number): number {
  return (e.ms - at) | 0;
}

/**
 * What a sweep makes of `at`, `elapsedMs` (any number) after `fromMs`, at which `at` was in range: itself, or, when it
 * lies more than `mostMs` back, so long ago.
 */
export function kept(at: number, fromMs: number, elapsedMs: number, mostMs: number = OLDEST_MS): number {
  const ago = ((fromMs - at) | 0) + elapsedMs;
  return ago > mostMs ? (fromMs + elapsedMs - mostMs) | 0 : at;
}

/** The same for a deadline, of which 0 is none. */
export function keptDeadline(at: number, fromMs: number, elapsedMs: number): number {
  return at === 0 ? 0 : kept(at, fromMs, elapsedMs, OVERDUE_MS) || 1;
}

/** The times of a TCB whose connection begins now. */
export function startTimes(e: Engine, tcb: Tcb): void {
  tcb.heardMs = e.ms;
  tcb.answerMs = e.ms;
  tcb.snd.lastMs = e.ms;
  tcb.rcv.textMs = e.ms;
}
