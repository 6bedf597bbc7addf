// A host: interfaces, addresses and routes, and the protocols above them. In real time it drives itself; one that
// was given a clock does nothing by itself: whoever drives it calls `poll` when `wakeAt` says so.

import { outOfRange, wrongKind } from '../options/index.ts';
import { checkConfig, defaultConfig, Err, type Rules, type TcpConfig, tcpError } from '../tcp/index.ts';
import {
  type IpAddress,
  ipv4Address,
  isGroupMac,
  isMapped,
  isUnspecified,
  type MacAddress,
  Memory,
  parseAddress,
  parseCidr,
  parseMac,
} from '../wire/index.ts';
import { type Clock, checkedClock, RealClock } from './clock.ts';
import type { Connection, ConnectionHandler } from './connection.ts';
import { HostCounters, type HostTap } from './counters.ts';
import { checkDevice, checkDeviceMtu, type Device } from './device.ts';
import { type DeviceClosed, Devices } from './devices.ts';
import { HostDriver } from './driver.ts';
import { EthernetLayer } from './ethernet-layer.ts';
import { Forwarder } from './forwarder.ts';
import { FragmentLayer } from './fragment-layer.ts';
import { IcmpLayer } from './icmp-layer.ts';
import { HostInterface, type InterfaceKind } from './interface.ts';
import { IpLayer } from './ip-layer.ts';
import type { IpService } from './ip-service.ts';
import type { Listener, ListenOptions } from './listener.ts';
import type { Octets } from './octets.ts';
import {
  connectOptions,
  deviceOptions,
  hostOptions,
  interfaceOptions,
  listenOptions,
  udpOptions,
} from './options.ts';
import { PacketQueue } from './packet-queue.ts';
import { platformTimers } from './platform.ts';
import { checkedRandom, platformRandom, randomMac } from './random.ts';
import { report } from './report.ts';
import { type Route, RouteTable } from './routes.ts';
import { TcpLayer } from './tcp-layer.ts';
import { UdpLayer } from './udp.ts';
import type { UdpOptions, UdpSocket } from './udp-socket.ts';
import type { WaitOptions } from './waits.ts';

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
  /** A router: what is not for this host goes on by its routes (RFC 1812). Default false. */
  forwarding?: boolean;
  /** A TCP with other rules: for experiments. */
  rules?: Rules;
  /** Called when user code was given something to do: a promise settled, a callback ran. */
  onUserWoke?: () => void;
}

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
  /** Addresses with prefix length: `10.0.0.1/24`, `fd00::1/64`. A route to each network is added. */
  addresses?: readonly string[];
}

/** Options of `host.attach`. `mtu` may be less than the device's; its kind is the device's. */
export interface DeviceOptions extends Omit<InterfaceOptions, 'kind'> {
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
  /** Settings that differ from the host's. */
  tcp?: Partial<TcpConfig>;
  handler?: ConnectionHandler;
  /**
   * TCP Fast Open (RFC 7413): the SYN carries what of `early` fits, when the server has granted a cookie before;
   * else it asks for one. The server may get that text twice: for requests that may be repeated.
   */
  fastOpen?: boolean;
  /** Octets to be written first. */
  early?: Octets;
}

/** An interface without frames. */
const NO_MAC: MacAddress = { hi: 0, lo: 0 };
const LOOPBACK_MTU = 65_535;
/** Packets that wait on the loopback interface; more are dropped and counted. */
const LOOPBACK_QUEUE = 1024;
const IPV6_LEAST_MTU = 1280;

