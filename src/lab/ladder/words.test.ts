import { expect, test } from 'vitest';
import { parametersOf } from '../text/index.ts';
import { word, words } from './words.ts';

test.each(Object.entries(words))(
  '%s: every language says it, with the same placeholders',
  (_key, { en, zh }) => {
    expect(en.trim()).not.toBe('');
    expect(zh.trim()).not.toBe('');
    expect(parametersOf(zh)).toEqual(parametersOf(en));
  },
);

test('a parameter replaces its placeholder; one that is not given stays to be seen', () => {
  expect(word('en', 'lost', { reason: 'rule' })).toBe('lost: rule');
  expect(word('zh', 'lost')).toBe('丢失：{reason}');
});
