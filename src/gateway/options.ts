// What a gateway is made of, and what of that is allowed.

import { type HostOptions, hostOptions } from '../host/index.ts';
import {
  either,
  flag,
  func,
  like,
  list,
  needed,
  nested,
  orNull,
  Schema,
  text,
  whole,
} from '../options/index.ts';
import type { AuditRecord } from './audit.ts';
import { type DnsOptions, dnsOptions } from './dns/index.ts';
import type { Outer } from './outer.ts';
import { type PolicyOptions, policyOptions } from './policy/index.ts';
import { type DhcpOptions, dhcpOptions } from './services/index.ts';

/** Bounds of a gateway. */
export interface GatewayLimits {
  /** Guests. Default 64. */
  guests?: number;
  /** TCP connections of one guest. Default 4096; SYNs beyond are dropped. */
  connections?: number;
  /** SYNs that wait for outside, of all guests. Default 1024; more are dropped. */
  pending?: number;
  /** UDP flows of one guest. Default 1024; beyond it the one that was silent longest goes. */
  flows?: number;
  /** Milliseconds after which an attempt to connect outside is given up, in silence. Default 120,000. */
  connectTimeoutMs?: number;
  /** Milliseconds that a UDP flow is kept without traffic (RFC 4787 REQ-5). Default 300,000; unanswered 30,000; DNS 10,000. */
  udpIdleMs?: number;
  udpUnansweredMs?: number;
  udpDnsMs?: number;
  /** Milliseconds after its port has closed until what a guest had (connections, addresses) goes. Default 300,000. */
  graceMs?: number;
}

/** What a gateway is made of. */
export interface GatewayOptions {
  /** The network outside: `nodeOuter()` of `synfin/gateway/node`, `hostOuter(host)`, or one's own. */
  outer: Outer;
  /** What guests may do. Default: the public network, and nothing else. */
  policy?: PolicyOptions;
  /** The guests' network. The gateway is its second address, DNS the third. Default '10.0.2.0/24', as QEMU's. */
  network?: string;
  /** The same for IPv6; null: none. Default 'fd00::/64'. */
  network6?: string | null;
  /** Largest IP packet on the guests' links, 1280 to 65,520. Default 1500. */
  mtu?: number;
  /** Ethernet address of the gateway. Default '52:55:0a:00:02:02'. */
  mac?: string;
  /** Guests hear each other. Default false. */
  guestsMeet?: boolean;
  /**
   * TCP and UDP ports of this machine's loopback that guests reach at the gateway's own address; true: all. Default: none.
   */
  hostLoopback?: boolean | readonly number[];
  dhcp?: DhcpOptions;
  dns?: DnsOptions;
  /** Answers questions for the time (SNTP, RFC 5905 section 14), and offers that by DHCP. Default false. */
  ntp?: boolean;
  /** Milliseconds since 1970, for NTP. Default `Date.now`. */
  wallClock?: () => number;
  limits?: GatewayLimits;
  /** Called with each line of the audit log. */
  audit?: (record: AuditRecord) => void;
  /** Of the gateway's own host: clock and dice in a `World`, settings of its TCP. */
  host?: Omit<HostOptions, 'echoForOthers' | 'forwarding'>;
}

const { echoForOthers: _echo, forwarding: _forwarding, ...hostKinds } = hostOptions.kinds;

const limitOptions = new Schema<GatewayLimits>('limits', {
  guests: whole(1, 65_536),
  connections: whole(1, 262_144),
  pending: whole(1, 65_536),
  flows: whole(1, 65_536),
  connectTimeoutMs: whole(1, 2 ** 30),
  udpIdleMs: whole(1, 2 ** 30),
  udpUnansweredMs: whole(1, 2 ** 30),
  udpDnsMs: whole(1, 2 ** 30),
  graceMs: whole(0, 2 ** 30),
});

/** Of `new Gateway`. */
export const gatewayOptions = new Schema<GatewayOptions>('Gateway', {
  outer: needed(like('a network outside: nodeOuter(), hostOuter(host)', 'connect')),
  policy: nested(policyOptions),
  network: text,
  network6: orNull(text),
  mtu: whole(1280, 65_520),
  mac: text,
  guestsMeet: flag,
  hostLoopback: either(flag, list(whole(1, 0xffff))),
  dhcp: nested(dhcpOptions),
  dns: nested(dnsOptions),
  ntp: flag,
  wallClock: func,
  limits: nested(limitOptions),
  audit: func,
  host: nested(new Schema<NonNullable<GatewayOptions['host']>>('host', hostKinds)),
});

/** Of `gateway.attach`. */
export interface GuestOptions {
  /** The guest's name, which rules and the log know it by. One without a port goes on by this one. Default 'guest1', … */
  name?: string;
}

export const guestOptions = new Schema<GuestOptions>('attach', { name: text });
