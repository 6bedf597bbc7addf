// Everything of the ladder that is not an arrow: times, bars of states, calls, timers, faults, gaps, ghosts.

import type { LadderLayout } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import type { GhostArrow } from '../state/picture.ts';
import { Placed, PlacedLines } from './placed.tsx';

interface Marks {
  readonly layout: LadderLayout;
  readonly cursor: number;
  /** What comes after the cursor is not shown at all. */
  readonly hidden: boolean;
}

/** `past`, `now` or `future` of the cursor. */
export function tense(event: number, cursor: number): 'past' | 'now' | 'future' {
  return event === cursor ? 'now' : event < cursor ? 'past' : 'future';
}

/** The column of times. */
export function Times({ layout, cursor, hidden }: Marks) {
  return (
    <g class="times">
      {layout.times.map((time) =>
        hidden && time.event > cursor ? null : (
          <g key={time.event} data-tense={tense(time.event, cursor)}>
            <Placed text={time} />
          </g>
        ),
      )}
    </g>
  );
}

/** The states of both ends, as bars. */
export function Bars({ layout, cursor, hidden }: Marks) {
  const y = cursor < 0 ? layout.top : (layout.eventY[cursor] ?? layout.bottom);
  return (
    <g class="bars">
      {layout.bars.map((bar) =>
        hidden && bar.event > cursor ? null : (
          <g
            key={`${bar.end}${bar.event}${bar.state}`}
            data-state={bar.state}
            data-tense={bar.event <= cursor ? 'past' : 'future'}
          >
            <title>
              {bar.section === null ? bar.state : `${bar.state} (${bar.rule}, RFC 9293 ${bar.section})`}
            </title>
            <rect
              class="bar-piece"
              data-state={bar.state}
              x={bar.x}
              y={bar.y1}
              width={bar.width}
              height={Math.max(0, (hidden ? Math.min(bar.y2, Math.max(y, bar.y1)) : bar.y2) - bar.y1)}
            />
            <Placed text={bar.label} class="bar-label" />
          </g>
        ),
      )}
    </g>
  );
}

/** What the programs did, and were told. */
export function Calls({ layout, cursor, hidden }: Marks) {
  return (
    <g class="calls">
      {layout.calls.map((call) => {
        if (hidden && call.event > cursor) return null;
        // The mark points at the bar when the program calls, away from it when it is told.
        const away = call.end === 'left' ? -1 : 1;
        const tip = call.direction === 'in' ? call.x : call.x + away * 6;
        const base = call.direction === 'in' ? call.x + away * 6 : call.x;
        return (
          <g
            key={call.event}
            class="touch call"
            data-failed={call.failed}
            data-tense={tense(call.event, cursor)}
            data-go={call.event}
          >
            <path d={`M${base} ${call.y - 4}L${tip} ${call.y}L${base} ${call.y + 4}Z`} />
            <PlacedLines lines={call.text} />
          </g>
        );
      })}
    </g>
  );
}

/** The times that ends wait, as brackets. */
export function Timers({ layout, cursor, hidden }: Marks) {
  return (
    <g class="timers">
      {layout.timers.map((timer) => {
        const begin = timer.set ?? timer.over ?? 0;
        if (hidden && begin > cursor) return null;
        const tick = timer.end === 'left' ? 4 : -4;
        const { x, y1, y2 } = timer;
        return (
          <g
            key={`${timer.end}${timer.timer}${begin}`}
            class="touch timer"
            data-outcome={timer.outcome}
            data-tense={tense(begin, cursor)}
            data-go={timer.over ?? begin}
          >
            <path d={`M${x + tick} ${y1}H${x}V${y2}${timer.outcome === 'fired' ? `H${x + tick}` : ''}`} />
            <PlacedLines lines={timer.text} />
          </g>
        );
      })}
    </g>
  );
}

/** Crashes and cuts. */
export function Faults({ layout, cursor, hidden }: Marks) {
  const { left, right, barWidth } = layout.columns;
  return (
    <g class="faults">
      {layout.faults.map((fault) => {
        if (hidden && fault.event > cursor) return null;
        // What is over again is a bar, not a cross.
        const ends = fault.what === 'reboot' || fault.what === 'mend';
        const x =
          fault.end === 'left'
            ? left - barWidth / 2
            : fault.end === 'right'
              ? right + barWidth / 2
              : (left + right) / 2;
        return (
          <g
            key={fault.event}
            class="touch fault"
            data-over={ends}
            data-tense={tense(fault.event, cursor)}
            data-go={fault.event}
          >
            {fault.y2 > fault.y1 && <path class="fault-span" d={`M${x} ${fault.y1}V${fault.y2}`} />}
            <path d={ends ? `M${x - 9} ${fault.y1}h18` : `M${x - 6} ${fault.y1 - 6}l12 12m0 -12l-12 12`} />
            <PlacedLines lines={fault.text} />
          </g>
        );
      })}
    </g>
  );
}

/** Idle times that are cut out. */
export function Gaps({ layout }: { readonly layout: LadderLayout }) {
  return (
    <g class="gaps">
      {layout.gaps.map((gap) => (
        <g key={gap.event}>
          <rect x={0} width={layout.width} y={gap.y1} height={gap.y2 - gap.y1} />
          <Placed text={gap.label} />
        </g>
      ))}
    </g>
  );
}

/** The old future. */
export function GhostArrows({ arrows }: { readonly arrows: readonly GhostArrow[] }) {
  return (
    <g class="ghosts" aria-hidden="true">
      {arrows.map((arrow) => (
        <g key={arrow.key} class="ghost">
          <title>{`${t('ghostName')}: ${arrow.flags}`}</title>
          <line class="ghost-line" x1={arrow.x1} y1={arrow.y1} x2={arrow.x2} y2={arrow.y2} />
          <text
            x={arrow.x1 + (arrow.x2 - arrow.x1) * 0.82}
            y={arrow.y1 + (arrow.y2 - arrow.y1) * 0.82 + 12}
            text-anchor="middle"
          >
            {arrow.lost ? `${arrow.flags} ×` : arrow.flags}
          </text>
        </g>
      ))}
    </g>
  );
}
