// A host: interfaces, addresses and routes, and the protocols above them. In real time it drives itself; one that
// was given a clock does nothing by itself: whoever drives it calls `poll` when `wakeAt` says so.

import { describesItself, outOfRange, wrongKind } from '../options/index.ts';
import { checkConfig, defaultConfig, Err, tcpError, withSettings } from '../tcp/index.ts';
import {
  type IpAddress,
  type IpPacket,
  isUnspecified,
  Memory,
  Offload,
  type UdpDatagram,
} from '../wire/index.ts';
import { checkedRandom, HostCounters, type HostTap, PacketQueue, platformRandom } from './base/index.ts';
import type {
  Connection,
  ConnectionHandler,
  Listener,
  ListenerInfo,
  ListenOptions,
} from './connection/index.ts';
import { belongsTo } from './host-of.ts';
import { hostAddress, type InterfaceOptions, Interfaces } from './interfaces.ts';
import {
  DEFAULT_TTL,
  Forwarder,
  FragmentLayer,
  type HostInterface,
  IcmpLayer,
  type InterfaceInfo,
  IpLayer,
  type LinkOffload,
  type Route,
  RouteTable,
  type Transmit,
} from './ip/index.ts';
import {
  type AutoconfigurationInfo,
  checkDevice,
  checkDeviceMtu,
  type Device,
  Devices,
  EthernetLayer,
} from './link/index.ts';
import {
  type ConnectOptions,
  closeOptions,
  connectOptions,
  type DeviceOptions,
  deviceOptions,
  type HostOptions,
  hostOptions,
  listenOptions,
  namesOnlyPeer,
  port as portKind,
  udpOptions,
} from './options.ts';
import { hostProfiles, type ProfileName } from './profiles/index.ts';
import { report } from './report.ts';
import {
  CLOSE_TIMEOUT_MS,
  type CloseOptions,
  endConnections,
  MOST_KEY_OCTETS,
  type PeerMetricsInfo,
  TcpLayer,
} from './tcp/index.ts';
import { type Clock, checkedClock, HostDriver, platformTimers, RealClock } from './time/index.ts';
import { UdpLayer, type UdpOptions, type UdpSocket } from './udp/index.ts';

const LOOPBACK_MTU = 65_535;
/** Packets that wait on the loopback interface; more are dropped and counted. */
const LOOPBACK_QUEUE = 1024;

/** What never leaves the host needs no checksum: TCP leaves its sum to the link, which is no link (as Linux's `lo`). */
const SUMS_LEFT: LinkOffload = { gso: { maxOctets: 64 }, cutBy: 'link' };
const VERIFIED = Object.assign(new Offload(), { verified: true });
/** So many times a poll takes what the packets before have sent to ourselves: a handshake, or text and its ACK. */
const LOOPBACK_ROUNDS = 4;

/** What `host.info()` returns. */
export interface HostInfo {
  readonly name: string;
  readonly interfaces: readonly InterfaceInfo[];
  /** Live connections, and records in TIME-WAIT. */
  readonly connections: number;
  readonly timeWait: number;
  readonly listeners: readonly ListenerInfo[];
}

/** One IP host with TCP, UDP and ICMP. */
export class Host {
  static {
    describesItself(Host);
  }
  readonly name: string;
  /** What its TCP chooses where the RFCs leave a choice, unless its options say otherwise. */
  readonly profile: ProfileName;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly counters = new HostCounters();
  readonly tcp: TcpLayer;
  readonly ip: IpLayer;
  /** False when its randomness is the platform's: its runs do not repeat. */
  readonly repeatable: boolean;
  /** @internal 32 random bits, as an integer: of what its runs depend on. */
  readonly random: () => number;
  /** What polls it, when it drives itself; null: somebody else does. */
  readonly driver: HostDriver | null;
  readonly #udp: UdpLayer;
  readonly #ethernet: EthernetLayer;
  readonly #fragments: FragmentLayer;
  readonly #routes = new RouteTable();
  /** Packets to ourselves. */
  readonly #loopback: PacketQueue;
  /** What is said of them: nothing, when they have been on a wire. */
  #looped: Offload | null = VERIFIED;
  readonly #devices: Devices;
  /** A batch has begun, which the next poll ends. */
  #batch = false;
  /** Packets are being brought that came together: at one moment. */
  #bringing = false;
  readonly #interfaces: Interfaces;
  /** The address that was connected to last, as text and as words. */
  #lastText = '';
  /** The handler of a connection that was checked last. */
  #lastHandler: ConnectionHandler | null = null;
  #lastAddress: IpAddress | null = null;
  #waker: ((atUs: number) => void) | null = null;
  /** The world's, beside the `onUserWoke` of the options. */
  #userWoke: (() => void) | null = null;
  /** A packet has come since the last poll: what it set in motion is known after the next one. */
  #received = false;
  /** Microseconds by which the clock has stepped back: the host's time goes on from where it was. */
  #steppedBackUs = 0;
  /** What `close` gave, once it was called. */
  #closing: Promise<void> | null = null;
  #closed = false;

