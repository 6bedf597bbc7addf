// The search in all that the lab has to say: Enter opens what fits best.

import { t } from '../messages.ts';
import { finder, loadFinder, shownAnswer, type Target } from '../state/answers.ts';
import * as lab from '../state/lab.ts';
import { listOpen, query } from '../state/panels.ts';

/** Shows an answer, and the run that it speaks of. */
export function open(target: Target): void {
  query.value = '';
  listOpen.value = false;
  if (target.scenario === null) lab.view.value = 'lab';
  else lab.openScenario(target.scenario, target.edits);
  shownAnswer.value = target.answer === null ? null : target;
}

/** Opens what fits best, if anything does, and nothing else was typed while the search was loaded. */
async function openFirst(text: string): Promise<void> {
  const { find } = await loadFinder();
  if (query.value !== text) return;
  const { fits, targets } = find(text, lab.lang.value);
  if (fits && targets[0] !== undefined) open(targets[0]);
}

function Found({ text }: { readonly text: string }) {
  if (finder.value === null) return <p class="quiet-text">{t('searching')}</p>;
  const { fits, targets, lang } = finder.value.find(text, lab.lang.value);
  return (
    <>
      {!fits && <p class="quiet-text">{t(targets.length > 0 ? 'nearestFound' : 'nothingFound', { text })}</p>}
      <ul class="found">
        {targets.map((target) => (
          <li key={`${target.kind}${target.title.en}`} data-kind={target.kind}>
            <button type="button" onClick={() => open(target)}>
              {target.title[lang]} <small>{t(`kind_${target.kind}`)}</small>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The field, and what was found. */
export function Ask({
  id,
  label,
  large = false,
}: {
  readonly id: string;
  readonly label: string;
  readonly large?: boolean;
}) {
  const text = query.value.trim();
  return (
    <search class={large ? 'ask ask-large' : 'ask'}>
      <label>
        <svg
          width="16"
          height="16"
          viewBox="0 0 16 16"
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
          aria-hidden="true"
        >
          <circle cx="7" cy="7" r="4.6" />
          <path d="M10.5 10.5L14.5 14.5" stroke-linecap="round" />
        </svg>
        <span class="unseen">{t('filterLabel')}</span>
        <input
          id={id}
          type="search"
          autocomplete="off"
          placeholder={label}
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
          onFocus={() => void loadFinder()}
          onKeyDown={(event) => {
            // Asked anew: keys that waited for the index come before the next drawing.
            if (event.key !== 'Enter' || query.value.trim() === '') return;
            void openFirst(query.value);
            event.currentTarget.blur();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      {text !== '' && (
        <div class="list-body layer" role="region" aria-label={t('filterLabel')} tabIndex={0}>
          <Found text={text} />
        </div>
      )}
    </search>
  );
}
