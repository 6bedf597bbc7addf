// A UDP socket as programs see it: datagrams out and in, a bounded queue, and what ICMP says of those that were sent
// (RFC 768; RFC 1122 section 4.1.3.3 and 4.1.4).

/// <reference lib="esnext.disposable" preserve="true" />

import { describesItself, flag, like, Schema, text, whole } from '../../options/index.ts';
import { Err, type ErrorEndpoints, type TcpError, tcpError } from '../../tcp/index.ts';
import { type Family, formatEndpoint, type IpAddress } from '../../wire/index.ts';
import { type Octets, octetsOf, Queue, runUserCode } from '../base/index.ts';
import { DEFAULT_TTL, type HostInterface, type IpService, type Unreachable } from '../ip/index.ts';
import { Waiter, type WaitOptions, type Waits, waitSchema } from '../time/index.ts';

/** A datagram that arrived. */
export interface UdpMessage {
  readonly data: Uint8Array;
  readonly address: string;
  readonly port: number;
  /** Whom it was for: an address of this host, of a group, of all; with `any`, every address. */
  readonly localAddress: string;
  readonly localPort: number;
}

/** What ICMP, or the link, told of a datagram that was sent. */
export interface UdpProblem {
  /** ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT, EMSGSIZE; `address` and `port` say where it was to go. */
  readonly error: TcpError;
  /** Who says so: a router or the host itself; this host, when a neighbour does not answer. */
  readonly reporter: string;
}

/** What is asked for one datagram. */
export interface UdpSendOptions extends IpService {
  /** To a group, or to 255.255.255.255: the interface that it leaves by. Default: the route's. */
  by?: HostInterface;
  /** To a group that a socket of this host has joined: whether that hears it, too (RFC 1112 section 6.1). Default true. */
  loop?: boolean;
  /** With `any`: the address that it comes from, and the port where it is not the socket's. */
  localAddress?: string;
  localPort?: number;
}

const sendOptions = new Schema<UdpSendOptions>('send', {
  by: like('an interface of this host', 'transmit', 'addresses'),
  loop: flag,
  ttl: whole(1, 255),
  tos: whole(0, 255),
  localAddress: text,
  localPort: whole(1, 0xffff),
});

/** Options of `host.udp`. */
export interface UdpOptions extends IpService {
  /** 0 chooses a free port from 49152 on, which is the default; with `any` the default is every port. */
  port?: number;
  /** Datagrams to every address that an interface with `anyDestination` takes. Default false. */
  any?: boolean;
  /**
   * Datagrams to all (255.255.255.255, the broadcast addresses of our networks) may be sent and are received, also
   * from 0.0.0.0, which is how a host without an address asks for one; 'receive': are received. Default false.
   */
  broadcast?: boolean | 'receive';
  /** A local address; default: all. */
  address?: string;
  /** Without `address`: of one family only. Default: both. */
  family?: Family;
  /**
   * Others that say so, too, may have the same address and port: what is for one goes to the one opened last, as with
   * Linux's SO_REUSEADDR. Default false.
   */
  reuse?: boolean;
  /**
   * What does not fit the path goes in fragments (RFC 791 section 3.2, RFC 8200 section 4.5), up to the 65,507 octets of
   * a datagram (IPv6: 65,527), instead of EMSGSIZE. Default false: one lost fragment loses the datagram.
   */
  fragment?: boolean;
  /** Datagrams kept for `receive`; beyond it new ones are dropped and counted. Default 64. */
  queue?: number;
  /** Called for each datagram instead of queueing it. What it throws becomes an unhandled rejection. */
  onMessage?: (message: UdpMessage, socket: UdpSocket) => void;
  /**
   * Called when a datagram that was sent came to nothing (RFC 1122 section 4.1.3.3). Without it, a connected socket
   * has the error of its next `send` or `receive` when it is hard (ECONNREFUSED, ENOPROTOOPT, EMSGSIZE).
   */
  onError?: (problem: UdpProblem, socket: UdpSocket) => void;
  /** Called when it is closed, by `close` or with its host. What it throws becomes an unhandled rejection. */
  onClose?: (socket: UdpSocket) => void;
}

const DEFAULT_QUEUE = 64;
/** Destinations that a socket remembers, to know which errors can be about its datagrams. */
const REMEMBERED = 16;

const NO_OPTIONS: WaitOptions = {};
const NO_SERVICE: UdpSendOptions = {};
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

