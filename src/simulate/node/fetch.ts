// fetch of hosts: undici has one dispatcher for the process, with its connections; every life gets its own.

import { currentLife } from '../life.ts';
import type { Changes } from './changes.ts';

type Dispatcher = Record<string | symbol, unknown>;
type DispatcherClass = new (inner?: object) => Dispatcher;

/** Where undici keeps it; a second one since undici 8, which keeps a wrapped one for older users under the first. */
const PLACES = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')] as const;

/** From now on hosts have connections of their own. */
export function installFetch(changes: Changes): void {
  new Response(''); // loads undici
  const globals = globalThis as unknown as Record<symbol, Dispatcher | undefined>;
  const [wrapped, plain] = PLACES.map((place) => globals[place]);
  const Agent = (plain ?? wrapped)?.constructor as DispatcherClass | undefined;
  const Wrapper = wrapped?.constructor as DispatcherClass | undefined;
  if (Agent === undefined || Wrapper === undefined) return;
  const agentHere = (): Dispatcher | undefined => currentLife()?.own(Agent, () => new Agent());
  const wrapperHere = (): Dispatcher | undefined =>
    Wrapper === Agent ? agentHere() : currentLife()?.own(Wrapper, () => new Wrapper(agentHere()));
  for (const [place, here] of [
    [PLACES[0], wrapperHere],
    [PLACES[1], agentHere],
  ] as const) {
    const before = globals[place];
    if (before === undefined) continue;
    const get = (_target: object, name: string | symbol): unknown => {
      const agent = here() ?? before;
      const value = agent[name];
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(agent) : value;
    };
    changes.put(globals, place, new Proxy(before, { get }));
  }
}
