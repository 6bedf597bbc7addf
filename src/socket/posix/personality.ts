// Where the socket calls of systems differ: what is a choice of the system, not of TCP.

import type { Host } from '../../host/index.ts';
import type { StateName } from '../../tcp/index.ts';
import { linuxStates } from './constants.ts';
import { LINUX_SYN_LINEAR_TIMEOUTS } from './syn-retries.ts';

/** The choices of one system. */
export interface Personality {
  readonly name: 'linux' | 'freebsd';
  /** Connections that the accept queue of `listen(fd, backlog)` holds. */
  acceptQueue(backlog: number): number;
  /** The first connect after the handshake of one that did not wait returns 0; else EISCONN at once. */
  readonly connectTells: boolean;
  /** sendto with an address connects and sends (transaction TCP), with TCP_FASTOPEN in the SYN. */
  readonly impliedConnect: boolean;
  /** TCP_MAXSEG of a connection makes its segments smaller. */
  readonly maxsegShrinks: boolean;
  /** Whether a RST in CLOSE-WAIT is EPIPE. */
  readonly brokenPipe: boolean;
  /** What came before a RST can be read after it, and accept gives a connection that was reset in the queue. */
  readonly readsAfterReset: boolean;
  /** A write takes no more than TCP_NOTSENT_LOWAT leaves. */
  readonly notSentLimits: boolean;
  /** MSG_MORE holds back a small segment until the next event of the connection, not until the next write. */
  readonly moreOnce: boolean;
  /** TCP_NODELAY sends what TCP_CORK holds. */
  readonly noDelayPushes: boolean;
  /** SO_SNDBUF counts memory, not octets. */
  readonly sendMemory: boolean;
  /** The RST of a port that a socket has which does not listen goes with the TTL and TOS of that socket. */
  readonly boundResets: boolean;
  /** What SO_SNDBUF and SO_RCVBUF tell, relative to what was set. */
  readonly bufferFactor: number;
  /** Retransmissions of a SYN whose timer does not back off. */
  readonly synLinearTimeouts: number;
  /** When connect may take a port of a connection in TIME-WAIT; null: as the host does by itself. */
  readonly timeWaitReuse: Readonly<Host['tcp']['timeWaitReuse']> | null;
  /** `tcpi_state`. A connection that has ended is CLOSED, or in TIME-WAIT. */
  tcpiState(state: StateName): number;
}

const LINUX_STATE: Readonly<Record<StateName, number>> = {
  CLOSED: linuxStates.TCP_CLOSE,
  LISTEN: linuxStates.TCP_LISTEN,
  'SYN-SENT': linuxStates.TCP_SYN_SENT,
  'SYN-RECEIVED': linuxStates.TCP_SYN_RECV,
  ESTABLISHED: linuxStates.TCP_ESTABLISHED,
  'FIN-WAIT-1': linuxStates.TCP_FIN_WAIT1,
  'FIN-WAIT-2': linuxStates.TCP_FIN_WAIT2,
  'CLOSE-WAIT': linuxStates.TCP_CLOSE_WAIT,
  CLOSING: linuxStates.TCP_CLOSING,
  'LAST-ACK': linuxStates.TCP_LAST_ACK,
  // The socket has let go of the connection by then.
  'TIME-WAIT': linuxStates.TCP_CLOSE,
};

/** TCPS_… of <netinet/tcp_fsm.h>. */
const FREEBSD_STATE: Readonly<Record<StateName, number>> = {
  CLOSED: 0,
  LISTEN: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  ESTABLISHED: 4,
  'CLOSE-WAIT': 5,
  'FIN-WAIT-1': 6,
  CLOSING: 7,
  'LAST-ACK': 8,
  'FIN-WAIT-2': 9,
  'TIME-WAIT': 10,
};

/** Linux. */
export const linux: Personality = {
  name: 'linux',
  acceptQueue: (backlog) => Math.max(0, backlog) + 1,
  connectTells: true,
  impliedConnect: false,
  maxsegShrinks: false,
  brokenPipe: true,
  readsAfterReset: true,
  notSentLimits: true,
  moreOnce: true,
  noDelayPushes: true,
  sendMemory: true,
  boundResets: false,
  bufferFactor: 2,
  synLinearTimeouts: LINUX_SYN_LINEAR_TIMEOUTS,
  // tcp_twsk_unique; tcp_tw_reuse: 2, which is over the loopback only; tcp_tw_reuse_delay.
  timeWaitReuse: { namedAfterMs: 0, chosenAfterMs: 1000, chooses: false },
  tcpiState: (state) => LINUX_STATE[state],
};

/** FreeBSD. */
export const freebsd: Personality = {
  name: 'freebsd',
  acceptQueue: (backlog) => Math.max(1, Math.floor((3 * Math.max(0, backlog)) / 2)),
  connectTells: false,
  impliedConnect: true,
  maxsegShrinks: true,
  brokenPipe: false,
  readsAfterReset: false,
  notSentLimits: false,
  moreOnce: false,
  noDelayPushes: false,
  sendMemory: false,
  boundResets: true,
  bufferFactor: 1,
  synLinearTimeouts: 0,
  timeWaitReuse: null,
  tcpiState: (state) => FREEBSD_STATE[state],
};

/** The number of a state in /proc/net/tcp and `tcpi_state` of Linux. */
export function linuxStateNumber(state: StateName): number {
  return state === 'TIME-WAIT' ? linuxStates.TCP_TIME_WAIT : LINUX_STATE[state];
}
