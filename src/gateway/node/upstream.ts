// Names as this machine resolves them: node:dns, with the servers that the machine has now.

import { promises as dns } from 'node:dns';
import type { AnswerRecord } from '../../socket/dns/index.ts';
import type { DnsAnswer, DnsUpstream } from '../index.ts';

const { Resolver } = dns;

/** How long a resolver is used: a laptop that has moved has other servers (resolv.conf is read when one is made). */
const RESOLVER_MS = 10_000;
/** Seconds, of records of which node:dns does not say it. */
const TTL = 60;
const MOST_ALIASES = 8;

type Records = Omit<AnswerRecord, 'name'>[];

/**
 * Asks the servers of this machine, and where it has none, getaddrinfo. `servers`: others, as `dns.setServers` takes them.
 * Throws TypeError for what are no servers.
 */
export function nodeUpstream(servers?: readonly string[]): DnsUpstream {
  let resolver = resolverFor(servers);
  let madeAt = performance.now();
  return async (name, type): Promise<DnsAnswer> => {
    if (servers === undefined && performance.now() - madeAt > RESOLVER_MS) {
      resolver = resolverFor(servers);
      madeAt = performance.now();
    }
    try {
      if (type !== 'A' && type !== 'AAAA')
        return {
          rcode: 'NOERROR',
          answers: (await others(resolver, name, type)).map((r) => ({ name, ...r })),
        };
      const [found, aliases] = await Promise.all([
        addresses(resolver, name, type),
        type === 'A' || type === 'AAAA' ? aliasesOf(resolver, name) : [],
      ]);
      const owner = aliases.at(-1)?.data ?? name;
      return { rcode: 'NOERROR', answers: [...aliases, ...found.map((r) => ({ name: `${owner}`, ...r }))] };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTFOUND') return { rcode: 'NXDOMAIN', answers: [] };
      if (code === 'ENODATA') return { rcode: 'NOERROR', answers: [] };
      if (code === 'ENOTIMP') return { rcode: 'NOTIMP', answers: [] };
      if (code === 'EREFUSED') return { rcode: 'REFUSED', answers: [] };
      return { rcode: 'SERVFAIL', answers: [] };
    }
  };
}

function resolverFor(servers: readonly string[] | undefined): InstanceType<typeof Resolver> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}

async function addresses(
  resolver: InstanceType<typeof Resolver>,
  name: string,
  type: 'A' | 'AAAA',
): Promise<Records> {
  try {
    const found =
      type === 'A'
        ? await resolver.resolve4(name, { ttl: true })
        : await resolver.resolve6(name, { ttl: true });
    return found.map(({ address, ttl }) => ({ type, ttl, data: address }));
  } catch (error) {
    // No server answers at this machine: it may know names another way.
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    const found = await dns.lookup(name, { all: true, family: type === 'A' ? 4 : 6 });
    return found.map(({ address }) => ({ type, ttl: TTL, data: address }));
  }
}

/** The aliases from a name on, in their order. */
async function aliasesOf(resolver: InstanceType<typeof Resolver>, name: string): Promise<AnswerRecord[]> {
  const found: AnswerRecord[] = [];
  let owner = name;
  for (let n = 0; n < MOST_ALIASES; n++) {
    const [alias] = await resolver.resolveCname(owner).catch(() => []);
    if (alias === undefined) return found;
    found.push({ name: owner, type: 'CNAME', ttl: TTL, data: alias });
    owner = alias;
  }
  return found;
}

/** Records of other types, as dns-packet writes them. */
async function others(resolver: InstanceType<typeof Resolver>, name: string, type: string): Promise<Records> {
  const records = (all: readonly unknown[]): Records => all.map((data) => ({ type, ttl: TTL, data }));
  switch (type) {
    case 'MX': {
      const found = await resolver.resolveMx(name);
      return records(found.map(({ priority, exchange }) => ({ preference: priority, exchange })));
    }
    case 'TXT':
      return records(await resolver.resolveTxt(name));
    case 'SRV': {
      const found = await resolver.resolveSrv(name);
      return records(
        found.map(({ priority, weight, port, name: target }) => ({ priority, weight, port, target })),
      );
    }
    case 'NS':
      return records(await resolver.resolveNs(name));
    case 'CNAME':
      return records(await resolver.resolveCname(name));
    case 'PTR':
      return records(await resolver.resolvePtr(name));
    case 'SOA': {
      const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name);
      return records([{ mname: nsname, rname: hostmaster, serial, refresh, retry, expire, minimum: minttl }]);
    }
    case 'NAPTR': {
      const found = await resolver.resolveNaptr(name);
      return records(
        found.map(({ service, flags, regexp, replacement, order, preference }) => ({
          services: service,
          flags,
          regexp,
          replacement,
          order,
          preference,
        })),
      );
    }
    default:
      throw Object.assign(new Error(`no records of type ${type} by node:dns`), { code: 'ENOTIMP' });
  }
}
