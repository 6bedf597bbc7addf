// Prints, for so many seeds, a digest of the segments and one of the log: for versions of Node to be compared.
// node test/simulate/digests.ts 100

import { createHash } from 'node:crypto';
import { simulate } from '../../src/simulate/index.ts';
import { mixed } from './mixed.ts';

const seeds = Number(process.argv[2] ?? 10);
for (let seed = 1; seed <= seeds; seed++)
  await simulate({ seed, shrink: false }, async (sim) => {
    await mixed(sim);
    const log = createHash('sha256').update(sim.logged.join('\n')).digest('hex').slice(0, 16);
    console.log(seed, sim.trace.digest, log);
  });
