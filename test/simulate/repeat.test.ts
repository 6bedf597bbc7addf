// A seed repeats: the same segments at the same times, and the same log, for programs that use much of Node, under faults, whatever
// was run before in the process.

import { expect, test } from 'vitest';
import { simulate } from '../../src/simulate/index.ts';
import { mixed } from './mixed.ts';

test('twelve seeds, twice each: equal traces and logs; different seeds differ', async () => {
  const digests = new Map<number, string>();
  for (const pass of [1, 2])
    for (let seed = 1; seed <= 12; seed++) {
      let found = '';
      await simulate({ seed, shrink: false }, async (sim) => {
        await mixed(sim);
        found = `${sim.trace.digest} ${sim.logged.join('\n')}`;
        expect(sim.logged).toHaveLength(12);
      });
      if (pass === 1) digests.set(seed, found);
      else expect(found).toBe(digests.get(seed));
    }
  expect(new Set(digests.values()).size).toBe(12);
});

test('and event by event', async () => {
  await simulate({ seed: 20, runs: 3, check: true, shrink: false }, mixed);
});
