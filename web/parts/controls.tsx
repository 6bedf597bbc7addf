// Scrubber, steps, play: the place in time.

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

/** Scrubber, steps, play. */
export function Controls() {
  const last = lab.trace.value.events.length - 1;
  const at = lab.cursor.value;
  return (
    <section class="controls" aria-label={t('scrubber')}>
      <div class="buttons">
        <button
          type="button"
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
          aria-label={t('last')}
          title={t('last')}
          disabled={at >= last}
          onClick={() => lab.goTo(last)}
        >
          →|
        </button>
        <label class="stride">
          {t('stepBy')}{' '}
          <select
            value={stride.value}
            onChange={(event) => (stride.value = (event.currentTarget as HTMLSelectElement).value as Stride)}
          >
            {STRIDES.map((name) => (
              <option key={name} value={name}>
                {t(`stride_${name}`)}
              </option>
            ))}
          </select>
        </label>
        <ConnectionChoice />
        {!lab.embed.value && (
          <button
            type="button"
            title={t('predictHint')}
            aria-pressed={lab.predicting.value}
            onClick={startPrediction}
          >
            {t('predict')}
          </button>
        )}
        {lab.embed.value && (
          <a class="button" href={`#${''}`} onClick={leaveEmbed}>
            {t('openFull')}
          </a>
        )}
      </div>
      <input
        type="range"
        min={-1}
        max={last}
        value={at}
        aria-label={t('scrubber')}
        aria-valuetext={placeText()}
        onInput={(event) => {
          stop();
          lab.goTo(Number((event.currentTarget as HTMLInputElement).value));
        }}
      />
      <output class="place">{placeText()}</output>
    </section>
  );
}

function leaveEmbed(event: Event): void {
  event.preventDefault();
  lab.embed.value = false;
}
