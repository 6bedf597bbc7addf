// The list of scenarios, by what they are about; and the search in scenarios, questions and claims.

import { GROUPS, type Group } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { find, scenarios, type Target } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { listOpen, query } from '../state/panels.ts';

function open(target: Pick<Target, 'scenario' | 'edits'>): void {
  query.value = '';
  listOpen.value = false;
  lab.openScenario(target.scenario, target.edits);
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
              onClick={() => open({ scenario: one.id, edits: [] })}
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
  const targets = find(text);
  if (targets.length === 0) return <p class="quiet-text">{t('nothingFound', { text })}</p>;
  return (
    <ul class="found">
      {targets.map((target) => (
        <li key={`${target.kind}${target.title.en}`} data-kind={target.kind}>
          <button type="button" onClick={() => open(target)}>
            {say(target.title)} <small>{t(`kind_${target.kind}`)}</small>
          </button>
        </li>
      ))}
    </ul>
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
          onInput={(event) => (query.value = (event.currentTarget as HTMLInputElement).value)}
          onKeyDown={(event) => {
            const [first] = event.key === 'Enter' ? find(query.value) : [];
            if (first === undefined) return;
            open(first);
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
