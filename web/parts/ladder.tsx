// The ladder: the lab's drawing, which can be touched. What is after the cursor is drawn faintly; what would have been
// without the last change is a ghost; while it plays, segments fly.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import {
  drawLadder,
  type LadderArrow,
  type LadderLayout,
  pillShape,
  textWidth,
} from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { delaySegment, laterMs } from '../state/delay.ts';
import { switchGhost } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { ghostShown, pointed } from '../state/panels.ts';
import { type GhostArrow, ghostArrows, ladderWidth, picture, plotRoom } from '../state/picture.ts';
import { nowY, playing, stop } from '../state/play.ts';
import { Bubbles, disagree } from './bubbles.tsx';
import type * as plotsModule from './plots.tsx';
import { Rooms } from './room.tsx';
import { sectionText } from './sections.ts';
import { SegmentMenu } from './segment-menu.tsx';
import { nodeOf } from './shapes.tsx';
import { timeText } from './time.ts';

/** How far the ladder is scrolled, pixels. */
const scrolled = signal(0);
/** A head that is being dragged: whose, and how many pixels from its place. */
const drag = signal<{ readonly id: number; readonly dy: number } | null>(null);
/** Pixels below an event at which now is when it has happened: between its words and those of the next. */
const JUST_AFTER = 8;
/** Pixels at the foot of the screen that the dock takes, with some room. */
const DOCK = 130;
/** Longer ladders scroll in a frame of their own. */
const LONG = 6_000;
/** Pixels that are a drag, not a click. */
const SLACK = 4;

/** The plots, once they are loaded. */
const plots = signal<typeof plotsModule | null>(null);

async function loadPlots(): Promise<void> {
  plots.value ??= await import('./plots.tsx');
}

/** Selects a segment, and opens its menu. */
function open(arrow: LadderArrow): void {
  stop();
  if (lab.cursor.value < arrow.sent) lab.goTo(arrow.sent);
  lab.picked.value = arrow.id;
  lab.menuOf.value = lab.menuOf.value === arrow.id ? null : arrow.id;
}

/** The segment that something of the drawing belongs to. */
function arrowOf(target: EventTarget | null, layout: LadderLayout): LadderArrow | null {
  if (!(target instanceof Element)) return null;
  const mark = target.closest<SVGGElement>('.arrow, .said');
  const id = Number(mark?.dataset['id'] ?? Number.NaN);
  return layout.arrows.find((one) => one.id === id) ?? null;
}

/** Takes the head of an arrow, and drags it down: it arrives later. */
function grip(event: PointerEvent, layout: LadderLayout): void {
  const target = event.target as Element;
  if (event.button !== 0 || !target.matches('.grip') || lab.dropped.value !== null) return;
  const arrow = arrowOf(target, layout);
  if (arrow === null) return;
  event.stopPropagation();
  const svg = event.currentTarget as SVGSVGElement;
  const scale = (layout.width + plotRoom.value) / svg.getBoundingClientRect().width;
  const from = event.clientY;
  svg.setPointerCapture(event.pointerId);
  stop();
  const move = (moved: PointerEvent) => {
    drag.value = { id: arrow.id, dy: (moved.clientY - from) * scale };
  };
  const done = (ended: PointerEvent) => {
    svg.removeEventListener('pointermove', move);
    svg.removeEventListener('pointerup', done);
    svg.removeEventListener('pointercancel', done);
    const dy = drag.value?.dy ?? 0;
    drag.value = null;
    if (ended.type === 'pointercancel' || Math.abs(dy) < SLACK) return;
    justDragged = true;
    delaySegment(arrow.id, laterMs(arrow, layout, dy));
  };
  svg.addEventListener('pointermove', move);
  svg.addEventListener('pointerup', done);
  svg.addEventListener('pointercancel', done);
}

/** The click that ends a drag is none. */
let justDragged = false;

