// What `expect` has by synfin/sim/vitest.

import type { SimulationAssertions } from 'synfin/sim/vitest';

declare module 'vitest' {
  interface Matchers<R, T> extends SimulationAssertions<R> {}
}
