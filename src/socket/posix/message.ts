// What recvmsg gives beside the octets: flags and control messages (cmsg(3), ip(7), tcp(7)).

import { constant } from './constants.ts';

/** struct sock_extended_err of IP_RECVERR: `errno` as a number. */
export interface ExtendedError {
  readonly errno: number;
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly data: number;
}

/** A time of SCM_TIMESTAMPING, in microseconds of the clock of the calls. */
export interface Timestamp {
  readonly us: number;
}

/** One control message: its data are a number, an error or a time, as its type says. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: number | ExtendedError | Timestamp;
}

/** What recvmsg gives. */
export interface Message {
  readonly octets: Uint8Array;
  readonly flags: number;
  readonly control: readonly ControlMessage[];
}

/** IP_RECVERR or IPV6_RECVERR, as the family of the socket has it. */
export function errorMessage(family: 4 | 6, data: ExtendedError): ControlMessage {
  const name = family === 6 ? 'IPV6' : 'IP';
  return { level: constant(`SOL_${name}`), type: constant(`${name}_RECVERR`), data };
}
