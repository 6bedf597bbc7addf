// Puts the small libraries that the package stands on into dist/: `dependencies` stays empty. A bare import of one of
// them (import { decode } from 'dns-packet') becomes one of dist/vendor/NAME.js: the library and what it needs in one
// file, with their licences in front. Runs after tsc.

import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vendorBundle } from './vendor-bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** What is bundled, and whose code that is. Everything else that is imported by a bare name is an optional peer. */
const VENDORED: Readonly<Record<string, readonly string[]>> = {
  'dns-packet': ['dns-packet', '@leichtgewicht/ip-codec'],
  'hyparquet-writer': ['hyparquet-writer', 'hyparquet'],
  minisearch: ['minisearch'],
  'ts-fsrs': ['ts-fsrs'],
};

function licence(name: string): string {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name}:\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
}

for (const [name, owners] of Object.entries(VENDORED)) {
  const names = new Set<string>();
  const target = join(dist, 'vendor', `${name}.js`);
  const imported = new RegExp(`import \\{([^}]+)\\} from ['"]${name}['"]`, 'g');
  for (const file of globSync('**/*.js', { cwd: dist }).map((each) => join(dist, each))) {
    const before = readFileSync(file, 'utf8');
    const place = relative(dirname(file), target).replaceAll('\\', '/');
    const after = before.replace(imported, (_all, list: string) => {
      for (const each of list.split(','))
        if (each.trim() !== '') names.add(each.trim().split(' as ')[0] as string);
      return `import {${list}} from '${place.startsWith('.') ? place : `./${place}`}'`;
    });
    if (after !== before) writeFileSync(file, after);
  }
  if (names.size === 0) continue;
  mkdirSync(dirname(target), { recursive: true });
  const code = await vendorBundle(name, [...names].sort());
  writeFileSync(target, `/*!\n${owners.map(licence).join('\n\n')}\n*/\n${code}`);
}
