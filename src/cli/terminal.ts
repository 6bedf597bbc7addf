// What the terminal behind a stream can show: columns, colours, characters.

import type { Writable } from 'node:stream';

/** The environment variables that are asked. */
export interface Environment {
  readonly [name: string]: string | undefined;
  readonly COLUMNS?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_CTYPE?: string | undefined;
  readonly LC_MESSAGES?: string | undefined;
  readonly LANG?: string | undefined;
}

/** Columns of the terminal, of COLUMNS, or 80. */
export function columnsOf(stream: Writable, env: Environment): number {
  const { columns } = stream as { columns?: number };
  const wished = Number(env.COLUMNS);
  return columns ?? (Number.isInteger(wished) && wished > 0 ? wished : 80);
}

/** Whether to colour: only for a terminal, and not against NO_COLOR (no-color.org) or TERM=dumb. */
export function wantsColour(stream: Writable, env: Environment): boolean {
  const { isTTY } = stream as { isTTY?: boolean };
  return isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** The locale for messages and characters, as in locale(7): the first that is set. */
function locale(env: Environment, category: 'LC_CTYPE' | 'LC_MESSAGES'): string {
  return env.LC_ALL || env[category] || env.LANG || '';
}

/** Whether the locale's characters are UTF-8; where no locale is set, they are. */
export function hasUnicode(env: Environment): boolean {
  const name = locale(env, 'LC_CTYPE');
  return name === '' || /utf-?8/i.test(name);
}

/** The language of the locale; English for all that is not Chinese. */
export function languageOf(env: Environment): 'en' | 'zh' {
  return /^zh/i.test(locale(env, 'LC_MESSAGES')) ? 'zh' : 'en';
}