/** The ladder in its frame. */
export function Ladder({ quiet = false }: { readonly quiet?: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = frame.current as HTMLDivElement;
    const measure = () => {
      ladderWidth.value = Math.max(280, box.clientWidth);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    return () => observer.disconnect();
  }, []);
  const layout = picture.value;
  const room = quiet ? 0 : plotRoom.value;
  if (room > 0) void loadPlots();
  const trace = lab.trace.value;
  const mutant = lab.dropped.value === null ? lab.mutant.value : null;
  const at = lab.cursor.value;
  const y = nowY.value ?? (at < 0 ? layout.top : (layout.eventY[at] ?? layout.bottom) + JUST_AFTER);
  useFollow(frame, y, layout, quiet);
  const hidden = lab.predicting.value;
  const ghosts = hidden || !ghostShown.value ? [] : ghostArrows.value;
  const lowest = ghosts.reduce((low, { y1, y2 }) => Math.max(low, y1, y2), 0);
  const height = Math.max(layout.height, Math.min(lowest + 24, layout.height + 400));
  const flights = playing.value && nowY.value !== null;
  const shapes = drawLadder(layout, trace, {
    prefix: 'lab',
    cursor: at,
    y,
    hidden,
    chosen: quiet ? null : lab.segmentId.value,
    compared: lab.compared.value,
    pointed: pointed.value,
    live: true,
    flights,
  });
  const choose = (event: MouseEvent) => {
    if (justDragged) {
      justDragged = false;
      return;
    }
    const arrow = arrowOf(event.target, layout);
    if (arrow !== null) {
      open(arrow);
      return;
    }
    const svg = event.currentTarget as SVGSVGElement;
    const mark = (event.target as Element).closest<SVGGElement>('[data-go]');
    const box = svg.getBoundingClientRect();
    const place = ((event.clientY - box.top) * height) / box.height;
    lab.menuOf.value = null;
    stop();
    if (mark !== null) lab.goTo(Number(mark.dataset['go']));
    else if (!hidden) lab.goTo(layout.eventY.findLastIndex((there) => there <= place + 2));
  };
  return (
    <div class="ladder-frame">
      {mutant !== null && (
        <p class="not-real" role="status">
          {t('notReal', { rule: say(mutant.rule) })} <span class="rfc">{sectionText(mutant.section)}</span>
        </p>
      )}
      <div
        class="ladder"
        data-long={height > LONG}
        ref={frame}
        tabIndex={0}
        onScroll={(event) => (scrolled.value = event.currentTarget.scrollTop)}
        role="region"
        aria-label={t('ladder')}
      >
        <svg
          class="sf"
          viewBox={`0 0 ${layout.width + room} ${height}`}
          role="group"
          aria-label={t('ladderLabel', { title: say(lab.scenario.value.title) })}
          font-size={layout.fontSize}
          onClick={choose}
          onPointerDown={(event) => grip(event, layout)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            const arrow = arrowOf(event.target, layout);
            if (arrow === null) return;
            event.preventDefault();
            event.stopPropagation();
            open(arrow);
          }}
        >
          {at >= 0 && <line class="cursor" x1={0} x2={layout.width + room} y1={y} y2={y} />}
          {shapes.map(nodeOf)}
          {room > 0 && plots.value !== null && !hidden && (
            <plots.value.Plots layout={layout} trace={trace} x={layout.width + 12} cursor={at} />
          )}
          <GhostArrows arrows={ghosts} />
          {flights && <Flights layout={layout} y={y} />}
          {!quiet && !hidden && !playing.value && <Disagree layout={layout} y={y} />}
          {!quiet && !hidden && <Rooms layout={layout} y={y} />}
          <Dragged layout={layout} />
        </svg>
        {!quiet && <Bubbles layout={layout} y={y} />}
      </div>
      {!quiet && <SegmentMenu layout={layout} top={0} scrolled={scrolled.value} />}
      {ghosts.length > 0 && (
        <p class="ghost-note">
          <svg width="28" height="8" aria-hidden="true">
            <line class="ghost-way" x1="0" x2="28" y1="4" y2="4" />
          </svg>{' '}
          {t('ghostNote')}{' '}
          <button type="button" class="quiet" onClick={switchGhost}>
            {t('ghostClear')}
          </button>
        </p>
      )}
    </div>
  );
}

/** Keeps the place of the cursor in sight: of a frame that scrolls, or of the page. */
function useFollow(
  frame: { readonly current: HTMLDivElement | null },
  y: number,
  layout: LadderLayout,
  quiet: boolean,
): void {
  useEffect(() => {
    const box = frame.current;
    if (box === null || lab.cursor.value < 0) return;
    const place = y * (box.clientWidth / (layout.width + plotRoom.value));
    if (box.scrollHeight > box.clientHeight + 4) {
      const margin = Math.min(120, box.clientHeight / 3);
      if (place < box.scrollTop + margin) box.scrollTop = place - margin;
      else if (place > box.scrollTop + box.clientHeight - margin)
        box.scrollTop = place - box.clientHeight + margin;
      return;
    }
    if (quiet) return;
    const at = box.getBoundingClientRect().top + place;
    const low = innerHeight - DOCK;
    if (at < 40 || at > low) scrollBy({ top: at - low * 0.45, behavior: 'instant' });
  }, [y, layout]);
}

