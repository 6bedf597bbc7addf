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
  /** Identifiers that are its own, as `tcp_fin_timeout`: who writes one means it. */
  readonly identifiers: readonly string[];
  /** Its phrases are what people ask; a whole one in a longer question says what is meant. */
  readonly asks: boolean;
  /** 1, or less where others that fit as well come first. */
  readonly rank: number;
}

/** What was found; `score` from 0, nothing of it fits, to 1, word by word. */
export interface Hit<T> {
  readonly value: T;
  readonly score: number;
}

/** A phrase of a document, or all its texts. */
interface Entry {
  readonly document: number;
  readonly tokens: ReadonlySet<string>;
  /** As it is compared word by word; empty for texts. */
  readonly bare: string;
  /** The score of who asks for it word by word. */
  readonly most: number;
}

/** What a token counts, as a part of what it counts in a phrase: elsewhere in the same document's phrases, or in its texts. */
const IN_OTHER_PHRASE = 0.6;
const IN_TEXT = 0.3;
/** What tokens that only shape a question count. */
const SHAPE = 0.3;
/** What a word counts that is nowhere, as a part of what the rarest one counts; and a number. */
const UNKNOWN = 0.85;
const UNKNOWN_NUMBER = 0.1;
/** A word that only texts have counts as rarer than one that phrases have. */
const TEXT_FREQUENCY = 0.25;
/** What a phrase scores at least that is in the question as a whole: a message in what was pasted. */
const CONTAINED = 0.5;
/** How much more it scores, the more of the question it is. */
const CONTAINED_MORE = 0.1;
/** What a document scores at least one of whose identifiers stands in the question: nothing else is called so. */
const IDENTIFIED = 0.7;
/** It has several words and says this much, or is one of these: errors and states are meant by their one word. */
const SAYS_ENOUGH = 3.4;
const DECISIVE: ReadonlySet<string> = new Set(
  ['refused timeout timewait closewait finwait1 finwait2 lastackstate synsent synreceived'].flatMap(tokensOf),
);
const SHAPES: ReadonlySet<string> = new Set([
  'why',
  'fix',
  'versus',
  'mean',
  'count',
  'list',
  'when',
  'socket',
]);
/** How much of the score says that a phrase has little else than the question. */
const PRECISION = 0.35;
/** The most that a phrase scores that is not what was asked, word by word. */
const ALMOST = 0.98;
/** The same when it is a keyword that was asked. */
const KEYWORD = 0.99;
/** How much of a document's rank counts between two that have the question word by word. */
const RANK_OF_SAME = 0.3;
/** A question that says less, such as one common word, may mean anything that has it. */
const LEAST_SAID = 2.3;
const VAGUE = 0.5;
/** Entries that are looked at closely. */
const MOST_ENTRIES = 120;
const NOTHING: ReadonlySet<string> = new Set();

/** Documents, ready to be searched. */
export class PhraseIndex<T> {
  readonly #documents: readonly FindDocument<T>[];
  readonly #entries: Entry[] = [];
  /** Documents by their names, as they are compared word by word. */
  readonly #named = new Map<string, number>();
  /** Documents by their identifiers; null: several have it. */
  readonly #identified = new Map<string, number | null>();
  /** By document: tokens of its phrases, and of its texts. */
  readonly #inPhrases: ReadonlySet<string>[] = [];
  readonly #inTexts: ReadonlySet<string>[] = [];
  /** In how many documents a token is. */
  readonly #frequency = new Map<string, number>();
  readonly #mini: MiniSearch;
  readonly #spelling: Spelling;

