// The ladder's geometry for what is shown, and the way between time and place on it.

import { computed, signal } from '@preact/signals';
import { type LadderLayout, layoutLadder, timeOf, yOf } from '../../src/lab/index.ts';
import { connection, dropped, embed, ghost, lang, scenario, trace, view } from './lab.ts';
import { relative } from './panels.ts';

/** Pixels that the ladder has, across. */
export const ladderWidth = signal(720);

/** Pixels at each side that what an end knows takes, and from which width on there is room for that. */
const ASIDE = 204;
const ROOMY = 960;

/** Whether what the ends know stands beside the ladder. */
export const bubbles = computed(() => picture.value.columns.outerLeft > ASIDE);

/** Pixels at the right that plots take: where a run of data in motion has room for them. */
const PLOTS = 304;
export const plotRoom = computed(() => {
  const isMotion = scenario.value.group === 'motion' && dropped.value === null;
  return isMotion && view.value === 'lab' && !embed.value && ladderWidth.value >= 760 ? PLOTS : 0;
});

/** Where everything of the ladder stands. */
export const picture = computed<LadderLayout>(() => {
  const width = Math.max(280, ladderWidth.value - plotRoom.value);
  const options = {
    lang: lang.value,
    absolute: !relative.value,
    connection: trace.value.connections.length > 1 && connection.value > 0 ? connection.value : 'all',
    width,
  } as const;
  const plain = layoutLadder(trace.value, options);
  if (width < ROOMY || plotRoom.value > 0 || embed.value || view.value !== 'lab' || plain.compact)
    return plain;
  const roomy = layoutLadder(trace.value, { ...options, aside: ASIDE });
  return roomy.compact ? plain : roomy;
});

/** The place of a time; beyond the last stop the axis goes on as steep as a segment's usual way. */
export function placeOfTime(layout: LadderLayout, t: number): number {
  const { stops } = layout;
  const last = stops.at(-1);
  if (last === undefined || t <= last.t) return yOf(layout, t);
  return last.y + (t - last.t) * pixelsPerMicrosecond(layout);
}

/** The time of a place. */
export function timeOfPlace(layout: LadderLayout, y: number): number {
  const { stops } = layout;
  const last = stops.at(-1);
  if (last === undefined || y <= last.y) return timeOf(layout, y);
  return last.t + (y - last.y) / pixelsPerMicrosecond(layout);
}

/** How steep a segment's usual way is. */
function pixelsPerMicrosecond(layout: LadderLayout): number {
  for (const arrow of layout.arrows) {
    if (arrow.landed === null) continue;
    const { events } = trace.value;
    const took = (events[arrow.landed]?.t ?? 0) - (events[arrow.sent]?.t ?? 0);
    if (took > 0 && arrow.y2 > arrow.y1) return (arrow.y2 - arrow.y1) / took;
  }
  return 44 / 10_000;
}

/** A segment of the old future, where it would stand in this picture. */
export interface GhostArrow {
  readonly key: string;
  readonly flags: string;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly lost: boolean;
  /** Microseconds at which it left. */
  readonly t: number;
  /** Its end: a head or a cross. */
  readonly tip: string;
}

/** Arrows that a ghost may have. */
const MOST_GHOSTS = 60;

/** The old future as arrows of this picture. */
export const ghostArrows = computed<readonly GhostArrow[]>(() => {
  const old = ghost.value;
  if (old === null) return [];
  const layout = picture.value;
  const { left, right } = layout.columns;
  const arrows: GhostArrow[] = [];
  const { events } = old.trace;
  const steep = pixelsPerMicrosecond(layout);
  for (let i = 0; i < events.length && arrows.length < MOST_GHOSTS; i++) {
    const sent = events[i];
    if (sent?.kind !== 'sent') continue;
    const at = events.findIndex(
      (one, j) => j >= old.from && (one.kind === 'arrived' || one.kind === 'lost') && one.id === sent.id,
    );
    const landed = events[at];
    if (landed === undefined && i < old.from) continue;
    const lost = landed?.kind === 'lost';
    const [x1, far] = sent.from === 'left' ? [left, right] : [right, left];
    // What both runs have stands where the new one has it.
    const y1 = i < old.from ? (layout.eventY[i] ?? layout.top) : placeOfTime(layout, sent.t);
    // Where the new run is idle the axis is cut: the way is drawn as steep as it was.
    const y2 =
      landed === undefined || lost
        ? y1 + 22
        : Math.max(placeOfTime(layout, landed.t), y1 + (landed.t - sent.t) * steep);
    const x2 = lost ? (x1 + far) / 2 : far;
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    const tip = lost
      ? `M${x2 - 5} ${y2 - 5}l10 10m0 -10l-10 10`
      : `M${x2 - ux * 9 + uy * 4} ${y2 - uy * 9 - ux * 4}L${x2} ${y2}L${x2 - ux * 9 - uy * 4} ${y2 - uy * 9 + ux * 4}`;
    arrows.push({ key: `${sent.id}`, flags: sent.segment.flags, x1, y1, x2, y2, lost, t: sent.t, tip });
  }
  return arrows;
});
