// The network outside as Node reaches it: node:net and node:dgram.

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { soon } from '../../host/index.ts';
import type {
  Outer,
  OuterConnection,
  OuterConnectionEvents,
  OuterDatagramEvents,
  OuterDatagramListener,
  OuterDatagrams,
  OuterError,
  OuterIncoming,
  OuterListener,
  OuterTarget,
} from '../index.ts';

/** Datagrams that wait until their socket is ready. */
const MOST_WAITING = 16;
/** Octets that are read at a time. */
const READ_OCTETS = 65_536;
/** Where they are read: what takes them does so at once. */
const READ = new Uint8Array(READ_OCTETS);
/** The first octets of a connection wait for a turn when they are fewer: many a connection ends after one answer. */
const SHORT_ANSWER = 4096;
/** How long the machine's addresses are taken for what they were. */
const ADDRESSES_MS = 2000;

class NodeConnection implements OuterConnection {
  readonly #socket: Socket;
  readonly #events: OuterConnectionEvents;
  #opened = false;
  /** Whether its user wants no octets: an incoming connection is paused until `resume`. */
  #paused: boolean;
  #silent = false;
  /** The first octets, while they wait; null: they have been told. */
  #first: Uint8Array | null = new Uint8Array(0);
  #error: OuterError | null = null;

  /** `socket`: it is not read before somebody can take it. */
  constructor(socket: Socket, events: OuterConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#opened = !socket.connecting;
    this.#paused = this.#opened;
    socket.pause();
    socket.on('connect', () => {
      this.#opened = true;
      if (this.#silent) return;
      events.open();
      if (!this.#paused) socket.resume();
    });
    socket.on('end', () => {
      this.#tellFirst(true);
      if (!this.#silent) events.end();
    });
    socket.on('drain', () => {
      if (!this.#silent) events.drain();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#tellFirst(false);
      if (this.#silent) return;
      this.#silent = true;
      events.closed(this.#error);
    });
  }

  /**
   * Octets have come, which are the socket's again when this returns. What a server says in one go comes in parts, and its
   * FIN last: told together they are one segment for the guest.
   */
  arrived(octets: Uint8Array): void {
    if (this.#silent) return;
    const first = this.#first;
    const length = octets.length + (first?.length ?? 0);
    if (first === null || length >= SHORT_ANSWER) {
      this.#tellFirst(true);
      this.#events.data(octets);
      return;
    }
    if (first.length === 0) soon(() => soon(() => this.#tellFirst(false)));
    this.#first = Buffer.concat([first, octets]);
  }

  /** Tells the octets that waited; `more`: something follows. */
  #tellFirst(more: boolean): void {
    const first = this.#first;
    this.#first = null;
    if (first !== null && first.length > 0 && !this.#silent) this.#events.data(first, more);
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

/** A connection to outside. All of them are read into one buffer, but on Windows, which takes it before there is anything to read. */
function connectOutside({ address, port }: OuterTarget, events: OuterConnectionEvents): OuterConnection {
  const onread = {
    buffer: process.platform === 'win32' ? new Uint8Array(READ_OCTETS) : READ,
    callback: (length: number, buffer: Uint8Array): boolean => {
      connection.arrived(buffer.subarray(0, length));
      return true;
    },
  };
  const socket = connect({
    host: address,
    port,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    onread,
  });
  const connection = new NodeConnection(socket, events);
  return connection;
}

/** A connection from outside. */
function accepted(socket: Socket, events: OuterConnectionEvents): OuterConnection {
  const connection = new NodeConnection(socket, events);
  socket.on('data', (octets: Uint8Array) => connection.arrived(octets));
  return connection;
}

class NodeDatagrams implements OuterDatagrams {
  readonly #socket: DatagramSocket;
  readonly #target: OuterTarget;
  readonly #events: OuterDatagramEvents;
  /** null: the socket is ready. */
  #waiting: Uint8Array[] | null = [];
  #connecting = false;
  #closed = false;

  constructor(target: OuterTarget, events: OuterDatagramEvents) {
    const { address } = target;
    this.#target = target;
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
    this.#connect();
  }

  /** An attempt that fails (there is no network) loses what waits, and the next datagram makes another. */
  #connect(): void {
    const { address, port } = this.#target;
    const failed = (error: Error): void => {
      this.#connecting = false;
      this.#waiting = [];
      this.#failed(error);
    };
    this.#connecting = true;
    try {
      this.#socket.connect(port, address, (error?: Error) => {
        this.#connecting = false;
        if (error !== undefined && error !== null) failed(error);
      });
    } catch (error) {
      queueMicrotask(() => failed(error as Error));
    }
  }

  #failed(error: OuterError): void {
    if (!this.#closed) this.#events.failed(error);
  }

  send(octets: Uint8Array): void {
    if (this.#closed) return;
    if (this.#waiting !== null) {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(octets);
      if (!this.#connecting) this.#connect();
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

/** A socket that hears datagrams of everybody. */
async function listenForDatagrams(
  { address, port }: OuterTarget,
  arrived: (octets: Uint8Array, from: OuterTarget) => void,
): Promise<OuterDatagramListener> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind({ address, port });
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  let isOpen = true;
  socket.on('error', () => {}); // of one datagram: who it was for has gone
  socket.on('message', (octets, { address, port }) => arrived(octets, { address, port }));
  const bound = socket.address();
  return {
    address: bound.address,
    port: bound.port,
    send(octets, to) {
      if (isOpen) socket.send(octets, to.port, to.address, () => {});
    },
    close() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
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
      accept: (events) => accepted(socket, events),
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
    connect: (target, events) => connectOutside(target, events),
    listen: (at, incoming) => listenOutside(at, incoming),
    listenDatagrams: (at, arrived) => listenForDatagrams(at, arrived),
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
