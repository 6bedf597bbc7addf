// The state machine as data (RFC 9293 section 3.3.2, figure 5 with its notes, and section 3.10).
// The engine enters a state only by naming a row of this table; the row is what the diagram, the
// ladder and the explanations show. Rule 1: everything that changes a state is here.

import { State } from './state.ts';

const S = State;

/** One way from a state to another. */
export interface Transition {
  /** Position in {@link transitions}. */
  readonly id: number;
  readonly name: string;
  readonly from: State;
  /** What happened: a user call, an arriving segment, or a timeout. */
  readonly event: string;
  /** What else had to hold; '' if nothing. */
  readonly condition: string;
  readonly to: State;
  /** What is sent or told to the user. */
  readonly action: string;
  /** Where the rule stands. */
  readonly section: string;
}

const rows: Transition[] = [];

function row(
  name: string,
  from: State,
  event: string,
  condition: string,
  to: State,
  action: string,
  section: string,
): Transition {
  const t: Transition = { id: rows.length, name, from, event, condition, to, action, section };
  rows.push(t);
  return t;
}

/** A family of rows, one for each state it can start from, indexed by that state. */
function rowsFrom(
  name: string,
  froms: readonly State[],
  event: string,
  condition: string,
  action: string,
  section: string,
): readonly (Transition | undefined)[] {
  const byState: (Transition | undefined)[] = new Array(11).fill(undefined);
  for (const from of froms) byState[from] = row(name, from, event, condition, S.CLOSED, action, section);
  return byState;
}

const SYNCHRONIZED = [
  S.ESTABLISHED,
  S.FIN_WAIT_1,
  S.FIN_WAIT_2,
  S.CLOSE_WAIT,
  S.CLOSING,
  S.LAST_ACK,
] as const;

// Opening.
export const OPEN_PASSIVE = row(
  'open-passive',
  S.CLOSED,
  'OPEN',
  'passive',
  S.LISTEN,
  'create TCB',
  '3.10.1',
);
export const OPEN_ACTIVE = row(
  'open-active',
  S.CLOSED,
  'OPEN',
  'active',
  S.SYN_SENT,
  'create TCB, send SYN',
  '3.10.1',
);
export const LISTEN_OPEN = row(
  'listen-open-active',
  S.LISTEN,
  'OPEN or SEND',
  'remote socket specified',
  S.SYN_SENT,
  'send SYN',
  '3.10.1',
);
export const LISTEN_SYN = row('listen-syn', S.LISTEN, 'SYN', '', S.SYN_RECEIVED, 'send SYN,ACK', '3.10.7.2');
export const LISTEN_COOKIE = row(
  'listen-cookie',
  S.LISTEN,
  'ACK',
  'it returns a valid SYN cookie',
  S.SYN_RECEIVED,
  'rebuild the TCB',
  'RFC 4987 3.6',
);
export const SYN_SENT_SYN_ACK = row(
  'syn-sent-syn-ack',
  S.SYN_SENT,
  'SYN,ACK',
  'SND.UNA > ISS: our SYN is acknowledged',
  S.ESTABLISHED,
  'send ACK',
  '3.10.7.3',
);
export const SYN_SENT_SYN = row(
  'syn-sent-syn',
  S.SYN_SENT,
  'SYN',
  'no ACK: simultaneous open',
  S.SYN_RECEIVED,
  'send SYN,ACK',
  '3.10.7.3',
);
export const SYN_RECEIVED_ACK = row(
  'syn-received-ack',
  S.SYN_RECEIVED,
  'ACK',
  'SND.UNA < SEG.ACK =< SND.NXT',
  S.ESTABLISHED,
  '',
  '3.10.7.4 fifth',
);

