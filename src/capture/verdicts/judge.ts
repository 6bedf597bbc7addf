// Asks every rule about a connection; of two that hold, one may say more, and then the other is named as excluded.

import { fill, type Lang, type Params, type Text } from '../../lab/text/index.ts';
import type { Connection } from '../follow/index.ts';
import { healthy } from './healthy.ts';
import { rules } from './rules.ts';
import {
  type Context,
  durationWord,
  type Evidence,
  type Found,
  type Rule,
  type Severity,
  type Verdict,
  type VerdictTexts,
} from './verdict.ts';

/** From the worst to what is as it should be. */
export const SEVERITIES: readonly Severity[] = ['fault', 'warning', 'note', 'normal'];

/** Which of two severities is worse: negative when `a` is. */
export function bySeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

/** A whole verdict. */
export function verdictOf(texts: VerdictTexts, found: Found, connection: number | null): Verdict {
  return {
    id: texts.id,
    connection,
    severity: found.severity ?? texts.severity,
    confidence: found.confidence,
    culprit: found.culprit,
    evidence: found.evidence,
    params: found.params ?? {},
    excluded: found.excluded ?? [],
    orElse: found.orElse ?? [],
  };
}

/** Every verdict about a connection, the worst first; at least one. */
export function judge(connection: Connection, context: Context): Verdict[] {
  const found: { rule: Rule; found: Found }[] = [];
  for (const rule of rules) {
    const one = rule.judge(connection, context);
    if (one !== null) found.push({ rule, found: one });
  }
  const ids = new Set(found.map(({ rule }) => rule.id));
  const less = new Set<string>();
  for (const { rule } of found)
    for (const id of rule.over ?? []) if (ids.has(id) && id !== rule.id && !less.has(rule.id)) less.add(id);
  const verdicts = found
    .filter(({ rule }) => !less.has(rule.id))
    .map(({ rule, found: one }) => {
      const named = (one.excluded ?? []).filter(({ verdict }) => !ids.has(verdict) || less.has(verdict));
      const explained = (rule.over ?? []).filter(
        (id) => less.has(id) && ids.has(id) && !named.some(({ verdict }) => verdict === id),
      );
      const excluded = [...named, ...explained.map((verdict) => ({ verdict, because: EXPLAINED }))];
      return verdictOf(rule, { ...one, excluded }, connection.number);
    });
  verdicts.sort((a, b) => bySeverity(a.severity, b.severity));
  const [worst] = verdicts;
  if (worst === undefined || bySeverity(worst.severity, 'note') >= 0)
    verdicts.push(
      verdictOf(healthy, { confidence: 'certain', culprit: 'nobody', evidence: [] }, connection.number),
    );
  return verdicts;
}

const EXPLAINED: Text = {
  en: 'what speaks for it is explained by this verdict',
  zh: '支持它的迹象已由本结论解释',
};

/** Values of parameters that are words. */
const WORDS: Readonly<Record<string, Text>> = {
  client: { en: 'client', zh: '客户端' },
  server: { en: 'server', zh: '服务器' },
  network: { en: 'network', zh: '网络' },
  capture: { en: 'capture', zh: '抓包' },
  nobody: { en: 'nobody', zh: '无' },
  'in-time-wait': { en: 'the server is in TIME-WAIT', zh: '服务器处于 TIME-WAIT' },
  'open-there': {
    en: 'that connection was not closed: it is still open at the server',
    zh: '那个连接没有关闭：在服务器上还开着',
  },
  silence: { en: 'no answer at all', zh: '毫无应答' },
};

/** A word of a verdict in a language: a culprit, or a parameter. */
export function verdictWord(word: string, lang: Lang): string {
  return WORDS[word]?.[lang] ?? durationWord(word, lang) ?? word;
}

/** A text of a verdict with its parameters. */
export function verdictText(text: Text, params: Params, lang: Lang): string {
  return fill(text[lang], params, (value) => verdictWord(value, lang));
}

/** Frames of evidence, each once, in order. */
export function framesOf(evidence: readonly Evidence[]): number[] {
  const frames = evidence.flatMap(({ frame }) => (frame === null ? [] : [frame]));
  return [...new Set(frames)].sort((a, b) => a - b);
}
