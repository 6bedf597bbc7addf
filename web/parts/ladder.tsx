// The ladder: the lab's geometry as SVG that can be touched. What is after the cursor is drawn faintly; what would
// have been without the last change is a ghost.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { say, t } from '../messages.ts';
import { switchGhost } from '../state/keys.ts';
import * as lab from '../state/lab.ts';
import { ghostShown } from '../state/panels.ts';
import { ghostArrows, ladderWidth, picture } from '../state/picture.ts';
import { stop } from '../state/play.ts';
import { Arrow } from './ladder-arrow.tsx';
import { Bars, Calls, Faults, Gaps, GhostArrows, Timers, Times } from './ladder-marks.tsx';
import { sectionText } from './sections.ts';
import { SegmentMenu } from './segment-menu.tsx';

/** How far the ladder is scrolled, pixels. */
const scrolled = signal(0);

/** The ladder in its frame. */
export function Ladder() {
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
  const mutant = lab.dropped.value === null ? lab.mutant.value : null;
  const at = lab.cursor.value;
  // The heads of the picture stand above the frame, with more to say.
  const top = layout.top - 14;
  const y = at < 0 ? layout.top : (layout.eventY[at] ?? layout.bottom);
  useEffect(() => {
    const box = frame.current as HTMLDivElement;
    const place = (y - top) * (box.clientWidth / layout.width);
    const margin = Math.min(120, box.clientHeight / 3);
    if (place < box.scrollTop + margin) box.scrollTop = place - margin;
    else if (place > box.scrollTop + box.clientHeight - margin)
      box.scrollTop = place - box.clientHeight + margin;
  }, [y, top, layout]);
  const ghosts = lab.predicting.value || !ghostShown.value ? [] : ghostArrows.value;
  const lowest = ghosts.reduce((low, { y1, y2 }) => Math.max(low, y1, y2), 0);
  const height = Math.max(layout.height, Math.min(lowest + 24, layout.height + 400));
  const hidden = lab.predicting.value;
  const choose = (event: MouseEvent) => {
    const svg = event.currentTarget as SVGSVGElement;
    const mark = (event.target as Element).closest<SVGGElement>('[data-go]');
    if ((event.target as Element).closest('.arrow') !== null) return;
    const place =
      ((event.clientY - svg.getBoundingClientRect().top) * height) / svg.getBoundingClientRect().height;
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
        ref={frame}
        tabIndex={0}
        onScroll={(event) => (scrolled.value = event.currentTarget.scrollTop)}
        role="region"
        aria-label={t('ladder')}
      >
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys move the cursor everywhere */}
        <svg
          viewBox={`0 ${top} ${layout.width} ${height - top}`}
          role="group"
          aria-label={t('ladderLabel', { title: say(lab.scenario.value.title) })}
          font-size={layout.fontSize}
          onClick={choose}
        >
          <Gaps layout={layout} />
          <line class="cursor" x1={0} x2={layout.width} y1={y} y2={y} />
          <Times layout={layout} cursor={at} hidden={hidden} />
          <Bars layout={layout} cursor={at} hidden={hidden} />
          <Timers layout={layout} cursor={at} hidden={hidden} />
          <Calls layout={layout} cursor={at} hidden={hidden} />
          <Faults layout={layout} cursor={at} hidden={hidden} />
          <GhostArrows arrows={ghosts} />
          {layout.arrows.map((arrow) =>
            hidden && arrow.sent > at ? null : (
              <Arrow key={`${arrow.id}.${arrow.copy}`} arrow={arrow} layout={layout} />
            ),
          )}
        </svg>
      </div>
      <SegmentMenu layout={layout} top={top} scrolled={scrolled.value} />
      {ghosts.length > 0 && (
        <p class="ghost-note">
          <svg width="28" height="8" aria-hidden="true">
            <line class="ghost-line" x1="0" x2="28" y1="4" y2="4" />
          </svg>{' '}
          {t('ghostNote')}{' '}
          <button type="button" class="quiet" onClick={switchGhost}>
            {t('ghostClear')}
          </button>
        </p>
      )}
      {ghosts.length === 0 && !lab.embed.value && lab.dropped.value === null && (
        <p class="hint">{t('hint')}</p>
      )}
    </div>
  );
}
