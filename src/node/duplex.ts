// A connection as a stream of Node: a net.Socket of its host; in Bun and Deno, which have no place for a handle of ours,
// a Duplex with what programs call on a net.Socket. That one stands on Node's documented Duplex alone.

import { Duplex } from 'node:stream';
import type { Connection } from '../host/index.ts';
import { flag, Schema, whole } from '../options/index.ts';
import { type ConnectionSocket, hasJsStream, socketOver } from '../socket/node/index.ts';

/** Options of {@link toDuplex}. */
export interface DuplexOptions {
  /**
   * False, the default: when the peer has ended, so do we. True: until `end()` is called. A server of HTTP wants
   * true: clients may end their side after the request.
   */
  allowHalfOpen?: boolean;
}

const duplexOptions = new Schema<DuplexOptions>('toDuplex', { allowHalfOpen: flag });
const milliseconds = whole(0, 2 ** 30);

type Done = (error?: Error | null) => void;

/** A connection as a Duplex where there is no net.Socket over it. The events are those of net.Socket: connect, ready, data, end, timeout, error, close. */
export class ConnectionDuplex extends Duplex {
  readonly connection: Connection;
  /** Milliseconds without traffic after which 'timeout' comes; 0: never. */
  timeout = 0;
  connecting: boolean;
  #disarm: (() => void) | null = null;
  /** `bytesWritten` of the connection when the timeout was armed. */
  #progress = 0;
  /** Octets of writes that are done. */
  #done = 0;

  constructor(connection: Connection, { allowHalfOpen = false }: DuplexOptions = {}) {
    // Like net.Socket, it tells itself that it is closed, and whether by an error.
    super({ allowHalfOpen, autoDestroy: true, emitClose: false });
    this.connection = connection;
    this.connecting = connection.state === 'SYN-SENT' || connection.state === 'SYN-RECEIVED';
    connection.closed.catch((error: Error) => this.destroy(error));
    if (this.connecting) {
      connection.opened.then(
        () => this.#opened(),
        (error: Error) => this.destroy(error),
      );
    }
  }

  #opened(): void {
    if (this.destroyed) return;
    this.connecting = false;
    this.emit('connect');
    this.emit('ready');
  }

  override _read(size: number): void {
    this.connection.read(size).then(
      (chunk) => {
        this.#active();
        this.push(chunk);
      },
      (error: Error) => this.destroy(this.#reason(error)),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#active();
    this.connection.write(chunk).then(() => this.#written(chunk.length, done), this.#failing(done));
  }

  /** What was written at once goes out as one: a header and its body, no small segment between them. */
  override _writev(chunks: readonly { chunk: Buffer }[], done: Done): void {
    this.#active();
    this.connection.cork();
    const all = chunks.map(({ chunk }) => this.connection.write(chunk));
    this.connection.uncork();
    const octets = chunks.reduce((n, { chunk }) => n + chunk.length, 0);
    Promise.all(all).then(() => this.#written(octets, done), this.#failing(done));
  }

  #failing(done: Done): (error: Error) => void {
    return (error) => done(this.#reason(error));
  }

  /** What fails before the connection is open fails as the attempt does. */
  #reason(error: Error): Error {
    return this.connecting ? (this.connection.error ?? error) : error;
  }

  #written(octets: number, done: Done): void {
    this.#done += octets;
    this.#active();
    done();
  }

  /** 'finish' comes when the FIN is queued, as with shutdown(2); that it is lost shows as the connection's error. */
  override _final(done: Done): void {
    void this.connection.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.connecting = false;
    this.#disarm?.();
    this.#disarm = null;
    this.connection.close();
    done(error);
    process.nextTick(() => this.emit('close', error !== null));
  }

  /** Ends, and destroys when everything is sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Destroys by a RST. */
  resetAndDestroy(): this {
    this.connection.abort();
    return this.destroy();
  }

  /**
   * 'timeout' comes after `ms` milliseconds without traffic, in the host's own time; 0 turns it off. Nothing is
   * closed. Throws RangeError, TypeError.
   */
  setTimeout(ms: number, listener?: () => void): this {
    milliseconds.check(ms, 'setTimeout', 'ms');
    this.timeout = ms;
    this.#active();
    if (listener !== undefined && ms === 0) this.off('timeout', listener);
    else if (listener !== undefined) this.once('timeout', listener);
    return this;
  }

  #active(): void {
    this.#disarm?.();
    this.#disarm = null;
    if (this.timeout === 0 || this.destroyed) return;
    this.#progress = this.connection.bytesWritten;
    this.#disarm = this.connection.after(this.timeout, () => {
      this.#disarm = null;
      // A long write goes on piece by piece.
      if (this.connection.bytesWritten !== this.#progress) this.#active();
      else this.emit('timeout');
    });
  }

  setNoDelay(on = true): this {
    this.connection.setNoDelay(on);
    return this;
  }

  /** `initialDelay`: milliseconds of silence before the first probe; 0 leaves what is set. */
  setKeepAlive(on = false, initialDelay = 0): this {
    if (initialDelay > 0) this.connection.setKeepAlive(on, Math.ceil(initialDelay));
    else this.connection.setKeepAlive(on);
    return this;
  }

  /** Whether the process lives on is not a connection's matter here: whoever drives the host decides it. */
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  get pending(): boolean {
    return this.connecting;
  }
  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }
  get bytesRead(): number {
    return this.connection.bytesRead;
  }
  /** Octets written, those that wait included. */
  get bytesWritten(): number {
    return this.#done + this.writableLength;
  }
  get remoteAddress(): string | undefined {
    return this.connecting ? undefined : this.connection.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.connecting ? undefined : this.connection.remotePort;
  }
  get remoteFamily(): string | undefined {
    return this.connecting ? undefined : this.#family;
  }
  get localAddress(): string {
    return this.connection.localAddress;
  }
  get localPort(): number {
    return this.connection.localPort;
  }
  get localFamily(): string {
    return this.#family;
  }
  address(): { address: string; family: string; port: number } {
    return { address: this.localAddress, family: this.#family, port: this.localPort };
  }
  get #family(): 'IPv4' | 'IPv6' {
    return this.connection.tcb.family === 6 ? 'IPv6' : 'IPv4';
  }
}

/**
 * A connection as a net.Socket of its host (`netOf(host).Socket`), opening or open; nobody else should read from it or
 * write to it then. Goes where a socket goes: `server.emit('connection', toDuplex(connection, { allowHalfOpen: true }))`
 * of node:http, and `http.get({ createConnection: () => toDuplex(host.open({ address, port })) })`. Its timeout counts
 * the host's own time. In Bun and Deno it is a {@link ConnectionDuplex}, which has of a net.Socket what programs call.
 * Throws TypeError for options that are none.
 */
export function toDuplex(connection: Connection, options: DuplexOptions = {}): ConnectionSocket {
  duplexOptions.check(options);
  if (hasJsStream()) return socketOver(connection, options.allowHalfOpen ?? false);
  return new ConnectionDuplex(connection, options) as unknown as ConnectionSocket;
}
