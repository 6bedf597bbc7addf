// dns for `register`: before it is loaded three properties of one binding, so that all of dns.js stays Node's; afterwards
// lookups, and what a Resolver makes its handle by.

import type * as Dns from 'node:dns';
import { bindingOf, isLoaded, MissingInternalError, requireLater, symbolOf } from './internals.ts';
import {
  HybridChannel,
  hintsOf,
  type KernelChannelClass,
  lookUp,
  lookupErrorNumber,
  lookupsOver,
} from './names/index.ts';
import { inPlaceOf, type PatchContext, type Patched, replaced } from './patched.ts';
import { tellProgram } from './places.ts';

type Oncomplete = (error: number | null, ...results: unknown[]) => void;

interface Cares {
  getaddrinfo(req: Req, hostname: string, family: 0 | 4 | 6, hints: number, order: number): number;
  getnameinfo(req: Req, address: string, port: number): number;
  ChannelWrap: KernelChannelClass;
  readonly AI_ADDRCONFIG: number;
  readonly AI_V4MAPPED: number;
  readonly AI_ALL: number;
  readonly DNS_ORDER_IPV4_FIRST: number;
  readonly DNS_ORDER_IPV6_FIRST: number;
}

interface Req {
  oncomplete: Oncomplete;
}

/** Level 3: what dns takes when it is loaded; where it is loaded already, its functions. */
export function* caresBinding(context: PatchContext): Generator<Patched> {
  if (isLoaded('dns') || isLoaded('internal/dns/promises')) {
    yield* dnsFunctions(context);
    return;
  }
  const found = bindingOf<Cares>('cares_wrap');
  if (found?.getaddrinfo === undefined || found.ChannelWrap === undefined)
    throw new MissingInternalError(`this Node (${process.version}) does not show what dns stands on`);
  const cares = found as Cares;
  const { getaddrinfo, getnameinfo, ChannelWrap: Kernel } = cares;
  const { names, redirects } = context;
  const numbers = { ADDRCONFIG: cares.AI_ADDRCONFIG, V4MAPPED: cares.AI_V4MAPPED, ALL: cares.AI_ALL };
  const orders = new Map([
    [cares.DNS_ORDER_IPV4_FIRST, 'ipv4first'],
    [cares.DNS_ORDER_IPV6_FIRST, 'ipv6first'],
  ] as const);

  yield bound(
    cares,
    'getaddrinfo',
    (req: Req, hostname: string, family: 0 | 4 | 6, hints: number, order: number) => {
      const own = names.namesFor(hostname);
      if (own === null) return getaddrinfo.call(cares, req, hostname, family, hints, order);
      const wanted = {
        family,
        hints: hintsOf(hints, numbers),
        order: orders.get(order) ?? 'verbatim',
      } as const;
      told(req, lookUp(own, hostname, wanted), (addresses) => [addresses]);
      return 0;
    },
  );
  yield bound(cares, 'getnameinfo', (req: Req, address: string, port: number) => {
    const own = names.namesFor(address);
    if (own === null) return getnameinfo.call(cares, req, address, port);
    told(req, own.nameInfo(address, port), ({ hostname, service }) => [hostname, service]);
    return 0;
  });
  const registry = { names, Kernel };
  const Wrap = inPlaceOf(
    Kernel,
    HybridChannel,
    redirects,
    (...settings) => new HybridChannel(registry, ...settings),
  );
  yield bound(cares, 'ChannelWrap', Wrap);
}

function bound<K extends 'getaddrinfo' | 'getnameinfo' | 'ChannelWrap'>(
  cares: Cares,
  name: K,
  ours: Cares[K],
): Patched {
  const original = cares[name];
  cares[name] = ours;
  return {
    what: `process.binding('cares_wrap').${name}`,
    undo: () => {
      cares[name] = original;
    },
  };
}

/** Told outside of the promises, where what a program throws is its own. */
function told<T>(req: Req, found: Promise<T>, results: (value: T) => unknown[]): void {
  found.then(
    (value) => tellProgram(() => req.oncomplete(null, ...results(value))),
    (error: unknown) => tellProgram(() => req.oncomplete(lookupErrorNumber(error))),
  );
}

/** Of a Resolver. */
interface ResolverInside extends Record<symbol, unknown> {
  _handle: object;
}

/** Level 2: dns may be loaded, and has its own. */
export function* dnsFunctions({ names }: PatchContext): Generator<Patched> {
  const dns = requireLater('node:dns') as typeof Dns;
  const { promises } = dns;
  const lookups = lookupsOver(dns, (name) => names.namesFor(name));
  yield replaced('dns.lookup', dns, 'lookup', lookups.lookup);
  yield replaced('dns.lookupService', dns, 'lookupService', lookups.lookupService);
  yield replaced('dns.promises.lookup', promises, 'lookup', lookups.promises.lookup);
  yield replaced('dns.promises.lookupService', promises, 'lookupService', lookups.promises.lookupService);
  for (const [what, Resolver] of [
    ['dns.Resolver', dns.Resolver],
    ['dns.promises.Resolver', promises.Resolver],
  ] as const) {
    const base = Object.getPrototypeOf(Resolver.prototype) as ResolverInside;
    const symbol = symbolOf(base, 'dns:resolver:initializeHandle');
    if (symbol === null)
      throw new MissingInternalError(
        `this Node (${process.version}) does not show how a Resolver gets its handle`,
      );
    const probe = new Resolver() as unknown as ResolverInside;
    if (probe._handle instanceof HybridChannel) continue; // the two have one prototype
    const Kernel = probe._handle.constructor as KernelChannelClass;
    const registry = { names, Kernel };
    yield replaced(
      `${what}.prototype[kInitializeHandle]`,
      base,
      symbol,
      function (this: ResolverInside, timeout: number, tries: number, maxTimeout: number) {
        this._handle = new HybridChannel(registry, timeout, tries, maxTimeout);
      },
    );
  }
  yield { what: 'the default Resolver of dns', undo: () => renewed(dns) };
  renewed(dns);
}

/** dns.js binds its functions to a new Resolver when servers are set. */
function renewed(dns: typeof Dns): void {
  dns.setServers(dns.getServers());
}
