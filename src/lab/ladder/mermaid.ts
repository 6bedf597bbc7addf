// A ladder as a sequence diagram of Mermaid, for Markdown. Mermaid's arrows have no length in time: a segment
// stands where it arrives or is lost, and says when it was sent if it crossed one of the other direction.

import { needed, Schema } from '../../options/index.ts';
import { shown } from '../options.ts';
import type { Lang } from '../text/index.ts';
import { type End, otherEnd, type Trace } from '../trace.ts';
import { connectionName } from './outside.ts';
import { type DepartRow, LadderRows, type Row } from './rows.ts';
import { word } from './words.ts';

/** Options of {@link mermaidLadder}. */
export interface MermaidOptions {
  readonly lang: Lang;
  /** Raw sequence numbers. */
  readonly absolute?: boolean;
  /** Only this connection. Default: all. */
  readonly connection?: number | 'all';
}

const NAMES: Readonly<Record<End, string>> = { left: 'A', right: 'B' };

const mermaidOptions = new Schema<MermaidOptions>('mermaidLadder', { ...shown, lang: needed(shown.lang) });

/** The text of a diagram, beginning with `sequenceDiagram`. */
export function mermaidLadder(trace: Trace, options: MermaidOptions): string {
  mermaidOptions.check(options);
  return new Writer(trace, options).write();
}

/** Text in which nothing has a meaning of its own to Mermaid: its signs become its entities. */
export function escapeMermaid(text: string): string {
  const plain = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[#;:<>{}%&"\\`$*_~[\]|]/g, (c) => `#${c.charCodeAt(0)};`);
  // A line `end` closes a block.
  return /^end$/i.test(plain) ? `${plain}.` : plain;
}

/** A segment that has neither arrived nor been lost. */
interface UnderWay {
  readonly row: DepartRow;
  /** A segment of the other direction was under way at the same time. */
  crossed: boolean;
}

class Writer {
  readonly #trace: Trace;
  readonly #options: MermaidOptions;
  readonly #lines: string[] = [];
  readonly #departed = new Map<number, UnderWay>();

  constructor(trace: Trace, options: MermaidOptions) {
    this.#trace = trace;
    this.#options = options;
  }

  write(): string {
    const { lang, absolute = false, connection = 'all' } = this.#options;
    const { ends, events, begin, connections } = this.#trace;
    const rows = LadderRows.of(this.#trace, { lang, absolute });
    this.#lines.push('sequenceDiagram');
    for (const end of ['left', 'right'] as const) {
      const { name, address, port } = ends[end];
      this.#lines.push(`participant ${NAMES[end]} as ${escapeMermaid(`${name} (${address} ${port})`)}`);
    }
    const states = connections[connection === 'all' ? 0 : connection]?.begin ?? begin;
    for (const end of ['left', 'right'] as const) this.#note(end, [states[end]]);
    for (const event of events) {
      const drawn = rows.push(event);
      if (connection !== 'all' && event.connection !== connection && event.kind !== 'fault') continue;
      for (const row of drawn) this.#row(row);
    }
    for (const { row } of this.#departed.values()) this.#arrow(row, '--)', word(lang, 'underWay'));
    return `${this.#lines.join('\n')}\n`;
  }

  #row(row: Row): void {
    switch (row.kind) {
      case 'gap':
        this.#lines.push(`Note over A,B: … ${escapeMermaid(row.note)} …`);
        return;
      case 'depart':
        this.#changes(row);
        this.#depart(row);
        return;
      case 'arrive':
      case 'lost':
        this.#land(row);
        return;
      case 'call': {
        const note = row.note === '' ? [] : [row.note];
        this.#note(row.end, [`${this.#of(row)}${row.call}`, ...note], 'over');
        return;
      }
      case 'fault':
        this.#lines.push(
          row.onWire
            ? `Note over A,B: ${escapeMermaid(row.note)}`
            : `Note over ${NAMES[row.end]}: ${escapeMermaid(row.note)}`,
        );
        this.#changes(row);
        return;
      case 'timer':
      case 'change':
        if (row.note !== '') this.#note(row.end, [`${this.#of(row)}${row.note}`], 'over');
        this.#changes(row);
    }
  }

  #depart(row: DepartRow): void {
    let crossed = false;
    for (const other of this.#departed.values())
      if (other.row.from !== row.from) crossed = other.crossed = true;
    this.#departed.set(row.id, { row, crossed });
  }

  #land(row: Row & { kind: 'arrive' | 'lost' }): void {
    const departed = this.#departed.get(row.id);
    if (departed !== undefined) {
      this.#departed.delete(row.id);
      const at = departed.crossed
        ? word(this.#options.lang, 'sentAt', { seconds: departed.row.t / 1e6 })
        : '';
      const arrow = row.kind === 'lost' ? '-x' : departed.row.retransmission ? '-->>' : '->>';
      this.#arrow(departed.row, arrow, at, row.note);
    } else {
      // A copy: its arrow has the note for a label.
      const from = otherEnd(row.to);
      const arrow = row.kind === 'lost' ? '--x' : '-->>';
      const text = escapeMermaid(row.note === '' ? `#${row.id}` : row.note);
      this.#lines.push(`${NAMES[from]}${arrow}${NAMES[row.to]}: ${text}`);
    }
    this.#changes(row);
  }

  #arrow(row: DepartRow, arrow: string, ...notes: string[]): void {
    const text = [this.#of(row).trim(), ...row.label, ...row.options, ...notes].filter((part) => part !== '');
    this.#lines.push(
      `${NAMES[row.from]}${arrow}${NAMES[otherEnd(row.from)]}: ${escapeMermaid(text.join(' '))}`,
    );
  }

  /** Which connection, when it is not the first: `:50001 `. */
  #of({ connection }: { readonly connection: number }): string {
    const { connection: asked = 'all' } = this.#options;
    const focus = asked === 'all' ? 0 : asked;
    return connection === focus ? '' : `${connectionName(this.#trace, connection)} `;
  }

  #changes(row: Exclude<Row, { kind: 'gap' }>): void {
    for (const end of ['left', 'right'] as const)
      if (row.changed[end]) this.#note(end, [`${this.#of(row)}${row.states[end]}`]);
  }

  #note(end: End, lines: readonly string[], place = `${end} of`): void {
    this.#lines.push(`Note ${place} ${NAMES[end]}: ${lines.map(escapeMermaid).join('<br/>')}`);
  }
}
