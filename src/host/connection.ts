// A connection as its user sees it: the octets (two rings), the promises, and the calls of RFC 9293
// section 3.9.1 in the shape of today's programs. The rules are the engine's; the bookkeeping of
// demultiplexing and timers is tcp-layer.ts's.

import {
  Err,
  FastOpen,
  finAcked,
  receivable,
  Signal,
  State,
  type StateName,
  sendRoom,
  stateName,
  status,
  type Tcb,
  type TcpError,
  type TcpStatus,
  tcpError,
  usedEarly,
} from '../tcp/index.ts';
import { formatWords, type Memory } from '../wire/index.ts';
import type { Way } from './ip-layer.ts';
import type { Listener } from './listener.ts';
import { SMALL_RING } from './memory-pressure.ts';
import { Ring, type RingGate } from './ring.ts';

/**
 * Callbacks of a connection; one table can serve many. They run after the event that caused them and may
 * call anything. What they throw becomes an unhandled rejection; it does not stop the stack.
 */
export interface ConnectionHandler {
  /** The connection is ESTABLISHED, or may be used before that (`early`). */
  open?(connection: Connection): void;
  /** There is something to read, or the peer has sent its FIN and everything was read. */
  readable?(connection: Connection): void;
  /** There is room again, or Memory to try for, after `offer` took less than everything. */
  writable?(connection: Connection): void;
  /** The peer has urgent data (RFC 9293 section 3.8.5). */
  urgent?(connection: Connection): void;
  /**
   * Delivery is in doubt, the connection goes on: R1 was reached (ETIMEDOUT; SHLD-9), or ICMP told of a
   * soft error (MUST-47, SHLD-25).
   */
  trouble?(connection: Connection, error: TcpError): void;
  /** Both directions have ended, or the connection broke: `error` says how. */
  close?(connection: Connection, error: TcpError | null): void;
}

/** What a connection asks of the host; see tcp-layer.ts. */
export interface ConnectionOwner {
  /** Whether rings may grow. */
  readonly pressure: RingGate;
  send(c: Connection, octets: number, urgent: boolean): Err;
  received(c: Connection, octets: number): void;
  close(c: Connection): Err;
  detach(c: Connection): void;
  abort(c: Connection): void;
  push(c: Connection): void;
  setKeepAlive(c: Connection, on: boolean): void;
  setUserTimeout(c: Connection, ms: number): void;
  /** There is no Memory for what the user offers, and nothing of it is under way. */
  starved(c: Connection): void;
  /** A promise was settled or a callback ran: user code has something to do. */
  woke(): void;
}

/** An endpoint of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What `info()` returns: STATUS, and what the host knows besides. */
export interface ConnectionInfo extends TcpStatus {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Octets of buffer memory held now. */
  readonly bufferBytes: number;
}

interface ReadWaiter {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: TcpError) => void;
  readonly max: number;
}

interface PendingWrite {
  readonly octets: Uint8Array;
  done: number;
  readonly urgent: boolean;
  readonly resolve: () => void;
  readonly reject: (error: TcpError) => void;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: TcpError) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: TcpError) => void = () => {};
  const promise = new Promise<T>((a, b) => {
    resolve = a;
    reject = b;
  });
  return { promise, resolve, reject };
}

/** What IP is asked to do with the packets of a connection. */
export interface IpService {
  /** Time to live or hop limit, 1 to 255 (MUST-49). Default 64 (RFC 1122 section 3.2.1.7). */
  ttl?: number;
  /** The octet of Diffserv field and ECN, 0 to 255 (MUST-48). Default 0. */
  tos?: number;
}

/** Throws a RangeError for a service that IP has not. */
export function checkIpService({ ttl = DEFAULT_TTL, tos = 0 }: IpService): void {
  checkOctet('ttl', ttl, 1);
  checkOctet('tos', tos, 0);
}

function checkOctet(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > 255)
    throw new RangeError(`${name} must be a whole number from ${least} to 255, not ${value}`);
}

/** Time to live and hop limit where nothing else is asked for. */
export const DEFAULT_TTL = 64;

/** Smallest ring that is allocated for text. */
const MIN_RING = 2048;

