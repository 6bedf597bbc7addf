// The names of a host: its hosts file, its DNS servers, and what getaddrinfo and getnameinfo make of them (RFC 3493 section
// 6, as glibc does it).

import { domainToASCII } from 'node:url';
import type { Host } from '../../../host/index.ts';
import { like, list, Schema, text, whole, wrongKind } from '../../../options/index.ts';
import { isUnspecified, parseAddress } from '../../../wire/index.ts';
import { isAskable, type RecordType, withoutDot } from '../../dns/index.ts';
import { LookupError, QueryError } from './errors.ts';
import { HostsTable } from './hosts-table.ts';
import { inOrder } from './order.ts';
import { type AskOptions, Questions } from './questions.ts';
import { DNS_PORT, isIpAddress, parseServer, type ServerAddress } from './servers.ts';
import { serviceOf } from './services.ts';

/** How a host finds addresses: what on a machine are /etc/hosts and /etc/resolv.conf. */
export interface NamesOptions {
  /** Names and their addresses: `{ db: '10.0.0.5', api: ['10.0.0.6', 'fd00::6'] }`. They are asked first. */
  hosts?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * DNS servers, asked in this order through the host: `10.0.0.53`, `10.0.0.53:5353`, `[fd00::53]:5353`. Default: those
   * that autoconfiguration has learned of (RFC 8106).
   */
  servers?: readonly string[];
  /** Domains that are tried after a name. Default: none. */
  search?: readonly string[];
  /** A name with so many dots is tried as it is first. Default 1. */
  ndots?: number;
  /** Milliseconds (of the host's time) that a server is waited for in the first round. Default 5000. */
  timeoutMs?: number;
  /** Rounds through the servers that do not answer. Default 2. */
  attempts?: number;
}

/** What {@link NamesOptions} may hold. What is in `hosts` is looked at where the table is made. */
export const namesOptions = new Schema<NamesOptions>('names', {
  hosts: like("names and their addresses, like { db: '10.0.0.5' }"),
  servers: list(text),
  search: list(text),
  ndots: whole(0, 15),
  timeoutMs: whole(1, 2 ** 30),
  attempts: whole(1, 100),
});

const DEFAULTS = { search: [], ndots: 1, timeoutMs: 5000, attempts: 2 } as const;

const QUERY_TIMEOUT_MS = 2000;

/** Hints of getaddrinfo: `dns.ADDRCONFIG`, `dns.V4MAPPED`, `dns.ALL`, whose numbers are the platform's. */
export interface LookupHints {
  /** Only families of which the host has an address. */
  readonly addrconfig: boolean;
  /** Where there is no IPv6 address: IPv4 ones as IPv4-mapped. */
  readonly v4mapped: boolean;
  /** With `v4mapped`: those of both. */
  readonly all: boolean;
}

export const NO_HINTS: LookupHints = { addrconfig: false, v4mapped: false, all: false };

/** Nobody gives up a lookup: getaddrinfo cannot be interrupted. */
const NEVER = new AbortController().signal;

/** What an address and a port are called. */
export interface NameInfo {
  readonly hostname: string;
  readonly service: string;
}

/** The names of one host: see {@link namesOf}. */
export class Names {
  readonly host: Host;
  /** @internal */
  readonly questions: Questions;
  #options: NamesOptions = {};
  #table = new HostsTable({});
  /** null: what autoconfiguration has learned. */
  #servers: readonly ServerAddress[] | null = null;

  /** @internal See {@link namesOf}. */
  constructor(host: Host) {
    this.host = host;
    this.questions = new Questions(host);
  }

