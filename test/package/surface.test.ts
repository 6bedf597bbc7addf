// What the package offers: written down, described, and typed for every platform.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Declarations, type Exported } from '../../scripts/declarations.ts';
import { SURFACE, surface } from '../../scripts/surface.ts';

let declarations: Declarations;
let entries: ReadonlyMap<string, readonly Exported[]>;

beforeAll(() => {
  declarations = new Declarations();
  entries = declarations.entries();
});

afterAll(() => declarations?.[Symbol.dispose]());

describe('what the entries export', () => {
  test('is docs/surface.txt. Has it changed on purpose? Then run `npm run surface`, look at the difference, and add a line to CHANGELOG.md', () => {
    const found = surface(entries);
    expect(found.split('\n').length).toBeGreaterThan(1000);
    expect(found).toBe(readFileSync(SURFACE, 'utf8').replaceAll('\r\n', '\n'));
  });

  test('has a doc comment, every one', () => {
    const bare = [...entries].flatMap(([entry, list]) =>
      list
        .filter(({ of, comment }) => of === entry && comment === '')
        .map(({ name }) => `${name} of ${entry}`),
    );
    expect(bare).toEqual([]);
  });

  test('has no member marked @internal', () => {
    const folder = join(declarations.folder, 'dist');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.d.ts'),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => readFileSync(join(folder, file), 'utf8').includes('@internal'))).toEqual(
      [],
    );
  });

  test('is typed where there are neither DOM nor Node types', () => {
    expect(declarations.faults()).toEqual([]);
  });
});

test('CHANGELOG.md says what is not released yet, or that nothing is', () => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const changes = read('CHANGELOG.md');
  const [, unreleased = ''] = /^## \[Unreleased\]\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changes) ?? [];
  const released = changes.includes(`## [${version}]`);
  expect(released || /^- /m.test(unreleased)).toBe(true);
});
