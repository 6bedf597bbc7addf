// The quiz: sentences that texts really have. The answer is proven by running the experiment, here and now.

import { computed, signal } from '@preact/signals';
import { type Claim, ClaimError, checkClaim, claimContext, claims } from '../../src/lab/claims/index.ts';
import { say, t } from '../messages.ts';
import { change, goTo, openScenario } from '../state/lab.ts';
import { Title, Whole } from './glossary.tsx';

/** Which sentence, and what was answered. */
const at = signal(0);
const given = signal<'true' | 'partly' | 'false' | null>(null);

/** The sentences of the quiz: all that are wrong, and between them some that are right or not quite right. */
export const quizClaims: readonly Claim[] = mix(claims);

function mix(all: readonly Claim[]): Claim[] {
  const wrong = all.filter(({ verdict }) => verdict === 'wrong' || verdict === 'name');
  const others = all.filter(({ verdict }) => verdict === 'true' || verdict === 'imprecise');
  const every = Math.max(1, Math.floor(others.length / Math.max(1, wrong.length)));
  return wrong.flatMap((claim, i) => {
    const other = others[i * every + (i % every)];
    return other === undefined
      ? [claim]
      : i % 3 === 1
        ? [other, claim]
        : i % 3 === 0
          ? [claim]
          : [claim, other];
  });
}

function right(claim: Claim): 'true' | 'partly' | 'false' {
  return claim.verdict === 'true' ? 'true' : claim.verdict === 'imprecise' ? 'partly' : 'false';
}

/** What the engine says about the sentence that is shown, once it was answered. */
const proof = computed(() => {
  const claim = quizClaims[at.value];
  if (given.value === null || claim === undefined) return null;
  try {
    return { ...checkClaim(claim), broken: null };
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    return { event: 0, says: null, trace: null, broken: error.message };
  }
});

/** Shows what proves a sentence in the ladder. */
function show(claim: Claim, event: number): void {
  openScenario(claim.scenario);
  if (claim.edits !== undefined && claim.edits.length > 0) openScenarioWith(claim);
  goTo(event);
}

function openScenarioWith(claim: Claim): void {
  change(() => openScenario(claim.scenario, claim.edits));
}

const ANSWERS = [
  ['true', 'quizTrue'],
  ['partly', 'quizPartly'],
  ['false', 'quizFalse'],
] as const;

/** One sentence at a time. */
export function Quiz() {
  const claim = quizClaims[at.value];
  if (claim === undefined) return <main class="quiz">{t('quizEmpty')}</main>;
  const context = claimContext(claim.number);
  const found = proof.value;
  const answerText = ANSWERS.find(([name]) => name === given.value)?.[1];
  const truth = ANSWERS.find(([name]) => name === right(claim))?.[1];
  return (
    <main class="quiz" id="ladder" tabIndex={-1}>
      <h1>
        <Title text={t('quizTitle')} />
      </h1>
      <p class="lead">{t('quizIntro')}</p>
      <div class="quiz-card">
        <p class="quiet-text">
          {t('quizCount', { n: at.value + 1, all: quizClaims.length })} ·{' '}
          {t('quizClaim', { n: claim.number })}
        </p>
        {context !== undefined && (
          <p class="quiet-text">
            <Whole text={say(context)} />
          </p>
        )}
        <blockquote>
          <Whole text={say(claim.claim)} />
        </blockquote>
        <div class="buttons answers">
          {ANSWERS.map(([name, key]) => (
            <button
              key={name}
              type="button"
              aria-pressed={given.value === name}
              disabled={given.value !== null}
              onClick={() => (given.value = name)}
            >
              {t(key)}
            </button>
          ))}
        </div>
      </div>
      <div role="status" class="verdict">
        {given.value !== null && truth !== undefined && answerText !== undefined && (
          <>
            <p data-right={given.value === right(claim)}>
              <b>
                {given.value === right(claim) ? t('predictRight') : t('predictWrong', { text: t(truth) })}
              </b>{' '}
              <Whole text={say(claim.truth)} />
            </p>
            {found !== null && (
              <>
                <h3>{t('quizProof')}</h3>
                <p>{found.says === null ? t('quizBroken', { why: found.broken ?? '' }) : say(found.says)}</p>
                <p class="buttons">
                  {found.trace !== null && (
                    <button type="button" onClick={() => show(claim, found.event)}>
                      {t('quizShow')}
                    </button>
                  )}
                  <button
                    type="button"
                    onClick={() => {
                      given.value = null;
                      at.value = (at.value + 1) % quizClaims.length;
                    }}
                  >
                    {t('quizNext')}
                  </button>
                </p>
              </>
            )}
          </>
        )}
      </div>
    </main>
  );
}
