// What can be found in the lab, and by which words: questions, scenarios, runbooks, interview questions, questions about
// rules, states, terms, claims.

import type { WhyQuestion } from '../check/why/question.ts';
import { whyQuestions } from '../check/why/questions.ts';
import { type Claim, claims } from '../claims/index.ts';
import { type StateInfo, states, type Term, terms } from '../explain/index.ts';
import { type InterviewQuestion, interviewQuestions } from '../interview/index.ts';
import { type Question, questions } from '../questions/index.ts';
import { type Runbook, runbooks } from '../runbooks/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Text } from '../text/index.ts';
import type { FindDocument } from './phrase-index.ts';
import { PHRASINGS } from './phrasings.ts';

/** Something that can be found. */
export type Finding =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'runbook'; readonly runbook: Runbook }
  | { readonly kind: 'interview'; readonly interview: InterviewQuestion }
  | { readonly kind: 'why'; readonly why: WhyQuestion }
  | { readonly kind: 'state'; readonly state: StateInfo }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'claim'; readonly claim: Claim };

/** Of several that fit as well: an answer before a run, a definition, and what a text says of it. */
const RANKS = {
  question: 1,
  state: 0.99,
  scenario: 0.97,
  runbook: 0.97,
  interview: 0.95,
  why: 0.93,
  term: 0.9,
  claim: 0.85,
} as const;

function both(...texts: readonly Text[]): string[] {
  return texts.flatMap(({ en, zh }) => [en, zh]);
}

type Document = FindDocument<Finding>;

/** The longer answer to a question: its own, or that of the interview; null: there is none. */
export function longerAnswer({ id, more }: Question): Text | null {
  return more ?? interviewQuestions.find((one) => one.id === id)?.full ?? null;
}

function phrasingsOf(id: string): string[] {
  return PHRASINGS[id]?.split(' | ') ?? [];
}

/** A question that is about a setting of Linux is called as it. */
const SYSCTL =
  /^(?:tcp-(?:tw-reuse|fin-timeout|syn-retries|synack-retries|max-syn-backlog|abort-on-overflow|retries2|syncookies|max-tw-buckets|keepalive-sysctls)|somaxconn)$/;

/** `net.ipv4.tcp_fin_timeout` and `tcp_fin_timeout`. */
function sysctlNames(id: string): string[] {
  const names =
    id === 'tcp-keepalive-sysctls'
      ? ['tcp_keepalive_time', 'tcp_keepalive_intvl', 'tcp_keepalive_probes']
      : [id.replaceAll('-', '_')];
  return names.flatMap((name) => [name, `net.${name === 'somaxconn' ? 'core' : 'ipv4'}.${name}`]);
}

function ofQuestion(question: Question): Document {
  const { id, answer } = question;
  const keywords = [...(question.keywords ?? []), ...phrasingsOf(id)];
  const longer = longerAnswer(question);
  return {
    value: { kind: 'question', question },
    names: [id],
    identifiers: SYSCTL.test(id) ? sysctlNames(id) : [],
    titles: both(question.question),
    keywords,
    texts: both(answer, ...(longer === null ? [] : [longer])),
    asks: true,
    rank: RANKS.question,
  };
}

function ofScenario(scenario: Scenario): Document {
  const { id, title, question, explanation, notice } = scenario;
  const asked = questions.some((one) => one.id === id);
  const keywords = [...(scenario.keywords ?? []), ...(asked ? [] : phrasingsOf(id))];
  return {
    value: { kind: 'scenario', scenario },
    names: [id],
    identifiers: [],
    titles: both(title, question),
    keywords,
    texts: both(explanation, ...notice),
    asks: false,
    rank: RANKS.scenario,
  };
}

/** A counter of TCP as nstat names it. */
const COUNTER = /\bTcp(?:Ext)?[A-Z]\w+/g;

function bareCounter(name: string): string {
  return name.replace(/^Tcp(?:Ext)?(?=[A-Z])/, '');
}

