// What stands outside the arrows of a ladder: lifelines, states, calls, timers, faults, times, and the names above.

import { formatEndpoint } from '../../wire/index.ts';
import { cut, type Lang, textWidth, wrapText } from '../text/index.ts';
import { type End, otherEnd, type Trace } from '../trace.ts';
import type { AxisRow } from './axis.ts';
import { corners, LEADING, placed, type Shelves, widthOf } from './boxes.ts';
import { type Frame, LANE, OFF, type PlacedSpan, TIMER_COLUMNS } from './frame.ts';
import type {
  BarPiece,
  CallMark,
  FaultMark,
  LadderHead,
  LadderLayout,
  Lifeline,
  PlacedText,
  TimerBracket,
} from './layout-types.ts';
import { type CallRow, type Row, secondsText } from './rows.ts';
import { NARROW_STATES } from './tokens.ts';
import { isTwoMsl, type WordKey, waitText, word, words } from './words.ts';

/** What a ladder is made of, before anything has a height. */
export interface Scene {
  readonly trace: Trace;
  readonly lang: Lang;
  readonly focus: number;
  readonly frame: Frame;
  /** Where the first event stands. */
  readonly top: number;
  readonly flightUs: number;
  readonly spans: readonly PlacedSpan[];
  /** Rows of words by event; rows of the axis, and their indices by event. */
  readonly rowOf: ReadonlyMap<number, Row>;
  readonly rows: readonly AxisRow[];
  readonly rowIndex: ReadonlyMap<number, number>;
  /** How far below its event what stands outside stands, when something else stands there. */
  readonly down: ReadonlyMap<Row | PlacedSpan, number>;
}

/** Brackets beside each other beyond the names. */
const MOST_LANES = 2;

