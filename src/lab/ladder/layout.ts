// Lays a ladder out: a trace becomes arrows, bars, calls, brackets and texts at places, all plain data. No
// label covers another, time only goes down, and the same trace gives the same picture.

import { flag, needed, real, Schema } from '../../options/index.ts';
import { shown } from '../options.ts';
import type { Trace, TraceEvent } from '../trace.ts';
import { type ArrowPlan, drawArrow } from './arrows.ts';
import { type AxisRow, type Need, placeRows, type Spacing, yOf } from './axis.ts';
import { collisions, type Label, LEADING, placed } from './boxes.ts';
import { type TimerSpan, timerSpans } from './brackets.ts';
import { BAR, type Frame, frameOf } from './frame.ts';
import type { LadderArrow, LadderGap, LadderLayout, LayoutOptions } from './layout-types.ts';
import { Outside } from './outside.ts';
import { type DepartRow, LadderRows, type Row } from './rows.ts';
import { word } from './words.ts';

/** Where on its way a segment is lost when nobody told when. */
const LOST_AT = 0.56;
/** Of a forged segment's way: it comes from nowhere. */
const FORGED_AT = 0.14;
const MOST_ROUNDS = 200;
/** How often a label is moved down before the one that it would cover is set level. */
const LEVEL_AFTER = 5;

