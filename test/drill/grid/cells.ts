// What each cell of the grid must do, by hand from RFC 9293 section 3.10.7: rows in the order of its steps.
// The first row that fits a cell decides, as the first step that discards a segment ends its processing.

import type { AckClass, Cell, GridEvent, GridState, Position } from './axes.ts';

/**
 * What goes out. `ACK`: <SEQ=SND.NXT><ACK=RCV.NXT>; `ACK+n`: after RCV.NXT has advanced by n; `RST`:
 * <SEQ=SEG.ACK>; `RST,ACK`: <SEQ=0><ACK=SEG.SEQ+SEG.LEN>; `RST; SYN`: RST, and our SYN again; `SYN,ACK`:
 * <SEQ=ISS><ACK=IRS+1>; `SYN,ACK of a new connection`: with an ISS beyond the old SND.NXT.
 */
export type Reply =
  | 'nothing'
  | 'ACK'
  | 'ACK+1'
  | 'ACK+5'
  | 'ACK+10'
  | 'RST'
  | 'RST,ACK'
  | 'RST; SYN'
  | 'SYN,ACK'
  | 'SYN,ACK of a new connection';

/** The state afterwards; `same`: it stays. */
export type After = 'same' | GridState;

/** One row: which cells, and what happens there. */
export interface Rule {
  readonly states: readonly GridState[];
  readonly events: readonly GridEvent[];
  readonly positions: readonly Position[] | '*';
  readonly acks: readonly AckClass[] | '*';
  readonly reply: Reply;
  readonly after: After;
  /** Where the RFC says so. */
  readonly section: string;
  /** One sentence; one that begins with "Choice:" is not what the letter of section 3.10.7 alone would give. */
  readonly why: string;
}

