// The core as it is published: in one module (scripts/core-modules.ts), which V8 compiles better than two hundred. A process
// that is started with this file by `--import` takes it, from the folder that the environment names, wherever it imports a
// source of it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = 'SYNFIN_BENCH_CORE';

/** Flags of Node, and the environment, of a process that runs on the core as it is published. */
export interface OnCore {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** As bin/synfin.js sets them. */
const INLINING = ['--max-inlined-bytecode-size=1000', '--max-inlined-bytecode-size-cumulative=2500'];

let made: Promise<OnCore> | null = null;

/** Makes the module, once for all processes of a bench. */
export function onCore(): Promise<OnCore> {
  made ??= make();
  return made;
}

async function make(): Promise<OnCore> {
  const { coreModules, doors } = await import('../scripts/core-modules.ts');
  const folder = mkdtempSync(join(tmpdir(), 'synfin-core-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, code] of await coreModules(doors(['src', 'bench']))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  return { flags: [...INLINING, '--import', import.meta.url], env: { [FOLDER]: folder } };
}

/** A source of the core, by its place below `src`. */
const SOURCE = /^(?:options|wire|tcp|host)\/.*(?=\.ts$)/;

const folder = process.env[FOLDER];
if (folder !== undefined) {
  const src = new URL('../src/', import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const name = found.url.startsWith(src) ? SOURCE.exec(found.url.slice(src.length))?.[0] : undefined;
      return name === undefined ? found : { ...found, url: pathToFileURL(join(folder, `${name}.js`)).href };
    },
  });
}
