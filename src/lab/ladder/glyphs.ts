// The characters that a ladder in a terminal is drawn with, and its colours.

import type { StateName } from '../../tcp/index.ts';
import type { Tone } from './rows.ts';

/** One character each. */
export interface Glyphs {
  readonly bar: string;
  /** A bar during a gap. */
  readonly pause: string;
  /** A bar where the state changes. */
  readonly change: string;
  /** A bar that a segment leaves to the right, to the left. */
  readonly leaveRight: string;
  readonly leaveLeft: string;
  readonly line: string;
  /** The line of a retransmission. */
  readonly dashed: string;
  readonly down: string;
  readonly cross: string;
  /** Corners by the two sides that they join. */
  readonly leftDown: string;
  readonly rightDown: string;
  readonly upRight: string;
  readonly upLeft: string;
  readonly headRight: string;
  readonly headLeft: string;
  readonly lost: string;
  /** Where a forged segment begins. */
  readonly forged: string;
  readonly callRight: string;
  readonly callLeft: string;
  /** Brackets of a timer: left edge, right edge. */
  readonly beginLeft: string;
  readonly beginRight: string;
  readonly endLeft: string;
  readonly endRight: string;
  /** A bracket that goes on. */
  readonly jointLeft: string;
  readonly jointRight: string;
  readonly ellipsis: string;
  readonly dots: string;
}

/** Box drawing. */
export const unicodeGlyphs: Glyphs = {
  bar: '┃',
  pause: '┇',
  change: '●',
  leaveRight: '┠',
  leaveLeft: '┨',
  line: '─',
  dashed: '╌',
  down: '│',
  cross: '┼',
  leftDown: '╮',
  rightDown: '╭',
  upRight: '╰',
  upLeft: '╯',
  headRight: '▶',
  headLeft: '◀',
  lost: '×',
  forged: '↯',
  callRight: '▸',
  callLeft: '◂',
  beginLeft: '┌',
  beginRight: '┐',
  endLeft: '└',
  endRight: '┘',
  jointLeft: '├',
  jointRight: '┤',
  ellipsis: '…',
  dots: '…',
};

/** For terminals that have nothing else. */
export const asciiGlyphs: Glyphs = {
  bar: '|',
  pause: ':',
  change: 'O',
  leaveRight: '|',
  leaveLeft: '|',
  line: '-',
  dashed: '~',
  down: '|',
  cross: '+',
  leftDown: '.',
  rightDown: '.',
  upRight: "'",
  upLeft: "'",
  headRight: '>',
  headLeft: '<',
  lost: 'x',
  forged: '!',
  callRight: '>',
  callLeft: '<',
  beginLeft: '.',
  beginRight: '.',
  endLeft: "'",
  endRight: "'",
  jointLeft: '+',
  jointRight: '+',
  ellipsis: '~',
  dots: '...',
};

/** SGR parameters (ECMA-48 section 8.3.117) of the parts of a ladder; '' is the terminal's own colour. */
export const DIM = '2';
export const BOLD = '1';

/** By phase: nothing, opening, open, closing, waiting. */
export const STATE_COLOURS: Readonly<Record<StateName, string>> = {
  CLOSED: '90',
  LISTEN: '90',
  'SYN-SENT': '36',
  'SYN-RECEIVED': '36',
  ESTABLISHED: '32',
  'FIN-WAIT-1': '33',
  'FIN-WAIT-2': '33',
  'CLOSE-WAIT': '33',
  CLOSING: '33',
  'LAST-ACK': '33',
  'TIME-WAIT': '35',
};

export const TONE_COLOURS: Readonly<Record<Tone, string>> = {
  syn: '36',
  fin: '33',
  rst: '31',
  data: '32',
  ack: '',
};

/** States where there is little room; no two are the same. */
export const shortStates: Readonly<Record<StateName, string>> = {
  CLOSED: 'CLOSED',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RCVD',
  ESTABLISHED: 'ESTAB',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
};
