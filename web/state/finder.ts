// What the search leads to on the page. Loaded by ./answers.ts only.

import {
  answerLanguage,
  claims,
  type Finding,
  findInLab,
  judgeHits,
  longerAnswer,
  type Question,
  questions,
  scenarioOf,
  type Text,
} from '../../src/lab/index.ts';
import { scenarioNamed } from './catalogue.ts';

/** A place that a search leads to, and what is said there. */
export interface Target {
  readonly kind: Finding['kind'];
  readonly title: Text;
  /** The answer: short, and perhaps longer. Null where the scenario tells it. */
  readonly answer: Text | null;
  readonly more: Text | null;
  /** The scenario that shows it; null: none. */
  readonly scenario: string | null;
  readonly edits: readonly string[];
  /** The question about a rule, for its page; null: none. */
  readonly why: string | null;
}

/** What is found for a text. */
export interface FoundTargets {
  /** Whether the first is an answer; otherwise nothing fits, and these are the nearest. */
  readonly fits: boolean;
  readonly targets: readonly Target[];
  /** The language of the question. */
  readonly lang: 'en' | 'zh';
}

const MOST = 24;

function targetOf(finding: Finding): Target {
  const id = scenarioOf(finding);
  const scenario = id !== null && scenarioNamed(id) !== undefined ? id : null;
  const none = { answer: null, more: null, scenario, edits: [], why: null };
  switch (finding.kind) {
    case 'scenario':
      return { ...none, kind: 'scenario', title: finding.scenario.title };
    case 'question': {
      const { question, answer, edits = [], why = null } = finding.question;
      const more = longerAnswer(finding.question);
      return { kind: 'question', title: question, answer, more, scenario, edits, why };
    }
    case 'interview': {
      const { question, short, full, run, why = null } = finding.interview;
      const edits = run?.edits ?? [];
      return { kind: 'interview', title: question, answer: short, more: full, scenario, edits, why };
    }
    case 'runbook': {
      const { title, means, fault, now, forGood, edits = [] } = finding.runbook;
      const all = (lang: 'en' | 'zh'): string =>
        [fault, ...now, ...forGood].map((text) => text[lang]).join('\n\n');
      return {
        ...none,
        kind: 'runbook',
        title,
        answer: means,
        more: { en: all('en'), zh: all('zh') },
        edits,
      };
    }
    case 'claim': {
      const { claim, truth, edits = [] } = finding.claim;
      return { ...none, kind: 'claim', title: claim, answer: truth, edits };
    }
    case 'why':
      return {
        ...none,
        kind: 'why',
        title: finding.why.question,
        answer: finding.why.answer,
        why: finding.why.id,
      };
    case 'state': {
      const { rfc, meaning } = finding.state;
      return { ...none, kind: 'state', title: { en: rfc, zh: rfc }, answer: meaning };
    }
    case 'term':
      return { ...none, kind: 'term', title: finding.term.name, answer: finding.term.definition };
  }
}

/** What is found for a text, the best first. */
export function find(text: string, lang: 'en' | 'zh'): FoundTargets {
  const hits = findInLab(text, MOST);
  const found = judgeHits(hits);
  const findings = found.kind === 'nothing' ? found.nearest : hits.map(({ value }) => value);
  return {
    fits: found.kind !== 'nothing',
    targets: findings.map(targetOf),
    lang: answerLanguage(text, lang),
  };
}

/** The questions that a scenario answers. */
export function questionsOf(scenario: string): readonly Question[] {
  return questions.filter((one) => one.scenario === scenario);
}

/** Questions that a run answers, as many as are asked for. */
export function asked(most: number): readonly Target[] {
  return questions
    .map((question): Target => targetOf({ kind: 'question', question }))
    .filter(({ scenario }) => scenario !== null)
    .slice(0, most);
}

/** How many claims are tested. */
export const claimCount = claims.length;
