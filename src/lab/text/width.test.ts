import { expect, test } from 'vitest';
import { Line } from '../ladder/line.ts';
import { cut, textWidth, wrap, wrapText } from './width.ts';

test('Chinese characters and their punctuation are two columns, box drawing one, combining marks none', () => {
  expect(textWidth('三次握手')).toBe(8);
  expect(textWidth('（，。）')).toBe(8);
  expect(textWidth('┃●─▶…')).toBe(5);
  expect(textWidth('e\u0301')).toBe(1);
});

test('a text that is cut never takes more columns than allowed, and a wide character is not halved', () => {
  expect(cut('abcdef', 6, '…')).toBe('abcdef');
  expect(cut('abcdefg', 6, '…')).toBe('abcde…');
  expect(cut('三次握手', 6, '…')).toBe('三次…');
  expect(cut('abc', 0, '…')).toBe('');
});

test('words are kept whole; a word that is too long has a line of its own', () => {
  expect(wrap(['ACK', 'seq=1', 'ack=1'], 9)).toEqual(['ACK seq=1', 'ack=1']);
  expect(wrap(['ACK', 'seq=4294967295', 'a'], 6)).toEqual(['ACK', 'seq=4294967295', 'a']);
});

test('text breaks at spaces and between wide characters, but no line begins with a full stop', () => {
  expect(wrapText('a bc def', 4)).toEqual(['a bc', 'def']);
  expect(wrapText('对端是内核。', 10)).toEqual(['对端是内', '核。']);
  expect(wrapText('等待 60 秒（Linux）', 12)).toEqual(['等待 60 秒', '（Linux）']);
});

test('a line is as many columns as were written, whatever the characters', () => {
  const line = new Line(10);
  line.put(0, '你好');
  line.put(4, 'x');
  line.put(8, '三四');
  expect(line.toString(false)).toBe('你好x   三');
});

test('colours surround runs, never spaces at the end, and are left out when not wanted', () => {
  const line = new Line(12);
  line.put(0, 'ab', '1');
  line.put(3, 'c', '1');
  line.put(5, 'd');
  expect(line.toString(true)).toBe('\x1b[1mab c \x1b[0md');
  expect(line.toString(false)).toBe('ab c d');
});
