// The command starts fast because it loads little: what `synfin --help` loads is counted, not timed.

import { expect, test } from 'vitest';
import { type Import, importsOf } from '../../scripts/imports.ts';

/** All files that are loaded with `file`, but for those that are imported when they are asked for. */
function loadedWith(file: string): Set<string> {
  const loaded = new Set<string>();
  const ahead = [file];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    const atOnce = ({ to, typeOnly, lazy }: Import): boolean => to.startsWith('src/') && !typeOnly && !lazy;
    ahead.push(
      ...importsOf(next)
        .filter(atOnce)
        .map(({ to }) => to),
    );
  }
  return loaded;
}

test('`synfin --help` loads texts and nothing of the stack', () => {
  const loaded = [...loadedWith('src/cli/main.ts')];
  expect(loaded.length).toBeLessThan(26); // a file of texts for each command
  expect(loaded.filter((file) => !file.startsWith('src/cli/') && !file.startsWith('src/lab/text/'))).toEqual(
    [],
  );
});

test('`synfin run` loads no more before it starts itself in a namespace, but for the calls of libc', () => {
  const loaded = [...loadedWith('src/cli/run.ts')];
  const others = loaded.filter((file) => !file.startsWith('src/cli/') && !file.startsWith('src/lab/text/'));
  expect(others.length).toBeLessThan(8);
  expect(others.filter((file) => !file.startsWith('src/link/tun/'))).toEqual([]);
});
