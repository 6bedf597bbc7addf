// What the scenario is about: question above the ladder, answer and what to notice when asked for.

import { computed } from '@preact/signals';
import { summarize } from '../../src/lab/explain/index.ts';
import { say, t } from '../messages.ts';
import { finder } from '../state/answers.ts';
import * as lab from '../state/lab.ts';
import { openScenario } from '../state/lab.ts';
import { Rich } from './glossary.tsx';

/** What is written about the scenario need not hold for what the reader made of it. */
const isChanged = computed(
  () => lab.edits.value.length > 0 || Object.values(lab.settings.value).some((one) => one !== null),
);

/** Questions that runs of this scenario answer, as ways to them. */
function Related() {
  const of = finder.value?.questionsOf(lab.scenarioId.value) ?? [];
  if (of.length === 0) return null;
  return (
    <>
      <h3>{t('related')}</h3>
      <dl class="related">
        {of.map((one) => (
          <div key={one.id}>
            <dt>
              <button type="button" onClick={() => openScenario(one.scenario as string, one.edits ?? [])}>
                {say(one.question)}
              </button>
            </dt>
            <dd>{say(one.answer)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

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
        {isChanged.value && <p class="quiet-text">{t('unchanged')}</p>}
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
        <Related />
      </details>
    </section>
  );
}
