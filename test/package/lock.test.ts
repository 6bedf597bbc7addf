// The locks are such that `npm ci` takes them on every machine, not only on the one that wrote them.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** An entry of `packages`, as far as it is looked at (npm docs, package-lock.json). */
interface Entry {
  version?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const FOLDER = 'node_modules/';

/** What is wrong with the entries of a lock, in sentences; the root is the entry ''. */
function faults(packages: Readonly<Record<string, Entry>>): string[] {
  const found: string[] = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== '' && entry.link !== true) {
      if (entry.version === undefined) found.push(`${path} has no version`);
      if (entry.integrity === undefined) found.push(`${path} has no integrity`);
    }
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      if (!isThere(packages, path, name)) found.push(`${path} names ${name}, which has no entry`);
  }
  return found;
}

/** Whether a package at `path` finds `name` beside or above it, as Node looks for modules. */
function isThere(packages: Readonly<Record<string, Entry>>, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf(`/${FOLDER}`)))) {
    if (`${at === '' ? '' : `${at}/`}${FOLDER}${name}` in packages) return true;
    if (at === '') return false;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

describe.each(
  globSync(['package-lock.json', 'examples/package-lock.json', 'tools/*/package-lock.json'], { cwd: root }),
)('%s', (file) => {
  const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
    packages: Record<string, Entry>;
  };

  test('every package has version and integrity, and what a package names has an entry, on every platform', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(20);
    expect(faults(packages)).toEqual([]);
  });
});

describe('what finds the faults of a lock', () => {
  test('a lock written where the packages of other platforms could not be had is found out', () => {
    const good = { version: '1.0.0', integrity: 'sha512-x' };
    expect(
      faults({
        '': { dependencies: { a: '1' } },
        'node_modules/a': {
          ...good,
          optionalDependencies: { 'a-linux': '1', 'a-darwin': '1', 'a-win32': '1' },
        },
        'node_modules/a/node_modules/a-linux': good,
        'node_modules/a-darwin': {},
      }),
    ).toEqual([
      'node_modules/a names a-win32, which has no entry',
      'node_modules/a-darwin has no version',
      'node_modules/a-darwin has no integrity',
    ]);
  });
});
