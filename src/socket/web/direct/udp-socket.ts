// UDPSocket of Direct Sockets (WICG): datagrams of a host as two streams of messages.

import type { Host, UdpSocket } from '../../../host/index.ts';
import { flag, Schema, text, whole } from '../../../options/index.ts';
import type { NameOptions } from '../names.ts';
import { Deferred, invalidState, networkError } from './errors.ts';
import type { ReadableOf } from './tcp-server-socket.ts';
import { checkEndpoint, resolveAs, sizeKinds } from './tcp-socket.ts';

/** Options of a {@link UDPSocket}: a remote end (connected), or a local address (bound). */
export interface UDPSocketOptions {
  /** Where every message goes, and where alone messages come from. */
  remoteAddress?: string;
  remotePort?: number;
  /** Where messages come to; `0.0.0.0` and `::` are every address. */
  localAddress?: string;
  /** 0, the default, chooses one. */
  localPort?: number;
  /** Datagrams leave at once: nothing hangs on it. */
  sendBufferSize?: number;
  /** Octets; one datagram is counted as 2048. Default: 64 datagrams. More are dropped. */
  receiveBufferSize?: number;
  dnsQueryType?: 'ipv4' | 'ipv6';
  /** With `::`: no IPv4. */
  ipv6Only?: boolean;
}

const udpSocketOptions = new Schema<UDPSocketOptions>('UDPSocket', {
  ...sizeKinds,
  remoteAddress: text,
  remotePort: whole(1, 0xffff),
  localAddress: text,
  localPort: whole(0, 0xffff),
  ipv6Only: flag,
});

/** One datagram. */
export interface UDPMessage {
  readonly data: Uint8Array | ArrayBuffer;
  /** Of a bound socket: where it goes, or came from. A connected one knows. */
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly dnsQueryType?: 'ipv4' | 'ipv6';
}

/** A WritableStream of messages, as far as it is said where the platform's types are not known. */
export interface WritableOf<T> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): {
    readonly closed: Promise<undefined>;
    readonly ready: Promise<undefined>;
    readonly desiredSize: number | null;
    write(chunk: T): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** What `opened` of a {@link UDPSocket} resolves with. */
export interface UDPSocketOpenInfo {
  readonly readable: ReadableOf<UDPMessage>;
  readonly writable: WritableOf<UDPMessage>;
  /** Of a connected socket. */
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  /** Of a bound socket; the port of both. */
  readonly localAddress?: string;
  readonly localPort: number;
}

/** Octets that one datagram counts for in `receiveBufferSize`. */
const DATAGRAM = 2048;

/** A UDP socket. A class of `directSockets(host)`, which opens it at once. */
export class UDPSocket {
  /** Rejects with a NetworkError. */
  readonly opened: Promise<UDPSocketOpenInfo>;
  /** Resolves after `close`, or when both streams have ended. */
  readonly closed: Promise<void>;
  readonly #closed = new Deferred<void>();
  readonly #host: Host;
  readonly #names: NameOptions;
  readonly #options: UDPSocketOptions;
  #socket: UdpSocket | null = null;
  #info: UDPSocketOpenInfo | null = null;
  /** Streams that have not ended. */
  #live = 2;