const PASSIVE: readonly GridState[] = ['SYN-RECEIVED (passive)'];
const ACTIVE: readonly GridState[] = ['SYN-RECEIVED (active)'];
const SYN_RECEIVED = [...PASSIVE, ...ACTIVE];
const TAKES_TEXT: readonly GridState[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];
const AFTER_FIN: readonly GridState[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'];
const OPEN = [...TAKES_TEXT, ...AFTER_FIN];
const TIME_WAIT: readonly GridState[] = ['TIME-WAIT'];
const ALL = [...SYN_RECEIVED, ...OPEN, ...TIME_WAIT];

const ANY_SYN = 'SYN|SYN+ACK|SYN+FIN';
const ANY_RST = 'RST|RST+ACK';
/** Table 6: not acceptable. */
const OUTSIDE = 'far left|left|beyond|far right';

/** A row as it is written: `a|b` is a list, `*` is all. */
type Row = readonly [
  states: readonly GridState[],
  events: string,
  positions: string,
  acks: string,
  reply: Reply,
  after: After,
  section: string,
  why: string,
];

// biome-ignore format: a table
const TABLE: readonly Row[] = [
  // 3.10.7.1 CLOSED
  [['CLOSED'], ANY_RST, '*', '*', 'nothing', 'same', '3.10.7.1', 'A RST is discarded.'],
  [['CLOSED'], 'SYN|SYN+FIN|FIN|none', '*', '*', 'RST,ACK', 'same', '3.10.7.1', 'Without an ACK: sequence number zero, and what came is acknowledged.'],
  [['CLOSED'], 'SYN+ACK|ACK|FIN+ACK|data', '*', '*', 'RST', 'same', '3.10.7.1', 'With an ACK: the RST has the sequence number that it names.'],

  // 3.10.7.2 LISTEN
  [['LISTEN'], ANY_RST, '*', '*', 'nothing', 'same', '3.10.7.2 first', 'A RST cannot be an answer to anything we sent.'],
  [['LISTEN'], 'SYN+ACK|ACK|FIN+ACK|data', '*', '*', 'RST', 'same', '3.10.7.2 second', 'Any acknowledgment is bad.'],
  [['LISTEN'], 'SYN', '*', '*', 'SYN,ACK', 'SYN-RECEIVED (passive)', '3.10.7.2 third', 'A SYN is answered.'],
  [['LISTEN'], 'SYN+FIN', '*', '*', 'nothing', 'same', '3.10.7.2 third', 'Choice: a SYN should be answered and its FIN wait; no TCP opens so, only scanners do, and it is dropped.'],
  [['LISTEN'], 'FIN|none', '*', '*', 'nothing', 'same', '3.10.7.2 fourth', 'Other control without an ACK is dropped.'],

  // 3.10.7.3 SYN-SENT
  [['SYN-SENT'], 'RST+ACK', '*', 'old|ancient|unsent', 'nothing', 'same', '3.10.7.3 first', 'A RST whose ACK is not of our SYN is dropped.'],
  [['SYN-SENT'], 'SYN+ACK|ACK|FIN+ACK|data', '*', 'old|ancient|unsent', 'RST; SYN', 'same', '3.10.7.3 first', 'An ACK of something else belongs to an older connection: it is reset (figure 9). Our SYN goes again at once, which the RFC leaves to us.'],
  [['SYN-SENT'], 'RST+ACK', '*', 'next', 'nothing', 'CLOSED', '3.10.7.3 second', 'A RST that acknowledges our SYN: refused.'],
  [['SYN-SENT'], 'RST', '*', '*', 'nothing', 'same', '3.10.7.3 second', 'A RST without an ACK is dropped.'],
  [['SYN-SENT'], 'SYN+ACK', '*', 'next', 'ACK+1', 'ESTABLISHED', '3.10.7.3 fourth', 'Our SYN is acknowledged and so is the peer’s.'],
  [['SYN-SENT'], 'SYN', '*', '*', 'SYN,ACK', 'SYN-RECEIVED (active)', '3.10.7.3 fourth', 'Simultaneous open.'],
  [['SYN-SENT'], 'SYN+FIN', '*', '*', 'SYN,ACK', 'SYN-RECEIVED (active)', '3.10.7.3 fourth', 'Simultaneous open; the FIN is not acknowledged, so it comes again.'],
  [['SYN-SENT'], 'ACK|FIN|FIN+ACK|data|none', '*', '*', 'nothing', 'same', '3.10.7.3 fifth', 'Neither SYN nor RST: dropped.'],

  // 3.10.7.4 what comes before or beside the eight steps
  [TIME_WAIT, 'SYN', 'inside|right edge|beyond|far right', '*', 'SYN,ACK of a new connection', 'SYN-RECEIVED (passive)', '3.6.1 MAY-2, RFC 6191', 'Choice: a SYN beyond what the old connection has seen opens a new one, if somebody listens.'],
  [TIME_WAIT, ANY_RST, '*', '*', 'nothing', 'same', 'RFC 1337 section 3 (F1)', 'Choice: a RST does not end TIME-WAIT, where step two alone would.'],
  [SYN_RECEIVED, 'SYN', 'left', '*', 'SYN,ACK', 'same', '3.8.1, 3.10.7.4 first', 'Choice: the peer’s SYN again is acknowledged by the SYN,ACK again, which it may have lost.'],
  [SYN_RECEIVED, 'SYN+FIN', 'across', '*', 'SYN,ACK', 'same', '3.8.1, 3.10.7.4 first', 'Choice: the peer’s SYN again is acknowledged by the SYN,ACK again; the FIN behind it has no ACK.'],
  [ACTIVE, 'SYN+ACK', 'left', 'next', 'nothing', 'ESTABLISHED', '3.5 figure 7', 'The peer’s SYN,ACK completes a simultaneous open although its SYN is old.'],
  [ACTIVE, 'SYN+ACK', 'left', '*', 'RST', 'same', '3.5 figure 7, 3.10.7.4 fifth', 'Choice: what would complete a simultaneous open acknowledges something else.'],

  // 3.10.7.4 first, check sequence number
  [ALL, ANY_RST, OUTSIDE, '*', 'nothing', 'same', '3.10.7.4 second 1), RFC 5961 section 3.2', 'A RST outside the window is dropped silently.'],
  [ALL, ANY_SYN, OUTSIDE, '*', 'ACK', 'same', '3.10.7.4 first, RFC 5961 section 4.2', 'Not acceptable, and a SYN: acknowledged wherever it lies.'],
  [['CLOSING'], 'FIN+ACK', 'left', 'next', 'ACK', 'TIME-WAIT', '3.10.7.4 first, fifth', 'Choice: the peer’s FIN again, acknowledged; it is old, and its ACK of our FIN counts, or our FIN would go again.'],
  [['LAST-ACK'], 'FIN+ACK', 'left', 'next', 'ACK', 'CLOSED', '3.10.7.4 first, fifth', 'Choice: the peer’s FIN again, acknowledged; it is old, and its ACK of our FIN counts, or our FIN would go again.'],
  [['CLOSE-WAIT'], 'FIN+ACK', 'left', 'next', 'ACK', 'same', '3.10.7.4 first, fifth', 'Choice: the peer’s FIN again, acknowledged; it is old, and its ACK of our text counts.'],
  [ALL, 'FIN|FIN+ACK', 'left', '*', 'ACK', 'same', '3.10.7.4 first', 'The last sequence number before the window: the peer’s FIN again, if it sent one; acknowledged.'],
  [ALL, 'FIN|FIN+ACK|data', OUTSIDE, '*', 'ACK', 'same', '3.10.7.4 first', 'No octet of it is in the window: acknowledged and dropped.'],
  [ALL, 'ACK|none', 'far left|left|far right', '*', 'ACK', 'same', '3.10.7.4 first', 'Not acceptable: acknowledged and dropped.'],
  [TIME_WAIT, 'ACK', 'beyond', '*', 'ACK', 'same', '3.10.7.4 first', 'Not acceptable: acknowledged and dropped.'],
  // From here on an empty segment may begin at RCV.NXT+RCV.WND: a peer that has filled the window sends its
  // ACKs from there (appendix A.2).

  // 3.10.7.4 second, check the RST bit
  [PASSIVE, ANY_RST, 'left edge', '*', 'nothing', 'LISTEN', '3.10.7.4 second', 'Exactly RCV.NXT, and a passive open: returns to LISTEN.'],
  [ACTIVE, ANY_RST, 'left edge', '*', 'nothing', 'CLOSED', '3.10.7.4 second', 'Exactly RCV.NXT, and an active open: refused.'],
  [OPEN, ANY_RST, 'left edge', '*', 'nothing', 'CLOSED', '3.10.7.4 second 2)', 'Exactly RCV.NXT: the connection is reset.'],
  [ALL, ANY_RST, 'inside|right edge', '*', 'ACK', 'same', '3.10.7.4 second 3), RFC 5961 section 3.2', 'In the window but not RCV.NXT: challenge ACK.'],

  // 3.10.7.4 fourth, check the SYN bit
  [PASSIVE, ANY_SYN, '*', '*', 'nothing', 'LISTEN', '3.10.7.4 fourth', 'A SYN in the window, and a passive open: returns to LISTEN.'],
  [ALL, ANY_SYN, '*', '*', 'ACK', 'same', '3.10.7.4 fourth, RFC 5961 section 4.2', 'Challenge ACK, irrespective of the sequence number.'],

  // 3.10.7.4 fifth, check the ACK field
  [ALL, 'FIN|none', '*', '*', 'nothing', 'same', '3.10.7.4 fifth', 'The ACK bit is off: dropped.'],
  [SYN_RECEIVED, 'ACK|FIN+ACK|data', '*', 'old', 'RST', 'same', '3.10.7.4 fifth', 'Not an ACK of our SYN: reset.'],
  [SYN_RECEIVED, 'ACK|FIN+ACK|data', '*', 'ancient|unsent', 'RST', 'same', '3.10.7.4 fifth', 'Choice: the rule of SYN-RECEIVED, a reset, before the ACK of RFC 5961 section 5, which is for connections that exist.'],
  [TIME_WAIT, 'ACK', 'left edge', 'ancient', 'nothing', 'same', '3.10.7.4 fifth MAY-12', 'Choice: MAX.SND.WND may be a constant, and TIME-WAIT remembers no other: an old ACK.'],
  [[...OPEN, ...TIME_WAIT], 'ACK|FIN+ACK|data', '*', 'ancient|unsent', 'ACK', 'same', '3.10.7.4 fifth MAY-12, RFC 5961 section 5.2', 'The ACK is out of range: acknowledged and dropped, with text and FIN.'],
  [['LAST-ACK'], 'ACK|FIN+ACK|data', '*', 'next', 'nothing', 'CLOSED', '3.10.7.4 fifth', 'Our FIN is acknowledged: deleted, and nothing after that is looked at.'],
  [['CLOSING'], 'ACK', '*', 'next', 'nothing', 'TIME-WAIT', '3.10.7.4 fifth', 'Our FIN is acknowledged.'],
  [['CLOSING'], 'FIN+ACK|data', '*', 'next', 'nothing', 'TIME-WAIT', '3.10.7.4 fifth', 'Our FIN is acknowledged; text or FIN beyond the peer’s FIN is ignored.'],
  [TIME_WAIT, 'ACK', 'left edge', '*', 'nothing', 'same', '3.10.7.4 fifth', 'Nothing to say to the ACK that ended a simultaneous close.'],
  [TIME_WAIT, 'ACK', '*', '*', 'ACK', 'same', '3.10.7.4 fifth', 'Choice: only the peer’s FIN can come, and is acknowledged; so is what no peer sends.'],
  [TIME_WAIT, 'FIN+ACK', '*', '*', 'ACK', 'same', '3.10.7.4 fifth, eighth', 'A FIN is acknowledged; this one is not the peer’s, so RCV.NXT stays.'],
  [TIME_WAIT, 'data', '*', '*', 'ACK', 'same', '3.10.7.4 fifth, seventh', 'Choice: the text is ignored, and acknowledged like whatever comes.'],
  [SYN_RECEIVED, 'ACK', '*', 'next', 'nothing', 'ESTABLISHED', '3.10.7.4 fifth', 'SND.UNA < SEG.ACK =< SND.NXT: our SYN is acknowledged.'],
  [['FIN-WAIT-1'], 'ACK', '*', 'next', 'nothing', 'FIN-WAIT-2', '3.10.7.4 fifth', 'Our FIN is acknowledged.'],
  [['ESTABLISHED', 'CLOSE-WAIT'], 'ACK', '*', 'next', 'nothing', 'same', '3.10.7.4 fifth', 'SND.UNA < SEG.ACK =< SND.NXT: what was sent is acknowledged.'],
  [['FIN-WAIT-2'], 'ACK', '*', 'next', 'nothing', 'same', '3.10.7.4 fifth', 'Nothing is in flight: at most the send window is updated.'],
  [OPEN, 'ACK', '*', 'old', 'nothing', 'same', '3.10.7.4 fifth', 'A duplicate ACK can be ignored.'],

  // 3.10.7.4 seventh, process the segment text
  [SYN_RECEIVED, 'data', 'left edge', 'next', 'ACK+10', 'ESTABLISHED', '3.10.7.4 fifth, seventh', 'Our SYN is acknowledged, and the text is taken.'],
  [SYN_RECEIVED, 'data', 'across', 'next', 'ACK+5', 'ESTABLISHED', '3.10.7.4 fifth, seventh', 'Our SYN is acknowledged, and the new part of the text is taken.'],
  [SYN_RECEIVED, 'data', 'inside|right edge', 'next', 'ACK', 'ESTABLISHED', '3.10.7.4 fifth, SHLD-31', 'Our SYN is acknowledged, and the text is held.'],
  [['FIN-WAIT-1'], 'data', 'left edge', 'next', 'ACK+10', 'FIN-WAIT-2', '3.10.7.4 fifth, seventh', 'Our FIN is acknowledged, and the text is taken.'],
  [['FIN-WAIT-1'], 'data', 'across', 'next', 'ACK+5', 'FIN-WAIT-2', '3.10.7.4 fifth, seventh', 'Our FIN is acknowledged, and the new part of the text is taken.'],
  [['FIN-WAIT-1'], 'data', 'inside|right edge', 'next', 'ACK', 'FIN-WAIT-2', '3.10.7.4 fifth, SHLD-31', 'Our FIN is acknowledged, and the text is held.'],
  [TAKES_TEXT, 'data', 'left edge', '*', 'ACK+10', 'same', '3.10.7.4 seventh', 'The text is taken.'],
  [TAKES_TEXT, 'data', 'across', '*', 'ACK+5', 'same', '3.10.7.4 first, seventh', 'Only the new part of the text is taken.'],
  [TAKES_TEXT, 'data', 'inside', '*', 'ACK', 'same', '3.10.7.4 first SHLD-31, seventh MAY-13', 'The text is held, and RCV.NXT acknowledged.'],
  [TAKES_TEXT, 'data', 'right edge', '*', 'ACK', 'same', '3.10.7.4 first SHLD-31, seventh MAY-13', 'The octet that is in the window is held, and RCV.NXT acknowledged.'],
  [AFTER_FIN, 'data', 'left edge|inside', '*', 'nothing', 'same', '3.10.7.4 seventh', 'A FIN has been received: the text is ignored.'],
  [AFTER_FIN, 'data', 'across|right edge', '*', 'ACK', 'same', '3.10.7.4 first, seventh', 'Choice: the text is ignored; the part outside the window is acknowledged like any other.'],

  // 3.10.7.4 eighth, check the FIN bit
  [SYN_RECEIVED, 'FIN+ACK', 'left edge', 'next', 'ACK+1', 'CLOSE-WAIT', '3.10.7.4 fifth, eighth', 'Our SYN is acknowledged, and the peer closes.'],
  [SYN_RECEIVED, 'FIN+ACK', 'inside|right edge', 'next', 'ACK', 'ESTABLISHED', '3.10.7.4 fifth, SHLD-31', 'Our SYN is acknowledged, and the FIN waits for what is before it.'],
  [['ESTABLISHED'], 'FIN+ACK', 'left edge', '*', 'ACK+1', 'CLOSE-WAIT', '3.10.7.4 eighth', 'The peer closes.'],
  [['FIN-WAIT-1'], 'FIN+ACK', 'left edge', 'next', 'ACK+1', 'TIME-WAIT', '3.10.7.4 eighth', 'Our FIN is acknowledged in this segment: straight to TIME-WAIT.'],
  [['FIN-WAIT-1'], 'FIN+ACK', 'left edge', 'old', 'ACK+1', 'CLOSING', '3.10.7.4 eighth', 'Simultaneous close.'],
  [['FIN-WAIT-2'], 'FIN+ACK', 'left edge', '*', 'ACK+1', 'TIME-WAIT', '3.10.7.4 eighth', 'The peer closes too.'],
  [['FIN-WAIT-1'], 'FIN+ACK', 'inside|right edge', 'next', 'ACK', 'FIN-WAIT-2', '3.10.7.4 fifth, SHLD-31', 'Our FIN is acknowledged, and the peer’s waits for what is before it.'],
  [TAKES_TEXT, 'FIN+ACK', 'inside|right edge', '*', 'ACK', 'same', '3.10.7.4 first SHLD-31, seventh MAY-13', 'The FIN waits for what is before it, and RCV.NXT is acknowledged.'],
  [AFTER_FIN, 'FIN+ACK', '*', '*', 'nothing', 'same', '3.10.7.4 eighth', 'Choice: remains in its state; a FIN beyond the FIN is not the peer’s, so there is nothing to advance over and to acknowledge.'],
];

function list<T extends string>(text: string): readonly T[] {
  return text.split('|') as T[];
}

const rows: readonly Rule[] = TABLE.map(([states, events, positions, acks, reply, after, section, why]) => ({
  states,
  events: list<GridEvent>(events),
  positions: positions === '*' ? '*' : list<Position>(positions),
  acks: acks === '*' ? '*' : list<AckClass>(acks),
  reply,
  after,
  section,
  why,
}));

/** The fifth step begins with this row: a segment that gets here has its ACK field looked at. */
const FIFTH = rows.findIndex((r) => r.section === '3.10.7.4 fifth');

/** Whether SND.UNA becomes SND.NXT in a cell: its ACK says so, and the fifth step is reached. */
export function acknowledgesAll(c: Cell): boolean {
  const rule = ruleOf(c);
  return c.ack === 'next' && (rule >= FIFTH || rows[rule]?.section === '3.10.7.4 first, fifth');
}

/** The rows, numbered from 1 in the documents. */
export const RULES: readonly Rule[] = rows;

function fits(r: Rule, c: Cell): boolean {
  return (
    r.states.includes(c.state) &&
    r.events.includes(c.event) &&
    (r.positions === '*' || r.positions.includes(c.position)) &&
    (r.acks === '*' || r.acks.includes(c.ack))
  );
}

/** Index in {@link RULES} of the row that decides `c`; -1: nobody has thought of it. */
export function ruleOf(c: Cell): number {
  return rows.findIndex((r) => fits(r, c));
}