/** What {@link LayoutOptions} may hold. */
export const layoutOptions = new Schema<LayoutOptions>('layoutLadder', {
  lang: needed(shown.lang),
  absolute: shown.absolute,
  connection: shown.connection,
  width: real(300),
  compact: flag,
  flightPx: real(1),
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
  readonly #spans: readonly TimerSpan[];
  readonly #frame: Frame;
  readonly #outside: Outside;
  readonly #top: number;
  /** By event: index of its row. */
  readonly #rowIndex = new Map<number, number>();
  readonly #rows: AxisRow[] = [];
  /** Rows of segments whose labels do not go along their lines. */
  readonly #level = new Set<number>();
  /** How far below its event the text of a call, a fault or a timer stands, when something else stands there. */
  readonly #down = new Map<Row | TimerSpan, number>();
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
    this.#flightUs = this.#usualFlight();
    this.#flightPx = options.flightPx ?? 44;
    this.#pxPerUs = this.#flightPx / this.#flightUs;
    this.#spans = timerSpans(trace, 5 * this.#flightUs).filter(
      // Of other connections, what merely runs is not worth a bracket.
      ({ connection: of, timer, outcome }) =>
        of === this.#focus || (connection === 'all' && (outcome === 'fired' || timer === '2msl')),
    );
    this.#frame = frameOf(options, this.#rowOf.values(), this.#spans, this.#focus);
    this.#top = this.#frame.compact ? 66 : 74;
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
    const bySpan = new Map<number, TimerSpan[]>();
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
      // What stands in one column beside one event stands one below the other.
      const heights = new Map<string, number>();
      const stack = (column: string, lines: number): number => {
        const down = heights.get(column) ?? 0;
        heights.set(column, down + lines * line);
        return down;
      };
      if (event.connection === this.#focus)
        for (const end of ['left', 'right'] as const)
          if (event.changes.some((change) => change.end === end))
            stack(this.#outside.column('state', end), 1);
      if (row?.kind === 'call')
        this.#down.set(row, stack(this.#outside.column('call', row.end), this.#outside.callText(row).length));
      else if (row?.kind === 'depart') {
        needs.push({ column: `arrow ${row.from}`, above: line, below: 4 });
        const ends = this.#landed.get(row.id) ?? [];
        const lost = ends.length === 0 || ends.some((at) => events[at]?.kind === 'lost');
        reserve = lost ? this.#flightPx : 0;
      } else if (row?.kind === 'arrive' || row?.kind === 'lost') {
        if (row.kind === 'arrive') needs.push({ column: `arrow ${row.to}`, above: line * 0.7, below: 4 });
        reserve = row.note === '' ? 0 : line;
      } else if (row?.kind === 'fault') {
        if (row.onWire) needs.push({ column: 'arrow left', above: line, below: line });
        else
          this.#down.set(
            row,
            stack(this.#outside.column('call', row.end), this.#outside.outText(row.note).length),
          );
      }
      for (const span of spans)
        if (this.#outside.labelAt(span) === i)
          this.#down.set(
            span,
            stack(this.#outside.column('call', span.end), this.#outside.timerText(span).length),
          );
      for (const [column, height] of heights) needs.push({ column, above: half, below: height - half });
      this.#rowIndex.set(i, this.#rows.length);
      this.#rows.push({ event: i, t: event.t, needs, reserve });
    });
  }

  layout(): LadderLayout {
    const { length } = this.#rows;
    const spacing = { before: new Float64Array(length), afterBreak: new Float64Array(length) };
    const tries = new Map<number, number>();
    let drawn = this.#draw(spacing);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { rows, own } = collisions(drawn.labels);
      if (rows.size + own.size === 0) break;
      const step = round < 40 ? 5 : round < 80 ? 20 : 80;
      for (const [row, earlier] of rows) {
        (spacing.before[row] as number) += step;
        // A label along a line that only gets steeper does not get out of the way: it is set level.
        const hits = (tries.get(row) ?? 0) + 1;
        tries.set(row, hits);
        if (hits >= LEVEL_AFTER && hits % LEVEL_AFTER === 0) this.#level.add(earlier);
      }
      for (const row of own) (spacing.afterBreak[row] as number) += step;
      drawn = this.#draw(spacing);
    }
    return drawn.layout;
  }

  #draw(spacing: Spacing): { layout: LadderLayout; labels: Label[] } {
    const frame = this.#frame;
    const { size } = frame;
    const { events } = this.#trace;
    const { ys, breaks } = placeRows(this.#rows, spacing, {
      top: this.#top,
      pxPerUs: this.#pxPerUs,
      breakFrom: 2.4 * this.#flightPx,
      breakPx: 30,
      breakPad: 9,
    });
    const stops = this.#rows.map(({ t }, i) => ({ t, y: ys[i] as number }));
    const eventY = this.#eventYs(ys, stops);
    const labels: Label[] = [];
    const gaps = breaks.map(({ row, y1, y2 }): LadderGap => {
      const t1 = (this.#rows[row - 1] as AxisRow).t;
      const { t: t2, event } = this.#rows[row] as AxisRow;
      const text = `… ${this.#gapText(t2 - t1)} …`;
      const label = placed(text, (frame.left + frame.right) / 2, (y1 + y2) / 2 + size * 0.3, size, 'middle');
      labels.push({ text: label, row });
      return { t1, t2, y1, y2, event, label };
    });
    const arrows = this.#arrows(eventY, labels);
    let bottom = this.#top;
    for (const { y, reserve } of this.#rows.map((row, i) => ({ y: ys[i] as number, reserve: row.reserve })))
      bottom = Math.max(bottom, y + reserve);
    for (const { y2 } of arrows) bottom = Math.max(bottom, y2);
    bottom += 22;
    const layout: LadderLayout = {
      lang: this.#options.lang,
      width: frame.width,
      height: Math.ceil(bottom + 20),
      compact: frame.compact,
      fontSize: size,
      focus: this.#focus,
      columns: { time: frame.time, left: frame.left, right: frame.right, barWidth: BAR },
      heads: this.#outside.heads(),
      top: this.#top - 16,
      bottom,
      stops,
      eventY,
      times: this.#outside.times(ys),
      gaps,
      arrows,
      bars: this.#outside.bars(eventY, bottom),
      calls: this.#outside.calls(eventY),
      timers: this.#outside.timers(eventY, bottom),
      faults: this.#outside.faults(eventY, bottom, labels),
    };
    if (events.length === 0) return { layout, labels: [] };
    return { layout, labels };
  }

  /** 59.9 s; 250 ms; 12 µs. */
  #gapText(us: number): string {
    const { lang } = this.#options;
    if (us >= 1e6) return word(lang, 'gap', { seconds: String(Number((us / 1e6).toFixed(2))) });
    return us >= 1000 ? `${Number((us / 1000).toFixed(1))} ms` : `${us} µs`;
  }

  #eventYs(ys: readonly number[], stops: LadderLayout['stops']): number[] {
    let before = this.#top;
    return this.#trace.events.map((event, i) => {
      const row = this.#rowIndex.get(i);
      before = row === undefined ? Math.max(before, yOf({ stops }, event.t)) : (ys[row] as number);
      return before;
    });
  }

  #arrows(eventY: readonly number[], labels: Label[]): LadderArrow[] {
    const arrows: LadderArrow[] = [];
    const frame = { left: this.#frame.left, right: this.#frame.right, size: this.#frame.size };
    for (const [id, sent] of this.#sent) {
      const row = this.#rowOf.get(sent);
      if (row?.kind !== 'depart') continue;
      const ends: (number | null)[] = [...(this.#landed.get(id) ?? [])];
      if (ends.length === 0) ends.push(null);
      ends.forEach((landed, i) => {
        const plan = this.#plan(row, sent, landed, i === 0, eventY);
        const at = this.#rowIndex.get(sent) as number;
        const arrow = drawArrow(plan, frame, this.#level.has(at));
        const end = landed === null ? at : (this.#rowIndex.get(landed) ?? at);
        for (const text of [...arrow.label, ...arrow.detail]) labels.push({ text, row: at });
        for (const text of arrow.note) labels.push({ text, row: arrow.end === 'arrived' ? end : at });
        arrows.push(arrow);
      });
    }
    return arrows;
  }

  #plan(
    row: DepartRow,
    sent: number,
    landed: number | null,
    first: boolean,
    eventY: readonly number[],
  ): ArrowPlan {
    const { id, connection, from, tone, retransmission, injected } = row;
    const { left, right } = this.#frame;
    const event = landed === null ? null : (this.#trace.events[landed] as TraceEvent);
    const begin = this.#trace.events[sent] as TraceEvent;
    const [start, goal] = from === 'left' ? [left, right] : [right, left];
    const x1 = injected ? start + (goal - start) * FORGED_AT : start;
    const y1 = eventY[sent] as number;
    let x2 = goal;
    let y2 = landed === null ? y1 : (eventY[landed] as number);
    if (event?.kind !== 'arrived' && !(event?.kind === 'lost' && event.reason === 'down')) {
      const t = event?.t ?? this.#trace.events.at(-1)?.t ?? begin.t;
      const known = event === null || t > begin.t;
      const part = known ? Math.min(0.9, Math.max(0.35, (t - begin.t) / this.#flightUs)) : LOST_AT;
      x2 = start + (goal - start) * part;
      y2 = Math.max(y1, event !== null && known ? y2 : y1 + part * this.#flightPx);
    }
    const landedRow = landed === null ? undefined : this.#rowOf.get(landed);
    const note =
      landedRow?.kind === 'arrive' || landedRow?.kind === 'lost'
        ? landedRow.note
        : landed === null
          ? word(this.#options.lang, 'underWay')
          : '';
    const other = connection === this.#focus ? [] : [this.#outside.connectionName(connection)];
    const copy = event?.kind === 'arrived' || event?.kind === 'lost' ? event.copy : 0;
    return {
      id,
      connection,
      from,
      x1,
      y1,
      x2,
      y2,
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
      label: first ? [...other, ...row.label] : [],
      // Where there is little room, they are left to the view of the octets.
      options: first && !this.#frame.compact ? row.options : [],
      note,
    };
  }
}
