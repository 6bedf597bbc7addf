import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test.each([
  ['hello 你好 ──▶', 'hello 你好 ──▶'],
  ['\x1b[2J', '\\x1b[2J'],
  ['a\r\nb\tc\0', 'a\\x0d\\x0ab\\x09c\\x00'],
  ['\x9b31m\x7f', '\\x9b31m\\x7f'],
  ['user\u202etxt.exe\u2028', 'user\\u202etxt.exe\\u2028'],
])('a terminal only shows %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
