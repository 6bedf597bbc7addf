// The state diagram of RFC 9293 figure 5 with the path that both ends have taken.

import { statesAt, statesPassed } from '../../src/lab/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { endTitle } from './lab.ts';
import { sectionText } from './sections.ts';
import { type Edge, edgePath, FIGURE, HALF, PLACES } from './state-diagram.ts';
import { timeText } from './time.ts';

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
              {!left && !right && <path class="edge" d={edgePath(edge)} marker-end="url(#tip-none)" />}
              {left && <path class="edge edge-left" d={edgePath(edge)} marker-end="url(#tip-left)" />}
              {right && <path class="edge edge-right" d={edgePath(edge)} marker-end="url(#tip-right)" />}
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
