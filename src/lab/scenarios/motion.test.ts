// What the scenarios of data in motion say, held against their runs.

import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { senderSeries, timeSequence } from '../series/index.ts';
import type { Trace } from '../trace.ts';
import { scenarioNamed } from './index.ts';

function traceOf(id: string): Trace {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return runScenario(scenario);
}

const values = (points: readonly { readonly value: number }[]): number[] => points.map(({ value }) => value);

/** Segments with text of the client, in flights: those that left in one instant. */
function flights(trace: Trace): number[] {
  const counts = new Map<number, number>();
  for (const event of trace.events)
    if (event.kind === 'sent' && event.from === 'left' && event.segment.length > 0)
      counts.set(event.t, (counts.get(event.t) ?? 0) + 1);
  return [...counts.values()];
}

function fired(trace: Trace, timer: string): number[] {
  return trace.events.flatMap((event) =>
    event.kind === 'timer' && event.what === 'fired' && event.timer === timer && event.end === 'left'
      ? [event.t / 1000]
      : [],
  );
}

/** When text was sent again, milliseconds. */
function again(trace: Trace): number[] {
  return timeSequence(trace, 'left').segments.flatMap((one) => (one.again ? [one.t / 1000] : []));
}

describe('slow start', () => {
  const trace = traceOf('slow-start');
  const { cwnd, flight, sendWindow } = senderSeries(trace, 'left');

  test('flights of 2, 2, 4, 8 segments, a round trip apart, until all is sent', () => {
    expect(flights(trace).slice(0, 4)).toEqual([2, 2, 4, 8]);
  });

  test('in flight is never more than cwnd or the window, and reaches cwnd', () => {
    let reached = 0;
    for (const { t, value } of flight) {
      const bound = Math.min(
        ...[cwnd, sendWindow].map((points) => points.filter((point) => point.t <= t).at(-1)?.value ?? 0),
      );
      if (t > 0) expect(value).toBeLessThanOrEqual(bound);
      if (value === bound) reached++;
    }
    expect(reached).toBeGreaterThanOrEqual(4);
  });

  test('cwnd only grows, to many times what it was; nothing is lost', () => {
    const grown = values(cwnd);
    expect([...grown].sort((a, b) => a - b)).toEqual(grown);
    expect(grown.at(-1)).toBeGreaterThan(10 * 2 * 1448);
    expect(again(trace)).toEqual([]);
  });
});

describe('a loss', () => {
  test('is found by the third duplicate ACK, one round trip after it was sent, and cwnd falls to ssthresh', () => {
    const trace = traceOf('fast-retransmit');
    expect(again(trace)).toEqual([140]);
    expect(fired(trace, 'rexmt')).toEqual([]);
    const { cwnd, ssthresh } = senderSeries(trace, 'left');
    expect(values(ssthresh)).toEqual([8552]);
    expect(values(cwnd).at(-1)).toBe(8552);
    // Duplicates before it let new segments go.
    const acks = trace.events.flatMap((e) =>
      e.kind === 'sent' && e.from === 'right' && e.t === 120_000 ? [e.segment.ack] : [],
    );
    expect(acks.filter((ack) => ack === acks[1])).toHaveLength(7);
    expect(timeSequence(trace, 'left').acks.map(({ value }) => value)).toEqual([1, 1449, 2897, 20_001]);
  });

  test('of two segments is repaired by SACK in one round trip, and nothing that arrived is sent again', () => {
    const trace = traceOf('sack-recovery');
    const { segments, blocks } = timeSequence(trace, 'left');
    const lost = segments.filter((one) => one.lost).map(({ from }) => from);
    const repeated = segments.filter((one) => one.again).map(({ from }) => from);
    expect(repeated).toEqual(lost);
    expect(lost).toEqual([1449, 5793]);
    expect(again(trace)).toEqual([140, 140]);
    expect(fired(trace, 'rexmt')).toEqual([]);
    const [first, second] = blocks
      .filter(({ t }) => t === blocks.find(({ left }) => left === 7241)?.t)
      .slice(-2);
    expect([first?.left, second?.left]).toEqual([7241, 2897]);
    const { cwnd, ssthresh } = senderSeries(trace, 'left');
    expect(values(ssthresh)[0]).toBe(Math.floor(0.7 * 15_928));
    expect(values(cwnd).at(-1)).toBe(values(ssthresh)[0]);
  });

  test('of the end of a flight without a probe is found by the timer; then one segment, then two', () => {
    const trace = traceOf('rto-recovery');
    const { segments } = timeSequence(trace, 'left');
    expect(segments.filter((one) => one.lost)).toHaveLength(3);
    expect(fired(trace, 'rexmt')).toHaveLength(1);
    const [timeout = 0] = fired(trace, 'rexmt');
    expect(timeout).toBe(423);
    expect(again(trace)).toEqual([timeout, timeout + 80, timeout + 80]);
    const { cwnd, rto } = senderSeries(trace, 'left');
    expect(values(cwnd)).toContain(1448);
    expect(values(rto)).toEqual([1000, 240, 243, 486, 248]);
  });

  test('of the last segment is found by a probe about two round trips after it left, and cwnd stays', () => {
    const trace = traceOf('tail-loss-probe');
    expect(fired(trace, 'pto')).toEqual([203]);
    expect(fired(trace, 'rexmt')).toEqual([]);
    expect(again(trace)).toEqual([203]);
    const { cwnd, ssthresh } = senderSeries(trace, 'left');
    const grown = values(cwnd);
    expect([...grown].sort((a, b) => a - b)).toEqual(grown);
    expect(ssthresh).toEqual([]);
  });
});

