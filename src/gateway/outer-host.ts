// The network outside as a host of synfin reaches it: for simulated networks, for pages, for tests.

import type { Connection, ConnectionHandler, Host } from '../host/index.ts';
import { GatewayError } from './error.ts';
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
} from './outer.ts';

/** Octets taken at a time. */
const CHUNK = 65_536;

class HostConnection implements OuterConnection, ConnectionHandler {
  #connection: Connection | null = null;
  readonly #events: OuterConnectionEvents;
  #opened = false;
  #paused: boolean;
  #ended = false;
  #over = false;
  /** What was written and did not fit. */
  #held: Uint8Array[] = [];
  #ending = false;

  /** `begin` begins the connection, or throws why it cannot. */
  constructor(
    events: OuterConnectionEvents,
    paused: boolean,
    begin: (handler: ConnectionHandler) => Connection,
  ) {
    this.#events = events;
    this.#paused = paused;
    try {
      this.#connection = begin(this);
    } catch (error) {
      queueMicrotask(() => this.#closed(error as OuterError));
    }
  }

  #closed(error: OuterError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(error);
  }

  open(): void {
    this.#opened = true;
    if (!this.#over) this.#events.open();
  }

  /** What ICMP tells of an attempt ends it, as connect() of Linux has it (RFC 5461 section 4.1). */
  trouble(c: Connection, error: OuterError): void {
    if (this.#opened || this.#over || error.code === 'ETIMEDOUT') return;
    this.#closed(error);
    c.abort();
  }

  readable(): void {
    const c = this.#connection;
    while (c !== null && !this.#paused && !this.#over) {
      const octets = c.take(CHUNK);
      if (octets !== null) this.#events.data(octets);
      else {
        if (c.eof && !this.#ended) {
          this.#ended = true;
          this.#events.end();
        }
        return;
      }
    }
  }

  writable(): void {
    const c = this.#connection;
    while (c !== null && this.#held.length > 0) {
      const octets = this.#held[0] as Uint8Array;
      const sent = c.offer(octets);
      if (sent < octets.length) {
        this.#held[0] = octets.subarray(sent);
        return;
      }
      this.#held.shift();
    }
    if (this.#ending) void c?.end().catch(() => {});
    else if (!this.#over) this.#events.drain();
  }

  close(_: Connection, error: Error | null): void {
    if (error === null) this.readable();
    this.#closed(error);
  }

  write(octets: Uint8Array): boolean {
    const c = this.#connection;
    if (c === null || this.#over) return true;
    const sent = this.#held.length > 0 ? 0 : c.offer(octets);
    if (sent < octets.length) this.#held.push(octets.subarray(sent));
    return this.#held.length === 0;
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#held.length === 0) void this.#connection?.end().catch(() => {});
  }

  reset(): void {
    this.#over = true;
    this.#held = [];
    this.#connection?.abort();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.readable();
  }
}

function datagrams(host: Host, { address, port }: OuterTarget, events: OuterDatagramEvents): OuterDatagrams {
  const socket = host.udp({
    fragment: true,
    onMessage: (message) => events.data(message.data),
    onError: ({ error }) => events.failed(error),
  });
  socket.connect(address, port);
  return {
    send(octets) {
      try {
        socket.send(octets);
      } catch (error) {
        events.failed(error as Error);
      }
    },
    close: () => socket.close(),
  };
}

/** Who connects is answered when the gateway takes it; one that it does not is refused as where nobody listens. */
function listen(
  host: Host,
  { address, port }: OuterTarget,
  incoming: (connection: OuterIncoming) => void,
): OuterListener {
  const listener = host.listen({
    address,
    port,
    onSyn(request) {
      const { remoteAddress, remotePort, localAddress, localPort } = request;
      const ends = { remoteAddress, remotePort, localAddress, localPort };
      const accept = (events: OuterConnectionEvents): OuterConnection =>
        new HostConnection(events, true, (handler) => {
          const connection = request.accept(handler);
          if (connection === null) throw new GatewayError('ENOBUFS', 'there is no room for a connection');
          return connection;
        });
      incoming({ ...ends, accept, refuse: () => request.refuse() });
    },
  });
  return { address, port: listener.port, close: () => listener.close() };
}

function listenDatagrams(
  host: Host,
  { address, port }: OuterTarget,
  arrived: (octets: Uint8Array, from: OuterTarget) => void,
): OuterDatagramListener {
  const socket = host.udp({
    address,
    port,
    fragment: true,
    onMessage: ({ data, address, port }) => arrived(data, { address, port }),
    onError: () => {}, // of one datagram: who it was for has gone
  });
  return {
    address,
    port: socket.port,
    send(octets, to) {
      try {
        socket.send(octets, to.address, to.port);
      } catch {
        // It is lost, as the network would lose it.
      }
    },
    close: () => socket.close(),
  };
}

/** A host of synfin as the network outside of a gateway: its connections, datagrams and listeners are the host's. */
export function hostOuter(host: Host): Outer {
  return {
    connect: ({ address, port }, events) =>
      new HostConnection(events, false, (handler) => host.open({ address, port, handler })),
    datagrams: (target, events) => datagrams(host, target, events),
    listen: async (at, incoming) => listen(host, at, incoming),
    listenDatagrams: async (at, arrived) => listenDatagrams(host, at, arrived),
  };
}
