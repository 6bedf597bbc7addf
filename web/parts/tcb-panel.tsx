// The TCB of an end at the cursor: what it remembers of the connection, what each field means, and what the last event
// changed.

import { signal } from '@preact/signals';
import { type TcbFieldInfo, tcbFields, timersAt, valueAt } from '../../src/lab/explain/index.ts';
import { type End, otherEnd, statesAt, type TcbView, tcbAt } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { relative } from '../state/panels.ts';
import { endTitle } from './lab.ts';
import { issOf } from './numbers.ts';
import { sectionText } from './sections.ts';
import { queuesAt } from './sockets-view.tsx';
import { leftText } from './time.ts';

/** The fields that are always shown. */
const FIRST: ReadonlySet<string> = new Set([
  'snd.iss',
  'snd.una',
  'snd.nxt',
  'snd.wnd',
  'rcv.irs',
  'rcv.nxt',
  'rcv.wnd',
  'rcv.unread',
  'rto',
  'cwnd',
]);
/** Fields that are shown elsewhere. */
const ELSEWHERE: ReadonlySet<string> = new Set(['state', 'timers']);

/** The field that is explained, of which end. */
const asked = signal<{ readonly end: End; readonly field: TcbFieldInfo } | null>(null);
/** Whether all fields are shown. */
const all = signal(false);

/** Numbers that sequence numbers are counted from. */
interface Bases {
  readonly own: number | null;
  readonly peer: number | null;
}

/** A field's value in words; sequence numbers are counted from the ISS that they belong to. */
function text(view: TcbView, field: TcbFieldInfo, bases: Bases): string {
  const value = valueAt(view, field.path);
  const base = field.path.startsWith('rcv') ? bases.peer : bases.own;
  const isInitial = field.path === 'snd.iss' || field.path === 'rcv.irs';
  const count = (n: number): string => String(base === null || isInitial ? n : (n - base) >>> 0);
  // Before the peer's SYN nothing is known of its numbers.
  const blank = field.path.startsWith('rcv') && field.unit === 'sequence number' && view.state === 'SYN-SENT';
  if (value === null || value === undefined || blank) return '—';
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  if (typeof value === 'number') return field.unit === 'sequence number' ? count(value) : String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '—';
    return (value as [number, number][]).map(([left, right]) => `${count(left)}–${count(right)}`).join(', ');
  }
  return String(value);
}

function FieldRow({
  end,
  field,
  view,
  old,
  bases,
}: {
  readonly end: End;
  readonly field: TcbFieldInfo;
  readonly view: TcbView;
  readonly old: TcbView | null;
  readonly bases: Bases;
}) {
  const shown = text(view, field, bases);
  const was = old === null ? shown : text(old, field, bases);
  const isAsked = asked.value?.end === end && asked.value.field === field;
  return (
    <div data-changed={was !== shown}>
      <dt>
        <button
          type="button"
          class="ask"
          title={say(field.meaning)}
          aria-expanded={isAsked}
          onClick={() => (asked.value = isAsked ? null : { end, field })}
        >
          {field.name}
        </button>
      </dt>
      <dd>
        {was !== shown && <span class="old">{was} → </span>}
        {shown}
      </dd>
    </div>
  );
}

/** The queues of the right end's listener. */
function Queues() {
  const queues = queuesAt(lab.trace.value, lab.cursor.value);
  if (queues === null) return null;
  return (
    <>
      <h3>{t('queues')}</h3>
      <ul class="timers-list">
        <li>
          {t('synQueue')} <code>{`${queues.syn} / ${queues.synLimit}`}</code>
        </li>
        <li>
          {t('acceptQueue')} <code>{`${queues.accept} / ${queues.acceptLimit}`}</code>
        </li>
      </ul>
    </>
  );
}

/** The TCB of an end. */
export function TcbPanel({ end }: { readonly end: End }) {
  const trace = lab.trace.value;
  const at = lab.cursor.value;
  const index = lab.shownConnection.value;
  const view = tcbAt(trace, at, end, index);
  const old = tcbAt(trace, at - 1, end, index);
  const state = statesAt(trace, at, index)[end];
  const detailed = trace.events.some((event) => event.tcbs !== undefined);
  const bases = relative.value
    ? { own: issOf(trace, index, end), peer: issOf(trace, index, otherEnd(end)) }
    : { own: null, peer: null };
  const timers = timersAt(trace, at, index).filter((one) => one.end === end);
  const fields = tcbFields.filter(({ path }) => !ELSEWHERE.has(path) && (all.value || FIRST.has(path)));
  const explained = asked.value?.end === end ? asked.value.field : null;
  return (
    <section class="tcb" data-end={end} aria-label={`${t('tcb')}: ${endTitle(trace, end, lab.lang.value)}`}>
      <h2>
        {t('tcb')} <span class="name">{endTitle(trace, end, lab.lang.value)}</span>
      </h2>
      {view === null ? (
        <p class="quiet-text">{detailed || state === 'CLOSED' ? t('noTcb') : t('noDetail')}</p>
      ) : (
        <>
          <dl>
            {fields.map((field) => (
              <FieldRow key={field.path} end={end} field={field} view={view} old={old} bases={bases} />
            ))}
          </dl>
          <button
            type="button"
            class="quiet"
            aria-expanded={all.value}
            onClick={() => (all.value = !all.value)}
          >
            {t('moreFields')}
          </button>
        </>
      )}
      <p class="field-card" role="status" hidden={explained === null}>
        {explained !== null && (
          <>
            <b>{explained.name}</b> {say(explained.meaning)}{' '}
            {explained.ss !== null && <code>ss: {explained.ss}</code>}
            <span class="rfc">{sectionText(explained.section)}</span>
          </>
        )}
      </p>
      <h3>{t('timers')}</h3>
      {timers.length === 0 ? (
        <p class="quiet-text">{t('noTimers')}</p>
      ) : (
        <ul class="timers-list">
          {timers.map(({ timer, ms }) => (
            <li key={timer}>
              <code>{timer}</code> {leftText(ms)}
            </li>
          ))}
        </ul>
      )}
      {end === 'right' && <Queues />}
    </section>
  );
}
