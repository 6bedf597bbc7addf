// One segment on its way: an arrow that can be chosen, and whose head can be dragged to delay it.

import { signal } from '@preact/signals';
import type { LadderArrow, LadderLayout } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { timeOfPlace } from '../state/picture.ts';
import { stop } from '../state/play.ts';
import { PlacedLines } from './placed.tsx';

/** A head that is being dragged: whose, and how many pixels from its place. */
const drag = signal<{ readonly id: number; readonly dy: number } | null>(null);

/** Pixels that are a drag, not a click. */
const SLACK = 4;

/** Milliseconds that a change already delays a packet by. */
function delayedMs(name: string): number {
  for (const edit of lab.edits.value) {
    const found = /^delay (any#\d+ \S+) (\d+(?:\.\d+)?)ms$/.exec(edit);
    if (found?.[1] === name) return Number(found[2]);
  }
  return 0;
}

/** Milliseconds later that a segment arrives when its head is dragged by `dy`; never before it could. */
function laterMs(arrow: LadderArrow, layout: LadderLayout, dy: number): number {
  const then = timeOfPlace(layout, arrow.y2);
  const ms = Math.round((timeOfPlace(layout, arrow.y2 + dy) - then) / 1000);
  const sent = lab.sentOf(arrow.id);
  const name = sent === null ? null : lab.nameOf(sent);
  return name === null ? 0 : Math.max(-delayedMs(name), ms);
}

/** Delays the segment by so much more; by less when negative. */
export function delaySegment(id: number, ms: number): void {
  const sent = lab.sentOf(id);
  const name = sent === null ? null : lab.nameOf(sent);
  if (name === null || ms === 0) return;
  const total = Math.max(0, delayedMs(name) + ms);
  const at = lab.edits.value.findIndex((edit) => edit.startsWith(`delay ${name} `));
  if (total > 0) lab.addEdit(`delay ${name} ${total}ms`);
  else if (at >= 0) lab.removeEdit(at);
}

/** Selects a segment, and opens its menu. */
function open(arrow: LadderArrow): void {
  stop();
  if (lab.cursor.value < arrow.sent) lab.goTo(arrow.sent);
  lab.picked.value = arrow.id;
  lab.menuOf.value = lab.menuOf.value === arrow.id ? null : arrow.id;
}

/** How an arrow is called for a screen reader: by what is written at it. */
function nameOfArrow({ id, from, label, detail, note }: LadderArrow): string {
  const said = [...label, ...detail, ...note].map(({ text }) => text).join(' ');
  return `#${id} ${from === 'left' ? '→' : '←'} ${said}`;
}

/** One segment on its way. */
export function Arrow({ arrow, layout }: { readonly arrow: LadderArrow; readonly layout: LadderLayout }) {
  const cursor = lab.cursor.value;
  const { events } = lab.trace.value;
  const dragged = drag.value?.id === arrow.id && arrow.copy === 0 ? drag.value.dy : null;
  const { x1, y1, x2, y2 } = arrow;
  const landed = arrow.landed ?? Number.POSITIVE_INFINITY;
  const when = cursor < arrow.sent ? 'future' : cursor < landed ? 'flying' : 'past';
  // How far it has come at the cursor.
  const t1 = events[arrow.sent]?.t ?? 0;
  const t2 = arrow.landed === null ? t1 : (events[arrow.landed]?.t ?? t1);
  const now = events[cursor]?.t ?? 0;
  const part =
    when === 'future'
      ? 0
      : when === 'past' || t2 <= t1
        ? 1
        : Math.max(0.04, Math.min(1, (now - t1) / (t2 - t1)));
  const xm = x1 + (x2 - x1) * part;
  const ym = y1 + (y2 - y1) * part;
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = `M${x2} ${y2}L${x2 - ux * 9 + uy * 4} ${y2 - uy * 9 - ux * 4}L${x2 - ux * 9 - uy * 4} ${y2 - uy * 9 + ux * 4}Z`;
  const chosen = lab.segmentId.value === arrow.id;
  // Who is asked what comes is not shown how a segment ends that is still on its way.
  const told = when === 'past' || !lab.predicting.value;
  const canDrag =
    arrow.copy === 0 && !arrow.injected && arrow.end === 'arrived' && lab.dropped.value === null;
  const grip = (event: PointerEvent) => {
    if (!canDrag || event.button !== 0) return;
    event.stopPropagation();
    const target = event.currentTarget as SVGCircleElement;
    const svg = target.ownerSVGElement as SVGSVGElement;
    const scale = layout.width / svg.getBoundingClientRect().width;
    const from = event.clientY;
    target.setPointerCapture(event.pointerId);
    stop();
    const move = (moved: PointerEvent) => {
      drag.value = { id: arrow.id, dy: (moved.clientY - from) * scale };
    };
    const done = (ended: PointerEvent) => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', done);
      target.removeEventListener('pointercancel', done);
      const dy = drag.value?.dy ?? 0;
      drag.value = null;
      if (ended.type === 'pointercancel') return;
      if (Math.abs(dy) < SLACK) open(arrow);
      else delaySegment(arrow.id, laterMs(arrow, layout, dy));
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', done);
    target.addEventListener('pointercancel', done);
  };
  return (
    <g
      class="touch arrow"
      role="button"
      tabindex={chosen ? 0 : -1}
      aria-label={nameOfArrow(arrow)}
      aria-haspopup="dialog"
      data-id={arrow.id}
      data-copy={arrow.copy}
      data-tone={arrow.tone}
      data-tense={when}
      data-end={arrow.end}
      data-from={arrow.from}
      data-chosen={chosen}
      data-compared={lab.compared.value === arrow.id}
      data-again={arrow.retransmission}
      data-injected={arrow.injected}
      data-discarded={arrow.discarded !== null}
      onClick={() => open(arrow)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        open(arrow);
      }}
    >
      <line class="hit" x1={x1} y1={y1} x2={x2} y2={y2} />
      {part < 1 && told && <line class="way ahead" x1={xm} y1={ym} x2={x2} y2={y2} />}
      {part > 0 && <line class="way" x1={x1} y1={y1} x2={xm} y2={ym} />}
      {!told ? null : arrow.end === 'lost' ? (
        <path class="lost" d={`M${x2 - 6} ${y2 - 6}l12 12m0 -12l-12 12`} />
      ) : (
        <path class="head" d={head} />
      )}
      <PlacedLines lines={arrow.label} class="label" />
      <PlacedLines lines={arrow.detail} class="detail" />
      {told && <PlacedLines lines={arrow.note} class="note" />}
      {canDrag && (
        // biome-ignore lint/a11y/noStaticElementInteractions: D delays by keyboard
        <circle
          class="grip"
          cx={x2 - ux * 6}
          cy={y2 - uy * 6}
          r={11}
          onPointerDown={grip}
          onClick={(event) => event.stopPropagation()}
        />
      )}
      {dragged !== null && Math.abs(dragged) >= SLACK && (
        <g class="dragging" aria-hidden="true">
          <line x1={x1} y1={y1} x2={x2} y2={y2 + dragged} />
          <text x={x2 - ux * 40} y={y2 + dragged - 10} text-anchor="middle">
            {t('arrivesLater', { ms: laterMs(arrow, layout, dragged) })}
          </text>
        </g>
      )}
    </g>
  );
}
