// The API reference, made of the doc comments: `npm run docs:api` writes it to docs/api/, which is not committed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { exports, repository, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: `synfin ${version}`,
  entryPoints: Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, '../../src/$1.ts')],
  ),
  tsconfig: 'tsconfig.json',
  out: '../../docs/api',
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableGit: true,
  // Paths in links are the repository's.
  basePath: fileURLToPath(new URL('../..', import.meta.url)),
  sourceLinkTemplate: `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/{path}#L{line}`,
};
