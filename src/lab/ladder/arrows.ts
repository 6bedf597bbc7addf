// Where a segment's way goes, and where its texts stand: along the line if it is flat enough, above its
// beginning if it is steep.

import { cut, wrap, wrapText } from '../text/index.ts';
import { otherEnd } from '../trace.ts';
import { LEADING, placed, widthOf } from './boxes.ts';
import type { LadderArrow, PlacedText } from './layout-types.ts';

/** Steeper lines have their texts beside them, level. Degrees. */
const STEEPEST = 28;
/** From the bar to a text, from the line to a text. */
const PAD = 22;
const RISE = 5;

/** What a way needs to be drawn. */
export interface ArrowPlan extends Omit<LadderArrow, 'label' | 'detail' | 'note'> {
  /** Words; not for copies. */
  readonly label: readonly string[];
  readonly options: readonly string[];
  readonly note: string;
}

/** The inner edges of the bars, and the font size. */
export interface ArrowFrame {
  readonly left: number;
  readonly right: number;
  readonly size: number;
}

/** An arrow with its texts; `level`: they are not to go along the line, however flat it is. */
export function drawArrow(plan: ArrowPlan, frame: ArrowFrame, level = false): LadderArrow {
  const { label: words, options, note: said, ...arrow } = plan;
  const { from, x1, y1, x2, y2 } = arrow;
  const { size } = frame;
  const area = frame.right - frame.left;
  const sign = from === 'left' ? 1 : -1;
  const slope = (y2 - y1) / Math.max(1, Math.abs(x2 - x1));
  const degrees = (Math.atan(slope) * 180) / Math.PI;
  const steep = level || degrees > STEEPEST;
  const anchor = from === 'left' ? 'start' : 'end';
  const cos = Math.cos(Math.atan(slope));

  const begun = Math.abs(x1 - (from === 'left' ? frame.left : frame.right));
  const beyond = area - Math.abs(x2 - x1) - begun;
  const longest = Math.max(...[...words, ...options, ''].map((text) => widthOf(text, size))) * cos + 4;
  const noteFits =
    arrow.end !== 'arrived' &&
    beyond - 20 > widthOf(said, size) * cos &&
    Math.abs(x2 - x1) - PAD - 14 > longest;
  const room = noteFits ? Math.abs(x2 - x1) - PAD - 14 : area - 2 * PAD - begun;
  const limit = steep ? area - 14 - begun : room / cos - 4;
  const columns = Math.max(8, Math.floor(limit / widthOf('x', size)));
  const lines = wrap(words, columns);
  const below = [...lines.slice(1), ...wrap(options, columns)];
  if (said !== '' && arrow.end !== 'arrived' && !noteFits) below.push(...wrapText(said, columns));
  const along = (text: string, down: number, s: number): PlacedText => {
    const x = x1 + sign * PAD;
    return placed(text, x, y1 + PAD * slope + down / cos, s, anchor, sign * degrees);
  };
  const small = size - 1;
  const label: PlacedText[] = [];
  const detail: PlacedText[] = [];
  if (steep) {
    const all = [...lines.slice(0, 1), ...below];
    all.forEach((text, i) => {
      const y = y1 - RISE - (all.length - 1 - i) * LEADING * size;
      (i === 0 ? label : detail).push(placed(text, x1 + sign * 10, y, i === 0 ? size : small, anchor));
    });
  } else {
    if (lines[0] !== undefined) label.push(along(lines[0], -RISE, size));
    below.forEach((text, i) => {
      detail.push(along(text, RISE + size * 0.8 + i * LEADING * small, small));
    });
  }
  const note = noteOf(arrow, said, noteFits, steep ? 0 : sign * degrees, size, area);
  return { ...arrow, label, detail, note };
}

/** What is said where the way ends: behind the cross, or below the head. */
function noteOf(
  { from, x2, y2, end }: Pick<LadderArrow, 'from' | 'x2' | 'y2' | 'end'>,
  said: string,
  fits: boolean,
  angle: number,
  size: number,
  area: number,
): PlacedText[] {
  if (said === '') return [];
  const sign = from === 'left' ? 1 : -1;
  const small = size - 1;
  if (end !== 'arrived') {
    if (!fits) return [];
    const slope = Math.tan((angle * Math.PI) / 180);
    return [
      placed(said, x2 + sign * 13, y2 + 13 * sign * slope + 4, small, sign > 0 ? 'start' : 'end', angle),
    ];
  }
  const columns = Math.floor((area - 28) / widthOf('x', small));
  const anchor = otherEnd(from) === 'left' ? 'start' : 'end';
  return wrapText(said, columns).map((line, i) =>
    placed(cut(line, columns, '…'), x2 - sign * 14, y2 + size + 3 + i * LEADING * small, small, anchor),
  );
}
