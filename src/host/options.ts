// The options objects of a host, and what they may hold.

import {
  either,
  flag,
  func,
  type Kind,
  like,
  list,
  NestedKind,
  needed,
  nested,
  octets,
  oneOf,
  Schema,
  text,
  Verdict,
  whole,
} from '../options/index.ts';
import { type Rules, rulesKind, type TcpConfig, tcpOptions } from '../tcp/index.ts';
import { type Memory, memoryKind } from '../wire/index.ts';
import type { Octets } from './base/index.ts';
import type { ConnectionHandler, ListenOptions } from './connection/index.ts';
import type { InterfaceOptions } from './interfaces.ts';
import type { HostInterface, IpService } from './ip/index.ts';
import type { AutoconfigureOptions, DeviceClosed } from './link/index.ts';
import type { ProfileName } from './profiles/index.ts';
import type { CloseOptions } from './tcp/index.ts';
import { type Clock, type WaitOptions, waitKinds } from './time/index.ts';
import type { UdpOptions } from './udp/index.ts';

/** What a host is made of. */
export interface HostOptions {
  /**
   * Default: the monotonic clock of the platform, and the host drives itself by the platform's timers. One that is
   * given counts microseconds, the same at every call within one event; who gives it drives the host, too (a
   * `World`, `attachTun`): calls `poll` when `wakeAt` says so.
   */
  clock?: Clock;
  /** 32 random bits as an integer: a seeded generator where runs must repeat. Default: the platform's CSPRNG. */
  random?: () => number;
  name?: string;
  /** Where its packets and buffers are. Hosts that share one exchange packets without copying. */
  memory?: Memory;
  /**
   * What the RFCs leave free, as a system has chosen it: settings and rules (docs/profiles.md). Default 'rfc'. What
   * `tcp` sets is set on top of it; `rules` takes the place of the profile's.
   */
  profile?: ProfileName;
  /** Settings of its connections. */
  tcp?: Partial<TcpConfig>;
  /** Ephemeral ports, inclusive. */
  ports?: { first: number; last: number };
  /** TIME-WAIT records kept. Default 65,536. */
  timeWaitCapacity?: number;
  /** Connections kept; more are refused. Default 262,144. */
  connectionCapacity?: number;
  /** Connections kept after their user has closed them; more are reset. Default 65,536. */
  orphanCapacity?: number;
  /** RSTs sent in a second to segments of no connection. Default 1000. */
  resetsPerSecond?: number;
  /**
   * UDP port for TCP segments that come in datagrams, as FreeBSD has it (net.inet.tcp.udp_tunneling_port): for where only
   * UDP gets through. A connection to `udpPort` of a peer goes out from it; who comes in this way is answered this way. 0,
   * the default: none.
   */
  tcpOverUdp?: number;
  /** A router: what is not for this host goes on by its routes (RFC 1812). Default false. */
  forwarding?: boolean;
  /**
   * Echo requests for addresses of others, which an interface with `anyDestination` takes, are answered in their name.
   * False: their sender is told that it is not allowed to ask them (ICMP, administratively prohibited). Default true.
   */
  echoForOthers?: boolean;
  /** A TCP with other rules: for experiments. */
  rules?: Rules;
  /** Called when user code was given something to do: a promise settled, a callback ran. */
  onUserWoke?: () => void;
}

/** Options of `host.attach`. `mtu` may be less than the device's; its kind is the device's. */
export interface DeviceOptions extends Omit<InterfaceOptions, 'kind' | 'vlan'> {
  /** The other side has gone; the interface stays, without a link (see `host.reattach`). */
  onClose?: DeviceClosed;
}

/** Options of `host.connect`. */
export interface ConnectOptions extends IpService, WaitOptions {
  address: string;
  port: number;
  localAddress?: string;
  /** 0, the default, chooses one (RFC 6056). */
  localPort?: number;
  /** Of these, both included, one is chosen; default: the range of the host. */
  localPorts?: { first: number; last: number };
  /** Settings that differ from the host's. */
  tcp?: Partial<TcpConfig>;
  handler?: ConnectionHandler;
  /**
   * UDP port of the peer that takes TCP in datagrams (its `tcpOverUdp`); of this host, too, there must be one. 0, the
   * default: TCP as it is.
   */
  udpPort?: number;
  /**
   * TCP MD5 signatures (RFC 2385), as BGP has them: all segments are signed with the peer's key (`setMd5Key`), and none
   * without a right signature is taken. Default false.
   */
  md5?: boolean;
  /**
   * TCP Fast Open (RFC 7413): the SYN carries what of `early` fits, when the server has granted a cookie before;
   * else it asks for one. The server may get that text twice: for requests that may be repeated.
   */
  fastOpen?: boolean;
  /** Octets to be written first. */
  early?: Octets;
}

/** A port; 0 where that means none, or any. */
export const port = whole(0, 0xffff);
/** Bound of a queue or a table: what an array can count. */
const bound = (least: number) => whole(least, 2 ** 30);