// Closing, our side.
export const LISTEN_CLOSE = row('listen-close', S.LISTEN, 'CLOSE', '', S.CLOSED, 'delete TCB', '3.10.4');
export const SYN_SENT_CLOSE = row(
  'syn-sent-close',
  S.SYN_SENT,
  'CLOSE',
  '',
  S.CLOSED,
  'delete TCB',
  '3.10.4',
);
export const SYN_RECEIVED_CLOSE = row(
  'syn-received-close',
  S.SYN_RECEIVED,
  'CLOSE',
  '',
  S.FIN_WAIT_1,
  'send FIN',
  '3.10.4',
);
export const ESTABLISHED_CLOSE = row(
  'established-close',
  S.ESTABLISHED,
  'CLOSE',
  '',
  S.FIN_WAIT_1,
  'send FIN',
  '3.10.4',
);
export const CLOSE_WAIT_CLOSE = row(
  'close-wait-close',
  S.CLOSE_WAIT,
  'CLOSE',
  '',
  S.LAST_ACK,
  'send FIN',
  '3.10.4',
);
export const FIN_WAIT_1_ACK = row(
  'fin-wait-1-ack',
  S.FIN_WAIT_1,
  'ACK',
  'it acknowledges our FIN',
  S.FIN_WAIT_2,
  '',
  '3.10.7.4 fifth',
);
export const CLOSING_ACK = row(
  'closing-ack',
  S.CLOSING,
  'ACK',
  'it acknowledges our FIN',
  S.TIME_WAIT,
  'start 2MSL',
  '3.10.7.4 fifth',
);
export const LAST_ACK_ACK = row(
  'last-ack-ack',
  S.LAST_ACK,
  'ACK',
  'it acknowledges our FIN',
  S.CLOSED,
  'delete TCB',
  '3.10.7.4 fifth',
);

// Closing, the peer's side.
export const ESTABLISHED_FIN = row(
  'established-fin',
  S.ESTABLISHED,
  'FIN',
  '',
  S.CLOSE_WAIT,
  'send ACK',
  '3.10.7.4 eighth',
);
export const FIN_WAIT_1_FIN = row(
  'fin-wait-1-fin',
  S.FIN_WAIT_1,
  'FIN',
  'our FIN is not acknowledged: simultaneous close',
  S.CLOSING,
  'send ACK',
  '3.10.7.4 eighth',
);
export const FIN_WAIT_1_FIN_ACK = row(
  'fin-wait-1-fin-ack',
  S.FIN_WAIT_1,
  'FIN,ACK',
  'it acknowledges our FIN: three-segment close',
  S.TIME_WAIT,
  'send ACK, start 2MSL',
  '3.10.7.4 eighth, figure 5 note 2',
);
export const FIN_WAIT_2_FIN = row(
  'fin-wait-2-fin',
  S.FIN_WAIT_2,
  'FIN',
  '',
  S.TIME_WAIT,
  'send ACK, start 2MSL',
  '3.10.7.4 eighth',
);
export const TIME_WAIT_TIMEOUT = row(
  'time-wait-timeout',
  S.TIME_WAIT,
  'TIME-WAIT TIMEOUT',
  '2 MSL have passed',
  S.CLOSED,
  'delete TCB',
  '3.10.8',
);
export const TIME_WAIT_SYN = row(
  'time-wait-syn',
  S.TIME_WAIT,
  'SYN',
  'newer sequence number or timestamp (MAY-2)',
  S.CLOSED,
  'the SYN goes to LISTEN',
  '3.6.1, RFC 6191',
);

