// The TCP handle under Node's own net.Socket and net.Server: Node's JSStream, with what net.js, tls, http and http2
// ask of a `TCP` beside it, over a Connection or a Listener of a host. libuv's manners are kept where programs see
// them: octets are taken inside the call of a write and the write completes later; what ends a connection is told
// once, to the call that waits for it; the process lives on for it as long as it would for the kernel's.

import { AsyncResource } from 'node:async_hooks';
import type { Connection, ConnectionHandler, Host, Listener } from '../../host/index.ts';
import type { TcpError } from '../../tcp/index.ts';
import {
  ANY_4,
  ANY_6,
  destination,
  isForMany,
  isLocal,
  type SocketName,
  shownAs,
  unmapped,
} from './addresses.ts';
import { errorNumber } from './errors.ts';
import {
  canTellResults,
  type JsStream,
  type JsStreamClass,
  jsStreamClass,
  ownerOf,
  type Req,
  setReadError,
  setWritten,
  uvError,
} from './internals.ts';
import { keepAlive } from './liveness.ts';

// Taken now: a test may fake them later.
const { setImmediate, setTimeout, clearTimeout } = globalThis;

/** net.js: what a handle is for. */
export const HandleType = { SOCKET: 0, SERVER: 1 } as const;

/** libuv: an IPv6 socket that takes no IPv4 (UV_TCP_IPV6ONLY). */
const IPV6_ONLY = 1;
/** Octets given to a reader at once, as libuv does. */
const READ = 64 * 1024;
/** Octets taken from the connection and not given to the reader yet. */
const MOST_TAKEN = 4 * READ;
/** A socket that was closed with text in its buffer keeps the process at most so long. */
const LINGER_MS = 5000;

/** The request of a connect. */
export interface ConnectReq {
  oncomplete(status: number, handle: TcpHandle, req: ConnectReq, readable: boolean, writable: boolean): void;
}

interface KeepAlive {
  readonly on: boolean;
  readonly idleMs: number;
  readonly intervalMs: number;
  readonly count: number;
}

interface PendingWrite {
  readonly req: Req;
  readonly octets: Buffer[];
  /** Octets of all of it that the connection has not taken. */
  left: number;
}

/** What a handle adds to JSStream; a net.Socket's `_handle`. */
export interface TcpHandle extends JsStream {
  readonly host: Host;
  /** As in {@link HandleType}. */
  readonly type: number;
  readonly connection: Connection | null;
  onconnection?: (status: number, handle?: TcpHandle) => void;
  bind(address: string, port: number, flags?: number): number;
  bind6(address: string, port: number, flags?: number): number;
  listen(backlog: number): number;
  connect(req: ConnectReq, address: string, port: number): number;
  connect6(req: ConnectReq, address: string, port: number): number;
  ref(): void;
  unref(): void;
  /** Internal: the handle of a connection that this one, a listener, has taken. */
  forAccepted(): TcpHandle;
  close(callback?: () => void): void;
  reset(callback?: () => void): number;
  getsockname(out: SocketName): number;
  getpeername(out: SocketName): number;
}

/** `type` as in {@link HandleType}. */
export type TcpHandleClass = new (host: Host, type: number) => TcpHandle;

let handleClass: TcpHandleClass | null = null;
let nobodys: AsyncResource | null = null;

/** The context of what nobody's call has made: a connection that was accepted is not in its peer's. */
function nobody(): AsyncResource {
  return (nobodys ??= new AsyncResource('SYNFIN_ACCEPTED'));
}

/** The class, made when Node's JSStream is known. Throws MissingInternalError. */
export function tcpHandleClass(): TcpHandleClass {
  nobody();
  handleClass ??= makeHandleClass(jsStreamClass());
  return handleClass;
}

