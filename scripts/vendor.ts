// Puts the small libraries that the package stands on into dist/: `dependencies` stays empty. A bare import of one of
// them (import { decode } from 'dns-packet') becomes one of dist/vendor/NAME.js: the library and what it needs in one
// file, with their licences in front. Runs after tsc.

import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** What is bundled, and whose code that is. Everything else that is imported by a bare name is an optional peer. */
const VENDORED: Readonly<Record<string, readonly string[]>> = {
  'dns-packet': ['dns-packet', '@leichtgewicht/ip-codec'],
  'hyparquet-writer': ['hyparquet-writer', 'hyparquet'],
  minisearch: ['minisearch'],
  'ts-fsrs': ['ts-fsrs'],
};

const require = createRequire(import.meta.url);

function licence(name: string): string {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name}:\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
}

/** The library with the names that are used of it, as one module. */
async function bundle(name: string, names: readonly string[]): Promise<string> {
  const entry = '\0vendor';
  const result = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [
      {
        name: 'vendor',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) =>
          id === entry
            ? `export { ${names.join(', ')} } from ${JSON.stringify(require.resolve(name))};`
            : null,
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'node22',
      ssr: true,
      rolldownOptions: { input: entry },
    },
    ssr: { noExternal: true },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as {
    output: { type: string; code?: string }[];
  }[];
  const chunks = outputs.flatMap(({ output }) => output.filter(({ type }) => type === 'chunk'));
  if (chunks.length !== 1 || chunks[0]?.code === undefined)
    throw new Error(`${name}: ${chunks.length} chunks`);
  return chunks[0].code;
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
  const code = await bundle(name, [...names].sort());
  writeFileSync(target, `/*!\n${owners.map(licence).join('\n\n')}\n*/\n${code}`);
}
