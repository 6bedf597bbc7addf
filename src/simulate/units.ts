// Times and rates as people write them: '40ms', '2m', '10mbit'.

import { Kind, outOfRange, Verdict, wrongKind } from '../options/index.ts';

/** A time: milliseconds, or text with a unit: `'300us'`, `'40ms'`, `'2s'`, `'5m'`, `'1h'`, `'1d'`. */
export type Duration = number | string;

/** Bits per second: a number, or text with a unit: `'64kbit'`, `'10mbit'`, `'1gbit'`. */
export type Rate = number | string;

const US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  min: 60e6,
  h: 3600e6,
  d: 86_400e6,
};
const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };

/** The number of a text with a unit; null: it is none. */
function parsed(value: unknown, units: Readonly<Record<string, number>>, plain: number): number | null {
  // Without bound may be a rate; a time has an end.
  if (value === Infinity && units === US) return null;
  if (typeof value === 'number') return value >= 0 ? value * plain : null;
  if (typeof value !== 'string') return null;
  const found = /^([0-9]{1,15}(?:\.[0-9]+)?) ?([a-z]+)$/.exec(value.trim().toLowerCase());
  const unit = found === null ? undefined : units[found[2] as string];
  return unit === undefined ? null : Number(found?.[1]) * unit;
}

class UnitKind extends Kind {
  readonly allowed: string;
  readonly #units: Readonly<Record<string, number>>;
  constructor(allowed: string, units: Readonly<Record<string, number>>) {
    super();
    this.allowed = allowed;
    this.#units = units;
  }
  judge(value: unknown): Verdict {
    if (parsed(value, this.#units, 1) !== null) return Verdict.RIGHT;
    return typeof value === 'number' || typeof value === 'string' ? Verdict.NOT_ALLOWED : Verdict.WRONG_KIND;
  }
}

/** An option that is a {@link Duration}. */
export const duration: Kind = new UnitKind("a time: milliseconds, or like '40ms', '2s', '5m', '1h'", US);

/** An option that is a {@link Rate}. */
export const rate: Kind = new UnitKind("a rate: bits per second, or like '64kbit', '10mbit'", BITS);

/** Microseconds. @throws OptionTypeError, OptionRangeError */
export function usOf(value: Duration, where: string, option = 'time'): number {
  const us = parsed(value, US, 1e3);
  if (us !== null) return Math.round(us);
  const expected = "milliseconds, or like '40ms', '2s', '5m', '1h'";
  throw typeof value === 'string' || typeof value === 'number'
    ? outOfRange(where, option, value, expected)
    : wrongKind(where, option, value, expected);
}

/** Bits per second, of a checked rate. */
export function bpsOf(value: Rate): number {
  return Math.max(1, Math.round(parsed(value, BITS, 1) ?? 1));
}

/** Virtual time, for people: `4.020 s`. */
export function secondsOf(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}

/** A value as a text. */
export function inspected(value: unknown): string {
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? String(value)) : String(value);
  } catch {
    return String(value);
  }
}