/** Places what stands beside the arrows. */
export class Outside {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** x at a distance outwards from the middle of an end's outermost lifeline. */
  #out(end: End, distance: number): number {
    const x = this.#scene.frame.lines[end][0] as number;
    return end === 'left' ? x - distance : x + distance;
  }

  /** The side on which texts outside a lifeline are aligned. */
  #outAnchor(end: End): PlacedText['anchor'] {
    return end === 'left' ? 'end' : 'start';
  }

  /** From the middle of a lifeline to what stands outside. */
  get #off(): number {
    const { bar, compact } = this.#scene.frame;
    return bar / 2 + OFF - (compact ? 2 : 0);
  }

  /** Lines of a text that fit outside; what is longer than a line is broken, nothing is cut off. */
  outText(text: string, end: End): string[] {
    const columns = this.#scene.frame.columns[end];
    return wrapText(text, columns).flatMap((line) => broken(line, columns));
  }

  /** What is said of a timer: what it is, how long. */
  timerText({ timer, ms, named }: PlacedSpan): string[] {
    const { lang, frame, trace } = this.#scene;
    if (!named) return [];
    const mslMs = trace.scenario?.mslMs;
    const seconds = ms === null ? null : secondsText(ms);
    if (frame.compact) {
      const known =
        timer === '2msl' ? (isTwoMsl(ms ?? 0, mslMs) || ms === null ? '2 MSL' : 'TIME-WAIT') : null;
      const own = timer in words ? word(lang, timer as WordKey) : timer;
      const name = known ?? (timer === 'rexmt' ? 'RTO' : own);
      return [seconds === null ? name : `${name} ${seconds} s`];
    }
    if (timer === '2msl') return [ms === null ? '2 MSL' : siUnits(waitText(lang, ms, mslMs))];
    const name = timer in words ? word(lang, timer as WordKey) : timer;
    const fired = word(lang, 'timerFired', { timer: name });
    if (seconds === null) return wrapText(fired, TIMER_COLUMNS);
    const whole = siUnits(word(lang, 'timerTime', { timer: name, seconds }));
    // Chinese has no spaces to break at: the name is a line, and its time the next.
    if (lang !== 'zh' || textWidth(whole) <= TIMER_COLUMNS) return wrapText(whole, TIMER_COLUMNS);
    return textWidth(fired) <= TIMER_COLUMNS
      ? [fired, `${seconds} s`]
      : [name.trim(), whole.slice(name.length).trim()];
  }

  /** Pixels that the words of a timer take downwards. */
  timerHeight(span: PlacedSpan): number {
    const { compact, size } = this.#scene.frame;
    const lines = this.timerText(span);
    return compact ? widthOf(lines[0] ?? '', size, 'sans') + 8 : lines.length * LEADING * size + 4;
  }

  /** A call, and what was written or read. */
  callText({ call, note, connection, end }: CallRow): string[] {
    const { compact, columns } = this.#scene.frame;
    const of = connection === this.#scene.focus ? '' : `${this.connectionName(connection, end)} `;
    const name = `${of}${compact ? call.replace('()', '') : call}`;
    const lines = wrapText(name, columns[end] - 2).flatMap((line) => broken(line, columns[end] - 2));
    if (note !== '' && !(compact && textWidth(note) > columns[end])) lines.push(cut(note, columns[end], '…'));
    return lines;
  }

  /** `:50001`, or `#2` when the ports do not tell. */
  connectionName(index: number, end: End = 'left'): string {
    return connectionName(this.#scene.trace, index, end);
  }

  /** Connections that have a lifeline, the outermost first. */
  #connections(): readonly number[] {
    const { lines } = this.#scene.frame;
    return lines.left.length === 1 ? [this.#scene.focus] : [...lines.left.keys()];
  }

  /** Where the lifelines stand. */
  lifelines(): Lifeline[] {
    const { lines } = this.#scene.frame;
    return (['left', 'right'] as const).flatMap((end) =>
      this.#connections().map((connection, i) => ({ end, connection, x: lines[end][i] as number })),
    );
  }

  /** Who stands above the lifelines. */
  heads(): LadderHead[] {
    const { compact, width, size, lines, bar } = this.#scene.frame;
    const { trace, focus, lang } = this.#scene;
    const names = compact ? 14 : 15;
    return (['left', 'right'] as const).map((end) => {
      const { name: own, address } = trace.ends[end];
      const name = own === 'client' || own === 'server' ? word(lang, own) : own;
      const xs = lines[end];
      const [low, high] = [Math.min(...xs), Math.max(...xs)];
      const several = xs.length > 1;
      const middle = (low + high) / 2;
      /** Centred, but on the picture, and on its own side. */
      const centred = (text: string, at: number, y: number, s: number, font: 'mono' | 'sans'): PlacedText => {
        const room = width / 2 - 8;
        const shown = cut(text, Math.floor(room / widthOf('x', s, font)), '…');
        const half = widthOf(shown, s, font) / 2;
        const [least, most] =
          end === 'left' ? [4 + half, width / 2 - 4 - half] : [width / 2 + 4 + half, width - 4 - half];
        return placed(shown, Math.min(Math.max(at, least), most), y, s, 'middle', font);
      };
      const text = [centred(name, middle, 20, names, 'sans')];
      if (several) {
        const pitch = Math.abs((xs[1] as number) - (xs[0] as number));
        const ports = compact ? size - 1 : pitch < 46 ? 10 : 11.5;
        xs.forEach((x, i) => {
          const port = `:${trace.connections[i]?.[end].port ?? ''}`;
          const same = trace.connections.every((one) => one[end].port === trace.connections[0]?.[end].port);
          if (same ? i === 0 : widthOf(port, ports) < pitch - 2 || i === 0)
            text.push(placed(port, same ? middle : x, 48, ports, 'middle'));
        });
        return { end, name, text, brace: [low - bar, high + bar] };
      }
      if (!compact) {
        const port = trace.connections[focus]?.[end].port ?? trace.ends[end].port;
        text.push(centred(formatEndpoint(address, port), middle, 38, 11.5, 'mono'));
      }
      return { end, name, text, brace: null };
    });
  }

  /** Times at the left edge, as many as fit. */
  times(ys: readonly number[]): LadderLayout['times'] {
    const { time } = this.#scene.frame;
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
      below = y + LEADING * 12;
      times.push({ ...placed(text, time, y + 4, 11.5, 'end'), event });
    });
    return times;
  }

  /** The states of all connections that have a lifeline. Names are outside; of other connections along their lifelines. */
  bars(eventY: readonly number[], bottom: number, labels: Shelves): BarPiece[] {
    return this.#connections().flatMap((connection, line) =>
      (['left', 'right'] as const).flatMap((end) =>
        this.#barsOf(connection, line, end, eventY, bottom, labels),
      ),
    );
  }

  #barsOf(
    connection: number,
    line: number,
    end: End,
    eventY: readonly number[],
    bottom: number,
    labels: Shelves,
  ): BarPiece[] {
    const { trace, top, frame, focus } = this.#scene;
    const { size, compact, bar, lines } = frame;
    const middle = lines[end][line] as number;
    const begin = trace.connections[connection]?.begin ?? trace.begin;
    type Part = Pick<BarPiece, 'state' | 'event' | 'rule' | 'section' | 'y1'>;
    const parts: Part[] = [{ state: begin[end], event: -1, rule: null, section: null, y1: top - 30 }];
    trace.events.forEach((event, i) => {
      if (event.connection !== connection) return;
      for (const { end: of, to, rule, section } of event.changes)
        if (of === end) parts.push({ state: to, event: i, rule, section, y1: eventY[i] as number });
    });
    return parts.map((part, i): BarPiece => {
      const { state, y1 } = part;
      const y2 = parts[i + 1]?.y1 ?? bottom;
      const text = compact ? NARROW_STATES[state] : state;
      // Of several changes at once only the last is named.
      const isLast = y2 > y1 || i === parts.length - 1;
      const at = i === 0 ? y1 + 6 : y1;
      // CLOSED before anything is what an empty lifeline says by itself.
      const silent = i === 0 && state === 'CLOSED';
      let label = placed(
        isLast && !silent ? text : '',
        this.#out(end, this.#off),
        at + size * 0.36,
        size + (compact ? 0 : 0.5),
        this.#outAnchor(end),
      );
      if (connection !== focus) {
        const short = NARROW_STATES[state];
        const small = size - 1.5;
        const x = end === 'left' ? middle - bar / 2 - 4 : middle + bar / 2 + 4 + small * 0.76;
        const turned = placed(short, x, y1 + 5, small, 'end', 'mono', -90);
        const points = corners(turned);
        const fits = !silent && y2 - y1 > turned.width + 10 && labels.isFree(points);
        label = fits ? turned : { ...turned, text: '', width: 0 };
      }
      return { ...part, end, connection, x: middle - bar / 2, width: bar, y2, label };
    });
  }

  /** The programs' calls. */
  calls(eventY: readonly number[]): CallMark[] {
    const { size } = this.#scene.frame;
    const calls: CallMark[] = [];
    this.#scene.rowOf.forEach((row, event) => {
      if (row.kind !== 'call') return;
      const { end, connection, direction } = row;
      const y = (eventY[event] as number) + (this.#scene.down.get(row) ?? 0);
      const x = this.#out(end, this.#off);
      const outwards = end === 'left' ? -1 : 1;
      const text = this.callText(row).map((line, i) => {
        const at = x + (i === 0 ? outwards * 2 * widthOf('x', size) : 0);
        return placed(line, at, y + size * 0.36 + i * LEADING * size, size, this.#outAnchor(end));
      });
      const of = this.#scene.trace.events[event];
      const failed = of?.kind === 'call' && of.call === 'error';
      calls.push({ end, connection, event, direction, failed, x, y, text });
    });
    return calls;
  }

  /** Brackets: beside the lifeline while nothing is written there, else beyond the names, where texts make way. */
  timers(eventY: readonly number[], bottom: number): TimerBracket[] {
    const { frame, spans, down } = this.#scene;
    const { size, compact, far, bar, lines } = frame;
    const line = LEADING * size;
    /** Until where the far brackets of each lane, and far texts, stand. */
    const lanes: Record<End, number[]> = { left: [], right: [] };
    const written: Record<End, number> = { left: -1, right: -1 };
    return spans.map((span): TimerBracket => {
      const { end, connection, timer, outcome, set, over, near } = span;
      const away = end === 'left' ? -1 : 1;
      let y1 = eventY[set ?? over ?? 0] as number;
      let y2 = over === null ? bottom - 6 : (eventY[over] as number);
      // Beside the lifeline it begins below what is written there, and ends above it.
      if (near && over !== null && this.#isWritten(over, end)) y2 -= 12;
      if (near) y1 = Math.min(y2, y1 + Math.max(12, (down.get(span) ?? 0) + 1));
      const base = { end, connection, timer, outcome, set, over, y1, y2 };
      if (!span.named) {
        const at = lines[end][connection] ?? (lines[end][0] as number);
        return { ...base, x: at + away * (bar / 2 + 3), text: [] };
      }
      let x = near ? this.#out(end, bar / 2 + LANE) : this.#out(end, far[end]);
      let lane = 0;
      if (!near) {
        const used = lanes[end];
        lane = used.findIndex((until) => until < y1);
        if (lane < 0) lane = Math.min(used.length, MOST_LANES - 1);
        used[lane] = Math.max(used[lane] ?? 0, y2);
        x += away * lane * 5;
      }
      const said = this.timerText(span);
      if (compact) {
        const [text = ''] = said;
        const width = widthOf(text, size, 'sans');
        const fits = y2 - y1 > width + 2 && lane === 0;
        const label = placed(
          text,
          x + away * 4,
          (y1 + y2) / 2,
          size,
          'middle',
          'sans',
          end === 'left' ? -90 : 90,
        );
        return { ...base, x, text: fits ? [label] : [] };
      }
      const height = said.length * line;
      let top = (y1 + y2) / 2 - height / 2;
      if (!near) top = Math.max(top, written[end]);
      if (!near) written[end] = top + height + 4;
      const text = said.map((one, i) =>
        placed(one, x + away * 8, top + size + i * line, size, this.#outAnchor(end), 'sans'),
      );
      return { ...base, x, text };
    });
  }

  /** Whether something stands outside an end at an event. */
  #isWritten(event: number, end: End): boolean {
    const row = this.#scene.rowOf.get(event);
    if ((row?.kind === 'call' || row?.kind === 'fault') && row.end === end) return true;
    const of = this.#scene.trace.events[event];
    return of?.connection === this.#scene.focus && of.changes.some((change) => change.end === end);
  }

  /** What fails; those of the wire have labels that others must not cover. `bottom`: until where what is not over lasts. */
  faults(eventY: readonly number[], bottom: number, labels: Shelves): FaultMark[] {
    const { size, lines } = this.#scene.frame;
    const { events } = this.#scene.trace;
    const faults: FaultMark[] = [];
    const middle = ((lines.left.at(-1) as number) + (lines.right.at(-1) as number)) / 2;
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
          ? [placed(row.note, middle, y1 - 5, size, 'middle', 'sans')]
          : this.outText(row.note, end).map((line, k) =>
              placed(
                line,
                this.#out(end, this.#off),
                textY + size * 0.36 + k * LEADING * size,
                size,
                this.#outAnchor(end),
                'sans',
              ),
            );
      const at = this.#scene.rowIndex.get(i);
      if (end === null && at !== undefined)
        for (const line of text) labels.put({ points: corners(line), row: at });
      faults.push({ what, end, event: i, y1, y2, text });
    });
    return faults;
  }
}

/** Units in pictures are SI in both languages. */
function siUnits(text: string): string {
  return text.replaceAll('秒', 's');
}

/** A line that is too long for its column, broken where it must be. */
function broken(line: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (textWidth(rest) > columns) {
    let at = 0;
    for (let width = 0; at < rest.length && width < columns; at++) width += textWidth(rest[at] as string);
    lines.push(rest.slice(0, Math.max(1, at)));
    rest = rest.slice(Math.max(1, at));
  }
  return [...lines, rest];
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
