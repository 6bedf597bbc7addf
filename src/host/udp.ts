// UDP (RFC 768, RFC 8200 section 8.1): sockets with a bounded queue.

/// <reference lib="esnext.disposable" preserve="true" />

import { Err, type ErrorEndpoints, TcpError, tcpError } from '../tcp/index.ts';
import {
  addressFromWords,
  formatEndpoint,
  IPPROTO_UDP,
  type IpAddress,
  type IpPacket,
  Malformed,
  parseAddress,
  parseUdp,
  pseudoSum,
  pseudoSumWords,
  UDP_HEADER_LENGTH,
  UdpDatagram,
  udpChecksumOk,
  writeUdpHeader,
} from '../wire/index.ts';
import type { HostCounters } from './counters.ts';
import { describesItself } from './describe.ts';
import type { IpLayer } from './ip-layer.ts';
import { type Octets, octetsOf } from './octets.ts';
import { Queue } from './queue.ts';
import { Waiter, type WaitOptions, type Waits, waitSchema } from './waits.ts';

/** A datagram that arrived. */
export interface UdpMessage {
  readonly data: Uint8Array;
  readonly address: string;
  readonly port: number;
}

/** Options of `host.udp`. */
export interface UdpOptions {
  /** 0 chooses a free port from 49152 on. */
  port?: number;
  /** A local address; default: all. */
  address?: string;
  /** Datagrams kept for `receive`; beyond it new ones are dropped and counted. Default 64. */
  queue?: number;
  /** Called for each datagram instead of queueing it. What it throws becomes an unhandled rejection. */
  onMessage?: (message: UdpMessage, socket: UdpSocket) => void;
}

const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;
const DEFAULT_TTL = 64;
const DEFAULT_QUEUE = 64;

const NO_OPTIONS: WaitOptions = {};
const receiveOptions = waitSchema('receive');

/** What `info()` returns. */
export interface UdpInfo {
  /** null: every address of the host. */
  readonly address: string | null;
  readonly port: number;
  readonly closed: boolean;
  /** Datagrams that wait for `receive`, and how many may. */
  readonly queued: number;
  readonly queue: number;
  readonly dropped: number;
}

/** A UDP socket. */
export class UdpSocket {
  static {
    describesItself(UdpSocket);
  }
  readonly port: number;
  readonly address: IpAddress | null;
  /** Datagrams dropped because the queue was full. */
  dropped = 0;
  readonly #layer: UdpLayer;
  readonly #limit: number;
  readonly #onMessage: ((message: UdpMessage, socket: UdpSocket) => void) | null;
  readonly #queue = new Queue<UdpMessage>();
  readonly #receivers = new Queue<Waiter<UdpMessage | null>>();
  #closed = false;

  /** @internal */
  constructor(layer: UdpLayer, port: number, address: IpAddress | null, options: UdpOptions) {
    this.#layer = layer;
    this.port = port;
    this.address = address;
    this.#limit = options.queue ?? DEFAULT_QUEUE;
    this.#onMessage = options.onMessage ?? null;
  }

