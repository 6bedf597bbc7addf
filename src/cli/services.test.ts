import { expect, test } from 'vitest';
import { chargenLines } from './services.ts';

test('lines of characters: 72 each, shifted by one, over the 95 printing characters (RFC 864)', () => {
  const lines = new TextDecoder().decode(chargenLines(96)).split('\r\n');
  expect(lines).toHaveLength(97);
  expect(lines[96]).toBe('');
  expect(lines.slice(0, 96).every((line) => line.length === 72)).toBe(true);
  expect([lines[0]?.slice(0, 4), lines[1]?.slice(0, 4), lines[94]?.slice(0, 4)]).toEqual([
    ' !"#',
    '!"#$',
    '~ !"',
  ]);
  expect(lines[95]).toBe(lines[0]);
});
