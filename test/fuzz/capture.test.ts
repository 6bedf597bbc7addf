import { expect, test } from 'vitest';
import { Random } from '../../src/sim/index.ts';
import { damaged, read, seeds } from './capture.ts';

/** `npx vitest run test/fuzz/capture.test.ts` with SYNFIN_FUZZ_RUNS=100000 goes on for longer. */
const RUNS = Number(process.env['SYNFIN_FUZZ_RUNS'] ?? 400);

test(`${RUNS} damaged captures: a message at most, never a throw, and no long wait`, {
  timeout: 600_000,
}, () => {
  const random = new Random(20_261_130);
  const files = seeds();
  let slowest = 0;
  for (let n = 0; n < RUNS; n++) {
    const file = damaged(files[n % files.length] as Uint8Array, random);
    const begun = performance.now();
    read(file);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  expect(slowest).toBeLessThan(2000);
});
