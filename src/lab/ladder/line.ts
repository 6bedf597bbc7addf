// One line of a terminal as cells: a character and a colour each. A wide character takes two cells.

import { charWidth } from '../text/index.ts';

/** A line that is drawn cell by cell and then printed once. */
export class Line {
  readonly #chars: string[];
  readonly #styles: string[];

  constructor(width: number) {
    this.#chars = new Array<string>(width).fill(' ');
    this.#styles = new Array<string>(width).fill('');
  }

  at(x: number): string {
    return this.#chars[x] ?? ' ';
  }

  /** Writes from column `x` on; what would be beyond the line is left out. */
  put(x: number, text: string, style = ''): void {
    for (const char of text) {
      const width = charWidth(char);
      if (width === 0) continue;
      if (x < 0 || x + width > this.#chars.length) return;
      this.#chars[x] = char;
      this.#styles[x] = style;
      if (width === 2) {
        this.#chars[x + 1] = '';
        this.#styles[x + 1] = style;
      }
      x += width;
    }
  }

  /** The line without trailing spaces; with SGR sequences around coloured runs if `colour`. */
  toString(colour: boolean): string {
    let end = this.#chars.length;
    while (end > 0 && this.#chars[end - 1] === ' ') end--;
    if (!colour) return this.#chars.slice(0, end).join('');
    let text = '';
    let style = '';
    for (let x = 0; x < end; x++) {
      const next = this.#chars[x] === ' ' ? style : (this.#styles[x] as string);
      if (next !== style) {
        if (style !== '') text += '\x1b[0m';
        if (next !== '') text += `\x1b[${next}m`;
        style = next;
      }
      text += this.#chars[x];
    }
    return style === '' ? text : `${text}\x1b[0m`;
  }
}
