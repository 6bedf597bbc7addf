// What stands outside the arrows of a ladder: states, calls, timers, faults, times, and the names above.

import { formatEndpoint } from '../../wire/index.ts';
import { cut, type Lang, wrapText } from '../text/index.ts';
import { type End, otherEnd, type Trace } from '../trace.ts';
import type { AxisRow } from './axis.ts';
import { type Label, LEADING, placed, widthOf } from './boxes.ts';
import type { TimerSpan } from './brackets.ts';
import { BAR, type Frame, LANE } from './frame.ts';
import { shortStates } from './glyphs.ts';
import type {
  BarPiece,
  CallMark,
  FaultMark,
  LadderHead,
  LadderLayout,
  PlacedText,
  TimerBracket,
} from './layout-types.ts';
import { type CallRow, type Row, secondsText } from './rows.ts';
import { type WordKey, waitText, word, words } from './words.ts';

/** What a ladder is made of, before anything has a height. */
export interface Scene {
  readonly trace: Trace;
  readonly lang: Lang;
  readonly focus: number;
  readonly frame: Frame;
  /** Where the first event stands. */
  readonly top: number;
  readonly flightUs: number;
  readonly spans: readonly TimerSpan[];
  /** Rows of words by event; rows of the axis, and their indices by event. */
  readonly rowOf: ReadonlyMap<number, Row>;
  readonly rows: readonly AxisRow[];
  readonly rowIndex: ReadonlyMap<number, number>;
  /** How far below its event the text of a call, a fault or a timer stands, when something else stands there. */
  readonly down: ReadonlyMap<Row | TimerSpan, number>;
}

