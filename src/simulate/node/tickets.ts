// Servers of TLS on hosts give tickets that are the name of a session, and not the session itself, sealed (RFC 5077): that
// has numbers drawn by OpenSSL whose lengths vary, and with them the lengths of segments. Node keeps no sessions by name, so
// that none is resumed.

import { currentLife } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

interface Options {
  readonly key?: unknown;
  readonly pfx?: unknown;
  readonly secureOptions?: number | undefined;
}
type CreateContext = (options?: Options) => unknown;

/** From now on contexts of a host that have a key of their own, as those of servers have, seal no sessions. */
export function installTickets(changes: Changes): void {
  const tls = nodeModule('tls') as unknown as { createSecureContext: CreateContext };
  const { SSL_OP_NO_TICKET } = nodeModule('crypto').constants;
  const { createSecureContext } = tls;
  const create: CreateContext = (options) => {
    const isOurs = currentLife() !== null && (options?.key ?? options?.pfx) != null;
    if (!isOurs) return createSecureContext(options);
    const secureOptions = (options?.secureOptions ?? 0) | SSL_OP_NO_TICKET;
    return createSecureContext({ ...options, secureOptions });
  };
  changes.put(tls, 'createSecureContext', create);
}
