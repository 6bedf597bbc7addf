// The TCP handle under Node's own net.Socket and net.Server: Node's JSStream, with what net.js, tls, http and http2
// ask of a `TCP` beside it, over a Connection or a Listener of a host. libuv's manners are kept where programs see
// them: octets are taken inside the call of a write and the write completes later; what ends a connection is told
// once, to the call that waits for it; the process lives on for it as long as it would for the kernel's.

import { AsyncResource } from 'node:async_hooks';
import type { Connection, Host } from '../../host/index.ts';
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
  canTellWaiting,
  type JsStream,
  type JsStreamClass,
  jsStreamClass,
  type Req,
  serverOf,
  setWritten,
  uvError,
} from './internals.ts';
import { linger } from './liveness.ts';
import { type ConnectReq, TcpState } from './tcp-state.ts';

/** net.js: what a handle is for. */
export const HandleType = { SOCKET: 0, SERVER: 1 } as const;

/** libuv: an IPv6 socket that takes no IPv4 (UV_TCP_IPV6ONLY). */
const IPV6_ONLY = 1;

interface KeepAlive {
  readonly on: boolean;
  readonly idleMs: number;
  readonly intervalMs: number;
  readonly count: number;
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
  /** Internal: takes a connection over that somebody else opened. True: it is still opening, `connect` waits for it. */
  adopt(connection: Connection): boolean;
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

    readonly #state: TcpState = new TcpState(this);
    #bound: { address: string; port: number; isSix: boolean; only6: boolean } | null = null;
    #isSix = false;
    /** Its connection was opened by somebody else, and `connect` was not called yet. */
    #isAdopted = false;
    #noDelay: boolean | null = null;
    #tos: number | null = null;
    #keepAlive: KeepAlive | null = null;

    constructor(host: Host, type: number) {
      super();
      this.host = host;
      this.type = type;
    }

    get connection(): Connection | null {
      return this.#state.connection;
    }

    // What JSStream asks.

    isClosing(): boolean {
      return this.#state.isClosed;
    }

    onreadstart(): number {
      const state = this.#state;
      if (state.isClosed) return uvError('EBADF');
      state.reading.start();
      state.live();
      return 0;
    }

    onreadstop(): number {
      const state = this.#state;
      state.reading.stop();
      state.writing.fail();
      state.live();
      return 0;
    }

    onwrite(req: Req, octets: readonly Buffer[]): number {
      return this.#state.isClosed ? uvError('EBADF') : this.#state.writing.write(req, octets);
    }

    onshutdown(req: Req): number {
      return this.#state.isClosed ? uvError('EBADF') : this.#state.writing.shutdown(req);
    }

    /** The buffer of a reader that has one of its own (net.js: `onread`). */
    override useUserBuffer(buffer: Uint8Array): void {
      super.useUserBuffer(buffer);
      this.#state.reading.limit(buffer.length);
    }

    // What net.js calls to write. As in the kernel, what there is room for is sent at once and the write is done; for
    // the rest there is a request: net.js's own, or where it gives none, JSStream's, which copies the octets.

    override writeBuffer(req: Req | null, octets: Uint8Array): number | Req {
      const { writing } = this.#state;
      const taken = writing.offer(octets);
      if (taken === octets.length && taken > 0) {
        setWritten(taken, true);
        return 0;
      }
      const rest = taken === 0 ? octets : octets.subarray(taken);
      if (req !== null && canTellWaiting() && !this.#state.isClosed) {
        const failure = writing.keep(req, rest);
        if (failure === 0) setWritten(octets.length, false);
        return failure;
      }
      const result = super.writeBuffer(req, rest);
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
        Object.assign(out, shownAs(address, this.#state.listener?.port ?? port, isSix));
      } else return uvError('EBADF');
      return 0;
    }

    getpeername(out: SocketName): number {
      const { connection } = this;
      if (connection === null || this.#state.connecting !== null) return uvError('ENOTCONN');
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
        this.#state.listener = this.host.listen({
          port,
          backlog: Math.max(1, backlog),
          ...(isAny ? (family === undefined ? {} : { family }) : { address }),
          handler: { open: (connection) => this.#accept(connection) },
          onClose: () => this.#listenerClosed(),
        });
      } catch (error) {
        return errorNumber(error);
      }
      this.#state.live();
      return 0;
    }

