// A few seeds in the versions of Node that are here (`npm run sim:versions -- 100` is the same with more, and fetches them).

import { expect, test } from 'vitest';
import { runtimesHere } from '../package/runtimes.ts';
import { differing, type OfVersion, ofVersion } from './versions.ts';

const SEEDS = 5;
const all: OfVersion[] = [];

const here = runtimesHere().filter(({ name }) => name.startsWith('Node'));
// Where nothing was fetched this one has at least to agree with itself.
if (here.every(({ command }) => command === null))
  here.push({ name: 'this Node', command: [process.execPath], version: process.version });

for (const runtime of here) {
  const { name, command, version } = runtime;
  const isHere = command !== null;
  test.skipIf(!isHere)(
    `${name}: both runs of a seed send the same segments at the same times${isHere ? '' : `: ${version}`}`,
    async () => {
      const found = await ofVersion(runtime, SEEDS);
      expect(found.unequal).toEqual([]);
      all.push(found);
    },
  );
}

test('all of these versions have the same log for a seed, and each seed has another', () => {
  expect(differing(all, 'words')).toEqual([]);
  for (const { words, logs } of all)
    expect([new Set(words).size > 1, new Set(logs).size]).toEqual([true, SEEDS]);
});
