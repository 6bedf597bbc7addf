// Plots of series in characters: a letter for each series, which is its legend, too; time from left to right.

import { needed, Schema, whole } from '../../options/index.ts';
import { shown } from '../options.ts';
import type { Lang, Text } from '../text/index.ts';
import type { TimeSequence } from './sequence.ts';
import { type SenderSeries, type SeriesPoint, seriesValueAt } from './series.ts';

/** How a plot is drawn. */
export interface PlotOptions {
  /** Columns, all told, 20 at least. */
  readonly width: number;
  /** Rows of the grid, 4 at least. */
  readonly height: number;
  readonly lang: Lang;
}

const plotOptions = new Schema<PlotOptions>('plotLines', {
  width: needed(whole(20)),
  height: needed(whole(4)),
  lang: needed(shown.lang),
});

/** Something drawn by a letter. */
interface Drawn {
  readonly mark: string;
  readonly name: Text;
  /** A value holds until the next: drawn in every column. Otherwise single values. */
  readonly steps: boolean;
  readonly points: readonly SeriesPoint[];
}

/** Columns of the numbers at the left. */
const MARGIN = 9;
/** Times written below. */
const TICKS = 5;

/** A number in at most six characters: 1448, 23.1k, 1.2M. */
function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** Characters in rows, and where values and times fall among them. */
class Grid {
  readonly #rows: string[][];
  readonly #columns: number;
  readonly #from: number;
  readonly #until: number;
  readonly #most: number;

  constructor({ width, height }: PlotOptions, from: number, until: number, most: number) {
    this.#columns = width - MARGIN;
    this.#rows = Array.from({ length: height }, () => Array(this.#columns).fill(' ') as string[]);
    this.#from = from;
    this.#until = Math.max(until, from + 1);
    this.#most = Math.max(most, 1);
  }

  get columns(): number {
    return this.#columns;
  }