  /**
   * Sends one datagram. Throws ENETUNREACH without a route, EMSGSIZE when it does not fit the link, ENOTCONN
   * after `close`; TypeError for what is not octets, or no address; RangeError for what is no port.
   */
  send(octets: Octets, address: string, port: number): void {
    const data = octetsOf(octets, 'send');
    if (this.#closed) throw tcpError(Err.NOT_CONNECTED, 'send', { address, port });
    this.#layer.send(this, data, address, port);
  }

  /**
   * The next datagram; null when the socket is closed. A receive that is ended by its `timeout` or `signal` has
   * taken none. Rejects with ETIMEDOUT (`timeout`) or the reason of `signal`; with ENOBUFS when 131,072 wait
   * already.
   */
  receive(options: WaitOptions = NO_OPTIONS): Promise<UdpMessage | null> {
    try {
      if (options !== NO_OPTIONS) receiveOptions.check(options);
    } catch (error) {
      return Promise.reject(error);
    }
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    const m = this.#queue.shift();
    if (m !== undefined) return Promise.resolve(m);
    if (this.#closed) return Promise.resolve(null);
    const { waits } = this.#layer;
    const where: ErrorEndpoints = {
      address: this.address === null ? '::' : `${this.address}`,
      port: this.port,
    };
    const full = waits.full(this.#receivers, 'recv', where);
    if (full !== null) return Promise.reject(full);
    const receiver = new Waiter<UdpMessage | null>();
    const place = this.#receivers.push(receiver);
    waits.guard(receiver, options, () => this.#receivers.leave(place), 'recv', where);
    return receiver.promise;
  }

  /** Every datagram until the socket is closed. Whoever leaves the loop before closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<UdpMessage, void, void> {
    try {
      for (let m = await this.receive(); m !== null; m = await this.receive()) yield m;
    } finally {
      this.close();
    }
  }

  /** Nothing more is received; who waits for a datagram gets null. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#layer.forget(this);
    for (const receiver of this.#receivers.drain()) receiver.resolve(null);
  }

  /** The end of `await using`: `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  info(): UdpInfo {
    return {
      address: this.address === null ? null : this.address.toString(),
      port: this.port,
      closed: this.#closed,
      queued: this.#queue.size,
      queue: this.#limit,
      dropped: this.dropped,
    };
  }
  toJSON(): UdpInfo {
    return this.info();
  }

  /** One line: `UdpSocket {*:53, 0 queued}`. */
  toString(): string {
    const where = this.address === null ? `*:${this.port}` : formatEndpoint(`${this.address}`, this.port);
    return `UdpSocket {${where}, ${this.#closed ? 'closed' : `${this.#queue.size} queued`}}`;
  }

  /** @internal False: no room. */
  deliver(m: UdpMessage): boolean {
    if (this.#onMessage !== null) {
      try {
        this.#onMessage(m, this);
      } catch (error) {
        void Promise.reject(error); // the user's mistake, reported by the platform
      }
      return true;
    }
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) {
      receiver.resolve(m);
      return true;
    }
    if (this.#queue.size >= this.#limit) {
      this.dropped++;
      return false;
    }
    this.#queue.push(m);
    return true;
  }
}

/** What brackets a user call: the time is set before, and the driver may have to know after. */
export interface UserCalls {
  before(): void;
  after(): void;
}

/** UDP on one host. */
export class UdpLayer {
  /** What the calls of its programs wait with. */
  readonly waits: Waits;
  readonly #ip: IpLayer;
  readonly #counters: HostCounters;
  readonly #woke: () => void;
  readonly #unreachable: (packet: IpPacket) => void;
  readonly #called: UserCalls;
  readonly #sockets = new Map<number, UdpSocket[]>();
  readonly #view = new UdpDatagram();
  readonly #random: () => number;

  /** `unreachable` answers a datagram that nobody wants (port unreachable); `random`: 32 bits, for ports. */
  constructor(
    ip: IpLayer,
    counters: HostCounters,
    woke: () => void,
    unreachable: (packet: IpPacket) => void,
    called: UserCalls,
    random: () => number,
    waits: Waits,
  ) {
    this.waits = waits;
    this.#called = called;
    this.#ip = ip;
    this.#counters = counters;
    this.#woke = woke;
    this.#unreachable = unreachable;
    this.#random = random;
  }

  /** Opens a socket. Throws EADDRINUSE, EADDRNOTAVAIL. */
  open(options: UdpOptions, address: IpAddress | null): UdpSocket {
    const port = options.port === undefined || options.port === 0 ? this.#freePort() : options.port;
    const others = this.#sockets.get(port) ?? [];
    if (
      others.some((s) => s.address === address || (s.address !== null && address?.equals(s.address) === true))
    ) {
      throw tcpError(Err.ADDRESS_IN_USE, 'bind', { address: `${address ?? '::'}`, port });
    }
    const socket = new UdpSocket(this, port, address, options);
    this.#sockets.set(port, [...others, socket]);
    return socket;
  }

  /** RFC 6056 section 3.3.1: a random one, or the next that is free. */
  #freePort(): number {
    const count = LAST_PORT - FIRST_PORT + 1;
    const from = (this.#random() >>> 0) % count;
    for (let i = 0; i < count; i++) {
      const port = FIRST_PORT + ((from + i) % count);
      if (!this.#sockets.has(port)) return port;
    }
    throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'bind', 'no free UDP port');
  }

  /** True while a socket is open. */
  get any(): boolean {
    return this.#sockets.size > 0;
  }

  /** Closes all sockets. */
  close(): void {
    for (const socket of [...this.#sockets.values()].flat()) socket.close();
  }

  /** @internal */
  forget(socket: UdpSocket): void {
    const rest = (this.#sockets.get(socket.port) ?? []).filter((s) => s !== socket);
    if (rest.length === 0) this.#sockets.delete(socket.port);
    else this.#sockets.set(socket.port, rest);
    this.#called.after();
  }

  /** A UDP packet for this host. */
  input(packet: IpPacket): void {
    const counters = this.#counters;
    const mem = this.#ip.memory;
    const view = this.#view;
    const bad = parseUdp(mem, packet.payloadOff, packet.payloadLen, view);
    if (bad !== Malformed.OK) {
      counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
      return;
    }
    const pseudo = pseudoSum(packet, IPPROTO_UDP, view.length);
    if (!udpChecksumOk(mem, packet.payloadOff, view.length, pseudo, packet.family)) {
      counters.udpBadChecksum++;
      return;
    }
    counters.udpIn++;
    const socket = this.#socketFor(view.dstPort, packet);
    if (socket === null) {
      this.#unreachable(packet);
      return;
    }
    const { src0, src1, src2, src3 } = packet;
    const message: UdpMessage = {
      data: mem.u8.slice(view.dataOff, view.dataOff + view.dataLen),
      address: addressFromWords(packet.family, src0, src1, src2, src3).toString(),
      port: view.srcPort,
    };
    if (!socket.deliver(message)) counters.udpDropped++;
    this.#woke();
  }

  #socketFor(port: number, p: IpPacket): UdpSocket | null {
    let any: UdpSocket | null = null;
    for (const s of this.#sockets.get(port) ?? []) {
      const a = s.address;
      if (a === null) any = s;
      else if (a.w3 === p.dst3 && a.w2 === p.dst2 && a.w1 === p.dst1 && a.w0 === p.dst0) return s;
    }
    return any;
  }

  /** @internal */
  send(socket: UdpSocket, data: Uint8Array, address: string, port: number): void {
    const to = parseAddress(address);
    if (to === null) throw new TypeError(`send: '${address}' is not an IP address`);
    if (!Number.isInteger(port) || port < 1 || port > 0xffff) throw new RangeError(`send: port ${port}`);
    this.#called.before();
    const ip = this.#ip;
    const path = ip.path(to.w0, to.w1, to.w2, to.w3, socket.address);
    const where = { address, port };
    if (path === null) throw tcpError(Err.NET_UNREACHABLE, 'send', where);
    const len = UDP_HEADER_LENGTH + data.length;
    const room = path.iface.mtu - ip.headroom(path) + path.iface.headerLen;
    if (len > room)
      throw new TcpError(
        'EMSGSIZE',
        `${data.length} octets do not fit a packet of ${path.iface.mtu}: send ${room - UDP_HEADER_LENGTH} or less`,
        'send',
        where,
      );
    const off = ip.alloc(path, len);
    if (off === 0) throw tcpError(Err.NO_RESOURCES, 'send', where);
    const at = off + ip.headroom(path);
    ip.memory.u8.set(data, at + UDP_HEADER_LENGTH);
    const s = path.source;
    const pseudo = pseudoSumWords(
      path.family,
      s.w0,
      s.w1,
      s.w2,
      s.w3,
      to.w0,
      to.w1,
      to.w2,
      to.w3,
      IPPROTO_UDP,
      len,
    );
    writeUdpHeader(ip.memory, at, socket.port, port, data.length, pseudo);
    this.#counters.udpOut++;
    ip.send(path, off, len, IPPROTO_UDP, DEFAULT_TTL, 0, s.w0, s.w1, s.w2, s.w3, to.w0, to.w1, to.w2, to.w3);
    this.#called.after();
  }
}
