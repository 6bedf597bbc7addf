// The state diagram of RFC 9293 figure 5, drawn from the engine's own table of transitions, with the path that both
// ends have taken. Only where the boxes stand is decided here.

import { statesAt, statesPassed } from '../../src/lab/index.ts';
import { type State, type StateName, stateName, transitions } from '../../src/tcp/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { endTitle } from './lab.ts';
import { sectionText } from './sections.ts';
import { timeText } from './time.ts';

/** Boxes: middle of each. */
const PLACES: Readonly<Record<StateName, readonly [number, number]>> = {
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
const HALF = { x: 50, y: 13 };

/** Rows that say how a connection is given up: drawn only when they were taken. */
const ABNORMAL =
  /^(abort|rst|time-wait-rst|user-timeout|keepalive|late-data|syn-received-(rst|syn|timeout)|syn-sent-rst|syn-sent-close|listen-close|listen-cookie|time-wait-syn)/;

interface Edge {
  readonly from: StateName;
  readonly to: StateName;
}

const name = (state: State): StateName => stateName(state);

/** Edges that are always drawn: those of the figure. */
const FIGURE: readonly Edge[] = [
  ...new Map(
    transitions
      .filter((row) => !ABNORMAL.test(row.name))
      .map((row) => [`${row.from}-${row.to}`, { from: name(row.from), to: name(row.to) }] as const),
  ).values(),
];

/** An edge as a line from box to box, bent a little so that the way back is another. */
function path({ from, to }: Edge): string {
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

/** The diagram and the list of transitions. */
export function StatesView() {
  const trace = lab.trace.value;
  const at = lab.cursor.value;
  const index = lab.shownConnection.value;
  const now = statesAt(trace, at, index);
  const changes = trace.events
    .slice(0, at + 1)
    .flatMap((event) =>
      event.connection === index ? event.changes.map((change) => ({ ...change, t: event.t })) : [],
    );
  const taken = (edge: Edge, end: 'left' | 'right') =>
    changes.some((change) => change.end === end && change.from === edge.from && change.to === edge.to);
  const extra = changes
    .filter(({ from, to }) => !FIGURE.some((edge) => edge.from === from && edge.to === to))
    .map(({ from, to }) => ({ from, to }));
  const edges = [...FIGURE, ...new Map(extra.map((edge) => [`${edge.from}-${edge.to}`, edge])).values()];
  const passed = (end: 'left' | 'right') =>
    `${endTitle(trace, end, lab.lang.value)} ${statesPassed({ ...trace, events: trace.events.slice(0, at + 1) }, end, index).join(' → ')}`;
  return (
    <div class="states">
      <svg
        viewBox="0 0 400 418"
        role="img"
        aria-label={t('diagramLabel', { left: passed('left'), right: passed('right') })}
      >
        <defs>
          {(['none', 'left', 'right'] as const).map((which) => (
            <marker
              key={which}
              id={`tip-${which}`}
              class={`tip tip-${which}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto-start-reverse"
            >
              <path d="M0 0L8 4L0 8Z" />
            </marker>
          ))}
        </defs>
        {edges.map((edge) => {
          const [left, right] = [taken(edge, 'left'), taken(edge, 'right')];
          return (
            <g key={`${edge.from}-${edge.to}`}>
              {!left && !right && <path class="edge" d={path(edge)} marker-end="url(#tip-none)" />}
              {left && <path class="edge edge-left" d={path(edge)} marker-end="url(#tip-left)" />}
              {right && <path class="edge edge-right" d={path(edge)} marker-end="url(#tip-right)" />}
            </g>
          );
        })}
        {(Object.entries(PLACES) as [StateName, readonly [number, number]][]).map(([state, [x, y]]) => (
          <g key={state} class="box" data-left={now.left === state} data-right={now.right === state}>
            <rect x={x - HALF.x} y={y - HALF.y} width={HALF.x * 2} height={HALF.y * 2} rx="3" />
            <text x={x} y={y + 4} text-anchor="middle">
              {state}
            </text>
            {now.left === state && (
              <text class="who" x={x - HALF.x - 3} y={y - 6} text-anchor="end">
                {endTitle(trace, 'left', lab.lang.value)}
              </text>
            )}
            {now.right === state && (
              <text class="who" x={x + HALF.x + 3} y={y - 6}>
                {endTitle(trace, 'right', lab.lang.value)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <h3>{t('transitions')}</h3>
      <ol class="path">
        {changes.map((change, i) => (
          <li key={`${i}${change.end}`} data-end={change.end}>
            <span class="time">{timeText(change.t)}</span> {endTitle(trace, change.end, lab.lang.value)}:{' '}
            {change.from} → <b>{change.to}</b>
            {change.section !== null && <span class="rfc">{sectionText(change.section)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
