// Why a rule of TCP is there: two searches in the page, live, and the shortest way to break what the rule protects.

import { useEffect, useMemo } from 'preact/hooks';
import {
  modelText,
  PROPERTY_TEXTS,
  type WhyAnswer,
  type WhySearch,
  whyModel,
  whyQuestions,
} from '../../src/lab/check/why/index.ts';
import { playScenario, svgLadder } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import { Title, Whole } from '../parts/glossary.tsx';
import { sectionText } from '../parts/sections.ts';
import { rulesOf, searchFor, WHY } from '../state/catalogue.ts';
import * as lab from '../state/lab.ts';
import * as why from './state.ts';

/** `10 280`, as the reader's language has it. */
function count(n: number): string {
  return Math.round(n).toLocaleString(lab.lang.value === 'zh' ? 'zh-CN' : 'en-GB');
}

/** The page. */
export function WhyPage() {
  useEffect(() => {
    why.begin();
    return why.stop;
  }, [why.questionId.value]);
  const question = why.question();
  const mutant = rulesOf(question.mutant);
  const model = whyModel(question);
  const about = question.about ?? modelText(model.id, model.about);
  const answer = why.answer.value;
  const found = answer ?? why.broken.value;
  return (
    <main class="why-page" id="ladder" tabIndex={-1}>
      <header>
        <h1>
          <Title text={t('whyTitle')} />
        </h1>
        <p>{t('whyIntro')}</p>
      </header>
      <nav aria-label={t('whyQuestions')}>
        {whyQuestions.map(({ id, question: text }) => (
          <button
            type="button"
            key={id}
            data-question={id}
            aria-pressed={id === question.id}
            onClick={() => why.ask(id)}
          >
            {say(text)}
          </button>
        ))}
      </nav>
      <section aria-label={say(question.question)}>
        <h2>
          <Title text={say(question.question)} />
        </h2>
        <p class="why-answer">
          <Whole text={say(question.answer)} />
        </p>
        <dl>
          {mutant !== undefined && (
            <>
              <dt>{t('whyRule')}</dt>
              <dd>
                {say(mutant.rule)} <span class="rfc">{sectionText(mutant.section)}</span>
              </dd>
              <dt>{t('whyProperty')}</dt>
              <dd>
                {say(PROPERTY_TEXTS[mutant.property])} <small>({mutant.property})</small>
              </dd>
            </>
          )}
          <dt>{t('whyModel')}</dt>
          <dd>{say(about)}</dd>
          <Line phase="with" found={answer?.withRule ?? null} />
          <Line phase="without" found={found?.without ?? null} />
        </dl>
        <Buttons />
        {found !== null && <Counterexample answer={found} />}
      </section>
    </main>
  );
}

/** One of the two searches: how far, or what it found. */
function Line({ phase, found }: { readonly phase: 'with' | 'without'; readonly found: WhySearch | null }) {
  const now = why.progress.value;
  const text = (): string => {
    if (found !== null) return foundText(found);
    if (now?.progress.phase !== phase) return t('whyWaiting');
    const { states, transitions, depth, frontier } = now.progress;
    return t('whyRunning', {
      states: count(states),
      transitions: count(transitions),
      // Of the first moments nothing can be said.
      rate: now.ms < 100 ? '…' : count((transitions / now.ms) * 1000),
      depth,
      frontier: count(frontier),
    });
  };
  return (
    <>
      <dt>{t(phase === 'with' ? 'whyWith' : 'whyWithout')}</dt>
      <dd data-phase={phase} data-outcome={found?.outcome ?? 'running'}>
        {text()}
        {found !== null && (
          <small>
            {' '}
            {t('whyHow', { transitions: count(found.transitions), seconds: (found.ms / 1000).toFixed(2) })}
          </small>
        )}
      </dd>
    </>
  );
}

function foundText({ outcome, states, depth }: WhySearch): string {
  const key = { exhausted: 'whyExhausted', bounded: 'whyBounded', violated: 'whyViolated' } as const;
  return t(key[outcome], { states: count(states), steps: depth });
}

function Buttons() {
  const ended = why.ended.value;
  const running = why.answer.value === null && ended === null;
  return (
    <p class="why-buttons" role="status">
      {running && (
        <button type="button" onClick={why.stop}>
          {t('whyStop')}
        </button>
      )}
      {ended !== null && (
        <>
          {ended === 'stopped' ? t('whyStopped') : t('whyFailed', { why: ended.why })}{' '}
          <button type="button" onClick={why.begin}>
            {t('whyAgain')}
          </button>
        </>
      )}
    </p>
  );
}

/** Opens a counterexample in the lab. */
async function open(question: string): Promise<void> {
  await searchFor(WHY + question);
  lab.openScenario(WHY + question);
}

/** The counterexample as a picture; stepping through it is the lab's business. */
function Counterexample({ answer }: { readonly answer: WhyAnswer }) {
  const { scenario } = answer;
  const picture = useMemo(
    () =>
      scenario === null
        ? null
        : svgLadder(playScenario(scenario).trace, {
            lang: lab.lang.value,
            title: say(scenario.title),
            description: say(scenario.question),
          }),
    [scenario, lab.lang.value],
  );
  if (scenario === null) return null;
  const mutant = rulesOf(answer.mutant);
  return (
    <div class="counterexample">
      <h2>
        <Title text={say(scenario.title)} />
      </h2>
      {mutant !== undefined && <p class="not-real">{t('notReal', { rule: say(mutant.rule) })}</p>}
      <div class="why-picture" dangerouslySetInnerHTML={{ __html: picture ?? '' }} />
      <p>{say(scenario.explanation)}</p>
      <h3>{t('whyNotice')}</h3>
      <ul>
        {scenario.notice.map((text) => (
          <li key={text.en}>{say(text)}</li>
        ))}
      </ul>
      <p>
        <button type="button" class="why-open" onClick={() => void open(answer.question)}>
          {t('whyOpen')}
        </button>
      </p>
    </div>
  );
}
