import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runScenario, type Scenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import type { End, Trace } from '../trace.ts';
import { timeOf, yOf } from './axis.ts';
import { boxCorners, corners, overlap } from './boxes.ts';
import { layoutLadder } from './layout.ts';
import type { LadderLayout, LayoutOptions, PlacedText } from './layout-types.ts';
import { handMade, segment, TraceBuilder } from './testing.ts';

const lay = (trace: Trace, options: Partial<LayoutOptions> = {}): LadderLayout =>
  layoutLadder(trace, { lang: 'en', ...options });

const twoWay = scenarios.find(({ id }) => id === 'two-way') as Scenario;

/** All texts but those of labels, which have boxes. */
function texts(layout: LadderLayout): PlacedText[] {
  return [
    ...layout.arrows.flatMap(({ remark, detail, note }) => [...remark, ...detail, ...note]),
    ...layout.gaps.map(({ label }) => label),
    ...layout.bars.map(({ label }) => label),
    ...layout.calls.flatMap(({ text }) => text),
    ...layout.timers.flatMap(({ text }) => text),
    ...layout.faults.flatMap(({ text }) => text),
    ...layout.times,
    ...layout.heads.flatMap(({ text }) => text),
  ].filter(({ text }) => text !== '');
}

/** Pairs of texts that cover each other. */
function covered(layout: LadderLayout): string[] {
  const pills = layout.arrows.flatMap(({ pill }) => (pill === null ? [] : [pill]));
  const boxes = [
    ...texts(layout).map((text) => ({ text: text.text, points: corners(text) })),
    ...pills.map(({ x, y, width, height, flags }) => ({
      text: flags.text,
      points: boxCorners([x, y, x + width, y + height]),
    })),
  ];
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => (overlap(a.points, b.points) ? [`${a.text} / ${b.text}`] : [])),
  );
}

/** Any exchange: segments of all kinds leave at any time, overtake each other, are lost, doubled, or arrive late. */
const anyTrace = fc
  .array(
    fc.record({
      wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 100, max: 90_000 })),
      from: fc.constantFrom<End>('left', 'right'),
      flags: fc.constantFrom('SYN', 'SYN,ACK', 'ACK', 'PSH,ACK', 'FIN,ACK', 'RST'),
      seq: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      length: fc.constantFrom(0, 0, 1460),
      fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'late', 'lost', 'discarded', 'flying', 'twice'),
      call: fc.constantFrom('none', 'none', 'write', 'close'),
      fault: fc.constantFrom('none', 'none', 'none', 'cut', 'mend', 'crash'),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((steps): Trace => {
    type Event = Parameters<TraceBuilder['at']>[1];
    const events: { at: number; event: Event; end: End }[] = [];
    let now = 0;
    steps.forEach(({ wait, from, flags, seq, length, fate, call, fault }, i) => {
      now += wait;
      const id = i + 1;
      const to = from === 'left' ? 'right' : 'left';
      const ack = flags.includes('ACK') ? seq : null;
      const injected = i % 7 === 3 ? { injected: true as const } : {};
      if (call === 'write')
        events.push({
          at: now,
          end: from,
          event: { kind: 'call', end: from, call, octets: length, text: '你好' },
        });
      else if (call === 'close')
        events.push({
          at: now,
          end: from,
          event: { kind: 'call', end: from, call, octets: null, text: null },
        });
      if (fault === 'crash')
        events.push({ at: now, end: from, event: { kind: 'fault', what: fault, end: from } });
      else if (fault !== 'none')
        events.push({ at: now, end: from, event: { kind: 'fault', what: fault, end: null } });
      const options = flags.includes('SYN')
        ? { mss: 1460, windowScale: 7, sackPermitted: true as const }
        : {};
      events.push({
        at: now,
        end: from,
        event: {
          kind: 'sent',
          id,
          from,
          segment: segment(flags, seq, ack, { length, options }),
          retransmission: i % 5 === 4,
          ...injected,
        },
      });
      const arrive = (after: number, copy = 0): void => {
        const discarded = fate === 'discarded' ? 'outside-window' : null;
        events.push({ at: now + after, end: to, event: { kind: 'arrived', id, to, copy, discarded } });
      };
      if (fate === 'lost')
        events.push({ at: now, end: to, event: { kind: 'lost', id, to, copy: 0, reason: 'rule' } });
      else if (fate === 'late') arrive(65);
      else if (fate !== 'flying') arrive(20);
      if (fate === 'twice') arrive(23, 1);
    });
    const b = new TraceBuilder({ left: 'CLOSED', right: 'LISTEN' });
    const names = ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'TIME-WAIT', 'SYN-RECEIVED'] as const;
    events
      .map((event, i) => ({ ...event, i }))
      .sort((a, z) => a.at - z.at || a.i - z.i)
      .forEach(({ at, event, end }, i) => {
        const state = names[i % names.length] as (typeof names)[number];
        b.at(at, event, i % 3 === 0 ? { [end]: [state, 'rule'] } : {});
      });
    return b.trace();
  });