  column(t: number): number {
    return Math.round(((t - this.#from) / (this.#until - this.#from)) * (this.#columns - 1));
  }

  /** The last moment of a column. */
  time(column: number): number {
    return this.#from + ((column + 0.5) / (this.#columns - 1)) * (this.#until - this.#from);
  }

  /** Draws a letter over what is there. */
  put(column: number, value: number, mark: string): void {
    const last = this.#rows.length - 1;
    const row = this.#rows[last - Math.round((Math.min(value, this.#most) / this.#most) * last)];
    if (row !== undefined && column >= 0 && column < this.#columns) row[column] = mark;
  }

  lines(): string[] {
    const last = this.#rows.length - 1;
    const rows = this.#rows.map((row, i) => {
      const labelled = i === 0 || i === last || i === Math.round(last / 2);
      const label = labelled ? short((this.#most * (last - i)) / last) : '';
      return `${label.padStart(MARGIN - 2)} |${row.join('')}`.trimEnd();
    });
    const axis = `${' '.repeat(MARGIN - 2)} +${'-'.repeat(this.#columns)}`;
    const labels = Array(this.#columns + MARGIN).fill(' ') as string[];
    for (let i = 0; i < TICKS; i++) {
      const t = this.#from + ((this.#until - this.#from) * i) / (TICKS - 1);
      const text = `${(t / 1e6).toFixed(2)} s`;
      const at = Math.min(MARGIN + this.column(t) - Math.floor(text.length / 2), labels.length - text.length);
      [...text].forEach((character, k) => {
        labels[Math.max(0, at) + k] = character;
      });
    }
    return [...rows, axis, labels.join('').trimEnd()];
  }
}

function legend(drawn: readonly Drawn[], lang: Lang): string {
  return drawn.map(({ mark, name }) => `${mark} ${name[lang]}`).join('  ');
}

/** From the first point of the first series to the last of all. */
function span(all: readonly Drawn[]): { readonly from: number; readonly until: number } {
  const times = all.flatMap(({ points }) => points.map(({ t }) => t));
  return { from: Math.min(...times), until: Math.max(...times) };
}

function plot(title: Text, all: readonly Drawn[], look: PlotOptions, most?: number): string[] {
  const drawn = all.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return [];
  const { from, until } = span(drawn);
  const highest = most ?? Math.max(...drawn.flatMap(({ points }) => points.map(({ value }) => value)));
  const grid = new Grid(look, from, until, highest);
  for (const { mark, steps, points } of drawn) {
    if (steps) {
      for (let column = 0; column < grid.columns; column++) {
        const value = seriesValueAt(points, grid.time(column));
        if (value !== null && value <= highest) grid.put(column, value, mark);
      }
    } else for (const { t, value } of points) grid.put(grid.column(t), value, mark);
  }
  return [`${title[look.lang]}  ${legend(drawn, look.lang)}`, ...grid.lines()];
}

/** The congestion window, ssthresh and what is in flight, octets. */
function windows({ cwnd, ssthresh, flight }: SenderSeries, look: PlotOptions): string[] {
  return plot(
    { en: 'Octets:', zh: '字节：' },
    [
      { mark: 'S', name: { en: 'ssthresh', zh: 'ssthresh' }, steps: true, points: ssthresh },
      { mark: 'C', name: { en: 'cwnd', zh: 'cwnd' }, steps: true, points: cwnd },
      { mark: 'F', name: { en: 'in flight', zh: '在途' }, steps: true, points: flight },
    ],
    look,
  );
}

/** The peer's window and what its program has not read, octets; nothing while it is far from being the bound. */
function peer({ sendWindow, unread, cwnd }: SenderSeries, look: PlotOptions): string[] {
  const widest = Math.max(0, ...cwnd.map(({ value }) => value));
  // Before the peer's SYN there is no window.
  const told = sendWindow.slice(sendWindow.findIndex(({ value }) => value > 0));
  if (!told.some(({ value }) => value < widest)) return [];
  return plot(
    { en: 'The receiver, octets:', zh: '接收方，字节：' },
    [
      {
        mark: 'W',
        name: { en: 'window', zh: '窗口' },
        steps: true,
        points: sendWindow.filter(({ t }) => t > 0),
      },
      { mark: 'U', name: { en: 'unread', zh: '未读' }, steps: true, points: unread },
    ],
    look,
  );
}

/** Round-trip times and the timeout, milliseconds. */
function times({ rtt, srtt, rto }: SenderSeries, look: PlotOptions): string[] {
  const measured = rto.filter(({ t }) => t >= (srtt[0]?.t ?? 0));
  return plot(
    { en: 'Milliseconds:', zh: '毫秒：' },
    [
      { mark: 'T', name: { en: 'RTO', zh: 'RTO' }, steps: true, points: measured },
      { mark: '-', name: { en: 'SRTT', zh: 'SRTT' }, steps: true, points: srtt },
      { mark: 'R', name: { en: 'RTT', zh: 'RTT' }, steps: false, points: rtt },
    ],
    look,
  );
}

/** Sequence numbers over time. */
function sequence({ segments, acks, edge, blocks }: TimeSequence, look: PlotOptions): string[] {
  const marked = (want: (one: TimeSequence['segments'][number]) => boolean): SeriesPoint[] =>
    segments.flatMap((one) => (want(one) ? [{ t: one.t, value: one.to, event: one.event }] : []));
  const sent = Math.max(0, ...segments.map(({ to }) => to));
  return plot(
    { en: 'Sequence numbers:', zh: '序列号：' },
    [
      { mark: '^', name: { en: 'edge of the window', zh: '窗口右边沿' }, steps: true, points: edge },
      { mark: '_', name: { en: 'acknowledged', zh: '已确认' }, steps: true, points: acks },
      {
        mark: 's',
        name: { en: 'SACKed', zh: 'SACK' },
        steps: false,
        points: blocks.map(({ t, right, event }) => ({ t, value: right, event })),
      },
      {
        mark: '|',
        name: { en: 'sent', zh: '发送' },
        steps: false,
        points: marked(({ again, lost }) => !again && !lost),
      },
      {
        mark: 'R',
        name: { en: 'sent again', zh: '重传' },
        steps: false,
        points: marked(({ again }) => again),
      },
      { mark: 'x', name: { en: 'lost', zh: '丢失' }, steps: false, points: marked(({ lost }) => lost) },
    ],
    look,
    sent * 1.1,
  );
}

/**
 * The plots of what an end sends, each a title and lines: windows, the receiver where it is the bound, times, sequence
 * numbers. Throws OptionTypeError, OptionRangeError.
 */
export function plotLines(series: SenderSeries, view: TimeSequence, look: PlotOptions): string[][] {
  plotOptions.check(look);
  return [windows(series, look), peer(series, look), times(series, look), sequence(view, look)].filter(
    (lines) => lines.length > 0,
  );
}
