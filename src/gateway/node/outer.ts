// The network outside as Node reaches it: node:net and node:dgram.

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type {
  Outer,
  OuterConnection,
  OuterConnectionEvents,
  OuterDatagramEvents,
  OuterDatagrams,
  OuterError,
  OuterIncoming,
  OuterListener,
  OuterTarget,
} from '../index.ts';

/** Datagrams that wait until their socket is ready. */
const MOST_WAITING = 16;
/** How long the machine's addresses are taken for what they were. */
const ADDRESSES_MS = 2000;

class NodeConnection implements OuterConnection {
  readonly #socket: Socket;
  #opened = false;
  /** Whether its user wants no octets: an incoming connection is paused until `resume`. */
  #paused: boolean;
  #silent = false;
  #error: OuterError | null = null;

  /** `socket`: it is not read before somebody can take it. */
  constructor(socket: Socket, events: OuterConnectionEvents) {
    this.#socket = socket;
    this.#opened = !socket.connecting;
    this.#paused = this.#opened;
    socket.pause();
    socket.on('connect', () => {
      this.#opened = true;
      if (this.#silent) return;
      events.open();
      if (!this.#paused) socket.resume();
    });
    socket.on('data', (octets: Uint8Array) => {
      if (!this.#silent) events.data(octets);
    });
    socket.on('end', () => {
      if (!this.#silent) events.end();
    });
    socket.on('drain', () => {
      if (!this.#silent) events.drain();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    socket.on('close', () => {
      if (this.#silent) return;
      this.#silent = true;
      events.closed(this.#error);
    });
  }

  write(octets: Uint8Array): boolean {
    return this.#silent || this.#socket.write(octets);
  }

  end(): void {
    if (!this.#silent) this.#socket.end();
  }

  reset(): void {
    if (this.#silent) return;
    this.#silent = true;
    if (this.#opened) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#opened && !this.#silent) this.#socket.resume();
  }
}

class NodeDatagrams implements OuterDatagrams {
  readonly #socket: DatagramSocket;
  readonly #events: OuterDatagramEvents;
  /** null: the socket is ready. */
  #waiting: Uint8Array[] | null = [];
  #closed = false;

  constructor({ address, port }: OuterTarget, events: OuterDatagramEvents) {
    this.#events = events;
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('message', (octets) => {
      if (!this.#closed) events.data(octets);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.on('connect', () => {
      const waiting = this.#waiting ?? [];
      this.#waiting = null;
      for (const octets of waiting) this.send(octets);
    });
    try {
      socket.connect(port, address, (error?: Error) => {
        if (error !== undefined && error !== null) this.#failed(error);
      });
    } catch (error) {
      queueMicrotask(() => this.#failed(error as Error));
    }
  }

  #failed(error: OuterError): void {
    if (!this.#closed) this.#events.failed(error);
  }

  send(octets: Uint8Array): void {
    if (this.#closed) return;
    if (this.#waiting !== null) {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(octets);
      return;
    }
    this.#socket.send(octets, (error) => {
      if (error !== null && error !== undefined) this.#failed(error);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

async function listenOutside(
  { address, port }: OuterTarget,
  incoming: (connection: OuterIncoming) => void,
): Promise<OuterListener> {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true };
  const server = createServer(options, (socket) => {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    incoming({
      remoteAddress,
      remotePort,
      localAddress,
      localPort,
      accept: (events) => new NodeConnection(socket, events),
      refuse: () => {
        socket.on('error', () => {});
        socket.resetAndDestroy();
      },
    });
  });
  server.listen({ host: address, port });
  await once(server, 'listening');
  server.on('error', () => {}); // of one accept: no descriptors left, or the peer has gone
  const bound = server.address() as AddressInfo;
  return { address: bound.address, port: bound.port, close: () => void server.close() };
}

/**
 * The network of this machine: a connection of a guest is one of node:net, a flow of datagrams a socket of node:dgram.
 * The machine's own addresses are known to it, and closed to guests as its loopback is.
 */
export function nodeOuter(): Outer {
  let addresses: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    connect: ({ address, port }, events) =>
      new NodeConnection(
        connect({ host: address, port, allowHalfOpen: true, noDelay: true, keepAlive: true }),
        events,
      ),
    listen: (at, incoming) => listenOutside(at, incoming),
    datagrams: (target, events) => new NodeDatagrams(target, events),
    isOwn(address) {
      const now = performance.now();
      if (now - readAt > ADDRESSES_MS) {
        readAt = now;
        const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
        addresses = new Set(all.map((each) => each.address));
      }
      return addresses.has(address);
    },
  };
}