function ofRunbook(runbook: Runbook): Document {
  const { id, aliases, title, means, fault, looks, now, forGood, useless } = runbook;
  // The kernel's counters that its commands show: with and without the prefix that nstat gives them.
  const counters = looks.flatMap(({ run, prints }) =>
    [...`${run} ${prints}`.matchAll(COUNTER)].flatMap(([whole]) => [whole, bareCounter(whole)]),
  );
  return {
    value: { kind: 'runbook', runbook },
    names: [`runbook ${id}`],
    // One that several show belongs to the one that is called so.
    identifiers: [...new Set(counters)].filter(
      (name) => !runbooks.some((other) => other !== runbook && other.aliases.includes(bareCounter(name))),
    ),
    titles: both(title),
    keywords: [
      ...aliases.flatMap((one) => [one, `many ${one}`, `${one} stuck`, `${one} leak`, `${one} diagnose`]),
    ],
    texts: both(means, fault, ...now, ...forGood, ...useless),
    asks: true,
    rank: RANKS.runbook,
  };
}

/** How else questions of the interview are asked that are none of `questions`. */
const INTERVIEW_WORDS: Readonly<Record<string, readonly string[]>> = {
  'three-way': [
    'tcp handshake',
    'tcp handshake explained',
    'how does the tcp handshake work',
    'tcp 握手',
    'three-way handshake',
    'three-way handshake steps',
    '三次握手的过程',
    '三次握手详细过程',
    'tcp connect steps',
    'what is in a SYN packet',
    'three-way handshake states',
    'states of each step of the handshake',
    '三次握手每一步的状态',
    '三次握手状态变化',
    'tcpdump SYN SYN,ACK',
  ],
  'four-way': [
    'four-way close',
    'four-way close steps',
    '四次挥手的过程',
    '四次挥手详细过程',
    'states of each step of the close',
    '四次挥手每一步的状态',
    '四次挥手状态变化',
  ],
  'who-closes-first': [
    'who closes first',
    'who sends the first FIN',
    'which side should close first',
    'client or server closes first',
    '谁先关闭连接',
    '谁先发起关闭',
    '应该由谁先关闭',
  ],
  'syn-options': [
    'options in the SYN',
    'what is negotiated in the handshake',
    '握手时协商什么',
    'SYN 带哪些选项',
  ],
};

function ofInterview(interview: InterviewQuestion): Document {
  const { id, question, short, full } = interview;
  return {
    value: { kind: 'interview', interview },
    names: [`interview ${id}`],
    identifiers: [],
    titles: both(question),
    keywords: INTERVIEW_WORDS[id] ?? [],
    texts: both(short, full),
    asks: false,
    rank: RANKS.interview,
  };
}

function ofWhy(why: WhyQuestion): Document {
  return {
    value: { kind: 'why', why },
    names: [`why ${why.id}`],
    identifiers: [],
    titles: both(why.question),
    keywords: [...both(why.title), ...why.aliases],
    texts: both(why.answer),
    asks: false,
    rank: RANKS.why,
  };
}

function ofState(state: StateInfo): Document {
  const { rfc, ss, netstat, variants, wrong } = state;
  return {
    value: { kind: 'state', state },
    names: [rfc],
    identifiers: [],
    titles: [
      ss,
      netstat,
      ...variants,
      ...wrong,
      state.zh,
      `what is ${rfc}`,
      `${rfc} 状态`,
      `${rfc} state`,
      `${rfc} meaning`,
    ],
    keywords: [],
    texts: both(state.meaning, state.waitsFor),
    asks: true,
    rank: RANKS.state,
  };
}

function ofTerm(term: Term): Document {
  return {
    value: { kind: 'term', term },
    names: [],
    identifiers: [],
    titles: both(term.name),
    keywords: [...term.also.en, ...term.also.zh],
    texts: both(term.definition),
    asks: false,
    rank: RANKS.term,
  };
}

function ofClaim(claim: Claim): Document {
  return {
    value: { kind: 'claim', claim },
    names: [`claim ${claim.number}`, `说法 ${claim.number}`],
    identifiers: [],
    titles: both(claim.claim),
    keywords: [],
    texts: both(claim.truth),
    asks: false,
    rank: RANKS.claim,
  };
}

/** Everything. */
export function documents(): Document[] {
  const asked = new Set(questions.map(({ id }) => id));
  return [
    ...questions.map(ofQuestion),
    ...scenarios.map(ofScenario),
    ...runbooks.map(ofRunbook),
    // The others stand on top of questions.
    ...interviewQuestions.filter(({ id }) => !asked.has(id)).map(ofInterview),
    ...whyQuestions.map(ofWhy),
    ...Object.values(states).map(ofState),
    ...terms.map(ofTerm),
    ...claims.map(ofClaim),
  ];
}
