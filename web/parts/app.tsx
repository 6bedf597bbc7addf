// The page: its head, and what is shown: the first page, the lab, a story, a comparison, a runbook…

import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { patterns } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { notice, slides } from '../state/panels.ts';
import { story } from '../state/story.ts';
import { Announcer } from './announcer.tsx';
import { Answer } from './answer.tsx';
import { Changes } from './changes.tsx';
import { Controls, StageTools } from './controls.tsx';
import { Details } from './details.tsx';
import { Dialogs } from './dialogs.tsx';
import { EndHead } from './end-head.tsx';
import { Explanation } from './explanation.tsx';
import { takeFile, takeFiles } from './file-drop.ts';
import { Header } from './header.tsx';
import { Ladder } from './ladder.tsx';
import { lazy } from './lazy.tsx';
import { Predict } from './predict.tsx';
import { nodeOf } from './shapes.tsx';
import { Summary } from './summary.tsx';
import { TcbPanel } from './tcb-panel.tsx';
import { TitleBar } from './title-bar.tsx';

/** Keeps what lies outside of the components in step: language, title, and what is hidden. */
function followPage(): () => void {
  return effect(() => {
    document.documentElement.lang = lab.lang.value === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset['embed'] = lab.embed.value ? 'yes' : 'no';
    document.documentElement.dataset['slides'] = slides.value ? 'yes' : 'no';
    document.title = titleNow();
  });
}

const Home = lazy(async () => (await import('./home.tsx')).Home);
const StoryPage = lazy(async () => (await import('../story/page.tsx')).StoryPage);
const ComparePage = lazy(async () => (await import('../story/compare.tsx')).ComparePage);
const RunbookPage = lazy(async () => (await import('../story/runbook.tsx')).RunbookPage);
const InterviewPage = lazy(async () => (await import('../story/interview.tsx')).InterviewPage);
const Quiz = lazy(async () => (await import('./quiz.tsx')).Quiz);
const WhyPage = lazy(async () => (await import('../why/page.tsx')).WhyPage);

/** What the page is about, for its title. */
function titleNow(): string {
  const { view } = lab;
  const of =
    view.value === 'home'
      ? t('heroQuestion')
      : view.value === 'story'
        ? story.value === null
          ? t('storiesTitle')
          : say(story.value.title)
        : view.value === 'runbook'
          ? t('runbooksTitle')
          : view.value === 'interview'
            ? t('interview')
            : say(lab.scenario.value.title);
  return `${of} · synfin`;
}

/** Everything. */
export function App() {
  useEffect(followPage, []);
  useEffect(takeFiles, []);
  const bare = lab.embed.value;
  return (
    <>
      <PagePatterns />
      {!bare && (
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
      <Body />
      {!bare && (
        <footer class="foot">
          {t('offline')} {t('dropHere')}{' '}
          <label class="choose">
            {t('chooseFile')}
            <input
              type="file"
              accept=".json,.pcapng,.pcap,.gz,.zst"
              onChange={(event) => choose(event.currentTarget)}
            />
          </label>
        </footer>
      )}
      <Announcer />
      <Dialogs />
    </>
  );
}

/** The page that is shown. */
function Body() {
  if (lab.embed.value) return <Lab />;
  switch (lab.view.value) {
    case 'home':
      return <Home />;
    case 'story':
      return <StoryPage />;
    case 'quiz':
      return <Quiz />;
    case 'why':
      return <WhyPage />;
    case 'compare':
      return <ComparePage />;
    case 'interview':
      return <InterviewPage />;
    case 'runbook':
      return <RunbookPage />;
    default:
      return <Lab />;
  }
}

/** The patterns of states that stand beside names, once for all. */
function PagePatterns() {
  return (
    <svg class="sf" width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
      {nodeOf(patterns('page'))}
    </svg>
  );
}

/** The ladder, what it means beside it, and the place in time below. */
function Lab() {
  const bare = lab.embed.value;
  return (
    <>
      {!bare && <TitleBar />}
      <div class="page" data-link={location.href}>
        <main class="stage" id="ladder" tabIndex={-1}>
          {lab.run.value.isStorm && lab.dropped.value === null && (
            <p class="bar bar-bad" role="status">
              {t('storm', { events: lab.trace.value.events.length })}
            </p>
          )}
          {bare && <Ends />}
          <Ladder />
          {!bare && <StageTools />}
          {!bare && <Changes />}
        </main>
        {!bare && (
          <aside class="side">
            {lab.predicting.value && <Predict />}
            <Answer />
            <Summary />
            <Explanation />
            <section>
              <Ends />
            </section>
            <div class="tcbs">
              <TcbPanel end="left" />
              <TcbPanel end="right" />
            </div>
            <Details />
          </aside>
        )}
      </div>
      <div class="dock">
        <Controls />
      </div>
    </>
  );
}

function Ends() {
  return (
    <div class="ends">
      <EndHead end="left" />
      <EndHead end="right" />
    </div>
  );
}

function choose(input: HTMLInputElement): void {
  const file = input.files?.[0];
  input.value = '';
  if (file !== undefined) void takeFile(file);
}

function toLadder(): void {
  document.getElementById('ladder')?.focus();
}
