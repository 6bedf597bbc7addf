// A question that people ask about connections, in their words, with a short answer and the run to look at.

import type { Text } from '../text/index.ts';

/** A question and its answer. */
export interface Question {
  readonly id: string;
  readonly question: Text;
  /** The short answer: what can be said in half a minute. */
  readonly answer: Text;
  /** The longer one: paragraphs, an empty line between two. */
  readonly more?: Text;
  /** The scenario that shows it; null when no run can. */
  readonly scenario: string | null;
  /** Changes to the scenario: see scenario/edits.ts. */
  readonly edits?: readonly string[];
  /** The question about a rule that is answered by a search: see check/why. `synfin why` this. */
  readonly why?: string;
  /** Words, besides those of the texts, by which it is found. */
  readonly keywords?: readonly string[];
}
