// The package's entries, read from the `exports` of package.json.

import { readFileSync } from 'node:fs';

/** One entry: what users import, and the files it leads to, relative to the package. */
export interface Entry {
  /** `synfin/wire`. */
  readonly name: string;
  /** `./dist/wire/index.js`. */
  readonly module: string;
  /** `./dist/wire/index.d.ts`. */
  readonly types: string;
  /** `src/wire/index.ts`. */
  readonly source: string;
}

/** Whether an entry's types may name Node's: who imports it has them. */
export function needsNode({ name }: Entry): boolean {
  return [
    'synfin/node',
    'synfin/register',
    'synfin/sim',
    'synfin/sim/node-test',
    'synfin/gateway/node',
  ].includes(name);
}

/** Every entry that is a module, in the order of package.json. */
export function entries(): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    name: string;
    exports: Record<string, string | { types: string; default: string }>;
  };
  return Object.entries(exports).flatMap(([path, to]) =>
    typeof to === 'string'
      ? []
      : [
          {
            name: name + path.slice(1),
            module: to.default,
            types: to.types,
            source: to.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'),
          },
        ],
  );
}
