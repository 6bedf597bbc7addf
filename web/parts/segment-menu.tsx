// What can be done with a segment: a small menu beside its arrow.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LadderLayout } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import { changeSegment } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { dialog, tab } from '../state/panels.ts';
import { ladderWidth, plotRoom } from '../state/picture.ts';

/** Pixels that the menu has, across. */
const WIDTH = 400;
/** Pixels around it. */
const EDGE = 4;

/** The menu of the segment whose arrow was clicked. */
export function SegmentMenu({
  layout,
  top,
  scrolled,
}: {
  readonly layout: LadderLayout;
  readonly top: number;
  readonly scrolled: number;
}) {
  const first = useRef<HTMLButtonElement>(null);
  const id = lab.menuOf.value;
  useLayoutEffect(() => {
    if (id !== null) first.current?.focus({ preventScroll: true });
  }, [id]);
  const arrow = layout.arrows.find((one) => one.id === id);
  const sent = lab.sentOf(id);
  if (id === null || arrow === undefined || sent === null) return null;
  const scale = (ladderWidth.value - plotRoom.value) / layout.width;
  const width = Math.min(WIDTH, ladderWidth.value - 2 * EDGE);
  const { pill } = arrow;
  const middle = pill === null ? (arrow.x1 + arrow.x2) / 2 : pill.x + pill.width / 2;
  const x = Math.max(EDGE, Math.min(middle * scale - width / 2, ladderWidth.value - width - EDGE));
  const below = pill === null ? Math.max(arrow.y1, arrow.y2) : pill.y + pill.height;
  const y = (below - top) * scale - scrolled + 10;
  const editable = lab.nameOf(sent) !== null && lab.dropped.value === null;
  return (
    <div
      class="menu layer"
      role="dialog"
      aria-label={t('segmentMenu', { name: `#${id} ${sent.segment.flags}` })}
      style={{ left: `${x}px`, top: `${y}px`, width: `${width}px` }}
    >
      <p>
        <b>{sent.segment.flags}</b> #{id}
      </p>
      {editable ? (
        <>
          <button ref={first} type="button" class="kill" onClick={() => changeSegment('drop')}>
            × {t('drop')} <kbd>d</kbd>
          </button>
          <button type="button" onClick={() => changeSegment('dup')}>
            {t('duplicate')} <kbd>u</kbd>
          </button>
          <button type="button" onClick={() => changeSegment('corrupt')}>
            {t('corrupt')} <kbd>c</kbd>
          </button>
          <button type="button" onClick={() => (dialog.value = 'delay')}>
            {t('delayIt')} <kbd>D</kbd>
          </button>
        </>
      ) : (
        sent.injected === true && <p class="quiet-text">{t('notSent')}</p>
      )}
      <button
        type="button"
        onClick={() => {
          lab.menuOf.value = null;
          tab.value = 'bytes';
        }}
      >
        {t('bytesOf')} <kbd>r</kbd>
      </button>
      <button
        type="button"
        onClick={() => {
          lab.menuOf.value = null;
          if (lab.compared.value === null) lab.compared.value = id;
          tab.value = 'diff';
        }}
      >
        {t('compareWith')} <kbd>x</kbd>
      </button>
    </div>
  );
}
