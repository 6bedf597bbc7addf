import simulations from 'synfin/sim/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({ plugins: [simulations()] });
