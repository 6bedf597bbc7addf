// The first page: one question with its run, a search, and doors to the rest.

import { useEffect } from 'preact/hooks';
import { whyQuestions } from '../../src/lab/check/why/index.ts';
import type { Text } from '../../src/lab/index.ts';
import { stories } from '../../src/lab/stories/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { say, t } from '../messages.ts';
import { finder } from '../state/answers.ts';
import { scenarioNamed, scenarios } from '../state/catalogue.ts';
import { HERO } from '../state/home.ts';
import * as lab from '../state/lab.ts';
import { query } from '../state/panels.ts';
import { stop, togglePlay } from '../state/play.ts';
import { tellStory } from '../state/story.ts';
import { Ask, open } from './ask.tsx';
import { Title } from './glossary.tsx';
import { Ladder } from './ladder.tsx';
import { StateGlyph } from './state-glyph.tsx';

/** Texts to try the search with. */
const TRY: readonly Text[] = [
  { en: 'why TIME-WAIT lasts 2 MSL', zh: 'TIME-WAIT 为什么是 2MSL' },
  { en: '30,000 CLOSE-WAIT', zh: '大量 CLOSE-WAIT' },
  { en: 'three segments to close', zh: '四次挥手能变成三次吗' },
];

/** Questions below the fold, by the scenario that answers them. */
const ASKED = 12;

/** Home. */
export function Home() {
  useEffect(() => {
    // It plays once, from the beginning; who wants less motion sees how it ended.
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      lab.goTo(Number.POSITIVE_INFINITY);
      return;
    }
    lab.goTo(-1);
    const wait = setTimeout(togglePlay, 500);
    return () => {
      clearTimeout(wait);
      stop();
    };
  }, []);
  return (
    <main class="home" id="ladder" tabIndex={-1}>
      <div class="hero">
        <div class="top">
          <p class="kick">
            <StateGlyph state="ESTABLISHED" /> {t('running')}
          </p>
          <h1>
            <Title text={t('heroQuestion')} />
          </h1>
          <p class="lead">{t('heroLead')}</p>
        </div>
        <div class="stage">
          <Ladder quiet />
        </div>
        <div class="low">
          <div class="buttons">
            <button type="button" class="primary" onClick={() => tellStory('third-ack')}>
              {t('followStory')} ›
            </button>
            <button type="button" class="breaks" onClick={() => lab.openScenario(HERO, ['drop SYN+ACK#2'])}>
              × {t('loseAnother')}
            </button>
          </div>
          <Ask id="filter" label={t('askAnything')} large />
          <p class="suggest">
            {t('tryThese')}
            {TRY.map((text) => (
              <button key={text.en} type="button" onClick={() => (query.value = say(text))}>
                {say(text)}
              </button>
            ))}
          </p>
        </div>
      </div>
      <Doors />
      <section class="people-ask">
        <h2>{t('peopleAsk')}</h2>
        <ul>
          {(finder.value?.asked(ASKED) ?? []).map((target) => (
            <li key={target.title.en}>
              <button type="button" onClick={() => open(target)}>
                <span class="glyphs">
                  {glyphsOf(target.scenario as string).map((state, i) => (
                    <StateGlyph key={`${i}${state}`} state={state} />
                  ))}
                </span>
                <span>{say(target.title)}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
}

/** The two states that a scenario is about: where its ends were before they ended. */
function glyphsOf(id: string): readonly StateName[] {
  const { group } = scenarioNamed(id) as NonNullable<ReturnType<typeof scenarioNamed>>;
  const pairs: Readonly<Record<string, readonly StateName[]>> = {
    open: ['SYN-SENT', 'SYN-RECEIVED'],
    close: ['FIN-WAIT-1', 'CLOSE-WAIT'],
    'time-wait': ['TIME-WAIT', 'LAST-ACK'],
    reset: ['ESTABLISHED', 'CLOSED'],
    queues: ['SYN-RECEIVED', 'LISTEN'],
  };
  return pairs[group] ?? ['ESTABLISHED', 'ESTABLISHED'];
}

function Doors() {
  const doors = [
    {
      title: t('stories'),
      text: t('doorStories'),
      count: t('countStories', { n: stories.length }),
      go: () => tellStory(null),
      path: 'M4 3v30M36 3v30M4 8l32 6M36 18L4 26',
    },
    {
      title: t('lab'),
      text: t('doorLab'),
      count: t('countScenarios', { n: scenarios.length }),
      go: () => lab.openScenario(scenarios[0]?.id as string),
      path: 'M4 3v30M36 3v30M4 8l14 7M15 12l8 8m0 -8l-8 8',
    },
    {
      title: t('whyView'),
      text: t('doorWhy'),
      count: t('countWhys', { n: whyQuestions.length }),
      go: () => {
        lab.view.value = 'why';
      },
      path: 'M20 33v-8M20 25L8 14M20 25l12-11M8 14V6M32 14V6M32 14l-7-8',
    },
    {
      title: t('quiz'),
      text: t('doorQuiz'),
      count: finder.value === null ? '' : t('countClaims', { n: finder.value.claimCount }),
      go: () => {
        lab.view.value = 'quiz';
      },
      path: 'M4 5h26v15H14l-6 6v-6H4zM34 12h3v14h-3v5l-5-5H18',
    },
  ];
  return (
    <div class="doors">
      {doors.map(({ title, text, count, go, path }) => (
        <button type="button" key={title} onClick={go}>
          <svg
            width="40"
            height="36"
            viewBox="0 0 40 36"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            aria-hidden="true"
          >
            <path d={path} />
          </svg>
          <div>
            <h2>{title}</h2>
            <p>{text}</p>
            <small>{count}</small>
          </div>
        </button>
      ))}
    </div>
  );
}
