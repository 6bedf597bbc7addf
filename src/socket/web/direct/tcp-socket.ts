// TCPSocket of Direct Sockets (WICG), over a connection of a host: its streams come with `opened`.

import type { Connection, Host, PlatformReadable, PlatformWritable } from '../../../host/index.ts';
import { flag, oneOf, Schema, whole } from '../../../options/index.ts';
import { addressOf, type NameOptions } from '../names.ts';
import { Deferred, invalidState, networkError } from './errors.ts';

/** Options of a {@link TCPSocket}. */
export interface TCPSocketOptions {
  /** Octets of the send buffer and of the receive buffer. Default: the host's. */
  sendBufferSize?: number;
  receiveBufferSize?: number;
  /** Nagle's algorithm off. Default false. */
  noDelay?: boolean;
  /** Milliseconds of silence before keep-alives, from 1000 on. Default: none are sent. */
  keepAliveDelay?: number;
  /** What a name has to lead to. */
  dnsQueryType?: 'ipv4' | 'ipv6';
}

/** The kinds of buffer sizes and of `dnsQueryType`. */
export const sizeKinds = {
  sendBufferSize: whole(1, 2 ** 24),
  receiveBufferSize: whole(1, 2 ** 24),
  dnsQueryType: oneOf('ipv4', 'ipv6'),
};

const tcpSocketOptions = new Schema<TCPSocketOptions>('TCPSocket', {
  ...sizeKinds,
  noDelay: flag,
  keepAliveDelay: whole(1000, 2 ** 30),
});

/** What `opened` of a {@link TCPSocket} resolves with. */
export interface TCPSocketOpenInfo {
  /** What arrives: a byte stream. */
  readonly readable: PlatformReadable;
  /** What is sent; `close` is a FIN, `abort` a RST. */
  readonly writable: PlatformWritable;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** A TCP connection. A class of `directSockets(host)`, which opens it at once. */
export class TCPSocket {
  /** Rejects with a NetworkError, or an InvalidAccessError. */
  readonly opened: Promise<TCPSocketOpenInfo>;
  /** Resolves when both directions have ended, or after `close`; rejects as the connection broke. */
  readonly closed: Promise<void>;
  readonly #closed = new Deferred<void>();
  #connection: Connection | null = null;
  #info: TCPSocketOpenInfo | null = null;

  /** @internal */
  constructor(connection: Promise<Connection>) {
    this.closed = this.#closed.promise;
    this.opened = connection.then(
      (c) => this.#open(c),
      (error) => {
        this.#closed.reject(networkError(error));
        throw networkError(error);
      },
    );
    this.opened.catch(() => {});
  }

  /**
   * Ends the connection: what was written is sent, what is unread is thrown away. Rejects with InvalidStateError before
   * `opened`, and while one of the streams is locked.
   */
  async close(): Promise<void> {
    const info = this.#info;
    if (info === null) throw invalidState('close: the socket is not open yet: await opened');
    if (info.readable.locked || info.writable.locked)
      throw invalidState('close: a stream of the socket is locked: release its reader and its writer');
    this.#connection?.close();
    this.#closed.resolve();
    return this.closed;
  }

  #open(c: Connection): TCPSocketOpenInfo {
    this.#connection = c;
    c.closed.then(
      () => this.#closed.resolve(),
      (error) => this.#closed.reject(networkError(error)),
    );
    this.#info = {
      readable: readableOf(c),
      writable: writableOf(c),
      remoteAddress: c.remoteAddress,
      remotePort: c.remotePort,
      localAddress: c.localAddress,
      localPort: c.localPort,
    };
    return this.#info;
  }
}

/** Opens a connection as the options ask. Throws for options that are wrong. */
export function openTcp(
  host: Host,
  names: NameOptions,
  remoteAddress: string,
  remotePort: number,
  options: TCPSocketOptions,
): Promise<Connection> {
  tcpSocketOptions.check(options);
  checkEndpoint('TCPSocket', remoteAddress, remotePort, 1);
  const { sendBufferSize, receiveBufferSize, keepAliveDelay, dnsQueryType } = options;
  return (async () => {
    const address = await resolveAs(remoteAddress, dnsQueryType, names);
    const c = await host.connect({
      address,
      port: remotePort,
      tcp: {
        ...(sendBufferSize === undefined ? {} : { sendBuffer: sendBufferSize }),
        ...(receiveBufferSize === undefined ? {} : { receiveBuffer: receiveBufferSize }),
      },
    });
    if (options.noDelay === true) c.setNoDelay();
    if (keepAliveDelay !== undefined) c.setKeepAlive(true, keepAliveDelay);
    return c;
  })();
}

/** Throws TypeError for what is no address text, or no port. */
export function checkEndpoint(where: string, address: unknown, port: unknown, least: number): void {
  if (typeof address !== 'string' || address === '')
    throw new TypeError(`${where}: the address must be a string`);
  if (!Number.isInteger(port) || (port as number) < least || (port as number) > 0xffff)
    throw new TypeError(
      `${where}: the port must be a whole number from ${least} to 65535, not ${String(port)}`,
    );
}

/** The address of a name, of the family that is asked for. */
export async function resolveAs(
  name: string,
  type: 'ipv4' | 'ipv6' | undefined,
  names: NameOptions,
): Promise<string> {
  const address = await addressOf(name, names);
  if (type === undefined || address.includes(':') === (type === 'ipv6')) return address;
  throw new DOMException(`'${name.slice(0, 255)}' has no ${type} address`, 'NetworkError');
}

function readableOf(c: Connection): PlatformReadable {
  const source = {
    type: 'bytes' as const,
    start(controller: ReadableByteStreamController) {
      c.closed.catch((error) => {
        if (!c.eof) controller.error(networkError(error));
      });
    },
    async pull(controller: ReadableByteStreamController) {
      const chunk = await c.read(controller.byobRequest?.view?.byteLength).catch((error) => {
        throw networkError(error);
      });
      if (chunk !== null) {
        controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel() {
      // Nobody wants what comes: the peer is not to wait for that.
      const discard = async (): Promise<void> => {
        while ((await c.read()) !== null);
      };
      discard().catch(() => {});
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 }) as unknown as PlatformReadable;
}

function writableOf(c: Connection): PlatformWritable {
  const failed = (error: unknown): never => {
    throw error instanceof TypeError ? error : networkError(error);
  };
  return new WritableStream<Uint8Array>({
    start(controller) {
      c.closed.catch((error) => controller.error(networkError(error)));
      const { signal } = controller as { signal?: AbortSignal };
      signal?.addEventListener('abort', () => c.abort());
    },
    write: (octets) => c.write(octets).catch(failed),
    close: () => c.end().catch(failed),
    abort: async () => c.abort(),
  }) as unknown as PlatformWritable;
}
