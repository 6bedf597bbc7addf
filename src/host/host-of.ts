// Which host a connection is of: a connection knows what its calls wait with, and that is one host's.

import type { Connection } from './connection/index.ts';
import type { Host } from './host.ts';
import type { Waits } from './time/index.ts';

const hosts = new WeakMap<Waits, Host>();

/** What the calls on a host wait with is that host's. */
export function belongsTo(waits: Waits, host: Host): void {
  hosts.set(waits, host);
}

/** @internal The host that a connection is of. */
export function hostOf(connection: Connection): Host {
  return hosts.get(connection.owner.waits) as Host;
}
