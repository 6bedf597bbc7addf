import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Many tests wait for a kernel or a browser: one more at work than Vitest's own choice, which is one less than cores.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
