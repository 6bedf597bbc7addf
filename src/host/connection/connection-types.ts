// What a connection has to do with others: the callbacks of its user, what it asks of the host, what it tells of
// itself.

import type { Err, Tcb, TcpError, TcpStatus } from '../../tcp/index.ts';
import type { Memory } from '../../wire/index.ts';
import type { Waits } from '../time/index.ts';
import type { Connection } from './connection.ts';
import type { RingGate } from './ring.ts';

/**
 * Callbacks of a connection; one table can serve many. They run after the event that caused them and may
 * call anything. What they throw becomes an unhandled rejection; it does not stop the stack.
 */
export interface ConnectionHandler {
  /**
   * Whether what has come and was not read can still be taken when the connection breaks, as from a socket of Linux.
   * Otherwise it is flushed (RFC 9293 section 3.10.7.4).
   */
  readonly keepsUnread?: boolean;
  /** The connection is ESTABLISHED, or may be used before that (`early`). */
  open?(connection: Connection): void;
  /** There is something to read, or the peer has sent its FIN and everything was read. */
  readable?(connection: Connection): void;
  /** There is room again, or Memory to try for, after `offer` took less than everything or all the room there was. */
  writable?(connection: Connection): void;
  /** The peer has urgent data (RFC 9293 section 3.8.5). */
  urgent?(connection: Connection): void;
  /**
   * Delivery is in doubt, the connection goes on: R1 was reached (ETIMEDOUT; SHLD-9), or ICMP told of a
   * soft error (MUST-47, SHLD-25).
   */
  trouble?(connection: Connection, error: TcpError): void;
  /**
   * The host is being closed (`host.close`), and ends this connection after what was written: what its user has held
   * back, because there was no room, can still be written, by `write`.
   */
  closing?(connection: Connection): void;
  /** Both directions have ended, or the connection broke: `error` says how. */
  close?(connection: Connection, error: TcpError | null): void;
}

/** What a connection asks of the host; see tcp/user-calls.ts. */
export interface ConnectionOwner {
  /** Where rings are. */
  readonly memory: Memory;
  /** Whether rings may grow. */
  readonly pressure: RingGate;
  /** What the calls of its user wait with. */
  readonly waits: Waits;
  send(c: Connection, octets: number, urgent: boolean): Err;
  received(c: Connection, octets: number): void;
  close(c: Connection): Err;
  detach(c: Connection): void;
  abort(c: Connection): void;
  push(c: Connection): void;
  setKeepAlive(c: Connection, on: boolean): void;
  setUserTimeout(c: Connection, ms: number): void;
  /** The TCB of a connection that rested, of which this is the record. */
  wake(record: number): Tcb;
  /** There is no Memory for what the user offers, and nothing of it is under way. */
  starved(c: Connection): void;
  /** A promise was settled or a callback ran: user code has something to do. */
  woke(): void;
}

/** An endpoint of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What `info()` returns: STATUS, and what the host knows besides. */
export interface ConnectionInfo extends TcpStatus {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Octets of buffer memory held now. */
  readonly bufferBytes: number;
  /** Octets in writes that wait for room in the send buffer. */
  readonly waitingBytes: number;
  /** Octets that were read (or discarded), and octets put into the send buffer, since the beginning. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}
