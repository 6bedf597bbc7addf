// dns.lookup and dns.lookupService over the names of hosts: Node's own functions say what is wrong with arguments, and
// answer for all names that are nobody's here.

import type * as Dns from 'node:dns';
import { uvError } from '../internals.ts';
import { tellProgram } from '../places.ts';
import { LookupError } from './errors.ts';
import { type LookupHints, type Names, NO_HINTS } from './names.ts';
import { isIpAddress } from './servers.ts';

/** Whose a name or an address is; null: Node's own. */
export type NamesFor = (name: string) => Names | null;

export type Order = 'verbatim' | 'ipv4first' | 'ipv6first';

/** What getaddrinfo is asked. */
export interface Wanted {
  readonly family: 0 | 4 | 6;
  readonly hints: LookupHints;
  readonly order: Order;
}

/** The addresses of a name in the order that is wanted. Rejects with a {@link LookupError}. */
export async function lookUp(
  names: Names,
  name: string,
  { family, hints, order }: Wanted,
): Promise<string[]> {
  const found = await names.addresses(name, family, hints);
  if (order === 'verbatim') return found;
  const first = order === 'ipv6first';
  return [
    ...found.filter((a) => a.includes(':') === first),
    ...found.filter((a) => a.includes(':') !== first),
  ];
}

/** The number of an error of a lookup that Node's DNSException is made of. Throws what is no such error. */
export function lookupErrorNumber(error: unknown): number {
  if (!(error instanceof LookupError)) throw error;
  return uvError(error.code);
}

/** As Node's DNSException. */
function lookupException(error: unknown, syscall: string, hostname: string): Error {
  const errno = lookupErrorNumber(error);
  const { code: name } = error as LookupError;
  const code = name === 'EAI_NONAME' || name === 'EAI_NODATA' ? 'ENOTFOUND' : name;
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), { errno, code, syscall, hostname });
}

type Callback = (error: Error | null, ...results: unknown[]) => void;
type Arguments = readonly unknown[];

/** What stands in the place of Node's functions. */
export interface Lookups {
  readonly lookup: typeof Dns.lookup;
  readonly lookupService: typeof Dns.lookupService;
  readonly promises: Pick<typeof Dns.promises, 'lookup' | 'lookupService'>;
}

