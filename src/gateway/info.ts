// What a gateway tells of itself.

import type { DnsCounters } from './dns/index.ts';
import type { GuestInfo } from './lan/index.ts';
import type { DhcpCounters, Lease } from './services/index.ts';
import type { ConnectionCounters, ConnectionRow } from './tcp/index.ts';
import type { FlowCounters } from './udp/index.ts';

/** What `info()` returns. */
export interface GatewayInfo {
  readonly guests: readonly GuestInfo[];
  readonly connections: readonly ConnectionRow[];
  readonly flows: number;
  readonly leases: readonly Lease[];
  readonly counters: {
    readonly tcp: Readonly<ConnectionCounters>;
    readonly udp: Readonly<FlowCounters>;
    readonly dns: Readonly<DnsCounters>;
    readonly dhcp: Readonly<DhcpCounters>;
  };
}