  /** From now on names are found so. Throws TypeError, RangeError; then nothing has changed. */
  configure(options: NamesOptions): this {
    namesOptions.check(options);
    const table = new HostsTable(options.hosts ?? {});
    const servers = options.servers?.map((server, i) => {
      const found = parseServer(server);
      if (found === null)
        throw wrongKind(
          'names',
          `servers[${i}]`,
          server,
          "a server's address, like 10.0.0.53 or [fd00::53]:5353",
        );
      return found;
    });
    for (const [i, domain] of (options.search ?? []).entries())
      if (!isAskable(domain)) throw wrongKind('names', `search[${i}]`, domain, 'a domain, like example.org');
    this.#options = options;
    this.#table = table;
    this.#servers = servers ?? null;
    return this;
  }

  /** @internal The servers that are asked. */
  get servers(): readonly ServerAddress[] {
    return this.#servers ?? this.#learned();
  }

  #learned(): readonly ServerAddress[] {
    const { host } = this;
    const found = host.interfaces.flatMap((iface) => host.autoconfiguration(iface)?.dnsServers ?? []);
    return found.map(({ address }) => ({ address, port: DNS_PORT }));
  }

  /** @internal How long the questions of dns.resolve* wait, unless a Resolver says otherwise: as c-ares. */
  get queryTiming(): { readonly timeoutMs: number } {
    return { timeoutMs: this.#options.timeoutMs ?? QUERY_TIMEOUT_MS };
  }

  /** @internal Whether somebody has named servers. */
  get hasServers(): boolean {
    return this.#servers !== null && this.#servers.length > 0;
  }

  /** @internal The names of `hosts`. */
  get listed(): readonly string[] {
    return Object.keys(this.#options.hosts ?? {});
  }

  /** @internal Whether `hosts` has a name, or a name for an address. */
  lists(name: string): boolean {
    return this.#table.lists(asciiName(name));
  }

  /** @internal The name that the hosts file has for an address; null: none. */
  nameOf(address: string): string | null {
    return this.#table.nameOf(address);
  }

  /**
   * The addresses of a name, those to try first first (RFC 6724). `family` 0: of both. Rejects with a
   * {@link LookupError}.
   */
  async addresses(name: string, family: 0 | 4 | 6 = 0, hints: LookupHints = NO_HINTS): Promise<string[]> {
    const plain = asciiName(name);
    if (plain === '' || !isAskable(plain)) throw new LookupError('EAI_NONAME');
    const families = this.#families(family, hints);
    const found = isIpAddress(plain) ? ofFamilies([plain], families) : await this.#find(plain, families);
    const mapped = family === 6 && hints.v4mapped ? mappedOf(found, hints.all) : found;
    if (mapped.length === 0) throw new LookupError('EAI_NODATA');
    return inOrder(this.host, mapped);
  }

  #families(family: 0 | 4 | 6, { addrconfig, v4mapped }: LookupHints): readonly (4 | 6)[] {
    const wanted: readonly (4 | 6)[] = family === 0 || (family === 6 && v4mapped) ? [4, 6] : [family];
    if (!addrconfig) return wanted;
    const here = new Set<number>();
    for (const { addresses } of this.host.interfaces.slice(1))
      for (const { address } of addresses)
        if (!isUnspecified(address.w0, address.w1, address.w2, address.w3)) here.add(address.family);
    // As glibc: a host that has none, or both, asks for both.
    return here.size === 1 ? wanted.filter((each) => here.has(each)) : wanted;
  }

  async #find(name: string, families: readonly (4 | 6)[]): Promise<string[]> {
    const known = this.#table.addresses(name);
    const here = ofFamilies(known ?? [], families);
    if (here.length > 0) return here;
    const { servers } = this;
    if (servers.length === 0 || families.length === 0)
      throw new LookupError(known === null ? 'EAI_NONAME' : 'EAI_NODATA');
    const codes = new Set<string>();
    for (const each of this.#candidates(name)) {
      const asked = await Promise.all(families.map((family) => this.#ask(each, family, servers, codes)));
      const addresses = asked.flat();
      if (addresses.length > 0) return addresses;
    }
    codes.delete('ENOTFOUND');
    const isKnown = codes.delete('ENODATA');
    throw new LookupError(codes.size > 0 ? 'EAI_AGAIN' : isKnown ? 'EAI_NODATA' : 'EAI_NONAME');
  }

  /** A name as it is, and under the domains that are searched, in the order of resolv.conf(5). */
  #candidates(name: string): readonly string[] {
    const { search, ndots } = { ...DEFAULTS, ...this.#options };
    if (name.endsWith('.')) return [name];
    const under = search.map((domain) => `${name}.${withoutDot(domain)}`);
    const dots = name.split('.').length - 1;
    return dots >= ndots ? [name, ...under] : [...under, name];
  }

  async #ask(
    name: string,
    family: 4 | 6,
    servers: readonly ServerAddress[],
    codes: Set<string>,
  ): Promise<readonly string[]> {
    const type: RecordType = family === 4 ? 'A' : 'AAAA';
    try {
      const records = await this.questions.ask({ name, type }, this.#asking(servers));
      if (records.length === 0) codes.add('ENODATA');
      return records.map(({ data }) => data as string);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      codes.add(error.code);
      return [];
    }
  }

  #asking(servers: readonly ServerAddress[]): AskOptions {
    const { timeoutMs, attempts: tries } = { ...DEFAULTS, ...this.#options };
    return { servers, timeoutMs, tries, maxTimeoutMs: 0, signal: NEVER };
  }

  /** What an address and a port are called; where nobody knows, as they are. */
  async nameInfo(address: string, port: number): Promise<NameInfo> {
    const service = serviceOf(port) ?? String(port);
    const known = this.nameOf(address);
    if (known !== null) return { hostname: known, service };
    try {
      const question = { name: reverseName(address), type: 'PTR' } as const;
      const [record] = await this.questions.ask(question, this.#asking(this.servers));
      return { hostname: record === undefined ? address : withoutDot(record.data as string), service };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { hostname: address, service };
    }
  }
}

/** A name as DNS has it: letters of other scripts as ASCII (RFC 5891). '' for what is none. */
export function asciiName(name: string): string {
  return /^\p{ASCII}*$/u.test(name) ? name : domainToASCII(name);
}

/** Where the name of an address is asked for (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null) throw new TypeError(`'${address}' is not an IP address`);
  const { family, w0, w1, w2, w3 } = parsed;
  if (family === 4) return `${[0, 8, 16, 24].map((shift) => (w3 >>> shift) & 255).join('.')}.in-addr.arpa`;
  const digits = [w0, w1, w2, w3].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

function ofFamilies(addresses: readonly string[], families: readonly (4 | 6)[]): string[] {
  return addresses.filter((address) => families.includes(address.includes(':') ? 6 : 4));
}

/** IPv6 addresses; where there are none, or with `all` beside them, IPv4 ones as IPv4-mapped. */
function mappedOf(addresses: readonly string[], all: boolean): string[] {
  const six = ofFamilies(addresses, [6]);
  if (six.length > 0 && !all) return six;
  return addresses.map((address) => (address.includes(':') ? address : `::ffff:${address}`));
}

const all = new WeakMap<Host, Names>();

/**
 * The names of a host: what `dnsOf(host)`, and the sockets of `netOf(host)` and `dgramOf(host)`, look names up in. With
 * options it is configured anew; without them a host that was not has its own names (localhost) and the DNS servers that
 * autoconfiguration has learned of.
 *
 * ```ts
 * namesOf(host, { hosts: { db: '10.0.0.5' }, servers: ['10.0.0.53'] });
 * ```
 *
 * Throws TypeError, RangeError for options that cannot be meant.
 */
export function namesOf(host: Host, options?: NamesOptions): Names {
  let found = all.get(host);
  if (found === undefined) {
    found = new Names(host);
    if (options !== undefined) found.configure(options);
    all.set(host, found);
  } else if (options !== undefined) found.configure(options);
  return found;
}