/** What a socket asks of its host. */
export interface UdpOwner {
  readonly waits: Waits;
  send(socket: UdpSocket, data: Uint8Array, to: IpAddress, port: number, options: UdpSendOptions): void;
  refuse(message: UdpMessage, why: Unreachable): void;
  /** The address of a text, to be sent to. Throws TypeError, RangeError. */
  destination(socket: UdpSocket, address: string, port: number): IpAddress;
  isOurs(address: string): boolean;
  /** Throws TypeError, EADDRINUSE, ENOBUFS. */
  join(socket: UdpSocket, group: string): void;
  /** Throws TypeError, EADDRNOTAVAIL. */
  leave(socket: UdpSocket, group: string): void;
  forget(socket: UdpSocket): void;
  /** User code has something to do. */
  woke(): void;
}

/** A UDP socket. */
export class UdpSocket {
  static {
    describesItself(UdpSocket);
  }
  /** 0: every port. */
  readonly port: number;
  /** null: every address. */
  readonly address: IpAddress | null;
  readonly any: boolean;
  /** 0: both. */
  readonly family: Family | 0;
  readonly reuse: boolean;
  readonly fragment: boolean;
  /** Datagrams to all are received. */
  readonly hearsAll: boolean;
  /** Datagrams to all may be sent. */
  broadcast: boolean;
  readonly ttl: number;
  readonly tos: number;
  /** The peer of a connected socket. */
  remote: IpAddress | null = null;
  remotePort = 0;
  /** Datagrams dropped because the queue was full. */
  dropped = 0;
  readonly #layer: UdpOwner;
  readonly #onError: ((problem: UdpProblem, socket: UdpSocket) => void) | null;
  /** The error that the next call has. */
  #error: TcpError | null = null;
  /** Where the latest datagrams went, the latest last. */
  readonly #remembered: { readonly to: IpAddress; readonly port: number }[] = [];
  readonly #limit: number;
  readonly #onMessage: ((message: UdpMessage, socket: UdpSocket) => void) | null;
  readonly #onClose: ((socket: UdpSocket) => void) | null;
  readonly #queue = new Queue<UdpMessage>();
  readonly #receivers = new Queue<Waiter<UdpMessage | null>>();
  #closed = false;

  /** @internal */
  constructor(layer: UdpOwner, port: number, address: IpAddress | null, options: UdpOptions) {
    this.#layer = layer;
    this.port = port;
    this.address = address;
    this.#limit = options.queue ?? DEFAULT_QUEUE;
    this.#onMessage = options.onMessage ?? null;
    this.#onError = options.onError ?? null;
    this.#onClose = options.onClose ?? null;
    this.any = options.any ?? false;
    this.family = address?.family ?? options.family ?? 0;
    this.reuse = options.reuse ?? false;
    this.fragment = options.fragment ?? false;
    this.hearsAll = (options.broadcast ?? false) !== false;
    this.broadcast = options.broadcast === true;
    this.ttl = options.ttl ?? DEFAULT_TTL;
    this.tos = options.tos ?? 0;
  }