/** Places what stands beside the arrows. */
export class Outside {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** x at a distance outwards from the inner edge of an end's bar. */
  #out(end: End, distance: number): number {
    return end === 'left' ? this.#scene.frame.left - distance : this.#scene.frame.right + distance;
  }

  /** The side on which texts outside a bar are aligned. */
  #outAnchor(end: End): PlacedText['anchor'] {
    return end === 'left' ? 'end' : 'start';
  }

  /** The column of the axis that something takes room in. */
  column(kind: 'state' | 'call', end: End): string {
    return this.#scene.frame.compact ? `out ${end}` : `${kind} ${end}`;
  }

  /** The event beside which a timer is named. */
  labelAt({ timer, outcome, set, over }: TimerSpan): number {
    return (timer !== '2msl' && outcome === 'fired' ? (over ?? set) : (set ?? over)) ?? 0;
  }

  /** Lines of a text that fit outside. */
  outText(text: string): string[] {
    return wrapText(text, this.#scene.frame.callsColumns).map((part) =>
      cut(part, this.#scene.frame.callsColumns, '…'),
    );
  }

  /** What is said of a timer. */
  timerText({ timer, ms, connection, end }: TimerSpan): string[] {
    const { lang, trace } = this.#scene;
    const of = connection === this.#scene.focus ? '' : `${this.connectionName(connection, end)} `;
    if (timer === '2msl') {
      const text = ms === null ? '2 MSL' : waitText(lang, ms, trace.scenario?.mslMs);
      return this.outText(`${of}${text}`);
    }
    const name = timer in words ? word(lang, timer as WordKey) : timer;
    const text =
      ms === null
        ? word(lang, 'timerFired', { timer: name })
        : word(lang, 'timerTime', { timer: name, seconds: secondsText(ms) });
    return this.outText(`${of}${text}`);
  }

  /** A call, and what was written or read. */
  callText({ call, note, connection, end }: CallRow): string[] {
    const { callsColumns, compact } = this.#scene.frame;
    const name = `${connection === this.#scene.focus ? '' : `${this.connectionName(connection, end)} `}${call}`;
    const lines = [cut(compact ? name.replace('()', '') : name, callsColumns - 2, '…')];
    if (note !== '') lines.push(cut(note, callsColumns, '…'));
    return lines;
  }

  /** `:50001`, or `#2` when the ports do not tell. */
  connectionName(index: number, end: End = 'left'): string {
    return connectionName(this.#scene.trace, index, end);
  }

  /** Who stands above the bars. */
  heads(): LadderHead[] {
    const { compact, margin, width, size, left, right } = this.#scene.frame;
    return (['left', 'right'] as const).map((end) => {
      const { name, address } = this.#scene.trace.ends[end];
      const port =
        this.#scene.trace.connections[this.#scene.focus]?.[end].port ?? this.#scene.trace.ends[end].port;
      const socket = formatEndpoint(address, port);
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

  /** Times at the left edge, as many as fit. */
  times(ys: readonly number[]): LadderLayout['times'] {
    const { time, size } = this.#scene.frame;
    if (time === null) return [];
    const times: (PlacedText & { event: number })[] = [];
    const digits = this.#scene.flightUs < 1000 ? 6 : 3;
    let last = '';
    let below = -Infinity;
    this.#scene.rows.forEach(({ t, event }, i) => {
      const y = ys[i] as number;
      const text = (t / 1e6).toFixed(digits);
      if (text === last || y < below) return;
      last = text;
      below = y + LEADING * (size - 1);
      times.push({ ...placed(text, time, y + size * 0.3, size - 1, 'end'), event });
    });
    return times;
  }

  /** The states of the connection that the ladder is about. */
  bars(eventY: readonly number[], bottom: number): BarPiece[] {
    const { events, connections, begin: begun } = this.#scene.trace;
    const { size, compact } = this.#scene.frame;
    const begin = connections[this.#scene.focus]?.begin ?? begun;
    return (['left', 'right'] as const).flatMap((end) => {
      type Part = Pick<BarPiece, 'state' | 'event' | 'rule' | 'section' | 'y1'>;
      const parts: Part[] = [
        { state: begin[end], event: -1, rule: null, section: null, y1: this.#scene.top - 16 },
      ];
      events.forEach((event, i) => {
        if (event.connection !== this.#scene.focus && event.kind !== 'fault') return;
        for (const change of event.changes)
          if (change.end === end && event.connection === this.#scene.focus)
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

  /** The programs' calls. */
  calls(eventY: readonly number[]): CallMark[] {
    const { callsAt, size } = this.#scene.frame;
    const calls: CallMark[] = [];
    this.#scene.rowOf.forEach((row, event) => {
      if (row.kind !== 'call') return;
      const { end, connection, direction } = row;
      const y = (eventY[event] as number) + (this.#scene.down.get(row) ?? 0);
      const x = this.#out(end, callsAt);
      const outwards = end === 'left' ? -1 : 1;
      const text = this.callText(row).map((line, i) => {
        const at = x + (i === 0 ? outwards * 1.6 * size * 0.61 : 0);
        return placed(
          line,
          at,
          y + size * 0.35 + i * LEADING * size,
          i === 0 ? size : size - 1,
          this.#outAnchor(end),
        );
      });
      const of = this.#scene.trace.events[event];
      const failed = of?.kind === 'call' && of.call === 'error';
      calls.push({ end, connection, event, direction, failed, x, y, text });
    });
    return calls;
  }

  /** Brackets, in lanes where they overlap. */
  timers(eventY: readonly number[], bottom: number): TimerBracket[] {
    const { lanesAt, callsAt, size, compact } = this.#scene.frame;
    const lanes: Record<End, number[]> = { left: [], right: [] };
    return this.#scene.spans.map((span): TimerBracket => {
      const { end, connection, timer, outcome, set, over } = span;
      const y1 = eventY[set ?? over ?? 0] as number;
      const y2 = over === null ? bottom : (eventY[over] as number);
      const used = lanes[end];
      let lane = used.findIndex((until) => until < y1);
      if (lane < 0) lane = used.length < (compact ? 1 : 3) ? used.length : used.length - 1;
      used[lane] = Math.max(y2, used[lane] ?? 0);
      const at = (eventY[this.labelAt(span)] as number) + (this.#scene.down.get(span) ?? 0);
      const text = this.timerText(span).map((line, i) =>
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

  /** What fails; those of the wire have labels that others must not cover. */
  faults(eventY: readonly number[], bottom: number, labels: Label[]): FaultMark[] {
    const { callsAt, left, right, size } = this.#scene.frame;
    const { events } = this.#scene.trace;
    const faults: FaultMark[] = [];
    events.forEach((event, i) => {
      const row = this.#scene.rowOf.get(i);
      if (event.kind !== 'fault' || row?.kind !== 'fault') return;
      const { what, end } = event;
      const y1 = eventY[i] as number;
      const textY = y1 + (this.#scene.down.get(row) ?? 0);
      const undoing = what === 'crash' ? 'reboot' : what === 'cut' ? 'mend' : null;
      const until = events.findIndex(
        (later, j) => j > i && later.kind === 'fault' && later.what === undoing && later.end === end,
      );
      const y2 = undoing === null ? y1 : until < 0 ? bottom : (eventY[until] as number);
      const text =
        end === null
          ? [placed(row.note, (left + right) / 2, y1 - 4, size, 'middle')]
          : this.outText(row.note).map((line, k) =>
              placed(
                line,
                this.#out(end, callsAt),
                textY + size * 0.35 + k * LEADING * size,
                size,
                this.#outAnchor(end),
              ),
            );
      const at = this.#scene.rowIndex.get(i);
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
