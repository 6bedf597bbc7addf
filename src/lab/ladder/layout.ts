// Lays a ladder out: a trace becomes arrows, lifelines, calls, brackets and texts at places, all plain data. No
// label covers another, time only goes down, and the same trace gives the same picture.

import { flag, list, needed, real, Schema } from '../../options/index.ts';
import { shown } from '../options.ts';
import { type End, otherEnd, type Trace, type TraceEvent } from '../trace.ts';
import { labelOf, type Way, type Words, wordsAtEnds } from './arrows.ts';
import { type AxisRow, type Need, placeRows, type Spacing, yOf } from './axis.ts';
import { type Box, boxCorners, collisions, corners, type Label, LEADING, placed, Shelves } from './boxes.ts';
import { timerSpans } from './brackets.ts';
import { type Frame, frameOf, type PlacedSpan } from './frame.ts';
import type { LadderArrow, LadderGap, LadderLayout, LayoutOptions } from './layout-types.ts';
import { Outside } from './outside.ts';
import { type DepartRow, LadderRows, type Row } from './rows.ts';
import { word } from './words.ts';

/** Where on its way a segment is lost when nobody told when. */
const LOST_AT = 0.72;
/** Of a forged segment's way: it comes from nowhere. */
const FORGED_AT = 0.14;
const MOST_ROUNDS = 200;
/** With more segments than this, fewer rounds have to do: nobody waits for a picture of hundreds. */
const MANY = 150;
const FEW_ROUNDS = 12;
/** With more segments than this, those that only carry text or acknowledge it have no labels. */
const DENSE_FROM = 60;
/** Pixels from a lifeline to an arrow. */
const CLEAR = 3;

/** What {@link LayoutOptions} may hold. */
export const layoutOptions = new Schema<LayoutOptions>('layoutLadder', {
  lang: needed(shown.lang),
  absolute: shown.absolute,
  connection: shown.connection,
  width: real(280),
  compact: flag,
  flightPx: real(1),
  flightUs: real(1),
  leastY: list(real(0)),
  details: flag,
  aside: real(0),
});

/** Lays a trace out. Throws OptionTypeError, OptionRangeError. */
export function layoutLadder(trace: Trace, options: LayoutOptions): LadderLayout {
  layoutOptions.check(options);
  return layOut(trace, options);
}

/** The same with options that were checked. */
export function layOut(trace: Trace, options: LayoutOptions): LadderLayout {
  return new Layouter(trace, options).layout();
}

class Layouter {
  readonly #trace: Trace;
  readonly #options: LayoutOptions;
  readonly #focus: number;
  readonly #shown: (event: TraceEvent) => boolean;
  readonly #rowOf = new Map<number, Row>();
  readonly #flightUs: number;
  readonly #flightPx: number;
  readonly #pxPerUs: number;
  readonly #spans: readonly PlacedSpan[];
  readonly #frame: Frame;
  readonly #outside: Outside;
  readonly #top: number;
  readonly #dense: boolean;
  /** By event: index of its row. */
  readonly #rowIndex = new Map<number, number>();
  readonly #rows: AxisRow[] = [];
  /** How far below its event what stands outside stands, when something else stands there. */
  readonly #down = new Map<Row | PlacedSpan, number>();
  /** By segment: index of its 'sent' event, and those of its ends. */
  readonly #sent = new Map<number, number>();
  readonly #landed = new Map<number, number[]>();

