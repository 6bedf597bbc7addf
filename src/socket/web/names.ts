// Hosts by name: an address is its own, `localhost` is this host (RFC 6761 section 6.3), the rest is the program's to know.

import { func, type Kind } from '../../options/index.ts';
import { TcpError } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';

/** How names become addresses. */
export interface NameOptions {
  /** The address of a name that is neither an address nor `localhost`. Without it such a name is not found. */
  lookup?: (hostname: string) => string | Promise<string>;
}

/** The kinds of {@link NameOptions}, for the schemas of those who extend them. */
export const nameKinds: { lookup: Kind } = { lookup: func };

/** The address of a host, `[::1]` as a URL writes it, too. Rejects with ENOTFOUND, or as `lookup` does. */
export async function addressOf(hostname: string, { lookup }: NameOptions): Promise<string> {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  if (parseAddress(name) !== null) return name;
  if (/^(?:.*\.)?localhost\.?$/i.test(name)) return '127.0.0.1';
  const found = await lookup?.(name);
  if (found !== undefined && parseAddress(found) !== null) return found;
  const why = lookup === undefined ? 'give an address, or a `lookup`' : `lookup found ${String(found)}`;
  throw new TcpError('ENOTFOUND', `no address for '${name.slice(0, 255)}': ${why}`, 'getaddrinfo');
}
