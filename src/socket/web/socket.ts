// A TCP socket of the Sockets API (WinterTC, draft of 2025-06, "Socket"), over a connection of a host.
//
// What the draft leaves open is as in workerd:
// - `allowHalfOpen: false`: when the readable has been read to the peer's FIN, what was written is sent, and then our FIN;
//   later writes fail. Who does not read does not learn of the FIN. `true`: only the readable ends.
// - `close()`: what was written is sent first; what is unread is thrown away.
// `closed` does not wait for somebody to read: it resolves when both FINs have been acknowledged, or after `close()`.

import type { Connection, PlatformReadable, PlatformWritable } from '../../host/index.ts';
import { formatEndpoint } from '../../wire/index.ts';
import { SocketError, socketError } from './socket-error.ts';

/** What `opened` resolves with. */
export interface SocketInfo {
  /** `192.0.2.1:80`, `[2001:db8::1]:80`. */
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** The protocol that TLS agreed on: null, as there is no TLS. */
  readonly alpn: string | null;
}

/** What a {@link Socket} is made with. */
export interface SocketPlan {
  /** Begins to connect; `began` is told the connection before it is open. */
  readonly open: (began: (c: Connection) => void) => Promise<Connection>;
  readonly allowHalfOpen: boolean;
  readonly highWaterMark: number;
}

/** A TCP connection as two streams. Made by `connect`, see {@link webSockets}. */
export class Socket {
  /** What arrives: a byte stream. Nothing is read ahead. `cancel` throws away what still comes. */
  readonly readable: PlatformReadable;
  /** What is sent. `close` is a FIN; `abort` a RST, for both directions. */
  readonly writable: PlatformWritable;
  /** Resolves when the connection is established. Rejects with {@link SocketError}. */
  readonly opened: Promise<SocketInfo>;
  /** Resolves when both directions have ended, or after `close`. Rejects with {@link SocketError} when it broke. */
  readonly closed: Promise<void>;
  /** Whether `startTls` has made another socket of this one: never, as there is no TLS. */
  readonly upgraded: boolean = false;
  readonly secureTransport = 'off';

  readonly #allowHalfOpen: boolean;
  readonly #connection: Promise<Connection>;
  /** As soon as it exists, open or not. */
  #began: Connection | null = null;
  #open = false;
  #ended = false;
  #closing = false;
  #finSent: Promise<void> | null = null;
  /** Octets given to the writable that are not in the send buffer, and who waits for there to be none. */
  #queued = 0;
  #flushed: (() => void) | null = null;
  #reader!: ReadableByteStreamController;
  #writer!: WritableStreamDefaultController;
  #rejectOpened!: (error: SocketError) => void;
  #resolveClosed!: () => void;
  #rejectClosed!: (error: SocketError) => void;

