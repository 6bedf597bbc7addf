// Draws a laid out ladder: shapes of SVG as plain data. A file is made of them (svg.ts), a page shows them as they are
// and makes them again when its cursor moves: one drawing for all.

import type { Trace } from '../trace.ts';
import type {
  BarPiece,
  CallMark,
  FaultMark,
  LadderArrow,
  LadderGap,
  LadderLayout,
  TimerBracket,
} from './layout-types.ts';
import { n, pillShape, type Shape, shape, textShape } from './shapes.ts';
import { patterns, railShapes } from './strands.ts';
import { PHASES } from './tokens.ts';

export { patterns };

/** With more segments than this, lines are thin, and cut nothing else. */
const DENSE_FROM = 60;

/** What of a ladder is shown, and how. */
export interface DrawView {
  /** Of the ids of patterns: different for each picture of a page. Default `sf`. */
  readonly prefix?: string;
  /** The event that happened last; what comes later is faint. Default: all has happened. */
  readonly cursor?: number;
  /** Where now is, in pixels. Default: where the event stands. */
  readonly y?: number;
  /** What comes later is not shown at all. Default false. */
  readonly hidden?: boolean;
  /** The segment that is looked at, and the one that it is compared with. */
  readonly chosen?: number | null;
  readonly compared?: number | null;
  /** Segments that something points at. */
  readonly pointed?: readonly number[];
  /** Segments can be chosen: they have roles, names, and wide edges to point at. Default false. */
  readonly live?: boolean;
  /** Labels of segments on their way are drawn by somebody else. Default false. */
  readonly flights?: boolean;
}

/** `past`, `now` or `future` of the cursor. */
export type Tense = 'past' | 'now' | 'future';

/** A ladder as shapes, from the ground up; without the ground. */
export function drawLadder(layout: LadderLayout, trace: Trace, view: DrawView = {}): Shape[] {
  return new Drawing(layout, trace, view).shapes();
}

class Drawing {
  readonly #layout: LadderLayout;
  readonly #trace: Trace;
  readonly #view: DrawView;
  readonly #prefix: string;
  readonly #cursor: number;
  readonly #y: number;

  constructor(layout: LadderLayout, trace: Trace, view: DrawView) {
    this.#layout = layout;
    this.#trace = trace;
    this.#view = view;
    this.#prefix = view.prefix ?? 'sf';
    this.#cursor = view.cursor ?? Number.POSITIVE_INFINITY;
    const { eventY, top, bottom } = layout;
    const at = this.#cursor < 0 ? top : (eventY[this.#cursor] ?? bottom);
    this.#y = view.y ?? (this.#cursor === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : at);
  }

  shapes(): Shape[] {
    const { bars, gaps, timers, arrows, calls, faults, times, heads } = this.#layout;
    return [
      patterns(this.#prefix),
      this.#axis(times),
      this.#group('faults', faults, (one) => this.#fault(one)),
      this.#group('bars', bars, (one) => this.#rail(one)),
      this.#group('states', bars, (one) => this.#state(one)),
      this.#group('gaps', gaps, (one) => this.#gap(one)),
      this.#group('timers', timers, (one) => this.#timer(one)),
      this.#group(this.#dense ? 'arrows dense' : 'arrows', arrows, (one) => this.#arrow(one)),
      this.#group('words', arrows, (one) => this.#words(one)),
      this.#group('calls', calls, (one) => this.#call(one)),
      shape(
        'g',
        { class: 'heads' },
        heads.flatMap(({ text, brace }) => [
          ...text.map((line, i) => textShape(line, i === 0 ? 'who' : 'dim')),
          brace === null
            ? null
            : shape('path', { class: 'edge', d: `M${n(brace[0])} 34v-5H${n(brace[1])}v5` }),
        ]),
      ),
    ].filter((one) => one !== null);
  }

  /** Many segments: their lines are thin. */
  get #dense(): boolean {
    return this.#layout.arrows.length > DENSE_FROM;
  }

