// Makes dist/ as small as it can be and still be read: JavaScript as the printer of vite's minifier writes it, nothing
// renamed, with tabs; the lab, the referee, the diagnosis of captures and of hosts, and the command, which nobody steps through, as small as
// the minifier makes them. Of the declarations those remain that can be reached from an entry of package.json's `exports`.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'vite';
import { entries } from './entries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** The declarations that a module's declarations name; those that an example in a comment names are others'. */
function named(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
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

/** The same program, printed anew, or minified. */
function printed(file: string): string {
  const small = ['lab', 'drill', 'cli', 'capture', 'doctor', 'gateway'].some((room) =>
    file.startsWith(join(dist, room)),
  );
  const asIs = { compress: small, mangle: small, codegen: { removeWhitespace: small }, module: true };
  const { code, errors } = minifySync(file, readFileSync(file, 'utf8'), asIs);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join(', ')}`);
  return code;
}

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const file = join(dist, name);
  if (name.startsWith('vendor')) continue; // its licences are comments
  if (name.endsWith('.js')) writeFileSync(file, printed(file));
  else if (!name.endsWith('.d.ts')) continue;
  else if (!kept.has(file)) rmSync(file);
  else {
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/^(?: {4})+/gm, (indent) => '\t'.repeat(indent.length / 4)),
    );
  }
}
