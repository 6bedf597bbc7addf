// A gateway: the router, the servers and the policy of virtual machines and sandboxes, in one process, without root. What
// guests send ends at a host of its own, and goes on by connections and datagrams of the network outside.

/// <reference lib="esnext.disposable" preserve="true" />

import { Host, type HostInterface } from '../host/index.ts';
import { describesItself, OptionTypeError, outOfRange, wrongKind } from '../options/index.ts';
import { type FetchOnHost, fetchOn } from '../socket/web/index.ts';
import { defaultConfig, type TcpConfig } from '../tcp/index.ts';
import type { GatewayCore } from './core.ts';
import { DnsService } from './dns/index.ts';
import { GatewayError } from './error.ts';
import { type Forward, type ForwardOptions, forwardOptions } from './forward.ts';
import { Forwards } from './forwards.ts';
import type { GatewayInfo } from './info.ts';
import { type FrameTap, Guest, Lan } from './lan/index.ts';
import { type GatewayOptions, type GuestOptions, gatewayOptions, guestOptions } from './options.ts';
import { OwnAddresses } from './own-addresses.ts';
import { MAC, placesOf } from './places.ts';
import {
  type ConnectionVerdict,
  LearnedNames,
  Policy,
  type PolicyOptions,
  type Subject,
} from './policy/index.ts';
import type { FramePort } from './port.ts';
import { Advertiser, DhcpServer, searchList, serveNtp } from './services/index.ts';
import { type ConnectionListener, type ConnectionRow, Connections } from './tcp/index.ts';
import { Flows } from './udp/index.ts';

const MTU = 1500;
const GUESTS = 64;

/**
 * The receive buffer begins as the window that a SYN,ACK can tell, unless settings have another: a larger one is told by an
 * ACK of its own when the first octets were taken, and else the ACK of a question goes with the answer. It grows like any other.
 */
function withFirstWindow(tcp: Partial<TcpConfig>): Partial<TcpConfig> {
  if (tcp.receiveBuffer !== undefined || tcp.receiveBufferMax !== undefined) return tcp;
  return { receiveBuffer: 0xffff, receiveBufferMax: defaultConfig.receiveBufferMax, ...tcp };
}

/** A way out for virtual machines. */
export class Gateway {
  static {
    describesItself(Gateway);
  }
  /** The gateway's own host, at {@link address}: programs may listen there, and connect to guests from there. */
  readonly host: Host;
  /** Its addresses, and its DNS server's. */
  readonly address: string;
  readonly dnsAddress: string;
  readonly address6: string | null;
  readonly dnsAddress6: string | null;
  readonly #lan: Lan;
  readonly #iface: HostInterface;
  readonly #o: GatewayOptions;
  readonly #own: OwnAddresses;
  readonly #core: GatewayCore;
  readonly #connections: Connections;
  readonly #flows: Flows;
  readonly #dns: DnsService;
  readonly #dhcp: DhcpServer;
  readonly #learned = new Map<Guest, LearnedNames>();
  /** null: there is no IPv6. */
  readonly #advertiser: Advertiser | null;
  /** What ends the grace of guests without a port. */
  readonly #leaving = new Map<Guest, () => void>();
  readonly #forwards: Forwards;
  #fetch: FetchOnHost | null = null;
  #policy: Policy;
  #named = 0;
  #closed = false;

  /**
   * Without a guest yet. Unless `host.clock` was given it runs by itself. Throws TypeError and RangeError for options that
   * cannot be meant.
   */
  constructor(options: GatewayOptions) {
    gatewayOptions.check(options);
    this.#o = options;
    this.#policy = new Policy(options.policy);
    const mtu = options.mtu ?? MTU;
    const { mac, net, net6, gateway, dns, gateway6, dns6, router } = placesOf(options);
    this.address = gateway.toString();
    this.dnsAddress = dns.toString();
    this.address6 = gateway6?.toString() ?? null;
    this.dnsAddress6 = dns6?.toString() ?? null;
    const own6 = gateway6 === null || dns6 === null ? [] : [gateway6, dns6, router];
    this.#own = new OwnAddresses(
      [gateway, dns, ...own6].map((a) => a.toString()),
      { v4: this.address, v6: this.address6, open: options.hostLoopback ?? false },
    );

