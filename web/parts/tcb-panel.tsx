// The TCB of an end at the cursor: what it remembers of the connection, and what the last event changed in it.

import { type End, otherEnd, statesAt, type TcbView, tcbAt } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { relative } from '../state/panels.ts';
import { runningTimers } from '../state/timers.ts';
import { issOf } from './numbers.ts';
import { FIELDS } from './tcb-fields.ts';
import { leftText } from './time.ts';

/** The TCB before the event at the cursor. */
function before(end: End): TcbView | null {
  return tcbAt(lab.trace.value, lab.cursor.value - 1, end, lab.connection.value);
}

/** The TCB of an end. */
export function TcbPanel({ end }: { readonly end: End }) {
  const trace = lab.trace.value;
  const at = lab.cursor.value;
  const index = lab.connection.value;
  const view = tcbAt(trace, at, end, index);
  const old = before(end);
  const state = statesAt(trace, at, index)[end];
  const detailed = trace.events.some((event) => event.tcbs !== undefined);
  const bases = { own: issOf(trace, index, end), peer: issOf(trace, index, otherEnd(end)) };
  const timers = runningTimers(trace, at, end, index);
  return (
    <section class="tcb" data-end={end} aria-label={`${t('tcb')}: ${trace.ends[end].name}`}>
      <h2>
        {t('tcb')} <span class="name">{trace.ends[end].name}</span>
      </h2>
      {view === null ? (
        <p class="quiet-text">{detailed || state === 'CLOSED' ? t('noTcb') : t('noDetail')}</p>
      ) : (
        <dl>
          {FIELDS.map((field) => {
            const shown = field.value(view, relative.value ? bases : { own: null, peer: null });
            const previous =
              old === null ? null : field.value(old, relative.value ? bases : { own: null, peer: null });
            const changed = previous !== null && previous !== shown;
            return (
              <div key={field.name} data-changed={changed}>
                <dt>
                  <abbr title={say(field.meaning)}>{field.name}</abbr>
                </dt>
                <dd title={changed ? t('was', { text: previous }) : undefined}>
                  {changed && <span class="old">{previous} → </span>}
                  {shown}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
      <h3>{t('timers')}</h3>
      {timers.length === 0 ? (
        <p class="quiet-text">{t('noTimers')}</p>
      ) : (
        <ul class="timers-list">
          {timers.map(({ name, leftMs }) => (
            <li key={name}>
              <code>{name}</code> {leftText(leftMs)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
