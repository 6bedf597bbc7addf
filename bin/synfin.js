#!/usr/bin/env node
// The `synfin` command: in a checkout the sources as they stand, in the published package what was built of them. What was
// compiled, or stripped of its types, is kept for the next start (NODE_DISABLE_COMPILE_CACHE=1: it is not).

import { existsSync } from 'node:fs';
import module from 'node:module';

module.enableCompileCache?.();
const source = new URL('../src/cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
