// Modules of programs: what a host imports or requires is its own, and made anew when it starts again. ESM by a query at
// the end of its URL, CommonJS by a cache of its own.

import { currentLife, type Life } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

const QUERY = 'synfin-host';
/** What is the same for all: this package. */
const OWN = new URL('../../', import.meta.url).href;

interface ModuleInside {
  _cache: object;
  registerHooks?: (hooks: { resolve: Resolve }) => { deregister(): void };
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
    get: () => currentLife()?.own(Module, () => Object.create(null) as object) ?? shared,
    enumerable: true,
    configurable: true,
  });
  changes.also(() => Object.defineProperty(Module, '_cache', before));
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

/** Whose a module is that imports. */
function instanceOf(url: string | undefined): string | null {
  return url === undefined || !url.includes(QUERY) ? null : new URL(url).searchParams.get(QUERY);
}