  /**
   * A host of its own, without a link yet. Throws TypeError and RangeError for options that cannot be meant.
   */
  constructor(options: HostOptions = {}) {
    hostOptions.check(options);
    this.name = options.name ?? 'host';
    this.memory = options.memory ?? new Memory();
    const own = options.clock === undefined ? new RealClock() : null;
    this.clock = own ?? checkedClock(options.clock as Clock);
    this.profile = options.profile ?? 'rfc';
    const profile = hostProfiles[this.profile];
    const tcp = withSettings({ ...defaultConfig, ...profile.tcp }, options.tcp ?? {});
    if (options.tcp !== undefined) checkConfig(tcp);
    const { ports } = options;
    checkRange('Host', 'ports', ports);
    const { counters, memory } = this;
    this.repeatable = options.random !== undefined;
    const random = options.random === undefined ? platformRandom() : checkedRandom(options.random);
    const woke = (): void => {
      options.onUserWoke?.();
      this.#userWoke?.();
    };
    this.random = random;
    this.ip = new IpLayer({ memory, counters, routes: this.#routes, random });
    this.tcp = new TcpLayer({
      memory,
      ip: this.ip,
      counters,
      random,
      entered: () => this.#setNow(),
      woke,
      touched: () => this.#touched(),
      config: tcp,
      rules: options.rules ?? profile.rules,
      ...(options.ports === undefined ? {} : { ports: options.ports }),
      ...(options.timeWaitCapacity === undefined ? {} : { timeWaitCapacity: options.timeWaitCapacity }),
      ...(options.connectionCapacity === undefined ? {} : { connectionCapacity: options.connectionCapacity }),
      ...(options.orphanCapacity === undefined ? {} : { orphanCapacity: options.orphanCapacity }),
      ...(options.resetsPerSecond === undefined ? {} : { resetsPerSecond: options.resetsPerSecond }),
    });
    const icmp = new IcmpLayer({
      ip: this.ip,
      tcp: this.tcp,
      counters,
      nowUs: () => this.tcp.engine.now,
    });
    this.#udp = new UdpLayer({
      ip: this.ip,
      counters,
      tcpPaths: this.tcp.pmtu,
      nowMs: () => this.tcp.nowMs,
      woke,
      unreachable: (packet, why) => icmp.unreachable(packet, why),
      called: { before: () => this.#setNow(), after: () => this.#touched() },
      random,
      waits: this.tcp.waits,
    });
    icmp.udp = this.#udp;
    icmp.echoForOthers = options.echoForOthers ?? true;
    this.tcpOverUdp = options.tcpOverUdp ?? 0;
    this.#ethernet = new EthernetLayer({ ip: this.ip, random });
    this.#ethernet.unreachable = (off, len, crowded) => icmp.neighbourUnreachable(off, len, crowded);
    this.#fragments = new FragmentLayer({
      memory,
      counters,
      timedOut: (off, len) => icmp.reassemblyTimeExceeded(off, len),
    });
    this.ip.tcp = this.tcp;
    this.ip.udp = this.#udp;
    this.ip.icmp = { input: (packet) => icmp.input4(packet) };
    this.ip.icmp6 = { input: (packet) => icmp.input6(packet) };
    this.ip.link = this.#ethernet;
    this.ip.reassembler = this.#fragments;
    this.ip.errors = icmp;
    if (options.forwarding === true) this.ip.forwarder = new Forwarder({ ip: this.ip, errors: icmp });
    this.ip.group = (d0, d1, d2, d3) =>
      this.#ethernet.listensTo(d0, d1, d2, d3) || this.#udp.isMember(d0, d1, d2, d3);
    icmp.ndp = (packet, message) => this.#ethernet.neighbourDiscovery(packet, message);
    this.#loopback = new PacketQueue(memory, LOOPBACK_QUEUE, LOOPBACK_QUEUE * LOOPBACK_MTU);
    this.#devices = new Devices(() => {
      if (!this.#received) this.#askForPoll();
    });
    this.#interfaces = new Interfaces({
      ip: this.ip,
      routes: this.#routes,
      devices: this.#devices,
      random,
      input: (iface, off, len, mayKeep, offload) => this.#input(iface, off, len, mayKeep, offload),
      together: (bring) => {
        this.#setNow();
        this.#together(bring);
      },
      tagged: (iface, port) => this.#ethernet.addTagged(port, iface),
      lost: (address) => this.tcp.abortFrom(address),
      removed: (iface) => this.#ethernet.forget(iface),
      ethernet: this.#ethernet,
      starts: (begin) => {
        this.#setNow();
        begin(this.tcp.nowMs);
        this.#touched();
      },
    });
    this.#interfaces.add({ name: 'lo', mtu: LOOPBACK_MTU, addresses: ['127.0.0.1/8', '::1/128'] });
    this.throughLoopback(null);
    belongsTo(this.tcp.waits, this);
    this.driver = own === null ? null : new HostDriver(this, own, platformTimers, () => this.#keepsProcess());
  }

  // Configuration.

  /** Adds an interface; join it to a link by `attach` and `receive`. Throws RangeError, TypeError, ENETDOWN. */
  addInterface(options: InterfaceOptions = {}): HostInterface {
    this.#checkOpen('addInterface');
    return this.#interfaces.add(options);
  }

  /**
   * Takes an interface away: its addresses as {@link removeAddress} does, its routes, its link. Its device is closed;
   * who wants to keep it takes it back first ({@link detach}). Throws TypeError for one that is not here, and
   * RangeError for the loopback interface.
   */
  removeInterface(iface: HostInterface): void {
    if (iface === this.ip.interfaces[0]) throw new RangeError('the loopback interface cannot be removed');
    this.#setNow();
    this.#interfaces.remove(iface);
    this.#touched();
  }

  /**
   * Adds an interface for a device, which is the host's from then on: {@link detach} gives it back.
   * Throws TypeError, RangeError, and as {@link addInterface}.
   */
  attach(device: Device, options: DeviceOptions = {}): HostInterface {
    this.#checkOpen('attach');
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
    this.#checkOpen('reattach');
    checkDevice(device);
    if (iface.attached) throw new TypeError(`reattach: ${iface.name} has a link: detach it first`);
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

  /**
   * Adds an address `a.b.c.d/n` or `…::…/n` and the route to its network. Throws TypeError, RangeError, EADDRINUSE,
   * ENETDOWN.
   */
  addAddress(iface: HostInterface, text: string): void {
    this.#checkOpen('addAddress');
    this.#interfaces.addAddress(iface, text);
  }

  /**
   * Takes an address (`10.0.0.1`, with or without `/n`) and the route to its network from an interface. Connections
   * from it could not hear any more: they are aborted, the peer by a RST and the user with EADDRNOTAVAIL (Linux lets
   * them wait until they time out). Listeners and UDP sockets that are bound to it stay, and hear again when the
   * address comes back. Throws TypeError, and EADDRNOTAVAIL for an address that the interface does not have.
   */
  removeAddress(iface: HostInterface, text: string): void {
    this.#setNow();
    this.#interfaces.removeAddress(iface, text);
    this.#touched();
  }

  /**
   * Adds a route: `network` as `10.0.0.0/8`, or 'default' and 'default6'; the way is an interface, by a gateway or to
   * the link itself, or a gateway alone, in the network of one of our addresses:
   * `host.addRoute('default', '10.0.0.254')`. Throws TypeError, RangeError, ENETDOWN.
   */
  addRoute(network: string, gateway: string): Route;
  addRoute(network: string, iface: HostInterface, gateway?: string): Route;
  addRoute(network: string, way: HostInterface | string, gateway?: string): Route {
    this.#checkOpen('addRoute');
    return this.#interfaces.addRoute(network, way, gateway);
  }

  /**
   * Takes a route away that {@link addRoute} gave; false: it is not here. Connections that went by it look for
   * another one, and wait for one as for a network that is down.
   */
  removeRoute(route: Route): boolean {
    return this.#interfaces.removeRoute(route);
  }

  /** What connections with `peerMetrics` have found out about their peers (RFC 9040), the latest last: `ip tcp_metrics`. */
  peerMetrics(): PeerMetricsInfo[] {
    this.#setNow();
    return this.tcp.metrics.list();
  }

  /** Forgets what is known of the peer `address`, or of all; how many that were. Throws TypeError for what is no address. */
  flushPeerMetrics(address?: string): number {
    if (address === undefined) return this.tcp.metrics.flush();
    return this.tcp.metrics.flush(hostAddress(address, 'flushPeerMetrics').toString());
  }

  /** What an interface with `autoconfigure` has come to; null for others. */
  autoconfiguration(iface: HostInterface): AutoconfigurationInfo | null {
    return this.#ethernet.autoconfiguration(iface)?.info() ?? null;
  }

  /**
   * @internal Packets that the host sends to itself go to `transmit` instead, a wire with faults; null: as at first.
   * Returns the way to the host: it takes blocks of `memory`, at any time.
   */
  throughLoopback(transmit: Transmit | null): Transmit {
    const lo = this.ip.interfaces[0] as HostInterface;
    if (transmit === null) lo.attach((off, len) => this.#loop(off, len), SUMS_LEFT);
    else lo.attach(transmit);
    this.#looped = transmit === null ? VERIFIED : null;
    return (off, len) => {
      this.#loop(off, len);
      if (!this.#received) this.#askForPoll();
    };
  }

  get interfaces(): readonly HostInterface[] {
    return this.ip.interfaces;
  }

  /** Somebody who watches segments, transitions, drops and timers; null: nobody. */
  set tap(tap: HostTap | null) {
    this.tcp.watch(tap);
  }
  get tap(): HostTap | null {
    return this.tcp.tap;
  }

  // What programs do.

  /** Passive OPEN. Throws EADDRINUSE, EADDRNOTAVAIL, RangeError. */
  listen(options: ListenOptions): Listener {
    this.#checkOpen('listen');
    listenOptions.check(options);
    if (options.port === undefined && options.any !== true)
      throw wrongKind('listen', 'port', undefined, 'a whole number from 0 to 65535; any: true needs none');
    if (options.any === true && options.address !== undefined)
      throw outOfRange('listen', 'address', options.address, 'left out with any: true');
    if (options.tcp !== undefined) checkConfig(withSettings(this.tcp.config, options.tcp));
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
  connect(options: ConnectOptions): Promise<Connection> {
    try {
      this.#checkConnect(options);
      if (options.signal?.aborted === true) throw options.signal.reason;
      return this.#open(options).openedWithin(options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Active OPEN, not waited for: the connection in SYN-SENT. Throws a TcpError when it cannot begin. */
  open(options: ConnectOptions): Connection {
    this.#checkConnect(options);
    return this.#open(options);
  }

  /** Programs connect with the same few options again and again. */
  #checkConnect(options: ConnectOptions): void {
    if (namesOnlyPeer(options) && (options.handler === undefined || options.handler === this.#lastHandler))
      return;
    connectOptions.check(options);
    this.#lastHandler = options.handler ?? null;
  }

  #open(options: ConnectOptions): Connection {
    this.#checkOpen('connect');
    if (options.tcp !== undefined) checkConfig(withSettings(this.tcp.config, options.tcp));
    checkRange('connect', 'localPorts', options.localPorts);
    this.#setNow();
    const to = this.#remote(options.address);
    const source = this.#local(options.localAddress, 'connect');
    return this.tcp.connect({
      remote: to,
      remotePort: options.port,
      source,
      localPort: options.localPort ?? 0,
      ports: options.localPorts,
      handler: options.handler ?? null,
      tcp: options.tcp,
      ttl: options.ttl ?? DEFAULT_TTL,
      tos: options.tos ?? 0,
      udpPort: options.udpPort ?? 0,
      md5: options.md5 ?? false,
      fastOpen: options.fastOpen,
      early: options.early,
    });
  }

  /** UDP port for TCP segments in datagrams: see the option of this name. 0: none. */
  get tcpOverUdp(): number {
    return this.tcp.tunnelPort;
  }

  /** Connections that are in datagrams go on from the new port; with 0 nothing of theirs goes out. Throws EADDRINUSE. */
  set tcpOverUdp(port: number) {
    portKind.check(port, 'Host', 'tcpOverUdp');
    const arrives = (packet: IpPacket, datagram: UdpDatagram): void => this.tcp.inputInUdp(packet, datagram);
    this.#udp.tunnel = port === 0 ? null : { port, arrives };
    this.tcp.output.tunnelPort = port;
  }

  /**
   * The key of a peer for TCP MD5 signatures (RFC 2385; `md5` of `connect` and `listen`): 1 to 80 octets, or as many of
   * UTF-8; null forgets it. Connections that are signed go on with the new one from the next segment on, so that both
   * ends must change it within a retransmission; without one nothing of theirs goes out or is taken. At most 1024 peers have
   * one. Throws TypeError, RangeError, ENOBUFS.
   */
  setMd5Key(address: string, key: string | Uint8Array | null): void {
    const octets = typeof key === 'string' ? new TextEncoder().encode(key) : key;
    if (octets !== null && !(octets instanceof Uint8Array))
      throw wrongKind('setMd5Key', 'key', key, 'text or octets');
    if (octets !== null && (octets.length < 1 || octets.length > MOST_KEY_OCTETS))
      throw outOfRange('setMd5Key', 'key', octets.length, `1 to ${MOST_KEY_OCTETS} octets`);
    const peer = hostAddress(address, 'address');
    if (!this.tcp.md5Keys.set(peer, octets))
      throw tcpError(Err.NO_RESOURCES, 'setMd5Key', { address: `${peer}` });
  }

  /** The address of a peer; programs connect to the same one again and again. */
  #remote(text: string): IpAddress {
    if (text !== this.#lastText || this.#lastAddress === null) {
      this.#lastAddress = hostAddress(text, 'address');
      this.#lastText = text;
    }
    return this.#lastAddress;
  }

  /** Opens a UDP socket. Throws EADDRINUSE, EADDRNOTAVAIL. */
  udp(options: UdpOptions = {}): UdpSocket {
    this.#checkOpen('bind');
    udpOptions.check(options);
    const socket = this.#udp.open(options, this.#local(options.address, 'bind'));
    this.#touched();
    return socket;
  }

  #local(text: string | undefined, syscall: string): IpAddress | null {
    if (text === undefined) return null;
    const a = hostAddress(text, 'address');
    if (isUnspecified(a.w0, a.w1, a.w2, a.w3)) return null;
    if (this.ip.owner(a.w0, a.w1, a.w2, a.w3) === null)
      throw tcpError(Err.ADDRESS_NOT_AVAILABLE, syscall, text);
    return a;
  }

  /** Listeners that are open. */
  get listeners(): Listener[] {
    return this.tcp.listeners;
  }

  /** UDP sockets that are open. */
  get udpSockets(): UdpSocket[] {
    return this.#udp.sockets;
  }

  /** Live connections. */
  get connections(): Connection[] {
    return [...this.tcp.connections()];
  }

  // Its end.

  /**
   * Ends everything: listeners and UDP sockets are closed, every connection sends its FIN after what was written, and
   * what has not ended in `timeoutMs` is aborted (the peer gets a RST, the user ENETDOWN); then all interfaces go, and
   * their devices are closed. Resolves when that is done; a second call waits for the same. From the first one on,
   * calls that would begin something throw ENETDOWN. Nothing is left in TIME-WAIT: who repeats a FIN after that gets no
   * answer. Throws TypeError, RangeError.
   */
  close(options: CloseOptions = {}): Promise<void> {
    closeOptions.check(options);
    this.#closing ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  /** True when nothing can be begun any more: `close` was called. */
  get closed(): boolean {
    return this.#closing !== null;
  }

  /** As {@link close}: `await using host = new Host()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    await endConnections(this.tcp, timeoutMs);
    this.#udp.close();
    for (const iface of [...this.interfaces].reverse()) this.#interfaces.remove(iface);
    this.#closed = true;
    this.tcp.timeWait.clear();
    this.#loopback.clear();
    this.#fragments.clear();
    this.driver?.stop();
  }

  #checkOpen(syscall: string): void {
    if (this.#closing !== null) throw tcpError(Err.HOST_CLOSED, syscall);
  }

  // What drives it.

  /** Packets come, until the next poll: programs are told of them together. For drivers. */
  batch(): void {
    if (this.#batch) return;
    this.#batch = true;
    this.tcp.beginBatch();
  }

  /** Runs what is due at `nowUs`: timers, packets to ourselves. */
  poll(nowUs: number): void {
    this.#setNow(nowUs);
    if (this.#batch) {
      this.#batch = false;
      this.tcp.endBatch();
    }
    if (this.#closed) return;
    this.#takePackets();
    this.tcp.poll();
    this.#ethernet.poll();
    this.#fragments.poll();
  }

  /** When `poll` is wanted, in microseconds; Infinity: not until something else happens. */
  wakeAt(): number {
    if (this.#closed) return Number.POSITIVE_INFINITY;
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

  info(): HostInfo {
    return {
      name: this.name,
      interfaces: this.interfaces.map((iface) => iface.info()),
      connections: this.tcp.size,
      timeWait: this.tcp.timeWait.size,
      listeners: this.listeners.map((listener) => listener.info()),
    };
  }
  toJSON(): HostInfo {
    return this.info();
  }

  /** One line: `Host {client: 2 connections, 0 in TIME-WAIT}`. */
  toString(): string {
    return `Host {${this.describe()}}`;
  }

  #setNow(clockUs: number = this.clock.now()): void {
    const { tcp } = this;
    let us = clockUs + this.#steppedBackUs;
    if (us === tcp.engine.now) return; // packets come in series
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

  #input(iface: HostInterface, off: number, len: number, mayKeep: boolean, offload: Offload | null): boolean {
    if (!this.#bringing) this.#setNow();
    const kept =
      iface.kind === 'ethernet'
        ? this.#ethernet.input(iface, off, len, mayKeep)
        : this.ip.input(iface, off, len, false, mayKeep, offload);
    if (!this.#received) this.#askForPoll();
    return kept;
  }

  /** One moment: the time was set before. */
  #together(bring: () => void): void {
    const outer = this.#bringing;
    this.#bringing = true;
    this.tcp.beginBatch();
    try {
      bring();
    } finally {
      this.#bringing = outer;
      this.tcp.endBatch();
    }
  }

  #loop(off: number, len: number): void {
    if (this.#loopback.fits(len)) {
      this.#loopback.push(off, len);
      return;
    }
    this.counters.loopbackDropped++;
    this.memory.free(off, len);
  }

  /**
   * Takes the packets that wait now, and what they cause to ourselves; after some rounds of that it waits for the next
   * poll, which is due at once.
   */
  #takePackets(): void {
    const lo = this.ip.interfaces[0] as HostInterface;
    this.#received = true; // nobody has to ask for a poll: this is one
    try {
      if (this.#devices.waiting) this.#together(() => this.#devices.take());
      for (let n = 0; n < LOOPBACK_ROUNDS && !this.#loopback.empty; n++) {
        this.#together(() =>
          this.#loopback.drain((off, len) => this.ip.input(lo, off, len, false, false, this.#looped)),
        );
      }
    } finally {
      this.#received = false;
    }
  }
}

/** Throws OptionRangeError. */
function checkRange(where: string, name: string, ports: { first: number; last: number } | undefined): void {
  if (ports === undefined || ports.last >= ports.first) return;
  const allowed = `at least ${name}.first, which is ${ports.first}`;
  throw outOfRange(where, `${name}.last`, ports.last, allowed);
}
