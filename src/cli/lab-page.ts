// Where the page of the lab is. In the package it is there, compressed; in a checkout it is built when it is asked
// for and a source is newer.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PAGE = 'index.html';
/** What makes the page, in a checkout. */
const SOURCES = ['src', 'web'];

/** From src/cli and from dist/cli alike. */
const HOME = fileURLToPath(new URL('../../', import.meta.url));

/** The page of a directory, plain or compressed (Brotli, RFC 7932); null if there is none. */
function pageIn(directory: string): string | null {
  const page = join(directory, PAGE);
  return [page, `${page}.br`].find((file) => existsSync(file)) ?? null;
}

/** When something in a directory was last changed, in ms since 1970. */
function lastChange(directory: string): number {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return Math.max(...names.map((name) => statSync(join(directory, name)).mtimeMs));
}

/** Builds the page of a checkout, if it is missing or older than what it is made of. */
async function buildIfOld(page: string): Promise<void> {
  const vite = join(HOME, 'node_modules/vite/bin/vite.js');
  if (!existsSync(join(HOME, 'vite.config.ts')) || !existsSync(vite)) return;
  const built = existsSync(page) ? statSync(page).mtimeMs : 0;
  if (SOURCES.every((name) => lastChange(join(HOME, name)) <= built)) return;
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: HOME });
}

/** The directory of the page: `given`, or that of this package. `found` is null when no page is there. */
export async function labPage(
  given: string | undefined,
): Promise<{ readonly directory: string; readonly expected: string; readonly found: string | null }> {
  const directory = given ?? join(HOME, 'dist/web');
  const expected = join(directory, PAGE);
  if (given === undefined) await buildIfOld(expected);
  return { directory, expected, found: pageIn(directory) };
}
