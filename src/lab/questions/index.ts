// The questions that people ask about connections, in the order of a connection's life.

import { closingQuestions } from './closing.ts';
import { openingQuestions } from './opening.ts';
import { programQuestions } from './programs.ts';
import type { Question } from './question.ts';
import { waitingQuestions } from './waiting.ts';

export type { Question } from './question.ts';

/** All questions. */
export const questions: readonly Question[] = [
  ...openingQuestions,
  ...closingQuestions,
  ...waitingQuestions,
  ...programQuestions,
];
