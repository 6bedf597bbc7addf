// The window as room: at the cursor, outside of the receiver's lifeline, what waits in its buffer to be read and what is free
// of it. Shown in runs in which a buffer fills up.

import { computed } from '@preact/signals';
import { type LadderLayout, tcbAt, textWidth } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { type End, endTitle } from './lab.ts';

/** Pixels of a whole buffer, and of its height. */
const WIDTH = { wide: 120, narrow: 56 };
const HEIGHT = 14;
/** A buffer of which this much was ever full is worth showing. */
const FILLED = 0.5;

/** What is free and what waits in a buffer. */
interface Room {
  readonly free: number;
  readonly unread: number;
}

/** The ends whose buffers fill up in this run, with the most that each held and offered. */
const filling = computed<readonly { readonly end: End; readonly size: number }[]>(() => {
  const most: Record<End, { size: number; full: number }> = {
    left: { size: 0, full: 0 },
    right: { size: 0, full: 0 },
  };
  for (const { tcbs, connection } of lab.trace.value.events) {
    if (connection !== 0) continue;
    for (const end of ['left', 'right'] as const) {
      const rcv = tcbs?.[end]?.rcv;
      if (rcv === undefined) continue;
      const size = rcv.wnd + rcv.unread;
      const of = most[end];
      of.size = Math.max(of.size, size);
      if (size > 0) of.full = Math.max(of.full, rcv.unread / size);
    }
  }
  return (['left', 'right'] as const)
    .filter((end) => most[end].full >= FILLED)
    .map((end) => ({ end, size: most[end].size }));
});

function roomOf(end: End): Room | null {
  const rcv = tcbAt(lab.trace.value, lab.cursor.value, end)?.rcv;
  return rcv === undefined ? null : { free: rcv.wnd, unread: rcv.unread };
}

/** `1.4 kB`, `0`. */
function octets(n: number): string {
  return n < 1000 ? `${n} B` : `${(n / 1000).toFixed(1)} kB`;
}

/** The buffers that fill up, at the cursor. */
export function Rooms({ layout, y }: { readonly layout: LadderLayout; readonly y: number }) {
  if (lab.cursor.value < 0) return null;
  return (
    <>
      {filling.value.map(({ end, size }) => {
        const room = roomOf(end);
        if (room === null) return null;
        const { left, right, barWidth } = layout.columns;
        const whole = layout.compact ? WIDTH.narrow : WIDTH.wide;
        const px = (n: number) => Math.round((whole * Math.min(n, size)) / size);
        const isClosed = room.free === 0;
        const waiting = isClosed ? whole : px(room.unread);
        const width = isClosed ? whole : waiting + px(room.free);
        // It grows from the lifeline outwards, below the words of what has happened.
        const x = end === 'left' ? left - barWidth / 2 - 16 - width : right + barWidth / 2 + 16;
        const top = y + 6;
        const none = layout.compact ? 'roomNoneShort' : 'roomNone';
        const text = isClosed ? t(none) : t('roomFree', { n: octets(room.free) });
        const size11 = layout.compact ? 10.5 : 12;
        const label = textWidth(text) * size11 * 0.58 + 12;
        return (
          <g key={end} class="room" data-closed={isClosed}>
            <title>
              {t('roomLabel', {
                end: endTitle(lab.trace.value, end, lab.lang.value),
                unread: room.unread,
                free: room.free,
              })}
            </title>
            <rect class="whole" x={x} y={top} width={width} height={HEIGHT} rx={3} />
            <rect
              class="waiting"
              x={end === 'left' ? x + width - waiting : x}
              y={top}
              width={waiting}
              height={HEIGHT}
              rx={3}
            />
            <rect
              class="label"
              x={end === 'left' ? x + width - label : x}
              y={top + HEIGHT + 3}
              width={label}
              height={size11 + 6}
              rx={4}
            />
            <text
              class="sans b"
              x={end === 'left' ? x + width - 6 : x + 6}
              y={top + HEIGHT + 3 + size11 + 1}
              font-size={size11}
              text-anchor={end === 'left' ? 'end' : 'start'}
            >
              {text}
            </text>
          </g>
        );
      })}
    </>
  );
}