function makeHandleClass(Base: JsStreamClass): TcpHandleClass {
  return class TCP extends Base implements TcpHandle {
    readonly host: Host;
    readonly type: number;
    /** Set by net.js and http. */
    reading = false;
    onconnection?: (status: number, handle?: TcpHandle) => void;

    connection: Connection | null = null;
    #listener: Listener | null = null;
    /** The context in which the user made, or listened on, this. */
    readonly #context = new AsyncResource('SYNFIN_TCP');
    #bound: { address: string; port: number; isSix: boolean; only6: boolean } | null = null;
    #isSix = false;
    #connecting: { readonly req: ConnectReq; readonly context: AsyncResource } | null = null;
    #isReading = false;
    /** Taken from the connection, for the reader. */
    readonly #taken: Uint8Array[] = [];
    #takenBytes = 0;
    #most = Number.MAX_SAFE_INTEGER;
    #endTold = false;
    /** What broke the connection, until it was told. */
    #broken = 0;
    /** It is told to the next read. */
    #readBroken = 0;
    #write: PendingWrite | null = null;
    #writeDone = false;
    #shutdown: Req | null = null;
    #shutdownDone = false;
    #isClosed = false;
    #isRef = true;
    #counted = false;
    #scheduled = false;
    #noDelay: boolean | null = null;
    #tos: number | null = null;
    #keepAlive: KeepAlive | null = null;

    constructor(host: Host, type: number) {
      super();
      this.host = host;
      this.type = type;
    }

    // What JSStream asks.

    isClosing(): boolean {
      return this.#isClosed;
    }

    onreadstart(): number {
      if (this.#isClosed) return uvError('EBADF');
      this.#isReading = true;
      this.#take();
      this.#schedule();
      this.#live();
      return 0;
    }

    onreadstop(): number {
      this.#isReading = false;
      this.#failWrite();
      this.#live();
      return 0;
    }

    // What net.js calls to write. As in the kernel, what there is room for is sent at once and the write is done; for
    // the rest there is a request, of JSStream.

    override writeBuffer(req: Req | null, octets: Uint8Array): number | Req {
      const taken = this.#offer(octets);
      if (taken === octets.length && taken > 0) {
        setWritten(taken, true);
        return 0;
      }
      const result = super.writeBuffer(req, taken === 0 ? octets : octets.subarray(taken));
      if (taken > 0) setWritten(octets.length, false);
      return result;
    }
    writeUtf8String(req: Req | null, text: string): number | Req {
      return this.writeBuffer(req, Buffer.from(text, 'utf8'));
    }
    writeLatin1String(req: Req | null, text: string): number | Req {
      return this.writeBuffer(req, Buffer.from(text, 'latin1'));
    }
    /** Node's own "ascii" keeps eight bits. */
    writeAsciiString(req: Req | null, text: string): number | Req {
      return this.writeBuffer(req, Buffer.from(text, 'latin1'));
    }
    writeUcs2String(req: Req | null, text: string): number | Req {
      return this.writeBuffer(req, Buffer.from(text, 'utf16le'));
    }
    /** `chunks`: buffers, or each followed by its encoding. */
    override writev(req: Req | null, chunks: readonly unknown[], allBuffers: boolean): number | Req {
      return this.writeBuffer(req, Buffer.concat(buffersOf(chunks, allBuffers)));
    }

    /** Octets that the connection takes now. Whatever waits already is before them. */
    #offer(octets: Uint8Array): number {
      const { connection } = this;
      if (connection === null || this.#connecting !== null || this.#isClosed || !canTellResults()) return 0;
      if (this.#write !== null || this.#shutdown !== null || this.#broken !== 0) return 0;
      return connection.offer(octets);
    }

    /** The octets are ours: JSStream has copied them. */
    onwrite(req: Req, octets: Buffer[]): number {
      if (this.#isClosed) return uvError('EBADF');
      const failure = this.#writeFailure();
      if (failure !== 0) return failure;
      let left = 0;
      for (const each of octets) left += each.length;
      this.#write = { req, octets: [...octets], left };
      this.#writeDone = false;
      this.#flush();
      this.#live();
      return 0;
    }

    onshutdown(req: Req): number {
      if (this.#isClosed) return uvError('EBADF');
      if (this.connection === null || this.connection.ended) {
        if (this.connection === null || this.#broken !== 0) return uvError('ENOTCONN');
      }
      this.#shutdown = req;
      this.#shutdownDone = false;
      this.#endWhenWritten();
      this.#live();
      return 0;
    }

    // Names.

    bind(address: string, port: number): number {
      return this.#bind(address, port, false, 0);
    }

    bind6(address: string, port: number, flags = 0): number {
      return this.#bind(address, port, true, flags);
    }

    #bind(address: string, port: number, isSix: boolean, flags: number): number {
      if (this.#bound !== null || this.connection !== null) return uvError('EINVAL');
      const plain = unmapped(address);
      this.#bound = { address: plain, port, isSix, only6: (flags & IPV6_ONLY) !== 0 };
      this.#isSix = isSix;
      if (!isLocal(this.host, plain)) return uvError('EADDRNOTAVAIL');
      // A listener is told when it listens, as by libuv.
      if (this.type === HandleType.SOCKET && port !== 0 && this.#isPortTaken(plain, isSix, port))
        return uvError('EADDRINUSE');
      return 0;
    }

    #isPortTaken(address: string, isSix: boolean, port: number): boolean {
      const isAny = address === ANY_4 || address === ANY_6;
      return this.#isTaken(isAny ? null : address, isAny && isSix ? 0 : isSix ? 6 : 4, port);
    }

    getsockname(out: SocketName): number {
      const { connection } = this;
      if (connection !== null) {
        Object.assign(out, shownAs(connection.localAddress, connection.localPort, this.#isSix));
      } else if (this.#bound !== null) {
        const { address, port, isSix } = this.#bound;
        Object.assign(out, shownAs(address, this.#listener?.port ?? port, isSix));
      } else return uvError('EBADF');
      return 0;
    }

    getpeername(out: SocketName): number {
      const { connection } = this;
      if (connection === null || this.#connecting !== null) return uvError('ENOTCONN');
      Object.assign(out, shownAs(connection.remoteAddress, connection.remotePort, this.#isSix));
      return 0;
    }

    // Opening.

    listen(backlog: number): number {
      this.#bound ??= { address: ANY_4, port: 0, isSix: false, only6: false };
      const { address, port, isSix, only6 } = this.#bound;
      const isAny = address === ANY_4 || address === ANY_6;
      const family = isSix ? (only6 ? 6 : undefined) : 4;
      if (this.#isTaken(isAny ? null : address, family ?? 0, port)) return uvError('EADDRINUSE');
      try {
        this.#listener = this.host.listen({
          port,
          backlog: Math.max(1, backlog),
          ...(isAny ? (family === undefined ? {} : { family }) : { address }),
          handler: { open: (connection) => this.#accept(connection) },
        });
      } catch (error) {
        return errorNumber(error);
      }
      this.#live();
      return 0;
    }

    /** To Linux a listener on every address of a family and one on an address of it are in each other's way. */
    #isTaken(address: string | null, family: 0 | 4 | 6, port: number): boolean {
      const own = address === null ? family : address.includes(':') ? 6 : 4;
      return this.host.listeners.some((listener) => {
        if (listener.port !== port) return false;
        if (own !== 0 && listener.family !== 0 && own !== listener.family) return false;
        return address === null || listener.address === null || `${listener.address}` === address;
      });
    }

    /** The handle of a connection that a listener has taken. */
    forAccepted(): TcpHandle {
      return new TCP(this.host, HandleType.SOCKET);
    }

    #accept(connection: Connection): void {
      const handle = nobody().runInAsyncScope(() => this.forAccepted()) as TCP;
      handle.#isSix = this.#isSix;
      handle.#attach(connection);
      process.nextTick(() => {
        if (this.#isClosed) handle.reset();
        else this.#context.runInAsyncScope(() => this.onconnection?.(0, handle));
      });
    }

    connect(req: ConnectReq, address: string, port: number): number {
      return this.#connect(req, address, port, false);
    }

    connect6(req: ConnectReq, address: string, port: number): number {
      return this.#connect(req, address, port, true);
    }

    #connect(req: ConnectReq, address: string, port: number, isSix: boolean): number {
      if (this.#isClosed) return uvError('EBADF');
      if (this.connection !== null) return uvError(this.#connecting === null ? 'EISCONN' : 'EALREADY');
      const bound = this.#bound;
      const isAny = bound === null || bound.address === ANY_4 || bound.address === ANY_6;
      this.#isSix = isSix;
      // The kernel's socket is there from now on, bound to nothing yet.
      this.#bound ??= { address: isSix ? ANY_6 : ANY_4, port: 0, isSix, only6: false };
      const to = destination(address);
      if (isForMany(to)) return uvError('ENETUNREACH');
      try {
        const connection = this.host.open({
          address: to,
          port,
          ...(isAny ? {} : { localAddress: bound.address }),
          ...(bound === null ? {} : { localPort: bound.port }),
        });
        this.#attach(connection);
      } catch (error) {
        return errorNumber(error);
      }
      this.#connecting = { req, context: new AsyncResource('SYNFIN_TCP_CONNECT') };
      this.#live();
      return 0;
    }

    #attach(connection: Connection): void {
      this.connection = connection;
      connection.handler = this.#handler();
      if (this.#noDelay !== null) connection.setNoDelay(this.#noDelay);
      if (this.#tos !== null) connection.tos = this.#tos;
      if (this.#keepAlive !== null) applyKeepAlive(connection, this.#keepAlive);
    }

    #handler(): ConnectionHandler {
      return {
        keepsUnread: true,
        open: () => this.#connected(0),
        readable: () => {
          this.#take();
          this.#schedule();
        },
        writable: () => this.#flush(),
        close: (_connection, error) => this.#ended(error),
      };
    }

    #connected(status: number): void {
      const connecting = this.#connecting;
      if (connecting === null) return;
      const tell = (): void => {
        if (this.#connecting !== connecting) return;
        this.#connecting = null;
        this.#live();
        connecting.context.runInAsyncScope(() =>
          connecting.req.oncomplete(status, this, connecting.req, true, true),
        );
      };
      // A turn for the ACK: a listener of this process has accepted when the client hears, as with the kernel.
      setImmediate(status === 0 ? () => setImmediate(tell) : tell);
    }

    // Reading.

    /** Takes what there is for a reader who waits. */
    #take(): void {
      const { connection } = this;
      if (connection === null || !this.#isReading) return;
      while (this.#takenBytes < MOST_TAKEN) {
        const octets = connection.take(READ);
        if (octets === null) return;
        this.#taken.push(octets);
        this.#takenBytes += octets.length;
      }
    }

    #schedule(): void {
      if (this.#scheduled || this.#isClosed || !this.#isReading) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }

    /** The buffer of a reader that has one of its own (net.js: `onread`). */
    override useUserBuffer(buffer: Uint8Array): void {
      super.useUserBuffer(buffer);
      this.#most = buffer.length;
    }

    /** At most what fits into the reader's buffer: JSStream would give it the rest although it stops. */
    #nextTaken(): Uint8Array | undefined {
      const [first] = this.#taken;
      if (first === undefined || first.length <= this.#most) return this.#taken.shift();
      this.#taken[0] = first.subarray(this.#most);
      return first.subarray(0, this.#most);
    }

    /**
     * Gives the reader some of what was taken, then the end, or what broke the connection. One of these in a turn, as
     * libuv calls its reader: what a program does at `nextTick` about some octets comes before the next ones.
     */
    #deliver(): void {
      if (this.#isClosed) return;
      const octets = this.#isReading ? this.#nextTaken() : undefined;
      if (octets !== undefined) {
        this.#takenBytes -= octets.length;
        this.readBuffer(octets);
        this.#take();
        this.#schedule();
        return;
      }
      if (!this.#isReading || this.#endTold || this.#connecting !== null) return;
      if (this.#readBroken !== 0) {
        this.#endTold = true;
        this.#live();
        this.#tellBroken();
        this.#failWrite();
      } else if (this.connection?.eof === true || this.#broken !== 0) {
        this.#endTold = true;
        this.#live();
        this.emitEOF();
      }
    }

    #tellBroken(): void {
      const error = this.#readBroken;
      this.#readBroken = 0;
      if (typeof this.onread === 'function' && canTellResults()) {
        setReadError(error);
        this.#context.runInAsyncScope(() => this.onread?.(undefined));
        return;
      }
      // TLS has the reader's place in C++, or the place of errors is out of reach: the socket is told itself.
      const owner = ownerOf(this);
      if (owner === null) this.emitEOF();
      else this.#context.runInAsyncScope(() => owner.destroy(readError(error)));
    }

    // Writing.

    #writeFailure(): number {
      if (this.connection === null) return uvError('ENOTCONN');
      if (this.#broken === 0) return this.connection.ended ? uvError('EPIPE') : 0;
      // As the kernel: what broke the connection is told once, to a read or to a write.
      const status = this.#readBroken;
      this.#readBroken = 0;
      return status === 0 ? uvError('EPIPE') : status;
    }

    #flush(): void {
      const { connection } = this;
      const write = this.#write;
      if (write === null || this.#writeDone || connection === null || this.#connecting !== null) return;
      while (write.octets.length > 0) {
        const first = write.octets[0] as Buffer;
        const n = connection.offer(first);
        write.left -= n;
        if (n < first.length) {
          write.octets[0] = first.subarray(n);
          return;
        }
        write.octets.shift();
      }
      this.#finishWrite(0);
    }

    #finishWrite(status: number): void {
      const write = this.#write;
      if (write === null || this.#writeDone) return;
      this.#writeDone = true;
      setImmediate(() => {
        if (this.#write !== write) return;
        this.#write = null;
        this.#live();
        this.finishWrite(write.req, status);
        this.#endWhenWritten();
      });
    }

    #endWhenWritten(): void {
      const req = this.#shutdown;
      if (req === null || this.#shutdownDone || this.#write !== null) return;
      this.#shutdownDone = true;
      const { connection } = this;
      const status = connection === null || this.#broken !== 0 ? uvError('ENOTCONN') : 0;
      connection?.end().catch(() => {});
      setImmediate(() => {
        if (this.#shutdown !== req) return;
        this.#shutdown = null;
        this.#live();
        this.finishShutdown(req, status);
      });
    }

    // The end.

    /** The connection has ended: in order, or by an error that whoever waits is told. */
    #ended(error: TcpError | null): void {
      if (error === null) {
        if (this.#connecting !== null) this.#connected(uvError('ECANCELED'));
        this.#schedule();
        return;
      }
      // To Linux it is EPIPE after the peer's FIN: who reads has been told the end.
      const isEnded = this.#endTold || this.connection?.eof === true;
      const status = isEnded && error.code === 'ECONNRESET' ? uvError('EPIPE') : errorNumber(error);
      this.#broken = status;
      if (this.#connecting !== null) {
        this.#connected(status);
        return;
      }
      this.#readBroken = status;
      this.#live();
      // libuv reads before it writes: a reader is told first, and what it does about it comes before the write.
      if (this.#isReading && !this.#endTold) this.#schedule();
      else this.#failWrite();
    }

    #failWrite(): void {
      if (this.#broken !== 0 && !this.#isClosed) this.#finishWrite(this.#broken);
    }

    close(callback?: () => void): void {
      if (this.#isClosed) return;
      this.#close(callback, (connection) => connection.close());
    }

    reset(callback?: () => void): number {
      if (this.#isClosed) return uvError('EBADF');
      this.#close(callback, (connection) => connection.abort());
      return 0;
    }

    #close(callback: (() => void) | undefined, end: (connection: Connection) => void): void {
      this.#isClosed = true;
      this.#live();
      this.#taken.length = 0;
      this.#listener?.close();
      const { connection } = this;
      const connecting = this.#connecting;
      const write = this.#write;
      const shutdown = this.#shutdown;
      const written = this.#writeDone ? 0 : uvError('ECANCELED');
      this.#connecting = this.#write = this.#shutdown = null;
      if (connection !== null) {
        connection.handler = null;
        if (!connection.ended) {
          end(connection);
          if (this.#isRef) linger(connection);
        }
      }
      setImmediate(() => {
        connecting?.context.runInAsyncScope(() =>
          connecting.req.oncomplete(uvError('ECANCELED'), this, connecting.req, false, false),
        );
        if (write !== null) this.finishWrite(write.req, written);
        if (shutdown !== null) this.finishShutdown(shutdown, uvError('ECANCELED'));
        if (callback !== undefined) this.#context.runInAsyncScope(() => callback.call(this));
      });
    }

    // Settings.

    setNoDelay(on: boolean): number {
      this.#noDelay = on;
      if (this.connection?.ended === false) this.connection.setNoDelay(on);
      return 0;
    }

    /** libuv: the first probe after `delay` seconds, ten of them, a second apart, unless told otherwise. */
    setKeepAlive(on: boolean, delay: number, interval = 1, count = 10): number {
      if (on && (delay < 1 || interval < 1 || count < 1)) return uvError('EINVAL');
      this.#keepAlive = { on, idleMs: delay * 1000, intervalMs: interval * 1000, count };
      if (this.connection?.ended === false) applyKeepAlive(this.connection, this.#keepAlive);
      return 0;
    }

    setTypeOfService(tos: number): number {
      if (!Number.isInteger(tos) || tos < 0 || tos > 255) return uvError('EINVAL');
      this.#tos = tos;
      if (this.connection !== null) this.connection.tos = tos;
      return 0;
    }
    getTypeOfService(): number {
      return this.#tos ?? 0;
    }

    setBlocking(): number {
      return 0;
    }
    setSimultaneousAccepts(): number {
      return 0;
    }
    /** A descriptor cannot be had: this is no socket of the kernel. */
    open(): number {
      return uvError('EINVAL');
    }
    get fd(): number {
      return -1;
    }

    get bytesRead(): number {
      return (this.connection?.bytesRead ?? 0) - this.#takenBytes;
    }
    get bytesWritten(): number {
      return (this.connection?.bytesWritten ?? 0) + this.writeQueueSize;
    }
    get writeQueueSize(): number {
      return this.#write?.left ?? 0;
    }

    // Liveness, as libuv's: while listening, connecting, reading before the end, writing, or shutting down.

    ref(): void {
      this.#isRef = true;
      this.#live();
    }
    unref(): void {
      this.#isRef = false;
      this.#live();
    }
    hasRef(): boolean {
      return this.#isRef && !this.#isClosed;
    }

    #live(): void {
      const isActive =
        !this.#isClosed &&
        (this.#listener !== null ||
          this.#connecting !== null ||
          (this.#isReading && !this.#endTold) ||
          this.#write !== null ||
          this.#shutdown !== null);
      const wanted = isActive && this.#isRef;
      if (wanted === this.#counted) return;
      this.#counted = wanted;
      keepAlive(wanted ? 1 : -1);
    }
  };
}

function buffersOf(chunks: readonly unknown[], allBuffers: boolean): Uint8Array[] {
  if (allBuffers) return chunks as Uint8Array[];
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i] as string | Uint8Array;
    buffers.push(typeof chunk === 'string' ? Buffer.from(chunk, chunks[i + 1] as BufferEncoding) : chunk);
  }
  return buffers;
}

function applyKeepAlive(connection: Connection, { on, idleMs, intervalMs, count }: KeepAlive): void {
  if (on) connection.setKeepAlive(true, idleMs, intervalMs, count);
  else connection.setKeepAlive(false);
}

function readError(error: number): Error {
  const code = errorName(error);
  return Object.assign(new Error(`read ${code}`), { errno: error, code, syscall: 'read' });
}

function errorName(error: number): string {
  return error === uvError('ECONNRESET')
    ? 'ECONNRESET'
    : error === uvError('ETIMEDOUT')
      ? 'ETIMEDOUT'
      : 'EIO';
}

/** What a program wrote before it closed is delivered by the kernel although the program ends; here it must live on. */
function linger(connection: Connection): void {
  if (connection.ended) return;
  keepAlive(1);
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    keepAlive(-1);
  };
  const timer = setTimeout(end, LINGER_MS);
  timer.unref();
  connection.end().then(end, end);
}
