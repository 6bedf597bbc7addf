// The API reference, made of the doc comments: `npm run docs:api` writes it to docs/api/, which is not committed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { name, exports, repository, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** The entries that are modules: the names that users import, and their sources. */
const entries = Object.entries(exports).flatMap(([path, entry]) =>
  typeof entry === 'string'
    ? []
    : [{ name: name + path.slice(1), source: entry.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts') }],
);

/** Calls a module by the name that users import. @param {import('typedoc').Application} app */
function namesOfEntries(app) {
  app.converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? []) {
      const source = module.sources?.[0]?.fullFileName.replaceAll('\\', '/') ?? '';
      module.name = entries.find((entry) => source.endsWith(`/${entry.source}`))?.name ?? module.name;
    }
  });
}

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: `${name} ${version}`,
  plugin: [namesOfEntries],
  entryPoints: entries.map(({ source }) => `../../${source}`),
  tsconfig: 'tsconfig.json',
  out: '../../docs/api',
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableGit: true,
  // Paths in links are the repository's.
  displayBasePath: fileURLToPath(new URL('../..', import.meta.url)),
  sourceLinkTemplate: `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/{path}#L{line}`,
};