  /** A group of what is shown. */
  #group<T>(name: string, all: readonly T[], draw: (one: T) => Shape | null): Shape {
    return shape('g', { class: name }, all.map(draw));
  }

  #tense(event: number): Tense {
    return event === this.#cursor ? 'now' : event < this.#cursor ? 'past' : 'future';
  }

  #isHidden(event: number): boolean {
    return this.#view.hidden === true && event > this.#cursor;
  }

  #axis(times: LadderLayout['times']): Shape | null {
    const { columns, top, bottom } = this.#layout;
    const { time } = columns;
    if (time === null) return null;
    const shown = times.filter(({ event }) => !this.#isHidden(event));
    return shape('g', { class: 'times' }, [
      shape('path', { class: 'rule', d: `M${n(time + 12)} ${n(top)}V${n(bottom)}` }),
      ...shown.flatMap((one) => [
        shape('path', { class: 'edge', d: `M${n(time + 7)} ${n(one.y - 4)}h5` }),
        shape('g', { 'data-tense': this.#tense(one.event), 'data-event': one.event }, [
          textShape(one, 'dim'),
        ]),
      ]),
    ]);
  }

  #rail({ end, connection, state, x, width, y1, y2, event, rule, section }: BarPiece): Shape | null {
    if (this.#isHidden(event)) return null;
    const now = this.#y;
    const past = railShapes(state, x, width, y1, Math.min(y2, now), this.#prefix);
    const from = Math.max(y1, now);
    const later = this.#view.hidden === true ? [] : railShapes(state, x, width, from, y2, this.#prefix);
    const hint = rule === null ? state : `${state}: ${rule}${section === null ? '' : ` (${section})`}`;
    return shape(
      'g',
      { 'data-end': end, 'data-event': event, 'data-state': state, 'data-connection': connection || null },
      [
        shape('title', {}, [hint]),
        ...past,
        later.length === 0 ? null : shape('g', { class: 'future' }, later),
        event < 0
          ? null
          : shape('path', {
              class:
                this.#tense(event) === 'future'
                  ? 'mark future'
                  : this.#tense(event) === 'now'
                    ? 'mark new'
                    : 'mark',
              d: `M${n(x - 3)} ${n(y1)}h${width + 6}`,
            }),
      ],
    );
  }

  /** The name of a state, beside its beginning. */
  #state({ state, event, label }: BarPiece): Shape | null {
    if (this.#isHidden(event) || label.text === '') return null;
    const tense = this.#tense(event);
    return textShape(label, `${tense === 'future' ? 'later' : `st f-${PHASES[state]}`} halo`);
  }

  #gap({ y1, y2, event, label }: LadderGap): Shape | null {
    if (this.#isHidden(event)) return null;
    const { lifelines, columns } = this.#layout;
    const { left, right, barWidth } = columns;
    const y = (y1 + y2) / 2;
    const half = barWidth / 2 + 4;
    const cuts = lifelines.flatMap(({ x }) => {
      const [a, b] = [x - half, x + half];
      return [
        shape('path', {
          class: 'paper',
          d: `M${n(a)} ${n(y - 1)}L${n(b)} ${n(y - 9)}V${n(y + 1)}L${n(a)} ${n(y + 9)}Z`,
        }),
        shape('path', {
          class: 'cut',
          d: `M${n(a)} ${n(y - 1)}L${n(b)} ${n(y - 9)}M${n(a)} ${n(y + 9)}L${n(b)} ${n(y + 1)}`,
        }),
      ];
    });
    const hole = label.width / 2 + 12;
    const middle = label.x;
    const dots =
      middle - hole > left + 14
        ? `M${n(left + 14)} ${n(y)}H${n(middle - hole)}M${n(middle + hole)} ${n(y)}H${n(right - 14)}`
        : '';
    return shape('g', { 'data-event': event, 'data-go': event, class: 'touch' }, [
      ...cuts,
      dots === '' ? null : shape('path', { class: 'idle', d: dots }),
      textShape(label, 'dim halo'),
    ]);
  }

  #timer(one: TimerBracket): Shape | null {
    const { end, x, y1, y2, outcome, set, over, timer, text } = one;
    const begin = set ?? over ?? 0;
    if (this.#isHidden(begin)) return null;
    const inwards = end === 'left' ? 6 : -6;
    const state = this.#trace.events[begin]?.states[end] ?? 'CLOSED';
    const phase = timer === '2msl' ? 'waiting' : PHASES[state];
    const lasts = this.#view.hidden === true ? Math.min(y2, Math.max(y1, this.#y)) : y2;
    const elapsed = Math.min(lasts, this.#y);
    const isOver = (over ?? Number.POSITIVE_INFINITY) <= this.#cursor;
    const tense = this.#tense(begin);
    const runs = elapsed > y1 && !isOver && Number.isFinite(this.#y);
    const bracket = set === null ? `M${n(x)} ${n(y2)}` : `M${n(x + inwards)} ${n(y1)}H${n(x)}V${n(lasts)}`;
    return shape(
      'g',
      {
        class: 'touch timer',
        'data-event': begin,
        'data-timer': timer,
        'data-outcome': outcome,
        'data-tense': tense,
        'data-go': over ?? begin,
      },
      [
        shape('path', {
          class: `bracket o-${phase}${outcome === 'cancelled' ? ' stopped' : ''}${tense === 'future' ? ' future' : ''}`,
          d: bracket,
        }),
        runs ? shape('path', { class: `o-${phase} elapsed`, d: `M${n(x)} ${n(y1)}V${n(elapsed)}` }) : null,
        outcome === 'fired' && lasts === y2
          ? shape('circle', {
              class: `${isOver ? `f-${phase}` : 'paper'} o-${phase}${tense === 'future' ? ' future' : ''}`,
              'stroke-width': 1.4,
              cx: n(x),
              cy: n(y2),
              r: 3.2,
            })
          : null,
        ...text.map((line, i) =>
          textShape(line, `${tense === 'future' ? 'later' : i === 0 && text.length > 1 ? 'b' : 'dim'} halo`),
        ),
      ],
    );
  }

  /** Whether a segment has left, is on its way, or has ended. */
  #when({ sent, landed }: LadderArrow): 'future' | 'flying' | 'past' {
    if (this.#cursor < sent) return 'future';
    return this.#cursor < (landed ?? Number.POSITIVE_INFINITY) && this.#cursor !== Number.POSITIVE_INFINITY
      ? 'flying'
      : 'past';
  }

  #arrow(arrow: LadderArrow): Shape | null {
    if (this.#isHidden(arrow.sent)) return null;
    const { x1, y1, x2, y2, x3, y3, tone, end, id, copy, from } = arrow;
    const { live, chosen, compared, hidden } = this.#view;
    const when = this.#when(arrow);
    // Who is asked what comes is not shown how a segment ends that is still on its way.
    const told = when === 'past' || hidden !== true;
    const part =
      when === 'past'
        ? 1
        : when === 'future'
          ? 0
          : y2 <= y1
            ? 0.04
            : Math.min(1, Math.max(0.04, (this.#y - y1) / (y2 - y1)));
    const [xm, ym] = [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
    const line = (ax: number, ay: number, bx: number, by: number, classes: string): Shape =>
      shape('path', { class: classes, d: `M${n(ax)} ${n(ay)}L${n(bx)} ${n(by)}` });
    const kind = `way l-${tone}`;
    const tip = told ? this.#tip(arrow, when !== 'past') : null;
    // The line ends where a filled head begins.
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const back = end === 'arrived' && tone !== 'ack' ? Math.max(0, 1 - 9 / length) : 1;
    const stop = Math.min(part, back);
    const pieces: (Shape | null)[] = [
      this.#layout.lifelines.length > 2 && !this.#dense ? line(x1, y1, x2, y2, 'casing') : null,
      live === true ? line(x1, y1, x2, y2, 'hit') : null,
      part < 1 && told ? line(xm, ym, x1 + (x2 - x1) * back, y1 + (y2 - y1) * back, `${kind} ahead`) : null,
      part > 0 ? line(x1, y1, x1 + (x2 - x1) * stop, y1 + (y2 - y1) * stop, kind) : null,
      end === 'lost' && told ? line(x2, y2, x3, y3, `ghost-line${when === 'past' ? '' : ' future'}`) : null,
      arrow.injected
        ? shape('path', { class: 'bad', d: `M${n(x1 + 1)} ${n(y1 - 8)}l-6 9h4l-2 7 7 -9h-4z` })
        : null,
      arrow.damaged && told
        ? shape('path', {
            class: 'o-bad way',
            d: `M${n(x1 + (x2 - x1) * 0.86 - 9)} ${n(y1 + (y2 - y1) * 0.86)}l4 -6 4 11 4 -11 4 11 3 -5`,
          })
        : null,
      tip,
    ];
    const canDrag = live === true && copy === 0 && !arrow.injected && end === 'arrived';
    if (canDrag) pieces.push(shape('circle', { class: 'grip', cx: n(x2), cy: n(y2), r: 14, 'data-id': id }));
    return shape(
      'g',
      {
        class: live === true ? 'touch arrow' : 'arrow',
        ...(live === true
          ? {
              role: 'button',
              tabindex: chosen === id ? 0 : -1,
              'aria-haspopup': 'dialog',
              'aria-label': `#${id} ${from === 'left' ? '→' : '←'} ${[
                ...arrow.words,
                ...(told ? arrow.note.map(({ text }) => text) : []),
              ].join(' ')}`,
            }
          : {}),
        'data-id': id,
        'data-copy': copy,
        'data-event': arrow.sent,
        'data-landed': arrow.landed,
        'data-connection': arrow.connection || null,
        'data-tone': tone,
        'data-tense': when,
        'data-end': end,
        'data-from': from,
        'data-chosen': chosen === undefined ? null : String(chosen === id),
        'data-compared': compared === undefined ? null : String(compared === id),
        'data-again': arrow.retransmission ? 'true' : null,
        'data-injected': arrow.injected ? 'true' : null,
        'data-discarded': arrow.discarded === null ? null : 'true',
      },
      pieces,
    );
  }

  /** Where a way ends: a head, a cross, or nothing. */
  #tip(arrow: LadderArrow, faint: boolean): Shape | null {
    const { x1, y1, x2, y2, tone, end, discarded } = arrow;
    const future = faint ? ' future' : '';
    if (end === 'lost')
      return shape('g', { class: `death${future}` }, [
        shape('circle', { class: 'paper', cx: n(x2), cy: n(y2), r: 12 }),
        shape('circle', { class: 'badwash', cx: n(x2), cy: n(y2), r: 11 }),
        shape('path', { class: 'lost', d: `M${n(x2 - 5.5)} ${n(y2 - 5.5)}l11 11m0 -11l-11 11` }),
      ]);
    if (end === 'flying') return null;
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    const at = (along: number, across: number): string =>
      `${n(x2 - ux * along - uy * across)} ${n(y2 - uy * along + ux * across)}`;
    if (tone === 'ack' && discarded === null)
      return shape('path', { class: `chevron l-ack${future}`, d: `M${at(9, -5)}L${at(0, 0)}L${at(9, 5)}` });
    const filled = shape('path', {
      class: discarded === null ? `head f-${tone} l-${tone}${future}` : `head open-head l-${tone}${future}`,
      d: `M${at(0, 0)}L${at(11, -5)}L${at(11, 5)}Z`,
    });
    if (tone !== 'rst') return filled;
    return shape('g', {}, [
      filled,
      shape('path', { class: `way l-rst${future}`, d: `M${at(15, -6)}L${at(15, 6)}` }),
    ]);
  }

  /** The label of a segment, and what is said at its ends. */
  #words(arrow: LadderArrow): Shape | null {
    if (this.#isHidden(arrow.sent)) return null;
    const { pill, tone, end, discarded, remark, detail, note, id } = arrow;
    const when = this.#when(arrow);
    const told = when === 'past' || this.#view.hidden !== true;
    const faint = when === 'future' ? 'later' : '';
    const away = when === 'flying' && this.#view.flights === true;
    const bad = end === 'lost' || discarded !== null;
    const said = bad ? `note bad b halo${when === 'past' ? '' : ' later'}` : `note dim halo`;
    const parts = [
      ...remark.map((line) => textShape(line, `halo ${faint === '' ? 'dim' : faint}`)),
      pill === null || away
        ? null
        : pillShape(pill, tone, when, this.#view.chosen === id || this.#view.pointed?.includes(id) === true),
      ...(away ? [] : detail).map((line) => textShape(line, 'halo dim')),
      ...(told ? note : []).map((line) => textShape(line, said)),
    ];
    if (parts.every((one) => one === null)) return null;
    return shape(
      'g',
      {
        class: 'said',
        'data-id': id,
        'data-event': arrow.sent,
        'data-end': end,
        'data-discarded': discarded === null ? null : 'true',
      },
      parts,
    );
  }

  #call({ end, x, y, direction, failed, text, event }: CallMark): Shape | null {
    if (this.#isHidden(event)) return null;
    const out = end === 'left' ? -1 : 1;
    const tense = this.#tense(event);
    // The tip points to the connection for what the program asks, away from it for what it is told.
    const [tip, back] = direction === 'in' ? [x, x + out * 7] : [x + out * 7, x];
    const colour = tense === 'future' ? 'later' : failed ? 'bad' : 'dim';
    return shape(
      'g',
      {
        class: 'touch call',
        'data-event': event,
        'data-go': event,
        'data-tense': tense,
        'data-failed': failed ? 'true' : null,
      },
      [
        shape('path', {
          class: `${failed ? 'bad' : 'dim'}${tense === 'future' ? ' future' : ''}`,
          d: `M${n(tip)} ${n(y)}L${n(back)} ${n(y - 3.8)}V${n(y + 3.8)}Z`,
        }),
        ...text.map((line) => textShape(line, `${colour} halo`)),
      ],
    );
  }

  #fault({ what, end, y1, y2, text, event }: FaultMark): Shape | null {
    if (this.#isHidden(event)) return null;
    const { columns, lifelines } = this.#layout;
    const { left, right, barWidth } = columns;
    const bad = what === 'crash' || what === 'cut';
    const tense = this.#tense(event);
    const until = this.#view.hidden === true ? Math.min(y2, Math.max(y1, this.#y)) : y2;
    const marks: Shape[] = [];
    const across = (classes: string): Shape =>
      shape('path', { class: classes, 'stroke-dasharray': '5 4', d: `M${n(left)} ${n(y1)}H${n(right)}` });
    if (what === 'cut') {
      marks.push(
        shape('rect', {
          class: 'badwash',
          x: n(left),
          y: n(y1),
          width: n(right - left),
          height: n(until - y1),
        }),
        across('o-bad'),
      );
    } else if (what === 'mend') marks.push(across('o-open'));
    else {
      for (const { x } of lifelines.filter((one) => one.end === end)) {
        const [a, b] = [x - barWidth / 2 - 4, barWidth + 8];
        if (what === 'crash')
          marks.push(shape('rect', { class: 'badwash', x: n(a), y: n(y1), width: b, height: n(until - y1) }));
        marks.push(
          what === 'crash'
            ? shape('path', { class: 'lost', d: `M${n(x - 6)} ${n(y1 - 6)}l12 12m0 -12l-12 12` })
            : shape('path', { class: 'o-open way', d: `M${n(a)} ${n(y1)}h${b}` }),
        );
      }
    }
    const colour = tense === 'future' ? 'later' : bad ? 'bad' : 'f-open';
    return shape(
      'g',
      {
        class: 'touch fault',
        'data-event': event,
        'data-go': event,
        'data-tense': tense,
        'data-over': bad ? null : 'true',
      },
      [
        ...(tense === 'future' ? [shape('g', { class: 'future' }, marks)] : marks),
        ...text.map((line) => textShape(line, `b halo ${colour}`)),
      ],
    );
  }
}
