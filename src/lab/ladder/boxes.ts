// Texts and labels as rectangles, perhaps turned, and whether two of them overlap (separating axes).

import { textWidth } from '../text/index.ts';
import type { PlacedText } from './layout-types.ts';

/** Of the font size: how wide one column is, by the kind of font (the other's is a mean), how far it reaches up and down. */
const COLUMN = { mono: 0.61, sans: 0.56 } as const;
export const ASCENT = 0.78;
export const DESCENT = 0.24;
/** From one baseline to the next. */
export const LEADING = 1.3;

/** Pixels that a text takes. */
export function widthOf(text: string, size: number, font: PlacedText['font'] = 'mono'): number {
  return textWidth(text) * size * COLUMN[font];
}

/** A text at a place. */
export function placed(
  text: string,
  x: number,
  y: number,
  size: number,
  anchor: PlacedText['anchor'] = 'start',
  font: PlacedText['font'] = 'mono',
  angle = 0,
): PlacedText {
  return { text, x, y, anchor, angle, width: widthOf(text, size, font), size, font };
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

/** A level box: left, top, right, bottom. */
export type Box = readonly [number, number, number, number];

/** The corners of a level box, as those of a text. */
export function boxCorners([left, top, right, bottom]: Box): number[] {
  return [left, top, right, top, right, bottom, left, bottom];
}

/** What nothing else may cover, by its corners, and the row that moves it. */
export interface Label {
  readonly points: readonly number[];
  readonly row: number;
}

/** Pixels of a shelf, by which labels are looked up. */
const SHELF = 48;

/** Labels by where they stand, so that it is soon known whether a place is free. */
export class Shelves {
  readonly #shelves = new Map<number, Label[]>();
  /** All of them, in the order in which they came. */
  readonly all: Label[] = [];

  put(label: Label): void {
    this.all.push(label);
    this.#each(label.points, (shelf) => {
      const there = this.#shelves.get(shelf);
      if (there === undefined) this.#shelves.set(shelf, [label]);
      else there.push(label);
      return false;
    });
  }

  /** Whether nothing stands there. */
  isFree(points: readonly number[]): boolean {
    return !this.#each(points, (shelf) =>
      (this.#shelves.get(shelf) ?? []).some((label) => overlap(label.points, points)),
    );
  }

  /** Tries the shelves that corners reach; true as soon as one says so. */
  #each(points: readonly number[], found: (shelf: number) => boolean): boolean {
    const ys = [1, 3, 5, 7].map((i) => points[i] as number);
    const last = Math.floor(Math.max(...ys) / SHELF);
    for (let shelf = Math.floor(Math.min(...ys) / SHELF); shelf <= last; shelf++)
      if (found(shelf)) return true;
    return false;
  }
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
    .map(({ points, row }) => {
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
