// Above the ladder: which experiment, what was changed, which rules hold.

import { GROUPS, type Group } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { scenarios } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { dialog, listOpen, slides } from '../state/panels.ts';
import { RuleChoice } from './changes.tsx';
import { copyLink } from './share.ts';

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
              onClick={() => {
                listOpen.value = false;
                lab.openScenario(one.id);
              }}
            >
              {say(one.title)}
            </button>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** All experiments, in a menu. */
function Experiments() {
  const at = scenarios.findIndex(({ id }) => id === lab.scenarioId.value);
  return (
    <div class="experiments-box">
      <button
        type="button"
        class="experiments"
        aria-expanded={listOpen.value}
        onClick={() => (listOpen.value = !listOpen.value)}
      >
        {at < 0 ? t('experiments') : t('experiment', { n: at + 1, all: scenarios.length })} ▾
      </button>
      {listOpen.value && (
        <nav class="popup layer" aria-label={t('scenarios')}>
          <ul class="groups">
            {GROUPS.map((group) => (
              <GroupList key={group} group={group} />
            ))}
          </ul>
        </nav>
      )}
    </div>
  );
}

/** Which experiment, changes, rules. */
export function TitleBar() {
  const file = lab.dropped.value;
  const edits = lab.edits.value;
  return (
    <div class="titlebar">
      <Experiments />
      <h1>{file === null ? say(lab.scenario.value.title) : t('fromFile', { name: file.name })}</h1>
      {file === null &&
        edits.slice(-2).map((text) => (
          <span class="change-chip" key={text}>
            × {text}
            <button
              type="button"
              aria-label={t('removeChange', { text })}
              onClick={() => lab.removeEdit(edits.indexOf(text))}
            >
              ↶
            </button>
          </span>
        ))}
      {file === null && <RuleChoice />}
      {file === null && (edits.length > 0 || lab.mutant.value !== null) && (
        <button type="button" onClick={() => (lab.view.value = 'compare')}>
          {t('compareRuns')}
        </button>
      )}
      <button type="button" class="slides" onClick={() => (slides.value = !slides.value)}>
        {t('slides')}
      </button>
      <button type="button" class="share" onClick={copyLink}>
        {t('share')}
      </button>
      <button type="button" class="export" onClick={() => (dialog.value = 'export')}>
        {t('export')}
      </button>
    </div>
  );
}
