// The hosts file: names and their addresses, asked before any server; and what a name means without either (RFC 6761
// section 6.3: localhost is this host).

import { wrongKind } from '../../../options/index.ts';
import { parseAddress } from '../../../wire/index.ts';
import { isAskable, nameKey, withoutDot } from '../../dns/index.ts';
import { isIpAddress } from './servers.ts';

const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** Names that are known without asking anybody. */
export class HostsTable {
  readonly #addresses = new Map<string, readonly string[]>();
  /** By address, as it is printed: the first name. */
  readonly #names = new Map<string, string>();

  /** Throws TypeError for what is no address or no name. */
  constructor(hosts: Readonly<Record<string, string | readonly string[]>>) {
    for (const [name, given] of Object.entries(hosts)) {
      const addresses = typeof given === 'string' ? [given] : given;
      if (withoutDot(name) === '' || !isAskable(name) || isIpAddress(name))
        throw wrongKind('names', 'hosts', name, 'names and their addresses');
      if (!Array.isArray(addresses))
        throw wrongKind('names', `hosts.${name}`, given, 'an IP address, or several');
      for (const address of addresses as readonly unknown[]) {
        if (typeof address !== 'string' || !isIpAddress(address))
          throw wrongKind('names', `hosts.${name}`, address, 'an IP address, or several');
        const shown = printed(address);
        if (!this.#names.has(shown)) this.#names.set(shown, withoutDot(name));
      }
      this.#addresses.set(nameKey(name), addresses.map(printed));
    }
  }

  /** The addresses of a name; null: it is not here. */
  addresses(name: string): readonly string[] | null {
    const plain = nameKey(name);
    const found = this.#addresses.get(plain);
    if (found !== undefined) return found;
    return plain === 'localhost' || plain.endsWith('.localhost') ? LOOPBACK : null;
  }

  /** Whether a name, or a name of an address, was given. */
  lists(name: string): boolean {
    return this.#addresses.has(nameKey(name)) || this.#names.has(printed(name));
  }

  /** The name of an address; null: it is not here. */
  nameOf(address: string): string | null {
    const shown = printed(address);
    const isLoopback = shown === LOOPBACK[0] || shown === LOOPBACK[1];
    return this.#names.get(shown) ?? (isLoopback ? 'localhost' : null);
  }
}

/** An address as everybody writes it (RFC 5952). */
function printed(address: string): string {
  return `${parseAddress(address) ?? address}`;
}
