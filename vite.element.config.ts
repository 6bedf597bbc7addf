// How the element <synfin-ladder> is built: one file that needs nothing else, engine and texts included.

import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  build: {
    outDir: '../dist/site',
    emptyOutDir: false,
    target: 'es2022',
    chunkSizeWarningLimit: 2_000,
    // A plain script: browsers refuse a module that lies on the disk.
    lib: {
      entry: 'element/element.ts',
      name: 'synfinLadder',
      formats: ['iife'],
      fileName: () => 'synfin-ladder.js',
    },
  },
});
