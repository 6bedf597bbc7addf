// A connection as its user sees it: what it is, its two sides (reading.ts, writing.ts), and how it ends. The
// rules are the engine's; the bookkeeping of demultiplexing and timers is that of ../tcp/.

/// <reference lib="esnext.disposable" preserve="true" />

import { describesItself } from '../../options/index.ts';
import {
  Err,
  type ErrorEndpoints,
  FastOpen,
  finSent,
  type Remains,
  receivable,
  remainsOf,
  Signal,
  State,
  type StateName,
  stateName,
  status,
  type Tcb,
  type TcpError,
  tcbOfRemains,
  tcpError,
  usedEarly,
} from '../../tcp/index.ts';
import { formatEndpoint, formatWords } from '../../wire/index.ts';
import { type Octets, octetsOf, type Place } from '../base/index.ts';
import { checkOctet, DEFAULT_TTL, type Way } from '../ip/index.ts';
import { Waiter, type WaitOptions } from '../time/index.ts';
import type { ConnectionHandler, ConnectionInfo, ConnectionOwner } from './connection-types.ts';
import type { Listener } from './listener.ts';
import { Reading, type ReadOptions } from './reading.ts';
import { Ring } from './ring.ts';
import { type PlatformReadable, type PlatformWritable, readableOf, writableOf } from './streams.ts';
import { type WriteOptions, Writing } from './writing.ts';

/** How long `await using` waits for the peer to acknowledge what was written, in milliseconds. */
const LINGER_MS = 60_000;
/** No record. */
const NONE = -1;

/** One TCP connection. Made by `host.connect` and `listener.accept`. */
export class Connection {
  static {
    describesItself(Connection);
  }
  /** null: it rests, or it has ended and nobody has asked for more since. */
  #tcb: Tcb | null;
  /** What is left of the TCB then: the number of its record at rest (tcp/rest.ts), or what may be asked after the end. */
  #left: number | Remains = NONE;
  /** Made when they are needed. */
  #sndRing: Ring | null = null;
  #rcvRing: Ring | null = null;
  /** @internal Where packets to the peer go; found again when `pathEpoch` is old. */
  path: Way | null = null;
  /** @internal */
  pathEpoch = -1;
  /** @internal Changes of path MTUs that it knows of: see `PathMtuCache.epoch`. */
  pmtuEpoch = 0;
  /** @internal Until when a router's report to it holds, in ms of the host's clock; 0: there was none. */
  pmtuUntilMs = 0;
  /** @internal Sum of the pseudo-header without the length. */
  pseudo = 0;
  /** @internal The listener whose queue this is in, until it is accepted. */
  listener: Listener | null = null;
  /** @internal Its place in that queue, once it is ESTABLISHED. */
  place: Place<Connection> | null = null;
  /** @internal The listener whose bound of early connections it counts for. */
  earlyAt: Listener | null = null;
  /** @internal In the listener's SYN queue. */
  halfOpen = false;
  /** @internal Its user is told of text and room at the end of the batch. */
  late = false;
  /** @internal Something has happened to it since somebody last looked whether it may rest. */
  stirred = true;
  /** @internal A program may have it: it stays this object. */
  seen = false;
  handler: ConnectionHandler | null = null;
  /** Free for the user of callbacks. */
  data: unknown = null;
  /** @internal */
  readonly owner: ConnectionOwner;
  readonly #reading: Reading;
  /** Made when it is needed. */
  #written: Writing | null = null;
  #tos = 0;
  #ttl = DEFAULT_TTL;
  /** @internal IPv4 packets may be cut by routers (IP_PMTUDISC_DONT). */
  fragments = false;
  #ended = false;
  /** Whether it was ESTABLISHED once. */
  #wasOpen = false;
  #error: TcpError | null = null;
  #opened: Waiter<Connection> | null = null;
  #closed: Waiter<void> | null = null;

  /** @internal */
  constructor(owner: ConnectionOwner, tcb: Tcb) {
    this.owner = owner;
    this.#tcb = tcb;
    this.#reading = new Reading(this);
  }

  /** What the engine remembers of it. Not to be kept: when it has rested meanwhile, this is another object. */
  get tcb(): Tcb {
    return this.#tcb ?? this.#wake();
  }

