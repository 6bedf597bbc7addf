// Predict, then reveal: the question beside the ladder whose future is hidden.

import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import type { Guess } from '../state/predict.ts';
import { answer, askAgain, guess, guesses, score, startPrediction } from '../state/predict.ts';
import { endLabel } from './lab.ts';

/** A guess in words. */
function inWords({ from, flags }: Guess): string {
  if (from === null) return t('predictNothing');
  return t('predictSends', { end: endLabel(lab.trace.value, from, lab.lang.value), flags });
}

/** The question, or the answer. */
export function Predict() {
  const given = answer.value;
  const over = lab.cursor.value >= lab.trace.value.events.length - 1;
  const right =
    given !== null && given.guess.from === given.right.from && given.guess.flags === given.right.flags;
  return (
    <section class="predict" aria-label={t('predict')}>
      <h2>{t('predictAsk')}</h2>
      {given === null && !over && (
        <ul>
          {guesses.value.map((one) => (
            <li key={`${one.from}${one.flags}`}>
              <button type="button" onClick={() => guess(one)}>
                {inWords(one)}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="status" data-right={given === null ? undefined : right}>
        {given === null
          ? over
            ? t('predictOver')
            : ''
          : right
            ? t('predictRight')
            : t('predictWrong', { text: inWords(given.right) })}
      </p>
      <p class="buttons">
        {given !== null && !over && (
          <button type="button" onClick={askAgain}>
            {t('predictNext')}
          </button>
        )}
        <button type="button" class="quiet" onClick={startPrediction}>
          {t('close')}
        </button>
        {score.value.all > 0 && <span class="quiet-text">{t('predictScore', score.value)}</span>}
      </p>
    </section>
  );
}
