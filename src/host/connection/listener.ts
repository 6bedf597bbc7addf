// A listener: a TCB in LISTEN and its two queues. The SYN queue holds half-open connections
// (SYN-RECEIVED); the accept queue holds those that are ESTABLISHED and that nobody has accepted.

/// <reference lib="esnext.disposable" preserve="true" />

import { describesItself } from '../../options/index.ts';
import {
  checkConfig,
  Err,
  type ErrorEndpoints,
  FastOpen,
  memoryOf,
  type Tcb,
  type TcpConfig,
  type TcpError,
  tcpError,
  withSettings,
} from '../../tcp/index.ts';
import { formatEndpoint, type IpAddress } from '../../wire/index.ts';
import { type Place, Queue, runUserCode } from '../base/index.ts';
import { DEFAULT_TTL, type IpService } from '../ip/index.ts';
import { endsByOptions, Waiter, type WaitOptions, type Waits, waitSchema } from '../time/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHandler } from './connection-types.ts';
import type { SynRequest } from './syn-request.ts';

/** Options of `host.listen`. */
export interface ListenOptions extends IpService {
  /** 0 chooses a free one; with `any` it may be left out: every port. */
  port?: number;
  /**
   * Connections to every address that an interface with `anyDestination` takes, and to those of this host that
   * nobody else listens on: a transparent proxy. `connection.localAddress` and `localPort` are what the peer dialled.
   */
  any?: boolean;
  /** A local address; default: every address of the host, IPv4 and IPv6. */
  address?: string;
  /** Without an address: only those of IPv4, or of IPv6. Default: both. */
  family?: 4 | 6;
  /** Bound of the accept queue. Default 128. */
  backlog?: number;
  /** Bound of the SYN queue; SYN cookies beyond it. Default 256. */
  synBacklog?: number;
  /**
   * SYN cookies (RFC 4987) when the SYN queue is full; false drops SYNs instead, 'always' answers every SYN with one.
   * Default true.
   */
  synCookies?: boolean | 'always';
  /**
   * TCP Fast Open (RFC 7413): connections that may be used although their handshake has not completed, because
   * their SYN had a cookie of ours; beyond it a SYN is answered as without. What it sends before can arrive
   * twice: for requests that may be repeated. 0, the default, is off.
   */
  fastOpen?: number;
  /**
   * A handshake completes only with the first text (or FIN): its bare ACK is dropped until the SYN,ACK has
   * been repeated so many times, as Linux does with TCP_DEFER_ACCEPT. 0, the default: off.
   */
  deferAccept?: number;
  /**
   * TCP MD5 signatures (RFC 2385), as BGP has them: from and to each peer for which the host has a key (`setMd5Key`) all
   * segments must be signed; those of other peers are not. Default false.
   */
  md5?: boolean;
  /** Callbacks for its connections; they are accepted at once, without `accept`. */
  handler?: ConnectionHandler;
  /**
   * No SYN is answered before the program has said how: accept, refuse, unreachable, or not at all. For a proxy that
   * first asks somebody else. At most `synBacklog` wait; SYN cookies are off.
   */
  onSyn?: (request: SynRequest) => void;
  /** It listens no more: it was closed, or its host is. What it throws becomes an unhandled rejection. */
  onClose?: () => void;
  /** Settings of its connections that differ from the host's. */
  tcp?: Partial<TcpConfig>;
}

/** How long a connection that was reset before its handshake was complete counts as one that is early. */
const EARLY_RESET_MS = 60_000;

/** What a listener asks of the host. */
export interface ListenerOwner {
  /** What the calls of its user wait with. */
  readonly waits: Waits;
  closeListener(listener: Listener): void;
  woke(): void;
}

/** What `info()` returns. */
export interface ListenerInfo {
  /** null: every address of the host. */
  readonly address: string | null;
  readonly port: number;
  readonly closed: boolean;
  /** Connections that wait to be accepted, and how many may. */
  readonly acceptQueueLength: number;
  readonly backlog: number;
  /** Connections in SYN-RECEIVED, and how many may be. */
  readonly synQueueLength: number;
  readonly synBacklog: number;
}

const NO_OPTIONS: WaitOptions = {};
const NO_CALLBACKS: ConnectionHandler = {};
const acceptOptions = waitSchema('accept');

