// The programs of the guide as files in a folder, where 'synfin' is the sources: to be checked by the compiler, run by
// Node, and served to a browser.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entries } from '../../scripts/entries.ts';
import type { Program } from './pages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** `synfin/node` → the file of its door. */
const sources = new Map(entries().map(({ name, source }) => [name, join(root, source)]));

/** A program's sources beside each other. */
export interface Placed {
  readonly program: Program;
  /** Name of its folder. */
  readonly name: string;
  readonly main: string;
}

/** A folder with all programs. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'synfin-guide-'));
  readonly #placed = new Map<Program, Placed>();

  constructor(programs: readonly Program[]) {
    writeFileSync(join(this.path, 'package.json'), '{ "type": "module" }');
    for (const program of programs) this.#place(program);
    this.#configure('node', ['es2023', 'esnext.disposable'], ['node'], (kind) => kind !== 'browser');
    this.#configure('browser', ['es2023', 'dom', 'dom.iterable'], [], (kind) => kind === 'browser');
  }

  #place(program: Program): void {
    const name = `${program.page.replace('.md', '')}-${program.line}`;
    const folder = join(this.path, name);
    mkdirSync(folder);
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    for (const [file, code] of program.files) write(file, code);
    write('main.ts', program.code);
    if (program.kind === 'browser')
      write(
        'index.html',
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.ts"></script>\n',
      );
    this.#placed.set(program, { program, name, main: join(folder, 'main.ts') });
  }

  /** A tsconfig for the programs of some kinds: as strict as the project. */
  #configure(
    name: string,
    lib: string[],
    types: string[],
    belongs: (kind: Program['kind']) => boolean,
  ): void {
    const files = [...this.#placed.values()].filter(({ program }) => belongs(program.kind));
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        ...{ lib, types, typeRoots: [join(root, 'node_modules/@types')] },
        paths: Object.fromEntries([...sources].map(([entry, source]) => [entry, [source]])),
      },
      include: [],
      files: files.map(({ main }) => main),
    };
    writeFileSync(join(this.path, `${name}.json`), JSON.stringify(config));
  }

  of(program: Program): Placed {
    return this.#placed.get(program) as Placed;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What stands for 'synfin' where a bundler asks. */
export const aliases = [...sources].map(([name, replacement]) => ({
  find: new RegExp(`^${name}$`),
  replacement,
}));
