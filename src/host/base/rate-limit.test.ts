import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

it('in each second so many, and no more', () => {
  const limit = new RateLimit(3);
  const asked = (us: number): boolean[] => Array.from({ length: 4 }, () => limit.allows(us));
  expect(asked(0)).toEqual([true, true, true, false]);
  expect(limit.allows(999_999)).toBe(false);
  expect(asked(1_000_000)).toEqual([true, true, true, false]);
  expect(limit.allows(7_500_000)).toBe(true);
});

it('none at all when the rate is 0', () => {
  expect(new RateLimit(0).allows(5)).toBe(false);
});
