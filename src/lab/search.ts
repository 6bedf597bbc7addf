// Finds what somebody asks for in the lab, in English, in Chinese, or in both at once: words are stemmed a
// little, Chinese is cut into pairs of characters, and what has several names (SYN_RCVD, 三次握手) is one concept.

import { conceptsIn } from './search-words.ts';

/** A text of a document, and how much it tells about it: a title more than an explanation. */
export interface SearchField {
  readonly text: string;
  readonly weight: number;
}

/** What can be found. */
export interface SearchDocument<T> {
  readonly value: T;
  /** Names that find it at once: `ack3-lost`, `claim 22`. */
  readonly names: readonly string[];
  readonly fields: readonly SearchField[];
}

/** What was found: the more of the query it has, the higher its score, 0 to 1; more if it is what was asked, word by word. */
export interface Hit<T> {
  readonly value: T;
  readonly score: number;
}

/** A concept tells more than a word. */
const CONCEPT = 2.2;
/** Tokens that every second text has: their weight in the query. */
const COMMON = 0.15;
/** Weight from which a text is a title or a keyword, and from which it is a title. */
const HEAD = 0.9;
const WHOLE = 0.95;
/** The score of what is asked word by word: a name or a title; another text, such as a keyword. */
const SAME = 2;
const WORD = 1.5;
/** The part of the score that tells how little else a title says. */
const PRECISION = 0.25;
const STOP: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from get got had has have how i if in into is it ' +
    'its just me my of on or our say show so tell than that the their them then there these they this to was we ' +
    'were what when where which who why will with would you your happen about'
  )
    .split(' ')
    .map(stem),
);
/** Pairs of characters that only make a sentence. */
const STOP_PAIRS: ReadonlySet<string> = new Set(
  '什么 为什 怎么 么办 么样 是什 会怎 如果 时候 一个 可以 这个 那个 会发 发生 生什 吗？ 哪些 为何 如何 请问 的话'.split(
    ' ',
  ),
);

