// The index: every way in which something is asked for is a phrase of its own, so that a question is compared with
// questions. MiniSearch finds the phrases and texts that have something of it (BM25+); how much of the question they
// have, and how little else, decides.

import { default as MiniSearch } from 'minisearch';
import { spelledWords, tokensOf } from './lexicon.ts';
import { Spelling } from './spelling.ts';
import { plain, wordsOf } from './units.ts';

/** What can be found. */
export interface FindDocument<T> {
  readonly value: T;
  /** Names that find it at once: `ack3-lost`, `claim 22`. */
  readonly names: readonly string[];
  /** What is asked when this is meant: titles and questions. */
  readonly titles: readonly string[];
  /** Other words for it. */
  readonly keywords: readonly string[];
  /** What it tells: of use where the phrases do not have a word. */
  readonly texts: readonly string[];
  /** 1, or less where others that fit as well come first. */
  readonly rank: number;
}

/** What was found; `score` from 0, nothing of it fits, to 1, word by word. */
export interface Hit<T> {
  readonly value: T;
  readonly score: number;
}

interface Entry {
  readonly id: number;
  readonly document: number;
  readonly phrase: string;
  readonly text: string;
  /** The score of who asks for it word by word. */
  readonly most: number;
}

/** What a token counts, as a part of what it counts in a phrase: elsewhere in the same document's phrases, or in its texts. */
const IN_OTHER_PHRASE = 0.6;
const IN_TEXT = 0.3;
/** What tokens that only shape a question count. */
const SHAPE = 0.3;
const SHAPES: ReadonlySet<string> = new Set(['why', 'fix', 'versus', 'mean', 'count', 'list', 'when']);
/** How much of the score says that a phrase has little else than the question. */
const PRECISION = 0.35;
/** The most that a phrase scores that is not what was asked, word by word. */
const ALMOST = 0.98;
/** The same when it is a keyword that was asked. */
const KEYWORD = 0.99;
/** How much of a document's rank counts between two that have the question word by word. */
const RANK_OF_SAME = 0.3;
/** A question that says less, such as one common word, may mean anything that has it. */
const LEAST_SAID = 1.8;
const VAGUE = 0.5;
/** Entries that are looked at closely. */
const MOST_ENTRIES = 120;

/** Documents, ready to be searched. */
export class PhraseIndex<T> {
  readonly #documents: readonly FindDocument<T>[];
  readonly #entries: Entry[] = [];
  /** By document: tokens of its phrases, and of its texts. */
  readonly #inPhrases: readonly ReadonlySet<string>[];
  readonly #inTexts: readonly ReadonlySet<string>[];
  readonly #frequency = new Map<string, number>();
  readonly #mini: MiniSearch<Entry>;
  readonly #spelling: Spelling;

  constructor(documents: readonly FindDocument<T>[]) {
    this.#documents = documents;
    const words = new Set(spelledWords);
    this.#inPhrases = documents.map(({ names, titles, keywords }) =>
      tokenSet([...names, ...titles, ...keywords]),
    );
    this.#inTexts = documents.map(({ texts }) => tokenSet(texts));
    const enter = (document: number, phrase: string, text: string, most: number): void => {
      this.#entries.push({ id: this.#entries.length, document, phrase, text, most });
    };
    documents.forEach(({ names, titles, keywords, texts, rank }, document) => {
      const same = 1 - (1 - rank) * RANK_OF_SAME;
      for (const phrase of [...names, ...titles]) enter(document, phrase, '', same);
      for (const phrase of keywords) enter(document, phrase, '', same * KEYWORD);
      enter(document, '', texts.join('\n'), 0);
      for (const text of [...names, ...titles, ...keywords, ...texts])
        for (const word of wordsOf(text)) words.add(word);
      for (const token of new Set([...this.#phraseTokens(document), ...(this.#inTexts[document] ?? [])]))
        this.#frequency.set(token, (this.#frequency.get(token) ?? 0) + 1);
    });
    this.#mini = new MiniSearch<Entry>({
      fields: ['phrase', 'text'],
      storeFields: ['document', 'phrase', 'most'],
      tokenize: tokensOf,
      processTerm: (term) => term,
      searchOptions: { boost: { phrase: 4, text: 1 } },
    });
    this.#mini.addAll(this.#entries);
    this.#spelling = new Spelling(words);
  }

  #phraseTokens(document: number): ReadonlySet<string> {
    return this.#inPhrases[document] ?? new Set();
  }

  /** The documents that have something of the query, the best first; at most `limit`. */
  search(query: string, limit = 10): Hit<T>[] {
    const right = this.#spelling.correct(query);
    const wanted = [...new Set(tokensOf(right))].map((token) => ({ token, weight: this.#weight(token) }));
    const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return [];
    const asked = bare(query);
    const best = new Map<number, number>();
    for (const { document: at, phrase, most, score } of this.#mini.search(right).slice(0, MOST_ENTRIES)) {
      const { rank } = this.#documents[at] as FindDocument<T>;
      const close =
        bare(phrase) === asked
          ? most
          : // Of two that fit as well, the one that MiniSearch likes better.
            Math.min(
              total < LEAST_SAID ? VAGUE : ALMOST,
              this.#closeness(wanted, total, at, phrase) + score * 1e-5,
            ) * rank;
      best.set(at, Math.max(best.get(at) ?? 0, close));
    }
    return [...best]
      .map(([at, score]) => ({ value: (this.#documents[at] as FindDocument<T>).value, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  /** How much of what is wanted a phrase of a document has, the document's other texts helping, and how little else. */
  #closeness(
    wanted: readonly { readonly token: string; readonly weight: number }[],
    total: number,
    document: number,
    phrase: string,
  ): number {
    const tokens = new Set(tokensOf(phrase));
    let found = 0;
    let common = 0;
    for (const { token, weight } of wanted) {
      if (tokens.has(token)) {
        found += weight;
        common += weight;
      } else if (this.#inPhrases[document]?.has(token) === true) found += weight * IN_OTHER_PHRASE;
      else if (this.#inTexts[document]?.has(token) === true) found += weight * IN_TEXT;
    }
    let whole = 0;
    for (const token of tokens) whole += this.#weight(token);
    const precision = whole === 0 ? 0 : common / whole;
    return (found / total) * (1 - PRECISION + PRECISION * precision);
  }

  /** How much a token says: rare ones more; one that is nowhere as much as the rarest, so that it lowers the score. */
  #weight(token: string): number {
    const rarity = Math.log(1 + this.#documents.length / ((this.#frequency.get(token) ?? 0) + 1));
    return SHAPES.has(token) ? rarity * SHAPE : rarity;
  }
}

/** A text as it is compared word by word. */
function bare(text: string): string {
  return plain(text).replace(/[^\p{L}\p{N}]+/gu, '');
}

function tokenSet(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(tokensOf));
}
