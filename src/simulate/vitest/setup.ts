// Run by Vitest before each test file: `expect` has the matchers of simulations.

import { expect } from 'vitest';
import { simulationMatchers } from '../matchers.ts';

expect.extend(simulationMatchers);
