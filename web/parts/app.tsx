// The page: header, list of scenarios at the left, ladder in the middle, what it means at the right.

import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { narrow, notice } from '../state/panels.ts';
import { WhyPage } from '../why/page.tsx';
import { Announcer } from './announcer.tsx';
import { Answer } from './answer.tsx';
import { Changes } from './changes.tsx';
import { Controls } from './controls.tsx';
import { Details } from './details.tsx';
import { Dialogs } from './dialogs.tsx';
import { EndHead } from './end-head.tsx';
import { Explanation } from './explanation.tsx';
import { takeFiles } from './file-drop.ts';
import { Header } from './header.tsx';
import { Ladder } from './ladder.tsx';
import { Predict } from './predict.tsx';
import { Quiz } from './quiz.tsx';
import { ScenarioList } from './scenario-list.tsx';
import { Summary } from './summary.tsx';
import { TcbPanel } from './tcb-panel.tsx';

/** Keeps what lies outside of the components in step: language, title, and what is hidden. */
function followPage(): () => void {
  return effect(() => {
    document.documentElement.lang = lab.lang.value === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset['embed'] = lab.embed.value ? 'yes' : 'no';
    document.title = `${say(lab.scenario.value.title)} · synfin`;
  });
}

/** Everything. */
export function App() {
  useEffect(followPage, []);
  useEffect(takeFiles, []);
  return (
    <>
      {!lab.embed.value && (
        <>
          <button type="button" class="skip" onClick={toLadder}>
            {t('skip')}
          </button>
          <Header />
        </>
      )}
      {lab.trouble.value !== null && (
        <p class="bar bar-bad" role="alert">
          {lab.trouble.value}
          <button type="button" class="quiet" onClick={() => (lab.trouble.value = null)}>
            {t('close')}
          </button>
        </p>
      )}
      {notice.value !== null && (
        <p class="bar" role="status">
          {notice.value}
        </p>
      )}
      {lab.view.value === 'quiz' && !lab.embed.value ? (
        <Quiz />
      ) : lab.view.value === 'why' && !lab.embed.value ? (
        <WhyPage />
      ) : (
        <div class="page">
          {!lab.embed.value && <ScenarioList />}
          <main class="stage" id="ladder" tabIndex={-1}>
            {!lab.embed.value && <Answer />}
            {!lab.embed.value && <Summary />}
            {lab.run.value.isStorm && lab.dropped.value === null && (
              <p class="bar bar-bad" role="status">
                {t('storm', { events: lab.trace.value.events.length })}
              </p>
            )}
            <Controls />
            <div class="ends">
              <EndHead end="left" />
              <EndHead end="right" />
            </div>
            <Ladder />
            {narrow.value && !lab.embed.value && <Beside />}
            {!lab.embed.value && <Changes />}
            {!lab.embed.value && (
              <div class="tcbs">
                <TcbPanel end="left" />
                <TcbPanel end="right" />
              </div>
            )}
          </main>
          {!lab.embed.value && (
            <aside class="side">
              {!narrow.value && <Beside />}
              <Details />
            </aside>
          )}
        </div>
      )}
      {!lab.embed.value && (
        <footer class="foot">
          {t('offline')} {t('dropHere')}
        </footer>
      )}
      <Announcer />
      <Dialogs />
    </>
  );
}

/** What stands beside the ladder; below it where there is one column. */
function Beside() {
  return (
    <>
      {lab.predicting.value && <Predict />}
      <Explanation />
    </>
  );
}

function toLadder(): void {
  document.getElementById('ladder')?.focus();
}
