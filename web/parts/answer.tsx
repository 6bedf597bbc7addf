// The answer to what was asked: short, then longer; the run that shows it follows below.

import type { Text } from '../../src/lab/text/index.ts';
import { say, t } from '../messages.ts';
import { shownAnswer } from '../state/answers.ts';
import * as lab from '../state/lab.ts';
import * as why from '../why/state.ts';
import { Rich } from './glossary.tsx';

function Paragraphs({ text }: { readonly text: Text }) {
  return (
    <>
      {say(text)
        .split('\n\n')
        .map((one) => (
          <p key={one}>
            <Rich text={one} />
          </p>
        ))}
    </>
  );
}

/** What is answered; nothing when nothing was asked. */
export function Answer() {
  const target = shownAnswer.value;
  if (target === null) return null;
  const { title, answer, more, why: rule, scenario } = target;
  return (
    <section class="summary asked" aria-label={t('answer')}>
      <h2>{say(title)}</h2>
      {answer !== null && <Paragraphs text={answer} />}
      {more !== null && <Paragraphs text={more} />}
      {rule !== null && (
        <button
          type="button"
          onClick={() => {
            why.ask(rule);
            lab.view.value = 'why';
          }}
        >
          {t('toWhy')}
        </button>
      )}
      {scenario === null && <p class="quiet-text">{t('noRun')}</p>}
      <button type="button" class="quiet" onClick={() => (shownAnswer.value = null)}>
        {t('close')}
      </button>
    </section>
  );
}
