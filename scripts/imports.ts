// Who imports whom, read from the sources: `import … from`, `export … from` and `import(…)`, in files that are formatted
// as ours are.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One import: `from` a file `to` another, or to a module outside (`node:fs`, `koffi`). */
export interface Import {
  /** `src/tcp/engine.ts`. */
  readonly from: string;
  /** `src/wire/index.ts`, or a bare name. */
  readonly to: string;
  /** True: only types, nothing that runs. */
  readonly typeOnly: boolean;
  /** `import(…)`: not with the file, but when it is asked for. */
  readonly lazy: boolean;
}

/** The TypeScript files below a folder, relative to the project, with `/` on every system. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/** A source, without its comments. */
export function codeOf(file: string): string {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  return text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

const STATEMENT =
  /^(?:import|export)\b(?! (?:const|let|function|class|interface|async|abstract|default)\b)([^;'"`]*?)\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** Whether what stands between `import` and `from` is only types. */
function onlyTypes(words: string): boolean {
  if (/^ type\b/.test(words)) return true;
  const names = /^ \{([\s\S]*)\} $/.exec(words);
  if (names === null) return false;
  const list = (names[1] as string).split(',').filter((name) => name.trim() !== '');
  return list.every((name) => /^\s*type\b/.test(name));
}

/** The imports of a file; `code` is what stands in it. */
export function importsOf(file: string, code = codeOf(file)): Import[] {
  return [...code.matchAll(STATEMENT)].map(([, words, from, bare, lazy]) => {
    const name = from ?? bare ?? lazy ?? '';
    return {
      from: file,
      to: name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
      typeOnly: words !== undefined && onlyTypes(words),
      lazy: lazy !== undefined,
    };
  });
}