describe('a window', () => {
  test('closes while nothing is read, and opens with each read by as much', () => {
    const trace = traceOf('window-reopens');
    const { edge } = timeSequence(trace, 'left');
    expect(edge.map(({ t, value }) => [t / 1000, value]).slice(0, 3)).toEqual([
      [40, 8689],
      [720, 8689 + 4344],
      [1520, 20_000 + 1721],
    ]);
    const { sendWindow, flight } = senderSeries(trace, 'left');
    expect(values(sendWindow).filter((value) => value === 0)).toHaveLength(3); // before the SYN, and twice
    expect(Math.max(...values(flight))).toBe(8688);
    expect(fired(trace, 'persist')).toHaveLength(2);
  });
});

describe('Nagle’s algorithm and a delayed ACK', () => {
  test('the second piece waits for the delayed ACK of the first: 40 ms', () => {
    const trace = traceOf('nagle-delack');
    const sent = timeSequence(trace, 'left').segments.filter(({ from }) => from >= 5);
    expect(sent.map(({ t }) => t / 1000)).toEqual([250, 300]);
    const answer = trace.events.find((e) => e.kind === 'call' && e.text === 'answer' && e.end === 'left');
    expect(answer?.t).toBe(310_000);
  });

  test('with TCP_NODELAY both go at once', () => {
    const scenario = scenarioNamed('nagle-delack');
    if (scenario === undefined) throw new Error('no scenario');
    const trace = runScenario({
      ...scenario,
      setup: { ...scenario.setup, left: { tcp: { noDelay: true } } },
    });
    const sent = timeSequence(trace, 'left').segments.filter(({ from }) => from >= 5);
    expect(sent.map(({ t }) => t / 1000)).toEqual([250, 250]);
  });
});

describe('a bloated buffer', () => {
  const trace = traceOf('bufferbloat');

  test('the round-trip time grows with what is in flight, and nothing is lost', () => {
    const rtt = values(senderSeries(trace, 'left').rtt);
    expect(rtt[0]).toBeLessThan(35);
    expect(Math.max(...rtt)).toBeGreaterThan(250);
    expect(timeSequence(trace, 'left').segments.filter((one) => one.lost)).toEqual([]);
  });

  test('another connection waits in the same queue', () => {
    const at = (name: string): number =>
      (trace.events.find((e) => e.kind === 'call' && e.call === name && e.connection === 1)?.t ?? 0) / 1000;
    expect(at('connect')).toBe(350);
    expect(at('connected') - at('connect')).toBeGreaterThan(240);
    expect(at('connected') - at('connect')).toBeLessThan(250);
  });

  test('one segment is sent again for nothing: the loss probe took the delay for silence, and a DSACK says so', () => {
    expect(fired(trace, 'pto')).toHaveLength(1);
    expect(again(trace)).toEqual(fired(trace, 'pto'));
    const { blocks, acks } = timeSequence(trace, 'left');
    const [dsack] = blocks;
    expect(blocks).toHaveLength(1);
    expect(dsack?.left).toBeLessThan(acks.filter(({ t }) => t <= (dsack?.t ?? 0)).at(-1)?.value ?? 0);
  });
});