/** Ports, both included. */
const portRange = nested(
  new Schema<{ first: number; last: number }>('ports', {
    first: needed(whole(1, 0xffff)),
    last: needed(whole(1, 0xffff)),
  }),
);

const handlerOptions = new Schema<ConnectionHandler>('handler', {
  keepsUnread: flag,
  open: func,
  readable: func,
  writable: func,
  urgent: func,
  trouble: func,
  closing: func,
  close: func,
});

/** A table of callbacks. One that is written down has no other names; an object of a class may have its own. */
class HandlerKind extends NestedKind {
  /** One table serves many connections. */
  #last: unknown = null;

  override check(value: unknown, where: string, option: string): void {
    if (value === this.#last) return;
    const other = this.judge(value) === Verdict.RIGHT && Object.getPrototypeOf(value) !== Object.prototype;
    if (!other) super.check(value, where, option);
    else {
      for (const [name, kind] of Object.entries<Kind>(handlerOptions.kinds)) {
        const callback = (value as Record<string, unknown>)[name];
        if (callback !== undefined) kind.check(callback, where, `${option}.${name}`);
      }
    }
    this.#last = value;
  }
}

const handler = new HandlerKind(handlerOptions as unknown as Schema<object>);

const ipService = new Schema<IpService>('', { ttl: whole(1, 255), tos: whole(0, 255) });

const autoconfigureOptions = new Schema<AutoconfigureOptions>('autoconfigure', {
  addresses: oneOf('stable', 'temporary', 'eui64'),
  secret: octets,
  changed: func,
});

/** What {@link HostOptions} may hold: for who makes hosts of options that others give. */
export const hostOptions = new Schema<HostOptions>('Host', {
  clock: like('an object whose now() gives microseconds', 'now'),
  random: func,
  name: text,
  memory: memoryKind,
  profile: oneOf('rfc', 'linux', 'freebsd'),
  tcp: nested(tcpOptions),
  ports: portRange,
  timeWaitCapacity: bound(1),
  connectionCapacity: bound(1),
  orphanCapacity: bound(0),
  resetsPerSecond: bound(0),
  tcpOverUdp: port,
  forwarding: flag,
  echoForOthers: flag,
  rules: rulesKind,
  onUserWoke: func,
});

const interfaceKinds = {
  name: text,
  mtu: whole(68, 0xffff),
  mac: text,
  anyDestination: flag,
  router: flag,
  autoconfigure: either(flag, nested(autoconfigureOptions)),
  addresses: list(text),
};

/** What {@link InterfaceOptions} may hold. */
export const interfaceOptions = new Schema<InterfaceOptions>('addInterface', {
  ...interfaceKinds,
  kind: oneOf('ip', 'ethernet'),
  vlan: nested(
    new Schema<{ port: HostInterface; id: number }>('vlan', {
      port: needed(like('an Ethernet interface of this host', 'transmit', 'addresses')),
      id: needed(whole(1, 4094)),
    }),
  ),
});

/** Of `host.attach`. */
export const deviceOptions = new Schema<DeviceOptions>('attach', { ...interfaceKinds, onClose: func });

/** Of `host.connect` and `host.open`. */
export const connectOptions = new Schema<ConnectOptions>('connect', {
  ...ipService.kinds,
  ...waitKinds,
  address: needed(text),
  port: needed(whole(1, 0xffff)),
  localAddress: text,
  localPort: port,
  localPorts: portRange,
  udpPort: port,
  md5: flag,
  tcp: nested(tcpOptions),
  handler,
  fastOpen: flag,
  early: octets,
});

/** True of options that have nothing but an address, a port and perhaps a handler: only the handler is still to be checked. */
export function namesOnlyPeer(options: ConnectOptions): boolean {
  if (typeof options !== 'object' || options === null) return false;
  for (const name in options) if (name !== 'address' && name !== 'port' && name !== 'handler') return false;
  const { kinds } = connectOptions;
  return typeof options.address === 'string' && kinds.port.judge(options.port) === Verdict.RIGHT;
}

/** Of `host.listen`. */
export const listenOptions = new Schema<ListenOptions>('listen', {
  ...ipService.kinds,
  port,
  any: flag,
  address: text,
  family: oneOf(4, 6),
  backlog: bound(0),
  synBacklog: bound(0),
  synCookies: either(flag, oneOf('always')),
  md5: flag,
  fastOpen: bound(0),
  deferAccept: whole(0, 255),
  handler,
  onSyn: func,
  onClose: func,
  tcp: nested(tcpOptions),
});

/** Of `host.udp`. */
export const udpOptions = new Schema<UdpOptions>('udp', {
  ...ipService.kinds,
  port,
  address: text,
  any: flag,
  family: oneOf(4, 6),
  broadcast: either(flag, oneOf('receive')),
  reuse: flag,
  fragment: flag,
  queue: bound(0),
  onMessage: func,
  onError: func,
  onClose: func,
});

/** Of `host.close`. */
export const closeOptions = new Schema<CloseOptions>('close', { timeoutMs: whole(0, 2 ** 30) });
