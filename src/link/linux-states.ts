// The numbers that Linux gives to TCP's states (include/net/tcp_states.h), as /proc/net/tcp and sock_diag(7) have them.

import type { StateName } from '../tcp/index.ts';

/** By number; 7 is TCP_CLOSE, 12 TCP_NEW_SYN_RECV, 13 bound and not connected. */
const BY_NUMBER: readonly StateName[] = [
  'CLOSED',
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECEIVED',
  'CLOSED',
];

/** @internal The state of one of Linux's numbers; CLOSED for a number that it does not have. */
export function linuxState(number: number): StateName {
  return BY_NUMBER[number] ?? 'CLOSED';
}