/** Documents, ready to be searched. */
export class SearchIndex<T> {
  readonly #documents: readonly {
    readonly value: T;
    /** Its names and texts as they are compared word by word, and the score of such a hit. */
    readonly exact: ReadonlyMap<string, number>;
    readonly weights: ReadonlyMap<string, number>;
    /** The tokens of its names and of each text that says what it is about. */
    readonly heads: readonly ReadonlySet<string>[];
  }[];
  /** In how many documents a token is. */
  readonly #found = new Map<string, number>();

  constructor(documents: readonly SearchDocument<T>[]) {
    this.#documents = documents.map(({ value, names, fields }) => {
      const all = [...fields, ...names.map((text) => ({ text, weight: 1 }))];
      const exact = new Map<string, number>();
      for (const { text, weight } of all) {
        const score = weight >= WHOLE ? SAME : WORD;
        exact.set(bare(text), Math.max(exact.get(bare(text)) ?? 0, score));
      }
      const weights = new Map<string, number>();
      for (const { text, weight } of all) {
        for (const token of tokens(text)) weights.set(token, Math.max(weights.get(token) ?? 0, weight));
      }
      for (const token of weights.keys()) this.#found.set(token, (this.#found.get(token) ?? 0) + 1);
      const heads = all.filter(({ weight }) => weight >= HEAD).map(({ text }) => tokens(text));
      return { value, exact, weights, heads };
    });
  }

  /** The documents that have something of the query, the best first; at most `limit`. */
  search(query: string, limit = 10): Hit<T>[] {
    const wanted = [...tokens(query)].map((token) => ({ token, weight: this.#weight(token) }));
    const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
    const plain = bare(query);
    const hits: Hit<T>[] = [];
    for (const { value, exact, weights, heads } of this.#documents) {
      const same = plain === '' ? undefined : exact.get(plain);
      if (same === SAME) {
        hits.push({ value, score: SAME });
        continue;
      }
      let found = 0;
      for (const { token, weight } of wanted) found += weight * (weights.get(token) ?? 0);
      if (found === 0) continue;
      const closest = Math.max(...heads.map((head) => this.#closeness(head, wanted)));
      const score = (1 - PRECISION) * Math.min(1, found / total) + PRECISION * closest;
      // Of two with the same keyword the one that has more of it in its texts.
      hits.push({ value, score: same === undefined ? score : same + score / 4 });
    }
    return hits.sort((a, b) => b.score - a.score).slice(0, limit);
  }

  /** How much of a title is in the query: of two that have all of it, the one that says little else is meant. */
  #closeness(head: ReadonlySet<string>, wanted: readonly { readonly token: string }[]): number {
    let whole = 0;
    for (const token of head) whole += this.#weight(token);
    let common = 0;
    for (const { token } of wanted) if (head.has(token)) common += this.#weight(token);
    return whole === 0 ? 0 : common / whole;
  }

  /** How much a token of the query says: rare ones more; unknown ones count as rare, so that they lower the score. */
  #weight(token: string): number {
    const n = this.#documents.length;
    const found = this.#found.get(token) ?? 0;
    const rarity = Math.log(1 + n / (found + 1));
    const kind = token.startsWith('@') ? CONCEPT : isCommon(token) ? COMMON : 1;
    return rarity * kind;
  }
}

/** Scores from which a hit may be the one that is meant, and by how much it must be better than the next. */
const CLEAR = 0.62;
const AHEAD = 1.05;

/**
 * The one hit that is meant, or null when that is not clear; `same` says whether two lead to the same place, so that
 * they do not compete.
 */
export function clearHit<T>(hits: readonly Hit<T>[], same: (a: T, b: T) => boolean): Hit<T> | null {
  const best = hits[0];
  if (best === undefined || best.score < CLEAR) return null;
  const rival = hits.find(({ value }) => !same(value, best.value));
  return rival === undefined || best.score >= rival.score * AHEAD ? best : null;
}

function isCommon(token: string): boolean {
  return STOP.has(token) || STOP_PAIRS.has(token);
}

/** What only makes a question of what is asked about. */
const ASKING =
  /^(?:请问|如果|假如|what (?:happens|if) (?:(?:if|when) )?)|(?:会怎么?样|怎么办|会发生什么|会如何|怎么处理|[了呢吗])+$/g;

/** A text as it is compared word by word: without case, signs and spaces, and what makes it a question. */
function bare(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replace(/[?？!！。.]+$/, '');
  const asked = plain.replace(ASKING, '').replace(/丢[失掉包]/g, '丢');
  return (asked === '' ? plain : asked).replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The tokens of a text: concepts (`@rst`), stems of words, and pairs of Chinese characters. */
export function tokens(text: string): Set<string> {
  const plain = text.normalize('NFKC').toLowerCase();
  const found = new Set<string>(conceptsIn(plain));
  for (const [word] of plain.matchAll(/[a-z0-9]+/g)) found.add(stem(word));
  for (const [run] of plain.matchAll(/\p{Script=Han}+/gu)) {
    const characters = [...run];
    if (characters.length === 1) found.add(run);
    for (let i = 1; i < characters.length; i++) found.add(`${characters[i - 1]}${characters[i]}`);
  }
  return found;
}

/** A word without the endings that its forms have: lost stays, drops and dropped are drop. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let bared = word;
  if (bared.endsWith('ies')) bared = `${bared.slice(0, -3)}y`;
  else if (/(?:[sxz]|[cs]h)es$/.test(bared)) bared = bared.slice(0, -2);
  else if (/[^su]s$/.test(bared)) bared = bared.slice(0, -1);
  const cut = bared.replace(/(?:ing|ed|ly)$/, '');
  if (cut.length >= 3 && /[aeiouy]/.test(cut)) bared = cut.replace(/([bdfgmnprt])\1$/, '$1');
  return bared.replace(/e$/, '');
}
