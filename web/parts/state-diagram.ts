// Where the boxes of RFC 9293's figure 5 stand, and the edges between them, from the engine's own table of transitions.

import { type State, type StateName, stateName, transitions } from '../../src/tcp/index.ts';

/** Boxes: middle of each. */
export const PLACES: Readonly<Record<StateName, readonly [number, number]>> = {
  CLOSED: [200, 24],
  LISTEN: [80, 84],
  'SYN-SENT': [320, 84],
  'SYN-RECEIVED': [80, 150],
  ESTABLISHED: [200, 206],
  'FIN-WAIT-1': [80, 264],
  'CLOSE-WAIT': [320, 264],
  'FIN-WAIT-2': [80, 330],
  CLOSING: [200, 330],
  'LAST-ACK': [320, 330],
  'TIME-WAIT': [140, 392],
};
/** Half of a box. */
export const HALF = { x: 50, y: 13 };

/** Rows that say how a connection is given up: drawn only when they were taken. */
const ABNORMAL =
  /^(abort|rst|time-wait-rst|user-timeout|keepalive|late-data|syn-received-(rst|syn|timeout)|syn-sent-rst|syn-sent-close|listen-close|listen-cookie|time-wait-syn|icmp-hard-error|fin-wait-2-timeout)/;

/** A transition, drawn. */
export interface Edge {
  readonly from: StateName;
  readonly to: StateName;
}

const name = (state: State): StateName => stateName(state);

/** Edges that are always drawn: those of the figure. */
export const FIGURE: readonly Edge[] = [
  ...new Map(
    transitions
      .filter((row) => !ABNORMAL.test(row.name))
      .map((row) => [`${row.from}-${row.to}`, { from: name(row.from), to: name(row.to) }] as const),
  ).values(),
];

/** An edge as a line from box to box, bent a little so that the way back is another. */
export function edgePath({ from, to }: Edge): string {
  const [x1, y1] = PLACES[from];
  const [x2, y2] = PLACES[to];
  const [a, b] = [edgeOf(x1, y1, x2, y2), edgeOf(x2, y2, x1, y1)];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  const far = length > 150 ? 34 : 7;
  const bend = [((b[1] - a[1]) / length) * far, ((a[0] - b[0]) / length) * far] as const;
  return `M${a[0]} ${a[1]}Q${(a[0] + b[0]) / 2 + bend[0]} ${(a[1] + b[1]) / 2 + bend[1]} ${b[0]} ${b[1]}`;
}

/** Where a line from the middle of a box to another place leaves it. */
function edgeOf(x: number, y: number, toX: number, toY: number): [number, number] {
  const [dx, dy] = [toX - x, toY - y];
  const scale = Math.min(HALF.x / Math.max(Math.abs(dx), 0.01), HALF.y / Math.max(Math.abs(dy), 0.01));
  return [x + dx * scale, y + dy * scale];
}
