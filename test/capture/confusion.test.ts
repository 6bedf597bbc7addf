// A share of `npm run confusion`: what the labels say is found, what is said is right, and nothing that is healthy raises an alarm.

import { describe, expect, test } from 'vitest';
import { confusion, type Rate, share } from './confusion.ts';

const CAPTURES = 480;
const PRECISION = 0.95;
const RECALL = 0.9;

describe(`${CAPTURES} labelled captures`, () => {
  const result = confusion(CAPTURES, 20_261_130);
  const below = (rates: ReadonlyMap<string, Rate>, least: number): string[] =>
    [...rates]
      .filter(([, rate]) => share(rate) < least)
      .map(([name, { right, all }]) => `${name} ${right}/${all}`);

  test('every label is found', () => {
    expect(result.found.size).toBeGreaterThan(40);
    expect(below(result.found, RECALL)).toEqual([]);
  });

  test('every verdict is right where it is said', () => {
    expect(below(result.said, PRECISION)).toEqual([]);
  });

  test('no alarm in what is healthy', () => {
    expect(result.healthy).toBeGreaterThan(50);
    expect(result.alarms).toBe(0);
  });
});