  constructor(trace: Trace, options: LayoutOptions) {
    this.#trace = trace;
    this.#options = options;
    const { connection = 'all' } = options;
    this.#focus = connection === 'all' ? 0 : connection;
    this.#shown = (event) =>
      connection === 'all' || event.connection === connection || event.kind === 'fault';
    const rows = LadderRows.of(trace, {
      lang: options.lang,
      absolute: options.absolute === true,
      gapUs: Number.POSITIVE_INFINITY,
      quoteColumns: 24,
    });
    trace.events.forEach((event, i) => {
      const [row] = rows.push(event);
      if (row !== undefined && this.#shown(event)) this.#rowOf.set(i, row);
    });
    const usualUs = this.#usualFlight();
    this.#flightUs = options.flightUs ?? usualUs;
    this.#flightPx = options.flightPx ?? 48;
    this.#pxPerUs = this.#flightPx / this.#flightUs;
    this.#dense = this.#sent.size > DENSE_FROM;
    this.#spans = this.#placedSpans(connection === 'all');
    this.#frame = frameOf(options, {
      rows: [...this.#rowOf.values()],
      spans: this.#spans,
      focus: this.#focus,
      connections: connection === 'all' ? trace.connections.length : 1,
      states: this.#stateColumns(),
    });
    const several = this.#frame.lines.left.length > 1;
    this.#top = this.#frame.compact ? (several ? 78 : 62) : several ? 98 : 82;
    this.#outside = new Outside({
      trace,
      lang: options.lang,
      focus: this.#focus,
      frame: this.#frame,
      top: this.#top,
      flightUs: this.#flightUs,
      spans: this.#spans,
      rowOf: this.#rowOf,
      rows: this.#rows,
      rowIndex: this.#rowIndex,
      down: this.#down,
    });
    this.#makeRows();
  }

  /** Which timers have a bracket, and where. Of other connections, what merely runs is not worth one. */
  #placedSpans(all: boolean): PlacedSpan[] {
    const spans = timerSpans(this.#trace, 5 * this.#flightUs).filter(
      ({ connection: of, timer, outcome }) =>
        of === this.#focus || (all && (outcome === 'fired' || timer === '2msl')),
    );
    const until: Record<End, number> = { left: -1, right: -1 };
    return spans.map((span) => {
      const named = span.connection === this.#focus;
      const from = span.set ?? span.over ?? 0;
      const to = span.over ?? this.#trace.events.length;
      let near = named && span.set !== null && from >= until[span.end];
      for (let i = from + 1; near && i < to; i++) near = !this.#saysOutside(i, span.end);
      if (near) until[span.end] = to;
      return { ...span, near, named };
    });
  }

  /** Whether something is written outside an end at an event. */
  #saysOutside(i: number, end: End): boolean {
    const row = this.#rowOf.get(i);
    const event = this.#trace.events[i] as TraceEvent;
    if (event.connection === this.#focus && event.changes.some((change) => change.end === end)) return true;
    return (row?.kind === 'call' || (row?.kind === 'fault' && !row.onWire)) && row.end === end;
  }

  /** Columns of the longest state that an end passes. */
  #stateColumns(): Record<End, number> {
    const begin = this.#trace.connections[this.#focus]?.begin ?? this.#trace.begin;
    const columns = { left: begin.left.length, right: begin.right.length };
    for (const { connection, changes } of this.#trace.events)
      if (connection === this.#focus)
        for (const { end, to } of changes) columns[end] = Math.max(columns[end], to.length);
    return columns;
  }

  /** The median of the times that segments were under way, in microseconds. */
  #usualFlight(): number {
    const { events } = this.#trace;
    const left = new Map<number, number>();
    const flights: number[] = [];
    const waits: number[] = [];
    events.forEach((event, i) => {
      if (event.kind === 'sent') {
        left.set(event.id, event.t);
        this.#sent.set(event.id, i);
      } else if (event.kind === 'arrived' || event.kind === 'lost') {
        const t = left.get(event.id);
        if (event.kind === 'arrived' && t !== undefined && event.t > t) flights.push(event.t - t);
        const ends = this.#landed.get(event.id);
        if (ends === undefined) this.#landed.set(event.id, [i]);
        else ends.push(i);
      }
      const wait = event.t - (events[i - 1]?.t ?? event.t);
      if (wait > 0) waits.push(wait);
    });
    const of = flights.length > 0 ? flights : waits;
    return of.sort((a, b) => a - b)[of.length >> 1] ?? 10_000;
  }

  #makeRows(): void {
    const { size } = this.#frame;
    const line = size * LEADING;
    const half = line / 2;
    const bySpan = new Map<number, PlacedSpan[]>();
    for (const span of this.#spans)
      for (const at of new Set([span.set, span.over]))
        if (at !== null) bySpan.set(at, [...(bySpan.get(at) ?? []), span]);
    const { events } = this.#trace;
    events.forEach((event, i) => {
      const row = this.#rowOf.get(i);
      const spans = bySpan.get(i) ?? [];
      if (!this.#shown(event) || (row === undefined && spans.length === 0)) return;
      if (event.kind === 'timer' && spans.length === 0) return;
      const needs: Need[] = [];
      let reserve = 0;
      // What stands outside an end beside one event stands one below the other.
      const heights: Record<End, number> = { left: 0, right: 0 };
      const stack = (end: End, lines: number): number => {
        const down = heights[end];
        heights[end] = down + lines * line;
        return down;
      };
      if (event.connection === this.#focus)
        for (const end of ['left', 'right'] as const)
          if (event.changes.some((change) => change.end === end)) stack(end, 1);
      if (row?.kind === 'call') this.#down.set(row, stack(row.end, this.#outside.callText(row).length));
      else if (row?.kind === 'depart') {
        const room = this.#dense ? 1 : line * 0.75;
        needs.push({
          column: `arrow ${row.from} ${row.connection}`,
          above: room,
          below: this.#dense ? 1 : 4,
        });
        if (row.retransmission || row.injected) reserve = line;
        const ends = this.#landed.get(row.id) ?? [];
        if (ends.length === 0 || ends.some((at) => events[at]?.kind === 'lost'))
          reserve = this.#flightPx * LOST_AT + 2.6 * line;
      } else if (row?.kind === 'arrive' || row?.kind === 'lost') {
        if (row.kind === 'arrive')
          needs.push({
            column: `arrow ${row.to} ${row.connection}`,
            above: this.#dense ? 1 : line * 0.7,
            below: row.note !== '' ? line * 1.3 : this.#dense ? 1 : 4,
          });
        reserve = row.note === '' ? 0 : 1.4 * line;
      } else if (row?.kind === 'fault') {
        if (row.onWire) needs.push({ column: `arrow left ${this.#focus}`, above: line, below: line });
        else this.#down.set(row, stack(row.end, this.#outside.outText(row.note, row.end).length));
      }
      for (const end of ['left', 'right'] as const)
        if (heights[end] > 0) needs.push({ column: `out ${end}`, above: half, below: heights[end] - half });
      // The words of a timer stand in the middle of its bracket, which is as long as they need.
      for (const span of spans) {
        if (!span.near) continue;
        const { end } = span;
        if (i === span.set) {
          this.#down.set(span, heights[end]);
          if (heights[end] === 0) needs.push({ column: `out ${end}`, above: 0, below: 4 });
        } else needs.push({ column: `out ${end}`, above: this.#outside.timerHeight(span) + 10, below: 4 });
      }
      this.#rowIndex.set(i, this.#rows.length);
      this.#rows.push({ event: i, t: event.t, needs, reserve });
    });
  }

  layout(): LadderLayout {
    const { length } = this.#rows;
    const spacing = { before: new Float64Array(length), afterBreak: new Float64Array(length) };
    let drawn = this.#draw(spacing);
    const ways = [...this.#landed.values()].reduce((sum, ends) => sum + ends.length, 0);
    const rounds = ways > MANY ? FEW_ROUNDS : MOST_ROUNDS;
    for (let round = 0; round < rounds; round++) {
      const { rows, own } = collisions(drawn.labels);
      if (rows.size + own.size === 0) break;
      const step = rounds === FEW_ROUNDS ? 20 : round < 40 ? 5 : round < 80 ? 20 : 80;
      for (const row of rows.keys()) (spacing.before[row] as number) += step;
      for (const row of own) (spacing.afterBreak[row] as number) += step;
      drawn = this.#draw(spacing);
    }
    return drawn.layout;
  }

  #draw(spacing: Spacing): { layout: LadderLayout; labels: readonly Label[] } {
    const frame = this.#frame;
    const { size, lines, bar } = frame;
    const { events } = this.#trace;
    const { ys, breaks } = placeRows(this.#rows, spacing, {
      top: this.#top,
      pxPerUs: this.#pxPerUs,
      breakFrom: 2.4 * this.#flightPx,
      breakPx: 26,
      breakPad: 12,
      least: this.#options.leastY ?? [],
    });
    const stops = this.#rows.map(({ t }, i) => ({ t, y: ys[i] as number }));
    const eventY = this.#eventYs(ys, stops);
    const labels = new Shelves();
    const inner = { left: lines.left.at(-1) as number, right: lines.right.at(-1) as number };
    const gaps = breaks.map(({ row, y1, y2 }): LadderGap => {
      const t1 = (this.#rows[row - 1] as AxisRow).t;
      const { t: t2, event } = this.#rows[row] as AxisRow;
      const text = this.#gapText(t2 - t1);
      const label = placed(text, (inner.left + inner.right) / 2, (y1 + y2) / 2 + size * 0.35, size, 'middle');
      labels.put({ points: corners(label), row });
      return { t1, t2, y1, y2, event, label };
    });
    const faults = this.#outside.faults(eventY, 0, labels);
    const arrows = this.#arrows(eventY, labels);
    let bottom = this.#top;
    for (const { y, reserve } of this.#rows.map((row, i) => ({ y: ys[i] as number, reserve: row.reserve })))
      bottom = Math.max(bottom, y + reserve);
    for (const { y2, note } of arrows) bottom = Math.max(bottom, y2, ...note.map(({ y }) => y - 6));
    const calls = this.#outside.calls(eventY);
    for (const { text } of calls) for (const { y } of text) bottom = Math.max(bottom, y - 6);
    bottom += 24;
    const timers = this.#outside.timers(eventY, bottom);
    let height = bottom + 10;
    for (const { text } of timers)
      for (const { y, angle } of text) if (angle === 0) height = Math.max(height, y + 8);
    const layout: LadderLayout = {
      lang: this.#options.lang,
      width: frame.width,
      height: Math.ceil(height),
      compact: frame.compact,
      fontSize: size,
      flightUs: this.#flightUs,
      focus: this.#focus,
      columns: {
        time: frame.time,
        left: inner.left + bar / 2,
        right: inner.right - bar / 2,
        outerLeft: frame.outer.left,
        outerRight: frame.outer.right,
        barWidth: bar,
      },
      lifelines: this.#outside.lifelines(),
      heads: this.#outside.heads(),
      top: this.#top - 30,
      bottom,
      stops,
      eventY,
      times: this.#outside.times(ys),
      gaps,
      arrows,
      bars: this.#outside.bars(eventY, bottom, labels),
      calls,
      timers,
      faults: faults.map((fault) => (fault.y2 === 0 ? { ...fault, y2: bottom } : fault)),
    };
    if (events.length === 0) return { layout, labels: [] };
    return { layout, labels: labels.all };
  }

  /** 59.9 s; 250 ms; 12 µs: units are SI in every language. */
  #gapText(us: number): string {
    if (us >= 1e6) return `${Number((us / 1e6).toFixed(2))} s`;
    return us >= 1000 ? `${Number((us / 1000).toFixed(1))} ms` : `${us} µs`;
  }

  #eventYs(ys: readonly number[], stops: LadderLayout['stops']): number[] {
    let before = this.#top;
    return this.#trace.events.map((event, i) => {
      const row = this.#rowIndex.get(i);
      before =
        row === undefined
          ? Math.max(before, yOf({ stops }, event.t), this.#options.leastY?.[i] ?? 0)
          : (ys[row] as number);
      return before;
    });
  }

  /** All ways, first without labels; labels are put where nothing else stands. */
  #arrows(eventY: readonly number[], labels: Shelves): LadderArrow[] {
    const ways: { readonly way: Way; readonly words: Words; readonly row: number; readonly end: number }[] =
      [];
    for (const [id, sent] of this.#sent) {
      const row = this.#rowOf.get(sent);
      if (row?.kind !== 'depart') continue;
      const ends: (number | null)[] = [...(this.#landed.get(id) ?? [])];
      if (ends.length === 0) ends.push(null);
      ends.forEach((landed, i) => {
        const way = this.#way(row, sent, landed, eventY);
        const at = this.#rowIndex.get(sent) as number;
        const end = landed === null ? at : (this.#rowIndex.get(landed) ?? at);
        ways.push({ way, words: this.#words(row, landed, i === 0), row: at, end });
      });
    }
    const frame = { compact: this.#frame.compact, size: this.#frame.size };
    const fixed = ways.map(({ way, words, row, end }) => {
      const texts = wordsAtEnds(way, words, frame);
      for (const text of texts.remark) labels.put({ points: corners(text), row });
      // What stands where the way ends moves with the event that ends it.
      const ends = way.landed !== null && way.y2 === eventY[way.landed] ? end : row;
      for (const text of texts.note) labels.put({ points: corners(text), row: ends });
      if (way.end === 'lost') {
        const cross: Box = [way.x2 - 11, way.y2 - 11, way.x2 + 11, way.y2 + 11];
        labels.put({ points: boxCorners(cross), row: ends });
      }
      return texts;
    });
    return ways.map(({ way, words, row }, i) => {
      const texts = fixed[i] as (typeof fixed)[number];
      const isFree = (box: Box): boolean => labels.isFree(boxCorners(box));
      const label = labelOf(way, words, frame, isFree);
      if (label === null) return { ...way, ...texts, pill: null, detail: [] };
      labels.put({ points: boxCorners(label.box), row });
      return { ...way, ...texts, pill: label.pill, detail: label.detail };
    });
  }

  /** Where a segment leaves a lifeline, or arrives at it. */
  #edge(end: End, connection: number): number {
    const { lines, bar } = this.#frame;
    const x = lines[end][connection === this.#focus ? 0 : connection] ?? (lines[end][0] as number);
    return end === 'left' ? x + bar / 2 + CLEAR : x - bar / 2 - CLEAR;
  }

  #way(row: DepartRow, sent: number, landed: number | null, eventY: readonly number[]): Way {
    const { id, connection, from, tone, retransmission, injected } = row;
    const event = landed === null ? null : (this.#trace.events[landed] as TraceEvent);
    const begin = this.#trace.events[sent] as TraceEvent;
    const start = this.#edge(from, connection);
    const goal = this.#edge(otherEnd(from), connection);
    const x1 = injected ? start + (goal - start) * FORGED_AT : start;
    const y1 = eventY[sent] as number;
    let x2 = goal;
    let y2 = landed === null ? y1 : (eventY[landed] as number);
    let [x3, y3] = [x2, y2];
    if (event?.kind !== 'arrived' && !(event?.kind === 'lost' && event.reason === 'down')) {
      const t = event?.t ?? this.#trace.events.at(-1)?.t ?? begin.t;
      const known = event === null || t > begin.t;
      const part = known ? Math.min(0.9, Math.max(0.42, (t - begin.t) / this.#flightUs)) : LOST_AT;
      x2 = start + (goal - start) * part;
      y2 = Math.max(y1, event !== null && known ? y2 : y1 + part * this.#flightPx);
      x3 = goal;
      y3 = y1 + ((y2 - y1) * (x3 - x1)) / (x2 - x1);
    }
    const copy = event?.kind === 'arrived' || event?.kind === 'lost' ? event.copy : 0;
    return {
      id,
      connection,
      from,
      x1,
      y1,
      x2,
      y2,
      x3,
      y3,
      end: event === null ? 'flying' : event.kind === 'arrived' ? 'arrived' : 'lost',
      copy,
      sent,
      landed,
      tone,
      retransmission,
      injected,
      damaged: event?.kind === 'arrived' && event.flipped !== undefined,
      discarded: event?.kind === 'arrived' ? event.discarded : null,
      lost: event?.kind === 'lost' ? event.reason : null,
      words: [...row.label, ...row.options],
    };
  }

  /** What is written along a way. */
  #words(row: DepartRow, landed: number | null, first: boolean): Words {
    const { lang, details } = this.#options;
    const { tone, connection, retransmission, injected, label, options } = row;
    const [flags = '', ...more] = label;
    const fields = more.filter((one) => one.includes('='));
    const landedRow = landed === null ? undefined : this.#rowOf.get(landed);
    const note =
      landedRow?.kind === 'arrive' || landedRow?.kind === 'lost'
        ? landedRow.note
        : landed === null
          ? word(lang, 'underWay')
          : '';
    const bare = this.#dense && (tone === 'data' || tone === 'ack') && !retransmission && !injected;
    const merged = connection !== this.#focus && this.#frame.lines.left.length === 1;
    const name = merged ? `${this.#outside.connectionName(connection)} ` : '';
    return {
      flags: first && !bare ? `${name}${flags.replaceAll(',', ' ')}` : null,
      fields,
      remark: first
        ? more
            .filter((one) => !one.includes('='))
            .map(bareWords)
            .join(', ')
        : '',
      options: first && !bare && details === true && !this.#frame.compact ? options : [],
      note,
    };
  }
}

/** Without the brackets around it. */
function bareWords(text: string): string {
  return text.replace(/^[(（](.*)[)）]$/, '$1');
}
