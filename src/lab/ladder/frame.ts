// Where the columns of a ladder are: times, calls, timers, states and bars at both ends, arrows between them.

import { widthOf } from './boxes.ts';
import type { LayoutOptions } from './layout-types.ts';
import type { Row } from './rows.ts';
import { textWidth } from './width.ts';

/** Narrower pictures are compact. */
const COMPACT_BELOW = 640;
const LEAST_WIDTH = 300;
const MOST_AREA = 600;
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
  { width: asked = 960, compact: wanted }: LayoutOptions,
  rows: Iterable<Row>,
  spans: number,
  focus: number,
): Frame {
  const width = Math.max(asked, LEAST_WIDTH);
  const compact = wanted ?? width < COMPACT_BELOW;
  const size = compact ? 10 : 12;
  const margin = compact ? 4 : 12;
  if (compact) {
    const outer = widthOf('x'.repeat(11), size) + 8;
    return {
      compact,
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
  const lanes = Math.min(3, spans) * LANE;
  const lanesAt = BAR + 10 + widthOf('x'.repeat(STATE_COLUMNS_FULL), size) + LANE;
  let callsColumns = 0;
  for (const row of rows)
    if (row.kind === 'call')
      callsColumns = Math.max(
        callsColumns,
        textWidth(row.call) + 2 + (row.connection === focus ? 0 : 7),
        Math.min(22, textWidth(row.note)),
      );
  if (spans > 0) callsColumns = Math.max(callsColumns, 20);
  callsColumns = Math.min(callsColumns, 22);
  const callsAt = lanesAt + lanes + 2;
  const time = margin + widthOf('0000.000', size - 1);
  const outer = callsAt + widthOf('x'.repeat(callsColumns), size) + 6;
  const area = Math.min(MOST_AREA, width - 2 * margin - (time - margin) - 2 * outer);
  const spare = Math.max(0, width - time - margin - 2 * outer - area) / 2;
  const left = time + outer + spare;
  return { compact, size, width, margin, time, left, right: left + area, callsAt, callsColumns, lanesAt };
}
