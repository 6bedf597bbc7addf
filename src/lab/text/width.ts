// How many columns of a terminal a text takes: Unicode Standard Annex 11 (East Asian Width). Wide and
// fullwidth characters take two, combining marks none; "ambiguous" ones, such as box drawing, take one.

/** Ranges of wide and fullwidth characters: first, last. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const MARK = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns of one character (a code point). */
export function charWidth(char: string): 0 | 1 | 2 {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  for (const [first, last] of WIDE) if (code >= first && code <= last) return 2;
  return MARK.test(char) ? 0 : 1;
}

/** Columns of a text without control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The text cut to at most `width` columns; `ellipsis`, of one column, ends it where something was cut off. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let at = 0;
  for (const char of text) {
    const w = charWidth(char);
    if (at + w > width - 1) break;
    kept += char;
    at += w;
  }
  return width > 0 ? kept + ellipsis : '';
}

/** The words of a text in lines of at most `width` columns; a longer word stands alone and is not broken. */
export function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** What is not broken: a word or a wide character, with the punctuation that belongs to it. */
const PIECE = / *[（“]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^ \u2e80-\u9fff\uff00-\uffef]+)[，。；：、）”]*/g;

/** A text in lines of at most `width` columns, broken at spaces and beside wide characters. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [piece] of text.matchAll(PIECE)) {
    if (line !== '' && textWidth(line + piece) > width) {
      lines.push(line);
      line = piece.trimStart();
    } else line += piece;
  }
  if (line !== '') lines.push(line);
  return lines;
}
