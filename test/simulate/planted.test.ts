// A simulation finds what it is for: ten faults of programs, each within 200 seeds, and the seed finds it again. Their sound
// twins are never failed.

import { expect, test } from 'vitest';
import { simulate } from '../../src/simulate/index.ts';
import { PLANTED } from './planted.ts';

const SEEDS = 200;
/** Of the sound twins: as many as take a moment. */
const SOUND_SEEDS = 10;

test.each(PLANTED.map((planted) => [planted.name, planted] as const))(
  '%s',
  async (_name, { finds, scenario }) => {
    const failure = (options: object): Promise<Error & { code?: string; seed?: unknown }> =>
      simulate(options, (sim) => scenario(sim, false)).then(
        () => expect.unreachable('no seed has found it'),
        (error) => error,
      );
    const found = await failure({ runs: SEEDS, shrink: false });
    expect(`${found.code} ${found.message}`).toMatch(finds);
    expect(found.message).toMatch(/ {2}time /); // the ladder
    const seed = /SYNFIN_SEED=(\d+)/.exec(found.message)?.[1];
    const again = await failure({ seed: Number(seed), shrink: false });
    expect(again.message).toBe(found.message);
    await simulate({ runs: SOUND_SEEDS }, (sim) => scenario(sim, true));
  },
);
