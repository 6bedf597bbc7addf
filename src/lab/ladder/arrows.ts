// What is written along a segment's way: its label, a level box on the line, and the words where it begins and ends.

import { cut, wrap, wrapText } from '../text/index.ts';
import { otherEnd } from '../trace.ts';
import { type Box, LEADING, placed, widthOf } from './boxes.ts';
import type { LadderArrow, Pill, PlacedText } from './layout-types.ts';

/** Height of a label, and the room beside its words. */
const HEIGHT = { wide: 22, compact: 19 };
const PAD = 7;
/** Of the way: where a label stands, the best place first. */
const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];
/** Pixels of the line that are seen beside a label, at least. */
const SEEN = 34;

/** Pixels between the lifelines below which the compact form has flags alone. */
const BRIEF = 260;

/** A way before anything is written. */
export type Way = Omit<LadderArrow, 'pill' | 'remark' | 'detail' | 'note'>;

/** What there is to be written. */
export interface Words {
  /** null: no label. */
  readonly flags: string | null;
  readonly fields: readonly string[];
  readonly remark: string;
  readonly options: readonly string[];
  readonly note: string;
}

/** The form of the ladder. */
export interface ArrowFrame {
  readonly compact: boolean;
  readonly size: number;
}

/** The words at both ends of a way, and below where its label will be. */
export function wordsAtEnds(
  way: Way,
  { remark, note }: Words,
  { size }: ArrowFrame,
): Pick<LadderArrow, 'remark' | 'note'> {
  const { from, x1, y1, x2, y2, x3, end } = way;
  const sign = from === 'left' ? 1 : -1;
  const anchor = from === 'left' ? 'start' : 'end';
  const area = Math.abs(x3 - x1);
  const small = size - 0.5;
  const remarks = remark === '' ? [] : [placed(remark, x1 + sign * 12, y1 - 6, small, anchor, 'sans')];
  if (note === '') return { remark: remarks, note: [] };
  if (end !== 'arrived') {
    const columns = Math.max(8, Math.floor(Math.min(area * 0.55, 200) / widthOf('x', small, 'sans')));
    const lines = wrapText(note, columns);
    const half = Math.max(...lines.map((line) => widthOf(line, small, 'sans'))) / 2;
    const [low, high] = [Math.min(x1, x3) + 4 + half, Math.max(x1, x3) - 4 - half];
    const x = Math.min(Math.max(x2, low), Math.max(low, high));
    return {
      remark: remarks,
      note: lines.map((line, i) =>
        placed(line, x, y2 + 14 + size + i * LEADING * small, small, 'middle', 'sans'),
      ),
    };
  }
  const columns = Math.floor((area - 28) / widthOf('x', small, 'sans'));
  const at = otherEnd(from) === 'left' ? 'start' : 'end';
  return {
    remark: remarks,
    note: wrapText(note, columns).map((line, i) =>
      placed(cut(line, columns, '…'), x2 - sign * 14, y2 + size + 4 + i * LEADING * small, small, at, 'sans'),
    ),
  };
}

/** The fields of a label, from all of them to none. */
function variants(fields: readonly string[]): (readonly string[])[] {
  const without = fields.filter((field) => !field.startsWith('seq='));
  return without.length === fields.length || without.length === 0 ? [fields, []] : [fields, without, []];
}

/** A label in the middle of (x, y). */
function pillAt(flags: string, fields: readonly string[], x: number, y: number, frame: ArrowFrame): Pill {
  const { size, compact } = frame;
  const height = compact ? HEIGHT.compact : HEIGHT.wide;
  const pad = compact ? PAD - 1 : PAD;
  const flagWidth = widthOf(flags, size) + 2 * pad;
  const text = fields.join(' ');
  const width = flagWidth + (text === '' ? 0 : widthOf(text, size) + 2 * pad);
  const left = x - width / 2;
  const base = y + size * 0.36;
  return {
    x: left,
    y: y - height / 2,
    width,
    height,
    split: left + flagWidth,
    flags: placed(flags, left + pad, base, size),
    fields: text === '' ? null : placed(text, left + flagWidth + pad, base, size),
  };
}

/**
 * The label of a way, and its options: slid along the line until nothing is covered, then with fewer fields.
 * `isFree` tells whether nothing else stands in a box. If all fails: the least label in the middle.
 */
export function labelOf(
  way: Way,
  { flags, fields, options }: Words,
  frame: ArrowFrame,
  isFree: (box: Box) => boolean,
): { readonly pill: Pill; readonly detail: readonly PlacedText[]; readonly box: Box } | null {
  if (flags === null) return null;
  const { x1, y1, x2, y2, end } = way;
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = Math.abs(dx) - (end === 'lost' ? 16 : 0);
  const small = frame.size - 1;
  const area = Math.abs(way.x3 - x1);
  let last: { pill: Pill; detail: readonly PlacedText[]; box: Box } | null = null;
  for (const some of variants(frame.compact && area < BRIEF ? [] : fields)) {
    for (const part of PLACES) {
      const trial = pillAt(flags, some, 0, 0, frame);
      if (trial.width > length - SEEN && some.length > 0) break;
      // It stays on the way: at its ends are heads and lifelines.
      const half = trial.width / 2;
      const most = Math.max(half + 4, length - half - 12);
      const along = Math.min(Math.max(part * Math.abs(dx), half + 8), most);
      const at = along / Math.max(1, Math.abs(dx));
      const pill = pillAt(flags, some, x1 + dx * at, y1 + dy * at, frame);
      const columns = Math.floor((Math.abs(way.x3 - x1) - 40) / widthOf('x', small));
      const lines = wrap(options, Math.max(12, columns));
      const middle = pill.x + pill.width / 2;
      const detail = lines.map((line, i) =>
        placed(line, middle, pill.y + pill.height + small + i * LEADING * small, small, 'middle'),
      );
      const below = lines.length === 0 ? 0 : lines.length * LEADING * small + 3;
      const wide = Math.max(pill.width, ...detail.map(({ width }) => width));
      const box: Box = [middle - wide / 2, pill.y - 1, middle + wide / 2, pill.y + pill.height + 1 + below];
      last = { pill, detail, box };
      if (isFree(box)) return last;
    }
  }
  return last;
}
