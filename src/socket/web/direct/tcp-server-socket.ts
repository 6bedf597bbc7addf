// TCPServerSocket of Direct Sockets (WICG): a listener of a host as a stream of sockets.

import type { Host, Listener } from '../../../host/index.ts';
import { flag, Schema, whole } from '../../../options/index.ts';
import { Deferred, invalidState, networkError } from './errors.ts';
import { checkEndpoint, TCPSocket } from './tcp-socket.ts';

/** Options of a {@link TCPServerSocket}. */
export interface TCPServerSocketOptions {
  /** 0, the default, chooses one. */
  localPort?: number;
  /** Connections that may wait to be read from the stream. Default 128. */
  backlog?: number;
  /** With `::`: no IPv4. Default false. */
  ipv6Only?: boolean;
}

const serverOptions = new Schema<TCPServerSocketOptions>('TCPServerSocket', {
  localPort: whole(0, 0xffff),
  backlog: whole(1, 65_536),
  ipv6Only: flag,
});

/** A ReadableStream of other things than octets, as far as it is said where the platform's types are not known. */
export interface ReadableOf<T> extends AsyncIterable<T> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): {
    readonly closed: Promise<undefined>;
    read(): Promise<{ done: boolean; value: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** What `opened` of a {@link TCPServerSocket} resolves with. */
export interface TCPServerSocketOpenInfo {
  /** Connections, as they are accepted; what nobody reads waits in the backlog. `cancel` stops listening. */
  readonly readable: ReadableOf<TCPSocket>;
  readonly localAddress: string;
  readonly localPort: number;
}

/** A listening socket. A class of `directSockets(host)`, which listens at once. */
export class TCPServerSocket {
  /** Rejects with a NetworkError (the port is taken, the address is not this host's). */
  readonly opened: Promise<TCPServerSocketOpenInfo>;
  /** Resolves when it listens no more. */
  readonly closed: Promise<void>;
  readonly #closed = new Deferred<void>();
  #listener: Listener | null = null;
  #readable: ReadableOf<TCPSocket> | null = null;

  /** @internal */
  constructor(host: Host, localAddress: string, options: TCPServerSocketOptions) {
    serverOptions.check(options);
    checkEndpoint('TCPServerSocket', localAddress, options.localPort ?? 0, 0);
    if (options.ipv6Only !== undefined && localAddress !== '::')
      throw new TypeError("TCPServerSocket: ipv6Only is for the local address '::'");
    this.closed = this.#closed.promise;
    this.opened = Promise.resolve()
      .then(() => this.#open(host, localAddress, options))
      .catch((error) => {
        this.#closed.reject(networkError(error));
        throw networkError(error);
      });
    this.opened.catch(() => {});
  }

  /** Stops listening. Rejects with InvalidStateError before `opened`, and while the stream is locked. */
  async close(): Promise<void> {
    if (this.#readable === null) throw invalidState('close: the socket does not listen yet: await opened');
    if (this.#readable.locked)
      throw invalidState('close: the stream of connections is locked: release its reader');
    await this.#readable.cancel();
    return this.closed;
  }

  #open(host: Host, localAddress: string, options: TCPServerSocketOptions): TCPServerSocketOpenInfo {
    const { localPort = 0, backlog, ipv6Only = false } = options;
    const family =
      localAddress === '0.0.0.0' ? { family: 4 as const } : ipv6Only ? { family: 6 as const } : {};
    const listener = host.listen({
      port: localPort,
      ...(localAddress === '::' || localAddress === '0.0.0.0' ? family : { address: localAddress }),
      ...(backlog === undefined ? {} : { backlog }),
    });
    this.#listener = listener;
    this.#readable = new ReadableStream<TCPSocket>(
      {
        pull: async (controller) => {
          try {
            controller.enqueue(new TCPSocket(Promise.resolve(await listener.accept())));
          } catch (error) {
            if (!this.#stop()) return;
            controller.error(networkError(error)); // the host was closed
          }
        },
        cancel: () => {
          this.#stop();
        },
      },
      { highWaterMark: 0 },
    ) as unknown as ReadableOf<TCPSocket>;
    return { readable: this.#readable, localAddress, localPort: listener.port };
  }

  /** Whether it listened until now. */
  #stop(): boolean {
    const listener = this.#listener;
    this.#listener = null;
    listener?.close();
    this.#closed.resolve();
    return listener !== null;
  }
}
