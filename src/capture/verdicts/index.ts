// The door of verdicts.

export { Many, type ManyFound } from './handshake/index.ts';
export { healthy } from './healthy.ts';
export { bySeverity, framesOf, judge, SEVERITIES, verdictOf, verdictText, verdictWord } from './judge.ts';
export { rules, verdictTexts } from './rules.ts';
export {
  type Confidence,
  type Context,
  type Culprit,
  durationText,
  type Evidence,
  type Exclusion,
  type Found,
  type Path,
  type Rule,
  type Service,
  type Severity,
  type Shortest,
  type Verdict,
  type VerdictTexts,
} from './verdict.ts';