/** One TCP connection. Made by `host.connect` and `listener.accept`. */
export class Connection {
  readonly tcb: Tcb;
  /** @internal */
  readonly sndRing: Ring;
  /** @internal */
  readonly rcvRing: Ring;
  /** @internal Where packets to the peer go; found again when `pathEpoch` is old. */
  path: Way | null = null;
  /** @internal */
  pathEpoch = -1;
  /** @internal Sum of the pseudo-header without the length. */
  pseudo = 0;
  /** @internal The listener whose queue this is in, until it is accepted. */
  listener: Listener | null = null;
  /** @internal The listener whose bound of early connections it counts for. */
  earlyAt: Listener | null = null;
  /** @internal In the listener's SYN queue. */
  halfOpen = false;
  handler: ConnectionHandler | null = null;
  /** Free for the user of callbacks. */
  data: unknown = null;
  readonly #owner: ConnectionOwner;
  #tos = 0;
  #ttl = DEFAULT_TTL;
  #ended = false;
  /** Whether it was ESTABLISHED once. */
  #wasOpen = false;
  #error: TcpError | null = null;
  #eof = false;
  /** Whether `offer` took less than everything since the last `writable`. */
  #wantsRoom = false;
  /** Waits for Memory: `tryAgain` will be called. */
  #starved = false;
  #endAfterWrites = false;
  #closeAfterWrites = false;
  /** What had not been read when both directions ended in order: no longer in the Memory. */
  #left: Uint8Array | null = null;
  #readers: ReadWaiter[] | null = null;
  #writes: PendingWrite[] | null = null;
  #opened: Deferred<Connection> | null = null;
  #closed: Deferred<void> | null = null;
  #finAcked: Deferred<void> | null = null;
  #rcvHint = MIN_RING;
  #sndHint = MIN_RING;

  /** @internal */
  constructor(owner: ConnectionOwner, tcb: Tcb, memory: Memory) {
    this.#owner = owner;
    this.tcb = tcb;
    this.sndRing = new Ring(memory, owner.pressure);
    this.rcvRing = new Ring(memory, owner.pressure);
  }

