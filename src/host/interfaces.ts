// The interfaces of a host, their addresses, and the routes: what is configured, and changed while the host runs.
// Every change counts the epoch of the IP layer up: who keeps a way, or the MTU of one, looks again.

import { OptionTypeError, outOfRange } from '../options/index.ts';
import { Err, tcpError } from '../tcp/index.ts';
import {
  type Cidr,
  type IpAddress,
  inPrefix,
  ipv4Address,
  isGroupMac,
  isMapped,
  type MacAddress,
  parseAddress,
  parseCidr,
  parseMac,
} from '../wire/index.ts';
import { randomMac, runUserCode } from './base/index.ts';
import {
  HostInterface,
  type InterfaceKind,
  type IpLayer,
  type LocalAddress,
  type PacketSink,
  type Route,
  type RouteTable,
  unfit,
} from './ip/index.ts';
import {
  Autoconfiguration,
  type AutoconfigurationOutput,
  type AutoconfigureOptions,
  checkDeviceMtu,
  type Devices,
  type EthernetLayer,
} from './link/index.ts';
import { interfaceOptions } from './options.ts';

/** An interface to be added. */
export interface InterfaceOptions {
  name?: string;
  /** Largest IP packet in octets. Default 1500. */
  mtu?: number;
  /** Default 'ip': packets without a frame header. */
  kind?: InterfaceKind;
  /** Ethernet address; default a random one, unicast and locally administered. */
  mac?: string;
  /**
   * An interface for the frames of `port`, an Ethernet interface of this host, that have the IEEE 802.1Q tag `id`, 1
   * to 4094. Its MAC and mtu are the port's unless told. `port` itself has the frames without a tag, and those whose
   * tag is for a priority alone (id 0).
   */
  vlan?: { port: HostInterface; id: number };
  /**
   * Takes packets for every address of one host, as a gateway does that speaks for the hosts behind it: `listen` and
   * `udp` with `any` hear them, and answers come from the address that was asked. Default false.
   */
  anyDestination?: boolean;
  /**
   * The hosts behind it are some hops away, as behind a router: neighbour advertisements say so (RFC 4861 section 4.4),
   * and a packet for one of them that has no hop left is not taken; its sender is told "time exceeded" (RFC 1812 section
   * 5.3.1, RFC 8200 section 3). With `anyDestination`. Default false.
   */
  router?: boolean;
  /**
   * IPv6 addresses are made without a server (RFC 4862) from the moment a link is attached: link-local, and one for
   * each prefix that routers tell of; default routers, the MTU and DNS servers are learned, too. IPv6 `addresses` are
   * used when duplicate address detection finds nobody who has them. What came of it: `host.autoconfiguration`.
   * Ethernet only. Default false.
   */
  autoconfigure?: boolean | AutoconfigureOptions;
  /** Addresses with prefix length: `10.0.0.1/24`, `fd00::1/64`. A route to each network is added. */
  addresses?: readonly string[];
}

/** An interface without frames. */
const NO_MAC: MacAddress = { hi: 0, lo: 0 };
const LEAST_MTU = 68;
const MOST_MTU = 65_535;
const IPV6_LEAST_MTU = 1280;

/** What the interfaces ask of their host. */
export interface InterfacesOwner {
  readonly ip: IpLayer;
  readonly routes: RouteTable;
  readonly devices: Devices;
  readonly random: () => number;
  readonly input: PacketSink['input'];
  readonly together: PacketSink['together'];
  /** An interface for the tagged frames of a port. */
  tagged(iface: HostInterface, port: HostInterface): void;
  /** The host has this address no longer. */
  lost(address: IpAddress): void;
  /** What asks neighbours and routers. */
  readonly ethernet: Pick<EthernetLayer, 'autoconfigure' | 'probe' | 'solicitRouters'>;
  /** Something begins now: with the host's milliseconds. */
  starts(begin: (nowMs: number) => void): void;
  /** The interface is gone: what waits for its neighbours goes, too. */
  removed(iface: HostInterface): void;
}

/** Interfaces of one host. */
export class Interfaces {
  readonly #owner: InterfacesOwner;
  readonly #sink: PacketSink;
  /** The network routes that addresses have brought. */
  readonly #connected = new Map<IpAddress, Route>();
  /** The ports of tagged interfaces. */
  readonly #ports = new Map<HostInterface, HostInterface>();
  /** Numbers are not used again: a route names its interface by one. */
  #next = 0;

