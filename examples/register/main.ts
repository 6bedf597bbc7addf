// An unmodified program on synfin's loopback, which loses 5 % of the packets:
//
//   SYNFIN='faults.loss=5% faults.seed=1' node --import synfin/register program.ts

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const beside = (name: string): string => new URL(name, import.meta.url).href;

const { status } = spawnSync(
  process.execPath,
  [
    ...['--import', beside('../../src/socket/node/preload.ts')], // synfin/register, of this checkout
    ...['--import', beside('./losses.ts')],
    fileURLToPath(beside('./program.ts')),
  ],
  { stdio: 'inherit', env: { ...process.env, SYNFIN: 'faults.loss=5% faults.seed=1' } },
);
process.exitCode = status ?? 1;