  /** @internal */
  constructor(host: Host, names: NameOptions, options: UDPSocketOptions) {
    udpSocketOptions.check(options);
    const { remoteAddress, remotePort, localAddress, localPort, ipv6Only } = options;
    if ((remoteAddress === undefined) !== (remotePort === undefined))
      throw new TypeError('UDPSocket: remoteAddress and remotePort are given together');
    if ((remoteAddress === undefined) === (localAddress === undefined))
      throw new TypeError('UDPSocket: give either a remote address and port, or a local address');
    if (remoteAddress !== undefined) checkEndpoint('UDPSocket', remoteAddress, remotePort, 1);
    if (localAddress === undefined && localPort !== undefined)
      throw new TypeError('UDPSocket: localPort needs a localAddress');
    if (ipv6Only !== undefined && localAddress !== '::')
      throw new TypeError("UDPSocket: ipv6Only is for the local address '::'");
    this.#host = host;
    this.#names = names;
    this.#options = options;
    this.closed = this.#closed.promise;
    this.opened = Promise.resolve()
      .then(() => this.#open())
      .catch((error) => {
        this.#socket?.close();
        this.#closed.reject(networkError(error));
        throw networkError(error);
      });
    this.opened.catch(() => {});
  }

  /** Ends it. Rejects with InvalidStateError before `opened`, and while one of the streams is locked. */
  async close(): Promise<void> {
    const info = this.#info;
    if (info === null) throw invalidState('close: the socket is not open yet: await opened');
    if (info.readable.locked || info.writable.locked)
      throw invalidState('close: a stream of the socket is locked: release its reader and its writer');
    this.#end();
    return this.closed;
  }

  async #open(): Promise<UDPSocketOpenInfo> {
    const { remoteAddress, remotePort, localAddress, localPort = 0, receiveBufferSize } = this.#options;
    const queue = receiveBufferSize === undefined ? {} : { queue: Math.ceil(receiveBufferSize / DATAGRAM) };
    const address = localAddress === undefined || localAddress === '::' ? {} : { address: localAddress };
    const to =
      remoteAddress === undefined
        ? null
        : await resolveAs(remoteAddress, this.#options.dnsQueryType, this.#names);
    const socket = this.#host.udp({ port: localPort, ...address, ...queue });
    this.#socket = socket;
    if (to !== null) socket.connect(to, remotePort as number);
    const where =
      to === null
        ? { localAddress: localAddress as string }
        : { remoteAddress: to, remotePort: remotePort as number };
    this.#info = {
      readable: this.#makeReadable(socket),
      writable: this.#makeWritable(socket),
      ...where,
      localPort: socket.port,
    };
    return this.#info;
  }

  #makeReadable(socket: UdpSocket): ReadableOf<UDPMessage> {
    const connected = this.#options.remoteAddress !== undefined;
    return new ReadableStream<UDPMessage>(
      {
        pull: async (controller) => {
          for (;;) {
            const message = await socket.receive().catch((error) => {
              this.#streamEnded();
              throw networkError(error);
            });
            if (message === null) {
              controller.close();
              return;
            }
            const { data, address, port } = message;
            if (!this.#takes(address)) continue;
            controller.enqueue(connected ? { data } : { data, remoteAddress: address, remotePort: port });
            return;
          }
        },
        cancel: () => this.#streamEnded(),
      },
      { highWaterMark: 0 },
    ) as unknown as ReadableOf<UDPMessage>;
  }

  /** `0.0.0.0` is every address of IPv4 alone; `::` with `ipv6Only` of IPv6. */
  #takes(address: string): boolean {
    const { localAddress, ipv6Only } = this.#options;
    if (localAddress === '0.0.0.0') return !address.includes(':');
    return ipv6Only !== true || address.includes(':');
  }

  #makeWritable(socket: UdpSocket): WritableOf<UDPMessage> {
    return new WritableStream<UDPMessage>({
      write: async (message) => {
        try {
          await this.#send(socket, message);
        } catch (error) {
          this.#streamEnded(); // as a failed write ends every WritableStream
          throw error instanceof TypeError || error instanceof RangeError ? error : networkError(error);
        }
      },
      close: () => this.#streamEnded(),
      abort: () => this.#streamEnded(),
    }) as unknown as WritableOf<UDPMessage>;
  }

  async #send(socket: UdpSocket, message: UDPMessage): Promise<void> {
    const { data, remoteAddress, remotePort, dnsQueryType } = message;
    if (this.#options.remoteAddress !== undefined) {
      if (remoteAddress !== undefined || remotePort !== undefined)
        throw new TypeError('UDPSocket: a message of a connected socket names no remote address');
      socket.send(data);
      return;
    }
    if (remoteAddress === undefined || remotePort === undefined)
      throw new TypeError('UDPSocket: a message of a bound socket names its remoteAddress and remotePort');
    socket.send(data, await resolveAs(remoteAddress, dnsQueryType, this.#names), remotePort);
  }

  #streamEnded(): void {
    if (--this.#live === 0) this.#end();
  }

  #end(): void {
    this.#socket?.close();
    this.#closed.resolve();
  }
}
