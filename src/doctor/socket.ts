// A TCP socket as the kernel of a host tells of it, by whatever it was asked with.

import { State, type StateName, stateName } from '../tcp/index.ts';

/** The states, as RFC 9293 section 3.3.2 names them. */
const STATES: readonly StateName[] = Object.values(State).map((state) => stateName(state));

/** The state of a name: `close-wait`, `ESTAB`, `syn_recv`; undefined: there is none. */
export function stateNamed(name: string): StateName | undefined {
  const wanted = name.toUpperCase().replaceAll('_', '-');
  if (wanted === 'ESTAB') return 'ESTABLISHED';
  if (wanted === 'SYN-RECV') return 'SYN-RECEIVED';
  return STATES.find((state) => state === wanted);
}

/** What a socket waits for: a retransmission, a keep-alive, the end of TIME-WAIT, a probe of a zero window. */
export type SocketTimer = 'none' | 'on' | 'keepalive' | 'timewait' | 'persist';

const TIMERS: readonly SocketTimer[] = ['none', 'on', 'keepalive', 'timewait', 'persist'];

/** The timer of one of Linux's numbers (inet_diag_msg.idiag_timer; `tr` of /proc/net/tcp). */
export function timerOfNumber(number: number): SocketTimer {
  return TIMERS[number] ?? 'none';
}

/** Who holds a socket. */
export interface Owner {
  readonly name: string;
  readonly pid: number;
  readonly fd: number;
}

/** What is not known of a number. */
export const UNKNOWN = -1;

/** One socket. Times are milliseconds, queues octets; a number that nobody told is -1. */
export class HostSocket {
  state: StateName = 'CLOSED';
  local = '';
  localPort: number = UNKNOWN;
  remote = '';
  remotePort: number = UNKNOWN;
  /** Received and not read (the FIN counts as one); of a listener: connections that wait for accept(). */
  recvQ = 0;
  /** Sent and not acknowledged, or not yet sent; of a listener: how many may wait, or -1. */
  sendQ = 0;
  timer: SocketTimer = 'none';
  timerMs: number = UNKNOWN;
  /** Timeouts, or probes, since something was acknowledged. */
  retransmits = 0;
  uid: number = UNKNOWN;
  /** 0: no program has it. */
  inode: number = UNKNOWN;
  /** Who holds it, where that was told with it. */
  owners: readonly Owner[] = [];

  /** Whether what follows, `struct tcp_info`, was told. */
  hasInfo = false;
  lastSnd: number = UNKNOWN;
  lastRcv: number = UNKNOWN;
  lastAck: number = UNKNOWN;
  rtt: number = UNKNOWN;
  minRtt: number = UNKNOWN;
  rto: number = UNKNOWN;
  mss: number = UNKNOWN;
  pmtu: number = UNKNOWN;
  cwnd: number = UNKNOWN;
  /** Segments on their way. */
  unacked = 0;
  /** Octets that wait to be sent. */
  notSent = 0;
  backoff = 0;
  /** Segments sent again, ever, and how many of them the peer had twice. */
  retransTotal = 0;
  dsackDups = 0;
  reordSeen = 0;
  segsOut = 0;
  bytesSent = 0;
  bytesRetrans = 0;
  bytesAcked = 0;
  bytesReceived = 0;
  /** The time during which it had something to send, and how much of it a window or a buffer was the limit. */
  busyMs = 0;
  rwndLimitedMs = 0;
  sndbufLimitedMs = 0;
}
