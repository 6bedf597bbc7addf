import { expect, test } from 'vitest';
import { type MessageKey, messages, t } from './messages.ts';

function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string))].sort();
}

test.each(Object.keys(messages) as MessageKey[])(
  '%s: every language has it, with the same placeholders',
  (key) => {
    const { en, zh } = messages[key];
    expect(en.trim()).not.toBe('');
    expect(zh.trim()).not.toBe('');
    expect(placeholders(zh)).toEqual(placeholders(en));
  },
);

test('a parameter replaces every one of its placeholders; one that is not given stays to be seen', () => {
  expect(t('en', 'unknownOption', { command: 'synfin run', option: '--x' })).toBe(
    'synfin run has no option --x (see synfin run --help)',
  );
  expect(t('en', 'runStates', { name: 'a' })).toBe('a: {states}');
});