  #wake(): Tcb {
    const left = this.#left;
    const tcb = typeof left === 'number' ? this.owner.wake(left) : tcbOfRemains(left);
    this.#tcb = tcb;
    this.#left = NONE;
    this.stirred = true;
    return tcb;
  }

  /** @internal Its TCB is packed, and this is its record; the next who asks for it wakes it. */
  rest(record: number): void {
    this.#tcb = null;
    this.#left = record;
    this.#sndRing = null;
    this.#rcvRing = null;
  }
  /** @internal It has ended, and its TCB is somebody else's from now on. */
  leaveTcb(): void {
    this.#left = remainsOf(this.tcb);
    this.#tcb = null;
  }
  /** @internal */
  get atRest(): boolean {
    return this.#tcb === null;
  }
  /** @internal The record of one that rests; -1 of another. */
  get record(): number {
    return typeof this.#left === 'number' ? this.#left : NONE;
  }

  get #writing(): Writing {
    return (this.#written ??= new Writing(this));
  }

  /** @internal What was written and is not acknowledged. */
  get sndRing(): Ring {
    return (this.#sndRing ??= new Ring(this.owner.memory, this.owner.pressure));
  }
  /** @internal What has come and was not read. */
  get rcvRing(): Ring {
    return (this.#rcvRing ??= new Ring(this.owner.memory, this.owner.pressure));
  }
  /** @internal Gives the memory of the send ring back; how much that was. */
  releaseSndRing(): number {
    return this.#sndRing === null ? 0 : this.#sndRing.release();
  }
  /** @internal Gives the memory of the receive ring back; how much that was. */
  releaseRcvRing(): number {
    return this.#rcvRing === null ? 0 : this.#rcvRing.release();
  }
  /** @internal Octets of both. */
  get bufferBytes(): number {
    return (this.#sndRing?.capacity ?? 0) + (this.#rcvRing?.capacity ?? 0);
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
  /** UDP port of the peer when its segments go in datagrams (`tcpOverUdp` of a host); 0: they do not. */
  get udpPort(): number {
    return this.tcb.udpPort;
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
    return this.#writing.room;
  }
  /** Octets that were read, or discarded, since the beginning. */
  get bytesRead(): number {
    return this.#reading.taken;
  }
  /** Octets put into the send buffer since the beginning. */
  get bytesWritten(): number {
    return this.#written?.sent ?? 0;
  }
  /** True when the peer's FIN has come and everything before it was read. */
  get eof(): boolean {
    return this.#reading.eof;
  }
  /**
   * True when the peer's FIN has come, whatever is unread.
   * @internal
   */
  get peerEnded(): boolean {
    return this.#reading.peerEnded;
  }
  /** Why the connection broke, or null. */
  get error(): TcpError | null {
    return this.#error;
  }
  /** The last soft error that ICMP told of, until something is acknowledged; or null (SHLD-25). */
  get softError(): TcpError | null {
    const { softError } = this.tcb;
    return softError === Err.OK ? null : tcpError(softError as Err, undefined, this.endpoints);
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
    if (this.#opened === null) this.#waitForOpen().quiet();
    return (this.#opened as Waiter<Connection>).promise;
  }

  #waitForOpen(): Waiter<Connection> {
    const waiter = new Waiter<Connection>();
    this.#opened = waiter;
    if (this.#wasOpen || this.tcb.state >= State.ESTABLISHED) waiter.resolve(this);
    else if (this.#ended) waiter.reject(this.failure('connect'));
    return waiter;
  }

  /** @internal {@link opened}, for `host.connect`: what its options end is the attempt. Who does not wait is told. */
  openedWithin(options: WaitOptions): Promise<Connection> {
    const { promise } = this.#opened ?? this.#waitForOpen();
    return this.owner.waits.share(promise, options, () => this.abort(), 'connect', this);
  }

  /**
   * Resolves when both directions have ended in order (TIME-WAIT, or CLOSED after LAST-ACK; a RST in CLOSING or
   * LAST-ACK is no error, RFC 9293 section 3.10.7.4: `end` tells whether the FIN was acknowledged); rejects with
   * the error of a connection that broke (ECONNRESET, ETIMEDOUT, ECONNABORTED…).
   */
  get closed(): Promise<void> {
    if (this.#closed === null) {
      this.#closed = new Waiter<void>().quiet();
      if (this.#ended) this.#settleClosed();
    }
    return this.#closed.promise;
  }

  // Reading.

  /**
   * The next octets, at most `max` (a number in place of the options): a copy that the caller owns. null at the
   * end of the peer's stream. Several reads are answered in order. A read that is ended by its `timeout` or
   * `signal` has taken nothing: the next one gets it. Rejects
   * - with RangeError or TypeError for options that are none,
   * - with ETIMEDOUT (`timeout`) or the reason of `signal`,
   * - with ECONNABORTED after `close` or `abort`, at once, also when it waits,
   * - with ECONNRESET, ETIMEDOUT… when the connection broke,
   * - with ENOBUFS when 131,072 reads wait already.
   */
  read(options?: number | ReadOptions): Promise<Uint8Array | null> {
    return this.#reading.read(options);
  }

  /** What can be read now, at most `max` octets: a copy; null when there is nothing. Never waits. */
  take(max?: number): Uint8Array | null {
    return this.#reading.take(max);
  }

  /** Copies what can be read now into `dst`; how many octets. Never waits. Throws TypeError. */
  readInto(dst: Octets): number {
    return this.#reading.readInto(octetsOf(dst, 'readInto'));
  }

  /** Throws away at most `max` octets that could be read; how many. */
  discard(max?: number): number {
    return this.#reading.discard(max);
  }

  /**
   * Reads to the end, chunk by chunk. Whoever leaves the loop before (`break`, `return`, `throw`) closes the
   * connection, as with the streams of Node: who wants to go on calls `read` instead.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    let left = true;
    try {
      for (;;) {
        const chunk = await this.read();
        if (chunk === null) {
          left = false;
          return;
        }
        yield chunk;
      }
    } finally {
      if (left) this.close();
    }
  }

  // Writing.

  /**
   * Sends all of `octets`; resolves when the last one is in the send buffer. That is the backpressure: `await`
   * it. What is not awaited waits in a queue of at most 131,072 writes and 512 MiB, and is kept by reference: the
   * octets must not be changed before. A write that is ended by its `timeout` or `signal` takes back what is
   * not in the send buffer yet (`bytesWritten` counts what is); those behind it go on. Rejects
   * - with TypeError for what is not octets: text is to be encoded, `new TextEncoder().encode(text)`,
   * - with EPIPE after `end` or `close`, with ECONNABORTED after `abort`,
   * - with ETIMEDOUT (`timeout`) or the reason of `signal`,
   * - with ECONNRESET, ETIMEDOUT… when the connection broke,
   * - with ENOBUFS when the queue is full, or when the Memory is and nothing is under way that could free some;
   *   writes that wait behind one that fails so fail, too.
   */
  write(octets: Octets, options?: WriteOptions): Promise<void> {
    return this.#writing.write(octets, options);
  }

  /**
   * Sends what fits of `octets` now; how many. 0 when there is no room (`writable` tells when) or no sending.
   * Throws TypeError for what is not octets.
   */
  offer(octets: Octets): number {
    return this.#writing.offer(octets);
  }

  /**
   * No more will be written: CLOSE of RFC 9293, a FIN after everything written. Reading goes on. A connection
   * that is still opening opens first. Resolves when the peer has acknowledged the FIN; rejects with the
   * connection's error. `timeout` and `signal` end the wait, not the closing.
   */
  end(options?: WaitOptions): Promise<void> {
    return this.#writing.end(options);
  }

  /**
   * Closes both directions: what was written is delivered, then a FIN; what the peer still sends is
   * answered by a RST, at once if something is unread (SHLD-3, `resetUnread`). What is left to read is thrown away, and reads
   * that wait reject with ECONNABORTED.
   */
  close(): void {
    this.#reading.close();
    if (this.#ended) {
      this.discard();
      return;
    }
    if (this.#written !== null && this.#mayWait(this.#written)) this.#written.closeWhenDrained();
    else this.owner.detach(this);
  }

  /** Whether a CLOSE waits for what was written. */
  #mayWait(writing: Writing): boolean {
    const { state, config } = this.tcb;
    if (state === State.SYN_SENT && !writing.nothingHeld) return true;
    return writing.pending && !(receivable(this.tcb) > 0 && config.resetUnread);
  }

  /** ABORT: sends a RST and forgets the connection. Everything pending rejects with ECONNABORTED. */
  abort(): void {
    if (this.#ended) this.close();
    else this.owner.abort(this);
  }

  /**
   * The end of `await using`: `end`, and when the peer has acknowledged everything that was written, `close`.
   * Never rejects. After 60 s without that acknowledgment the connection is aborted. Who must know that
   * everything arrived awaits `end` before.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended && this.tcb.state === State.SYN_SENT && (this.#written?.nothingHeld ?? true))
      this.close();
    if (this.#ended) return;
    try {
      await this.end({ timeout: LINGER_MS });
      this.close();
    } catch {
      this.abort();
    }
  }

  // As streams.

  /**
   * What arrives, as the platform's ReadableStream: a byte stream, which BYOB readers may read, too. Nothing is
   * read ahead: the window closes when nobody reads. `cancel` is `close`. Made when it is asked for; `read` beside
   * it takes from the same octets. Throws TypeError where the platform has no streams.
   */
  get readable(): PlatformReadable {
    return readableOf(this);
  }

  /**
   * What is sent, as the platform's WritableStream: a write is done when it is in the send buffer, `close` is
   * `end` (half-closed), `abort` is `abort` (a RST, both directions). Throws TypeError where the platform has no
   * streams.
   */
  get writable(): PlatformWritable {
    return writableOf(this);
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
    if (on) this.owner.push(this);
  }
  /** Holds partial segments until `uncork`. */
  cork(): void {
    this.tcb.cork = 1;
  }
  uncork(): void {
    this.tcb.cork = 0;
    this.owner.push(this);
  }
  /**
   * Keep-alives on or off (MUST-24): the first probe after `idleMs` milliseconds of silence, the next ones
   * `intervalMs` apart, `count` of them before the connection is given up. What is not told stays as it is set. Throws
   * RangeError.
   */
  setKeepAlive(on = true, idleMs?: number, intervalMs?: number, count?: number): void {
    const { config } = this.tcb;
    const keepAlive = {
      keepAliveIdleMs: idleMs ?? config.keepAliveIdleMs,
      keepAliveIntervalMs: intervalMs ?? config.keepAliveIntervalMs,
      keepAliveCount: count ?? config.keepAliveCount,
    };
    checkMs('setKeepAlive', 'idleMs', keepAlive.keepAliveIdleMs, 1);
    checkMs('setKeepAlive', 'intervalMs', keepAlive.keepAliveIntervalMs, 1);
    if (
      !Number.isInteger(keepAlive.keepAliveCount) ||
      keepAlive.keepAliveCount < 1 ||
      keepAlive.keepAliveCount > 127
    )
      throw new RangeError(`setKeepAlive: count must be a whole number from 1 to 127, not ${count}`);
    if (idleMs !== undefined || intervalMs !== undefined || count !== undefined)
      this.tcb.config = { ...config, ...keepAlive };
    this.owner.setKeepAlive(this, on);
  }
  /**
   * Octets that may wait unsent before writes do and `writable` is silent (TCP_NOTSENT_LOWAT of Linux); 0: as many as the
   * send buffer holds. As the setting `notsentLowat`. Throws RangeError.
   */
  setNotsentLowat(octets: number): void {
    if (!Number.isInteger(octets) || octets < 0 || octets > 2 ** 30)
      throw new RangeError(
        `setNotsentLowat: octets must be a whole number from 0 to ${2 ** 30}, not ${octets}`,
      );
    this.tcb.config = { ...this.tcb.config, notsentLowat: octets };
    this.#written?.limitChanged();
  }
  /** USER TIMEOUT in milliseconds; 0 is the default R2 (MUST-21). Throws RangeError. */
  setUserTimeout(ms: number): void {
    checkMs('setUserTimeout', 'ms', ms, 0);
    this.owner.setUserTimeout(this, ms);
  }

  /** STATUS (RFC 9293 section 3.10.6), in the manner of Linux's `tcp_info`. */
  info(): ConnectionInfo {
    return {
      local: { address: this.localAddress, port: this.localPort },
      remote: { address: this.remoteAddress, port: this.remotePort },
      ...status(this.tcb),
      bufferBytes: this.bufferBytes,
      waitingBytes: this.#written?.waiting ?? 0,
      bytesRead: this.bytesRead,
      bytesWritten: this.bytesWritten,
    };
  }
  toJSON(): ConnectionInfo {
    return this.info();
  }

  /** One line: `Connection {ESTABLISHED 10.0.0.1:50000 -> 10.0.0.2:80, 0 unread}`. */
  toString(): string {
    const local = formatEndpoint(this.localAddress, this.localPort);
    const remote = formatEndpoint(this.remoteAddress, this.remotePort);
    const broken = this.#error === null ? '' : `, ${this.#error.code}`;
    return `Connection {${this.state} ${local} -> ${remote}, ${this.readableLength} unread${broken}}`;
  }

  // What the host tells, and what its two sides ask.

  /** @internal */
  makeRoom(bytes: number, outOfOrder: boolean): boolean {
    return this.#reading.makeRoom(bytes, outOfOrder);
  }

  /** @internal There may be Memory again. */
  tryAgain(): void {
    this.#written?.tryAgain();
  }

  /** @internal Runs `action` after `ms` of the host's time, unless what is returned is called before. */
  after(ms: number, action: () => void): () => void {
    return this.owner.waits.after(ms, action);
  }

  /** @internal Both ends, for errors. */
  get endpoints(): ErrorEndpoints {
    return {
      address: this.remoteAddress,
      port: this.remotePort,
      localAddress: this.localAddress,
      localPort: this.localPort,
    };
  }

  /** @internal Calls of the user that wait. */
  get waitingCalls(): {
    readonly opening: boolean;
    readonly reads: number;
    readonly writes: number;
    readonly waitingBytes: number;
    readonly ending: boolean;
  } {
    return {
      opening: this.#opened !== null && !this.#wasOpen,
      reads: this.#reading.waiting,
      writes: this.#written?.calls ?? 0,
      waitingBytes: this.#written?.waiting ?? 0,
      ending: this.#written?.ending ?? false,
    };
  }

  /** @internal Why a call fails: as the connection broke, or because that direction is closed. */
  failure(syscall: 'connect' | 'read' | 'write' | 'shutdown'): TcpError {
    if (this.#error !== null) return tcpError(this.tcb.error, syscall, this.endpoints);
    if (syscall === 'write' || syscall === 'read') return tcpError(Err.CLOSING, syscall, this.endpoints);
    // Without an error and without an ACK a FIN ends by a RST alone (CLOSING, LAST-ACK).
    const byReset = syscall === 'shutdown' && finSent(this.tcb);
    return tcpError(byReset ? Err.RESET : Err.ABORTED, syscall, this.endpoints);
  }

  /** @internal Acts on the engine's signals. A callback may end the connection: then the rest is no news. */
  signalled(signals: number): void {
    if ((signals & (Signal.OPENED | Signal.EARLY)) !== 0) this.#open();
    if ((signals & Signal.URGENT) !== 0) this.tell(this.handler?.urgent);
    if ((signals & (Signal.DELAYED | Signal.SOFT_ERROR)) !== 0) this.#trouble(signals);
    if (this.#ended) return;
    if ((signals & Signal.PEER_FIN) !== 0) this.#reading.peerFin();
    if ((signals & (Signal.TEXT | Signal.PEER_FIN)) !== 0) {
      this.#reading.feed();
      this.tell(this.handler?.readable);
    }
    if (this.#ended) return;
    if ((signals & Signal.ROOM) !== 0) this.#written?.drain();
    if ((signals & Signal.FIN_ACKED) !== 0) this.#written?.finAcked();
    if (this.tcb.state === State.TIME_WAIT) this.finish(Err.OK);
  }

  #open(): void {
    if (!this.#wasOpen) {
      this.#wasOpen = true;
      if (this.#opened !== null) {
        this.#opened.resolve(this);
        this.owner.woke();
      }
      this.tell(this.handler?.open);
    }
    this.#written?.endWhenDrained();
  }

  /** @internal Runs a callback of the user. */
  tell(callback: ((c: Connection) => void) | undefined): void {
    if (callback === undefined || this.#ended) return;
    this.owner.woke();
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
    const error = soft ?? tcpError(Err.TIMED_OUT, 'write', this.endpoints);
    this.tell((c) => trouble.call(this.handler, c, error));
  }

  /** @internal The connection has ended by an error, or in order. */
  finish(err: Err): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = err === Err.OK ? null : tcpError(err, this.#brokenCall(err), this.endpoints);
    this.#reading.finish(err !== Err.OK);
    this.#written?.finish();
    if (this.#opened !== null && !this.#wasOpen) this.#opened.reject(this.failure('connect'));
    this.#settleClosed();
    this.owner.woke();
    try {
      this.handler?.close?.(this, this.#error);
    } catch (thrown) {
      void Promise.reject(thrown);
    }
  }

  /** Which call Node would say has failed; none where the user aborted. */
  #brokenCall(err: Err): string | undefined {
    if (!this.#wasOpen && this.tcb.passive === 0) return 'connect';
    return err === Err.ABORTED ? undefined : 'read';
  }

  #settleClosed(): void {
    if (this.#error === null) this.#closed?.resolve();
    else this.#closed?.reject(this.#error);
  }
}

/** Throws a RangeError for what is no time in milliseconds of at least `least`. */
function checkMs(call: string, name: string, ms: number, least: number): void {
  if (!Number.isInteger(ms) || ms < least || ms > 2 ** 30)
    throw new RangeError(`${call}: ${name} must be a whole number from ${least} to ${2 ** 30}, not ${ms}`);
}
