// The rooms that every program stands on, options, wire, tcp and host, as one module. What one module exports another one
// reads from a cell, which V8 looks at each time; what is in the same module it compiles as the constant that it is. On the
// way of a segment that is a sixth of the time. The modules that others import remain, and lead to core.js.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { importsOf, sourceFiles } from './imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['options', 'wire', 'tcp', 'host'];

/** Whether a source is of these rooms. */
export function isOfCore(file: string): boolean {
  return ROOMS.some((room) => file.startsWith(`src/${room}/`));
}

/** The sources of these rooms that modules below `folders` import, from outside of the rooms. */
export function doors(folders: readonly string[]): string[] {
  const imports = folders
    .flatMap(sourceFiles)
    .filter((file) => !isOfCore(file) && !file.endsWith('.test.ts') && !file.endsWith('/testing.ts'))
    .flatMap((file) => importsOf(file));
  return [...new Set(imports.flatMap(({ to, typeOnly }) => (!typeOnly && isOfCore(to) ? [to] : [])))].sort();
}

/** JavaScript by its place, relative to `src`: core.js, and a module for each of `entries`, which exports what its source does. */
export async function coreModules(entries: readonly string[]): Promise<Map<string, string>> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      ssr: true,
      rolldownOptions: {
        input: Object.fromEntries(
          entries.map((file) => [relative('src', file).replaceAll('\\', '/').replace(/\.ts$/, ''), file]),
        ),
        preserveEntrySignatures: 'strict',
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          minifyInternalExports: false,
          codeSplitting: { groups: [{ name: 'core', test: /./ }] },
        },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as {
    output: { type: string; fileName: string; code?: string }[];
  }[];
  const modules = new Map<string, string>();
  for (const { fileName, code } of outputs.flatMap(({ output }) => output))
    if (code !== undefined) modules.set(fileName, code);
  if (modules.size !== entries.length + 1 || !modules.has('core.js'))
    throw new Error(
      `not one module and ${entries.length} that lead there: ${[...modules.keys()].join(', ')}`,
    );
  return modules;
}