/** One IP host with TCP, UDP and ICMP. */
export class Host {
  readonly name: string;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly counters = new HostCounters();
  readonly tcp: TcpLayer;
  readonly ip: IpLayer;
  /** False when its randomness is the platform's: its runs do not repeat. */
  readonly repeatable: boolean;
  /** What polls it, when it drives itself; null: somebody else does. */
  readonly driver: HostDriver | null;
  readonly #random: () => number;
  readonly #udp: UdpLayer;
  readonly #ethernet: EthernetLayer;
  readonly #fragments: FragmentLayer;
  readonly #routes = new RouteTable();
  /** The port of each tagged interface. */
  readonly #ports = new Map<HostInterface, HostInterface>();
  /** Packets to ourselves. */
  readonly #loopback: PacketQueue;
  readonly #devices: Devices;
  /** The address that was connected to last, as text and as words. */
  #lastText = '';
  #lastAddress: IpAddress | null = null;
  #waker: ((atUs: number) => void) | null = null;
  /** The world's, beside the `onUserWoke` of the options. */
  #userWoke: (() => void) | null = null;
  /** A packet has come since the last poll: what it set in motion is known after the next one. */
  #received = false;
  /** Microseconds by which the clock has stepped back: the host's time goes on from where it was. */
  #steppedBackUs = 0;

