// The properties of connection management that the checker looks at after every transition, and the liveness
// properties of the graph. What each one says stands beside its name; where it is looked at: side.ts (what shows
// in one event) and in-state.ts (what shows in a state).

import type { Liveness, Property } from '../search/index.ts';

/** A safety property of the model. */
export interface ModelProperty extends Property {
  readonly id: PropertyName;
  /** What it says. */
  readonly says: string;
}

/** Names of the safety properties. */
export type PropertyName =
  | 'S1'
  | 'S2'
  | 'S2-FIN'
  | 'S2-RST'
  | 'S3'
  | 'S4'
  | 'S5'
  | 'S6'
  | 'S7'
  | 'S8'
  | 'S9'
  | 'L1'
  | 'L2'
  | 'L3'
  | 'L4'
  | 'L5'
  | 'L6';

const holds = 'holds';

/** The properties, in the order of the bits of `violated`. */
export const PROPERTIES: readonly ModelProperty[] = [
  {
    id: 'S1',
    expected: holds,
    says: 'Agreement on ISNs. When P enters ESTABLISHED, the incarnation of Q whose SYN it took has taken the SYN of this incarnation of P; or P is passive and that incarnation of Q is still in SYN-SENT.',
  },
  {
    id: 'S2',
    expected: holds,
    says: 'No octet of another incarnation: what is delivered was written by the incarnation that the connection was made with.',
  },
  {
    id: 'S2-FIN',
    expected: holds,
    says: 'No FIN of another incarnation ends the stream.',
  },
  {
    id: 'S2-RST',
    expected: holds,
    says: 'A RST ends an incarnation (other than one in SYN-RECEIVED that returns to LISTEN) only if the peer’s incarnation sent it, or a segment of this incarnation caused it, or the peer’s incarnation is gone, or it was injected with SEG.SEQ = RCV.NXT.',
  },
  {
    id: 'S3',
    expected: holds,
    says: 'The stream is whole: EOF comes after the program called CLOSE and after every octet it wrote; a connection does not end well before the peer’s FIN; SEND is refused only after CLOSE.',
  },
  {
    id: 'S4',
    expected: holds,
    says: 'A graceful close is graceful: when both programs have called CLOSE and neither aborted, gave up or crashed, no side’s connection is ended by a RST, with its FIN unacknowledged. (R2 of a FIN is below 2 MSL.)',
  },
  {
    id: 'S5',
    expected: holds,
    says: 'Refinement: every change of state is one that figure 5 (the TLA+ model) or the text of RFC 9293 allows for what the event brought; the invariants of the TCB; SND.UNA and RCV.NXT never go back.',
  },
  {
    id: 'S6',
    expected: holds,
    says: 'RST hygiene: no RST answers a RST; a RST counts only with SEG.SEQ = RCV.NXT, in SYN-SENT only if it acknowledges our SYN.',
  },
  {
    id: 'S7',
    expected: holds,
    says: 'TIME-WAIT is entered by the side that has both sent a FIN that was acknowledged and received one, lasts at least 2 MSL, and ends by its timeout, by a new SYN or by the user.',
  },
  {
    id: 'S8',
    expected: holds,
    says: 'Quiescence: nothing under way, no timer, nobody aborted, gave up or crashed: one side is ESTABLISHED exactly when the other is, FIN-WAIT-2 exactly when the other is in CLOSE-WAIT.',
  },
  {
    id: 'S9',
    expected: holds,
    says: 'Resources: no timer without a connection; the listener keeps no more connections in SYN-RECEIVED than its bound; no SYN of the peer is turned away because strangers have taken all memory.',
  },
  { id: 'L1', expected: holds, says: 'Nothing under way and no timer: no side is in SYN-SENT.' },
  { id: 'L2', expected: holds, says: 'Nothing under way and no timer: no side is in SYN-RECEIVED.' },
  {
    id: 'L3',
    expected: holds,
    says: 'Nothing under way and no timer: no side is in FIN-WAIT-1, CLOSING or LAST-ACK.',
  },
  { id: 'L4', expected: holds, says: 'No timer: no side is in TIME-WAIT.' },
  {
    id: 'L5',
    expected: holds,
    says: 'Nothing under way and no timer: no side has text that waits for a window.',
  },
  {
    id: 'L6',
    expected: holds,
    says: 'A half-open connection is discovered by sending: where no packet is lost, P does not end by its user timeout after a segment of it reached a host that has no connection for it and said nothing.',
  },
];

/** Number of a property. */
export const P = Object.fromEntries(PROPERTIES.map((p, i) => [p.id, i])) as Readonly<
  Record<PropertyName, number>
>;

/** Marks of a state, for liveness. `SOME_…`: some side is there; `NO_…`: none is. */
export const Mark = {
  SOME_SYN_SENT: 1 << 0,
  NO_SYN_SENT: 1 << 1,
  SOME_SYN_RECEIVED: 1 << 2,
  NO_SYN_RECEIVED: 1 << 3,
  SOME_CLOSING: 1 << 4,
  NO_CLOSING: 1 << 5,
  SOME_TIME_WAIT: 1 << 6,
  NO_TIME_WAIT: 1 << 7,
  SOME_WAITING: 1 << 8,
  NO_WAITING: 1 << 9,
  SOME_HALF_OPEN: 1 << 10,
  NO_HALF_OPEN: 1 << 11,
  SOME_CLOSE_WAIT: 1 << 12,
  NO_CLOSE_WAIT: 1 << 13,
  SOME_FIN_WAIT_2: 1 << 14,
  NO_FIN_WAIT_2: 1 << 15,
  /** Half-open, the side that is alive has something unacknowledged, and nothing is under way. */
  SOME_HALF_OPEN_SENDS: 1 << 16,
} as const;

function leadsTo(id: string, from: number, to: number): Liveness {
  return { id, expected: holds, form: 'possible', from, to };
}

/**
 * What must always remain possible, so that a fair network and timers that fire bring it about. The last three
 * fail by design where the programs are as their names say, for nothing in TCP ends these states; a model says so
 * (`ModelConfig.fails`).
 */
export const LIVENESS: readonly Liveness[] = [
  leadsTo('L1 SYN-SENT ends', Mark.SOME_SYN_SENT, Mark.NO_SYN_SENT),
  leadsTo('L2 SYN-RECEIVED ends', Mark.SOME_SYN_RECEIVED, Mark.NO_SYN_RECEIVED),
  leadsTo('L3 FIN-WAIT-1, CLOSING, LAST-ACK end', Mark.SOME_CLOSING, Mark.NO_CLOSING),
  leadsTo('L4 TIME-WAIT ends', Mark.SOME_TIME_WAIT, Mark.NO_TIME_WAIT),
  leadsTo('L5 a closed window is noticed to open', Mark.SOME_WAITING, Mark.NO_WAITING),
  leadsTo('L6 half-open, discovered by sending', Mark.SOME_HALF_OPEN_SENDS, Mark.NO_HALF_OPEN),
  leadsTo('half-open, idle', Mark.SOME_HALF_OPEN, Mark.NO_HALF_OPEN),
  leadsTo('CLOSE-WAIT without CLOSE', Mark.SOME_CLOSE_WAIT, Mark.NO_CLOSE_WAIT),
  leadsTo('FIN-WAIT-2 without the peer’s CLOSE', Mark.SOME_FIN_WAIT_2, Mark.NO_FIN_WAIT_2),
];
