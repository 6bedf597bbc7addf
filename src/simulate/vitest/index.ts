// The door of `synfin/sim/vitest`: what Vitest has to be told for simulations, and what its matchers are called.

export type { SimulationAssertions } from '../matchers.ts';

/** A plugin of Vite, as far as it is one. */
export interface SimulationsPlugin {
  readonly name: string;
  readonly config: () => { readonly test: Readonly<Record<string, unknown>> };
}

const beside = (file: string): string => {
  const { url } = import.meta;
  return new URL(`${file}${url.endsWith('.ts') ? '.ts' : '.js'}`, url).href;
};

/**
 * A plugin for `vitest.config.ts`: tests run in processes (a simulation changes timers and clocks of its whole process, one
 * exists at a time in it, and the thread pool has to be a queue), `synfin/sim` is loaded before anything else, and `expect` has the
 * matchers of simulations.
 *
 * ```ts
 * import simulations from 'synfin/sim/vitest';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ plugins: [simulations()] });
 * ```
 *
 * TypeScript is told of the matchers by the program itself, for the parameters of `Matchers` are others in each version of
 * Vitest. Those of Vitest 5:
 *
 * ```ts
 * import type { SimulationAssertions } from 'synfin/sim/vitest';
 *
 * declare module 'vitest' {
 *   interface Matchers<R, T> extends SimulationAssertions<R> {}
 * }
 * ```
 *
 * Tests of one file follow each other; `test.concurrent` is not for simulations (ERR_SIM_ACTIVE).
 */
export default function simulations(): SimulationsPlugin {
  return {
    name: 'synfin',
    config: () => ({
      test: {
        pool: 'forks',
        execArgv: ['--import', beside('../index')],
        env: { UV_THREADPOOL_SIZE: '1' },
        setupFiles: [beside('./setup')],
      },
    }),
  };
}
