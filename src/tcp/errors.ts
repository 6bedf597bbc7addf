// The RFC's error returns (RFC 9293 section 3.10) with the codes that Node's users know.

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
];

/** What a failed call or a broken connection rejects with. `code` is Node's. */
export class TcpError extends Error {
  override readonly name = 'TcpError';
  readonly code: string;
  /** Which call failed, as Node names it: connect, listen, read, write… */
  readonly syscall: string | undefined;

  constructor(code: string, message: string, syscall?: string) {
    super(syscall === undefined ? message : `${syscall} ${code}: ${message}`);
    this.code = code;
    this.syscall = syscall;
  }
}

/** The typed error for a number. `detail` (an address, say) is appended to the message. */
export function tcpError(err: Err, syscall?: string, detail?: string): TcpError {
  const { code, message } = MEANINGS[err] as Meaning;
  return new TcpError(code, detail === undefined ? message : `${message} (${detail})`, syscall);
}

/** The code (`ECONNREFUSED`) of a number. */
export function errCode(err: Err): string {
  return (MEANINGS[err] as Meaning).code;
}
