// A question of an interview: what is said in thirty seconds, what in full, the wrong sentences that circulate, and the run
// that proves the answer.

import type { Text } from '../text/index.ts';

/** What a question is about. */
export type InterviewTopic = 'opening' | 'lost' | 'queues' | 'closing' | 'time-wait' | 'stuck' | 'reset';

/** All topics, in the order of a connection's life. */
export const INTERVIEW_TOPICS: readonly InterviewTopic[] = [
  'opening',
  'lost',
  'queues',
  'closing',
  'time-wait',
  'stuck',
  'reset',
];

/** A wrong sentence that circulates and is no claim of the lab's list, and what is right. */
export interface Mistake {
  readonly wrong: Text;
  readonly right: Text;
}

/** The run that proves an answer. */
export interface InterviewRun {
  /** The id of a scenario. */
  readonly scenario: string;
  /** Changes to it: see scenario/edits.ts. */
  readonly edits?: readonly string[];
}

/** A question, and everything that belongs to its answer. */
export interface InterviewQuestion {
  readonly id: string;
  readonly topic: InterviewTopic;
  readonly question: Text;
  /** The answer of thirty seconds. */
  readonly short: Text;
  /** The answer in full. */
  readonly full: Text;
  /** Numbers of the claims that are traps here: claims/index.ts. */
  readonly traps: readonly number[];
  readonly mistakes: readonly Mistake[];
  /** null where TCP is not the point. */
  readonly run: InterviewRun | null;
  /** The question that a search answers: `synfin why` this. */
  readonly why?: string;
}

/**
 * How a question is written down: on top of a question of `synfin ask`, which brings question, short answer and run; or
 * with its own.
 */
export type InterviewEntry = {
  readonly full: Text;
  readonly traps?: readonly number[];
  readonly mistakes?: readonly Mistake[];
} & (
  | {
      /** The id of a question of questions/. */
      readonly of: string;
    }
  | {
      readonly id: string;
      readonly question: Text;
      readonly short: Text;
      readonly run: InterviewRun;
    }
);
