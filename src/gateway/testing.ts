// What the tests of gateways share: a guest on a simulated wire, and a network outside that does what it is told.

import { afterEach } from 'vitest';
import type { Host, HostOptions } from '../host/index.ts';
import { Net } from '../host/testing.ts';
import { type Port, type Transmit, type Wire, Wire as WireClass, type WireOptions } from '../sim/index.ts';
import type { Memory } from '../wire/index.ts';
import {
  type AuditRecord,
  type FramePort,
  Gateway,
  type GatewayOptions,
  type Guest,
  type GuestOptions,
  type Outer,
  type OuterConnection,
  type OuterConnectionEvents,
  type OuterDatagramEvents,
  type OuterDatagramListener,
  type OuterDatagrams,
  type OuterError,
  type OuterTarget,
} from './index.ts';

/** The gateway's end of a simulated wire. */
export class WirePort implements Port, FramePort {
  readonly kind = 'ethernet';
  readonly memory: Memory;
  readonly mtu: number;
  onreceive: ((frame: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  #transmit: Transmit | null = null;

  constructor(memory: Memory, mtu: number) {
    this.memory = memory;
    this.mtu = mtu;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  receive(off: number, len: number): void {
    this.onreceive?.(this.memory.u8.slice(off, off + len));
  }

  send(frame: Uint8Array): void {
    const off = this.#transmit === null ? 0 : this.memory.alloc(frame.length);
    if (off === 0 || this.#transmit === null) return;
    this.memory.u8.set(frame, off);
    this.#transmit(off, frame.length);
  }

  close(): void {}
}

/** A connection outside, as the test has it in its hand. */
export class FakeConnection implements OuterConnection {
  readonly target: OuterTarget;
  readonly events: OuterConnectionEvents;
  readonly #chunks: Uint8Array[] = [];
  /** Octets that the gateway has sent. */
  length = 0;
  /** Whether its side has ended; whether it was reset, and whether it is told not to send. */
  ended = false;
  wasReset = false;
  paused = false;
  /** False: `write` says that there is no more room. */
  open = true;
  onwrite: ((octets: Uint8Array) => void) | null = null;

  constructor(target: OuterTarget, events: OuterConnectionEvents) {
    this.target = target;
    this.events = events;
  }

  get text(): string {
    return new TextDecoder().decode(this.sent);
  }

  get sent(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  write(octets: Uint8Array): boolean {
    this.#chunks.push(octets);
    this.length += octets.length;
    this.onwrite?.(octets);
    return this.open;
  }
  end(): void {
    this.ended = true;
  }
  reset(): void {
    this.wasReset = true;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }

  /** Room again. */
  drain(): void {
    this.open = true;
    this.events.drain();
  }
  say(text: string): void {
    this.events.data(new TextEncoder().encode(text));
  }
  fail(code: string): void {
    this.events.closed({ code });
  }
}

/** A flow of datagrams outside. */
export class FakeDatagrams implements OuterDatagrams {
  readonly target: OuterTarget;
  readonly events: OuterDatagramEvents;
  readonly sent: Uint8Array[] = [];
  closed = false;

  constructor(target: OuterTarget, events: OuterDatagramEvents) {
    this.target = target;
    this.events = events;
  }
  send(octets: Uint8Array): void {
    this.sent.push(octets);
  }
  close(): void {
    this.closed = true;
  }
}

/** What outside does with an attempt: 'open', nothing at all, or an error. */
export type Behaviour = 'open' | 'silent' | OuterError;

/** A network outside in the hand of the test. */
export class FakeOuter implements Outer {
  readonly connections: FakeConnection[] = [];
  readonly flows: FakeDatagrams[] = [];
  behaviour: (target: OuterTarget) => Behaviour = () => 'silent';
  noDatagrams = false;

  connect(target: OuterTarget, events: OuterConnectionEvents): OuterConnection {
    const connection = new FakeConnection(target, events);
    this.connections.push(connection);
    const behaviour = this.behaviour(target);
    if (behaviour !== 'silent')
      queueMicrotask(() => (behaviour === 'open' ? events.open() : events.closed(behaviour)));
    return connection;
  }

  /** A place for datagrams outside: the latest that was asked for. */
  heard: { arrives(octets: Uint8Array, from: OuterTarget): void; sent: [number, OuterTarget][] } | null =
    null;
  async listenDatagrams(
    at: OuterTarget,
    arrived: (octets: Uint8Array, from: OuterTarget) => void,
  ): Promise<OuterDatagramListener> {
    const sent: [number, OuterTarget][] = [];
    this.heard = { arrives: arrived, sent };
    return { ...at, send: (octets, to) => void sent.push([octets.length, to]), close() {} };
  }

  datagrams(target: OuterTarget, events: OuterDatagramEvents): OuterDatagrams | null {
    if (this.noDatagrams) return null;
    const flow = new FakeDatagrams(target, events);
    this.flows.push(flow);
    return flow;
  }

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nothing was connected outside');
    return last;
  }
  get lastFlow(): FakeDatagrams {
    const last = this.flows.at(-1);
    if (last === undefined) throw new Error('no datagram went outside');
    return last;
  }
}

const sites: Site[] = [];

// Before what Net ends with: a gateway that advertises itself never rests.
afterEach(async () => {
  for (const site of sites.splice(0)) {
    const closed = site.gateway.close();
    await site.pass(100);
    await closed;
  }
});

/** A gateway in virtual time, and a guest on a wire: 10.0.2.15, and what IPv6 addresses it makes itself. */
export class Site {
  readonly net: Net;
  readonly outer: FakeOuter;
  readonly gateway: Gateway;
  readonly log: AuditRecord[] = [];
  #machines = 0;

  constructor(options: Partial<GatewayOptions> = {}, net = new Net()) {
    this.net = net;
    this.outer = new FakeOuter();
    const random = net.world.random.fork('gateway');
    const host: HostOptions = {
      clock: net.world.clock,
      memory: net.memory,
      random: () => random.nextUint32(),
      onUserWoke: () => net.world.userWoke(),
      ...options.host,
    };
    this.gateway = new Gateway({
      outer: this.outer,
      audit: (record) => void this.log.push(record),
      ...options,
      host,
    });
    net.world.addNode(this.gateway.host);
    net.hosts.push(this.gateway.host);
    sites.push(this);
  }

  /** A machine on a wire of its own. */
  machine(
    wire: WireOptions = { delayUs: 1000 },
    options: { address?: string; attach?: GuestOptions; mtu?: number } & HostOptions = {},
  ): { host: Host; guest: Guest; port: WirePort; wire: Wire } {
    const n = ++this.#machines;
    const { address = `10.0.2.${14 + n}`, attach = {}, mtu = 1500, ...rest } = options;
    const host = this.net.host(`machine${n}`, [`${address}/24`], {
      ...rest,
      iface: { kind: 'ethernet', mac: `02:00:00:00:00:0${n}`, autoconfigure: true, mtu },
    });
    host.addRoute('default', '10.0.2.2');
    const port = new WirePort(this.net.memory, mtu);
    const joined = new WireClass(this.net.world, host.interfaces[1] as never, port, wire);
    const guest = this.gateway.attach(port, attach);
    return { host, guest, port, wire: joined };
  }

  /** What the log says of an event. */
  logged(event: AuditRecord['event']): AuditRecord[] {
    return this.log.filter((record) => record.event === event);
  }

  pass(ms: number): Promise<void> {
    return this.net.pass(ms * 1000);
  }
}
