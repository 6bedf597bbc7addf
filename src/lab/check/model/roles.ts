// What the rows of the transition table mean to the properties (side.ts), and the facts that a run may show.

import {
  DROP_COUNT,
  type Drop,
  dropName,
  stateName,
  type Transition,
  transitions,
} from '../../../tcp/index.ts';

/** What a row of the transition table means to the properties. */
export const Role = {
  NONE: 0,
  TAKES_SYN: 1,
  ESTABLISHED: 2,
  TAKES_FIN: 3,
  TIME_WAIT: 4,
  RESET: 5,
  TIME_WAIT_RESET: 6,
  ENDS: 7,
  GIVES_UP: 8,
} as const;

function roleOf(row: Transition): number {
  switch (row.name) {
    case 'listen-syn':
    case 'syn-sent-syn':
    case 'syn-sent-syn-ack':
      return Role.TAKES_SYN;
    case 'syn-received-ack':
      return Role.ESTABLISHED;
    case 'established-fin':
    case 'fin-wait-1-fin':
    case 'fin-wait-1-fin-ack':
    case 'fin-wait-2-fin':
      return Role.TAKES_FIN;
    case 'closing-ack':
      return Role.TIME_WAIT;
    case 'rst':
    case 'syn-sent-rst':
    case 'syn-received-rst-passive':
    case 'syn-received-rst-active':
      return Role.RESET;
    case 'time-wait-rst':
      return Role.TIME_WAIT_RESET;
    case 'last-ack-ack':
    case 'fin-wait-2-timeout':
    case 'time-wait-timeout':
      return Role.ENDS;
    case 'user-timeout':
      return Role.GIVES_UP;
    default:
      return Role.NONE;
  }
}

/** The role of each row, by its id. */
export const ROLE: readonly number[] = transitions.map(roleOf);
/** Facts: the rows of the transition table, then the reasons for discarding a segment. */
export const FIRST_DROP = transitions.length - 1;

/** Names of the facts that a run shows. */
export const FACTS: readonly string[] = [
  ...transitions.map((t) => `${t.name}: ${stateName(t.from)} to ${stateName(t.to)}`),
  ...Array.from({ length: DROP_COUNT }, (_, i) => `discarded: ${dropName((i + 1) as Drop)}`),
];
