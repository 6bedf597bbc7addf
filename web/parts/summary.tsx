// What the scenario is about, beside the ladder: question, answer, and what to notice.

import { segmentsMeant, summarize } from '../../src/lab/explain/index.ts';
import type { Text } from '../../src/lab/text/index.ts';
import { say, t } from '../messages.ts';
import { finder } from '../state/answers.ts';
import * as lab from '../state/lab.ts';
import { openScenario } from '../state/lab.ts';
import { pointed } from '../state/panels.ts';
import { isChanged, twin } from '../state/twin.ts';
import { Rich, Whole } from './glossary.tsx';
import { cite } from './share.ts';

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

/** What to notice: each sentence points at the segments that it speaks of. */
function Notices({ notice }: { readonly notice: readonly Text[] }) {
  return (
    <ul class="notices">
      {notice.map((one) => {
        const ids = segmentsMeant(lab.trace.value, say(one));
        const point = () => (pointed.value = ids);
        const leave = () => (pointed.value = []);
        const at = lab.trace.value.events.findIndex((event) => event.kind === 'sent' && event.id === ids[0]);
        return (
          <li key={one.en}>
            {at < 0 ? (
              <Whole text={say(one)} />
            ) : (
              <button
                type="button"
                onPointerEnter={point}
                onPointerLeave={leave}
                onFocus={point}
                onBlur={leave}
                onClick={() => lab.goTo(at)}
              >
                <Whole text={say(one)} />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Question and answer. */
export function Summary() {
  const file = lab.dropped.value;
  if (file !== null) {
    return (
      <section class="summary">
        <p>{summarize(lab.trace.value, lab.lang.value)}</p>
        {file.About !== undefined && <file.About />}
        <button type="button" onClick={() => openScenario(lab.scenarioId.value)}>
          {t('backToScenarios')}
        </button>
      </section>
    );
  }
  // What is written about a scenario holds for the one that the run has become.
  const become = twin.value;
  const { question, explanation, notice, linux } = become ?? lab.scenario.value;
  return (
    <section class="summary" aria-label={t('answer')}>
      <h2 class="question">{say(question)}</h2>
      {become !== null ? (
        <p class="become" role="status">
          {t('become', { title: say(become.title) })}{' '}
          <button type="button" class="quiet" onClick={() => openScenario(become.id)}>
            {t('openIt')}
          </button>
        </p>
      ) : (
        isChanged.value && <p class="quiet-text">{t('unchanged')}</p>
      )}
      <p>
        <Rich text={say(explanation)} />
      </p>
      <h3>{t('notice')}</h3>
      <Notices notice={notice} />
      <details key={lab.scenarioId.value}>
        <summary>{t('inThisRun')}</summary>
        <p>{summarize(lab.trace.value, lab.lang.value)}</p>
        {linux !== undefined && (
          <p>
            <b>{t('onLinux')}</b> {say(linux)}
          </p>
        )}
        <Related />
      </details>
      <button type="button" class="quiet" onClick={() => void cite()}>
        {t('cite')}
      </button>
    </section>
  );
}
