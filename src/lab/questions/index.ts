// The questions that people ask about connections, in the order of a connection's life.

import { captureQuestions } from './captures.ts';
import { closingQuestions } from './closing.ts';
import { errorQuestions } from './errors.ts';
import { everydayQuestions } from './everyday.ts';
import { openingQuestions } from './opening.ts';
import { programQuestions } from './programs.ts';
import type { Question } from './question.ts';
import { rateQuestions } from './rate.ts';
import { repairQuestions } from './repair.ts';
import { stateQuestions } from './states.ts';
import { streamQuestions } from './stream.ts';
import { sysctlQuestions } from './sysctls.ts';
import { waitingQuestions } from './waiting.ts';

export type { Question } from './question.ts';

/** All questions, in the order of a connection’s life; then what is asked of running machines. */
export const questions: readonly Question[] = [
  ...openingQuestions,
  ...closingQuestions,
  ...waitingQuestions,
  ...programQuestions,
  ...stateQuestions,
  ...streamQuestions,
  ...rateQuestions,
  ...repairQuestions,
  ...errorQuestions,
  ...everydayQuestions,
  ...captureQuestions,
  ...sysctlQuestions,
];