const anyOptions = fc.record({
  lang: fc.constantFrom('en', 'zh'),
  width: fc.constantFrom(320, 700, 960, 1400),
  absolute: fc.boolean(),
}) as fc.Arbitrary<LayoutOptions>;

const runs = { numRuns: 60 };

describe('whatever happens', () => {
  test('no text covers another', () => {
    fc.assert(
      fc.property(anyTrace, anyOptions, (trace, options) => {
        expect(covered(layoutLadder(trace, options))).toEqual([]);
      }),
      runs,
    );
  });

  test('time only goes down: no arrow and no bar points upwards, and no event stands above one before', () => {
    fc.assert(
      fc.property(anyTrace, anyOptions, (trace, options) => {
        const { arrows, bars, timers, eventY, stops } = layoutLadder(trace, options);
        for (const { y1, y2 } of [...arrows, ...bars, ...timers]) expect(y2).toBeGreaterThanOrEqual(y1);
        for (const ys of [eventY, stops.map(({ y }) => y), stops.map(({ t }) => t)])
          for (let i = 1; i < ys.length; i++) expect(ys[i]).toBeGreaterThanOrEqual(ys[i - 1] as number);
      }),
      runs,
    );
  });

  test('every segment that was sent has one way for each of its ends, and every call and state its mark', () => {
    fc.assert(
      fc.property(anyTrace, anyOptions, (trace, options) => {
        const { arrows, calls, bars } = layoutLadder(trace, options);
        trace.events.forEach((event, i) => {
          if (event.kind === 'sent') {
            const ends = trace.events.flatMap((e, at) =>
              (e.kind === 'arrived' || e.kind === 'lost') && e.id === event.id ? [at] : [],
            );
            const drawn = arrows.filter(({ sent }) => sent === i);
            expect(drawn.map(({ landed }) => landed)).toEqual(ends.length === 0 ? [null] : ends);
            expect(drawn.filter(({ pill }) => pill !== null).length).toBe(1);
          }
          if (event.kind === 'call') expect(calls.filter((call) => call.event === i).length).toBe(1);
          for (const { end, to } of event.changes)
            expect(bars.some((bar) => bar.event === i && bar.end === end && bar.state === to)).toBe(true);
        });
      }),
      runs,
    );
  });

  test('breaks of the axis stand for time in which nothing happened, and the rest is to scale or wider', () => {
    fc.assert(
      fc.property(anyTrace, anyOptions, (trace, options) => {
        const { gaps, stops } = layoutLadder(trace, options);
        const first = stops[0]?.t ?? 0;
        const last = stops.at(-1)?.t ?? 0;
        const idle = gaps.reduce((sum, { t1, t2 }) => sum + t2 - t1, 0);
        const busy = stops.reduce((sum, { t }, i) => {
          const before = stops[i - 1]?.t ?? t;
          return gaps.some(({ t1, t2 }) => t1 === before && t2 === t) ? sum : sum + t - before;
        }, 0);
        expect(idle + busy).toBe(last - first);
        for (const { t1, t2 } of gaps) for (const { t } of trace.events) expect(t > t1 && t < t2).toBe(false);
      }),
      runs,
    );
  });

  test('a time has a height, and the height that time', () => {
    fc.assert(
      fc.property(
        anyTrace,
        anyOptions,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trace, options, part) => {
          const layout = layoutLadder(trace, options);
          const first = layout.stops[0]?.t ?? 0;
          const t = first + part * ((layout.stops.at(-1)?.t ?? 0) - first);
          expect(timeOf(layout, yOf(layout, t))).toBeCloseTo(t, 3);
        },
      ),
      runs,
    );
  });
});

