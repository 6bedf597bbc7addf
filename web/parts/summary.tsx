// What the scenario is about: question above the ladder, answer and what to notice when asked for.

import { summarize } from '../../src/lab/explain/index.ts';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { openScenario } from '../state/lab.ts';
import { Rich } from './glossary.tsx';

/** Title, question, answer. */
export function Summary() {
  const file = lab.dropped.value;
  if (file !== null) {
    return (
      <section class="summary">
        <h2>{t('fromFile', { name: file.name })}</h2>
        <button type="button" onClick={() => openScenario(lab.scenarioId.value)}>
          {t('backToScenarios')}
        </button>
      </section>
    );
  }
  const { title, question, explanation, notice, linux } = lab.scenario.value;
  return (
    <section class="summary">
      <h2>{say(title)}</h2>
      <p class="question">{say(question)}</p>
      <details key={lab.scenarioId.value}>
        <summary>{t('answer')}</summary>
        <p>
          <Rich text={say(explanation)} />
        </p>
        <h3>{t('notice')}</h3>
        <ul>
          {notice.map((one) => (
            <li key={one.en}>{say(one)}</li>
          ))}
        </ul>
        <h3>{t('inThisRun')}</h3>
        <p>{summarize(lab.trace.value, lab.lang.value)}</p>
        {linux !== undefined && (
          <p>
            <b>{t('onLinux')}</b> {say(linux)}
          </p>
        )}
      </details>
    </section>
  );
}
