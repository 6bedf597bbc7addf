// May a TCP go from this state to that one, on this event? By RFC 9293 figure 5 with its notes (the rules of the TLA+
// model), taken several at once where one segment carries several controls; and by what the RFC's text allows beyond
// the figure. A table, so that it can be asked on every transition of a search.

import { State } from '../../../tcp/index.ts';
import { Message, rules } from './tcp-model.ts';

const S = State;
const STATES = 11;

/** What happened to a connection. */
export const TcpEvent = {
  PASSIVE_OPEN: 0,
  ACTIVE_OPEN: 1,
  SEND: 2,
  CLOSE: 3,
  ABORT: 4,
  TIMEOUT: 5,
  ICMP: 6,
  SEGMENT: 7,
} as const;
export type TcpEvent = (typeof TcpEvent)[keyof typeof TcpEvent];
const E = TcpEvent;

/**
 * What a segment brought, as bits: only what was acceptable and is now in order. An ACK counts by what it newly
 * acknowledges; a FIN that had waited for missing text counts with the segment that filled the gap.
 */
export const Carries = {
  /** A SYN, without an acceptable ACK of ours. */
  SYN: 1,
  /** A SYN with the ACK of our SYN. */
  SYN_ACK: 2,
  /** The ACK of our SYN; in LISTEN, a valid SYN cookie. */
  ACK_OF_SYN: 4,
  ACK_OF_FIN: 8,
  FIN: 16,
  RST: 32,
  TEXT: 64,
} as const;
const C = Carries;
const CARRIES = 128;

/** Whose word allows a step. */
export const Allowed = {
  /** Nothing allows it. */
  NO: 0,
  /** Figure 5 or its notes, or nothing changed. */
  FIGURE: 1,
  /** Not drawn in the figure, but said in the text of RFC 9293 or of a document that it builds on. */
  TEXT: 2,
} as const;
export type Allowed = (typeof Allowed)[keyof typeof Allowed];

/** One edge: of the figure, or of the text. */
export interface EdgeRule {
  readonly event: TcpEvent;
  readonly carries: number;
  readonly from: State;
  readonly to: State;
  /** Only for a connection that came from a passive OPEN (true), from an active one (false), or for either. */
  readonly passive: boolean | undefined;
  readonly by: typeof Allowed.FIGURE | typeof Allowed.TEXT;
  /** Its name in the model, or the section of the text. */
  readonly source: string;
}

const CARRIED: Record<number, number> = {
  [Message.SYN]: C.SYN,
  [Message.SYN_ACK]: C.SYN_ACK,
  [Message.ACK]: C.ACK_OF_SYN,
  [Message.RST]: C.RST,
  [Message.FIN]: C.FIN,
  [Message.ACK_OF_FIN]: C.ACK_OF_FIN,
};
const CALLS: Record<string, TcpEvent> = {
  'passive OPEN': E.PASSIVE_OPEN,
  'active OPEN': E.ACTIVE_OPEN,
  SEND: E.SEND,
  'send RST': E.ABORT,
  '2MSL': E.TIMEOUT,
};

/** Every edge. */
export const edges: readonly EdgeRule[] = [...figure(), ...text()];

function* figure(): Generator<EdgeRule> {
  for (const r of rules) {
    const event = r.takes.length > 0 ? E.SEGMENT : (CALLS[r.name] ?? E.CLOSE);
    const carries = r.takes.reduce((bits, m) => bits | CARRIED[m]!, 0);
    for (let from: number = S.CLOSED; from < STATES; from++) {
      if (r.from !== undefined ? r.from !== from : from === S.CLOSED || from === S.LISTEN) continue;
      // Notes 1 and 3 together: a RST leads back to LISTEN only what came from there, and only from SYN-RECEIVED.
      const back = carries === C.RST && r.to === S.LISTEN;
      if (back && from !== S.SYN_RECEIVED) continue;
      const passive = back ? true : undefined;
      yield { event, carries, from: from as State, to: r.to, passive, by: Allowed.FIGURE, source: r.name };
    }
  }
}

