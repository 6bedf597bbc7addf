// The door of verdicts.

export { Many, type ManyFound } from './handshake/index.ts';
export { healthy } from './healthy.ts';
export { bySeverity, framesOf, judge, SEVERITIES, verdictOf, verdictText, verdictWord } from './judge.ts';
export { rules, verdictTexts } from './rules.ts';
export type {
  Confidence,
  Context,
  Culprit,
  Evidence,
  Exclusion,
  Found,
  Rule,
  Service,
  Severity,
  Verdict,
  VerdictTexts,
} from './verdict.ts';
