// The ladder: the lab's geometry as SVG that can be touched. What is after the cursor is drawn faintly; what would
// have been without the last change is a ghost.

import { useEffect, useRef } from 'preact/hooks';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { ghostArrows, ladderWidth, picture } from '../state/picture.ts';
import { stop } from '../state/play.ts';
import { Arrow } from './ladder-arrow.tsx';
import { Bars, Calls, Faults, Gaps, GhostArrows, Timers, Times } from './ladder-marks.tsx';
import { SegmentMenu } from './segment-menu.tsx';

/** The ladder in its frame. */
export function Ladder() {
  const frame = useRef<HTMLDivElement>(null);
  const line = useRef<SVGLineElement>(null);
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
  const at = lab.cursor.value;
  const y = at < 0 ? layout.top : (layout.eventY[at] ?? layout.bottom);
  useEffect(() => {
    const box = frame.current as HTMLDivElement;
    const scale = box.clientWidth / layout.width;
    const place = y * scale;
    const margin = Math.min(120, box.clientHeight / 3);
    if (place < box.scrollTop + margin) box.scrollTop = place - margin;
    else if (place > box.scrollTop + box.clientHeight - margin)
      box.scrollTop = place - box.clientHeight + margin;
  }, [y, layout]);
  const ghosts = lab.predicting.value ? [] : ghostArrows.value;
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="ladder" ref={frame} tabIndex={0} role="region" aria-label={t('ladder')}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys move the cursor everywhere */}
        <svg
          viewBox={`0 0 ${layout.width} ${height}`}
          width={layout.width}
          height={height}
          role="group"
          aria-label={t('ladderLabel', { title: say(lab.scenario.value.title) })}
          font-size={layout.fontSize}
          onClick={choose}
        >
          <Gaps layout={layout} />
          <Times layout={layout} cursor={at} hidden={hidden} />
          <Bars layout={layout} cursor={at} hidden={hidden} />
          <Timers layout={layout} cursor={at} hidden={hidden} />
          <Calls layout={layout} cursor={at} hidden={hidden} />
          <Faults layout={layout} cursor={at} hidden={hidden} />
          <GhostArrows arrows={ghosts} />
          <line ref={line} class="cursor" x1={0} x2={layout.width} y1={y} y2={y} />
          {layout.arrows.map((arrow) =>
            hidden && arrow.sent > at ? null : (
              <Arrow key={`${arrow.id}.${arrow.copy}`} arrow={arrow} layout={layout} />
            ),
          )}
        </svg>
        <SegmentMenu scale={1} layout={layout} />
      </div>
      {ghosts.length > 0 && (
        <p class="ghost-note">
          <svg width="28" height="8" aria-hidden="true">
            <line class="ghost-line" x1="0" x2="28" y1="4" y2="4" />
          </svg>{' '}
          {t('ghostNote')}{' '}
          <button type="button" class="quiet" onClick={() => (lab.ghost.value = null)}>
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
