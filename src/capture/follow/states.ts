// The states of both ends, inferred by the engine's own transition table (RFC 9293 section 3.3.2). What an end sends
// shows where it is; what was sent to it may have arrived or not. So each end has a set of states that it may be in.

import {
  State as S,
  type State,
  type StateName,
  stateName,
  type Transition,
  transitions,
} from '../../tcp/index.ts';

/** A set of states: bit n is state n. */
export type StateSet = number;

const all = (...states: readonly State[]): StateSet =>
  states.reduce<number>((set, state) => set | (1 << state), 0);

const SYNCHRONIZED = all(
  S.ESTABLISHED,
  S.FIN_WAIT_1,
  S.FIN_WAIT_2,
  S.CLOSE_WAIT,
  S.CLOSING,
  S.LAST_ACK,
  S.TIME_WAIT,
);

/** What an end did that the capture shows, or what came to it: rows of the table, by name. */
const STEPS = {
  sendsSyn: ['open-active', 'listen-open-active'],
  sendsSynAck: ['listen-syn', 'syn-sent-syn'],
  sendsFin: ['syn-received-close', 'established-close', 'close-wait-close'],
  sendsRst: ['abort', 'late-data', 'keepalive-timeout'],
  getsSyn: ['listen-syn', 'syn-sent-syn'],
  getsSynAck: ['syn-sent-syn-ack', 'syn-received-ack'],
  /** An acknowledgment of its SYN. */
  getsAck: ['syn-received-ack'],
  getsFin: ['established-fin', 'fin-wait-1-fin', 'fin-wait-2-fin'],
  /** An acknowledgment of its FIN. */
  getsAckOfFin: ['fin-wait-1-ack', 'closing-ack', 'last-ack-ack'],
  getsFinAndAckOfFin: ['fin-wait-1-fin-ack', 'fin-wait-2-fin'],
  getsRst: ['syn-sent-rst', 'syn-received-rst-passive', 'syn-received-rst-active', 'rst'],
  timesOut: ['time-wait-timeout', 'fin-wait-2-timeout', 'user-timeout'],
} as const;
/** What an end did, or what came to it. */
export type Step = keyof typeof STEPS;

const rows = new Map<Step, readonly Transition[]>(
  Object.entries(STEPS).map(([step, names]) => [
    step as Step,
    transitions.filter(({ name }) => (names as readonly string[]).includes(name)),
  ]),
);

/** Where a step leads from each of the states; states without a row of that step are left out. */
export function after(set: StateSet, step: Step): StateSet {
  let to = 0;
  for (const row of rows.get(step) ?? []) if ((set & (1 << row.from)) !== 0) to |= 1 << row.to;
  return to;
}

/** Where an end is that a step has surely reached: where no row fits, it stays. */
export function surely(set: StateSet, step: Step): StateSet {
  const to = after(set, step);
  return to === 0 ? set : to;
}

/** Where an end is that a step may have reached. */
export function perhaps(set: StateSet, step: Step): StateSet {
  return set | after(set, step);
}

/** The states of a set, each as it is when a step has surely happened to it, where the table has a row for it. */
export function passed(set: StateSet, step: Step): StateSet {
  let to = set;
  for (const row of rows.get(step) ?? [])
    if ((set & (1 << row.from)) !== 0) to = (to & ~(1 << row.from)) | (1 << row.to);
  return to;
}

/** The states of `set` that are among `possible`; `possible` itself when none is: the capture has missed something. */
export function narrowed(set: StateSet, possible: StateSet): StateSet {
  const both = set & possible;
  return both === 0 ? possible : both;
}

/** How far a connection has come: the order in which states are passed. */
const PROGRESS: readonly State[] = [
  S.LISTEN,
  S.SYN_SENT,
  S.SYN_RECEIVED,
  S.ESTABLISHED,
  S.FIN_WAIT_1,
  S.CLOSE_WAIT,
  S.FIN_WAIT_2,
  S.CLOSING,
  S.LAST_ACK,
  S.TIME_WAIT,
  S.CLOSED,
];

/** The states of a set in the order in which they are passed: the first is "at least", the last "at most". */
export function statesOf(set: StateSet): StateName[] {
  return PROGRESS.filter((state) => (set & (1 << state)) !== 0).map((state) => stateName(state));
}

/** Sets by name, for whoever follows a connection. */
export const sets = {
  /** Before the first segment of an end that opens passively: nobody may listen. */
  passive: all(S.CLOSED, S.LISTEN),
  active: all(S.CLOSED),
  /** What a segment with ACK and without SYN may come from. */
  synchronized: SYNCHRONIZED,
  /** What text may come from. */
  sending: all(S.ESTABLISHED, S.CLOSE_WAIT, S.FIN_WAIT_1, S.CLOSING, S.LAST_ACK),
  finSent: all(S.FIN_WAIT_1, S.CLOSING, S.LAST_ACK),
  synReceived: all(S.SYN_RECEIVED),
  synSent: all(S.SYN_SENT),
  /** What an end is in that has acknowledged the peer's FIN. */
  finReceived: all(S.CLOSE_WAIT, S.CLOSING, S.LAST_ACK, S.TIME_WAIT),
  closed: all(S.CLOSED),
} as const;
