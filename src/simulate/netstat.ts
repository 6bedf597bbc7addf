// What a host's sockets are in, as netstat shows it, and what is odd about that.

import type { Connection, Host } from '../host/index.ts';
import { receivable, type StateName } from '../tcp/index.ts';
import { formatEndpoint } from '../wire/index.ts';

/** A socket of a host. */
export interface NetstatRow {
  readonly state: StateName;
  /** `10.0.0.1:80`. */
  readonly local: string;
  /** Empty for a listener. */
  readonly remote: string;
  /** Octets that have come and that the program has not read. */
  readonly unread: number;
  /** Octets that were written and are not acknowledged. */
  readonly unsent: number;
  /** Segments that were sent again. */
  readonly retransmissions: number;
  /** What is odd about it, or null. */
  readonly odd: string | null;
}

/** Every listener and connection of a host. */
export function netstatOf(host: Host): NetstatRow[] {
  const listeners = host.listeners.map(
    ({ port, address }): NetstatRow => ({
      state: 'LISTEN',
      local: formatEndpoint(`${address ?? '*'}`, port),
      remote: '',
      unread: 0,
      unsent: 0,
      retransmissions: 0,
      odd: null,
    }),
  );
  return [...listeners, ...host.connections.filter((c) => c.state !== 'CLOSED').map(rowOf)];
}

function rowOf(c: Connection): NetstatRow {
  const { state, tcb } = c;
  const { unackedBytes, notSentBytes, retransmissions } = c.info();
  const row = {
    state,
    local: formatEndpoint(c.localAddress, c.localPort),
    remote: formatEndpoint(c.remoteAddress, c.remotePort),
    unread: receivable(tcb),
    unsent: unackedBytes + notSentBytes,
    retransmissions,
  };
  return { ...row, odd: oddityOf(row) };
}

/** What a state says when it lasts. */
const ODD: Partial<Record<StateName, string>> = {
  'SYN-SENT': 'nobody has answered the SYN',
  'SYN-RECEIVED': 'the ACK of the SYN,ACK has not come',
  'CLOSE-WAIT': 'the peer has ended its side (FIN), and the program has not closed its own',
  'LAST-ACK': 'the ACK of the FIN has not come',
  'FIN-WAIT-1': 'the ACK of the FIN has not come',
  'FIN-WAIT-2': 'this side has ended; the peer has not',
  CLOSING: 'both have ended at once; the ACK of the FIN has not come',
};

function oddityOf({ state, unread, unsent, retransmissions }: Omit<NetstatRow, 'odd'>): string | null {
  const odd = [
    ODD[state],
    unread > 0 ? `${unread} octets have come that nobody reads` : undefined,
    state === 'ESTABLISHED' && unsent > 0 && retransmissions > 0
      ? `${unsent} octets are not acknowledged, after ${retransmissions} retransmissions`
      : undefined,
  ].filter((each) => each !== undefined);
  return odd.length === 0 ? null : odd.join('; ');
}

/** As text, a line for each. */
export function netstatText(name: string, rows: readonly NetstatRow[]): string[] {
  if (rows.length === 0) return [`${name}: no sockets`];
  return rows.map(
    ({ state, local, remote, odd }) =>
      `${name}: ${state.padEnd(12)} ${local}${remote === '' ? '' : ` - ${remote}`}${odd === null ? '' : `: ${odd}`}`,
  );
}
