// Which names are synfin's: what `register` asks for every lookup and every question.

import type { Host } from '../../../host/index.ts';
import { formatEndpoint } from '../../../wire/index.ts';
import { nameKey } from '../../dns/index.ts';
import { currentHost, type Redirects } from '../places.ts';
import { type Names, namesOf } from './names.ts';
import { DNS_PORT, isIpAddress } from './servers.ts';

/** Names that are looked up in those of a host. */
export class NameRedirects {
  readonly #redirects: Redirects;
  readonly #host: Host;
  /** null: every name where the host has servers; as they were given. */
  readonly domains: readonly string[] | null;

  /** `domains`: names in them are asked at the servers of the host; `'.'`: all. */
  constructor(host: Host, redirects: Redirects, domains: readonly string[] | null) {
    this.#host = host;
    this.#redirects = redirects;
    this.domains = domains;
  }

  /** Whose a name, or an address whose name is wanted, is; null: the machine's own resolver has it. */
  namesFor(name: string): Names | null {
    if (this.#redirects.isOver) return null;
    const placed = currentHost();
    if (placed !== null) return namesOf(placed);
    const names = namesOf(this.#host);
    return names.lists(name) || (names.hasServers && this.#isAsked(name)) ? names : null;
  }

  #isAsked(name: string): boolean {
    if (isIpAddress(name)) return this.#redirects.has(name);
    const plain = nameKey(name);
    if (plain === 'localhost' || plain.endsWith('.localhost')) return false;
    return this.domains === null || this.domains.some((domain) => isIn(plain, nameKey(domain)));
  }

  /** Names that are listed, for people. */
  get listed(): readonly string[] {
    return namesOf(this.#host).listed;
  }

  /** Servers that are asked for names in `domains`, for people. */
  get servers(): readonly string[] {
    const names = namesOf(this.#host);
    return names.hasServers ? names.servers.map(({ address, port }) => shownServer(address, port)) : [];
  }

  /** Whether questions to these servers go through synfin. */
  hasServers(addresses: readonly string[]): boolean {
    if (this.#redirects.isOver || addresses.length === 0) return false;
    return currentHost() !== null || addresses.every((address) => this.#redirects.has(address));
  }

  /** The names of the host that the code runs on. */
  get names(): Names {
    return namesOf(currentHost() ?? this.#host);
  }
}

/** Whether a name is a domain, or under it; '' is the root. */
function isIn(name: string, domain: string): boolean {
  return domain === '' || name === domain || name.endsWith(`.${domain}`);
}

function shownServer(address: string, port: number): string {
  return port === DNS_PORT ? address : formatEndpoint(address, port);
}
