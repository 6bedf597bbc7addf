// Where the columns of a ladder are: times, then outside each lifeline names and calls, beyond them timers; between the
// lifelines the segments. Several connections have a lifeline each, as far as there is room.

import { textWidth } from '../text/index.ts';
import type { End } from '../trace.ts';
import { widthOf } from './boxes.ts';
import type { TimerSpan } from './brackets.ts';
import type { LayoutOptions } from './layout-types.ts';
import type { Row } from './rows.ts';

/** Pixels between two lifelines of an end, at most and at least. */
const PITCH = { most: 56, least: 20 };
/** Pixels between the innermost lifelines. */
const AREA = { most: 470, wide: 230, several: 150, least: 96 };
/** From a lifeline to what stands outside. */
export const OFF = 9;
/** From a lifeline to the bracket of a timer beside it, and from a bracket to its text. */
export const LANE = 11;
/** Columns of the longest call that is not broken. */
const CALL_COLUMNS = { wide: 22, compact: 9, most: 11, roomy: 14 };
/** Columns of a timer's text. */
export const TIMER_COLUMNS = 15;

/** A timer that is drawn: beside the lifeline when nothing else stands there meanwhile, else beyond the names. */
export interface PlacedSpan extends TimerSpan {
  readonly near: boolean;
  /** It has words: those of other connections than the focus have none. */
  readonly named: boolean;
}

/** Where columns are. */
export interface Frame {
  readonly compact: boolean;
  readonly size: number;
  readonly width: number;
  readonly margin: number;
  readonly bar: number;
  /** Right edge of the times. */
  readonly time: number | null;
  /** Middles of the lifelines of an end, by connection; one for all when there is no room. */
  readonly lines: Readonly<Record<End, readonly number[]>>;
  /** Columns for names and calls. */
  readonly columns: Readonly<Record<End, number>>;
  /** Pixels from the outermost lifeline's middle to the brackets beyond the names. */
  readonly far: Readonly<Record<End, number>>;
  /** Outer edges of everything. */
  readonly outer: Readonly<Record<End, number>>;
}

/** What the columns depend on. */
export interface FrameNeeds {
  readonly rows: readonly Row[];
  readonly spans: readonly PlacedSpan[];
  readonly focus: number;
  /** How many connections have a lifeline. */
  readonly connections: number;
  /** Columns of the longest name of a state, by end. */
  readonly states: Readonly<Record<End, number>>;
}

/** The wide form where it fits or is wanted, else the compact one. */
export function frameOf(options: LayoutOptions, needs: FrameNeeds): Frame {
  const width = options.width ?? 960;
  if (options.compact !== true) {
    for (const withTime of [true, false]) {
      const frame = wideFrame(width, options.aside ?? 0, withTime, needs, AREA.wide);
      if (frame !== null) return frame;
    }
    if (options.compact === false) {
      const frame = wideFrame(width, options.aside ?? 0, false, needs, AREA.least);
      if (frame !== null) return frame;
    }
  }
  return compactFrame(width, options.aside ?? 0, needs);
}

/** Columns that the calls of an end need. */
function callColumns({ rows, focus }: FrameNeeds, end: End, most: number): number {
  let columns = 0;
  for (const row of rows) {
    if (row.kind === 'call' && row.end === end) {
      const prefix = row.connection === focus ? 0 : 7;
      columns = Math.max(columns, Math.min(most, textWidth(row.call) + 2 + prefix));
      columns = Math.max(columns, Math.min(most, textWidth(row.note)));
    } else if (row.kind === 'fault' && row.end === end && !row.onWire)
      columns = Math.max(columns, Math.min(most, textWidth(row.note)));
  }
  return columns;
}

/** The lifelines of both ends, from outside to inside; null if the space between them is too narrow. */
function lifelines(
  left: number,
  right: number,
  bar: number,
  connections: number,
  least: number,
): Record<End, number[]> | null {
  const room = right - left - bar;
  if (room < least) return null;
  const others = connections - 1;
  if (others === 0) return { left: [left], right: [right] };
  const pitch = Math.min(PITCH.most, (room - Math.min(least, AREA.several)) / (2 * others));
  if (pitch < PITCH.least) return { left: [left], right: [right] };
  const all = [...Array(connections).keys()];
  return { left: all.map((k) => left + k * pitch), right: all.map((k) => right - k * pitch) };
}

function wideFrame(
  width: number,
  aside: number,
  withTime: boolean,
  needs: FrameNeeds,
  least: number,
): Frame | null {
  const size = 12;
  const bar = 18;
  const margin = 12;
  const timeColumn = withTime ? widthOf('0000.000', 11.5) + 14 : 0;
  const column = widthOf('x', size);
  const sides = (['left', 'right'] as const).map((end) => {
    const columns = Math.max(callColumns(needs, end, CALL_COLUMNS.wide), needs.states[end] + 1, 8);
    const named = needs.spans.filter((span) => span.end === end && span.named);
    const text = LANE + widthOf('x'.repeat(TIMER_COLUMNS), size, 'sans');
    const names = OFF + columns * column;
    const near = named.some((one) => one.near) ? LANE + text : 0;
    const isFar = named.some((one) => !one.near);
    const far = bar / 2 + Math.max(names, near) + 10;
    return { columns, far, outer: isFar ? far + text : bar / 2 + Math.max(names, near) };
  });
  const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const room = width - 2 * margin - 2 * aside - timeColumn - a.outer - b.outer - bar;
  if (room < least) return null;
  const others = needs.connections - 1;
  const area = Math.min(room, AREA.most + 2 * others * PITCH.most);
  const spare = room - area;
  const left = margin + aside + timeColumn + a.outer + spare / 2;
  const right = left + bar + area;
  const lines = lifelines(left, right, bar, needs.connections, least);
  if (lines === null) return null;
  return {
    compact: false,
    size,
    width,
    margin,
    bar,
    time: withTime ? margin + timeColumn - 14 : null,
    lines,
    columns: { left: a.columns, right: b.columns },
    far: { left: a.far, right: b.far },
    outer: { left: left - a.outer, right: right + b.outer },
  };
}

/** Short names, narrow columns; a timer's words stand along its bracket. */
function compactFrame(width: number, aside: number, needs: FrameNeeds): Frame {
  const size = 10.5;
  const bar = 14;
  const margin = 4;
  const column = widthOf('x', size);
  const sides = (['left', 'right'] as const).map((end) => {
    const wanted = callColumns(needs, end, width < 360 ? CALL_COLUMNS.most : CALL_COLUMNS.roomy);
    return Math.max(wanted, CALL_COLUMNS.compact);
  });
  const [a, b] = sides as [number, number];
  const outer = (columns: number, end: End): number =>
    bar / 2 +
    OFF -
    2 +
    columns * column +
    (needs.spans.some((span) => span.end === end && span.named && !span.near) ? LANE + size : 0);
  const left = margin + aside + outer(a, 'left');
  const right = width - margin - aside - outer(b, 'right');
  const lines = lifelines(left, right, bar, needs.connections, AREA.least) ?? {
    left: [left],
    right: [right],
  };
  const far = (columns: number): number => bar / 2 + OFF - 2 + columns * column + 4;
  return {
    compact: true,
    size,
    width,
    margin,
    bar,
    time: null,
    lines,
    columns: { left: a, right: b },
    far: { left: far(a), right: far(b) },
    outer: { left: margin + aside, right: width - margin - aside },
  };
}