describe.each(scenarios.map((scenario) => [scenario.id, runScenario(scenario)] as const))(
  '%s',
  (_id, trace) => {
    test.each([
      [960, 'en'],
      [960, 'zh'],
      [640, 'en'],
      [700, 'zh'],
      [320, 'en'],
      [320, 'zh'],
    ] as const)('%i pixels wide (%s): no text covers another, and all stay in the picture', (width, lang) => {
      const layout = lay(trace, { width, lang });
      if (trace.events.length < 400) expect(covered(layout)).toEqual([]);
      const least = width < 640 || layout.lifelines.length > 2 ? 80 : 200;
      expect(layout.columns.right - layout.columns.left).toBeGreaterThanOrEqual(least);
      for (const text of texts(layout)) {
        const points = corners(text);
        for (let i = 0; i < 8; i += 2) {
          expect(points[i], text.text).toBeGreaterThanOrEqual(-1);
          expect(points[i], text.text).toBeLessThanOrEqual(width + 1);
          expect(points[i + 1], text.text).toBeGreaterThanOrEqual(0);
          expect(points[i + 1], text.text).toBeLessThanOrEqual(layout.height);
        }
      }
    });
  },
);

describe('a ladder', () => {
  const layout = lay(handMade());

  test('is plain data: JSON as it stands, the same every time', () => {
    expect(JSON.parse(JSON.stringify(layout))).toEqual(layout);
    expect(lay(handMade())).toEqual(layout);
  });

  test('a segment ends on its way when it is lost, beside the other lifeline when it arrives', () => {
    const [lost, repeated] = layout.arrows;
    expect(lost).toMatchObject({ end: 'lost', lost: 'loss', retransmission: false });
    expect(lost?.x2).toBeLessThan(layout.columns.right - 20);
    expect(repeated).toMatchObject({ end: 'arrived', retransmission: true, x2: layout.columns.right - 3 });
    expect(lost?.x3).toBe(layout.columns.right - 3);
  });

  test('to scale: what is under way for as long is drawn as steep, when nothing is in its way', () => {
    const drop = (id: number): number => {
      const arrow = layout.arrows.find((a) => a.id === id);
      return (arrow?.y2 ?? 0) - (arrow?.y1 ?? 0);
    };
    expect(drop(2)).toBeCloseTo(48, 0);
    expect(drop(3)).toBeCloseTo(48, 0);
  });

  test('segments that cross are drawn crossing', () => {
    const [a, b] = [6, 7].map((id) => layout.arrows.find((arrow) => arrow.id === id));
    expect((a?.y1 ?? 0) < (b?.y2 ?? 0) && (b?.y1 ?? 0) < (a?.y2 ?? 0)).toBe(true);
  });

  test('idle time is one break with its length', () => {
    expect(layout.gaps.map(({ label }) => label.text)).toEqual(['990 ms', '1.5 s']);
  });

  test('2 MSL has a bracket over the whole of TIME-WAIT; so has a timer that fires', () => {
    expect(layout.timers).toMatchObject([
      { timer: 'rexmt', outcome: 'fired', end: 'left' },
      { timer: '2msl', outcome: 'fired', end: 'left' },
    ]);
    const wait = layout.bars.find(({ state, end }) => state === 'TIME-WAIT' && end === 'left');
    // Something is written beside the lifeline meanwhile: the bracket stands beyond it.
    expect([layout.timers[1]?.y1, layout.timers[1]?.y2]).toEqual([wait?.y1, wait?.y2]);
    expect(layout.timers[1]?.x).toBeLessThan((wait?.label.x ?? 0) - (wait?.label.width ?? 0));
    // Beside the lifeline it leaves room for the names of the states that it lies between.
    const close = scenarios.find(({ id }) => id === 'close4');
    const near = lay(runScenario(close as NonNullable<typeof close>));
    const rest = near.bars.find(({ state }) => state === 'TIME-WAIT');
    const bracket = near.timers.find(({ timer }) => timer === '2msl');
    expect(bracket?.y1).toBeGreaterThanOrEqual((rest?.y1 ?? 0) + 12);
    expect(bracket?.y2).toBe((rest?.y2 ?? 0) - 12);
  });

  test('one connection alone: the others leave no trace but faults', () => {
    const pile = scenarios.find(({ id }) => id === 'tw-pile');
    if (pile === undefined) throw new Error('no tw-pile');
    const trace = runScenario(pile);
    const one = lay(trace, { connection: 1 });
    expect(one.focus).toBe(1);
    expect(new Set(one.arrows.map(({ connection }) => connection))).toEqual(new Set([1]));
    const all = lay(trace);
    expect(all.arrows.length).toBeGreaterThan(one.arrows.length);
  });

  test('several connections each have a lifeline of their own, from outside to inside, with its port above', () => {
    const pile = scenarios.find(({ id }) => id === 'tw-pile');
    if (pile === undefined) throw new Error('no tw-pile');
    const all = lay(runScenario(pile));
    const xs = all.lifelines.filter(({ end }) => end === 'left').map(({ x }) => x);
    expect(xs.length).toBe(3);
    expect([...xs].sort((a, b) => a - b)).toEqual(xs);
    expect(all.heads[0]?.text.map(({ text }) => text)).toEqual(['client', ':50000', ':50001', ':50002']);
    const syn = all.arrows.find(({ connection }) => connection === 2);
    expect(syn?.x1).toBe((xs[2] as number) + 12);
    for (const { state, connection } of all.bars) expect([connection, state]).not.toContain(undefined);
    expect(new Set(all.bars.map(({ connection }) => connection))).toEqual(new Set([0, 1, 2]));
    // Where there is no room for them, one has to do, and labels say whose a segment is.
    const narrow = lay(runScenario(pile), { width: 300 });
    expect(narrow.lifelines.length).toBe(2);
    expect(narrow.arrows.find(({ connection }) => connection === 2)?.pill?.flags.text).toBe(':50002 SYN');
  });

  test('no event stands above the one before it, whatever happens at the last moment', () => {
    const { rules: _rules, ...rest } = twoWay;
    for (const scenario of [...scenarios.slice(0, 24), twoWay, rest]) {
      const { eventY } = lay(runScenario(scenario));
      expect(eventY.length, scenario.id).toBeGreaterThan(0);
      expect([...eventY].sort((a, b) => a - b)).toEqual(eventY);
    }
  });

  test('ladders of one scale and with least heights stand alike as far as their runs are the same', () => {
    const { rules: _rules, ...rest } = twoWay;
    const [real, broken] = [runScenario(rest), runScenario(twoWay)];
    const same = 15;
    expect(real.events.slice(0, same).map(({ t }) => t)).toEqual(
      broken.events.slice(0, same).map(({ t }) => t),
    );
    const { flightUs, eventY } = lay(real, { width: 590 });
    const other = lay(broken, { width: 590, flightUs, leastY: eventY.slice(0, same) });
    const again = lay(real, { width: 590, leastY: other.eventY.slice(0, same) });
    expect(other.flightUs).toBe(flightUs);
    expect(other.eventY.slice(0, same)).toEqual(again.eventY.slice(0, same));
    expect(lay(broken, { width: 590 }).eventY.slice(0, same)).not.toEqual(eventY.slice(0, same));
  });

  test('a trace of nothing is an empty ladder', () => {
    const empty = lay(new TraceBuilder({ left: 'CLOSED', right: 'CLOSED' }).trace());
    expect(empty.arrows).toEqual([]);
    expect(empty.bars.length).toBe(2);
    expect(yOf(empty, 5)).toBe(0);
  });
});
