// What each end knows, at the height of the cursor, beside its lifeline; and between them whether the two disagree.

import { computed } from '@preact/signals';
import { beliefs } from '../../src/lab/explain/index.ts';
import { type LadderLayout, PHASES, statesAt } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { bubbles } from '../state/picture.ts';
import { explanationNow } from './explanation.tsx';
import { Rich } from './glossary.tsx';
import { type End, endLabel } from './lab.ts';

/** Pixels around a bubble, its width, and about its height. */
const EDGE = 10;
const HEIGHT = 150;

/** What the two ends believe at the cursor. */
const believed = computed(() =>
  beliefs(lab.trace.value, lab.cursor.value, lab.lang.value, lab.event.value?.connection ?? 0),
);

/** What an end knows: what the event taught it, or what it believes. */
function knows(end: End): string | null {
  const said = explanationNow.value?.knows[end] ?? null;
  const { differ, left, right } = believed.value;
  return differ ? (end === 'left' ? left : right) : said;
}

/** Both bubbles, where there is room for them. */
export function Bubbles({ layout, y }: { readonly layout: LadderLayout; readonly y: number }) {
  if (!bubbles.value || lab.event.value === null || lab.predicting.value) return null;
  const { columns, height, width } = layout;
  const top = Math.max(4, Math.min(y - 40, height - HEIGHT));
  return (
    <>
      {(['left', 'right'] as const).map((end) => {
        const text = knows(end);
        if (text === null) return null;
        const state = statesAt(lab.trace.value, lab.cursor.value, lab.event.value?.connection ?? 0)[end];
        // Between the times, or the edge, and what stands outside the lifeline.
        const [from, to] =
          end === 'left'
            ? [(columns.time ?? 0) + 22, columns.outerLeft - EDGE]
            : [columns.outerRight + EDGE, width - EDGE];
        return (
          <div
            key={end}
            class="bubble layer"
            data-end={end}
            data-phase={PHASES[state]}
            style={{ left: `${from}px`, top: `${top}px`, width: `${to - from}px` }}
          >
            <b>{t('knows', { end: endLabel(lab.trace.value, end, lab.lang.value) })}</b>
            <Rich text={text} />
          </div>
        );
      })}
    </>
  );
}

/** Whether the two ends disagree now. */
export const disagree = computed(() => lab.event.value !== null && believed.value.differ);
