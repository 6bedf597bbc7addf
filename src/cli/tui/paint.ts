// Lines of a screen: cut and filled to a width whatever is coloured in them, and the lines of a whole ladder.

import { cut, LadderRows, type Lang, TerminalLadder, type Trace, textWidth } from '../../lab/index.ts';

/** A screen and what it can show. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
  readonly ascii: boolean;
  readonly colour: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of SGR sequences (ECMA-48)
const SGR = /\x1b\[[0-9;]*m/g;

/** A line without its colours. */
export function plain(line: string): string {
  return line.replace(SGR, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey, but for SGR
const OBEYED = /(?!\x1b\[[0-9;]*m)[\x00-\x1f\x7f-\x9f]/g;

/** A line in exactly `width` columns: cut (then without its colours) or filled with spaces. */
export function fitted(line: string, width: number, ascii: boolean): string {
  line = line.replace(OBEYED, '\ufffd');
  const bare = plain(line);
  const wide = textWidth(bare);
  if (wide <= width) return line + ' '.repeat(width - wide);
  const kept = cut(bare, width, ascii ? '~' : '…');
  return kept + ' '.repeat(Math.max(0, width - textWidth(kept)));
}

/** Puts an SGR style around a text that has none. */
export function styled(text: string, style: string, colour: boolean): string {
  return colour && text !== '' ? `\x1b[${style}m${text}\x1b[0m` : text;
}

const ASCII: readonly (readonly [RegExp, string])[] = [
  [/←\/→/g, 'Left/Right'],
  [/↑\/↓/g, 'Up/Down'],
  [/[→▶▸]/g, '>'],
  [/[←◀◂]/g, '<'],
  [/↑/g, 'Up'],
  [/↓/g, 'Down'],
  [/…/g, '...'],
  [/§/g, ''],
  [/[–—]/g, '-'],
  [/[“”]/g, '"'],
  [/[‘’]/g, "'"],
  [/′/g, "'"],
  [/″/g, '"'],
  [/µ/g, 'u'],
  [/×/g, 'x'],
  [/≤/g, '<='],
  [/≥/g, '>='],
  [/≠/g, '!='],
];

/** A text with the signs that ASCII lacks written with what it has; letters of languages stay. */
export function asciiText(text: string, only: boolean): string {
  return only ? ASCII.reduce((done, [sign, instead]) => done.replace(sign, instead), text) : text;
}

/** One line of a ladder, and the event that it is of; -1 for a gap between events. */
export interface LadderLine {
  readonly text: string;
  readonly event: number;
}

/** A ladder that is drawn once and looked at often. */
export interface DrawnLadder {
  readonly head: readonly string[];
  readonly lines: readonly LadderLine[];
}

interface Wish {
  readonly lang: Lang;
  readonly absolute: boolean;
  readonly width: number;
  readonly ascii: boolean;
  readonly colour: boolean;
}

const drawn = new WeakMap<Trace, { readonly key: string; readonly ladder: DrawnLadder }>();

/** The whole ladder of a trace; the last one asked for is remembered. */
export function ladderOf(trace: Trace, wish: Wish): DrawnLadder {
  const key = JSON.stringify(wish);
  const known = drawn.get(trace);
  if (known?.key === key) return known.ladder;
  const { lang, absolute, width, ascii, colour } = wish;
  const rows = LadderRows.of(trace, { lang, absolute });
  const ladder = new TerminalLadder({ ends: trace.ends, lang, width, ascii, colour });
  const lines: LadderLine[] = [];
  const head = ladder.head();
  trace.events.forEach((event, at) => {
    for (const row of rows.push(event)) {
      const of = row.kind === 'gap' ? -1 : at;
      for (const text of ladder.row(row)) lines.push({ text, event: of });
    }
  });
  const made = { head, lines };
  drawn.set(trace, { key, ladder: made });
  return made;
}