  constructor(owner: InterfacesOwner) {
    this.#owner = owner;
    this.#sink = {
      input: owner.input,
      together: owner.together,
      mtuChanges: (iface, mtu) => this.#mtuChanges(iface, mtu),
    };
  }

  /** See `Host.addInterface`. */
  add(options: InterfaceOptions): HostInterface {
    interfaceOptions.check(options);
    const { interfaces, memory } = this.#owner.ip;
    const { vlan, anyDestination = false, router = false, addresses = [], autoconfigure = false } = options;
    if (vlan !== undefined) this.#checkVlan(vlan, options);
    const mtu = options.mtu ?? vlan?.port.mtu ?? 1500;
    const name = options.name ?? (vlan === undefined ? `if${this.#next}` : `${vlan.port.name}.${vlan.id}`);
    if (interfaces.some((i) => i.name === name))
      throw new RangeError(`there is an interface '${name}' already`);
    const kind = options.kind ?? (vlan === undefined ? 'ip' : 'ethernet');
    const mac =
      options.mac === undefined && vlan !== undefined ? vlan.port.mac : this.#mac(kind, options.mac);
    const details = { name, mtu, kind, mac, anyDestination, router, vlan: vlan?.id ?? -1 };
    const iface = new HostInterface(this.#sink, memory, this.#next, details);
    interfaces.push(iface);
    if (vlan !== undefined) this.#join(iface, vlan.port);
    try {
      if (autoconfigure !== false)
        this.#autoconfigure(iface, autoconfigure === true ? {} : autoconfigure, addresses);
      else for (const address of addresses) this.addAddress(iface, address);
    } catch (error) {
      this.remove(iface);
      throw error;
    }
    this.#next++;
    return iface;
  }

  #mac(kind: InterfaceKind, text: string | undefined): MacAddress {
    if (text === undefined) return kind === 'ethernet' ? randomMac(this.#owner.random) : NO_MAC;
    const mac = parseMac(text);
    if (mac === null) throw new TypeError(`'${text}' is not an Ethernet address, like 02:00:00:00:00:01`);
    if (isGroupMac(mac.hi)) throw new TypeError(`'${text}' is the address of a group, not of one interface`);
    return mac;
  }

  #checkVlan({ port, id }: { port: HostInterface; id: number }, options: InterfaceOptions): void {
    const where = 'addInterface';
    if (!this.#owner.ip.interfaces.includes(port) || port.kind !== 'ethernet' || port.vlan >= 0)
      throw outOfRange(where, 'vlan.port', port.name, 'an untagged Ethernet interface of this host');
    if (this.#taggedOn(port).some((i) => i.vlan === id))
      throw outOfRange(where, 'vlan.id', id, `one that ${port.name} has no interface for yet`);
    if (options.kind === 'ip') throw outOfRange(where, 'kind', 'ip', "'ethernet' with vlan");
    if (options.mtu !== undefined && options.mtu > port.mtu)
      throw outOfRange(where, 'mtu', options.mtu, `at most its port's, which is ${port.mtu}`);
  }

  /** Joins a tagged interface to its port. */
  #join(iface: HostInterface, port: HostInterface): void {
    this.#ports.set(iface, port);
    this.#owner.tagged(iface, port);
    iface.attach((off, len) => port.transmit(off, len));
  }

  #taggedOn(port: HostInterface): HostInterface[] {
    return [...this.#ports].filter(([, its]) => its === port).map(([iface]) => iface);
  }

  /** See `Host.removeInterface`. */
  remove(iface: HostInterface): void {
    this.#check(iface);
    for (const tagged of this.#taggedOn(iface)) this.remove(tagged);
    const { ip, routes, devices } = this.#owner;
    for (const { address } of [...iface.addresses]) this.#removeAddress(iface, address);
    routes.removeInterface(iface.index);
    ip.interfaces.splice(ip.interfaces.indexOf(iface), 1);
    ip.epoch++;
    const device = devices.detach(iface);
    iface.attach(null);
    iface.onAttach = null;
    iface.removed = true;
    this.#ports.delete(iface);
    this.#owner.removed(iface);
    runUserCode(() => device?.close?.());
  }

  // Autoconfiguration (RFC 4862).

  /** From the first link on, the interface makes its IPv6 addresses itself, and verifies those that it was given. */
  #autoconfigure(iface: HostInterface, options: AutoconfigureOptions, addresses: readonly string[]): void {
    if (iface.kind !== 'ethernet' || iface.mtu < IPV6_LEAST_MTU) {
      const allowed = `left out: it needs kind 'ethernet' and an mtu of ${IPV6_LEAST_MTU} or more`;
      throw outOfRange('addInterface', 'autoconfigure', true, allowed);
    }
    const { secret } = options;
    if (secret !== undefined && secret.length !== 16)
      throw outOfRange('addInterface', 'autoconfigure.secret', secret, '16 octets');
    const verified: Cidr[] = [];
    for (const text of addresses) {
      const cidr = this.#localAddress(iface, text);
      if (cidr.address.family === 6) verified.push(cidr);
      else this.#assign(iface, cidr);
    }
    const { ethernet, random, starts } = this.#owner;
    const output: AutoconfigurationOutput = {
      probe: (target) => ethernet.probe(iface, target),
      solicitRouters: (source) => ethernet.solicitRouters(iface, source),
      assign: (address, prefix, deprecated) => this.#assign(iface, { address, prefix, deprecated }),
      unassign: (address) => this.#removeAddress(iface, address),
      addRoute: (network, prefix, gateway) => this.#learnRoute(iface, network, prefix, gateway),
      setMtu: (mtu) => {
        iface.mtu = mtu;
      },
    };
    const autoconfiguration = new Autoconfiguration(output, options, iface, random);
    ethernet.autoconfigure(iface, autoconfiguration);
    iface.onAttach = () => starts((nowMs) => autoconfiguration.start(verified, nowMs));
    if (iface.attached) iface.onAttach();
  }

  /** Gives an interface an address and a route to its network, or changes what is said of the address. */
  #assign(iface: HostInterface, local: LocalAddress): void {
    const { ip, routes } = this.#owner;
    const { address, prefix } = local;
    const at = iface.addresses.findIndex((a) => a.address.equals(address));
    ip.epoch++;
    if (at >= 0) {
      iface.addresses[at] = local;
      return;
    }
    iface.addresses.push(local);
    if (prefix === 128 && local.deprecated !== undefined) return; // the prefix may be on the link, or not: RFC 5942
    const network = { network: address, prefix, iface: iface.index, gateway: null, source: address };
    this.#connected.set(address, routes.add(network));
  }

  /** A route that the link told of; returns what takes it away. */
  #learnRoute(
    iface: HostInterface,
    network: IpAddress,
    prefix: number,
    gateway: IpAddress | null,
  ): () => void {
    const { routes } = this.#owner;
    const route = routes.add({ network, prefix, iface: iface.index, gateway, source: null });
    this.#owner.ip.epoch++;
    return () => void this.removeRoute(route);
  }

  /** See `Host.addAddress`. */
  addAddress(iface: HostInterface, text: string): void {
    this.#check(iface);
    this.#assign(iface, this.#localAddress(iface, text));
  }

  /** An address that an interface may be given. */
  #localAddress(iface: HostInterface, text: string): Cidr {
    const cidr = parseCidr(text);
    if (cidr === null)
      throw new TypeError(`'${text}' is not an address with a prefix length, like 10.0.0.1/24`);
    const { address, prefix } = cidr;
    if (address.family === 6 && isMapped(address.w0, address.w1, address.w2))
      throw new TypeError(`'${text}' is an IPv4 address: write it as one`);
    const what = unfit(address, prefix);
    if (what !== null) throw new TypeError(`'${text}' is ${what}: an interface has an address of its own`);
    if (address.family === 6 && iface.mtu < IPV6_LEAST_MTU) {
      throw new RangeError(
        `${iface.name}: IPv6 needs an mtu of ${IPV6_LEAST_MTU} or more (RFC 8200 section 5)`,
      );
    }
    if (this.#owner.ip.local.assigned(address.w0, address.w1, address.w2, address.w3) !== null) {
      throw tcpError(Err.ADDRESS_IN_USE, 'bind', text);
    }
    return cidr;
  }

  /** See `Host.removeAddress`. */
  removeAddress(iface: HostInterface, text: string): void {
    this.#check(iface);
    const wanted = parseCidr(text)?.address ?? hostAddress(text, 'removeAddress');
    const found = iface.addresses.find(({ address }) => address.equals(wanted));
    if (found === undefined) throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'removeAddress', text);
    this.#removeAddress(iface, found.address);
  }

  #removeAddress(iface: HostInterface, address: IpAddress): void {
    const { ip, routes } = this.#owner;
    this.#owner.lost(address); // while it still can say goodbye
    const place = iface.addresses.findIndex((a) => a.address.equals(address));
    if (place >= 0) iface.addresses.splice(place, 1);
    const route = this.#connected.get(address);
    if (route !== undefined) routes.remove(route);
    this.#connected.delete(address);
    ip.epoch++;
  }

  /** See `Host.addRoute`. */
  addRoute(network: string, way: HostInterface | string, gateway?: string): Route {
    const next = typeof way === 'string' ? way : gateway;
    const via = next === undefined ? null : hostAddress(next, 'gateway');
    const iface = typeof way === 'string' ? this.#towards(via as IpAddress) : way;
    this.#check(iface);
    const text = network === 'default' ? '0.0.0.0/0' : network === 'default6' ? '::/0' : network;
    const cidr = parseCidr(text);
    if (cidr === null) throw new TypeError(`'${network}' is not a network, like 10.0.0.0/8`);
    const { ip, routes } = this.#owner;
    const { address, prefix } = cidr;
    const route = routes.add({ network: address, prefix, iface: iface.index, gateway: via, source: null });
    ip.epoch++;
    return route;
  }

  /** The interface with an address in whose network `gateway` is. */
  #towards(gateway: IpAddress): HostInterface {
    const { w0, w1, w2, w3, family } = gateway;
    const found = this.#owner.ip.interfaces.find(({ addresses }) =>
      addresses.some(
        ({ address, prefix }) => address.family === family && inPrefix(w0, w1, w2, w3, address, prefix),
      ),
    );
    if (found === undefined)
      throw new RangeError(
        `gateway ${gateway} is in the network of no interface: name the interface, addRoute(network, iface, gateway)`,
      );
    return found;
  }

  /** See `Host.removeRoute`. */
  removeRoute(route: Route): boolean {
    const { ip, routes } = this.#owner;
    ip.epoch++;
    return routes.remove(route);
  }

  /** Tagged interfaces of a port whose MTU becomes smaller follow it, as on Linux. */
  #mtuChanges(iface: HostInterface, mtu: number): void {
    const larger = this.#taggedOn(iface).filter((tagged) => tagged.mtu > mtu);
    for (const each of [iface, ...larger]) this.#checkMtu(each, mtu);
    const port = this.#ports.get(iface);
    if (port !== undefined && mtu > port.mtu)
      throw outOfRange(iface.name, 'mtu', mtu, `at most its port's, which is ${port.mtu}`);
    for (const tagged of larger) tagged.mtu = mtu;
    this.#owner.ip.epoch++;
  }

  /** Throws when an interface cannot have that MTU (RFC 8200 section 5; its device). */
  #checkMtu(iface: HostInterface, mtu: number): void {
    this.#check(iface);
    const v6 = iface.addresses.some(({ address }) => address.family === 6);
    const least = v6 ? IPV6_LEAST_MTU : LEAST_MTU;
    const allowed = `a whole number from ${least} to ${MOST_MTU}${v6 ? ' (it has IPv6 addresses)' : ''}`;
    if (!Number.isInteger(mtu) || mtu < least || mtu > MOST_MTU)
      throw outOfRange(iface.name, 'mtu', mtu, allowed);
    const device = this.#owner.devices.on(iface);
    if (device !== null) checkDeviceMtu(device, mtu);
  }

  #check(iface: HostInterface): void {
    if (this.#owner.ip.interfaces.includes(iface)) return;
    const message =
      iface?.removed === true ? `${iface.name} was removed` : 'that is no interface of this host';
    throw new OptionTypeError('ERR_INVALID_ARG_VALUE', 'iface', message);
  }
}

/** The address that a text is; `what` begins the message when it is none. */
export function hostAddress(text: string, what: string): IpAddress {
  const a = parseAddress(text);
  if (a === null)
    throw new TypeError(`${what}: '${text}' is not an IP address (names are not resolved here)`);
  // ::ffff:a.b.c.d is how some programs write IPv4 (RFC 4291 section 2.5.5.2).
  return isMapped(a.w0, a.w1, a.w2) ? ipv4Address(a.w3) : a;
}