    /** By us, or with the host: then as if the program had closed its server, for nobody can connect any more. */
    #listenerClosed(): void {
      if (!this.#state.isClosed && !this.#state.turns.isOver) serverOf(this)?.close();
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
      this.#state.tick(() => {
        if (this.#state.isClosed) handle.reset();
        else this.#state.context.runInAsyncScope(() => this.onconnection?.(0, handle));
      });
    }

    adopt(connection: Connection): boolean {
      this.#isSix = connection.remoteAddress.includes(':');
      this.#attach(connection);
      this.#isAdopted = isOpening(connection);
      if (connection.ended) this.#state.close(connection, connection.error);
      return this.#isAdopted;
    }

    /** The connection was opened by somebody else: waits for what comes of it, or tells what came. */
    #connectAdopted(connection: Connection, req: ConnectReq): number {
      this.#isAdopted = false;
      this.#state.connecting = { req, context: new AsyncResource('SYNFIN_TCP_CONNECT') };
      this.#state.live();
      if (connection.ended) this.#state.close(connection, connection.error);
      else if (!isOpening(connection)) this.#state.open();
      return 0;
    }

    connect(req: ConnectReq, address: string, port: number): number {
      return this.#connect(req, address, port, false);
    }

    connect6(req: ConnectReq, address: string, port: number): number {
      return this.#connect(req, address, port, true);
    }

    #connect(req: ConnectReq, address: string, port: number, isSix: boolean): number {
      if (this.#state.isClosed) return uvError('EBADF');
      if (this.connection !== null && this.#isAdopted) return this.#connectAdopted(this.connection, req);
      if (this.connection !== null) return uvError(this.#state.connecting === null ? 'EISCONN' : 'EALREADY');
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
      this.#state.connecting = { req, context: new AsyncResource('SYNFIN_TCP_CONNECT') };
      this.#state.live();
      return 0;
    }

    #attach(connection: Connection): void {
      this.#state.connection = connection;
      connection.handler = this.#state;
      if (this.#noDelay !== null) connection.setNoDelay(this.#noDelay);
      if (this.#tos !== null) connection.tos = this.#tos;
      if (this.#keepAlive !== null) applyKeepAlive(connection, this.#keepAlive);
    }

    // The end.

    close(callback?: () => void): void {
      if (!this.#state.isClosed) this.#close(callback, (connection) => connection.close());
    }

    reset(callback?: () => void): number {
      if (this.#state.isClosed) return uvError('EBADF');
      this.#close(callback, (connection) => connection.abort());
      return 0;
    }

    #close(callback: (() => void) | undefined, end: (connection: Connection) => void): void {
      const state = this.#state;
      const { connection, connecting, context } = state;
      state.isClosed = true;
      state.live();
      state.listener?.close();
      const cancelled = state.writing.cancel();
      state.connecting = null;
      if (connection !== null) {
        connection.handler = null;
        if (!connection.ended) {
          end(connection);
          if (state.isRef && state.turns.keepAlive) linger(connection);
        }
      }
      state.later(() => {
        connecting?.context.runInAsyncScope(() =>
          connecting.req.oncomplete?.(uvError('ECANCELED'), this, connecting.req, false, false),
        );
        cancelled();
        if (callback !== undefined) context.runInAsyncScope(() => callback.call(this));
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
      return this.connection?.bytesRead ?? 0;
    }
    get bytesWritten(): number {
      return (this.connection?.bytesWritten ?? 0) + this.writeQueueSize;
    }
    get writeQueueSize(): number {
      return this.#state.writing.queued;
    }

    ref(): void {
      this.#state.isRef = true;
    }
    unref(): void {
      this.#state.isRef = false;
    }
    hasRef(): boolean {
      return this.#state.isRef && !this.#state.isClosed;
    }
  };
}

function isOpening({ state }: Connection): boolean {
  return state === 'SYN-SENT' || state === 'SYN-RECEIVED';
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
