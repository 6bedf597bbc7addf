// Mends what was misspelled, where one known word is near: `handshke`, `simultanous`, `tiem_wait`.

import { default as MiniSearch } from 'minisearch';
import { isHan, plain, stem } from './units.ts';

/** Letters from which a word may have one wrong, or two. */
const ONE = 5;
const TWO = 8;

/** The words that are known. */
export class Spelling {
  readonly #known: ReadonlySet<string>;
  readonly #stems: ReadonlySet<string>;
  readonly #near: MiniSearch<{ id: string }>;

  constructor(words: ReadonlySet<string>) {
    const latin = [...words].filter((word) => !isHan(word) && !/\d/.test(word));
    this.#known = words;
    this.#stems = new Set([...words].map(stem));
    this.#near = new MiniSearch<{ id: string }>({ fields: ['id'], processTerm: (term) => term });
    this.#near.addAll(latin.filter((word) => word.length >= ONE - 1).map((id) => ({ id })));
  }

  /** The text with every word that is unknown and near a known one replaced by that. */
  correct(text: string): string {
    return plain(text).replace(/[a-z]{4,}/g, (word) => this.#correctWord(word));
  }

  #correctWord(word: string): string {
    if (this.#known.has(word) || this.#stems.has(stem(word))) return word;
    for (let i = 0; i + 1 < word.length; i++) {
      const swapped = word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
      if (this.#known.has(swapped)) return swapped;
    }
    const most = word.length >= TWO ? 2 : word.length >= ONE ? 1 : 0;
    if (most === 0) return word;
    // Who misspells a word gets its first letter right.
    const [near] = this.#near.search(word, {
      fuzzy: most,
      filter: ({ id }) => id.startsWith(word.charAt(0)),
    });
    return near === undefined ? word : String(near.id);
  }
}
