// Playing: the cursor moves by itself, as fast as the trace's own time allows to look at it. Who wants less motion
// gets discrete steps, and nothing that glides.

import { signal } from '@preact/signals';
import type { TraceEvent } from '../../src/lab/index.ts';
import { cursor, goTo, trace } from './lab.ts';

export const playing = signal(false);
/** Events a second, about. */
export const speed = signal(1);

let timer: ReturnType<typeof setTimeout> | undefined;

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

/** Starts or stops playing; from the beginning when the end was reached. */
export function togglePlay(): void {
  clearTimeout(timer);
  if (playing.value) {
    playing.value = false;
    return;
  }
  if (cursor.value >= trace.value.events.length - 1) goTo(-1);
  playing.value = true;
  timer = setTimeout(tick, 200);
}

/** Stops playing. */
export function stop(): void {
  clearTimeout(timer);
  playing.value = false;
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
