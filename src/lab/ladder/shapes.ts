// What ladders are drawn with: elements of SVG as plain data, lines of text, and the labels of segments.

import type { LadderArrow, Pill, PlacedText } from './layout-types.ts';

/** An element of SVG. */
export interface Shape {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string | number>>;
  readonly children: readonly (Shape | string)[];
}

type Attrs = Readonly<Record<string, string | number | null | false | undefined>>;
type Children = readonly (Shape | string | null)[];

/** An element; attributes that are null, false or undefined are left out. */
export function shape(tag: string, attrs: Attrs, children: Children = []): Shape {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attrs))
    if (value !== null && value !== false && value !== undefined) kept[name] = value;
  return { tag, attrs: kept, children: children.filter((one) => one !== null) };
}

/** A number of pixels, to a tenth. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** One line of text. */
export function textShape({ text, x, y, anchor, angle, size, font }: PlacedText, classes = ''): Shape | null {
  if (text === '') return null;
  const names = [font === 'sans' ? 'sans' : '', classes].filter((one) => one !== '').join(' ');
  return shape(
    'text',
    {
      class: names === '' ? null : names,
      x: n(x),
      y: n(y),
      'font-size': size,
      'text-anchor': anchor === 'start' ? null : anchor,
      transform: angle === 0 ? null : `rotate(${Math.round(angle * 100) / 100} ${n(x)} ${n(y)})`,
    },
    [text],
  );
}

/** A label. Flags are a filled block, those of a mere ACK outlined; what is to come is outlined, too. */
export function pillShape(
  pill: Pill,
  tone: LadderArrow['tone'],
  when: 'past' | 'flying' | 'future',
  chosen: boolean,
): Shape {
  const { x, y, width, height, split, flags, fields } = pill;
  const later = when === 'future';
  const filled = !later && tone !== 'ack';
  const r = 5;
  const block = `M${n(split)} ${n(y)}H${n(x + r)}a${r} ${r} 0 0 0 ${-r} ${r}v${n(height - 2 * r)}a${r} ${r} 0 0 0 ${r} ${r}H${n(split)}Z`;
  const ring = (by: number, classes: string): Shape =>
    shape('rect', {
      class: classes,
      x: n(x - by),
      y: n(y - by),
      width: n(width + 2 * by),
      height: n(height + 2 * by),
      rx: r + by,
    });
  const colour = later ? 'later' : `f-${tone}`;
  return shape('g', { class: `pill${later ? ' pill-later' : ''}` }, [
    chosen ? ring(4, 'ring-chosen') : when === 'flying' ? ring(4, `ring l-${tone}`) : null,
    shape('rect', {
      class: `${filled && fields === null ? `f-${tone}` : 'raised'} ${later ? 'edge' : `l-${tone}`}`,
      x: n(x),
      y: n(y),
      width: n(width),
      height: n(height),
      rx: r,
      'stroke-width': 1.25,
    }),
    filled && fields !== null ? shape('path', { class: `f-${tone}`, d: block }) : null,
    !filled && fields !== null && !later
      ? shape('path', { class: `l-${tone}`, d: `M${n(split)} ${n(y)}v${n(height)}`, opacity: 0.6 })
      : null,
    textShape(flags, later ? 'later' : `b ${filled ? 'onhue' : colour}`),
    fields === null ? null : textShape(fields, colour),
  ]);
}
