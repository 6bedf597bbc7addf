// Bad networks in virtual time: what the sender moves there never falls below what it once moved.

import { describe, expect, test } from 'vitest';
import { ratioOf } from '../../bench/rows.ts';
import { BATCHES, BETTER, measured, recorded } from './bad-networks.ts';

const ADVICE = '`npx node test/simulation/bad-networks.ts` records what there is now';
/** What a change of the order of events may cost, */
const WORSE = 0.85;
/** and from when on the record must be raised, so that it is what the next change is measured by. */
const BETTER_THAN_RECORDED = 1.3;

/** What is to be said against a figure, '' if nothing. */
function objection(name: string, now: number | null, before: number | null): string {
  if (before === null) return now === null ? '' : `${name}: ${now}, and never before: ${ADVICE}`;
  const ratio = ratioOf(now, before, BETTER.get(name) ?? 'more') ?? 0;
  if (ratio >= WORSE && ratio <= BETTER_THAN_RECORDED) return '';
  return `${name}: ${now}, and ${before} before${ratio < WORSE ? '' : `: ${ADVICE}`}`;
}

describe('goodput and times are as recorded, or a little better', () => {
  const before = recorded();

  test.each(BATCHES)('%s', (batch) => {
    const objections = Object.entries(measured(batch)).map(([name, now]) => {
      expect(before).toHaveProperty([name]);
      return objection(name, now, before[name] as number | null);
    });
    expect(objections.filter((text) => text !== '')).toEqual([]);
  });
});

test('a figure that is worse, much better, or came to no end is objected to', () => {
  const name = 'bulk, 10 ms, 0 % loss, queue 1 BDP, Mbit/s';
  expect(BETTER.get(name)).toBe('more');
  expect(objection(name, 80, 95)).toContain('80, and 95 before');
  expect(objection(name, 90, 95)).toBe('');
  expect(objection(name, 190, 95)).toContain(ADVICE);
  expect(objection(name, null, 95)).toContain('null, and 95 before');
  expect(objection(name, 95, null)).toContain(ADVICE);
  expect(objection('10 kB, tail lost, 10 ms, p50 ms', 150, 100)).toContain('150, and 100 before');
});