    this.host = new Host({
      name: 'gateway',
      ...options.host,
      tcp: withFirstWindow(options.host?.tcp ?? {}),
      echoForOthers: false,
    });
    this.#lan = new Lan({
      mtu,
      mac,
      networks: net6 === null ? [net] : [net, net6],
      own: this.#own.all,
      guestsMeet: options.guestsMeet ?? false,
      solicited: (guest) => this.#advertiser?.advertise(guest),
      left: (guest) => this.#left(guest),
    });
    this.#iface = this.host.attach(this.#lan, {
      name: 'lan',
      mac: options.mac ?? MAC,
      mtu,
      anyDestination: true,
      router: true,
      addresses: [...[gateway, dns].map((a) => `${a}/${net.prefix}`), ...own6.map((a) => `${a}/64`)],
    });
    const policyOf = (): Policy => this.#policy;
    const core: GatewayCore = {
      host: this.host,
      lan: this.#lan,
      get policy() {
        return policyOf();
      },
      after: (ms, action) => this.host.tcp.waits.after(ms, action),
      nowMs: () => this.host.clock.now() / 1000,
      namesOf: (guest, address) => this.#learned.get(guest)?.namesOf(address, core.nowMs()) ?? [],
      isOwn: (address) => this.#own.has(address),
      judge: (subject, address) => this.#judge(subject, address),
      outside: (address, port) => this.#own.outside(address, port),
      audit: (record) => options.audit?.({ atMs: core.nowMs(), ...record }),
    };
    this.#core = core;
    const { limits = {} } = options;
    this.#connections = new Connections(core, options.outer, {
      connections: limits.connections ?? 4096,
      pending: limits.pending ?? 1024,
      connectTimeoutMs: limits.connectTimeoutMs ?? 120_000,
    });
    const flowLimits = {
      flows: limits.flows ?? 1024,
      idleMs: limits.udpIdleMs ?? 300_000,
      unansweredMs: limits.udpUnansweredMs ?? 30_000,
      dnsMs: limits.udpDnsMs ?? 10_000,
    };
    this.#flows = new Flows(core, options.outer, flowLimits);
    this.#forwards = new Forwards(core, options.outer, this.#connections, {
      limits: flowLimits,
      counters: this.#flows.counters,
      addressOf: (guest) => this.addressOf(guest),
    });
    const addresses = gateway6 === null ? [this.address] : [this.address, gateway6.toString()];
    this.#dns = new DnsService(core, options.dns ?? {}, addresses, (guest, address, names, ttl) =>
      this.#learn(guest, address, names, ttl),
    );
    this.#dhcp = new DhcpServer(
      core,
      { iface: this.#iface, network: net, gateway: gateway.w3, dns: dns.w3, mtu, ntp: options.ntp ?? false },
      options.dhcp ?? {},
    );
    if (options.ntp === true) serveNtp(this.host, options.wallClock ?? Date.now);
    const search = searchList(options.dhcp?.search ?? []);
    this.#advertiser =
      net6 === null || dns6 === null
        ? null
        : new Advertiser(core, { mac, router, prefix: net6.address, mtu, dns: dns6, search });
  }

  // Guests.

  /**
   * Joins a guest by the port that its frames come in by. A name that is known and has no port any more (the machine was
   * started again, or its link came back) is the same guest. Throws TypeError, RangeError; EEXIST for a name that has a
   * port, ENOBUFS beyond `limits.guests`.
   */
  attach(port: FramePort, options: GuestOptions = {}): Guest {
    guestOptions.check(options);
    if (port?.kind !== 'ethernet' || typeof port.send !== 'function')
      throw wrongKind('attach', 'port', port, "a device of kind 'ethernet'");
    if (port.onreceive !== null && port.onreceive !== undefined)
      throw new OptionTypeError('ERR_INVALID_STATE', 'port', 'attach: the port is attached already');
    if (port.mtu < this.#lan.mtu)
      throw outOfRange('attach', 'port.mtu', port.mtu, `at least ${this.#lan.mtu}, the mtu of the gateway`);
    if (this.#closed) throw new GatewayError('ERR_CLOSED', 'attach: the gateway is closed');
    const name = options.name ?? this.#freeName();
    const known = this.#lan.guests.get(name);
    if (known?.port != null)
      throw new GatewayError('EEXIST', `attach: there is a guest '${name}' with a port: give another name`);
    if (known === undefined && this.#lan.guests.size >= (this.#o.limits?.guests ?? GUESTS))
      throw new GatewayError(
        'ENOBUFS',
        `attach: there are ${this.#lan.guests.size} guests: see limits.guests`,
      );
    const guest = known ?? new Guest(name);
    this.#leaving.get(guest)?.();
    this.#leaving.delete(guest);
    this.#lan.attach(port, guest);
    this.#advertiser?.begin(guest);
    return guest;
  }

  #freeName(): string {
    do this.#named++;
    while (this.#lan.guests.has(`guest${this.#named}`));
    return `guest${this.#named}`;
  }

  /** A guest leaves: its connections and flows end, its addresses and its lease are free, its port is closed. */
  remove(guest: Guest): void {
    this.#leaving.get(guest)?.();
    this.#leaving.delete(guest);
    this.#connections.abort(guest);
    this.#flows.abort(guest);
    this.#forwards.abort(guest);
    this.#dhcp.forgetGuest(guest.name);
    this.#learned.delete(guest);
    this.#advertiser?.forget(guest);
    this.#lan.remove(guest);
  }

  /** Its port has closed: it may come back within the grace. */
  #left(guest: Guest): void {
    if (this.#closed) return;
    const stop = this.#core.after(this.#o.limits?.graceMs ?? 300_000, () => {
      this.#leaving.delete(guest);
      this.remove(guest);
    });
    this.#leaving.set(guest, stop);
  }

  get guests(): Guest[] {
    return [...this.#lan.guests.values()];
  }

  /** Sees every frame that guests send and get; null: nobody looks. For captures. */
  set tap(tap: FrameTap | null) {
    this.#lan.tap = tap;
  }
  get tap(): FrameTap | null {
    return this.#lan.tap;
  }

  // What programs decide.

  /**
   * `listener` is called with each TCP connection that a guest wants, before its SYN is answered; what it returns is waited
   * for. Whoever decides first decides: `allow`, `deny`, `handle`; else the policy does. Throws TypeError.
   */
  on(event: 'connection', listener: ConnectionListener): this {
    if (event !== 'connection') throw wrongKind('on', 'event', event, "'connection'");
    if (typeof listener !== 'function') throw wrongKind('on', 'listener', listener, 'a function');
    this.#connections.listeners.push(listener);
    return this;
  }

  /** The opposite of {@link on}. */
  off(event: 'connection', listener: ConnectionListener): this {
    if (event !== 'connection') throw wrongKind('off', 'event', event, "'connection'");
    const { listeners } = this.#connections;
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
    return this;
  }

  /** Another policy from now on. What is open and would not be allowed any more is ended. Throws TypeError, RangeError. */
  setPolicy(options: PolicyOptions): void {
    this.#policy = new Policy(options);
    this.#connections.judgeAgain();
    this.#flows.judgeAgain();
  }

  /** A name of the gateway's own and its addresses, from now on; null: none any more. Throws TypeError. */
  setHost(name: string, addresses: string | readonly string[] | null): void {
    this.#dns.setHost(name, typeof addresses === 'string' ? [addresses] : addresses);
  }

  // Towards guests.

  /**
   * A port outside leads to a guest's from now on. The guest need not be there yet: who comes before is refused by a RST, as
   * by a machine that is down. Rejects with EADDRINUSE, EACCES, EADDRNOTAVAIL when it cannot listen there, ENOTSUP where
   * outside cannot be listened at; with TypeError, RangeError.
   */
  async forward(options: ForwardOptions): Promise<Forward> {
    forwardOptions.check(options);
    if (this.#closed) throw new GatewayError('ERR_CLOSED', 'forward: the gateway is closed');
    const forward = await this.#forwards.open(options);
    if (!this.#closed) return forward;
    forward.close();
    throw new GatewayError('ERR_CLOSED', 'forward: the gateway is closed');
  }

  /** Forwards that listen. */
  get forwards(): Forward[] {
    return this.#forwards.list();
  }

  /**
   * The address of a guest, to connect to it from {@link host}: its lease, or what it has spoken from; IPv4 before IPv6.
   * null: it has said nothing yet.
   */
  addressOf(guest: Guest): string | null {
    const lease = this.#dhcp.list().find((each) => each.guest === guest.name && each.taken);
    if (lease !== undefined) return lease.address;
    const all = [...guest.addresses].filter((each) => !each.startsWith('fe80:'));
    return all.find((each) => !each.includes(':')) ?? all[0] ?? null;
  }

  /**
   * `fetch` towards guests: `gateway.fetch('http://guest1:3000/')`, by a guest's name, its DHCP host name, or an address.
   * Rejects as fetch does.
   */
  fetch(...request: Parameters<FetchOnHost>): ReturnType<FetchOnHost> {
    this.#fetch ??= fetchOn(this.host, { lookup: (name) => this.#lookUp(name) });
    return this.#fetch(...request);
  }

  /** Throws ENOTFOUND. */
  #lookUp(name: string): string {
    const lease = this.#dhcp
      .list()
      .find(({ hostName }) => hostName !== '' && hostName.toLowerCase() === name);
    const guest = this.guests.find((each) => each.name.toLowerCase() === name);
    const address = guest === undefined ? lease?.address : this.addressOf(guest);
    if (address != null) return address;
    throw new GatewayError('ENOTFOUND', `there is no guest '${name}', or it has no address yet`);
  }

  // What its parts ask.

  #judge(subject: Subject, address: string): ConnectionVerdict {
    if (this.#own.has(address)) return this.#own.judge(subject, address);
    return this.#policy.judge({ ...subject, ofMachine: this.#o.outer.isOwn?.(address) ?? false });
  }

  #learn(guest: Guest, address: string, names: readonly string[], ttl: number): void {
    let learned = this.#learned.get(guest);
    if (learned === undefined) {
      learned = new LearnedNames();
      this.#learned.set(guest, learned);
    }
    learned.learn(address, names, this.#core.nowMs() + ttl * 1000);
  }

  // What there is, and its end.

  /** Connections of guests, as they stand. */
  connections(): ConnectionRow[] {
    return this.#connections.list();
  }

  info(): GatewayInfo {
    return {
      guests: this.guests.map((guest) => guest.info()),
      connections: this.#connections.list(),
      flows: this.#flows.size + this.#forwards.flows,
      leases: this.#dhcp.list(),
      counters: {
        tcp: { ...this.#connections.counters },
        udp: { ...this.#flows.counters },
        dns: { ...this.#dns.counters },
        dhcp: { ...this.#dhcp.counters },
      },
    };
  }
  toJSON(): GatewayInfo {
    return this.info();
  }
  /** One line: `Gateway {10.0.2.2, 1 guest, 3 connections, 0 flows}`. */
  toString(): string {
    const guests = this.#lan.guests.size;
    const what = `${guests} ${guests === 1 ? 'guest' : 'guests'}, ${this.#connections.size} connections, ${this.#flows.size} flows`;
    return `Gateway {${this.address}, ${what}}`;
  }

  /** True when nothing can be begun any more: `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends everything: connections of guests are reset on both sides, ports are closed. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#forwards.close();
      this.#advertiser?.close();
      for (const stop of this.#leaving.values()) stop();
      this.#leaving.clear();
      this.#connections.close();
      this.#flows.close();
      this.#dns.close();
      this.#dhcp.close();
    }
    await this.host.close({ timeoutMs: 0 });
    this.#lan.close();
  }

  /** As {@link close}: `await using gateway = new Gateway(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