  /**
   * From now on there is one peer: `send` needs no address, datagrams of others are not received, and an error that
   * ICMP reports is the next call's. Throws ENOTCONN after `close`, TypeError for what is no address, RangeError for
   * what is no port.
   */
  connect(address: string, port: number): void {
    if (this.#closed) throw tcpError(Err.NOT_CONNECTED, 'connect', { address, port });
    this.remote = this.#layer.destination(this, address, port);
    this.remotePort = port;
  }

  /** The opposite of `connect`: datagrams of everybody are received again. An error that nobody was told is forgotten. */
  disconnect(): void {
    this.remote = null;
    this.remotePort = 0;
    this.#error = null;
  }

  /**
   * Sends one datagram; a connected socket's goes to its peer. Throws ENETUNREACH without a route, EMSGSIZE when it
   * does not fit the link or the path (see `fragment`), EACCES to all without `broadcast`, ENOTCONN after `close`, EDESTADDRREQ
   * without a peer, EISCONN with one; TypeError for what is not octets, or no address; RangeError for what is no port.
   */
  send(octets: Octets, address?: string, port?: number, options: UdpSendOptions = NO_SERVICE): void {
    const data = octetsOf(octets, 'send');
    if (options !== NO_SERVICE) sendOptions.check(options);
    const where = address === undefined ? {} : { address, port: port ?? 0 };
    if (this.#closed) throw tcpError(Err.NOT_CONNECTED, 'send', where);
    this.#throwError();
    const { remote } = this;
    if (address === undefined) {
      if (remote === null) throw tcpError(Err.NO_REMOTE, 'send');
      this.#send(data, remote, this.remotePort, options);
      return;
    }
    if (remote !== null) throw tcpError(Err.ALREADY_CONNECTED, 'send', where);
    this.#send(data, this.#layer.destination(this, address, port ?? 0), port ?? 0, options);
  }

  /**
   * Joins a group (`239.1.2.3`, `ff02::1:3`) on all interfaces: datagrams to it are received by every socket of the port.
   * Nobody outside is told (no IGMP, no MLD: RFC 1112 level 2 without reports), which is enough on links that carry groups
   * everywhere. Throws TypeError for what is no group, EADDRINUSE when it is joined already, ENOBUFS beyond 20,
   * ENOTCONN after `close`.
   */
  join(group: string): void {
    if (this.#closed) throw tcpError(Err.NOT_CONNECTED, 'join', { address: group, port: this.port });
    this.#layer.join(this, group);
  }

  /** Leaves a group that was joined. Throws TypeError, EADDRNOTAVAIL when it was not. */
  leave(group: string): void {
    this.#layer.leave(this, group);
  }

  /**
   * Answers a message: to where it came from, from the address that it was sent to, when that is one host's (RFC 1122
   * section 4.1.3.5). Throws as `send`.
   */
  reply(message: UdpMessage, octets: Octets): void {
    const { address, port, localAddress, localPort } = message;
    if (this.remote !== null) this.send(octets);
    else if (this.any) this.send(octets, address, port, { localAddress, localPort });
    else this.send(octets, address, port, this.#layer.isOurs(localAddress) ? { localAddress } : NO_SERVICE);
  }

  /**
   * Tells who sent a message by ICMP that it came to nothing: as to a port where nobody listens, or for another reason.
   * Such errors are limited in number, as all are.
   */
  refuse(message: UdpMessage, why: Unreachable = 'port'): void {
    this.#layer.refuse(message, why);
  }

  #send(data: Uint8Array, to: IpAddress, port: number, options: UdpSendOptions): void {
    this.#layer.send(this, data, to, port, options);
    const last = this.#remembered.at(-1);
    if (last !== undefined && last.port === port && last.to.equals(to)) return;
    const at = this.#remembered.findIndex((r) => r.port === port && r.to.equals(to));
    if (at >= 0 || this.#remembered.length === REMEMBERED) this.#remembered.splice(Math.max(at, 0), 1);
    this.#remembered.push({ to, port });
  }

  #throwError(): void {
    const error = this.#error;
    if (error === null) return;
    this.#error = null;
    throw error;
  }

  /**
   * The next datagram; null when the socket is closed. A receive that is ended by its `timeout` or `signal` has
   * taken none. Rejects with ETIMEDOUT (`timeout`) or the reason of `signal`; with ENOBUFS when 131,072 wait
   * already; when the socket is connected, with what ICMP reports.
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
    const error = this.#error;
    this.#error = null;
    if (error !== null) return Promise.reject(error);
    if (this.#closed) return Promise.resolve(null);
    const { waits } = this.#layer;
    const full = waits.full(this.#receivers, 'recv', this);
    if (full !== null) return Promise.reject(full);
    const receiver = new Waiter<UdpMessage | null>();
    const place = this.#receivers.push(receiver);
    waits.guard(receiver, options, () => this.#receivers.leave(place), 'recv', this);
    return receiver.promise;
  }

  /** @internal Where it is bound, for errors. */
  get endpoints(): ErrorEndpoints {
    return { address: this.address === null ? '::' : `${this.address}`, port: this.port };
  }

  /** Every datagram until the socket is closed. Whoever leaves the loop before closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<UdpMessage, void, void> {
    try {
      for (let m = await this.receive(); m !== null; m = await this.receive()) yield m;
    } finally {
      this.close();
    }
  }

  /** @internal Receives that wait. */
  get waitingReceives(): number {
    return this.#receivers.size;
  }

  /** Nothing more is received; who waits for a datagram gets null. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#layer.forget(this);
    for (const receiver of this.#receivers.drain()) receiver.resolve(null);
    const onClose = this.#onClose;
    if (onClose !== null) runUserCode(() => onClose(this));
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
    const port = this.port === 0 ? '*' : `${this.port}`;
    const where = this.address === null ? `*:${port}` : formatEndpoint(`${this.address}`, this.port);
    return `UdpSocket {${where}, ${this.#closed ? 'closed' : `${this.#queue.size} queued`}}`;
  }

  /** @internal Whether it has sent to there lately. */
  remembers(p: { dst0: number; dst1: number; dst2: number; dst3: number }, port: number): boolean {
    return this.#remembered.some(
      ({ to, port: n }) =>
        n === port && to.w3 === p.dst3 && to.w2 === p.dst2 && to.w1 === p.dst1 && to.w0 === p.dst0,
    );
  }

  /** @internal A datagram came to nothing; `hard`: a connected socket's next call has the error. */
  failed(problem: UdpProblem, hard: boolean): void {
    const onError = this.#onError;
    if (onError !== null) runUserCode(() => onError(problem, this));
    else if (hard && this.remote !== null) {
      const receiver = this.#receivers.shift();
      if (receiver === undefined) this.#error = problem.error;
      else receiver.reject(problem.error);
    }
    this.#layer.woke();
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