/** `nodes`: Node's own, as they were. */
export function lookupsOver(dns: typeof Dns, namesFor: NamesFor): Lookups {
  const nodes = { lookup: dns.lookup, lookupService: dns.lookupService } as Record<
    string,
    (...args: Arguments) => unknown
  >;
  const promised = {
    lookup: dns.promises.lookup,
    lookupService: dns.promises.lookupService,
  } as unknown as Record<string, (...args: Arguments) => Promise<unknown>>;

  const wantedOf = (given: unknown): Wanted & { readonly all: boolean } => {
    const options = (typeof given === 'object' && given !== null ? given : {}) as Dns.LookupAllOptions;
    const family = typeof given === 'number' ? given : options.family;
    const hints = options.hints ?? 0;
    const {
      verbatim,
      order = verbatim == null ? dns.getDefaultResultOrder() : verbatim ? 'verbatim' : 'ipv4first',
    } = options;
    return {
      family: family === 4 || family === 'IPv4' ? 4 : family === 6 || family === 'IPv6' ? 6 : 0,
      hints: hintsOf(hints, dns),
      order: order as Order,
      all: options.all ?? false,
    };
  };
  /** Whose a lookup is. What Node answers without asking anybody stays Node's. */
  const whose = (name: unknown): Names | null =>
    typeof name !== 'string' || name === '' || name.includes('\0') || isIpAddress(name)
      ? null
      : namesFor(name);

  const lookup = (...args: Arguments): unknown => {
    const [name, options] = args;
    const names = whose(name);
    if (names === null) return nodes['lookup']?.(...args);
    // Node's own judgement of the options; an address is looked up without asking anybody.
    nodes['lookup']?.(PROBE, ...(typeof options === 'function' ? [NOTHING] : [options, callbackOr(args[2])]));
    const hostname = name as string;
    const callback = (typeof options === 'function' ? options : args[2]) as Callback;
    const wanted = wantedOf(options);
    const tell = (...results: [Error | null, ...unknown[]]): void => tellProgram(() => callback(...results));
    lookUp(names, hostname, wanted).then(
      (found) =>
        wanted.all
          ? tell(null, found.map(withFamily))
          : tell(null, found[0], withFamily(found[0] as string).family),
      (error: unknown) => tell(lookupException(error, 'getaddrinfo', hostname)),
    );
    return {};
  };

  const promisedLookup = (...args: Arguments): Promise<unknown> => {
    const [name, options] = args;
    const names = whose(name);
    if (names === null) return promised['lookup']?.(...args) as Promise<unknown>;
    void promised['lookup']?.(PROBE, options);
    const hostname = name as string;
    const wanted = wantedOf(options);
    return lookUp(names, hostname, wanted).then(
      (found) => (wanted.all ? found.map(withFamily) : withFamily(found[0] as string)),
      (error: unknown) => Promise.reject(lookupException(error, 'getaddrinfo', hostname)),
    );
  };

  /** Whose an address is; null also where Node has something to say of the arguments. */
  const whoseService = (args: Arguments): Names | null => {
    const [address, port] = args;
    const isRight = typeof address === 'string' && isIpAddress(address) && isPort(port);
    return isRight ? namesFor(address) : null;
  };

  const lookupService = (...args: Arguments): unknown => {
    const [address, port, callback] = args;
    const names = args.length === 3 && typeof callback === 'function' ? whoseService(args) : null;
    if (names === null) return nodes['lookupService']?.(...args);
    void names.nameInfo(address as string, Number(port)).then(({ hostname, service }) => {
      tellProgram(() => (callback as Callback)(null, hostname, service));
    });
    return {};
  };

  const promisedService = (...args: Arguments): Promise<unknown> => {
    const names = args.length === 2 ? whoseService(args) : null;
    if (names === null) return promised['lookupService']?.(...args) as Promise<unknown>;
    return names.nameInfo(args[0] as string, Number(args[1]));
  };

  const dressed = (ours: unknown, node: unknown): unknown => dressedAs(ours as object, node as object);
  return {
    lookup: dressed(lookup, dns.lookup),
    lookupService: dressed(lookupService, dns.lookupService),
    promises: {
      lookup: dressed(promisedLookup, dns.promises.lookup),
      lookupService: dressed(promisedService, dns.promises.lookupService),
    },
  } as Lookups;
}

/** Looked up without asking anybody. */
const PROBE = '127.0.0.1';
const NOTHING = (): void => {};

/** For the probe: a callback that does nothing, in the place of one; what is none, so that Node says so. */
function callbackOr(given: unknown): unknown {
  return typeof given === 'function' ? NOTHING : given;
}

function isPort(port: unknown): boolean {
  const isNumber = typeof port === 'number' || (typeof port === 'string' && port.trim() !== '');
  return isNumber && Number.isInteger(Number(port)) && Number(port) >= 0 && Number(port) <= 0xffff;
}

function withFamily(address: string): { address: string; family: 4 | 6 } {
  return { address, family: address.includes(':') ? 6 : 4 };
}

/** The platform's numbers, of dns or of cares_wrap. */
export interface HintNumbers {
  readonly ADDRCONFIG: number;
  readonly V4MAPPED: number;
  readonly ALL: number;
}

export function hintsOf(hints: number, { ADDRCONFIG, V4MAPPED, ALL }: HintNumbers): LookupHints {
  if (hints === 0) return NO_HINTS;
  return {
    addrconfig: (hints & ADDRCONFIG) !== 0,
    v4mapped: (hints & V4MAPPED) !== 0,
    all: (hints & ALL) !== 0,
  };
}

/** With the name of Node's function, and with what `util.promisify` asks it for. */
function dressedAs(ours: object, node: object): object {
  for (const key of Reflect.ownKeys(node)) {
    if (key === 'prototype') continue;
    const property = Object.getOwnPropertyDescriptor(node, key) as PropertyDescriptor;
    Object.defineProperty(ours, key, { ...property, configurable: true });
  }
  return ours;
}
