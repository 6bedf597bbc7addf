// Prints, for so many seeds, digests of the segments, of the log, and of the log without its times, and what clocks say at the end; then once more, in the other order: for a version of
// Node to be compared with itself and with others. node test/simulate/digests.ts 100

import { createHash } from 'node:crypto';
import { simulate } from '../../src/simulate/index.ts';
import { mixed } from './mixed.ts';

const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);

const seeds = Array.from({ length: Number(process.argv[2] ?? 10) }, (_, n) => n + 1);
for (const seed of [...seeds, ...seeds.toReversed()])
  await simulate({ seed, shrink: false }, async (sim) => {
    await mixed(sim);
    const words = sim.logged.map((line) => line.replace(/^\S+ s /, ''));
    const clocks = await sim.client('clock', () => `${Date.now()}/${performance.now()}`);
    console.log(seed, sim.trace.digest, digest(sim.logged), digest(words), clocks);
  });
