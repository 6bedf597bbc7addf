// Prints a run of a scenario on the terminal: the ladder line by line, what is said under its rows, and an
// event that is pointed at.

import { explainEvent } from '../lab/explain/index.ts';
import {
  LadderRows,
  ladderTable,
  plainLadder,
  plainLine,
  TerminalLadder,
  type Trace,
  wrapText,
} from '../lab/index.ts';
import type { Params } from '../lab/text/index.ts';
import type { Io } from './command.ts';
import { type MessageKey, t } from './messages.ts';
import type { showOptions } from './run-options.ts';
import { columnsOf, hasUnicode, wantsColour } from './terminal.ts';
import { asciiText, styled } from './tui/paint.ts';

/** How runs are printed. */
export interface ShowOptions {
  readonly width: number;
  readonly ascii: boolean;
  readonly colour: boolean;
  readonly absolute: boolean;
  /** A sentence under every row. */
  readonly explain: boolean;
  /** One line an event instead of a drawing. */
  readonly plain: boolean;
}

/** Columns of output that is plain. */
const PLAIN_WIDTH = 80;
const LEAST_WIDTH = 72;
const DIM = '2';
const BOLD = '1';

/** What the options and the terminal say. `plain`: a line an event, 80 columns for texts, and no colour. */
export function showOptionsOf(values: Readonly<Record<string, unknown>>, io: Io): ShowOptions {
  const flag = (name: keyof typeof showOptions): boolean | undefined => values[name] as boolean | undefined;
  const { env } = process;
  const plain = flag('plain') === true;
  return {
    width: plain ? PLAIN_WIDTH : columnsOf(io.stdout, env),
    ascii: flag('ascii') ?? !hasUnicode(env),
    colour: flag('color') ?? (!plain && wantsColour(io.stdout, env)),
    absolute: flag('absolute') ?? false,
    explain: flag('explain') ?? false,
    plain,
  };
}

/** `3.5` is a section of RFC 9293; another RFC says so itself. */
export function sectionText(section: string): string {
  return section.startsWith('RFC') ? section.replace(/ (?=[\d.]+$)/, ' §') : `RFC 9293 §${section}`;
}

/** An event that is pointed at, and what is said about it. */
export interface Pointer {
  readonly event: number;
  readonly text: string;
}

/** Prints texts and ladders. */
export class Show {
  readonly options: ShowOptions;
  readonly #io: Io;
  readonly #textWidth: number;

  constructor(io: Io, options: ShowOptions) {
    this.#io = io;
    this.options = options;
    this.#textWidth = Math.max(options.width, LEAST_WIDTH) - 2;
  }

  /** Lines as they are. */
  lines(...lines: readonly string[]): void {
    for (const line of lines) this.#io.stdout.write(`${asciiText(line, this.options.ascii)}\n`);
  }

  /** A text in lines as wide as the ladder; `first` stands before it, and the rest is indented by as much. */
  text(text: string, first = '', style = ''): void {
    const { ascii, colour } = this.options;
    const plain = asciiText(text, ascii);
    const indent = ' '.repeat(first.length);
    wrapText(plain, this.#textWidth - first.length).forEach((line, i) => {
      const whole = (i === 0 ? first : indent) + line;
      this.#io.stdout.write(`${style === '' ? whole : styled(whole, style, colour)}\n`);
    });
  }

  /** A message of the table. */
  say(key: MessageKey, params: Params = {}, first = ''): void {
    this.text(t(this.#io.lang, key, params), first);
  }

  title(text: string): void {
    this.text(text, '', BOLD);
  }

  /** The ladder of a whole trace, with what is said about some of its events. */
  ladder(trace: Trace, ...pointers: readonly Pointer[]): void {
    if (this.options.plain) this.#table(trace, pointers);
    else this.#drawing(trace, pointers);
  }

  /** A line an event: what can be searched, and compared with another run. */
  #table(trace: Trace, pointers: readonly Pointer[]): void {
    const { absolute, explain } = this.options;
    const { lang } = this.#io;
    const [head = ''] = plainLadder(trace, { lang, absolute });
    this.lines(head);
    for (const row of ladderTable(trace, { lang, absolute }).rows) {
      this.lines(plainLine(row));
      if (explain) this.#explain(trace, row.event);
      for (const { event, text } of pointers) if (event === row.event) this.text(text, '  ^^^ ');
    }
  }

  #drawing(trace: Trace, pointers: readonly Pointer[]): void {
    const { width, ascii, colour, absolute, explain } = this.options;
    const { lang } = this.#io;
    const rows = LadderRows.of(trace, { lang, absolute });
    const ladder = new TerminalLadder({ ends: trace.ends, lang, width, ascii, colour });
    this.lines(...ladder.head());
    trace.events.forEach((event, at) => {
      const drawn = rows.push(event);
      for (const row of drawn) for (const line of ladder.row(row)) this.#io.stdout.write(`${line}\n`);
      if (explain && drawn.some(({ kind }) => kind !== 'gap')) this.#explain(trace, at);
      for (const one of pointers)
        if (one.event === at) this.text(one.text, ascii ? '  ^^^ ' : '  ▲▲▲ ', BOLD);
    });
  }

  #explain(trace: Trace, at: number): void {
    const { what, why } = explainEvent(trace, at, this.#io.lang);
    this.text(what, '        ', DIM);
    if (why !== null) this.text(t(this.#io.lang, 'labWhy', { text: why }), '        ', DIM);
  }
}
