// A ladder as a table: when, what, and the states of both ends, in words. For those who cannot see a picture,
// for Markdown, and for logs.

import { needed, Schema } from '../../options/index.ts';
import { shown } from '../options.ts';
import { type Lang, textWidth } from '../text/index.ts';
import { type End, otherEnd, type Trace, type TraceEnd, type TraceEvent } from '../trace.ts';
import { connectionName } from './outside.ts';
import { LadderRows, type Row } from './rows.ts';
import { type WordKey, word } from './words.ts';

/** One row. */
export interface TableRow {
  /** Index of the event of the trace. */
  readonly event: number;
  readonly connection: number;
  /** Seconds, as text. */
  readonly time: string;
  readonly left: string;
  readonly what: string;
  readonly right: string;
  /** Whether the end's state is new with this row. */
  readonly changed: Readonly<Record<End, boolean>>;
}

/** Options of a table. */
export interface TableOptions {
  readonly lang: Lang;
  /** Raw sequence numbers. */
  readonly absolute?: boolean;
  /** Only this connection. Default: all. */
  readonly connection?: number | 'all';
}

/** A table with the words above its columns. */
export interface LadderTable {
  readonly columns: readonly [time: string, left: string, what: string, right: string];
  readonly rows: readonly TableRow[];
}

const tableOptions = new Schema<TableOptions>('ladderTable', { ...shown, lang: needed(shown.lang) });

/** Makes the rows of a table, one event at a time: for what is shown while it happens. */
export class TableRows {
  readonly #ends: Readonly<Record<End, TraceEnd>>;
  readonly #lang: Lang;
  readonly #rows: LadderRows;
  readonly #name: (connection: number) => string;
  readonly #said = new Map<number, { readonly from: End; readonly text: string }>();
  #event = -1;

  /** `name` is what a connection other than 0 is called; `mslMs` the MSL of the hosts, where it is known. */
  constructor(
    ends: Readonly<Record<End, TraceEnd>>,
    options: TableOptions,
    name: (connection: number) => string = (n) => `#${n}`,
    mslMs?: number,
  ) {
    tableOptions.check(options);
    this.#ends = ends;
    this.#lang = options.lang;
    this.#name = name;
    this.#rows = new LadderRows({
      lang: options.lang,
      absolute: options.absolute === true,
      gapUs: Number.POSITIVE_INFINITY,
      ...(mslMs === undefined ? {} : { mslMs }),
    });
  }

  /** The row of the next event; null if there is nothing to say. */
  push(event: TraceEvent): TableRow | null {
    this.#event++;
    const [row] = this.#rows.push(event);
    if (row === undefined || row.kind === 'gap') return null;
    const what = this.#what(row);
    const of = row.connection === 0 ? '' : `${this.#name(row.connection)} `;
    const { connection, changed } = row;
    const { left, right } = row.states;
    const time = (row.t / 1e6).toFixed(3);
    return { event: this.#event, connection, time, left, what: `${of}${what}`, right, changed };
  }

  #what(row: Exclude<Row, { kind: 'gap' }>): string {
    const name = (end: End): string => this.#ends[end].name;
    const say = (key: WordKey, params: Record<string, string>): string => word(this.#lang, key, params);
    const beside = (text: string, note: string): string =>
      note === '' ? text : this.#lang === 'zh' ? `${text}（${note}）` : `${text} (${note})`;
    switch (row.kind) {
      case 'depart': {
        const segment = [...row.label, ...row.options].join(' ');
        this.#said.set(row.id, { from: row.from, text: row.label.slice(0, 2).join(' ') });
        this.#said.delete(row.id - 4096);
        return say(row.injected ? 'forgedSegment' : 'sends', { name: name(row.from), segment });
      }
      case 'arrive':
      case 'lost': {
        const from = otherEnd(row.to);
        const segment = this.#said.get(row.id)?.text ?? `#${row.id}`;
        const text =
          row.kind === 'lost'
            ? say('losesOnWay', { name: name(from), segment })
            : say('receives', { name: name(row.to), segment });
        return beside(text, row.note);
      }
      case 'call':
        return beside(say('programOf', { name: name(row.end), call: row.call }), row.note);
      case 'fault':
        return row.onWire ? row.note : say('ofEnd', { name: name(row.end), note: row.note });
      case 'timer':
      case 'change':
        return row.note === ''
          ? say('closesAlone', { name: name(row.end) })
          : say('ofEnd', { name: name(row.end), note: row.note });
    }
  }
}

/** A trace as a table. Throws OptionTypeError, OptionRangeError. */
export function ladderTable(trace: Trace, options: TableOptions): LadderTable {
  tableOptions.check(options);
  const { lang, connection = 'all' } = options;
  const maker = new TableRows(trace.ends, options, (n) => connectionName(trace, n), trace.scenario?.mslMs);
  const rows = trace.events.flatMap((event) => {
    const row = maker.push(event);
    const shown = connection === 'all' || event.connection === connection || event.kind === 'fault';
    return row === null || !shown ? [] : [row];
  });
  const { left, right } = trace.ends;
  return { columns: [word(lang, 'time'), left.name, word(lang, 'event'), right.name], rows };
}

/** A trace as a table of Markdown (GitHub's). New states are bold. */
export function markdownLadder(trace: Trace, options: TableOptions): string {
  const { columns, rows } = ladderTable(trace, options);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const state = (row: TableRow, end: End): string => (row.changed[end] ? `**${row[end]}**` : row[end]);
  return `${[
    line(columns.map(escapeMarkdown)),
    '| ---: | --- | --- | --- |',
    ...rows.map((row) => line([row.time, state(row, 'left'), escapeMarkdown(row.what), state(row, 'right')])),
  ].join('\n')}\n`;
}

/** Text in which nothing has a meaning of its own to Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|~#]/g, (c) => `\\${c}`)
    .replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A row as a line of text; a state that is new is marked `*`. No colours, no drawing: for logs. */
export function plainLine(row: TableRow): string {
  const state = (end: End): string => pad(`${row.changed[end] ? '*' : ' '}${row[end]}`, 14);
  return `${row.time.padStart(9)} ${state('left')}${state('right')}${row.what}`.trimEnd();
}

/** A trace as lines of text, with a line of headings. */
export function plainLadder(trace: Trace, options: TableOptions): string[] {
  const { columns, rows } = ladderTable(trace, options);
  const [time, left, what, right] = columns;
  const head = `${pad(time, 9, true)} ${pad(` ${left}`, 14)}${pad(` ${right}`, 14)}${what}`;
  return [head, ...rows.map(plainLine)];
}

function pad(text: string, columns: number, start = false): string {
  const spaces = ' '.repeat(Math.max(start ? 0 : 1, columns - textWidth(text)));
  return start ? spaces + text : text + spaces;
}
