// What the options objects of a host may hold.

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
import { rulesKind, tcpOptions } from '../tcp/index.ts';
import { memoryKind } from '../wire/index.ts';
import type { ConnectionHandler, ListenOptions } from './connection/index.ts';
import type { ConnectOptions, DeviceOptions, HostOptions } from './host.ts';
import type { InterfaceOptions } from './interfaces.ts';
import type { HostInterface, IpService } from './ip/index.ts';
import type { AutoconfigureOptions } from './link/index.ts';
import type { CloseOptions } from './tcp/index.ts';
import { waitKinds } from './time/index.ts';
import type { UdpOptions } from './udp/index.ts';

export const port = whole(0, 0xffff);
/** Bound of a queue or a table: what an array can count. */
const bound = (least: number) => whole(least, 2 ** 30);

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
  ports: nested(
    new Schema<{ first: number; last: number }>('ports', {
      first: needed(whole(1, 0xffff)),
      last: needed(whole(1, 0xffff)),
    }),
  ),
  timeWaitCapacity: bound(1),
  connectionCapacity: bound(1),
  orphanCapacity: bound(0),
  resetsPerSecond: bound(0),
  tcpOverUdp: port,
  forwarding: flag,
  rules: rulesKind,
  onUserWoke: func,
});

const interfaceKinds = {
  name: text,
  mtu: whole(68, 0xffff),
  mac: text,
  anyDestination: flag,
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
  udpPort: port,
  md5: flag,
  tcp: nested(tcpOptions),
  handler,
  fastOpen: flag,
  early: octets,
});

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
