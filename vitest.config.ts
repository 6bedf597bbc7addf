import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Tests that look at what keeps its own time: a kernel, an emulator, a browser, processes. They run after all others, which
 * keep every core busy; and CI, whose machine nobody here knows, may try such a test again. Everything else is in virtual
 * time and is tried once.
 */
const REAL_TIME = [
  'test/{capture,cli,doctor,examples,kernel,node-suite,peers,runtimes,socket,vm,web}/**/*.test.ts',
  'test/{drill/kernel,differential/differential,performance,simulate/oracle,simulate/page,simulate/runners}.test.ts',
  'src/{drill/kernel,gateway/node,link/tun,socket/node}/**/*.test.ts',
  'src/cli/{doctor-host,http,lab-server,prove,register,start}.test.ts',
  'src/cli/{gateway,sim}/*.test.ts',
];

const TIMEOUT_MS = 60_000;
/** One more than Vitest's own choice, which is one less than cores: a worker that loads its files, or waits, leaves time. */
const WORKERS = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'virtual time',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...REAL_TIME, '**/node_modules/**'],
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          pool: 'forks',
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real time',
          include: REAL_TIME,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          pool: 'forks',
          maxWorkers: WORKERS,
          retry: process.env['CI'] === undefined ? 0 : 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
