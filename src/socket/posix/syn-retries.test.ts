import { expect, test } from 'vitest';
import { synR2Ms, synRetries } from './syn-retries.ts';

test('R2 of n retransmissions: (2^(n+1) - 1) initial RTOs', () => {
  expect([1, 2, 3, 6].map((n) => synR2Ms(n, 1000, 0))).toEqual([3000, 7000, 15_000, 127_000]);
  expect(synR2Ms(127, 1000, 0)).toBe(2 ** 20 * 1000 - 1000);
});

test('with four linear ones it is the first timeout from then on: of 1, 2, 3, 4, 5, 7, 11, 19… s', () => {
  expect([1, 2, 3, 6].map((n) => synR2Ms(n, 1000, 4))).toEqual([3000, 7000, 19_000, 131_000]);
});

test('the number of retransmissions is read back', () => {
  for (const linear of [0, 4])
    for (let n = 1; n < 15; n++) expect(synRetries(synR2Ms(n, 1000, linear), 1000, linear)).toBe(n);
  expect(synRetries(180_000, 1000, 0)).toBe(7);
});
