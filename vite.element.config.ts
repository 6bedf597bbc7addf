// How the element <synfin-ladder> is built: one file that needs nothing else, engine and texts included.

import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  build: {
    outDir: '../dist/site',
    emptyOutDir: false,
    target: 'es2022',
    chunkSizeWarningLimit: 2_000,
    lib: { entry: 'element/element.ts', formats: ['es'], fileName: () => 'synfin-ladder.js' },
  },
});
