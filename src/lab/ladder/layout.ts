// Lays a ladder out: a trace becomes arrows, bars, calls, brackets and texts at places, all plain data. No
// label covers another, time only goes down, and the same trace gives the same picture.

import { type End, otherEnd, type Trace, type TraceEvent } from '../trace.ts';
import { type ArrowPlan, drawArrow } from './arrows.ts';
import { type AxisRow, type Need, placeRows, type Spacing, yOf } from './axis.ts';
import { collisions, type Label, LEADING, placed, widthOf } from './boxes.ts';
import { type TimerSpan, timerSpans } from './brackets.ts';
import { shortStates } from './glyphs.ts';
import type {
  BarPiece,
  CallMark,
  FaultMark,
  LadderArrow,
  LadderGap,
  LadderHead,
  LadderLayout,
  LayoutOptions,
  PlacedText,
  TimerBracket,
} from './layout-types.ts';
import { type CallRow, type DepartRow, LadderRows, type Row, secondsText } from './rows.ts';
import { cut, textWidth, wrapText } from './width.ts';
import { type WordKey, word, words } from './words.ts';

const COMPACT_BELOW = 640;
const LEAST_WIDTH = 300;
const MOST_AREA = 600;
const BAR = 12;
/** Where on its way a segment is lost when nobody told when. */
const LOST_AT = 0.56;
/** Of a forged segment's way: it comes from nowhere. */
const FORGED_AT = 0.14;
const LANE = 8;
const MOST_ROUNDS = 200;
/** How often a label is moved down before the one that it would cover is set level. */
const LEVEL_AFTER = 5;

/** Names of states where there is little room. */
const STATE_COLUMNS_FULL = 12;

/** Where columns are; x of texts in them. */
interface Frame {
  readonly compact: boolean;
  readonly size: number;
  readonly width: number;
  readonly time: number | null;
  readonly left: number;
  readonly right: number;
  /** Edge of the calls' column next to the bar, as a distance from the bar's inner edge. */
  readonly callsAt: number;
  readonly callsColumns: number;
  readonly lanesAt: number;
  readonly margin: number;
}

