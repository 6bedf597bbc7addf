import { expect, test } from 'vitest';
import { parametersOf } from '../lab/text/index.ts';
import { ofOne } from '../lab/text/testing.ts';
import { doctorMessages } from './doctor-messages.ts';
import { type MessageKey, messages, t } from './messages.ts';
import { readMessages } from './read-messages.ts';

test.each(Object.keys(messages) as MessageKey[])(
  '%s: every language has it, with the same placeholders',
  (key) => {
    const { en, zh } = messages[key];
    expect(en.trim()).not.toBe('');
    expect(zh.trim()).not.toBe('');
    expect(parametersOf(zh)).toEqual(parametersOf(en));
  },
);

test('of one thing in a capture, or of a host, it is said as of one', () => {
  const texts = Object.entries({ ...readMessages, ...doctorMessages });
  expect(texts.flatMap(([key, { en }]) => ofOne(en).map((words) => `${key}: ${words}`))).toEqual([]);
});

test('a parameter replaces every one of its placeholders; one that is not given stays to be seen', () => {
  expect(t('en', 'unknownOption', { command: 'synfin run', option: '--x' })).toBe(
    'synfin run has no option --x (see synfin run --help)',
  );
  expect(t('en', 'runStates', { name: 'a' })).toBe('a: {states}');
});
