// Two runs side by side: a real TCP and one without a rule, or before and after the reader's changes. They stand at the
// same height as long as they are the same; where they part, the ground is another.

import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import {
  drawLadder,
  type LayoutOptions,
  layoutLadder,
  PHASES,
  playScenario,
  type Scenario,
  statesAt,
  type Trace,
} from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { Title } from '../parts/glossary.tsx';
import { type End, endTitle } from '../parts/lab.ts';
import { nodeOf } from '../parts/shapes.tsx';
import { StateGlyph } from '../parts/state-glyph.tsx';
import { divergence } from '../state/ghost.ts';
import * as lab from '../state/lab.ts';

/** Pixels that a side has. */
const sideWidth = signal(600);

/** The run without the reader's changes and with all rules of TCP. */
const real = computed<Trace>(() => {
  const { rules: _rules, ...rest } = lab.scenario.value;
  const { seed, mslMs, delayMs } = lab.settings.value;
  const scenario: Scenario = rest;
  return playScenario(scenario, {
    mostEvents: 600,
    // A TCP without a rule is held against one with it, on the same network.
    edits: lab.mutant.value === null ? [] : lab.edits.value,
    ...(seed === null ? {} : { seed }),
    ...(mslMs === null ? {} : { mslMs }),
    ...(delayMs === null ? {} : { delayMs }),
  }).trace;
});

const parting = computed(() => divergence(real.value, lab.trace.value));

/** Both in the same form and to the same scale, the compact one as soon as one of them needs it; alike until they part. */
const layouts = computed(() => {
  const of = (trace: Trace, like: Partial<LayoutOptions> = {}) =>
    layoutLadder(trace, { lang: lab.lang.value, width: sideWidth.value, ...like });
  const { compact, flightUs } = of(real.value);
  const form = { compact: compact || of(lab.trace.value, { flightUs }).compact, flightUs };
  const first = of(real.value, form);
  const other = of(lab.trace.value, { ...form, leastY: first.eventY.slice(0, parting.value) });
  return { real: of(real.value, { ...form, leastY: other.eventY.slice(0, parting.value) }), other };
});

function Side({ trace, isReal }: { readonly trace: Trace; readonly isReal: boolean }) {
  const layout = layouts.value[isReal ? 'real' : 'other'];
  const at = parting.value;
  const isSame = at >= trace.events.length && at >= real.value.events.length;
  const y = isSame ? layout.height : (layout.eventY[at - 1] ?? layout.top) + 10;
  const mutant = lab.mutant.value;
  const title = isReal
    ? t(mutant === null ? 'beforeSide' : 'realTcpSide')
    : t(mutant === null ? 'afterSide' : 'withoutSide');
  return (
    <section class="compare-side" aria-label={title}>
      <h2>
        {title} {!isReal && mutant !== null && <span class="tag-bad">{t('notRealShort')}</span>}
      </h2>
      <p class="quiet-text">
        {mutant === null ? (isReal ? '' : lab.edits.value.join('; ')) : isReal ? say(mutant.rule) : ''}
      </p>
      <svg class="sf" viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={title}>
        {!isSame && (
          <>
            <rect
              class={isReal ? 'wash-real' : 'wash-other'}
              x={0}
              y={y}
              width={layout.width}
              height={Math.max(0, layout.height - y)}
              rx={12}
            />
            <path class="part-line" d={`M0 ${y}H${layout.width}`}>
              <title>{t('partHere')}</title>
            </path>
          </>
        )}
        {drawLadder(layout, trace, { prefix: isReal ? 'real' : 'other' }).map(nodeOf)}
      </svg>
    </section>
  );
}

/** Where an end is in the end, on both sides. */
function Verdict({ end }: { readonly end: End }) {
  const [a, b] = [real.value, lab.trace.value].map((trace) => statesAt(trace, trace.events.length - 1)[end]);
  return (
    <div>
      {[a, b].map((state, i) =>
        state === undefined ? null : (
          <dd key={`${i}`} data-phase={PHASES[state]} style={{ order: i * 2 - 1 }}>
            <span class="state">
              <StateGlyph state={state} />
              {state}
            </span>
          </dd>
        ),
      )}
      <dt>
        {endTitle(lab.trace.value, end, lab.lang.value)}
        {lab.lang.value === 'zh' ? '' : ', '}
        {t('inTheEnd')}
      </dt>
    </div>
  );
}

/** Both runs. */
export function ComparePage() {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = grid.current as HTMLDivElement;
    const measure = () => {
      const side = box.querySelector('.compare-side');
      sideWidth.value = Math.max(280, Math.floor(side?.clientWidth ?? 600));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    return () => observer.disconnect();
  }, []);
  const isSame = parting.value >= real.value.events.length && parting.value >= lab.trace.value.events.length;
  return (
    <main class="reading compare" id="ladder" tabIndex={-1}>
      <header>
        <h1>
          <Title text={say(lab.scenario.value.title)} />
        </h1>
        <p class="lead">{isSame ? t('sameRuns') : say(lab.scenario.value.question)}</p>
      </header>
      <div class="compare-head">
        <button type="button" onClick={() => (lab.view.value = 'lab')}>
          ‹ {t('backToLab')}
        </button>
      </div>
      <div class="compare-grid" ref={grid}>
        <Side trace={real.value} isReal />
        <Side trace={lab.trace.value} isReal={false} />
      </div>
      <dl class="verdict-rows">
        <Verdict end="left" />
        <Verdict end="right" />
      </dl>
    </main>
  );
}
