// The tests that look at a mutated file: those of its room and the regressions. Long random tests are left out unless
// asked for: what a rule says deserves a test that shows it.

import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const file = process.env['MUTATED_FILE'] ?? '';
const [, room = ''] = file.split('/');
const beside = file.replace(/\.ts$/, '.test.ts');
const SLOW = [
  '**/fuzz.test.ts',
  '**/hostile.test.ts',
  'src/tcp/fast-open.test.ts',
  'src/tcp/pair.test.ts',
  'src/tcp/sack-recovery.test.ts',
  'test/regressions/{resets,retransmission,tables}.test.ts',
].filter((pattern) => pattern !== beside);

export default defineConfig({
  test: {
    include: [
      `src/${room}/**/*.test.ts`,
      ...(room === 'tcp' ? ['test/regressions/*.test.ts'] : []),
      ...(existsSync(beside) ? [beside] : []),
    ],
    exclude: process.env['MUTATION_SLOW'] === '1' ? [] : SLOW,
    testTimeout: 60_000,
  },
});
