import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { columnsOf, hasUnicode, languageOf, wantsColour } from './terminal.ts';

const terminal = (columns?: number) => Object.assign(new PassThrough(), { isTTY: true, columns });

test('the width is the terminal, else COLUMNS, else 80', () => {
  expect(columnsOf(terminal(132), { COLUMNS: '90' })).toBe(132);
  expect(columnsOf(new PassThrough(), { COLUMNS: '90' })).toBe(90);
  expect(columnsOf(new PassThrough(), { COLUMNS: 'wide' })).toBe(80);
  expect(columnsOf(new PassThrough(), {})).toBe(80);
});

test('colour is for terminals, and not for NO_COLOR or a dumb one; an empty NO_COLOR says nothing', () => {
  expect(wantsColour(terminal(), {})).toBe(true);
  expect(wantsColour(terminal(), { NO_COLOR: '' })).toBe(true);
  expect(wantsColour(terminal(), { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour(terminal(), { TERM: 'dumb' })).toBe(false);
  expect(wantsColour(new PassThrough(), {})).toBe(false);
});

test('LC_ALL is before the category, and the category before LANG', () => {
  expect(languageOf({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
  expect(languageOf({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US.UTF-8' })).toBe('en');
  expect(languageOf({ LANG: 'en_US.UTF-8', LC_ALL: 'zh_TW.UTF-8' })).toBe('zh');
  expect(languageOf({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(languageOf({})).toBe('en');
});

test('characters are UTF-8 where the locale says so, and where no locale is set', () => {
  expect(hasUnicode({ LANG: 'en_US.utf8' })).toBe(true);
  expect(hasUnicode({ LC_ALL: 'C', LANG: 'en_US.UTF-8' })).toBe(false);
  expect(hasUnicode({ LANG: 'en_US.ISO-8859-1', LC_CTYPE: 'C.UTF-8' })).toBe(true);
  expect(hasUnicode({ LANG: 'POSIX' })).toBe(false);
  expect(hasUnicode({})).toBe(true);
});
