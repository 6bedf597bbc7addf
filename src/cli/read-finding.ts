// What is said of a finding, for whoever prints it: the terminal, and the report.

import { type Finding, framesOf, verdictText, verdictTexts, verdictWord } from '../capture/index.ts';
import type { Lang } from '../lab/index.ts';
import { t } from './messages.ts';
import { runCommandText } from './run-command.ts';

const MOST_REASONS = 3;

/** A finding in words. */
export interface FindingText {
  /** Severity, title, and the connections that it is about. */
  readonly head: string;
  readonly means: string;
  /** Who, how sure, the frames, what is excluded, what cannot be, what to do: a line each. */
  readonly details: readonly string[];
  /** The run of the lab that shows the same; null: none. */
  readonly command: string | null;
}

function whereText({ connections, count }: Finding, lang: Lang): string {
  if (connections.length === 0) return t(lang, 'readWhereAll');
  const list = connections.map((number) => `#${number}`).join(lang === 'zh' ? '、' : ', ');
  if (count === 1) return t(lang, 'readWhereOne', { list });
  return t(lang, 'readWhereMany', { count, list: count > connections.length ? `${list}…` : list });
}

/** The title of a verdict. */
export function titleOf(id: string, lang: Lang): string {
  return verdictTexts.get(id)?.title[lang] ?? id;
}

/** The words. */
export function findingText(finding: Finding, lang: Lang): FindingText {
  const { id, severity, verdict } = finding;
  const { params, evidence, excluded, orElse, culprit, confidence } = verdict;
  const texts = verdictTexts.get(id);
  const details: string[] = [];
  const who = verdictWord(culprit, lang);
  details.push(t(lang, 'readWho', { who, sure: t(lang, `confidence_${confidence}`) }));
  if (framesOf(evidence).length > 0) {
    const frames = evidence.map(({ frame, role }) => `${frame ?? '–'} ${role[lang]}`);
    details.push(t(lang, 'readFrames', { frames: frames.join(lang === 'zh' ? '；' : '; ') }));
  }
  for (const { verdict: other, because } of excluded.slice(0, MOST_REASONS))
    details.push(t(lang, 'readNot', { title: titleOf(other, lang), because: because[lang] }));
  if (orElse.length > 0) {
    const titles = orElse.map((other) => titleOf(other, lang)).join(lang === 'zh' ? '、' : ', ');
    details.push(t(lang, 'readOrElse', { titles }));
  }
  for (const text of texts?.advice ?? [])
    details.push(t(lang, 'readDo', { text: verdictText(text, params, lang) }));
  const scenario = severity === 'normal' ? null : (texts?.scenario ?? null);
  return {
    head: t(lang, 'readFinding', {
      severity: t(lang, `severity_${severity}`),
      title: titleOf(id, lang),
      where: whereText(finding, lang),
    }),
    means: texts === undefined ? '' : verdictText(texts.means, params, lang),
    details,
    command:
      scenario === null ? null : runCommandText({ scenario: scenario.id, edits: scenario.edits ?? [] }),
  };
}
