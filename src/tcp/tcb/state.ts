// The eleven states of a connection (RFC 9293 section 3.3.2), as small integers.

/** RFC 9293 section 3.3.2. */
export const State = {
  CLOSED: 0,
  LISTEN: 1,
  SYN_SENT: 2,
  SYN_RECEIVED: 3,
  ESTABLISHED: 4,
  FIN_WAIT_1: 5,
  FIN_WAIT_2: 6,
  CLOSE_WAIT: 7,
  CLOSING: 8,
  LAST_ACK: 9,
  TIME_WAIT: 10,
} as const;

/** One of the eleven states. */
export type State = (typeof State)[keyof typeof State];

const NAMES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const;

/** A state as the RFC writes it: `SYN-RECEIVED`. */
export type StateName = (typeof NAMES)[number];

/** The RFC's spelling of a state. */
export function stateName(state: State): StateName {
  return NAMES[state] as StateName;
}
