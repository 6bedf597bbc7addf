// Where the columns of a ladder are: times, calls, timers, states and bars at both ends, arrows between them.

import { textWidth } from '../text/index.ts';
import { widthOf } from './boxes.ts';
import type { TimerSpan } from './brackets.ts';
import type { LayoutOptions } from './layout-types.ts';
import type { Row } from './rows.ts';

/** Narrower pictures are compact. */
const COMPACT_BELOW = 640;
const MOST_AREA = 600;
const LEAST_AREA = 250;
/** Columns of text outside, at least. */
const LEAST_CALLS = 10;
/** Width of a bar; from one timer's bracket to the next. */
export const BAR = 12;
export const LANE = 8;

/** Columns of the longest name of a state. */
const STATE_COLUMNS_FULL = 12;

/** Where columns are; x of texts in them. */
export interface Frame {
  readonly compact: boolean;
  readonly size: number;
  readonly width: number;
  readonly time: number | null;
  readonly left: number;
  readonly right: number;
  /** Edge of the calls' column next to the bar, as a distance from the bar's inner edge. */
  readonly callsAt: number;
  readonly callsColumns: number;
  readonly lanesAt: number;
  readonly margin: number;
}

/** Where the columns are: as wide outside as what stands there needs, arrows have the rest. */
export function frameOf(
  { width = 960, compact: wanted }: LayoutOptions,
  rows: Iterable<Row>,
  spans: readonly TimerSpan[],
  focus: number,
): Frame {
  const wide = (wanted ?? width < COMPACT_BELOW) ? null : wideFrame(width, [...rows], spans, focus);
  return wide ?? compactFrame(width);
}

/** States and calls in one column. */
function compactFrame(width: number): Frame {
  const size = 10;
  const margin = 4;
  const outer = widthOf('x'.repeat(11), size) + 8;
  return {
    compact: true,
    size,
    width,
    margin,
    time: null,
    left: margin + outer + BAR,
    right: width - margin - outer - BAR,
    callsAt: BAR + 6,
    callsColumns: 11,
    lanesAt: BAR + outer,
  };
}

/** null if there is no room for arrows between such columns. */
function wideFrame(
  width: number,
  rows: readonly Row[],
  spans: readonly TimerSpan[],
  focus: number,
): Frame | null {
  const size = 12;
  const margin = 12;
  const lanes = Math.min(3, spans.length) * LANE;
  const lanesAt = BAR + 10 + widthOf('x'.repeat(STATE_COLUMNS_FULL), size) + LANE;
  let callsColumns = 0;
  for (const row of rows)
    if (row.kind === 'call')
      callsColumns = Math.max(
        callsColumns,
        textWidth(row.call) + 2 + (row.connection === focus ? 0 : 7),
        Math.min(22, textWidth(row.note)),
      );
  for (const { connection } of spans) callsColumns = Math.max(callsColumns, connection === focus ? 20 : 24);
  const callsAt = lanesAt + lanes + 2;
  const time = margin + widthOf('0000.000', size - 1);
  // What is called may be cut before arrows become too short.
  const fixed = time + margin + 2 * (callsAt + 6);
  const most = Math.floor((width - fixed - LEAST_AREA) / 2 / widthOf('x', size));
  callsColumns = Math.min(callsColumns, 24, most);
  if (most < LEAST_CALLS && callsColumns === most) return null;
  const outer = callsAt + widthOf('x'.repeat(callsColumns), size) + 6;
  const area = Math.min(MOST_AREA, width - time - margin - 2 * outer);
  const spare = Math.max(0, width - time - margin - 2 * outer - area) / 2;
  const left = time + outer + spare;
  const right = left + area;
  return { compact: false, size, width, margin, time, left, right, callsAt, callsColumns, lanesAt };
}
