// Scrubber, steps, play: the place in time.

import { PHASES } from '../../src/lab/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { playing, type Stride, step, stop, stride, togglePlay } from '../state/play.ts';
import { startPrediction } from '../state/predict.ts';
import { timeText } from './time.ts';

const STRIDES: readonly Stride[] = ['event', 'segment', 'timer', 'call'];

/** The place in time in words. */
export function placeText(): string {
  const { events } = lab.trace.value;
  const now = lab.event.value;
  if (now === null) return t('placeStart');
  return t('place', { n: lab.cursor.value + 1, all: events.length, time: timeText(now.t) });
}

/** Which connection's states, TCBs and sockets are shown, when there are several. */
function ConnectionChoice() {
  const { connections } = lab.trace.value;
  if (connections.length < 2) return null;
  return (
    <label class="stride">
      {t('connections')}{' '}
      <select
        value={String(lab.connection.value)}
        onChange={(event) => {
          lab.connection.value = Number(event.currentTarget.value);
        }}
      >
        {connections.map((one, i) => (
          <option key={i} value={String(i)}>
            {i === 0 ? t('allConnections') : t('connectionN', { n: i })} :{one.left.port}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How far one step goes, which connection, and telling first what comes. */
export function StageTools() {
  return (
    <div class="stage-tools">
      <div class="stride-box">
        <label class="stride">
          {t('stepBy')}{' '}
          <select
            value={stride.value}
            onChange={(event) => (stride.value = event.currentTarget.value as Stride)}
          >
            {STRIDES.map((name) => (
              <option key={name} value={name}>
                {t(`stride_${name}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ConnectionChoice />
      <button
        type="button"
        title={t('predictHint')}
        aria-pressed={lab.predicting.value}
        onClick={startPrediction}
      >
        {t('predict')}
      </button>
      {lab.dropped.value === null && <p class="hint">{t('hint')}</p>}
    </div>
  );
}

/** Both ends' states over the events, one lane each, and where now is. */
function Lanes() {
  const { events, begin, connections } = lab.trace.value;
  const of = lab.shownConnection.value;
  const all = Math.max(1, events.length);
  const place = (at: number) => ((at + 1) / all) * 1000;
  const hidden = lab.predicting.value;
  return (
    <svg viewBox="0 0 1000 24" preserveAspectRatio="none" class="sf" aria-hidden="true">
      {(['left', 'right'] as const).map((end, lane) => {
        const states: { readonly at: number; readonly state: StateName }[] = [
          { at: -1, state: (connections[of]?.begin ?? begin)[end] },
        ];
        events.forEach((event, at) => {
          if (hidden && at > lab.cursor.value) return;
          if (event.connection === of)
            for (const change of event.changes) if (change.end === end) states.push({ at, state: change.to });
        });
        return states.map(({ at, state }, i) => {
          const [from, to] = [place(at), place(states[i + 1]?.at ?? all - 1)];
          const phase = PHASES[state];
          return (
            <rect
              key={`${end}${at}${state}`}
              class={phase === 'none' ? 'lane-none' : `f-${phase}`}
              x={from}
              y={lane * 13}
              width={Math.max(0, to - from)}
              height={state === 'CLOSED' ? 1 : 9}
              opacity={state === 'ESTABLISHED' || phase === 'none' ? 1 : 0.72}
            />
          );
        });
      })}
      <path class="needle" d={`M${place(lab.cursor.value)} -8V30`} />
    </svg>
  );
}

/** Scrubber, steps, play. */
export function Controls() {
  const last = lab.trace.value.events.length - 1;
  const at = lab.cursor.value;
  return (
    <section class="controls" aria-label={t('scrubber')}>
      <div class="buttons">
        <button
          type="button"
          class="ends-of-time"
          aria-label={t('first')}
          title={t('first')}
          disabled={at < 0}
          onClick={() => lab.goTo(-1)}
        >
          |←
        </button>
        <button
          type="button"
          aria-label={t('back')}
          title={`${t('back')} (←)`}
          disabled={at < 0}
          onClick={() => step(-1)}
        >
          ←
        </button>
        <button
          type="button"
          class="play"
          aria-pressed={playing.value}
          title={`${t('play')} (Space)`}
          onClick={togglePlay}
        >
          {playing.value ? t('pause') : t('play')}
        </button>
        <button
          type="button"
          aria-label={t('forth')}
          title={`${t('forth')} (→)`}
          disabled={at >= last}
          onClick={() => step(1)}
        >
          →
        </button>
        <button
          type="button"
          class="ends-of-time"
          aria-label={t('last')}
          title={t('last')}
          disabled={at >= last}
          onClick={() => lab.goTo(last)}
        >
          →|
        </button>
        {lab.embed.value && (
          <a class="button" href={`#${''}`} onClick={leaveEmbed}>
            {t('openFull')}
          </a>
        )}
      </div>
      <div class="lanes">
        <Lanes />
        <input
          type="range"
          min={-1}
          max={last}
          value={at}
          aria-label={t('scrubber')}
          aria-valuetext={placeText()}
          onInput={(event) => {
            stop();
            lab.goTo(Number(event.currentTarget.value));
          }}
        />
      </div>
      <output class="place">{placeText()}</output>
    </section>
  );
}

function leaveEmbed(event: Event): void {
  event.preventDefault();
  lab.embed.value = false;
}
