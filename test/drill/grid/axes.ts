// The axes of the grid of RFC 9293 section 3.10.7: states, events, positions in the receive window, and
// acknowledgments; the numbers that each has in a script.

/** States, SYN-RECEIVED by the way that led there. */
export const STATES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED (passive)',
  'SYN-RECEIVED (active)',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const;
export type GridState = (typeof STATES)[number];

/** What arrives: control bits, and for `data` ten octets with PSH and ACK. */
export const EVENTS = [
  'SYN',
  'SYN+ACK',
  'SYN+FIN',
  'ACK',
  'FIN',
  'FIN+ACK',
  'RST',
  'RST+ACK',
  'data',
  'none',
] as const;
export type GridEvent = (typeof EVENTS)[number];

/** How a script writes an event, and SEG.LEN. */
export const SEGMENTS: Readonly<Record<GridEvent, { flags: string; text: number; length: number }>> = {
  SYN: { flags: 'S', text: 0, length: 1 },
  'SYN+ACK': { flags: 'S.', text: 0, length: 1 },
  'SYN+FIN': { flags: 'SF', text: 0, length: 2 },
  ACK: { flags: '.', text: 0, length: 0 },
  FIN: { flags: 'F', text: 0, length: 1 },
  'FIN+ACK': { flags: 'F.', text: 0, length: 1 },
  RST: { flags: 'R', text: 0, length: 0 },
  'RST+ACK': { flags: 'R.', text: 0, length: 0 },
  data: { flags: 'P.', text: 10, length: 10 },
  none: { flags: '-', text: 0, length: 0 },
};

/** Whether the event bears an acknowledgment. */
export function bearsAck(event: GridEvent): boolean {
  return SEGMENTS[event].flags.includes('.');
}

/** Where the segment lies; `any` where there is no receive window yet. */
export const POSITIONS = [
  'far left',
  'left',
  'across',
  'left edge',
  'inside',
  'right edge',
  'beyond',
  'far right',
] as const;
export type Position = (typeof POSITIONS)[number] | 'any';

/** SEG.ACK: SND.NXT; SND.UNA (or SND.NXT - 1 if nothing is in flight); out of RFC 5961's range; SND.NXT + 1. */
export const ACKS = ['next', 'old', 'ancient', 'unsent'] as const;
export type AckClass = (typeof ACKS)[number] | 'any';

/** Numbers of a state when the event arrives, as the script counts them: each side's SYN is 0. */
export interface Numbers {
  readonly rcvNxt: number;
  /** RCV.NXT + RCV.WND */
  readonly edge: number;
  readonly sndUna: number;
  readonly sndNxt: number;
}

/** The window that we offer, which is the receive buffer. */
export const RECEIVE_WINDOW = 2920;
/** The window that the peer offers: MAX.SND.WND. */
export const SEND_WINDOW = 10_000;

const first = 1 + RECEIVE_WINDOW;
export const NUMBERS: Readonly<Record<GridState, Numbers>> = {
  CLOSED: { rcvNxt: 0, edge: 0, sndUna: 0, sndNxt: 77 },
  LISTEN: { rcvNxt: 0, edge: 0, sndUna: 0, sndNxt: 77 },
  'SYN-SENT': { rcvNxt: 0, edge: 0, sndUna: 0, sndNxt: 1 },
  'SYN-RECEIVED (passive)': { rcvNxt: 1, edge: first, sndUna: 0, sndNxt: 1 },
  'SYN-RECEIVED (active)': { rcvNxt: 1, edge: first, sndUna: 0, sndNxt: 1 },
  ESTABLISHED: { rcvNxt: 1, edge: first, sndUna: 1, sndNxt: 101 },
  'FIN-WAIT-1': { rcvNxt: 1, edge: first, sndUna: 1, sndNxt: 2 },
  'FIN-WAIT-2': { rcvNxt: 1, edge: first, sndUna: 2, sndNxt: 2 },
  'CLOSE-WAIT': { rcvNxt: 2, edge: first, sndUna: 1, sndNxt: 101 },
  CLOSING: { rcvNxt: 2, edge: first, sndUna: 1, sndNxt: 2 },
  'LAST-ACK': { rcvNxt: 2, edge: first, sndUna: 1, sndNxt: 2 },
  'TIME-WAIT': { rcvNxt: 2, edge: first, sndUna: 2, sndNxt: 2 },
};

/** SEG.SEQ for a position. */
export function seqAt(position: Position, n: Numbers, length: number): number {
  switch (position) {
    case 'any':
      return 0;
    case 'far left':
      return n.rcvNxt - 1000;
    case 'left':
      return n.rcvNxt - Math.max(1, length);
    case 'across':
      return n.rcvNxt - length / 2;
    case 'left edge':
      return n.rcvNxt;
    case 'inside':
      return n.rcvNxt + 100;
    case 'right edge':
      return n.edge - 1;
    case 'beyond':
      return n.edge;
    case 'far right':
      return n.edge + 1000;
  }
}

/** SEG.ACK for a class. */
export function ackOf(ack: AckClass, n: Numbers): number {
  switch (ack) {
    case 'any':
    case 'next':
      return n.sndNxt;
    case 'old':
      return n.sndUna < n.sndNxt ? n.sndUna : n.sndNxt - 1;
    case 'ancient':
      return n.sndUna - SEND_WINDOW - 1;
    case 'unsent':
      return n.sndNxt + 1;
  }
}

/** One cell of the grid. */
export interface Cell {
  readonly state: GridState;
  readonly event: GridEvent;
  readonly position: Position;
  readonly ack: AckClass;
}

/** Every cell, in the order of the axes. */
export function allCells(): Cell[] {
  const cells: Cell[] = [];
  for (const state of STATES) {
    for (const event of EVENTS) {
      for (const position of positionsOf(state, event)) {
        for (const ack of acksOf(state, event)) cells.push({ state, event, position, ack });
      }
    }
  }
  return cells;
}

/** The positions that an event can have in a state. Only two kinds of segment can lie across an edge. */
export function positionsOf(state: GridState, event: GridEvent): readonly Position[] {
  if (NUMBERS[state].edge === 0) return ['any'];
  return POSITIONS.filter((p) => p !== 'across' || event === 'data' || event === 'SYN+FIN');
}

/** The acknowledgments that an event can have in a state; `any` where it makes no difference or has none. */
export function acksOf(state: GridState, event: GridEvent): readonly AckClass[] {
  return state === 'CLOSED' || state === 'LISTEN' || !bearsAck(event) ? ['any'] : ACKS;
}

/** `syn-received-passive/rst-ack-inside-old`: the script's name without its ending. */
export function nameOf(c: Cell): string {
  const words = [c.event, c.position, c.ack].filter((w) => w !== 'any');
  return `${slug(c.state)}/${words.map(slug).join('-')}`;
}

function slug(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}
