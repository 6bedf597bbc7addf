// Lifelines: two strands, what an end sends and what it hears, whose patterns are the state.

import type { StateName } from '../../tcp/index.ts';
import { n, type Shape, shape } from './shapes.ts';
import { PHASES, STRANDS, type Strand } from './tokens.ts';

/** Patterns of strands, by phase. */
export function patterns(prefix: string): Shape {
  const hatches = { rise: 'M-1 6L6 -1M-1 1L1 -1M4 6L6 4', fall: 'M-1 -1L6 6M4 -1L6 1M-1 4L1 6' };
  const made = ['opening', 'open', 'closing', 'waiting', 'none'].flatMap((phase) => [
    ...Object.entries({ ...hatches, cross: 'M-1 -1L6 6M-1 6L6 -1' }).map(([name, d]) =>
      shape(
        'pattern',
        { id: `${prefix}-${name}-${phase}`, width: 5, height: 5, patternUnits: 'userSpaceOnUse' },
        [shape('path', { class: `o-${phase}`, d, 'stroke-width': name === 'cross' ? 1.25 : 1.7 })],
      ),
    ),
  ]);
  const rungs = shape(
    'pattern',
    { id: `${prefix}-rungs`, width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
    [shape('path', { class: 'o-waiting', d: 'M0 3H6', 'stroke-width': 1.4 })],
  );
  return shape('defs', {}, [...made, rungs]);
}

/** One strand of a lifeline. */
function strand(
  kind: Strand,
  phase: string,
  x: number,
  width: number,
  y1: number,
  y2: number,
  prefix: string,
): Shape | null {
  const height = Math.max(0, y2 - y1);
  const middle = x + width / 2;
  const box = { x: n(x), y: n(y1), width: n(width), height: n(height) };
  const inside = { x: n(x + 0.5), y: n(y1 + 0.5), width: n(width - 1), height: n(Math.max(0, height - 1)) };
  switch (kind) {
    case 'none':
      return shape('path', { class: `o-${phase} dots`, d: `M${n(middle)} ${n(y1)}V${n(y2)}` });
    case 'hollow':
      return shape('rect', { class: `paper o-${phase}`, 'stroke-width': 1.2, ...inside });
    case 'full':
      return shape('rect', { class: `f-${phase}`, ...box });
    case 'hair':
      return shape('path', {
        class: `o-${phase}`,
        'stroke-width': 1.5,
        d: `M${n(middle)} ${n(y1)}V${n(y2)}`,
      });
    case 'rungs':
      return null;
    default:
      return shape('rect', { class: `o-${phase}`, fill: `url(#${prefix}-${kind}-${phase})`, ...inside });
  }
}

/** A piece of a lifeline: two strands, whose patterns are the state. */
export function railShapes(
  state: StateName,
  x: number,
  width: number,
  y1: number,
  y2: number,
  prefix: string,
): Shape[] {
  if (y2 - y1 < 0.05) return [];
  const phase = PHASES[state];
  const [send, hear] = STRANDS[state];
  const half = (width - 2) / 2;
  if (state === 'CLOSED')
    return [shape('path', { class: `o-${phase} dots`, d: `M${n(x + width / 2)} ${n(y1)}V${n(y2)}` })];
  if (state === 'TIME-WAIT') {
    const [a, b] = [x + width / 4, x + (3 * width) / 4];
    return [
      shape('rect', {
        fill: `url(#${prefix}-rungs)`,
        x: n(a),
        y: n(y1),
        width: n(b - a),
        height: n(y2 - y1),
      }),
      shape('path', {
        class: 'o-waiting',
        'stroke-width': 1.5,
        d: `M${n(a)} ${n(y1)}V${n(y2)}M${n(b)} ${n(y1)}V${n(y2)}`,
      }),
    ];
  }
  return [
    strand(send, phase, x, half, y1, y2, prefix),
    strand(hear, phase, x + half + 2, half, y1, y2, prefix),
  ].filter((one) => one !== null);
}

/** A state as a piece of its lifeline, 12 by 16: what stands beside its name. */
export function stateGlyph(state: StateName, prefix: string): Shape {
  return shape(
    'svg',
    { class: 'glyph', width: 12, height: 16, viewBox: '0 0 12 16', 'aria-hidden': 'true' },
    [...railShapes(state, 0, 12, 0, 16, prefix)],
  );
}
