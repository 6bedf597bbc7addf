// The interview: one question at a time, the answer of thirty seconds, the full one, the traps, and the run that proves
// it. Who answers marks the own answer; what went badly comes again. The deck stays in the browser.

import { signal } from '@preact/signals';
import { claims } from '../../src/lab/claims/index.ts';
import {
  DeckError,
  deckState,
  emptyDeck,
  GRADES,
  type Grade,
  graded,
  type InterviewQuestion,
  interviewQuestions,
  nextQuestion,
  parseDeck,
  type ReviewDeck,
} from '../../src/lab/interview/index.ts';
import { say, t } from '../messages.ts';
import { Rich, TermCard, Title, Whole } from '../parts/glossary.tsx';
import { interviewId } from '../state/interview.ts';
import * as lab from '../state/lab.ts';

const KEY = 'synfin-interview';
const ids = interviewQuestions.map(({ id }) => id);

function remembered(): ReviewDeck {
  try {
    return parseDeck(localStorage.getItem(KEY) ?? '');
  } catch (error) {
    // A deck that is none, or a browser that may not remember: a new one.
    if (!(error instanceof DeckError) && !(error instanceof DOMException)) throw error;
    return emptyDeck();
  }
}

const deck = signal(remembered());
const isOpen = signal(false);

/** The question that is asked: the chosen one, or the one whose turn it is. */
function current(): InterviewQuestion {
  const id = interviewId.value ?? nextQuestion(deck.value, ids, Date.now()) ?? ids[0];
  return (interviewQuestions.find((one) => one.id === id) ?? interviewQuestions[0]) as InterviewQuestion;
}

function choose(id: string | null): void {
  isOpen.value = false;
  interviewId.value = id;
}

function mark(id: string, grade: Grade): void {
  deck.value = graded(deck.value, id, grade, Date.now());
  try {
    localStorage.setItem(KEY, JSON.stringify(deck.value));
  } catch {
    // The deck lasts as long as the page then.
  }
  choose(nextQuestion(deck.value, ids, Date.now()) ?? ids[(ids.indexOf(id) + 1) % ids.length] ?? null);
}

/** The page. */
export function InterviewPage() {
  const question = current();
  const state = deckState(deck.value, ids, Date.now());
  return (
    <main class="reading interview" id="ladder" tabIndex={-1}>
      <div class="interview-grid">
        <article>
          <p class="quiet-text">
            {t('deckState', { fresh: state.fresh, due: state.due, later: state.later })}
          </p>
          <h1>
            <Title text={say(question.question)} />
          </h1>
          {isOpen.value ? <Answered question={question} /> : <Ask />}
        </article>
        <nav aria-label={t('interview')} class="interview-list">
          <h2>{t('allQuestions')}</h2>
          <ul>
            {interviewQuestions.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  data-interview={one.id}
                  aria-current={one.id === question.id ? 'true' : undefined}
                  onClick={() => choose(one.id)}
                >
                  {say(one.question)}
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </main>
  );
}

function Ask() {
  return (
    <>
      <p class="lead">{t('sayFirst')}</p>
      <button type="button" class="primary" onClick={() => (isOpen.value = true)}>
        {t('showAnswer')}
      </button>
    </>
  );
}

function Answered({ question }: { readonly question: InterviewQuestion }) {
  const { id, short, full, traps, mistakes, run } = question;
  const known = claims.filter(({ number }) => traps.includes(number));
  return (
    <>
      <h2>{t('inThirty')}</h2>
      <p class="short-answer">
        <Whole text={say(short)} />
      </p>
      <h2>{t('inFull')}</h2>
      {say(full)
        .split('\n\n')
        .map((one) => (
          <p key={one}>
            <Rich text={one} />
          </p>
        ))}
      {(known.length > 0 || mistakes.length > 0) && (
        <div class="trap">
          <h3>× {t('traps')}</h3>
          {known.map(({ number, claim, truth }) => (
            <p key={number}>
              “{say(claim)}” — <Whole text={say(truth)} />
            </p>
          ))}
          {mistakes.map(({ wrong, right }) => (
            <p key={wrong.en}>
              “{say(wrong)}” — <Whole text={say(right)} />
            </p>
          ))}
        </div>
      )}
      <TermCard />
      {run !== null && (
        <p>
          <button type="button" onClick={() => lab.openScenario(run.scenario, run.edits ?? [])}>
            {t('runProves')} ›
          </button>
        </p>
      )}
      <h2>{t('howWas')}</h2>
      <p class="buttons grades">
        {GRADES.map((grade) => (
          <button key={grade} type="button" data-grade={grade} onClick={() => mark(id, grade)}>
            {t(`grade_${grade}`)}
          </button>
        ))}
      </p>
    </>
  );
}
