// Draws the rows of a ladder for a terminal, line by line, without knowing what comes next. A segment
// leaves its end, turns down at a column of its own, and turns to the other end when it arrives, so that
// segments that cross each other, or overtake, can be told apart:
//
//     SYN-SENT ●── SYN seq=0 ────────────╮   ┃ LISTEN
//     SYN-SENT ┃                         ╰──▶● SYN-RECEIVED

import { flag, func, needed, Schema, whole } from '../../options/index.ts';
import type { StateName } from '../../tcp/index.ts';
import { formatEndpoint } from '../../wire/index.ts';
import { ends, shown } from '../options.ts';
import { cut, type Lang, textWidth, wrap } from '../text/index.ts';
import { type End, otherEnd, type TraceEnd } from '../trace.ts';
import { asciiGlyphs, BOLD, DIM, type Glyphs, STATE_COLOURS, TONE_COLOURS, unicodeGlyphs } from './glyphs.ts';
import { Line } from './line.ts';
import {
  type ArriveRow,
  type CallRow,
  type DepartRow,
  type GapRow,
  type NoteRow,
  type Row,
  STATE_COLUMNS,
} from './rows.ts';
import { word } from './words.ts';

/** How a ladder is drawn. */
export interface TerminalOptions {
  readonly ends: Readonly<Record<End, TraceEnd>>;
  readonly lang: Lang;
  /** Columns; less than 72 counts as 72. From 106 on there is a column for the rules. */
  readonly width: number;
  readonly ascii: boolean;
  readonly colour: boolean;
  /** What connections other than 0 are called before their segments. Default: `#1`. */
  readonly name?: (connection: number) => string;
}

const TIME_COLUMNS = 7;
/** The left bar: time, a space, the state, and the mark of a call stand before it. */
const LEFT_BAR = TIME_COLUMNS + 1 + STATE_COLUMNS + 1;
/** Everything but the space between the bars. */
const FRAME = LEFT_BAR + 1 + 1 + 1 + STATE_COLUMNS;
const LEAST_WIDTH = 72;
/** Between the bars at most. */
const MOST_AREA = 64;
const RULES_FROM = 106;
/** Columns from one way down to the next. */
const SLOT_STEP = 4;

/** A segment under way: it has a column of its own. */
interface Slot {
  readonly id: number;
  readonly style: string;
}

const terminalOptions = new Schema<TerminalOptions>('TerminalLadder', {
  ends: needed(ends),
  lang: needed(shown.lang),
  width: needed(whole(0)),
  ascii: needed(flag),
  colour: needed(flag),
  name: func,
});

function socketOf({ address, port }: TraceEnd): string {
  return formatEndpoint(address, port);
}

/** What each end is called: up to its bar, or, when it is longer, from behind the time on; both are cut where they meet. */
function putEnds(line: Line, left: string, right: string, edge: number, style: string): void {
  const begin = TIME_COLUMNS + 1;
  const room = edge - begin - 1;
  const half = room >> 1;
  const last = cut(right, Math.max(half, room - textWidth(left)), '…');
  const first = cut(left, Math.max(half, room - textWidth(right)), '…');
  line.put(Math.max(begin, LEFT_BAR + 1 - textWidth(first)), first, style);
  line.put(edge - textWidth(last), last, style);
}

/** Draws one ladder. */
export class TerminalLadder {
  readonly #options: TerminalOptions;
  readonly #glyphs: Glyphs;
  readonly #area: number;
  readonly #rules: number;
  /** By the end that the segments go to, from the bar inwards. */
  readonly #slots: Record<End, (Slot | null)[]>;
  /** How many timers wait at an end. */
  readonly #brackets: Record<End, number> = { left: 0, right: 0 };
  /** Colours of the bars: those of the states. */
  readonly #bars: Record<End, string> = { left: '', right: '' };
  #time = '';

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(options: TerminalOptions) {
    terminalOptions.check(options);
    this.#options = options;
    this.#glyphs = options.ascii ? asciiGlyphs : unicodeGlyphs;
    const width = Math.max(options.width, LEAST_WIDTH);
    this.#rules = width < RULES_FROM ? 0 : Math.min(Math.max(width - FRAME - 2 - 46, 24), 48);
    this.#area = Math.min(width - FRAME - (this.#rules > 0 ? this.#rules + 2 : 0), MOST_AREA);
    const slots = (): null[] => new Array<null>(this.#area < 44 ? 2 : 3).fill(null);
    this.#slots = { left: slots(), right: slots() };
  }

  get #rightBar(): number {
    return LEFT_BAR + 1 + this.#area;
  }

