// The sentence beside the ladder: what happened, why, and what each end knows now. All of it from the trace.

import { computed } from '@preact/signals';
import { beliefs } from '../../src/lab/explain/index.ts';
import { PHASES } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { Rich, TermCard } from './glossary.tsx';
import { type End, endLabel, explainEvent } from './lab.ts';
import { sectionText } from './sections.ts';
import { StateGlyph } from './state-glyph.tsx';
import { timeText } from './time.ts';

/** What is said about the event at the cursor; null before the first. */
export const explanationNow = computed(() => {
  const at = lab.cursor.value;
  const trace = lab.trace.value;
  return trace.events[at] === undefined ? null : explainEvent(trace, at, lab.lang.value);
});

/** What happened, why, who knows what. */
export function Explanation() {
  const event = lab.event.value;
  const explained = explanationNow.value;
  if (event === null || explained === null) {
    return (
      <section class="explanation" aria-label={t('happened')}>
        <p class="what">{t('nothingYet')}</p>
      </section>
    );
  }
  const ends: readonly End[] = ['left', 'right'];
  const believed = beliefs(lab.trace.value, lab.cursor.value, lab.lang.value, event.connection);
  return (
    <section class="explanation" aria-label={t('happened')}>
      <h2>
        {t('happened')}{' '}
        <span class="time">
          {timeText(event.t)}
          {event.connection > 0 && ` :${lab.trace.value.connections[event.connection]?.left.port}`}
        </span>
      </h2>
      <p class="what">
        <Rich text={explained.what} />
      </p>
      {explained.why !== null && (
        <p class="why">
          <b>{t('why')}</b> <Rich text={explained.why} />
          {explained.section !== null && <span class="rfc">{sectionText(explained.section)}</span>}
        </p>
      )}
      <div class="knows">
        {ends.map((end) => (
          <div key={end} data-end={end} data-phase={PHASES[event.states[end]]}>
            <h3>{t('knows', { end: endLabel(lab.trace.value, end, lab.lang.value) })}</h3>
            <p class="belief">
              <span class="state" data-state={event.states[end]}>
                <StateGlyph state={event.states[end]} />
                {event.states[end]}
              </span>{' '}
              {explained.knows[end] === null ? '—' : <Rich text={explained.knows[end]} />}
            </p>
            {believed.differ && (
              <p class="belief">
                <Rich text={believed[end]} />
              </p>
            )}
          </div>
        ))}
      </div>
      {believed.resolution !== null && (
        <p class="differ">
          <b>{t('disagree')}</b> <Rich text={believed.resolution} />
        </p>
      )}
      {explained.notes.length > 0 && (
        <ul class="notes">
          {explained.notes.map((note) => (
            <li key={note}>
              <Rich text={note} />
            </li>
          ))}
        </ul>
      )}
      <TermCard />
    </section>
  );
}
