// The mark: two lifelines, and a segment that does not quite arrive.

import { type Shape, shape } from '../../src/lab/index.ts';

const RAILS = [1, 5, 20.4, 24.4];

export const LOGO: Shape = shape(
  'svg',
  { width: 28, height: 24, viewBox: '0 0 28 24', 'aria-hidden': 'true' },
  [
    shape(
      'g',
      { fill: 'var(--ink)' },
      RAILS.map((x) => shape('rect', { x, y: 1, width: 2.6, height: 22 })),
    ),
    shape('path', { d: 'M9.5 7.5L16 12.3', stroke: 'var(--bad)', 'stroke-width': 2.2 }),
    shape('path', { d: 'M19.3 14.8l-5.2-.8 2.9-3.9z', fill: 'var(--bad)' }),
  ],
);
