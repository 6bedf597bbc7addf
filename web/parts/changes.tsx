// What the reader has changed, as text that the command line takes too; and the settings of the run.

import { signal } from '@preact/signals';
import { EditError, parseEdit } from '../../src/lab/index.ts';
import { type MessageKey, say, t } from '../messages.ts';
import { mutants } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { dialog } from '../state/panels.ts';

/** What is wrong with the text that was typed. */
const wrong = signal<string | null>(null);

function add(event: Event): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const field = form.elements.namedItem('edit') as HTMLInputElement;
  const text = field.value.trim();
  if (text === '') return;
  try {
    parseEdit(text);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    wrong.value = error.message;
    return;
  }
  wrong.value = null;
  field.value = '';
  lab.addEdit(text);
}

interface Setting {
  readonly name: 'delayMs' | 'mslMs' | 'seed';
  readonly label: MessageKey;
  readonly low: number;
  readonly high: number;
}

const SETTINGS: readonly Setting[] = [
  { name: 'delayMs', label: 'oneWay', low: 0, high: 60_000 },
  { name: 'mslMs', label: 'msl', low: 1, high: 600_000 },
  { name: 'seed', label: 'seed', low: 0, high: 4_294_967_295 },
];

function SettingField({ name, label, low, high }: Setting) {
  const now = lab.trace.value.scenario?.[name];
  return (
    <label>
      {t(label)}{' '}
      <input
        type="number"
        min={low}
        max={high}
        value={now}
        onChange={(event) => {
          const value = Number((event.currentTarget as HTMLInputElement).value);
          if (!Number.isInteger(value) || value < low || value > high) {
            wrong.value = t('badSetting', { name: t(label), low, high });
            return;
          }
          wrong.value = null;
          lab.change(() => {
            lab.settings.value = { ...lab.settings.value, [name]: value };
          });
        }}
      />
    </label>
  );
}

/** TCP as it is, or without one of its rules. */
export function RuleChoice() {
  return (
    <label class="rule-choice">
      <span class="rule-name">{t('whatIf')}</span>{' '}
      <select
        name="rules"
        aria-label={t('whatIf')}
        value={lab.settings.value.rules ?? ''}
        onChange={(event) => {
          const rules = event.currentTarget.value;
          lab.change(() => {
            lab.settings.value = { ...lab.settings.value, rules: rules === '' ? null : rules };
          });
        }}
      >
        <option value="">{t('realTcp')}</option>
        {mutants.map((one) => (
          <option key={one.id} value={one.id}>
            {say(one.rule)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The list of changes, a field for one more, and the settings. */
export function Changes() {
  if (lab.dropped.value !== null) return null;
  const { acted, error, tookMs } = lab.run.value;
  const edits = lab.edits.value;
  return (
    <section class="changes" aria-label={t('changes')}>
      <h2>{t('changes')}</h2>
      {edits.length === 0 ? (
        <span class="quiet-text">{t('noChanges')}</span>
      ) : (
        <ul>
          {edits.map((text, i) => (
            <li key={`${i}${text}`} data-missed={acted.get(text) === 0}>
              <code>{text}</code>
              {acted.get(text) === 0 && <em> {t('unmatched')}</em>}
              <button
                type="button"
                class="quiet"
                aria-label={t('removeChange', { text })}
                onClick={() => lab.removeEdit(i)}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <button type="button" onClick={() => (dialog.value = 'inject')}>
          {t('inject')} <kbd>i</kbd>
        </button>
        <button type="button" disabled={edits.length === 0} onClick={lab.undo}>
          {t('undo')} <kbd>z</kbd>
        </button>
        <button
          type="button"
          disabled={edits.length === 0}
          onClick={() => lab.change(() => (lab.edits.value = []))}
        >
          {t('reset')}
        </button>
        <output class="took" data-ms={tookMs.toFixed(2)}>
          {t('ranIn', { ms: tookMs.toFixed(1) })}
        </output>
      </div>
      {error !== null && (
        <p class="bad" role="alert">
          {t('badEdit', { why: error })}
        </p>
      )}
      <details>
        <summary>
          {t('editByText')} · {t('settings')}
        </summary>
        <form onSubmit={add} class="edit-form">
          <label>
            {t('editByText')}{' '}
            <input name="edit" autocomplete="off" spellcheck={false} placeholder={t('editExample')} />
          </label>
          <button type="submit">{t('add')}</button>
        </form>
        <div class="settings">
          {SETTINGS.map((one) => (
            <SettingField key={one.name} {...one} />
          ))}
        </div>
        {wrong.value !== null && (
          <p class="bad" role="alert">
            {wrong.value}
          </p>
        )}
      </details>
    </section>
  );
}