  constructor(documents: readonly FindDocument<T>[]) {
    this.#documents = documents;
    // Tokens are made once: MiniSearch gets them with a space between.
    this.#mini = new MiniSearch({
      fields: ['phrase', 'text'],
      tokenize: (tokens) => tokens.split(' '),
      processTerm: (term) => term,
      searchOptions: { boost: { phrase: 4, text: 1 } },
    });
    const words = new Set(spelledWords);
    documents.forEach((document, at) => {
      for (const word of this.#enter(document, at)) words.add(word);
    });
    this.#spelling = new Spelling(words);
  }

  /** Takes a document in; its words. */
  #enter({ names, identifiers, titles, keywords, texts, rank }: FindDocument<T>, document: number): string[] {
    const same = sameScore(rank);
    for (const name of names) if (!this.#named.has(bare(name))) this.#named.set(bare(name), document);
    for (const name of identifiers)
      this.#identified.set(bare(name), this.#identified.get(bare(name)) === undefined ? document : null);
    const inPhrases = new Set<string>();
    const phrase = (text: string, most: number): void => {
      const tokens = new Set(tokensOf(text));
      for (const token of tokens) inPhrases.add(token);
      this.#add({ document, tokens, bare: bare(text), most }, 'phrase');
    };
    for (const text of titles) phrase(text, same);
    for (const text of keywords) phrase(text, same * KEYWORD);
    const inTexts = new Set(texts.flatMap(tokensOf));
    this.#add({ document, tokens: inTexts, bare: '', most: 0 }, 'text');
    this.#inPhrases.push(inPhrases);
    this.#inTexts.push(inTexts);
    for (const token of new Set([...inPhrases, ...inTexts])) {
      const more = inPhrases.has(token) ? 1 : TEXT_FREQUENCY;
      this.#frequency.set(token, (this.#frequency.get(token) ?? 0) + more);
    }
    return [...titles, ...keywords, ...texts].flatMap(wordsOf);
  }

  #add(entry: Entry, field: 'phrase' | 'text'): void {
    this.#mini.add({ id: this.#entries.length, [field]: [...entry.tokens].join(' ') });
    this.#entries.push(entry);
  }

  /** The documents that have something of the query, the best first; at most `limit`. */
  search(query: string, limit = 10): Hit<T>[] {
    const tokens = new Set(tokensOf(this.#spelling.correct(query)));
    const wanted = [...tokens].map((token) => ({ token, weight: this.#weight(token) }));
    const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
    const asked = bare(query);
    const best = new Map<number, number>();
    const named = this.#named.get(asked);
    if (named !== undefined) best.set(named, sameScore((this.#documents[named] as FindDocument<T>).rank));
    const most = total < LEAST_SAID ? VAGUE : ALMOST;
    for (const { id, score } of this.#mini.search([...tokens].join(' ')).slice(0, MOST_ENTRIES)) {
      const entry = this.#entries[id as number] as Entry;
      const { rank, asks } = this.#documents[entry.document] as FindDocument<T>;
      // Of two that fit as well, the one that MiniSearch likes better.
      const close = Math.min(most, this.#closeness(wanted, total, entry, asks)) * rank + score * 1e-5;
      const reached =
        entry.bare === asked
          ? entry.most
          : sameTokens(entry, tokens)
            ? Math.max(close, Math.min(most, entry.most * ALMOST))
            : close;
      best.set(entry.document, Math.max(best.get(entry.document) ?? 0, reached));
    }
    for (const word of plain(query).match(IDENTIFIER) ?? []) {
      const at = this.#identified.get(bare(word));
      if (at !== undefined && at !== null)
        best.set(at, Math.max(IDENTIFIED + (best.get(at) ?? 0) / 10, best.get(at) ?? 0));
    }
    return [...best]
      .map(([at, score]) => ({ value: (this.#documents[at] as FindDocument<T>).value, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  /** How much of what is wanted an entry has, the document's other phrases and texts helping, and how little else. */
  #closeness(
    wanted: readonly { readonly token: string; readonly weight: number }[],
    total: number,
    { document, tokens, most }: Entry,
    asks: boolean,
  ): number {
    let found = 0;
    let common = 0;
    // What only the texts have counts as that, whether they were what was found or not.
    const here = most > 0 ? tokens : NOTHING;
    for (const { token, weight } of wanted) {
      if (here.has(token)) {
        found += weight;
        common += weight;
      } else if (this.#inPhrases[document]?.has(token) === true) found += weight * IN_OTHER_PHRASE;
      else if (this.#inTexts[document]?.has(token) === true) found += weight * IN_TEXT;
    }
    let whole = 0;
    for (const token of here) whole += this.#weight(token);
    const precision = whole === 0 ? 0 : common / whole;
    const close = (found / total) * (1 - PRECISION + PRECISION * precision);
    const isWhole = asks && common > 0 && precision > 0.999;
    const [first = ''] = here;
    const decides = here.size > 1 ? whole >= SAYS_ENOUGH : DECISIVE.has(first);
    return isWhole && decides
      ? Math.max(close, CONTAINED + (CONTAINED_MORE * common) / total + close / 100)
      : close;
  }

  /** How much a token says: rare ones more; one that is nowhere something, too, so that it lowers the score. */
  #weight(token: string): number {
    const found = this.#frequency.get(token);
    const rarity = Math.log(1 + this.#documents.length / ((found ?? 0) + 1));
    if (found === undefined) return rarity * (/^\d+$/.test(token) ? UNKNOWN_NUMBER : UNKNOWN);
    return SHAPES.has(token) ? rarity * SHAPE : rarity;
  }
}

/** The score of a document of that rank when it is asked for word by word. */
function sameScore(rank: number): number {
  return 1 - (1 - rank) * RANK_OF_SAME;
}

/** What may be an identifier: `net.ipv4.tcp_fin_timeout`, `TcpExtListenOverflows`. */
const IDENTIFIER = /[a-z][a-z0-9_.]{5,}/g;

/** Whether a phrase says the same as the question, in whatever order and with whatever is between. */
function sameTokens({ tokens, bare: text }: Entry, asked: ReadonlySet<string>): boolean {
  if (text === '') return false;
  const of = (all: ReadonlySet<string>): string[] => [...all].filter((token) => token !== 'mean');
  const [mine, theirs] = [of(tokens), of(asked)];
  return mine.length > 0 && mine.length === theirs.length && theirs.every((token) => tokens.has(token));
}

/** A text as it is compared word by word. */
function bare(text: string): string {
  return plain(text).replace(/[^\p{L}\p{N}]+/gu, '');
}
