// Puts the core into dist/ as one module (core-modules.ts), in place of the modules that tsc made of it. Runs after tsc.

import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreModules, doors, isOfCore } from './core-modules.ts';
import { entries } from './entries.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const published = entries().map(({ source }) => source);
const modules = await coreModules([...new Set([...doors(['src']), ...published.filter(isOfCore)])]);
for (const file of globSync('**/*.js', { cwd: dist }).map((each) => each.replaceAll('\\', '/')))
  if (isOfCore(`src/${file}`)) rmSync(join(dist, file));
for (const [name, code] of modules) {
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, name), code);
}