function* text(): Generator<EdgeRule> {
  const synchronized = [
    S.ESTABLISHED,
    S.FIN_WAIT_1,
    S.FIN_WAIT_2,
    S.CLOSE_WAIT,
    S.CLOSING,
    S.LAST_ACK,
  ] as const;
  const opening = [S.SYN_SENT, S.SYN_RECEIVED] as const;
  const edge = (
    event: TcpEvent,
    carries: number,
    from: State,
    to: State,
    source: string,
    passive?: boolean,
  ): EdgeRule => ({ event, carries, from, to, passive, by: Allowed.TEXT, source });

  yield edge(E.ACTIVE_OPEN, 0, S.LISTEN, S.SYN_SENT, '3.10.1');
  for (const from of [S.LISTEN, ...opening, ...synchronized, S.TIME_WAIT]) {
    yield edge(E.ABORT, 0, from, S.CLOSED, '3.10.5');
  }
  for (const from of synchronized) yield edge(E.CLOSE, 0, from, S.CLOSED, '3.6.1 SHLD-3: unread text');
  for (const from of [S.FIN_WAIT_1, S.FIN_WAIT_2]) {
    yield edge(E.SEGMENT, C.TEXT, from, S.CLOSED, '3.6.1 SHLD-3: text after CLOSE');
  }
  for (const from of [...opening, ...synchronized])
    yield edge(E.TIMEOUT, 0, from, S.CLOSED, '3.10.8, 3.8.4, 3.6.1');
  yield edge(E.TIMEOUT, 0, S.SYN_RECEIVED, S.LISTEN, '3.10.8', true);
  for (const from of opening) yield edge(E.ICMP, 0, from, S.CLOSED, '3.9.2.2, RFC 5927 4');
  yield edge(E.SEGMENT, C.SYN, S.SYN_RECEIVED, S.LISTEN, '3.10.7.4 fourth', true);
  yield edge(E.SEGMENT, C.SYN, S.TIME_WAIT, S.CLOSED, '3.6.1 MAY-2, RFC 6191');
  yield edge(E.SEGMENT, C.SYN, S.TIME_WAIT, S.LISTEN, '3.6.1 MAY-2, RFC 6191');
  yield edge(E.SEGMENT, C.ACK_OF_SYN, S.LISTEN, S.ESTABLISHED, 'RFC 4987 3.6');
}

const table = build();

function index(from: number, to: number, event: number, carries: number, passive: number): number {
  const kind = event === E.SEGMENT ? E.SEGMENT + carries : event;
  return ((kind * 2 + passive) * STATES + from) * STATES + to;
}

function build(): Uint8Array {
  const made = new Uint8Array((E.SEGMENT + CARRIES) * 2 * STATES * STATES);
  for (let passive = 0; passive < 2; passive++) {
    for (let event: number = E.PASSIVE_OPEN; event < E.SEGMENT + CARRIES; event++) {
      const carries = event < E.SEGMENT ? 0 : event - E.SEGMENT;
      const kind = Math.min(event, E.SEGMENT) as TcpEvent;
      const mine = edges.filter((e) => e.event === kind && (e.passive ?? passive === 1) === (passive === 1));
      for (let from = 0; from < STATES; from++) {
        const grant = (to: number, by: Allowed) => {
          const at = index(from, to, kind, carries, passive);
          if (made[at] === Allowed.NO || by < made[at]!) made[at] = by;
        };
        grant(from, Allowed.FIGURE);
        if (kind !== E.SEGMENT) for (const e of mine) grantIf(e, from, grant);
        else walk(mine, from, carries, Allowed.FIGURE, grant);
      }
    }
  }
  return made;
}

function grantIf(e: EdgeRule, from: number, grant: (to: number, by: Allowed) => void): void {
  if (e.from === from) grant(e.to, e.by);
}

// Takes edge after edge as long as the segment still carries what the next one needs.
function walk(
  mine: readonly EdgeRule[],
  from: number,
  carries: number,
  by: Allowed,
  grant: (to: number, by: Allowed) => void,
): void {
  for (const e of mine) {
    if (e.from !== from || (e.carries & ~carries) !== 0) continue;
    const word = e.by === Allowed.TEXT ? Allowed.TEXT : by;
    grant(e.to, word);
    walk(mine, e.to, carries & ~e.carries, word, grant);
  }
}

/**
 * Whether one event may take a connection from state `from` to state `to`. `carries` (bits of {@link Carries}) is
 * for `TcpEvent.SEGMENT`, else 0; `passive` tells whether the connection came from LISTEN. A TCB that was deleted is in
 * CLOSED. Staying in a state is always allowed.
 */
export function refines(from: State, to: State, event: TcpEvent, carries: number, passive: boolean): Allowed {
  return table[index(from, to, event, event === E.SEGMENT ? carries : 0, passive ? 1 : 0)] as Allowed;
}
