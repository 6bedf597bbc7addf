// What can be found in the lab, and by which words: questions, scenarios, questions about rules, states, terms, claims.

import type { WhyQuestion } from '../check/why/question.ts';
import { whyQuestions } from '../check/why/questions.ts';
import { type Claim, claims } from '../claims/index.ts';
import { type StateInfo, states, type Term, terms } from '../explain/index.ts';
import { type Question, questions } from '../questions/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Text } from '../text/index.ts';
import type { FindDocument } from './phrase-index.ts';

/** Something that can be found. */
export type Finding =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'why'; readonly why: WhyQuestion }
  | { readonly kind: 'state'; readonly state: StateInfo }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'claim'; readonly claim: Claim };

/** Of several that fit as well: an answer before a run, a definition, and what a text says of it. */
const RANKS = { question: 1, scenario: 0.97, why: 0.93, state: 0.99, term: 0.9, claim: 0.85 } as const;

function both(...texts: readonly Text[]): string[] {
  return texts.flatMap(({ en, zh }) => [en, zh]);
}

type Document = FindDocument<Finding>;

function ofQuestion(question: Question): Document {
  const { id, answer, more, keywords = [] } = question;
  return {
    value: { kind: 'question', question },
    names: [id],
    titles: both(question.question),
    keywords,
    texts: both(answer, ...(more === undefined ? [] : [more])),
    rank: RANKS.question,
  };
}

function ofScenario(scenario: Scenario): Document {
  const { id, title, question, keywords = [], explanation, notice } = scenario;
  return {
    value: { kind: 'scenario', scenario },
    names: [id],
    titles: both(title, question),
    keywords,
    texts: both(explanation, ...notice),
    rank: RANKS.scenario,
  };
}

function ofWhy(why: WhyQuestion): Document {
  return {
    value: { kind: 'why', why },
    names: [`why ${why.id}`],
    titles: both(why.question),
    keywords: [...both(why.title), ...why.aliases],
    texts: both(why.answer),
    rank: RANKS.why,
  };
}

function ofState(state: StateInfo): Document {
  const { rfc, ss, netstat, variants, wrong } = state;
  return {
    value: { kind: 'state', state },
    names: [rfc],
    titles: [ss, netstat, ...variants, ...wrong, state.zh, `what is ${rfc}`, `${rfc} 状态`, `${rfc} state`],
    keywords: [],
    texts: both(state.meaning, state.waitsFor),
    rank: RANKS.state,
  };
}

function ofTerm(term: Term): Document {
  return {
    value: { kind: 'term', term },
    names: [],
    titles: both(term.name),
    keywords: [...term.also.en, ...term.also.zh],
    texts: both(term.definition),
    rank: RANKS.term,
  };
}

function ofClaim(claim: Claim): Document {
  return {
    value: { kind: 'claim', claim },
    names: [`claim ${claim.number}`, `说法 ${claim.number}`],
    titles: both(claim.claim),
    keywords: [],
    texts: both(claim.truth),
    rank: RANKS.claim,
  };
}

/** Everything. */
export function documents(): Document[] {
  return [
    ...questions.map(ofQuestion),
    ...scenarios.map(ofScenario),
    ...whyQuestions.map(ofWhy),
    ...Object.values(states).map(ofState),
    ...terms.map(ofTerm),
    ...claims.map(ofClaim),
  ];
}