  /** @internal */
  constructor({ open, allowHalfOpen, highWaterMark }: SocketPlan) {
    this.#allowHalfOpen = allowHalfOpen;
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
    this.#connection = open((c) => this.#begin(c));
    this.opened = new Promise((resolve, reject) => {
      this.#rejectOpened = reject;
      this.#connection.then(
        (c) => {
          this.#open = true;
          resolve(infoOf(c));
        },
        (error) => this.#fail(error),
      );
    });
    this.opened.catch(() => {});
    this.closed.catch(() => {});
    this.readable = this.#makeReadable();
    this.writable = this.#makeWritable(highWaterMark);
  }

  /**
   * Ends the connection: what was written is sent, then a FIN; what is unread is thrown away. Before `opened` it gives the
   * attempt up, and `opened` rejects. Resolves as `closed` does.
   */
  async close(reason?: unknown): Promise<void> {
    if (!this.#ended && !this.#closing) {
      this.#closing = true;
      if (this.#open) await this.#flush();
      if (!this.#ended) this.#end(reason);
    }
    return this.closed;
  }

  /** Throws SocketError: there is no TLS here. */
  startTls(): Socket {
    throw new SocketError("there is no TLS here: in Node use tls.connect({ socket }) over 'synfin/node'");
  }

  #begin(c: Connection): void {
    this.#began = c;
    if (this.#closing) {
      c.abort();
      return;
    }
    c.closed.then(
      () => this.#finish(() => this.#resolveClosed()),
      (error) => this.#fail(error),
    );
  }

  /** The end that `close` makes. */
  #end(reason: unknown): void {
    const error = new SocketError('the socket was closed', reason);
    const c = this.#began;
    this.#finish(() => {
      this.#rejectOpened(error);
      this.#closeReadable();
      this.#writer.error(reason ?? error);
      this.#resolveClosed();
    });
    if (this.#open) c?.close();
    else c?.abort();
  }

  #fail(cause: unknown): void {
    const error = socketError(cause);
    this.#finish(() => {
      this.#rejectOpened(error);
      // Whoever has read everything has lost nothing.
      if (this.#began?.eof !== true) this.#reader.error(error);
      this.#writer.error(error);
      this.#rejectClosed(error);
    });
  }

  #finish(how: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    how();
    this.#flushed?.();
  }

  #makeReadable(): PlatformReadable {
    return new ReadableStream(
      {
        type: 'bytes',
        start: (controller) => {
          this.#reader = controller;
        },
        pull: async () => {
          const c = await this.#connection;
          const chunk = await c.read(this.#reader.byobRequest?.view?.byteLength).catch((error) => {
            if (!this.#closing) throw socketError(error);
            return null;
          });
          if (chunk !== null && !(this.#ended && this.#closing)) this.#reader.enqueue(own(chunk));
          else this.#endOfStream();
        },
        cancel: () => {
          void this.#discard();
        },
      },
      { highWaterMark: 0 },
    ) as unknown as PlatformReadable;
  }

  #makeWritable(highWaterMark: number): PlatformWritable {
    return new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#writer = controller;
          // `abort` below is only called when no write waits; a peer that does not read would hold it up.
          const { signal } = controller as { signal?: AbortSignal };
          signal?.addEventListener('abort', () => this.#began?.abort());
        },
        write: async (octets) => {
          try {
            const c = await this.#connection;
            if (this.#finSent !== null) throw afterFin();
            await c.write(octets);
          } catch (error) {
            throw error instanceof TypeError ? error : socketError(error);
          } finally {
            this.#queued -= lengthOf(octets);
            if (this.#queued === 0) this.#flushed?.();
          }
        },
        close: () => this.#fin(),
        abort: async () => {
          this.#began?.abort();
        },
      },
      {
        highWaterMark,
        size: (octets) => {
          this.#queued += lengthOf(octets as Uint8Array);
          return lengthOf(octets as Uint8Array);
        },
      },
    ) as unknown as PlatformWritable;
  }

  /** Resolves when what was written is in the send buffer, or never will be. */
  #flush(): Promise<void> {
    if (this.#queued === 0 || this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#flushed;
      this.#flushed = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Our FIN; resolves when the peer has acknowledged it. */
  #fin(): Promise<void> {
    this.#finSent ??= this.#connection
      .then((c) => c.end())
      .catch((error) => {
        throw socketError(error);
      });
    return this.#finSent;
  }

  /** The peer's FIN was read. */
  #endOfStream(): void {
    this.#closeReadable();
    if (!this.#allowHalfOpen && !this.#closing) void this.#followFin();
  }

  /** Ours follows the peer's. */
  async #followFin(): Promise<void> {
    await this.#flush();
    const writerClosed = this.#finSent !== null;
    try {
      await this.#fin();
    } catch {
      return; // `closed` says it
    }
    // A writer that has closed by itself (`pipeTo`) is done; another one learns that it can write no more.
    if (!writerClosed) this.#writer.error(afterFin());
  }

  #closeReadable(): void {
    try {
      this.#reader.close();
      this.#reader.byobRequest?.respond(0);
    } catch {
      // It was cancelled, or has ended before.
    }
  }

  /** Nobody wants what comes: the peer is not to wait for that. */
  async #discard(): Promise<void> {
    try {
      const c = await this.#connection;
      while ((await c.read()) !== null);
      if (!this.#allowHalfOpen && !this.#closing) await this.#followFin();
    } catch {
      // `closed` says it
    }
  }
}

function infoOf(c: Connection): SocketInfo {
  return {
    remoteAddress: formatEndpoint(c.remoteAddress, c.remotePort),
    localAddress: formatEndpoint(c.localAddress, c.localPort),
    alpn: null,
  };
}

/** What a write meets when our FIN has followed the peer's. */
function afterFin(): SocketError {
  return new SocketError('the peer has ended its stream, and allowHalfOpen is false');
}

/** Octets as a stream of bytes takes them: of an ArrayBuffer that is theirs. */
export function own(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return octets as Uint8Array<ArrayBuffer>;
}

/** What a chunk counts for: whatever is no octets is refused when it is written. */
function lengthOf(chunk: unknown): number {
  const { byteLength } = (chunk ?? {}) as { byteLength?: unknown };
  return typeof byteLength === 'number' ? byteLength : 1;
}
