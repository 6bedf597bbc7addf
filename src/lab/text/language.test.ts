import { expect, test } from 'vitest';
import { fill, parametersOf } from './index.ts';

test('a count has a form for one, and a form for all others', () => {
  const text = '{n|1 segment was|# segments were} sent to {who}';
  const said = (n: number): string => fill(text, { n, who: 'b' });
  expect([0, 1, 2].map(said)).toEqual([
    '0 segments were sent to b',
    '1 segment was sent to b',
    '2 segments were sent to b',
  ]);
  expect(parametersOf(text)).toEqual(['n', 'who']);
  expect(fill(text, {})).toBe(text);
});
