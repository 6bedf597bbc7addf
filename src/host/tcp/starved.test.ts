import { expect, it } from 'vitest';
import type { Connection } from '../connection/index.ts';
import { Starved } from './starved.ts';

it('who found no Memory tries again 100 ms after the first of them, and who fails waits anew', () => {
  const starved = new Starved();
  const tried: string[] = [];
  const user = (name: string): Connection => ({ tryAgain: () => tried.push(name) }) as unknown as Connection;
  expect(starved.untilNext(0)).toBe(-1);
  starved.add(user('a'), 1000);
  starved.add(user('b'), 1050);
  expect([999, 1000, 1050.5, 1100, 1200].map((ms) => starved.untilNext(ms))).toEqual([101, 100, 50, 0, 0]);
  starved.retry();
  expect([tried, starved.untilNext(1100)]).toEqual([['a', 'b'], -1]);
  const again = { tryAgain: () => starved.add(again, 1200) } as unknown as Connection;
  starved.add(again, 1150);
  starved.retry();
  expect(starved.untilNext(1200)).toBe(100);
});
