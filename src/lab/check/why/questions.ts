// All questions of the kind "why is this rule there", and which one is meant by a text.

import { aboutClosing, aboutTimeWait } from './closing.ts';
import { aboutOpening, aboutResets } from './opening.ts';
import type { WhyQuestion } from './question.ts';

/** All questions, in the order of a connection's life. */
export const whyQuestions: readonly WhyQuestion[] = [
  ...aboutOpening,
  ...aboutResets,
  ...aboutClosing,
  ...aboutTimeWait,
];

/** The question of an id, an alias or its own words, whatever the case, spaces and signs; undefined: none. */
export function whyNamed(text: string): WhyQuestion | undefined {
  const wanted = bare(text);
  if (wanted === '') return undefined;
  const names = ({ id, aliases, question, mutant }: WhyQuestion): string[] => [
    id,
    mutant,
    ...aliases,
    question.en,
    question.zh,
  ];
  return (
    whyQuestions.find(({ id }) => bare(id) === wanted) ??
    whyQuestions.find((question) => names(question).some((name) => bare(name) === wanted))
  );
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/^(?:why|为什么|为何)/u, '');
}
