// What soak and fuzzer throw dice for besides numbers: one of several, and long times.

import type { Random } from '../../src/sim/index.ts';

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;

/** One of several. */
export const pick = <T>(r: Random, of: readonly T[]): T => of[r.int(of.length)] as T;

/** From an hour to 200 days; often about where 32 bits of milliseconds change their sign or wrap. */
export function randomSpan(r: Random): number {
  const around = pick(r, [0.5, 1, 24, 24.86, 25, 49.7, 50, 99.4, 0]);
  if (around > 0) return Math.floor((around + r.float() / 10) * DAY_US);
  return Math.floor(HOUR_US + r.float() * 200 * DAY_US);
}

/** A value of a clock in microseconds: as milliseconds of 32 bits of every sign, about to change it, or any. */
export function randomBirth(r: Random): number {
  const ms = pick(r, [2 ** 31 - 5000, 2 ** 31, 2 ** 32 - 5000, 2 ** 32, -1]);
  return ms < 0 ? randomSpan(r) : ms * 1000;
}
