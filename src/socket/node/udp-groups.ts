// Groups of a UDP handle (RFC 1112, RFC 4607): which it has joined, whom it wants to hear there, and how it sends to one.
// Numbers are 0 or an error's.

import type { Host, HostInterface, UdpMessage, UdpSendOptions, UdpSocket } from '../../host/index.ts';
import { type IpAddress, isMulticast, parseAddress } from '../../wire/index.ts';
import { ANY_4, ANY_6, isOfFamily, unmapped } from './addresses.ts';
import { uvError } from './internals.ts';
import { datagramError } from './udp-errors.ts';

/** What a handle knows of groups. */
export class Groups {
  readonly #host: Host;
  ttl = 1;
  /** Whether this host hears what it sends to a group that it has joined. */
  loop = true;
  /** The interface to send by; null: the route's. */
  #by: HostInterface | null = null;
  /** Groups that it has joined, and whom it wants to hear there; null: everybody. */
  readonly #joined = new Map<string, string[] | null>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** An address of the interface, or, with IPv6, `::%NAME` or `::%INDEX`; 0.0.0.0 and `::`: the default. */
  setInterface(address: string, isSix: boolean): number {
    const found = this.#interfaceOf(address);
    if (found === undefined) return uvError(isSix ? 'ENODEV' : 'EADDRNOTAVAIL');
    if (typeof found === 'number') return found;
    this.#by = found;
    return 0;
  }

  /** null: none in particular; undefined: there is none; a number: an error. */
  #interfaceOf(text: string): HostInterface | null | undefined | number {
    const [address = '', scope] = text.split('%');
    const { interfaces } = this.#host;
    const parsed = parseAddress(address);
    if (parsed === null) return uvError('EINVAL');
    if (scope !== undefined)
      return interfaces.find(({ name, index }) => name === scope || `${index + 1}` === scope);
    if (address === ANY_4 || address === ANY_6) return null;
    return interfaces.find(({ addresses }) => addresses.some((own) => parsed.equals(own.address)));
  }

  /** How a datagram goes to a group; null: `address` is none. Without a route by the first interface, the loopback last. */
  serviceTo(address: string): UdpSendOptions | null {
    const to = groupOf(unmapped(address));
    if (to === null) return null;
    const { ip, interfaces } = this.#host;
    const hasRoute = ip.way(to.w0, to.w1, to.w2, to.w3) !== null;
    const by = this.#by ?? (hasRoute ? undefined : (interfaces[1] ?? interfaces[0]));
    return { ttl: this.ttl, loop: this.loop, ...(by === undefined ? {} : { by }) };
  }

  add(socket: UdpSocket, group: string, interfaceAddress: string | undefined): number {
    const status = this.#join(socket, group, interfaceAddress);
    if (status === 0) this.#joined.set(group, null);
    return status;
  }

  addSource(socket: UdpSocket, source: string, group: string, interfaceAddress: string | undefined): number {
    if (!isOfFamily(source, group.includes(':'))) return uvError('EINVAL');
    const sources = this.#joined.get(group);
    if (sources === undefined) {
      const status = this.#join(socket, group, interfaceAddress);
      if (status === 0) this.#joined.set(group, [source]);
      return status;
    }
    // As Linux: who has heard everybody hears these from now on.
    if (sources === null) this.#joined.set(group, [source]);
    else if (sources.length >= (group.includes(':') ? MOST_SOURCES_6 : MOST_SOURCES_4))
      return uvError('ENOBUFS');
    else if (sources.includes(source)) return uvError('EADDRNOTAVAIL');
    else sources.push(source);
    return 0;
  }

  #join(socket: UdpSocket, group: string, interfaceAddress: string | undefined): number {
    if (groupOf(group) === null) return uvError('EINVAL');
    const found = interfaceAddress === undefined ? null : this.#interfaceOf(interfaceAddress);
    if (found === undefined) return uvError('ENODEV');
    if (typeof found === 'number') return found;
    try {
      socket.join(group);
    } catch (error) {
      return datagramError(error);
    }
    return 0;
  }

  drop(socket: UdpSocket, group: string): number {
    if (groupOf(group) === null) return uvError('EINVAL');
    return this.#joined.has(group) ? this.#leave(socket, group) : uvError('EADDRNOTAVAIL');
  }

  dropSource(socket: UdpSocket, source: string, group: string): number {
    if (groupOf(group) === null || parseAddress(source) === null) return uvError('EINVAL');
    const sources = this.#joined.get(group);
    if (sources === undefined) return uvError('EINVAL');
    const at = sources?.indexOf(source) ?? -1;
    if (sources === null || at < 0) return uvError('EADDRNOTAVAIL');
    sources.splice(at, 1);
    return sources.length === 0 ? this.#leave(socket, group) : 0;
  }

  #leave(socket: UdpSocket, group: string): number {
    this.#joined.delete(group);
    try {
      socket.leave(group);
    } catch (error) {
      return datagramError(error);
    }
    return 0;
  }

  /** Whether a datagram is from somebody whom it does not want to hear in that group. */
  refuses({ address, localAddress }: UdpMessage): boolean {
    if (this.#joined.size === 0) return false;
    const sources = this.#joined.get(localAddress);
    return sources !== undefined && sources !== null && !sources.includes(address);
  }
}

/** Sources of one group, as in Linux (igmp_max_msf, mld_max_msf). */
const MOST_SOURCES_4 = 10;
const MOST_SOURCES_6 = 64;

function groupOf(text: string): IpAddress | null {
  const parsed = parseAddress(text);
  return parsed !== null && isMulticast(parsed.w0, parsed.w1, parsed.w2, parsed.w3) ? parsed : null;
}
