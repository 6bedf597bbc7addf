// Sentences and phrases of the explanations: how a text becomes one, how they are joined, how counts and times are said.

import { fill, type Lang, type Params, type Text } from '../text/index.ts';

/** Texts by key. */
export type Texts = Readonly<Record<string, Text>>;

/** A text in a language with its parameters; an English sentence gets its capital letter, a name keeps its own. */
export function say(text: Text, lang: Lang, params: Params = {}): string {
  const filled = phrase(text, lang, params);
  const name = text[lang].startsWith('{') && !/^(?:the|a) /.test(filled);
  return lang === 'zh' || name ? filled : filled.charAt(0).toUpperCase() + filled.slice(1);
}

/** The same within a sentence: as it stands. */
export function phrase(text: Text, lang: Lang, params: Params = {}): string {
  const filled = fill(text[lang], params);
  return lang === 'zh' ? filled.replace(BETWEEN_CHINESE, '').replace(BESIDE_LATIN, ' ') : filled;
}

/** Spaces stand between Chinese and Latin, not between Chinese and Chinese. */
const BETWEEN_CHINESE =
  /(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])/g;

/** Where Chinese and Latin meet: a name that was put in brings no space with it. */
const BESIDE_LATIN = /(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9′″])(?=[\u4e00-\u9fff])/g;

/** Phrases one after the other: `a, b and c`, `a、b和c`. */
export function listed(phrases: readonly string[], lang: Lang): string {
  if (phrases.length < 2) return phrases.join('');
  // Between Chinese and anything Latin stands a space.
  const latin = (text: string | undefined): boolean => /^[\x20-\x7e]+$/.test(text ?? '');
  const gap = lang === 'zh' && (latin(phrases.at(-1)) || latin(phrases.at(-2))) ? ' ' : '';
  const comma = lang === 'en' ? ', ' : '、';
  const and = lang === 'en' ? ' and ' : `${gap}和${gap}`;
  return `${phrases.slice(0, -1).join(comma)}${and}${phrases.at(-1)}`;
}

/** Sentences one after the other. */
export function sentences(parts: readonly (string | null)[], lang: Lang): string {
  return parts.filter((part) => part !== null && part !== '').join(lang === 'en' ? ' ' : '');
}

/** A count with its noun: `1 octet`, `2 octets`; Chinese has no plural. */
export function octets(n: number, lang: Lang): string {
  if (lang === 'zh') return `${n} 个字节`;
  return n === 1 ? '1 octet' : `${n} octets`;
}

/** A time as people say it: `620 ms`, `1.5 s`, `2 min`. */
export function duration(ms: number, lang: Lang): string {
  const number = (value: number, places = 1000): string => String(Math.round(value * places) / places);
  if (ms < 1000) return lang === 'en' ? `${number(ms)} ms` : `${number(ms)} 毫秒`;
  if (ms < 120_000) return lang === 'en' ? `${number(ms / 1000)} s` : `${number(ms / 1000)} 秒`;
  return lang === 'en' ? `${number(ms / 60_000, 100)} min` : `${number(ms / 60_000, 100)} 分钟`;
}
