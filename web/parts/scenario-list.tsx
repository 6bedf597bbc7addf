// The list of scenarios, by what they are about; and the search in all that the lab has to say.

import { GROUPS, type Group } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { finder, loadFinder, shownAnswer, type Target } from '../state/answers.ts';
import { scenarios } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { listOpen, query } from '../state/panels.ts';

function openScenario(id: string): void {
  query.value = '';
  listOpen.value = false;
  shownAnswer.value = null;
  lab.openScenario(id);
}

/** Shows an answer, and the run that it speaks of. */
function open(target: Target): void {
  query.value = '';
  listOpen.value = false;
  if (target.scenario === null) lab.view.value = 'lab';
  else lab.openScenario(target.scenario, target.edits);
  shownAnswer.value = target.answer === null ? null : target;
}

/** Opens what fits best, if anything does. */
async function openFirst(text: string): Promise<void> {
  const { find } = await loadFinder();
  const { fits, targets } = find(text, lab.lang.value);
  if (fits && targets[0] !== undefined) open(targets[0]);
}

function GroupList({ group }: { readonly group: Group }) {
  const of = scenarios.filter((one) => one.group === group);
  if (of.length === 0) return null;
  return (
    <li>
      <h3>{t(`group_${group}`)}</h3>
      <ul>
        {of.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-current={
                lab.scenarioId.value === one.id && lab.dropped.value === null ? 'page' : undefined
              }
              title={say(one.question)}
              onClick={() => openScenario(one.id)}
            >
              {say(one.title)}
            </button>
          </li>
        ))}
      </ul>
    </li>
  );
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

/** The list. */
export function ScenarioList() {
  const text = query.value.trim();
  return (
    <nav class="list" data-open={listOpen.value} aria-label={t('scenarios')}>
      <button
        type="button"
        class="fold"
        aria-expanded={listOpen.value}
        onClick={() => (listOpen.value = !listOpen.value)}
      >
        {t('scenarios')}: {say(lab.scenario.value.title)}
      </button>
      <div class="list-body">
        <label class="unseen" for="filter">
          {t('filterLabel')}
        </label>
        <input
          id="filter"
          type="search"
          autocomplete="off"
          placeholder={t('filter')}
          value={query.value}
          onFocus={() => void loadFinder()}
          onInput={(event) => (query.value = (event.currentTarget as HTMLInputElement).value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || text === '') return;
            void openFirst(query.value);
            event.currentTarget.blur();
          }}
        />
        {text === '' ? (
          <ul class="groups">
            {GROUPS.map((group) => (
              <GroupList key={group} group={group} />
            ))}
          </ul>
        ) : (
          <Found text={text} />
        )}
      </div>
    </nav>
  );
}
