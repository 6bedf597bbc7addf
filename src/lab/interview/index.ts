// The questions that interviewers ask about the handshake and the close, by topic, and when each is asked again.

import { type Question, questions } from '../questions/index.ts';
import { closing } from './closing.ts';
import type { InterviewEntry, InterviewQuestion, InterviewTopic } from './interview.ts';
import { lost } from './lost.ts';
import { opening } from './opening.ts';
import { queues } from './queues.ts';
import { reset } from './reset.ts';
import { stuck } from './stuck.ts';
import { timeWaitQuestions } from './time-wait.ts';

export type { InterviewQuestion, InterviewRun, InterviewTopic, Mistake } from './interview.ts';
export { INTERVIEW_TOPICS } from './interview.ts';
export {
  DeckError,
  type DeckState,
  deckState,
  emptyDeck,
  GRADES,
  type Grade,
  graded,
  nextQuestion,
  parseDeck,
  type Review,
  type ReviewDeck,
} from './schedule.ts';

const entries: readonly (readonly [InterviewTopic, readonly InterviewEntry[]])[] = [
  ['opening', opening],
  ['lost', lost],
  ['queues', queues],
  ['closing', closing],
  ['time-wait', timeWaitQuestions],
  ['stuck', stuck],
  ['reset', reset],
];

function asked(id: string): Question {
  const found = questions.find((question) => question.id === id);
  if (found === undefined) throw new RangeError(`no question ${id}`);
  return found;
}

/** What an entry has itself, and what the question brings on whose top it stands. */
function whole(topic: InterviewTopic, entry: InterviewEntry): InterviewQuestion {
  const { full, traps = [], mistakes = [] } = entry;
  if ('id' in entry) {
    const { id, question, short, run } = entry;
    return { id, topic, question, short, full, traps, mistakes, run };
  }
  const { id, question, answer, scenario, edits, why } = asked(entry.of);
  const run = scenario === null ? null : { scenario, ...(edits === undefined ? {} : { edits }) };
  return {
    id,
    topic,
    question,
    short: answer,
    full,
    traps,
    mistakes,
    run,
    ...(why === undefined ? {} : { why }),
  };
}

/** All questions, by topic. */
export const interviewQuestions: readonly InterviewQuestion[] = entries.flatMap(([topic, some]) =>
  some.map((entry) => whole(topic, entry)),
);

/** The question of that id. */
export function interviewNamed(id: string): InterviewQuestion | undefined {
  return interviewQuestions.find((question) => question.id === id);
}
