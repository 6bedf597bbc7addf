// What a command of `synfin` is, how its arguments are read, and how a wrong one is reported: one line on
// standard error and exit code 2.

import type { Readable, Writable } from 'node:stream';
import type { ParseArgsConfig } from 'node:util';
import type { Lang, Params } from '../lab/text/index.ts';
import { type MessageKey, t } from './messages.ts';

/** What `util.parseArgs` gives for the options. */
export type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** The streams that a command talks through, and the language it talks in. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly lang: Lang;
}

/** A command: `synfin NAME …`. */
export interface Command {
  readonly name: string;
  /** The help text, with its exit codes; ends with a line end. */
  usage(lang: Lang): string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Resolves to the exit code. Rejects with a {@link UsageError} for arguments that make no sense. */
  run(values: Values, positionals: readonly string[], io: Io): Promise<number>;
}

/** The exit code of a {@link UsageError}. */
export const EXIT_USAGE = 2;

/** Arguments that make no sense; `text(lang)` is the one line to print. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly key: MessageKey;
  readonly params: Params;

  constructor(key: MessageKey, params: Params = {}) {
    super(t('en', key, params));
    this.key = key;
    this.params = params;
  }

  text(lang: Lang): string {
    return t(lang, this.key, this.params);
  }
}

/** The text of an option given once, or undefined. */
export function optionText(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option given any number of times. */
export function optionTexts(values: Values, name: string): string[] {
  const value = values[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}

/** The text of an option that must be given. */
export function requiredText(values: Values, name: string): string {
  const value = optionText(values, name);
  if (value === undefined || value === '') throw new UsageError('needsOption', { option: `--${name}` });
  return value;
}

/** A whole number from `low` to `high`; `what` names it in the message. */
export function parseWhole(text: string, what: string, low: number, high: number): number {
  const n = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (n < low || n > high) throw new UsageError('notWhole', { what, text, low, high });
  return n;
}

/** A port, 1 to 65535. */
export function parsePort(text: string, what: string): number {
  return parseWhole(text, what, 1, 65_535);
}

/** A probability: `0.02` or `2%`. */
export function parseProbability(text: string, what: string): number {
  const found = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
  const p = found === null ? -1 : Number(found[1]) / (found[2] === '%' ? 100 : 1);
  if (!(p >= 0 && p <= 1)) throw new UsageError('notProbability', { what, text });
  return p;
}

/** Milliseconds, fractions allowed, at most an hour. */
export function parseMilliseconds(text: string, what: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : -1;
  if (!(ms >= 0 && ms <= 3_600_000)) throw new UsageError('notMilliseconds', { what, text });
  return ms;
}
