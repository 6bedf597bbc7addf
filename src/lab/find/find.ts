// What is meant by a text, in English, in Chinese, or in both at once; or that nothing fits.

import type { StateName } from '../../tcp/index.ts';
import type { Lang } from '../text/index.ts';
import { documents, type Finding } from './documents.ts';
import { type Hit, PhraseIndex } from './phrase-index.ts';

let index: PhraseIndex<Finding> | null = null;

/** What may be meant by a text in words, the best first, at most `limit`. */
export function findInLab(text: string, limit = 10): Hit<Finding>[] {
  index ??= new PhraseIndex(documents());
  return index.search(text, limit);
}

/** Where to see a state. */
const STATE_SCENARIOS: Readonly<Record<StateName, string>> = {
  CLOSED: 'refused',
  LISTEN: 'hs',
  'SYN-SENT': 'syn-lost',
  'SYN-RECEIVED': 'ack3-lost',
  ESTABLISHED: 'hs',
  'FIN-WAIT-1': 'fin-lost',
  'FIN-WAIT-2': 'half-close',
  'CLOSE-WAIT': 'cw-leak',
  CLOSING: 'simclose',
  'LAST-ACK': 'lastack-lost',
  'TIME-WAIT': 'lastack-lost',
};

/** The id of the scenario that shows a finding; null when no run can. */
export function scenarioOf(finding: Finding): string | null {
  switch (finding.kind) {
    case 'scenario':
      return finding.scenario.id;
    case 'question':
      return finding.question.scenario;
    case 'claim':
      return finding.claim.scenario;
    case 'runbook':
      return finding.runbook.scenario;
    case 'interview':
      return finding.interview.run?.scenario ?? null;
    case 'state':
      return STATE_SCENARIOS[finding.state.rfc];
    case 'why':
    case 'term':
      return null;
  }
}

/** The name of a finding: `ack3-lost`, `why three`, `claim 22`, `TIME-WAIT`. */
export function findingId(finding: Finding): string {
  switch (finding.kind) {
    case 'scenario':
      return finding.scenario.id;
    case 'question':
      return finding.question.id;
    case 'claim':
      return `claim ${finding.claim.number}`;
    case 'state':
      return finding.state.rfc;
    case 'runbook':
      return `runbook ${finding.runbook.id}`;
    case 'interview':
      return `interview ${finding.interview.id}`;
    case 'why':
      return `why ${finding.why.id}`;
    case 'term':
      return finding.term.id;
  }
}

/** The score from which a hit fits. */
const FITS = 0.45;
/** A hit that is no better says no more than a common word does; others are as good that are as near to it. */
const VAGUE = 0.51;
const AS_GOOD = 0.999;

/** What comes of a question: an answer, several that are as good, or nothing that fits and what is nearest to it. */
export type Found =
  | { readonly kind: 'answer'; readonly finding: Finding }
  | { readonly kind: 'several'; readonly findings: readonly Finding[] }
  | { readonly kind: 'nothing'; readonly nearest: readonly Finding[] };

/** Near ones that are named when nothing fits. */
const NEAREST = 3;

/** What a question is to be answered with, of what was found. */
export function judgeHits(hits: readonly Hit<Finding>[]): Found {
  const [best] = hits;
  const findings = hits.map(({ value }) => value);
  if (best === undefined || best.score < FITS)
    return { kind: 'nothing', nearest: findings.slice(0, NEAREST) };
  const isRival = ({ value, score }: Hit<Finding>): boolean =>
    score >= best.score * AS_GOOD && !same(value, best.value);
  return best.score < VAGUE && hits.some(isRival)
    ? { kind: 'several', findings }
    : { kind: 'answer', finding: best.value };
}

/** The one finding that is meant, or null when that is not clear. */
export function clearFinding(hits: readonly Hit<Finding>[]): Finding | null {
  const found = judgeHits(hits);
  return found.kind === 'answer' ? found.finding : null;
}

/** A question and its scenario, or two claims of one scenario, are not different answers. */
function same(a: Finding, b: Finding): boolean {
  return a === b || (scenarioOf(a) !== null && scenarioOf(a) === scenarioOf(b));
}

/** The language to answer in: a question with Chinese in it is answered in Chinese. */
export function answerLanguage(question: string, otherwise: Lang): Lang {
  return /\p{Script=Han}/u.test(question) ? 'zh' : otherwise;
}
