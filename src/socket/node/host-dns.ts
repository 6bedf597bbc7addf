// `node:dns` on a host: Node's own Resolver over the questions of the host, and lookups in its names. Nothing of Node is
// changed; every host of a process has a dns of its own.

import * as dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Host } from '../../host/index.ts';
import { MissingInternalError } from './internals.ts';
import { Channel, type ChannelHandle, lookupsOver, namesOf } from './names/index.ts';

/** `node:dns` as it is on one host. */
export type HostDns = typeof dns;

const hosts = new WeakMap<Host, HostDns>();

/**
 * `node:dns` in whose functions names are those of `host` (see {@link namesOf}): callbacks, `promises` and Resolvers, with
 * Node's own results and errors.
 *
 * ```ts
 * namesOf(host, { hosts: { db: '10.0.0.5' }, servers: ['10.0.0.53'] });
 * const { address } = await dnsOf(host).promises.lookup('db');
 * const records = await dnsOf(host).promises.resolveMx('example.org');
 * ```
 */
export function dnsOf(host: Host): HostDns {
  let found = hosts.get(host);
  if (found === undefined) {
    found = makeDns(host);
    hosts.set(host, found);
  }
  return found;
}

/** `dns.lookup` of a host, for sockets; made when a name is looked up. */
export function lookupOf(host: Host): LookupFunction {
  return (hostname, options, callback) => dnsOf(host).lookup(hostname, options, callback as never);
}

/** What of a Resolver its types do not show. */
interface ResolverInside {
  _handle: ChannelHandle;
}

type Methods = Record<string, (...args: readonly unknown[]) => unknown>;

function makeDns(host: Host): HostDns {
  const names = namesOf(host);
  const give = (
    resolver: object,
    { timeout = -1, tries = 4, maxTimeout = 0 }: ResolverOptions = {},
  ): void => {
    if (!('_handle' in resolver))
      throw new MissingInternalError(
        `this Node (${process.version}) does not show the handle of a dns.Resolver`,
      );
    (resolver as ResolverInside)._handle = new Channel(names, timeout, tries, maxTimeout);
  };
  class Resolver extends dns.Resolver {
    constructor(options?: ResolverOptions) {
      super(options);
      give(this, options);
    }
  }
  class PromisesResolver extends dns.promises.Resolver {
    constructor(options?: ResolverOptions) {
      super(options);
      give(this, options);
    }
  }
  Object.defineProperty(PromisesResolver, 'name', { value: 'Resolver' });
  const lookups = lookupsOver(dns, () => names);
  const promises = {
    ...dns.promises,
    ...lookups.promises,
    Resolver: PromisesResolver,
  } as typeof dns.promises;
  const made = { ...dns, ...lookups, Resolver, promises } as HostDns;
  // As dns.js: the functions are those of a default resolver, and setServers makes another one.
  const setServers = (servers: readonly string[]): void => {
    const one = new Resolver();
    one.setServers(servers);
    bind(one);
  };
  const bind = (one: Resolver): void => {
    const same = new PromisesResolver();
    (same as unknown as ResolverInside)._handle = (one as unknown as ResolverInside)._handle;
    bindTo(made as unknown as Methods, one as unknown as Methods);
    bindTo(promises as unknown as Methods, same as unknown as Methods);
  };
  bind(new Resolver());
  return Object.assign(made, { setServers, promises: Object.assign(promises, { setServers }) });
}

type ResolverOptions = dns.ResolverOptions & { readonly maxTimeout?: number };

/** Gives a module the methods of a resolver that it has functions for. */
function bindTo(module: Methods, resolver: Methods): void {
  for (const name of Object.keys(module))
    if (name !== 'setServers' && typeof resolver[name] === 'function')
      module[name] = resolver[name].bind(resolver);
}
