// What the gateway asks of the network outside: to open a connection, to exchange datagrams. Node's sockets are one
// (`synfin/gateway/node`), a host of synfin another (`hostOuter`), a test's own a third.

/** Where a guest wants to go. */
export interface OuterTarget {
  /** An IP address, as text. */
  readonly address: string;
  readonly port: number;
}

/** Why something outside failed: `code` as Node has it (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, ECONNRESET…). */
export interface OuterError {
  readonly code?: string | undefined;
  readonly message?: string;
}

/** What an outer connection tells. `closed` is the last call, and comes once, also when it never opened. */
export interface OuterConnectionEvents {
  /** The handshake is complete. */
  open(): void;
  /**
   * Octets have come, which are there until this returns. After `pause` at most what was under way comes. `more`: other
   * octets or the end follow in this turn.
   */
  data(octets: Uint8Array, more?: boolean): void;
  /** The peer has ended its direction: its FIN. */
  end(): void;
  /** There is room again, after `write` returned false. */
  drain(): void;
  /** Both directions have ended (null), or it broke, or never opened: why. */
  closed(error: OuterError | null): void;
}

/** A connection outside. Calls after `closed` do nothing. */
export interface OuterConnection {
  /** Sends octets; they are the connection's from now on. False: no more, please, until `drain`. */
  write(octets: Uint8Array): boolean;
  /** No more will be written: a FIN after what was. Reading goes on. */
  end(): void;
  /** A RST, or the end of an attempt; nothing is told any more. */
  reset(): void;
  /** No more `data`, so that the peer's window closes, until `resume`. */
  pause(): void;
  resume(): void;
}

/** What an outer flow of datagrams tells. */
export interface OuterDatagramEvents {
  data(octets: Uint8Array): void;
  /** A datagram came to nothing: ECONNREFUSED, EHOSTUNREACH, EMSGSIZE… The flow goes on. */
  failed(error: OuterError): void;
}

/** A flow of datagrams with one peer. */
export interface OuterDatagrams {
  send(octets: Uint8Array): void;
  close(): void;
}

/** Somebody outside has connected to a place that is listened at. */
export interface OuterIncoming {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Takes it: a connection that is open, and paused until `resume`. Called once, or `refuse` is. */
  accept(events: OuterConnectionEvents): OuterConnection;
  /** A RST. */
  refuse(): void;
}

/** A place that is listened at. */
export interface OuterListener {
  readonly address: string;
  readonly port: number;
  close(): void;
}

/** A place where datagrams of everybody are heard. */
export interface OuterDatagramListener {
  readonly address: string;
  readonly port: number;
  /** From this place; what cannot be sent is lost. */
  send(octets: Uint8Array, to: OuterTarget): void;
  close(): void;
}

/** The network outside. */
export interface Outer {
  /** Begins to open a connection. Must not throw, and must not call `events` before it has returned. */
  connect(target: OuterTarget, events: OuterConnectionEvents): OuterConnection;
  /** Opens a flow of datagrams; null: there are none to be had (no descriptors). */
  datagrams?(target: OuterTarget, events: OuterDatagramEvents): OuterDatagrams | null;
  /** Listens; port 0 is one that is free. Rejects with EADDRINUSE, EACCES, EADDRNOTAVAIL… */
  listen?(at: OuterTarget, incoming: (connection: OuterIncoming) => void): PromiseLike<OuterListener>;
  /** As {@link listen}, for datagrams: `arrived` has each, and whose it is. Its octets are the receiver's. */
  listenDatagrams?(
    at: OuterTarget,
    arrived: (octets: Uint8Array, from: OuterTarget) => void,
  ): PromiseLike<OuterDatagramListener>;
  /** Whether an address is one of the machine that the gateway runs on: closed to guests as its loopback is. */
  isOwn?(address: string): boolean;
}
