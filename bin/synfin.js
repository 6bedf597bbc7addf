#!/usr/bin/env node
// The `synfin` command: in a checkout the sources as they stand, in the published package what was built of them.

import { existsSync } from 'node:fs';

const source = new URL('../src/cli/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