/** A passive OPEN that stays: each SYN makes a connection of its own (MUST-41, MUST-42). */
export class Listener {
  static {
    describesItself(Listener);
  }
  readonly tcb: Tcb;
  /** null: every address. */
  readonly address: IpAddress | null;
  /** Of the connections that it takes; 0: both. */
  readonly family: 0 | 4 | 6;
  /** 0: every port. */
  readonly port: number;
  readonly any: boolean;
  readonly backlog: number;
  readonly synBacklog: number;
  readonly synCookies: boolean | 'always';
  /** See {@link ListenOptions}; may be changed. */
  fastOpen: number;
  /** @internal Keys of its cookies (TCP_FASTOPEN_KEY); null: the host's. */
  fastOpenKeys: { readonly present: Int32Array; readonly old: Int32Array | null } | null = null;
  /** @internal Connections that were reset stay in the accept queue, with the text that came before (Linux). */
  keepsReset = false;
  /** See `ListenOptions`. */
  deferAccept: number;
  /** See `ListenOptions`. */
  readonly md5: boolean;
  readonly handler: ConnectionHandler | null;
  /** See `ListenOptions`. */
  readonly onSyn: ((request: SynRequest) => void) | null;
  /** @internal SYNs that wait for a word. */
  requests = 0;
  /** What its connections begin with, their SYN,ACK included. */
  readonly ttl: number;
  readonly tos: number;
  /** Connections in SYN-RECEIVED. */
  synQueueLength = 0;
  /** Connections in SYN-RECEIVED whose user has them by Fast Open, and those of the last minute that were reset. */
  earlyLength = 0;
  /** @internal Until when cookies that were sent can come back, in ms of the host's clock; 0: none sent. */
  cookiesUntil = 0;
  readonly #owner: ListenerOwner;
  readonly #onClose: (() => void) | undefined;
  readonly #queue = new Queue<Connection>();
  readonly #acceptors = new Queue<Waiter<Connection>>();
  /** Until when a reset early connection counts, in ms of the host's clock; at most `fastOpen` of them. */
  readonly #earlyResets = new Queue<number>();
  #closed = false;

  /** @internal */
  constructor(
    owner: ListenerOwner,
    tcb: Tcb,
    address: IpAddress | null,
    port: number,
    options: ListenOptions,
  ) {
    this.#owner = owner;
    this.tcb = tcb;
    this.address = address;
    this.family = address?.family ?? options.family ?? 0;
    this.port = port;
    this.any = options.any ?? false;
    this.backlog = options.backlog ?? 128;
    this.synBacklog = options.synBacklog ?? 256;
    this.synCookies = options.onSyn === undefined && (options.synCookies ?? true);
    this.fastOpen = options.fastOpen ?? 0;
    this.deferAccept = options.deferAccept ?? 0;
    this.md5 = options.md5 ?? false;
    this.onSyn = options.onSyn ?? null;
    this.handler = options.handler ?? (this.onSyn === null ? null : NO_CALLBACKS);
    this.#onClose = options.onClose;
    this.ttl = options.ttl ?? DEFAULT_TTL;
    this.tos = options.tos ?? 0;
  }

  /** Connections that wait to be accepted. */
  get acceptQueueLength(): number {
    return this.#queue.size;
  }
  /** @internal Accepts that wait. */
  get waitingAccepts(): number {
    return this.#acceptors.size;
  }
  get closed(): boolean {
    return this.#closed;
  }
  /** True when one more connection can be kept. */
  get acceptQueueOpen(): boolean {
    return this.handler !== null || this.#acceptors.size > 0 || this.#queue.size < this.backlog;
  }

  /** Sets `settings` of the connections to come, on top of what they are. Throws OptionTypeError, OptionRangeError. */
  configure(settings: Partial<TcpConfig>): void {
    const config = withSettings(this.tcb.config, settings);
    checkConfig(config);
    this.tcb.config = config;
  }

  /** The next connection, ESTABLISHED or early by Fast Open, if one waits; else null. Never waits itself. */
  take(): Connection | null {
    const c = this.#queue.shift();
    if (c === undefined) return null;
    c.listener = null;
    c.place = null;
    if (c.tcb.fastOpen !== 0) c.tcb.fastOpen |= FastOpen.ACCEPTED;
    if (c.tcb.config.receiveMemory) memoryOf(c.tcb).accepted = 1;
    return c;
  }

