// What can be shown: the scenarios and the questions of the lab, and the search in both.

import { claims } from '../../src/lab/claims/index.ts';
import type { Scenario, Text } from '../../src/lab/index.ts';
import { questions } from '../../src/lab/questions/index.ts';
import { scenarioNamed, scenarios } from '../../src/lab/scenarios/index.ts';
import { type SearchDocument, SearchIndex } from '../../src/lab/search.ts';

export { questions, scenarioNamed, scenarios };

/** A place that a search leads to. */
export interface Target {
  readonly title: Text;
  readonly kind: 'scenario' | 'question' | 'claim';
  readonly scenario: string;
  readonly edits: readonly string[];
}

const both = (text: Text): string => `${text.en} ${text.zh}`;

let built: SearchIndex<Target> | null = null;

/** The index is made when somebody searches for the first time. */
function index(): SearchIndex<Target> {
  built ??= new SearchIndex<Target>([
    ...scenarios.map(
      (one: Scenario): SearchDocument<Target> => ({
        value: { title: one.title, kind: 'scenario', scenario: one.id, edits: [] },
        names: [one.id, ...(one.keywords ?? [])],
        fields: [
          { text: both(one.title), weight: 1 },
          { text: both(one.question), weight: 0.8 },
          { text: both(one.explanation), weight: 0.3 },
        ],
      }),
    ),
    ...questions.flatMap((one): SearchDocument<Target>[] =>
      one.scenario === null || scenarioNamed(one.scenario) === undefined
        ? []
        : [
            {
              value: {
                title: one.question,
                kind: 'question',
                scenario: one.scenario,
                edits: one.edits ?? [],
              },
              names: [one.id, ...(one.keywords ?? [])],
              fields: [
                { text: both(one.question), weight: 1 },
                { text: both(one.answer), weight: 0.3 },
              ],
            },
          ],
    ),
    ...claims.flatMap((one): SearchDocument<Target>[] =>
      scenarioNamed(one.scenario) === undefined
        ? []
        : [
            {
              value: { title: one.claim, kind: 'claim', scenario: one.scenario, edits: one.edits ?? [] },
              names: [`claim ${one.number}`, `说法 ${one.number}`],
              fields: [{ text: both(one.claim), weight: 0.7 }],
            },
          ],
    ),
  ]);
  return built;
}

/** What is found for a text, the best first. */
export function find(text: string): readonly Target[] {
  return index()
    .search(text, 24)
    .filter(({ score }) => score > 0.12)
    .map(({ value }) => value);
}
