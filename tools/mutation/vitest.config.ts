// The tests that look at a mutated file, in three stages: the one beside it, or those of its folder; those of its room, the
// nearest first; then long random tests and the regressions, when asked for: what a rule says deserves a test that shows it.

import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const stage = process.env['MUTATION_STAGE'];
const file = process.env['MUTATED_FILE'] ?? '';
const [, room = ''] = file.split('/');
const beside = file.replace(/\.ts$/, '.test.ts');
const SLOW = [
  'test/regressions/**',
  '**/autoconfiguration.test.ts',
  '**/fragments.test.ts',
  '**/fuzz.test.ts',
  '**/hostile.test.ts',
  '**/neighbours.test.ts',
  '**/pair.test.ts',
  '**/paths.test.ts',
  '**/queue.test.ts', // measures time
  '**/queued-calls.test.ts', // measures time
  '**/sack-recovery.test.ts',
  '**/window.test.ts',
].filter((pattern) => pattern !== `**/${basename(beside)}`);

/** A run ends with the first test that fails: the nearest ones first. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const distance = ({ moduleId }: TestSpecification): number =>
      moduleId.endsWith(beside) ? 0 : moduleId.includes(`${dirname(file)}/`) ? 1 : 2;
    return [...files].sort((a, b) => distance(a) - distance(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    include:
      stage === 'beside'
        ? [existsSync(beside) ? beside : `${dirname(file)}/*.test.ts`]
        : [
            `src/${room}/**/*.test.ts`,
            ...(room === 'tcp' ? ['test/regressions/*.test.ts'] : []),
            ...(existsSync(beside) ? [beside] : []),
          ],
    exclude: stage === 'slow' ? [] : SLOW,
    isolate: false,
    setupFiles: ['tools/mutation/setup.ts'],
    sequence: { sequencer: NearestFirst },
    testTimeout: 60_000,
  },
});