/** Lays a trace out. */
export function layoutLadder(trace: Trace, options: LayoutOptions): LadderLayout {
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
    const rows = new LadderRows({
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
      ({ connection: of }) => connection === 'all' || of === connection,
    );
    this.#frame = this.#frameOf();
    this.#top = this.#frame.compact ? 66 : 74;
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

  #frameOf(): Frame {
    const { width: asked = 960, compact: wanted } = this.#options;
    const width = Math.max(asked, LEAST_WIDTH);
    const compact = wanted ?? width < COMPACT_BELOW;
    const size = compact ? 10 : 12;
    const margin = compact ? 4 : 12;
    if (compact) {
      const outer = widthOf('x'.repeat(11), size) + 8;
      return {
        compact,
        size,
        width,
        margin,
        time: null,
        left: margin + outer + BAR,
        right: width - margin - outer - BAR,
        callsAt: BAR + 6,
        callsColumns: 11,
        lanesAt: BAR + outer,
      };
    }
    const lanes = Math.min(3, this.#spans.length) * LANE;
    const lanesAt = BAR + 10 + widthOf('x'.repeat(STATE_COLUMNS_FULL), size) + LANE;
    let callsColumns = 0;
    for (const row of this.#rowOf.values())
      if (row.kind === 'call')
        callsColumns = Math.max(
          callsColumns,
          textWidth(row.call) + 2 + (row.connection === this.#focus ? 0 : 7),
          Math.min(22, textWidth(row.note)),
        );
    if (this.#spans.length > 0) callsColumns = Math.max(callsColumns, 20);
    callsColumns = Math.min(callsColumns, 22);
    const callsAt = lanesAt + lanes + 2;
    const time = margin + widthOf('0000.000', size - 1);
    const outer = callsAt + widthOf('x'.repeat(callsColumns), size) + 6;
    const area = Math.min(MOST_AREA, width - 2 * margin - (time - margin) - 2 * outer);
    const spare = Math.max(0, width - time - margin - 2 * outer - area) / 2;
    const left = time + outer + spare;
    return { compact, size, width, margin, time, left, right: left + area, callsAt, callsColumns, lanesAt };
  }

  /** x at a distance outwards from the inner edge of an end's bar. */
  #out(end: End, distance: number): number {
    return end === 'left' ? this.#frame.left - distance : this.#frame.right + distance;
  }

  /** The side on which texts outside a bar are aligned. */
  #outAnchor(end: End): PlacedText['anchor'] {
    return end === 'left' ? 'end' : 'start';
  }

  #column(kind: 'state' | 'call', end: End): string {
    return this.#frame.compact ? `out ${end}` : `${kind} ${end}`;
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
          if (event.changes.some((change) => change.end === end)) stack(this.#column('state', end), 1);
      if (row?.kind === 'call')
        this.#down.set(row, stack(this.#column('call', row.end), this.#callText(row).length));
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
        else this.#down.set(row, stack(this.#column('call', row.end), this.#outText(row.note).length));
      }
      for (const span of spans)
        if (this.#labelAt(span) === i)
          this.#down.set(span, stack(this.#column('call', span.end), this.#timerText(span).length));
      for (const [column, height] of heights) needs.push({ column, above: half, below: height - half });
      this.#rowIndex.set(i, this.#rows.length);
      this.#rows.push({ event: i, t: event.t, needs, reserve });
    });
  }

  /** The event beside which a timer is named. */
  #labelAt({ timer, outcome, set, over }: TimerSpan): number {
    return (timer !== '2msl' && outcome === 'fired' ? (over ?? set) : (set ?? over)) ?? 0;
  }

  #outText(text: string): string[] {
    return wrapText(text, this.#frame.callsColumns).map((part) => cut(part, this.#frame.callsColumns, '…'));
  }

  #timerText({ timer, ms, connection, end }: TimerSpan): string[] {
    const { lang } = this.#options;
    const of = connection === this.#focus ? '' : `${this.#connectionName(connection, end)} `;
    if (timer === '2msl') {
      const text = ms === null ? '2 MSL' : word(lang, 'twoMslSet', { seconds: secondsText(ms) });
      return this.#outText(`${of}${text}`);
    }
    const name = timer in words ? word(lang, timer as WordKey) : timer;
    const text =
      ms === null
        ? word(lang, 'timerFired', { timer: name })
        : word(lang, 'timerTime', { timer: name, seconds: secondsText(ms) });
    return this.#outText(`${of}${text}`);
  }

  #callText({ call, note, connection, end }: CallRow): string[] {
    const { callsColumns, compact } = this.#frame;
    const name = `${connection === this.#focus ? '' : `${this.#connectionName(connection, end)} `}${call}`;
    const lines = [cut(compact ? name.replace('()', '') : name, callsColumns - 2, '…')];
    if (note !== '') lines.push(cut(note, callsColumns, '…'));
    return lines;
  }

  /** `:50001`, or `#2` when the ports do not tell. */
  #connectionName(index: number, end: End = 'left'): string {
    return connectionName(this.#trace, index, end);
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
      heads: this.#heads(),
      top: this.#top - 16,
      bottom,
      stops,
      eventY,
      times: this.#times(ys),
      gaps,
      arrows,
      bars: this.#bars(eventY, bottom),
      calls: this.#calls(eventY),
      timers: this.#timers(eventY, bottom),
      faults: this.#faults(eventY, bottom, labels),
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
    const other = connection === this.#focus ? [] : [this.#connectionName(connection)];
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

  #heads(): LadderHead[] {
    const { compact, margin, width, size, left, right } = this.#frame;
    return (['left', 'right'] as const).map((end) => {
      const { name, address } = this.#trace.ends[end];
      const port = this.#trace.connections[this.#focus]?.[end].port ?? this.#trace.ends[end].port;
      const socket = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
      const [x, anchor] = compact
        ? end === 'left'
          ? [margin, 'start' as const]
          : [width - margin, 'end' as const]
        : end === 'left'
          ? [left, 'end' as const]
          : [right, 'start' as const];
      const room = compact ? width / 2 - 2 * margin : Math.max(left, width - right) - margin;
      const short = (text: string, s: number): string => cut(text, Math.floor(room / widthOf('x', s)), '…');
      const text = [
        placed(short(name, size + 2), x, 26, size + 2, anchor),
        placed(short(socket, size - 1), x, 26 + LEADING * (size + 1), size - 1, anchor),
      ];
      return { end, name, text };
    });
  }

  #times(ys: readonly number[]): LadderLayout['times'] {
    const { time, size } = this.#frame;
    if (time === null) return [];
    const times: (PlacedText & { event: number })[] = [];
    const digits = this.#flightUs < 1000 ? 6 : 3;
    let last = '';
    let below = -Infinity;
    this.#rows.forEach(({ t, event }, i) => {
      const y = ys[i] as number;
      const text = (t / 1e6).toFixed(digits);
      if (text === last || y < below) return;
      last = text;
      below = y + LEADING * (size - 1);
      times.push({ ...placed(text, time, y + size * 0.3, size - 1, 'end'), event });
    });
    return times;
  }

  #bars(eventY: readonly number[], bottom: number): BarPiece[] {
    const { events, connections, begin: begun } = this.#trace;
    const { size, compact } = this.#frame;
    const begin = connections[this.#focus]?.begin ?? begun;
    return (['left', 'right'] as const).flatMap((end) => {
      type Part = Pick<BarPiece, 'state' | 'event' | 'rule' | 'section' | 'y1'>;
      const parts: Part[] = [{ state: begin[end], event: -1, rule: null, section: null, y1: this.#top - 16 }];
      events.forEach((event, i) => {
        if (event.connection !== this.#focus && event.kind !== 'fault') return;
        for (const change of event.changes)
          if (change.end === end && event.connection === this.#focus)
            parts.push({
              state: change.to,
              event: i,
              rule: change.rule,
              section: change.section,
              y1: eventY[i] as number,
            });
      });
      return parts.map((part, i): BarPiece => {
        const { state, y1 } = part;
        const y2 = parts[i + 1]?.y1 ?? bottom;
        const text = compact ? shortStates[state] : state;
        const at = i === 0 ? y1 + 2 : y1;
        // Of several changes at once only the last is named.
        const shown = y2 > y1 || i === parts.length - 1 ? text : '';
        const label = placed(shown, this.#out(end, BAR + 8), at + size * 0.35, size, this.#outAnchor(end));
        return {
          ...part,
          end,
          x: end === 'left' ? this.#out(end, BAR) : this.#out(end, 0),
          width: BAR,
          y2,
          label,
        };
      });
    });
  }

  #calls(eventY: readonly number[]): CallMark[] {
    const { callsAt, size } = this.#frame;
    const calls: CallMark[] = [];
    this.#rowOf.forEach((row, event) => {
      if (row.kind !== 'call') return;
      const { end, connection, direction } = row;
      const y = (eventY[event] as number) + (this.#down.get(row) ?? 0);
      const x = this.#out(end, callsAt);
      const outwards = end === 'left' ? -1 : 1;
      const text = this.#callText(row).map((line, i) => {
        const at = x + (i === 0 ? outwards * 1.6 * size * 0.61 : 0);
        return placed(
          line,
          at,
          y + size * 0.35 + i * LEADING * size,
          i === 0 ? size : size - 1,
          this.#outAnchor(end),
        );
      });
      const of = this.#trace.events[event];
      const failed = of?.kind === 'call' && of.call === 'error';
      calls.push({ end, connection, event, direction, failed, x, y, text });
    });
    return calls;
  }

  #timers(eventY: readonly number[], bottom: number): TimerBracket[] {
    const { lanesAt, callsAt, size, compact } = this.#frame;
    const lanes: Record<End, number[]> = { left: [], right: [] };
    return this.#spans.map((span): TimerBracket => {
      const { end, connection, timer, outcome, set, over } = span;
      const y1 = eventY[set ?? over ?? 0] as number;
      const y2 = over === null ? bottom : (eventY[over] as number);
      const used = lanes[end];
      let lane = used.findIndex((until) => until < y1);
      if (lane < 0) lane = used.length < (compact ? 1 : 3) ? used.length : used.length - 1;
      used[lane] = Math.max(y2, used[lane] ?? 0);
      const at = (eventY[this.#labelAt(span)] as number) + (this.#down.get(span) ?? 0);
      const text = this.#timerText(span).map((line, i) =>
        placed(
          line,
          this.#out(end, callsAt),
          at + size * 0.35 + i * LEADING * size,
          size - 1,
          this.#outAnchor(end),
        ),
      );
      const x = this.#out(end, lanesAt + lane * LANE);
      return { end, connection, timer, outcome, set, over, x, y1, y2, text };
    });
  }

  #faults(eventY: readonly number[], bottom: number, labels: Label[]): FaultMark[] {
    const { callsAt, left, right, size } = this.#frame;
    const { events } = this.#trace;
    const faults: FaultMark[] = [];
    events.forEach((event, i) => {
      const row = this.#rowOf.get(i);
      if (event.kind !== 'fault' || row?.kind !== 'fault') return;
      const { what, end } = event;
      const y1 = eventY[i] as number;
      const textY = y1 + (this.#down.get(row) ?? 0);
      const undoing = what === 'crash' ? 'reboot' : what === 'cut' ? 'mend' : null;
      const until = events.findIndex(
        (later, j) => j > i && later.kind === 'fault' && later.what === undoing && later.end === end,
      );
      const y2 = undoing === null ? y1 : until < 0 ? bottom : (eventY[until] as number);
      const text =
        end === null
          ? [placed(row.note, (left + right) / 2, y1 - 4, size, 'middle')]
          : this.#outText(row.note).map((line, k) =>
              placed(
                line,
                this.#out(end, callsAt),
                textY + size * 0.35 + k * LEADING * size,
                size,
                this.#outAnchor(end),
              ),
            );
      const at = this.#rowIndex.get(i);
      if (end === null && at !== undefined) for (const line of text) labels.push({ text: line, row: at });
      faults.push({ what, end, event: i, y1, y2, text });
    });
    return faults;
  }
}

/** How a connection is called among several: `:50001`, the port that is its own; else `#2`. */
export function connectionName(trace: Trace, index: number, end: End = 'left'): string {
  const of = trace.connections[index];
  if (of === undefined) return `#${index}`;
  for (const side of [end, otherEnd(end)]) {
    const port = of[side].port;
    if (trace.connections.every((other, i) => i === index || other[side].port !== port)) return `:${port}`;
  }
  return `#${index}`;
}