  /** The lines above the ladder: who is who, and what the signs mean. */
  head(): string[] {
    const { ends, lang } = this.#options;
    const g = this.#glyphs;
    const names = this.#blank();
    const where = this.#blank();
    const right = this.#rightBar + 2 + STATE_COLUMNS;
    where.put(
      0,
      word(lang, 'time').padStart(TIME_COLUMNS - (textWidth(word(lang, 'time')) - word(lang, 'time').length)),
      DIM,
    );
    const sockets = { left: socketOf(ends.left), right: socketOf(ends.right) };
    putEnds(names, ends.left.name, ends.right.name, right, BOLD);
    putEnds(where, sockets.left, sockets.right, right, DIM);
    if (this.#rules > 0) where.put(right + 2, word(lang, 'rule'), DIM);
    const signs = [
      `${g.change} ${word(lang, 'stateChange')}`,
      `${g.callRight} ${word(lang, 'programCall')}`,
      `${g.line}${g.line}${g.leftDown} ${word(lang, 'leaves')}`,
      `${g.upRight}${g.line}${g.headRight} ${word(lang, 'arrives')}`,
    ];
    const legend = this.#blank();
    const room = right - TIME_COLUMNS - 1;
    const gap = ['   ', '  ', ' '].find((text) => textWidth(signs.join(text)) <= room) ?? ' ';
    legend.put(TIME_COLUMNS + 1, signs.join(gap), DIM);
    return [legend, names, where].map((line) => line.toString(this.#options.colour));
  }

  /** The lines of one row. */
  row(row: Row): string[] {
    return this.#draw(row).map((line) => line.toString(this.#options.colour));
  }

  #draw(row: Row): Line[] {
    if (row.kind !== 'gap') {
      this.#bars.left = STATE_COLOURS[row.states.left];
      this.#bars.right = STATE_COLOURS[row.states.right];
    }
    switch (row.kind) {
      case 'depart':
        return this.#depart(row);
      case 'arrive':
      case 'lost':
        return this.#arrive(row);
      case 'call':
        return this.#call(row);
      case 'timer':
      case 'change':
      case 'fault':
        return this.#note(row);
      case 'gap':
        return this.#gap(row);
    }
  }

  #blank(): Line {
    return new Line(this.#rightBar + 2 + STATE_COLUMNS + (this.#rules > 0 ? this.#rules + 2 : 0));
  }

  /** A line with its bars, what is under way, and the timers that wait. */
  #line(bar = this.#glyphs.bar): Line {
    const line = this.#blank();
    const g = this.#glyphs;
    line.put(LEFT_BAR, bar, this.#bars.left);
    line.put(this.#rightBar, bar, this.#bars.right);
    for (const end of ['left', 'right'] as const) {
      if (this.#brackets[end] > 0) line.put(this.#x(this.#edge(end, 1)), g.down, STATE_COLOURS['TIME-WAIT']);
      this.#slots[end].forEach((slot, i) => {
        if (slot !== null) line.put(this.#x(this.#slotColumn(end, i)), g.down, slot.style);
      });
    }
    return line;
  }

  /** The first line of a row: with its time, its states and its rules. */
  #stateLine(row: Exclude<Row, GapRow>): Line {
    const line = this.#line();
    this.#putTime(line, row.t);
    this.#putState(line, 'left', row.states.left, row.changed.left);
    this.#putState(line, 'right', row.states.right, row.changed.right);
    if (this.#rules > 0 && row.rules.length > 0) {
      const text = cut(this.#plain(row.rules.join('; ')), this.#rules, this.#glyphs.ellipsis);
      line.put(this.#rightBar + 2 + STATE_COLUMNS + 2, text, DIM);
    }
    return line;
  }

  /** Without the section sign and primes where there is only ASCII. */
  #plain(text: string): string {
    if (!this.#options.ascii) return text;
    return text.replaceAll('§', '').replaceAll('′', "'").replaceAll('″', "''");
  }

  /** Which connection, when it is not the first: a word, or none. */
  #of({ connection }: { readonly connection: number }): string[] {
    return connection === 0 ? [] : [this.#options.name?.(connection) ?? `#${connection}`];
  }

  #putTime(line: Line, t: number): void {
    const time = (t / 1e6).toFixed(3);
    if (time !== this.#time) line.put(0, time.padStart(TIME_COLUMNS), DIM);
    this.#time = time;
  }

  #putState(line: Line, end: End, state: StateName, changed: boolean): void {
    const colour = STATE_COLOURS[state];
    const style = changed ? `${BOLD};${colour}` : `${DIM};${colour}`;
    if (end === 'left') line.put(LEFT_BAR - 1 - state.length, state, style);
    else line.put(this.#rightBar + 2, state, style);
    if (changed) line.put(this.#bar(end), this.#glyphs.change, `${BOLD};${colour}`);
  }

  #bar(end: End): number {
    return end === 'left' ? LEFT_BAR : this.#rightBar;
  }

  /** A column between the bars, from 0, as a column of the line. */
  #x(column: number): number {
    return LEFT_BAR + 1 + column;
  }

  /** `n` columns from the bar of an end, inwards. */
  #edge(end: End, n: number): number {
    return end === 'left' ? n : this.#area - 1 - n;
  }

  #slotColumn(to: End, index: number): number {
    return this.#edge(to, 3 + SLOT_STEP * index);
  }

  /** Columns between which text stands without covering what is under way. */
  #room(): { first: number; last: number } {
    let first = this.#brackets.left > 0 ? 4 : 3;
    let last = this.#area - (this.#brackets.right > 0 ? 5 : 4);
    this.#slots.left.forEach((slot, i) => {
      if (slot !== null) first = Math.max(first, this.#slotColumn('left', i) + 3);
    });
    this.#slots.right.forEach((slot, i) => {
      if (slot !== null) last = Math.min(last, this.#slotColumn('right', i) - 3);
    });
    return { first, last };
  }

  /** Writes text near an end: from the left, or up to the right. */
  #putNear(line: Line, end: End, text: string, style: string, room = this.#room()): void {
    const fitting = cut(text, room.last - room.first + 1, this.#glyphs.ellipsis);
    const start = end === 'left' ? room.first : room.last + 1 - textWidth(fitting);
    line.put(this.#x(start), fitting, style);
  }

  /** A horizontal line over columns first..last; it crosses what is under way. */
  #rule(line: Line, first: number, last: number, glyph: string, style: string): void {
    const { down, cross } = this.#glyphs;
    for (let c = first; c <= last; c++) {
      const x = this.#x(c);
      line.put(x, line.at(x) === down ? cross : glyph, style);
    }
  }

  #depart(row: DepartRow): Line[] {
    const { from, id, tone } = row;
    const g = this.#glyphs;
    const to = otherEnd(from);
    const style = TONE_COLOURS[tone];
    const lane = this.#slots[to].indexOf(null);
    const corner = lane < 0 ? this.#edge(to, 3) : this.#slotColumn(to, lane);
    const line = this.#stateLine(row);
    if (!row.changed[from] && !row.injected)
      line.put(this.#bar(from), from === 'left' ? g.leaveRight : g.leaveLeft, this.#bars[from]);
    const stroke = row.retransmission ? g.dashed : g.line;
    // A forged segment does not come from the end: it begins beside the bar, with a mark.
    const away = row.injected ? 2 : 0;
    if (from === 'left') this.#rule(line, away, corner - 1, stroke, style);
    else this.#rule(line, corner + 1, this.#area - 1 - away, stroke, style);
    if (row.injected) line.put(this.#x(this.#edge(from, 1)), g.forged, `${BOLD};31`);
    const words = [...this.#of(row), ...row.label].map((text) => this.#plain(text));
    const label = lane < 0 ? [...words, `n=${id}`] : words;
    if (lane >= 0) this.#slots[to][lane] = { id, style };
    const room = this.#room();
    const width = room.last - room.first + 1;
    const texts = [
      ...wrap(label, width),
      ...wrap(
        row.options.map((text) => this.#plain(text)),
        width,
      ),
    ];
    line.put(this.#x(corner), this.#turn(lane, from), style);
    const [first = '', ...rest] = texts;
    const start = from === 'left' ? room.first : room.last + 1 - textWidth(first);
    line.put(this.#x(start - 1), ` ${first} `, style);
    const lines = [line];
    for (const text of rest) {
      const more = this.#line();
      this.#putNear(more, from, text, DIM, room);
      lines.push(more);
    }
    return lines;
  }

  /** The end of a departure: it turns down, or its number stands for the way. */
  #turn(lane: number, from: End): string {
    const g = this.#glyphs;
    if (lane >= 0) return from === 'left' ? g.leftDown : g.rightDown;
    return from === 'left' ? g.callRight : g.callLeft;
  }

  #arrive(row: ArriveRow): Line[] {
    const { id, to, tone } = row;
    const g = this.#glyphs;
    const style = TONE_COLOURS[tone];
    const lane = this.#slots[to].findIndex((slot) => slot?.id === id);
    const corner = lane < 0 ? this.#edge(to, 3) : this.#slotColumn(to, lane);
    if (lane >= 0) this.#slots[to][lane] = null;
    const line = this.#stateLine(row);
    const note = this.#plain(lane < 0 && row.copy === 0 ? `n=${id} ${row.note}`.trim() : row.note);
    if (row.kind === 'lost') {
      line.put(this.#x(corner), g.lost, `${BOLD};31`);
    } else {
      line.put(this.#x(corner), lane < 0 ? g.line : to === 'right' ? g.upRight : g.upLeft, style);
      if (to === 'right') this.#rule(line, corner + 1, this.#area - 2, g.line, style);
      else this.#rule(line, 1, corner - 1, g.line, style);
      line.put(this.#x(this.#edge(to, 0)), to === 'right' ? g.headRight : g.headLeft, style);
    }
    if (note !== '') {
      const room = this.#room();
      const beside =
        to === 'right'
          ? { ...room, last: Math.min(room.last, corner - 3) }
          : { ...room, first: Math.max(room.first, corner + 3) };
      this.#putNear(line, to, note, row.kind === 'lost' ? '31' : DIM, beside);
    }
    return [line];
  }

  #call(row: CallRow): Line[] {
    const { end, call, direction } = row;
    const note = [...this.#of(row), row.note].join(' ').trim();
    const g = this.#glyphs;
    const line = this.#line();
    this.#putTime(line, row.t);
    const inwards = (direction === 'in') === (end === 'left');
    const mark = inwards ? g.callRight : g.callLeft;
    if (end === 'left') line.put(LEFT_BAR - 1 - call.length, call + mark, BOLD);
    else line.put(this.#rightBar + 1, mark + call, BOLD);
    if (note !== '') this.#putNear(line, end, note, DIM);
    return [line];
  }

  #note(row: NoteRow): Line[] {
    if (row.kind === 'fault') return this.#fault(row);
    const { end, bracket } = row;
    const note = [...this.#of(row), row.note].join(' ').trim();
    const g = this.#glyphs;
    const style = bracket === null ? DIM : STATE_COLOURS['TIME-WAIT'];
    const line = this.#stateLine(row);
    if (bracket === 'end') this.#brackets[end]--;
    const room = this.#room();
    if (bracket !== null) {
      const [begin, finish, joint] =
        end === 'left' ? [g.beginLeft, g.endLeft, g.jointLeft] : [g.beginRight, g.endRight, g.jointRight];
      // Several may wait at an end: the bar goes on as long as one does.
      const alone = this.#brackets[end] === 0 && bracket !== 'again';
      const mark = bracket === 'end' ? finish : begin;
      line.put(this.#x(this.#edge(end, 1)), alone ? mark : joint, style);
      if (bracket === 'begin') this.#brackets[end]++;
    }
    if (note !== '') this.#putNear(line, end, note, style, room);
    return [line];
  }

  /** A host fails: at its bar. The wire fails: across. */
  #fault(row: NoteRow): Line[] {
    const g = this.#glyphs;
    const line = this.#stateLine(row);
    const style = row.bad ? `${BOLD};31` : `${BOLD};32`;
    const text = row.bad ? `${g.lost} ${row.note}` : row.note;
    if (row.onWire) {
      this.#rule(line, 0, this.#area - 1, g.dashed, style);
      const start = (this.#area - textWidth(text)) >> 1;
      line.put(this.#x(start - 1), ` ${text} `, style);
    } else this.#putNear(line, row.end, text, style);
    return [line];
  }

  #gap(row: GapRow): Line[] {
    const line = this.#line(this.#glyphs.pause);
    const { dots } = this.#glyphs;
    const text = `${dots} ${row.note} ${dots}`;
    line.put(this.#x((this.#area - textWidth(text)) >> 1), text, DIM);
    return [line];
  }
}
