// The search over everything that the lab has to say: scenarios, questions and claims, in both languages.

import { type Claim, claims } from './claims/index.ts';
import { type Question, questions } from './questions/index.ts';
import type { Scenario } from './scenario/index.ts';
import { scenarios } from './scenarios/index.ts';
import { clearHit, type Hit, type SearchDocument, type SearchField, SearchIndex } from './search.ts';
import type { Text } from './text/index.ts';

/** Something that can be found. */
export type Finding =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'claim'; readonly claim: Claim };

/** How much a text tells about what it is of: titles and questions are what people ask in. */
const WEIGHTS = {
  title: 1,
  question: 0.95,
  keyword: 0.9,
  claim: 0.8,
  answer: 0.35,
  explanation: 0.3,
} as const;

function both(text: Text, weight: number): SearchField[] {
  return [
    { text: text.en, weight },
    { text: text.zh, weight },
  ];
}

function keywords(words: readonly string[] = []): SearchField[] {
  return words.map((text) => ({ text, weight: WEIGHTS.keyword }));
}

function scenarioDocument(scenario: Scenario): SearchDocument<Finding> {
  const { id, title, question, explanation, notice } = scenario;
  return {
    value: { kind: 'scenario', scenario },
    names: [id],
    fields: [
      ...both(title, WEIGHTS.title),
      ...both(question, WEIGHTS.question),
      ...keywords(scenario.keywords),
      ...both(explanation, WEIGHTS.explanation),
      ...notice.flatMap((text) => both(text, WEIGHTS.explanation)),
    ],
  };
}

function questionDocument(question: Question): SearchDocument<Finding> {
  return {
    value: { kind: 'question', question },
    names: [question.id],
    fields: [
      ...both(question.question, WEIGHTS.title),
      ...keywords(question.keywords),
      ...both(question.answer, WEIGHTS.answer),
    ],
  };
}

function claimDocument(claim: Claim): SearchDocument<Finding> {
  return {
    value: { kind: 'claim', claim },
    names: [`claim ${claim.number}`, `说法 ${claim.number}`],
    fields: [...both(claim.claim, WEIGHTS.claim), ...both(claim.truth, WEIGHTS.answer)],
  };
}

let index: SearchIndex<Finding> | null = null;

/** What may be meant by a text in words, the best first. Questions, which have a short answer, before scenarios before claims where all are as good. */
export function findInLab(text: string, limit = 10): Hit<Finding>[] {
  index ??= new SearchIndex<Finding>([
    ...questions.map(questionDocument),
    ...scenarios.map(scenarioDocument),
    ...claims.map(claimDocument),
  ]);
  return index.search(text, limit);
}

/** The id of the scenario that shows a finding; null when no run can. */
export function scenarioOf(finding: Finding): string | null {
  if (finding.kind === 'scenario') return finding.scenario.id;
  return finding.kind === 'question' ? finding.question.scenario : finding.claim.scenario;
}

/** The one finding that is meant, or null when that is not clear. */
export function clearFinding(hits: readonly Hit<Finding>[]): Finding | null {
  // A question and its scenario, or two claims of one scenario, are not different answers.
  const same = (a: Finding, b: Finding): boolean =>
    a === b || (scenarioOf(a) !== null && scenarioOf(a) === scenarioOf(b));
  return clearHit(hits, same)?.value ?? null;
}
