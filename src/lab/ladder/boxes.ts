// Texts as rectangles, perhaps turned, and whether two of them overlap (separating axes).

import { textWidth } from '../text/index.ts';
import type { PlacedText } from './layout-types.ts';

/** Of the font size: how wide one column of a monospaced font is, how far it reaches up and down. */
export const COLUMN = 0.61;
export const ASCENT = 0.78;
export const DESCENT = 0.24;
/** From one baseline to the next. */
export const LEADING = 1.3;

/** Pixels that a text takes. */
export function widthOf(text: string, size: number): number {
  return textWidth(text) * size * COLUMN;
}

/** A text at a place. */
export function placed(
  text: string,
  x: number,
  y: number,
  size: number,
  anchor: PlacedText['anchor'] = 'start',
  angle = 0,
): PlacedText {
  return { text, x, y, anchor, angle, width: widthOf(text, size), size };
}

/** The corners of a text, in order around it: x0, y0, x1, y1… */
export function corners({ x, y, anchor, angle, width, size }: PlacedText): number[] {
  const begin = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2;
  const cos = Math.cos((angle * Math.PI) / 180);
  const sin = Math.sin((angle * Math.PI) / 180);
  const points: number[] = [];
  for (const [along, down] of [
    [begin, -ASCENT * size],
    [begin + width, -ASCENT * size],
    [begin + width, DESCENT * size],
    [begin, DESCENT * size],
  ] as const) {
    points.push(x + along * cos - down * sin, y + along * sin + down * cos);
  }
  return points;
}

/** Whether two quadrilaterals, given by their corners, have more than an edge in common. */
export function overlap(a: readonly number[], b: readonly number[]): boolean {
  return !separated(a, b) && !separated(b, a);
}

function separated(a: readonly number[], b: readonly number[]): boolean {
  for (const i of [0, 2]) {
    const dx = (a[i + 2] as number) - (a[i] as number);
    const dy = (a[i + 3] as number) - (a[i + 1] as number);
    const [aMin, aMax] = extent(a, dx, dy);
    const [bMin, bMax] = extent(b, dx, dy);
    const slack = 0.01 * Math.hypot(dx, dy);
    if (aMax <= bMin + slack || bMax <= aMin + slack) return true;
  }
  return false;
}

function extent(points: readonly number[], dx: number, dy: number): readonly [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < 8; i += 2) {
    const along = (points[i] as number) * dx + (points[i + 1] as number) * dy;
    least = Math.min(least, along);
    most = Math.max(most, along);
  }
  return [least, most];
}

/** A text, and the row that moves it. */
export interface Label {
  readonly text: PlacedText;
  readonly row: number;
}

/** Rows that must move so that labels do not overlap. */
export interface Collisions {
  /** The later rows of pairs that overlap, each with an earlier one. */
  readonly rows: ReadonlyMap<number, number>;
  /** Rows whose own labels overlap: the label of the break before it, and that of what leaves. */
  readonly own: ReadonlySet<number>;
}

/** All pairs of labels that overlap, as the rows that they belong to. */
export function collisions(labels: readonly Label[]): Collisions {
  const boxes = labels
    .map(({ text, row }) => {
      const points = corners(text);
      const ys = [1, 3, 5, 7].map((i) => points[i] as number);
      return { points, row, top: Math.min(...ys), bottom: Math.max(...ys) };
    })
    .sort((a, b) => a.top - b.top);
  const rows = new Map<number, number>();
  const own = new Set<number>();
  boxes.forEach((a, i) => {
    for (let j = i + 1; j < boxes.length; j++) {
      const b = boxes[j] as (typeof boxes)[number];
      if (b.top >= a.bottom) break;
      if (!overlap(a.points, b.points)) continue;
      if (a.row === b.row) own.add(a.row);
      else rows.set(Math.max(a.row, b.row), Math.min(a.row, b.row));
    }
  });
  return { rows, own };
}