  get state(): StateName {
    return stateName(this.tcb.state);
  }
  /** True while it is used before its handshake has completed: TCP Fast Open at a listener (RFC 7413). */
  get early(): boolean {
    return usedEarly(this.tcb);
  }
  /** True when text of the SYN was taken by its receiver (RFC 7413). */
  get synTextTaken(): boolean {
    return (this.tcb.fastOpen & FastOpen.TAKEN) !== 0;
  }
  get localAddress(): string {
    const { family, l0, l1, l2, l3 } = this.tcb;
    return formatWords(family === 6 ? 6 : 4, l0, l1, l2, l3);
  }
  get remoteAddress(): string {
    const { family, r0, r1, r2, r3 } = this.tcb;
    return formatWords(family === 6 ? 6 : 4, r0, r1, r2, r3);
  }
  get localPort(): number {
    return this.tcb.localPort;
  }
  get remotePort(): number {
    return this.tcb.remotePort;
  }
  /** Octets that can be read now. */
  get readableLength(): number {
    return receivable(this.tcb);
  }
  /** Octets that `offer` would take now. */
  get writableLength(): number {
    return this.#canSend() ? Math.max(0, sendRoom(this.tcb)) : 0;
  }
  /** True when the peer's FIN has come and everything before it was read. */
  get eof(): boolean {
    return this.#eof && receivable(this.tcb) === 0;
  }
  /** Why the connection broke, or null. */
  get error(): TcpError | null {
    return this.#error;
  }
  /** The last soft error that ICMP told of, until something is acknowledged; or null (SHLD-25). */
  get softError(): TcpError | null {
    const { softError } = this.tcb;
    return softError === Err.OK ? null : tcpError(softError as Err, undefined, this.#peer());
  }
  /** Octets up to the end of the peer's urgent data, as far as it has announced them (MUST-33). */
  get urgentLength(): number {
    const { rcv } = this.tcb;
    return rcv.urgent === 1 ? Math.max(0, (rcv.up - rcv.user) | 0) : 0;
  }
  /** True when both directions have ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves at ESTABLISHED; rejects with ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH… */
  get opened(): Promise<Connection> {
    if (this.#opened === null) {
      this.#opened = deferred<Connection>();
      this.#opened.promise.catch(() => {});
      if (this.#wasOpen || this.tcb.state >= State.ESTABLISHED) this.#opened.resolve(this);
      else if (this.#ended) this.#opened.reject(this.#error ?? tcpError(Err.ABORTED, 'connect'));
    }
    return this.#opened.promise;
  }

  /**
   * Resolves when both directions have ended in order (TIME-WAIT, or CLOSED after LAST-ACK); rejects with
   * the error of a connection that broke (ECONNRESET, ETIMEDOUT, ECONNABORTED…).
   */
  get closed(): Promise<void> {
    if (this.#closed === null) {
      this.#closed = deferred<void>();
      this.#closed.promise.catch(() => {});
      if (this.#ended) settle(this.#closed, this.#error);
    }
    return this.#closed.promise;
  }

  // Reading.

  /**
   * The next octets, at most `max`: a copy that the caller owns. null at the end of the peer's stream.
   * Rejects with the connection's error. Several reads are answered in order.
   */
  read(max = 0x7fffffff): Promise<Uint8Array | null> {
    if (!(max >= 1)) throw new RangeError('read: max must be at least 1');
    if (this.#readers === null || this.#readers.length === 0) {
      if (receivable(this.tcb) > 0) return Promise.resolve(this.take(max));
      if (this.#eof) return Promise.resolve(null);
      if (this.#ended) return this.#error === null ? Promise.resolve(null) : Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => {
      if (this.#readers === null) this.#readers = [];
      this.#readers.push({ resolve, reject, max });
    });
  }

  /** What can be read now, at most `max` octets: a copy; null when there is nothing. Never waits. */
  take(max = 0x7fffffff): Uint8Array | null {
    const n = Math.min(receivable(this.tcb), max);
    if (n <= 0) return null;
    const out = new Uint8Array(n);
    this.readInto(out);
    return out;
  }

  /** Copies what can be read now into `dst`; how many octets. Never waits. */
  readInto(dst: Uint8Array): number {
    const there = receivable(this.tcb);
    const n = Math.min(there, dst.length);
    if (n <= 0) return 0;
    const left = this.#left;
    if (left === null) this.rcvRing.copyOut(this.tcb.rcv.user, dst, 0, n);
    else dst.set(left.subarray(left.length - there, left.length - there + n));
    this.#received(n);
    return n;
  }

  /** Throws away at most `max` octets that could be read; how many. */
  discard(max = 0x7fffffff): number {
    const n = Math.min(receivable(this.tcb), max);
    if (n > 0) this.#received(n);
    return Math.max(n, 0);
  }

  #received(n: number): void {
    this.#owner.received(this, n);
    if (receivable(this.tcb) === 0 && this.tcb.rcv.rangeCount === 0) this.#idleRing();
  }

  /** An empty receive ring goes back to the Memory; the next one is as large as this was. */
  #idleRing(): void {
    if (this.rcvRing.capacity > this.#rcvHint) this.#rcvHint = this.rcvRing.capacity;
    this.rcvRing.release();
    this.#left = null;
  }

  /** Reads to the end, chunk by chunk. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const chunk = await this.read();
      if (chunk === null) return;
      yield chunk;
    }
  }

  // Writing.

  #canSend(): boolean {
    switch (this.tcb.state) {
      case State.SYN_SENT:
      case State.SYN_RECEIVED:
      case State.ESTABLISHED:
      case State.CLOSE_WAIT:
        return !this.#endAfterWrites && this.tcb.snd.fin === 0 && this.tcb.orphan === 0;
      default:
        return false;
    }
  }

  /**
   * Sends all of `octets`; resolves when the last one is in the send buffer. That is the backpressure:
   * `await` it. The bytes must not be changed before. Rejects with EPIPE after `end`, with ENOBUFS when the
   * Memory is full and nothing is under way that could free some, or with the connection's error.
   */
  write(octets: Uint8Array, options: { urgent?: boolean } = {}): Promise<void> {
    const urgent = options.urgent ?? false;
    if (!this.#canSend()) return Promise.reject(this.#sendError());
    const queued = this.#writes !== null && this.#writes.length > 0;
    const done = queued ? 0 : this.#enqueue(octets, 0, urgent);
    if (done === octets.length && !queued) return Promise.resolve();
    if (!queued && this.#nothingHeld())
      return Promise.reject(tcpError(Err.NO_RESOURCES, 'write', this.#peer()));
    return new Promise((resolve, reject) => {
      if (this.#writes === null) this.#writes = [];
      this.#writes.push({ octets, done, urgent, resolve, reject });
    });
  }

  /** Sends what fits of `octets` now; how many. 0 when there is no room (`writable` tells when) or no sending. */
  offer(octets: Uint8Array): number {
    if (!this.#canSend() || (this.#writes !== null && this.#writes.length > 0)) return 0;
    const n = this.#enqueue(octets, 0, false);
    if (n < octets.length) {
      this.#wantsRoom = true;
      if (!this.#starved && this.#nothingHeld()) {
        this.#starved = true;
        this.#owner.starved(this);
      }
    }
    return n;
  }

  /** Puts octets from `from` into the send ring, as many as there is room for; where it stopped. */
  #enqueue(octets: Uint8Array, from: number, urgent: boolean): number {
    const { tcb, sndRing } = this;
    const { snd } = tcb;
    let n = Math.min(octets.length - from, sendRoom(tcb));
    if (n <= 0) return from;
    const first = (snd.una + snd.syn) | 0;
    const held = (snd.end - first) | 0;
    const need = held + n;
    if (
      need > sndRing.capacity &&
      !sndRing.ensure(Math.max(need, this.#sndHint), first, snd.end) &&
      !sndRing.ensure(need, first, snd.end)
    ) {
      // Memory is short: what a small ring holds.
      sndRing.ensure(Math.min(need, SMALL_RING), first, snd.end);
      n = sndRing.capacity - held;
      if (n <= 0) return from;
    }
    sndRing.write(snd.end, octets, from, n);
    this.#owner.send(this, n, urgent && from + n === octets.length);
    return from + n;
  }

  /** @internal There may be Memory again. */
  tryAgain(): void {
    this.#starved = false;
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (!this.#wantsRoom || !this.#canSend()) return;
    this.#wantsRoom = false;
    this.#tell(this.handler?.writable);
  }

  /** True when nothing is in the send buffer: no acknowledgment will come that makes room. */
  #nothingHeld(): boolean {
    const { snd } = this.tcb;
    return ((snd.end - snd.una - snd.syn) | 0) <= 0;
  }

  /**
   * No more will be written: CLOSE of RFC 9293, a FIN after everything written. Reading goes on. A connection
   * that is still opening opens first. Resolves when the peer has acknowledged the FIN; rejects with the
   * connection's error.
   */
  end(): Promise<void> {
    if (this.#finAcked === null) {
      this.#finAcked = deferred<void>();
      this.#finAcked.promise.catch(() => {});
    }
    const { promise } = this.#finAcked;
    if (this.#ended) this.#settleFin(this.#finAcked);
    else if (this.#writesPending() || this.tcb.state === State.SYN_SENT) this.#endAfterWrites = true;
    else if (!this.#endAfterWrites) this.#owner.close(this);
    return promise;
  }

  #writesPending(): boolean {
    return this.#writes !== null && this.#writes.length > 0;
  }

  /** What `end` put off, when everything written is in the send buffer and the peer is known. */
  #endWhenDrained(): void {
    if (!this.#endAfterWrites || this.#writesPending() || this.tcb.state === State.SYN_SENT) return;
    this.#endAfterWrites = false;
    if (this.#closeAfterWrites) this.#owner.detach(this);
    else this.#owner.close(this);
  }

  /**
   * Closes both directions: what was written is delivered, then a FIN; what the peer still sends is
   * answered by a RST, at once if something is unread (SHLD-3). What is left to read is thrown away.
   */
  close(): void {
    if (this.#ended) {
      this.discard();
      return;
    }
    const opening = this.tcb.state === State.SYN_SENT && !this.#nothingHeld();
    if (opening || (this.#writesPending() && receivable(this.tcb) === 0)) {
      this.end();
      this.#closeAfterWrites = true;
      return;
    }
    this.#owner.detach(this);
  }

  /** ABORT: sends a RST and forgets the connection. Everything pending rejects with ECONNABORTED. */
  abort(): void {
    if (this.#ended) this.discard();
    else this.#owner.abort(this);
  }

  // Settings.

  /** Diffserv field of its packets (MUST-48), from the next one on (SHLD-21). Setting throws RangeError. */
  get tos(): number {
    return this.#tos;
  }
  set tos(value: number) {
    checkOctet('tos', value, 0);
    this.#tos = value;
  }
  /** Time to live or hop limit of its packets (MUST-49), from the next one on. Setting throws RangeError. */
  get ttl(): number {
    return this.#ttl;
  }
  set ttl(value: number) {
    checkOctet('ttl', value, 1);
    this.#ttl = value;
  }
  /** Turns Nagle's algorithm off (MUST-17). */
  setNoDelay(on = true): void {
    this.tcb.noDelay = on ? 1 : 0;
    if (on) this.#owner.push(this);
  }
  /** Holds partial segments until `uncork`. */
  cork(): void {
    this.tcb.cork = 1;
  }
  uncork(): void {
    this.tcb.cork = 0;
    this.#owner.push(this);
  }
  /** Keep-alives on or off (MUST-24). */
  setKeepAlive(on = true): void {
    this.#owner.setKeepAlive(this, on);
  }
  /** USER TIMEOUT in milliseconds; 0 is the default R2 (MUST-21). Throws RangeError. */
  setUserTimeout(ms: number): void {
    if (!Number.isInteger(ms) || ms < 0 || ms > 2 ** 30)
      throw new RangeError(`setUserTimeout: ms must be a whole number from 0 to ${2 ** 30}, not ${ms}`);
    this.#owner.setUserTimeout(this, ms);
  }

  /** STATUS (RFC 9293 section 3.10.6), in the manner of Linux's `tcp_info`. */
  info(): ConnectionInfo {
    return {
      local: { address: this.localAddress, port: this.localPort },
      remote: { address: this.remoteAddress, port: this.remotePort },
      ...status(this.tcb),
      bufferBytes: this.sndRing.capacity + this.rcvRing.capacity,
    };
  }

  // What the host tells.

  /** @internal Room for text of the peer up to `bytes` octets from RCV.user on; `outOfOrder`: beyond a hole. */
  makeRoom(bytes: number, outOfOrder: boolean): boolean {
    const { rcvRing, tcb } = this;
    if (bytes <= rcvRing.capacity) return true;
    const live = Math.min(rcvRing.capacity, (tcb.rcv.edge - tcb.rcv.user) | 0);
    let want = Math.max(bytes, this.#rcvHint);
    if (rcvRing.capacity > 0) want = Math.max(want, Math.min(rcvRing.capacity * 4, tcb.rcv.buf));
    return (
      rcvRing.ensure(want, tcb.rcv.user, (tcb.rcv.user + live) | 0, outOfOrder) ||
      rcvRing.ensure(bytes, tcb.rcv.user, (tcb.rcv.user + live) | 0, outOfOrder)
    );
  }

  /** @internal Acts on the engine's signals. A callback may end the connection: then the rest is no news. */
  signalled(signals: number): void {
    if ((signals & (Signal.OPENED | Signal.EARLY)) !== 0) this.#open();
    if ((signals & Signal.URGENT) !== 0) this.#tell(this.handler?.urgent);
    if ((signals & (Signal.DELAYED | Signal.SOFT_ERROR)) !== 0) this.#trouble(signals);
    if (this.#ended) return;
    if ((signals & Signal.PEER_FIN) !== 0) this.#eof = true;
    if ((signals & (Signal.TEXT | Signal.PEER_FIN)) !== 0) this.#feedReaders();
    if (this.#ended) return;
    if ((signals & Signal.ROOM) !== 0) this.#drainWrites();
    if ((signals & Signal.FIN_ACKED) !== 0 && this.#finAcked !== null) {
      this.#finAcked.resolve();
      this.#owner.woke();
    }
    if (this.tcb.state === State.TIME_WAIT) this.#finish(null);
  }

  #open(): void {
    if (!this.#wasOpen) {
      this.#wasOpen = true;
      if (this.#opened !== null) {
        this.#opened.resolve(this);
        this.#owner.woke();
      }
      this.#tell(this.handler?.open);
    }
    this.#endWhenDrained();
  }

  /** Runs a callback of the user. */
  #tell(callback: ((c: Connection) => void) | undefined): void {
    if (callback === undefined || this.#ended) return;
    this.#owner.woke();
    try {
      callback.call(this.handler, this);
    } catch (error) {
      void Promise.reject(error); // the user's mistake, reported by the platform
    }
  }

  #trouble(signals: number): void {
    const trouble = this.handler?.trouble;
    if (trouble === undefined) return;
    const soft = (signals & Signal.SOFT_ERROR) !== 0 ? this.softError : null;
    const error = soft ?? tcpError(Err.TIMED_OUT, 'write', this.#peer());
    this.#tell((c) => trouble.call(this.handler, c, error));
  }

  /** @internal The connection has ended by an error, or in order. */
  finish(err: Err): void {
    this.#finish(err === Err.OK ? null : tcpError(err, this.#syscall(), this.#peer()));
  }

  #syscall(): string {
    return this.#opened !== null && !this.#wasOpen ? 'connect' : 'read';
  }
  #peer(): string {
    return this.tcb.family === 6
      ? `[${this.remoteAddress}]:${this.remotePort}`
      : `${this.remoteAddress}:${this.remotePort}`;
  }
  #sendError(): TcpError {
    return this.#error ?? tcpError(Err.CLOSING, 'write', this.#peer());
  }

  #feedReaders(): void {
    const readers = this.#readers;
    while (readers !== null && readers.length > 0) {
      const reader = readers[0] as ReadWaiter;
      const chunk = this.take(reader.max);
      if (chunk === null && !this.#eof) break;
      readers.shift();
      reader.resolve(chunk);
      this.#owner.woke();
    }
    this.#tell(this.handler?.readable);
  }

  #drainWrites(): void {
    const { snd } = this.tcb;
    const writes = this.#writes;
    while (writes !== null && writes.length > 0) {
      const w = writes[0] as PendingWrite;
      w.done = this.#enqueue(w.octets, w.done, w.urgent);
      if (w.done < w.octets.length) {
        if (!this.#nothingHeld()) return;
        w.reject(tcpError(Err.NO_RESOURCES, 'write', this.#peer()));
      } else {
        w.resolve();
      }
      writes.shift();
      this.#owner.woke();
    }
    this.#endWhenDrained();
    if (((snd.end - snd.una) | 0) <= 0) {
      if (this.sndRing.capacity > this.#sndHint) this.#sndHint = this.sndRing.capacity;
      this.sndRing.release();
    }
    this.#tellRoom();
  }

  #finish(error: TcpError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.sndRing.release();
    const { tcb } = this;
    const unread = receivable(tcb);
    if (error === null && unread > 0 && tcb.orphan === 0) {
      // It still can be read; but the Memory has no garbage collection, should nobody come for it.
      const left = new Uint8Array(unread);
      this.rcvRing.copyOut(tcb.rcv.user, left, 0, unread);
      this.#left = left;
    } else {
      // "All segment queues should be flushed": then the end of the stream is not reached either.
      if (unread > 0) this.#eof = false;
      tcb.rcv.user = tcb.rcv.nxt;
      tcb.rcv.rangeCount = 0;
      tcb.rcv.fin = 0;
    }
    this.rcvRing.release();
    const readers = this.#readers;
    this.#readers = null;
    if (readers !== null) {
      for (const r of readers) {
        if (error === null) r.resolve(null);
        else r.reject(error);
      }
    }
    const writes = this.#writes;
    this.#writes = null;
    if (writes !== null) for (const w of writes) w.reject(this.#sendError());
    if (this.#opened !== null && !this.#wasOpen)
      this.#opened.reject(error ?? tcpError(Err.ABORTED, 'connect', this.#peer()));
    if (this.#finAcked !== null) this.#settleFin(this.#finAcked);
    if (this.#closed !== null) settle(this.#closed, error);
    this.#owner.woke();
    try {
      this.handler?.close?.(this, error);
    } catch (thrown) {
      void Promise.reject(thrown);
    }
  }

  /** A FIN that was never acknowledged, although nothing broke: the user closed before there was a peer. */
  #settleFin(d: Deferred<void>): void {
    const lost = this.#error === null && !finAcked(this.tcb);
    settle(d, lost ? tcpError(Err.ABORTED, 'shutdown', this.#peer()) : this.#error);
  }
}

function settle(d: Deferred<void>, error: TcpError | null): void {
  if (error === null) d.resolve();
  else d.reject(error);
}
