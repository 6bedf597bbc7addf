// The ladder as a table: the same events in words, for screen readers and for reading.

import { computed } from '@preact/signals';
import { explainEvent } from '../../src/lab/explain/index.ts';
import { t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { stop } from '../state/play.ts';
import { endTitle } from './lab.ts';
import { timeText } from './time.ts';

/** Events that the table explains at most; more are named only. */
const MOST = 400;

/** What happened, for every row. */
const sentences = computed(() =>
  lab.trace.value.events.slice(0, MOST).map((_, i) => explainEvent(lab.trace.value, i, lab.lang.value).what),
);

/** All events. */
export function TableView() {
  const trace = lab.trace.value;
  const at = lab.cursor.value;
  const shown = lab.predicting.value ? trace.events.slice(0, at + 1) : trace.events;
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={t('tableCaption')}>
      <table class="events">
        <caption class="unseen">{t('tableCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('col_time')}</th>
            <th scope="col">{t('col_what')}</th>
            <th scope="col">{endTitle(trace, 'left', lab.lang.value)}</th>
            <th scope="col">{endTitle(trace, 'right', lab.lang.value)}</th>
          </tr>
        </thead>
        <tbody>
          {shown.slice(0, MOST).map((event, i) => (
            <tr key={i} aria-current={i === at ? 'step' : undefined} data-kind={event.kind}>
              <td>{timeText(event.t)}</td>
              <td>
                <button
                  type="button"
                  class="row"
                  onClick={() => {
                    stop();
                    lab.goTo(i);
                  }}
                >
                  {sentences.value[i]}
                </button>
              </td>
              <td>{event.states.left}</td>
              <td>{event.states.right}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