/** Segments on their way: their labels go with them. */
function Flights({ layout, y }: { readonly layout: LadderLayout; readonly y: number }) {
  const at = lab.cursor.value;
  return (
    <g class="flights" aria-hidden="true">
      {layout.arrows.map((arrow) => {
        const { pill, x1, y1, x2, y2, sent, landed, tone, id, copy } = arrow;
        if (pill === null || sent > at || (landed !== null && landed <= at)) return null;
        const part = y2 <= y1 ? 0 : Math.min(1, Math.max(0, (y - y1) / (y2 - y1)));
        const [low, high] = [Math.min(x1, arrow.x3), Math.max(x1, arrow.x3)];
        const half = pill.width / 2 + 4;
        const x = Math.min(Math.max(x1 + (x2 - x1) * part, low + half), high - half);
        const [dx, dy] = [x - pill.x - pill.width / 2, y1 + (y2 - y1) * part - pill.y - pill.height / 2];
        return (
          <g key={`${id}.${copy}`} transform={`translate(${dx} ${dy})`}>
            {nodeOf(pillShape(pill, tone, 'flying', false))}
          </g>
        );
      })}
    </g>
  );
}

/** That the two ends disagree, on the line of now, where nothing else stands. */
function Disagree({ layout, y }: { readonly layout: LadderLayout; readonly y: number }) {
  if (!disagree.value) return null;
  const { left, right } = layout.columns;
  const text = t(layout.compact ? 'theyDisagreeShort' : 'theyDisagree');
  const size = layout.compact ? 11 : 13;
  const width = textWidth(text) * size * 0.58 + 42;
  const taken: (readonly [number, number, number, number])[] = layout.arrows.flatMap(
    ({ pill, note, remark, end, x2, y2 }) => [
      ...(pill === null ? [] : [[pill.x, pill.y, pill.x + pill.width, pill.y + pill.height] as const]),
      ...[...note, ...remark].map(({ x, y: base, width: w, anchor }) => {
        const from = anchor === 'start' ? x : anchor === 'end' ? x - w : x - w / 2;
        return [from, base - 12, from + w, base + 4] as const;
      }),
      ...(end === 'lost' ? [[x2 - 11, y2 - 11, x2 + 11, y2 + 11] as const] : []),
    ],
  );
  for (const { label } of layout.gaps)
    taken.push([label.x - label.width / 2, label.y - 12, label.x + label.width / 2, label.y + 4]);
  const isFree = (x: number) =>
    !taken.some(([a, b, c, d]) => a < x + width / 2 && c > x - width / 2 && b < y + 15 && d > y - 15);
  const room = right - left - width - 16;
  if (room < 0) return null;
  const x = [0.5, 0.25, 0.75, 0, 1].map((part) => left + 8 + width / 2 + room * part).find(isFree);
  if (x === undefined) return null;
  return (
    <g class="disagree">
      <rect x={x - width / 2} y={y - 13} width={width} height={26} rx={13} />
      <text class="bad b" x={x - width / 2 + 14} y={y + 5} font-size={15}>
        ≠
      </text>
      <text class="sans b" x={x - width / 2 + 30} y={y + 4.5} font-size={size}>
        {text}
      </text>
    </g>
  );
}

/** Where a head that is dragged would arrive. */
function Dragged({ layout }: { readonly layout: LadderLayout }) {
  const now = drag.value;
  const arrow = layout.arrows.find(({ id, copy }) => id === now?.id && copy === 0);
  if (now === null || arrow === undefined) return null;
  const ms = laterMs(arrow, layout, now.dy);
  const y = Math.max(arrow.y1, arrow.y2 + now.dy);
  return (
    <g class="dragging">
      <line x1={arrow.x1} y1={arrow.y1} x2={arrow.x2} y2={y} />
      <circle cx={arrow.x2} cy={y} r={9} />
      <text x={(arrow.x1 + arrow.x2) / 2} y={y - 8} text-anchor="middle">
        {ms < 0 ? `${ms} ms` : t('arrivesLater', { ms })}
      </text>
    </g>
  );
}

/** The old future. */
function GhostArrows({ arrows }: { readonly arrows: readonly GhostArrow[] }) {
  return (
    <g class="ghosts" aria-hidden="true">
      {arrows.map((arrow) => (
        <g key={arrow.key} class="ghost">
          <title>{`${t('ghostName')}: ${arrow.flags}${arrow.lost ? ' ×' : ''}, ${timeText(arrow.t)}`}</title>
          <line class="ghost-way" x1={arrow.x1} y1={arrow.y1} x2={arrow.x2} y2={arrow.y2} />
          <path class="ghost-tip" d={arrow.tip} />
        </g>
      ))}
    </g>
  );
}
