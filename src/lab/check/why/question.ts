// What a question of the kind "why is this rule there" consists of. Its answer is not told but searched for: the TCP
// with the rule, exhaustively, and the TCP without it, until a property is broken.

import type { Group } from '../../scenario/index.ts';
import type { Text } from '../../text/index.ts';
import type { ModelConfig } from '../model/index.ts';

/** A question about a rule. */
export interface WhyQuestion {
  /** What is typed: `synfin why three`. */
  readonly id: string;
  /** Other names, in both languages. */
  readonly aliases: readonly string[];
  /** The question in full. */
  readonly question: Text;
  /** The mutant that forgets the rule: lab/mutants. It names the model and the property. */
  readonly mutant: string;
  /** What of the mutant's model is narrower here, so that it can be searched to its end while somebody waits. */
  readonly model?: Partial<Pick<ModelConfig, 'a' | 'b' | 'losses' | 'duplicates'>>;
  /** What the narrower model explores. */
  readonly about?: Text;
  /**
   * The story that is told where it is not the shortest that the search finds, but the one that everyone tells: its
   * steps (told.ts).
   */
  readonly told?: readonly string[];
  readonly group: Group;
  /** Title of the counterexample. */
  readonly title: Text;
  /** What the counterexample shows, and so what the rule is for. */
  readonly answer: Text;
  /** What to look at in its ladder. */
  readonly notice: readonly Text[];
}
