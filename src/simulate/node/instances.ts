// Modules of programs: what a host imports or requires is its own, and made anew when it starts again. ESM by a query at
// the end of its URL, CommonJS by a cache of its own.

import { isBuiltin } from 'node:module';
import { currentLife, type Life } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

const QUERY = 'synfin-host';
/** What is the same for all: this package. */
const OWN = new URL('../../', import.meta.url).href;

interface ModuleInside {
  _cache: Record<string, Loadable | undefined>;
  _load: (request: string, parent: unknown, isMain: boolean) => unknown;
  _resolveFilename: (request: string, parent: unknown, isMain: boolean) => string;
  registerHooks?: (hooks: { resolve: Resolve }) => { deregister(): void };
}
interface Loadable {
  readonly loaded: boolean;
  readonly [mark: symbol]: unknown;
}
interface Resolved {
  readonly url: string;
}
interface ResolveContext {
  readonly parentURL?: string | undefined;
  readonly conditions?: readonly string[];
}
type Resolve = (
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Resolved,
) => Resolved;

let simulations = 0;

/** From now on each life of a host has modules of its own. */
export function installInstances(changes: Changes): void {
  const Module = nodeModule('module') as unknown as ModuleInside;
  const simulation = ++simulations;
  const shared = Module._cache;
  const before = Object.getOwnPropertyDescriptor(Module, '_cache') as PropertyDescriptor;
  Object.defineProperty(Module, '_cache', {
    get: () => currentLife()?.own(Module, () => Object.create(null) as object as typeof shared) ?? shared,
    enumerable: true,
    configurable: true,
  });
  changes.also(() => Object.defineProperty(Module, '_cache', before));
  const load = Module._load;
  changes.put(Module, '_load', (request: string, parent: unknown, isMain: boolean) => {
    const isOfLife = parent != null && currentLife() !== null && !isBuiltin(request);
    const filename = isOfLife ? Module._resolveFilename(request, parent, isMain) : request;
    return isBegun(Module._cache[filename])
      ? load.call(Module, filename, null, isMain)
      : load.call(Module, request, parent, isMain);
  });
  const nameOf = ({ name, number }: Life): string => `${name}.${number}.${simulation}`;
  const resolve: Resolve = (specifier, context, next) => {
    const resolved = next(specifier, context);
    if (!resolved.url.startsWith('file:') || resolved.url.startsWith(OWN)) return resolved;
    if (context.conditions?.includes('require') === true) return resolved;
    const life = currentLife();
    const name = instanceOf(context.parentURL) ?? (life === null ? null : nameOf(life));
    if (name === null) return resolved;
    const url = new URL(resolved.url);
    url.searchParams.set(QUERY, name);
    return { ...resolved, url: url.href };
  };
  const hooks = Module.registerHooks?.({ resolve });
  changes.also(() => hooks?.deregister());
}

/**
 * Whether the loader of ES modules has looked for the exports of a CommonJS module that was not run yet. `require` of it from
 * where it was required before, by another life, would take it for one that is being run (Node's cache of relative names).
 */
function isBegun(module: Loadable | undefined): boolean {
  if (module === undefined || module.loaded) return false;
  const isMarked = (name: string): boolean =>
    Object.getOwnPropertySymbols(module).some((mark) => mark.description === name && module[mark] === true);
  return isMarked('kIsCachedByESMLoader') && !isMarked('kModuleCircularVisited');
}

/** Whose a module is that imports. */
function instanceOf(url: string | undefined): string | null {
  return url === undefined || !url.includes(QUERY) ? null : new URL(url).searchParams.get(QUERY);
}
