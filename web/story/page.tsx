// A story: the ladder moves along as its steps are read, by scrolling, clicking or with the arrow keys; then it is the
// reader's to break. Without a story: the list of all.

import { useRef } from 'preact/hooks';
import { type StoryBreak, stories } from '../../src/lab/stories/index.ts';
import { say, t } from '../messages.ts';
import { Title, Whole } from '../parts/glossary.tsx';
import { Ladder } from '../parts/ladder.tsx';
import { scenarioNamed } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import { goToStep, places, stepIndex, story, tellStory } from '../state/story.ts';
import { useScrolledSteps } from './scroll.ts';

/** A story, or all of them. */
export function StoryPage() {
  return story.value === null ? <StoryList /> : <Told />;
}

function StoryList() {
  return (
    <main class="reading" id="ladder" tabIndex={-1}>
      <header>
        <h1>{t('storiesTitle')}</h1>
        <p class="lead">{t('storiesLead')}</p>
      </header>
      <ul class="story-list">
        {stories.map(({ id, title, lead, steps }) => (
          <li key={id}>
            <button type="button" data-story={id} onClick={() => tellStory(id)}>
              <h2>
                <Title text={say(title)} />
              </h2>
              <p>
                <Whole text={say(lead)} />
              </p>
              <small>{t('steps', { n: steps.length })}</small>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

function Told() {
  const told = story.value as NonNullable<typeof story.value>;
  const at = stepIndex.value;
  const list = useRef<HTMLOListElement>(null);
  useScrolledSteps(list, at, goToStep);
  return (
    <main class="reading story" id="ladder" tabIndex={-1}>
      <header>
        <button type="button" class="quiet" onClick={() => tellStory(null)}>
          ‹ {t('allStories')}
        </button>
        <h1>
          <Title text={say(told.title)} />
        </h1>
        <p class="lead">
          <Whole text={say(told.lead)} />
        </p>
      </header>
      <div class="story-grid">
        <div class="story-stage layer">
          <Ladder quiet />
        </div>
        <ol class="steps" ref={list}>
          {told.steps.map(({ title, text }, i) => (
            <li
              key={title.en}
              class="step-card"
              data-when={i < at ? 'done' : i === at ? 'now' : 'next'}
              aria-current={i === at ? 'step' : undefined}
            >
              <button
                type="button"
                class="dot"
                aria-label={t('stepOf', { n: i + 1, all: told.steps.length })}
                onClick={() => goToStep(i)}
              >
                {i + 1}
              </button>
              <div>
                <h2>{say(title)}</h2>
                <p>
                  <Whole text={say(text)} />
                </p>
                <div class="buttons step-buttons" inert={i !== at}>
                  <button
                    type="button"
                    aria-label={t('stepBack')}
                    disabled={i === 0}
                    onClick={() => goToStep(i - 1)}
                  >
                    ‹
                  </button>
                  {i < places.value.length - 1 ? (
                    <button type="button" class="primary next" onClick={() => goToStep(i + 1)}>
                      {t('nextStep')} ›
                    </button>
                  ) : (
                    <button type="button" class="primary" onClick={toBreaks}>
                      {t('breakIt')} ›
                    </button>
                  )}
                </div>
              </div>
            </li>
          ))}
        </ol>
      </div>
      <section class="break-it" id="break" tabIndex={-1}>
        <h2>{t('breakIt')}</h2>
        <p>{t('breakLead')}</p>
        <div class="buttons">
          {told.breaks.map((one) => (
            <button key={one.label.en} type="button" onClick={() => breakWith(one)}>
              × {say(one.label)}
            </button>
          ))}
          <button type="button" onClick={() => breakWith({ label: told.title })}>
            {t('openInLab')} ›
          </button>
        </div>
      </section>
    </main>
  );
}

function toBreaks(): void {
  const place = document.getElementById('break');
  place?.scrollIntoView({ block: 'nearest' });
  place?.focus();
}

/** The run of the story, changed, in the lab. */
function breakWith({ scenario, edits = [], rules }: StoryBreak): void {
  const told = story.value;
  if (told === null) return;
  const id = scenario ?? told.scenario;
  if (scenarioNamed(id) === undefined) return;
  if (scenario === undefined && (edits.length > 0 || rules !== undefined)) {
    // What would have been is left as a ghost.
    lab.openScenario(id, told.edits ?? []);
    lab.change(() => {
      lab.edits.value = [...(told.edits ?? []), ...edits];
      if (rules !== undefined) lab.settings.value = { ...lab.AS_IT_IS, rules };
    });
    return;
  }
  lab.openScenario(id, edits);
}
