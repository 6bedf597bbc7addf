// For `node --import`: 'synfin' and its entries are the sources.

import { registerHooks } from 'node:module';
import { entries } from '../../scripts/entries.ts';

const urls = new Map(
  entries().map(({ name, source }) => [name, new URL(`../../${source}`, import.meta.url).href]),
);

registerHooks({
  resolve: (specifier, context, next) => next(urls.get(specifier) ?? specifier, context),
});
