// Removes from dist/ the declarations that nobody can reach from an entry of package.json's `exports`: the command's,
// and those of modules that no public type names.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entries } from './entries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** The declarations that a module's declarations name. */
function named(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:\bfrom |\bimport\(|^import )['"](\.[^'"]+)['"]/gm)].map(([, to = '']) =>
    resolve(dirname(file), to.replace(/\.[jt]s$/, '.d.ts')),
  );
}

const kept = new Set<string>();
const ahead = entries().map(({ types }) => join(root, types));
for (let file = ahead.pop(); file !== undefined; file = ahead.pop()) {
  if (kept.has(file)) continue;
  kept.add(file);
  ahead.push(...named(file));
}
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const file = join(dist, name);
  if (name.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
}
