#!/usr/bin/env node
// The `synfin` command: in a checkout the sources as they stand, in the published package what was built of them. What was
// compiled, or stripped of its types, is kept for the next start (NODE_DISABLE_COMPILE_CACHE=1: it is not). The way of a
// segment is many small functions: V8 may inline more of them than by default (docs/performance.md).

import { existsSync } from 'node:fs';
import module from 'node:module';
import v8 from 'node:v8';

if ('node' in process.versions && !('bun' in process.versions) && !('deno' in process.versions)) {
  v8.setFlagsFromString('--max-inlined-bytecode-size=1000');
  v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=2500');
}
module.enableCompileCache?.();
const source = new URL('../src/cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
