// Playing: now moves down the ladder as steadily as time goes; the cursor follows, segments fly. Who wants less motion
// gets discrete steps, and nothing that glides.

import { signal } from '@preact/signals';
import type { TraceEvent } from '../../src/lab/index.ts';
import { cursor, goTo, trace } from './lab.ts';
import { picture } from './picture.ts';

export const playing = signal(false);
/** Events a second, about. */
export const speed = signal(1);

/** Where now is while it moves, pixels of the ladder; null: at the event of the cursor. */
export const nowY = signal<number | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let frame = 0;

/** Pixels a second: 600 ms for the usual way of a segment; and milliseconds for a gap, whatever its length. */
const FALL = 80;
const GAP_MS = 400;

/** Longest and shortest time between two steps, milliseconds. */
const SHORT = 350;
const LONG = 1_400;

function tick(): void {
  const { events } = trace.value;
  const at = cursor.value;
  if (!playing.value || at >= events.length - 1) {
    playing.value = false;
    return;
  }
  const next = nextStop(at, 1, 'event');
  goTo(next);
  const after = nextStop(next, 1, 'event');
  const gapMs = ((events[after]?.t ?? 0) - (events[next]?.t ?? 0)) / 1000;
  const wait = Math.min(LONG, SHORT + Math.max(0, gapMs) * 8) / speed.value;
  timer = setTimeout(tick, wait);
}

/** Moves now on, frame by frame. */
function glide(): void {
  let last = performance.now();
  const next = (time: number): void => {
    if (!playing.value) return;
    const { eventY, gaps, top, bottom } = picture.value;
    const at = cursor.value;
    const y = nowY.value ?? (at < 0 ? top : (eventY[at] ?? bottom));
    const gap = gaps.find(({ y1, y2 }) => y >= y1 && y < y2);
    const rate = gap === undefined ? FALL : ((gap.y2 - gap.y1) * 1000) / GAP_MS;
    const to = y + (Math.min(100, time - last) / 1000) * rate * speed.value;
    last = time;
    const reached = eventY.findLastIndex((there) => there <= to);
    if (reached !== at) goTo(reached);
    if (reached >= eventY.length - 1 && to >= bottom - 24) {
      stop();
      return;
    }
    nowY.value = to;
    frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
}

/** Starts or stops playing; from the beginning when the end was reached. */
export function togglePlay(): void {
  clearTimeout(timer);
  if (playing.value) {
    stop();
    return;
  }
  if (cursor.value >= trace.value.events.length - 1) goTo(-1);
  playing.value = true;
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) timer = setTimeout(tick, 200);
  else glide();
}

/** Stops playing. */
export function stop(): void {
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  playing.value = false;
  nowY.value = null;
}

/** What one step is. */
export type Stride = 'event' | 'segment' | 'timer' | 'call';

/**
 * Whether a stride stops at an event. Events are what somebody would see: a timer that runs out, but not every one
 * that is set or cancelled; the scrubber and the stride of timers stop there too.
 */
function stopsAt(event: TraceEvent, of: Stride): boolean {
  switch (of) {
    case 'event':
      return event.kind !== 'timer' || event.what === 'fired' || event.timer === '2msl';
    case 'segment':
      return event.kind === 'sent' || event.kind === 'arrived' || event.kind === 'lost';
    case 'timer':
      return event.kind === 'timer';
    case 'call':
      return event.kind === 'call' || event.kind === 'fault';
  }
}

export const stride = signal<Stride>('event');

/** The next place of the stride in a direction; the end of the trace, or -1, if there is none. */
export function nextStop(at: number, direction: 1 | -1, of: Stride): number {
  const { events } = trace.value;
  for (let i = at + direction; i >= 0 && i < events.length; i += direction) {
    if (stopsAt(events[i] as TraceEvent, of)) return i;
  }
  return direction === 1 ? (of === 'event' ? events.length - 1 : at) : of === 'event' ? -1 : at;
}

/** One step. */
export function step(direction: 1 | -1, of: Stride = stride.value): void {
  stop();
  goTo(nextStop(cursor.value, direction, of));
}