  /**
   * A host of its own, without a link yet. Throws TypeError and RangeError for options that cannot be meant.
   */
  constructor(options: HostOptions = {}) {
    hostOptions.check(options);
    this.name = options.name ?? 'host';
    this.memory = options.memory ?? new Memory();
    const own = options.clock === undefined ? new RealClock() : null;
    this.clock = own ?? checkedClock(options.clock as Clock);
    if (options.tcp !== undefined) checkConfig({ ...defaultConfig, ...options.tcp });
    const { ports } = options;
    if (ports !== undefined && ports.last < ports.first)
      throw outOfRange('Host', 'ports.last', ports.last, `at least ports.first, which is ${ports.first}`);
    const { counters, memory } = this;
    this.repeatable = options.random !== undefined;
    const random = options.random === undefined ? platformRandom() : checkedRandom(options.random);
    this.#random = random;
    const woke = (): void => {
      options.onUserWoke?.();
      this.#userWoke?.();
    };
    this.ip = new IpLayer(memory, counters, this.#routes, random);
    this.tcp = new TcpLayer({
      memory,
      ip: this.ip,
      counters,
      random,
      entered: () => this.#setNow(),
      woke,
      touched: () => this.#touched(),
      ...(options.tcp === undefined ? {} : { config: options.tcp }),
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      ...(options.ports === undefined ? {} : { ports: options.ports }),
      ...(options.timeWaitCapacity === undefined ? {} : { timeWaitCapacity: options.timeWaitCapacity }),
      ...(options.connectionCapacity === undefined ? {} : { connectionCapacity: options.connectionCapacity }),
      ...(options.orphanCapacity === undefined ? {} : { orphanCapacity: options.orphanCapacity }),
      ...(options.resetsPerSecond === undefined ? {} : { resetsPerSecond: options.resetsPerSecond }),
    });
    const icmp = new IcmpLayer(this.ip, this.tcp, counters);
    this.#udp = new UdpLayer({
      ip: this.ip,
      counters,
      tcpPaths: this.tcp.pmtu,
      nowMs: () => this.tcp.nowMs,
      woke,
      unreachable: (packet) => icmp.portUnreachable(packet),
      called: { before: () => this.#setNow(), after: () => this.#touched() },
      random,
      waits: this.tcp.waits,
    });
    icmp.udp = this.#udp;
    this.#ethernet = new EthernetLayer(this.ip, counters, random);
    this.#ethernet.unreachable = (off, len) => icmp.neighbourUnreachable(off, len);
    this.#fragments = new FragmentLayer(memory, counters, (off, len) =>
      icmp.reassemblyTimeExceeded(off, len),
    );
    this.ip.tcp = this.tcp;
    this.ip.udp = this.#udp;
    this.ip.icmp = { input: (packet) => icmp.input4(packet) };
    this.ip.icmp6 = { input: (packet) => icmp.input6(packet) };
    this.ip.link = this.#ethernet;
    this.ip.reassembler = this.#fragments;
    this.ip.errors = icmp;
    if (options.forwarding === true) this.ip.forwarder = new Forwarder(this.ip, counters, icmp);
    this.ip.group = (d0, d1, d2, d3) => this.#ethernet.listensTo(d0, d1, d2, d3);
    icmp.ndp = (packet, message) => this.#ethernet.neighbourDiscovery(packet, message);
    this.#loopback = new PacketQueue(memory, LOOPBACK_QUEUE, LOOPBACK_QUEUE * LOOPBACK_MTU);
    this.#devices = new Devices(() => {
      if (!this.#received) this.#askForPoll();
    });
    const lo = this.addInterface({ name: 'lo', mtu: LOOPBACK_MTU, addresses: ['127.0.0.1/8', '::1/128'] });
    lo.attach((off, len) => this.#loop(off, len));
    this.driver = own === null ? null : new HostDriver(this, own, platformTimers, () => this.#keepsProcess());
  }

  // Configuration.

  /** Adds an interface; join it to a link by `attach` and `receive`. Throws RangeError, TypeError. */
  addInterface(options: InterfaceOptions = {}): HostInterface {
    interfaceOptions.check(options);
    const index = this.ip.interfaces.length;
    const { vlan } = options;
    if (vlan !== undefined) this.#checkVlan(vlan, options);
    const mtu = options.mtu ?? vlan?.port.mtu ?? 1500;
    const name = options.name ?? (vlan === undefined ? `if${index}` : `${vlan.port.name}.${vlan.id}`);
    if (this.ip.interfaces.some((i) => i.name === name))
      throw new RangeError(`there is an interface '${name}' already`);
    const kind = options.kind ?? (vlan === undefined ? 'ip' : 'ethernet');
    const mac =
      options.mac === undefined && vlan !== undefined ? vlan.port.mac : this.#macFor(kind, options.mac);
    const sink = {
      input: (iface: HostInterface, off: number, len: number, mayKeep: boolean): boolean => {
        this.#setNow();
        const kept =
          kind === 'ethernet'
            ? this.#ethernet.input(iface, off, len, mayKeep)
            : this.ip.input(iface, off, len, false, mayKeep);
        if (!this.#received) this.#askForPoll();
        return kept;
      },
    };
    const iface = new HostInterface(sink, this.memory, index, {
      name,
      mtu,
      kind,
      mac,
      anyDestination: options.anyDestination ?? false,
      vlan: vlan?.id ?? -1,
    });
    this.ip.interfaces.push(iface);
    if (vlan !== undefined) this.#join(iface, vlan.port);
    for (const address of options.addresses ?? []) this.addAddress(iface, address);
    return iface;
  }

  #macFor(kind: InterfaceKind, text: string | undefined): MacAddress {
    if (text === undefined) return kind === 'ethernet' ? randomMac(this.#random) : NO_MAC;
    const mac = parseMac(text);
    if (mac === null) throw new TypeError(`'${text}' is not an Ethernet address, like 02:00:00:00:00:01`);
    if (isGroupMac(mac.hi)) throw new TypeError(`'${text}' is the address of a group, not of one interface`);
    return mac;
  }

  /**
   * Adds an interface for a device, which is the host's from then on: {@link detach} gives it back.
   * Throws TypeError, RangeError, and as {@link addInterface}.
   */
  attach(device: Device, options: DeviceOptions = {}): HostInterface {
    checkDevice(device);
    deviceOptions.check(options);
    const { onClose, mtu = device.mtu, ...rest } = options;
    checkDeviceMtu(device, mtu);
    const iface = this.addInterface({ ...rest, mtu, kind: device.kind });
    this.#devices.attach(device, iface, onClose);
    return iface;
  }

  /**
   * Another device for an interface that has none any more: its addresses and connections go on by that one.
   * Throws TypeError, RangeError.
   */
  reattach(iface: HostInterface, device: Device, options: Pick<DeviceOptions, 'onClose'> = {}): void {
    checkDevice(device);
    if (this.#devices.on(iface) !== null)
      throw new TypeError(`reattach: ${iface.name} has a device: detach it first`);
    if (device.kind !== iface.kind)
      throw new TypeError(`reattach: ${iface.name} is of kind '${iface.kind}', the device '${device.kind}'`);
    checkDeviceMtu(device, iface.mtu);
    this.#devices.attach(device, iface, options.onClose);
  }

  /**
   * Takes the device of an interface away and gives it back, not closed; null: there is none. The interface stays,
   * with its addresses and connections, which find no way out until {@link reattach} (counted in `iface.unsent`).
   */
  detach(iface: HostInterface): Device | null {
    return this.#devices.detach(iface);
  }

  #checkVlan({ port, id }: { port: HostInterface; id: number }, options: InterfaceOptions): void {
    const where = 'addInterface';
    if (!this.ip.interfaces.includes(port) || port.kind !== 'ethernet' || port.vlan >= 0)
      throw outOfRange(where, 'vlan.port', port.name, 'an untagged Ethernet interface of this host');
    if (this.ip.interfaces.some((i) => i.vlan === id && this.#ports.get(i) === port))
      throw outOfRange(where, 'vlan.id', id, `one that ${port.name} has no interface for yet`);
    if (options.kind === 'ip') throw outOfRange(where, 'kind', 'ip', "'ethernet' with vlan");
    if (options.mtu !== undefined && options.mtu > port.mtu)
      throw outOfRange(where, 'mtu', options.mtu, `at most its port's, which is ${port.mtu}`);
  }

  /** Joins a tagged interface to its port. */
  #join(iface: HostInterface, port: HostInterface): void {
    this.#ports.set(iface, port);
    this.#ethernet.addTagged(port, iface);
    iface.attach((off, len) => port.transmit(off, len));
  }

  /** Adds an address `a.b.c.d/n` or `…::…/n` and the route to its network. Throws TypeError, EADDRINUSE. */
  addAddress(iface: HostInterface, text: string): void {
    const cidr = parseCidr(text);
    if (cidr === null)
      throw new TypeError(`'${text}' is not an address with a prefix length, like 10.0.0.1/24`);
    const { address, prefix } = cidr;
    if (address.family === 6 && isMapped(address.w0, address.w1, address.w2))
      throw new TypeError(`'${text}' is an IPv4 address: write it as one`);
    if (address.family === 6 && iface.mtu < IPV6_LEAST_MTU) {
      throw new RangeError(
        `${iface.name}: IPv6 needs an mtu of ${IPV6_LEAST_MTU} or more (RFC 8200 section 5)`,
      );
    }
    if (this.ip.local.assigned(address.w0, address.w1, address.w2, address.w3) !== null) {
      throw tcpError(Err.ADDRESS_IN_USE, 'bind', text);
    }
    iface.addresses.push({ address, prefix });
    this.#routes.add({ network: address, prefix, iface: iface.index, gateway: null, source: address });
    this.ip.epoch++;
  }

  /** Adds a route: `network` as `10.0.0.0/8`, or 'default' and 'default6'. Throws TypeError. */
  addRoute(network: string, iface: HostInterface, gateway?: string): Route {
    const text = network === 'default' ? '0.0.0.0/0' : network === 'default6' ? '::/0' : network;
    const cidr = parseCidr(text);
    if (cidr === null) throw new TypeError(`'${network}' is not a network, like 10.0.0.0/8`);
    const via = gateway === undefined ? null : address(gateway, 'gateway');
    const route = this.#routes.add({
      network: cidr.address,
      prefix: cidr.prefix,
      iface: iface.index,
      gateway: via,
      source: null,
    });
    this.ip.epoch++;
    return route;
  }

  get interfaces(): readonly HostInterface[] {
    return this.ip.interfaces;
  }

  /** Somebody who watches segments, transitions, drops and timers; null: nobody. */
  set tap(tap: HostTap | null) {
    this.tcp.tap = tap;
    this.tcp.engine.trace =
      tap !== null && (tap.timerSet !== undefined || tap.timerFired !== undefined) ? this.tcp : null;
  }
  get tap(): HostTap | null {
    return this.tcp.tap;
  }

  // What programs do.

  /** Passive OPEN. Throws EADDRINUSE, EADDRNOTAVAIL, RangeError. */
  listen(options: ListenOptions): Listener {
    listenOptions.check(options);
    if (options.port === undefined && options.any !== true)
      throw wrongKind('listen', 'port', undefined, 'a whole number from 0 to 65535; any: true needs none');
    if (options.any === true && options.address !== undefined)
      throw outOfRange('listen', 'address', options.address, 'left out with any: true');
    if (options.tcp !== undefined) checkConfig({ ...this.tcp.config, ...options.tcp });
    this.#setNow();
    const listener = this.tcp.listen(options, this.#local(options.address, 'listen'));
    this.#touched();
    return listener;
  }

  /**
   * Active OPEN; resolves at ESTABLISHED, rejects with a TcpError (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH…). What
   * `timeout` (milliseconds of the host's time: ETIMEDOUT) or `signal` (its reason) end is the attempt: nothing
   * of it is left.
   */
  async connect(options: ConnectOptions): Promise<Connection> {
    connectOptions.check(options);
    if (options.signal?.aborted === true) throw options.signal.reason;
    return this.#open(options).openedWithin(options);
  }

  /** Active OPEN, not waited for: the connection in SYN-SENT. Throws a TcpError when it cannot begin. */
  open(options: ConnectOptions): Connection {
    connectOptions.check(options);
    return this.#open(options);
  }

  #open(options: ConnectOptions): Connection {
    if (options.tcp !== undefined) checkConfig({ ...this.tcp.config, ...options.tcp });
    this.#setNow();
    const to = this.#remote(options.address);
    const source = this.#local(options.localAddress, 'connect');
    return this.tcp.connect(
      to,
      options.port,
      source,
      options.localPort ?? 0,
      options.handler ?? null,
      options.tcp,
      options,
      options,
    );
  }

  /** The address of a peer; programs connect to the same one again and again. */
  #remote(text: string): IpAddress {
    if (text !== this.#lastText || this.#lastAddress === null) {
      this.#lastAddress = address(text, 'address');
      this.#lastText = text;
    }
    return this.#lastAddress;
  }

  /** Opens a UDP socket. Throws EADDRINUSE, EADDRNOTAVAIL. */
  udp(options: UdpOptions = {}): UdpSocket {
    udpOptions.check(options);
    const socket = this.#udp.open(options, this.#local(options.address, 'bind'));
    this.#touched();
    return socket;
  }

  #local(text: string | undefined, syscall: string): IpAddress | null {
    if (text === undefined) return null;
    const a = address(text, 'address');
    if (isUnspecified(a.w0, a.w1, a.w2, a.w3)) return null;
    if (this.ip.owner(a.w0, a.w1, a.w2, a.w3) === null)
      throw tcpError(Err.ADDRESS_NOT_AVAILABLE, syscall, text);
    return a;
  }

  /** Listeners that are open. */
  get listeners(): Listener[] {
    return this.tcp.listeners;
  }

  /** Live connections. */
  get connections(): Connection[] {
    return [...this.tcp.connections()];
  }

  // What drives it.

  /** Runs what is due at `nowUs`: timers, packets to ourselves. */
  poll(nowUs: number): void {
    this.#setNow(nowUs);
    this.#takePackets();
    this.tcp.poll();
    this.#ethernet.poll();
    this.#fragments.poll();
  }

  /** When `poll` is wanted, in microseconds; Infinity: not until something else happens. */
  wakeAt(): number {
    if (this.#devices.waiting || !this.#loopback.empty) return this.tcp.engine.now - this.#steppedBackUs;
    let ms = this.tcp.untilNext();
    const a = this.#ethernet.untilNext();
    if (a >= 0 && (ms < 0 || a < ms)) ms = a;
    const b = this.#fragments.untilNext();
    if (b >= 0 && (ms < 0 || b < ms)) ms = b;
    if (ms < 0) return Number.POSITIVE_INFINITY;
    return (Math.floor(this.tcp.engine.now / 1000) + ms) * 1000 - this.#steppedBackUs;
  }

  /**
   * `wake` is called after a user call or a packet that may have made `wakeAt` earlier, once for all packets
   * until the next poll: for drivers that sleep.
   */
  setWaker(wake: (atUs: number) => void): void {
    this.#waker = wake;
  }

  /** `woke` is called whenever user code was given something to do: for worlds. */
  setUserWoke(woke: () => void): void {
    this.#userWoke = woke;
  }

  /**
   * The process lives on for this host (as at first), while there is a listener, a connection (also one that was
   * closed and still has to deliver), or a UDP socket; not for records in TIME-WAIT. An attached device may keep it alive, too.
   * Only for a host that drives itself, and where timers can keep a process: Node, Bun, Deno.
   */
  ref(): this {
    this.driver?.reference(true);
    this.#devices.reference(true);
    return this;
  }

  /** The process may end although this host has something open: it ends as if it had not been there. */
  unref(): this {
    this.driver?.reference(false);
    this.#devices.reference(false);
    return this;
  }

  #keepsProcess(): boolean {
    return this.tcp.size > 0 || this.tcp.listening || this.#udp.any;
  }

  /** Ends everything at once: connections are reset, listeners and UDP sockets closed. What waits on them is told. */
  abort(): void {
    for (const listener of this.listeners) listener.close();
    for (const c of this.connections) c.abort();
    this.#udp.close();
  }

  /** What it waits for: a line for each connection, and each listener and UDP socket on which calls wait. */
  waitsFor(): string[] {
    const { tcp } = this;
    this.#setNow();
    return report(this.name, tcp.engine, tcp.connections(), this.listeners, this.#udp.sockets);
  }

  /** One line. */
  describe(): string {
    return `${this.name}: ${this.tcp.size} connections, ${this.tcp.timeWait.size} in TIME-WAIT`;
  }

  #setNow(clockUs: number = this.clock.now()): void {
    const { tcp } = this;
    let us = clockUs + this.#steppedBackUs;
    if (us < tcp.engine.now) {
      this.#steppedBackUs += Math.ceil(tcp.engine.now - us);
      us = tcp.engine.now;
    }
    tcp.setNow(us);
    this.#fragments.nowMs = Math.floor(tcp.nowMs);
    this.#ethernet.nowMs = tcp.nowMs;
  }

  #touched(): void {
    if (this.#waker !== null) this.#waker(this.wakeAt());
  }

  #askForPoll(): void {
    this.#received = true;
    if (this.#waker !== null) this.#waker(this.tcp.engine.now - this.#steppedBackUs);
  }

  #loop(off: number, len: number): void {
    if (this.#loopback.fits(len)) {
      this.#loopback.push(off, len);
      return;
    }
    this.counters.loopbackDropped++;
    this.memory.free(off, len);
  }

  /** Takes the packets that wait now; what they cause to ourselves waits for the next poll, which is due at once. */
  #takePackets(): void {
    const lo = this.ip.interfaces[0] as HostInterface;
    this.#received = true; // nobody has to ask for a poll: this is one
    try {
      this.#devices.take();
      this.#loopback.drain((off, len) => this.ip.input(lo, off, len));
    } finally {
      this.#received = false;
    }
  }
}

function address(text: string, what: string): IpAddress {
  const a = parseAddress(text);
  if (a === null)
    throw new TypeError(`${what}: '${text}' is not an IP address (names are not resolved here)`);
  // ::ffff:a.b.c.d is how some programs write IPv4 (RFC 4291 section 2.5.5.2).
  return isMapped(a.w0, a.w1, a.w2) ? ipv4Address(a.w3) : a;
}