// Resets.
export const SYN_SENT_RST = row(
  'syn-sent-rst',
  S.SYN_SENT,
  'RST',
  'its ACK is acceptable',
  S.CLOSED,
  'signal connection refused',
  '3.10.7.3',
);
export const SYN_RECEIVED_RST_PASSIVE = row(
  'syn-received-rst-passive',
  S.SYN_RECEIVED,
  'RST',
  'came from LISTEN',
  S.LISTEN,
  '',
  '3.10.7.4 second',
);
export const SYN_RECEIVED_RST_ACTIVE = row(
  'syn-received-rst-active',
  S.SYN_RECEIVED,
  'RST',
  'came from SYN-SENT, or the user has it by Fast Open',
  S.CLOSED,
  'signal connection refused, or reset',
  '3.10.7.4 second',
);
export const SYN_RECEIVED_SYN_PASSIVE = row(
  'syn-received-syn-passive',
  S.SYN_RECEIVED,
  'SYN',
  'in the window; came from LISTEN',
  S.LISTEN,
  '',
  '3.10.7.4 fourth',
);
const RST_CONDITION = 'SEG.SEQ = RCV.NXT';
const RST_SECTION = '3.10.7.4 second, RFC 5961 3';
/** Only the first four signal it to the user. */
export const RST = SYNCHRONIZED.reduce<(Transition | undefined)[]>((rows, from) => {
  const told = from !== S.CLOSING && from !== S.LAST_ACK;
  const action = told ? 'signal connection reset' : 'delete TCB';
  rows[from] = row('rst', from, 'RST', RST_CONDITION, S.CLOSED, action, RST_SECTION);
  return rows;
}, new Array(11).fill(undefined));
/** Only a TCP that ignores RFC 1337 takes this row. */
export const TIME_WAIT_RST = row(
  'time-wait-rst',
  S.TIME_WAIT,
  'RST',
  '',
  S.CLOSED,
  'delete TCB',
  '3.10.7.4 second',
);

// ABORT and what ends a connection without the peer.
const ALIVE = [S.LISTEN, S.SYN_SENT, S.SYN_RECEIVED, ...SYNCHRONIZED, S.TIME_WAIT] as const;
export const ABORT = rowsFrom('abort', ALIVE, 'ABORT', '', 'send RST if the peer knows of us', '3.10.5');
export const LATE_DATA = rowsFrom(
  'late-data',
  [S.FIN_WAIT_1, S.FIN_WAIT_2],
  'text',
  'the user has closed for reading',
  'send RST',
  '3.6.1 SHLD-3',
);
export const USER_TIMEOUT = rowsFrom(
  'user-timeout',
  // Nothing can be unacknowledged in FIN-WAIT-2.
  [S.SYN_SENT, S.SYN_RECEIVED, ...SYNCHRONIZED.filter((state) => state !== S.FIN_WAIT_2)],
  'USER TIMEOUT',
  'R2 reached',
  'signal connection aborted due to user timeout',
  '3.10.8',
);
export const SYN_RECEIVED_TIMEOUT = row(
  'syn-received-timeout',
  S.SYN_RECEIVED,
  'USER TIMEOUT',
  'R2 reached; came from LISTEN',
  S.LISTEN,
  '',
  '3.10.8',
);
export const KEEPALIVE_TIMEOUT = rowsFrom(
  'keepalive-timeout',
  [S.ESTABLISHED, S.CLOSE_WAIT, S.FIN_WAIT_2],
  'KEEP-ALIVE TIMEOUT',
  'no probe was answered',
  'send RST, signal timed out',
  '3.8.4',
);
export const FIN_WAIT_2_TIMEOUT = row(
  'fin-wait-2-timeout',
  S.FIN_WAIT_2,
  'FIN-WAIT-2 TIMEOUT',
  'the user has gone',
  S.CLOSED,
  'delete TCB',
  '3.6.1',
);
export const ICMP_HARD = rowsFrom(
  'icmp-hard-error',
  [S.SYN_SENT, S.SYN_RECEIVED],
  'ICMP',
  'hard error for our SYN, or no neighbour to send it to',
  'signal unreachable',
  '3.9.2.2, RFC 5927 4',
);

/** Every row, in order of `id`. */
export const transitions: readonly Transition[] = rows;

/** The row of a name (the first, where one name has a row for each state). Throws for an unknown one. */
export function transitionNamed(name: string): Transition {
  const found = rows.find((t) => t.name === name);
  if (found === undefined) throw new Error(`no transition named ${name}`);
  return found;
}
