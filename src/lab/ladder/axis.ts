// The time axis of a ladder: to scale while something happens, idle time as a break of fixed height, and
// never so dense that what stands in a column would overlap.

import type { AxisStop } from './layout-types.ts';

/** Room that something takes in a column, above and below its row. */
export interface Need {
  readonly column: string;
  readonly above: number;
  readonly below: number;
}

/** An event that is drawn. */
export interface AxisRow {
  readonly event: number;
  /** Microseconds. */
  readonly t: number;
  readonly needs: readonly Need[];
  /** What is drawn below it, outside columns, before a break may begin. */
  readonly reserve: number;
}

/** A break of the axis. */
export interface AxisBreak {
  /** Index of the row after it. */
  readonly row: number;
  readonly y1: number;
  readonly y2: number;
}

/** How an axis is made. */
export interface AxisOptions {
  readonly top: number;
  readonly pxPerUs: number;
  /** Idle time that would take more pixels than this is a break. */
  readonly breakFrom: number;
  readonly breakPx: number;
  readonly breakPad: number;
  /** Least heights of events, by index. */
  readonly least: readonly number[];
}

/** Pixels to put before rows: before the break if there is one; between the break and the row. */
export interface Spacing {
  readonly before: Float64Array;
  readonly afterBreak: Float64Array;
}

/** Where each row stands, in the order of the rows. */
export function placeRows(
  rows: readonly AxisRow[],
  spacing: Spacing,
  { top, pxPerUs, breakFrom, breakPx, breakPad, least }: AxisOptions,
): { readonly ys: number[]; readonly breaks: AxisBreak[] } {
  const ys: number[] = [];
  const breaks: AxisBreak[] = [];
  const bottoms = new Map<string, number>();
  let before = top;
  let floor = top;
  rows.forEach((row, i) => {
    // Time only goes down, even where a trace tells of something late.
    const px = i === 0 ? 0 : Math.max(0, row.t - (rows[i - 1] as AxisRow).t) * pxPerUs;
    const idle = px > breakFrom;
    let y = idle ? Math.max(before, floor) + 2 * breakPad + breakPx : before + px;
    for (const { column, above } of row.needs) y = Math.max(y, (bottoms.get(column) ?? top) + above);
    let rise = spacing.afterBreak[i] as number;
    y += (spacing.before[i] as number) + (idle ? rise : 0);
    const lift = Math.max(0, (least[row.event] ?? 0) - y);
    rise += lift;
    y += lift;
    for (const { column, below } of row.needs) bottoms.set(column, y + below);
    if (idle) breaks.push({ row: i, y1: y - rise - breakPad - breakPx, y2: y - rise - breakPad });
    ys.push(y);
    before = y;
    floor = Math.max(floor, y + row.reserve);
  });
  return { ys, breaks };
}

/** Where a time begins; before the first stop and after the last: there. */
export function yOf({ stops }: { readonly stops: readonly AxisStop[] }, t: number): number {
  return between(stops, t, 't', 'y');
}

/** The time in microseconds at a height; the inverse of `yOf`. */
export function timeOf({ stops }: { readonly stops: readonly AxisStop[] }, y: number): number {
  return between(stops, y, 'y', 't');
}

function between(stops: readonly AxisStop[], at: number, from: 't' | 'y', to: 't' | 'y'): number {
  const first = stops[0];
  const last = stops.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (at <= first[from]) return first[to];
  if (at > last[from]) return last[to];
  let low = 0;
  let high = stops.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((stops[middle] as AxisStop)[from] < at) low = middle;
    else high = middle;
  }
  const a = stops[low] as AxisStop;
  const b = stops[high] as AxisStop;
  return b[from] === a[from] ? b[to] : a[to] + ((at - a[from]) / (b[from] - a[from])) * (b[to] - a[to]);
}
