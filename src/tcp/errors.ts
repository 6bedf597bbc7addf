// The RFC's error returns (RFC 9293 section 3.10) with the codes that Node's users know.

import { formatEndpoint } from '../wire/index.ts';

/** Errors as small integers: what a user call returns (0 is "ok") and what `tcb.error` holds. */
export const Err = {
  OK: 0,
  /** "connection does not exist" */
  NOT_CONNECTED: 1,
  /** "connection already exists" */
  ALREADY_CONNECTED: 2,
  /** "connection closing": nothing more can be sent */
  CLOSING: 3,
  /** "insufficient resources" */
  NO_RESOURCES: 4,
  /** "remote socket unspecified" */
  NO_REMOTE: 5,
  /** "remote socket illegal": broadcast, multicast or unspecified (MUST-46) */
  BAD_REMOTE: 6,
  /** "connection refused" */
  REFUSED: 7,
  /** "connection reset" */
  RESET: 8,
  /** "connection aborted due to user timeout" */
  TIMED_OUT: 9,
  /** ICMP: host unreachable */
  HOST_UNREACHABLE: 10,
  /** ICMP: network unreachable */
  NET_UNREACHABLE: 11,
  /** The user aborted it */
  ABORTED: 12,
  /** The address or port is taken */
  ADDRESS_IN_USE: 13,
  /** No such local address, or no free port */
  ADDRESS_NOT_AVAILABLE: 14,
  /** ICMP: protocol unreachable */
  PROTOCOL_UNREACHABLE: 15,
  /** The user has closed it, in both directions: nobody reads */
  CLOSED: 16,
  /** What has nothing more to give: a listener that is closed */
  NOT_LISTENING: 17,
  /** The host has the local address no longer */
  ADDRESS_REMOVED: 18,
  /** The host was closed, and its connections with it */
  HOST_CLOSED: 19,
} as const;

/** One of the numbers of {@link Err}. */
export type Err = (typeof Err)[keyof typeof Err];

interface Meaning {
  readonly code: string;
  readonly message: string;
}

const MEANINGS: readonly Meaning[] = [
  { code: 'OK', message: 'no error' },
  { code: 'ENOTCONN', message: 'connection does not exist: open it first' },
  { code: 'EISCONN', message: 'connection already exists: one OPEN per connection' },
  { code: 'EPIPE', message: 'connection closing: nothing can be sent after the end' },
  { code: 'ENOBUFS', message: 'insufficient resources: read or close something, then try again' },
  { code: 'EDESTADDRREQ', message: 'remote socket unspecified: name an address and a port' },
  {
    code: 'EADDRNOTAVAIL',
    message: 'the remote address cannot be a TCP peer (broadcast, multicast or unspecified)',
  },
  { code: 'ECONNREFUSED', message: 'connection refused: nothing listens on that port' },
  { code: 'ECONNRESET', message: 'connection reset by the peer' },
  { code: 'ETIMEDOUT', message: 'connection timed out: the peer does not answer' },
  { code: 'EHOSTUNREACH', message: 'no route to host: check routes and whether the host is up' },
  { code: 'ENETUNREACH', message: 'network is unreachable: check routes' },
  { code: 'ECONNABORTED', message: 'connection aborted by its user' },
  { code: 'EADDRINUSE', message: 'address already in use: another listener or connection has it' },
  {
    code: 'EADDRNOTAVAIL',
    message: 'cannot assign requested address: not an address of this host, or no free port',
  },
  { code: 'ENOPROTOOPT', message: 'the peer host does not speak TCP' },
  {
    code: 'ECONNABORTED',
    message: 'the connection was closed by its user: end() closes only the sending side',
  },
  { code: 'ECONNABORTED', message: 'the listener is closed' },
  { code: 'EADDRNOTAVAIL', message: 'connection aborted: its local address was taken from this host' },
  { code: 'ENETDOWN', message: 'the host is closed: make a new one' },
];

/** Where a call went, as Node's errors tell it: the peer, or for bind and listen the address asked for. */
export interface ErrorEndpoints {
  readonly address?: string;
  readonly port?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
}

/** What a failed call or a broken connection rejects with. `code` is Node's. */
export class TcpError extends Error {
  override readonly name = 'TcpError';
  readonly code: string;
  /** Which call failed, as Node names it: connect, listen, read, write… */
  declare readonly syscall?: string;
  declare readonly address?: string;
  declare readonly port?: number;
  declare readonly localAddress?: string;
  declare readonly localPort?: number;

  constructor(code: string, message: string, syscall?: string, where: ErrorEndpoints = {}) {
    super(syscall === undefined ? `${code}: ${message}` : `${syscall} ${code}: ${message}`);
    this.code = code;
    if (syscall !== undefined) this.syscall = syscall;
    if (where.address !== undefined) this.address = where.address;
    if (where.port !== undefined) this.port = where.port;
    if (where.localAddress !== undefined) this.localAddress = where.localAddress;
    if (where.localPort !== undefined) this.localPort = where.localPort;
  }
}

/** The typed error for a number. What is said of `where`, or the endpoint itself, ends the message. */
export function tcpError(err: Err, syscall?: string, where?: string | ErrorEndpoints): TcpError {
  const { code, message } = MEANINGS[err] as Meaning;
  if (where === undefined) return new TcpError(code, message, syscall);
  if (typeof where === 'string') return new TcpError(code, `${message} (${where})`, syscall);
  return new TcpError(code, `${message}${placed(where)}`, syscall, where);
}

/** A call that waited as long as its `timeout` option allowed. */
export function timeoutError(ms: number, syscall: string, where: ErrorEndpoints = {}): TcpError {
  const message = `nothing came of it within the timeout of ${ms} ms${placed(where)}`;
  return new TcpError('ETIMEDOUT', message, syscall, where);
}

/** The endpoint as the end of a message: ` (10.0.0.1:80)`. */
function placed({ address, port }: ErrorEndpoints): string {
  if (address === undefined) return port === undefined ? '' : ` (port ${port})`;
  return ` (${port === undefined ? address : formatEndpoint(address, port)})`;
}

/** The code (`ECONNREFUSED`) of a number. */
export function errCode(err: Err): string {
  return (MEANINGS[err] as Meaning).code;
}