  /**
   * The next connection, ESTABLISHED. An accept that is ended by its `timeout` or `signal` has taken none: it
   * stays for the next one. Rejects with ECONNABORTED when the listener is closed, also when it waits; with
   * ETIMEDOUT (`timeout`) or the reason of `signal`; with ENOBUFS when 131,072 accepts wait already.
   */
  accept(options: WaitOptions = NO_OPTIONS): Promise<Connection> {
    try {
      if (options !== NO_OPTIONS) acceptOptions.check(options);
    } catch (error) {
      return Promise.reject(error);
    }
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    const c = this.take();
    if (c !== null) return Promise.resolve(c);
    if (this.#closed) return Promise.reject(this.#closedError());
    const { waits } = this.#owner;
    const full = waits.full(this.#acceptors, 'accept', this);
    if (full !== null) return Promise.reject(full);
    const acceptor = new Waiter<Connection>();
    const place = this.#acceptors.push(acceptor);
    if (endsByOptions(options)) this.#guard(acceptor, place, options);
    return acceptor.promise;
  }

  #guard(acceptor: Waiter<Connection>, place: Place<Waiter<Connection>>, options: WaitOptions): void {
    this.#owner.waits.guard(acceptor, options, () => this.#acceptors.leave(place), 'accept', this);
  }

  /** Every connection until the listener is closed. Whoever leaves the loop before closes it. */
  [Symbol.asyncIterator](): AsyncGenerator<Connection, void, void> {
    return new Accepting(this);
  }

  /** Stops listening. Half-open and unaccepted connections are reset; accepted ones live on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.closeListener(this);
    for (const c of this.#queue.drain()) c.abort();
    const error = this.#closedError();
    for (const acceptor of this.#acceptors.drain()) acceptor.reject(error);
    if (this.#onClose !== undefined) runUserCode(this.#onClose);
    this.#owner.woke();
  }

  /** The end of `await using`: `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** @internal Where it listens, for errors. */
  get endpoints(): ErrorEndpoints {
    return { address: this.address === null ? '::' : this.address.toString(), port: this.port };
  }

  #closedError(): TcpError {
    return tcpError(Err.NOT_LISTENING, 'accept', this.endpoints);
  }

  info(): ListenerInfo {
    return {
      address: this.address === null ? null : this.address.toString(),
      port: this.port,
      closed: this.#closed,
      acceptQueueLength: this.#queue.size,
      backlog: this.backlog,
      synQueueLength: this.synQueueLength,
      synBacklog: this.synBacklog,
    };
  }
  toJSON(): ListenerInfo {
    return this.info();
  }

  /** One line: `Listener {*:80, 0 to accept, 0 half-open}`. */
  toString(): string {
    const where = this.address === null ? `*:${this.port}` : formatEndpoint(`${this.address}`, this.port);
    const what = this.#closed ? 'closed' : `${this.#queue.size} to accept, ${this.synQueueLength} half-open`;
    return `Listener {${where}, ${what}}`;
  }

  /** @internal A handshake has completed, or Fast Open does not wait for it. */
  established(c: Connection): void {
    if (this.handler !== null) {
      c.listener = null;
      return;
    }
    const acceptor = this.#acceptors.shift();
    if (acceptor === undefined) {
      c.place = this.#queue.push(c);
      return;
    }
    c.listener = null;
    acceptor.resolve(c);
    this.#owner.woke();
  }

  /** @internal True, and counted, when one more connection may be used early, of `most` (default: `fastOpen`). */
  enterEarly(nowMs: number, most = this.fastOpen): boolean {
    const resets = this.#earlyResets;
    while (resets.first !== undefined && resets.first <= nowMs) {
      resets.shift();
      this.earlyLength--;
    }
    if (this.earlyLength >= most) return false;
    this.earlyLength++;
    return true;
  }

  /**
   * @internal An early connection is ESTABLISHED or gone. One that was reset counts on for a while: whose address
   * somebody else uses resets what it never asked for, and no bound would hold (RFC 7413 section 5.1).
   */
  leaveEarly(reset: boolean, nowMs: number): void {
    if (reset) this.#earlyResets.push(nowMs + EARLY_RESET_MS);
    else this.earlyLength--;
  }

  /** @internal A connection that nobody has accepted is gone. */
  forget(c: Connection): void {
    if (c.place !== null) this.#queue.leave(c.place);
    c.place = null;
  }
}

/** The loop over a listener's connections. By hand: a generator that awaits takes as many turns again for each of them. */
class Accepting implements AsyncGenerator<Connection, void, void> {
  readonly #listener: Listener;
  /** Who leaves a loop that has not begun does not close the listener. */
  #begun = false;
  #over = false;
  readonly #end = (): IteratorResult<Connection, void> => {
    this.#over = true;
    if (this.#begun) this.#listener.close();
    return { value: undefined, done: true };
  };

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  next(): Promise<IteratorResult<Connection, void>> {
    this.#begun = true;
    return this.#over ? Promise.resolve(this.#end()) : this.#listener.accept().then(given, this.#end);
  }

  async return(): Promise<IteratorResult<Connection, void>> {
    return this.#end();
  }

  async throw(error: unknown): Promise<IteratorResult<Connection, void>> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }
}

function given(value: Connection): IteratorResult<Connection, void> {
  return { value, done: false };
}
