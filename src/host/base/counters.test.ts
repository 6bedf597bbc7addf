import { describe, expect, it } from 'vitest';
import { bothTaps, HostCounters, type HostTap } from './counters.ts';

const EVENTS = [
  'segmentOut',
  'arrives',
  'processed',
  'transition',
  'drop',
  'timerSet',
  'timerFired',
] as const;

/** A tap that notes what it is told, with all that it is told. */
function noting(name: string, told: unknown[], events: readonly string[] = EVENTS): HostTap {
  return Object.fromEntries(
    events.map((event) => [event, (...all: unknown[]) => told.push([name, event, ...all])]),
  );
}

describe('two taps of one host', () => {
  it('each is told everything, the first one first', () => {
    const told: unknown[] = [];
    const both = bothTaps(noting('a', told), noting('b', told));
    for (const event of EVENTS) {
      const tell = both[event] as (...all: unknown[]) => void;
      tell(1, 2, 3, 4);
    }
    const all = (event: string): unknown[] =>
      ({ segmentOut: [1, 2, 3], arrives: [1, 2, 3], processed: [1, 2, 3], transition: [1, 2, 3] })[event] ??
      (event === 'timerFired' ? [1, 2, 3] : [1, 2, 3, 4]);
    expect(told).toEqual(EVENTS.flatMap((event) => ['a', 'b'].map((name) => [name, event, ...all(event)])));
  });

  it('a tap need not want everything: timers are watched where one of them does', () => {
    const told: unknown[] = [];
    const nothing = bothTaps({}, {});
    for (const event of EVENTS.slice(0, 5)) (nothing[event] as () => void)();
    expect([nothing.timerSet, nothing.timerFired]).toEqual([undefined, undefined]);
    for (const event of ['timerSet', 'timerFired'] as const) {
      const one = noting('x', told, [event]);
      for (const both of [bothTaps(one, {}), bothTaps({}, one)]) {
        (both[event] as () => void)();
        expect([both.timerSet === undefined, both.timerFired === undefined]).toEqual([
          event !== 'timerSet',
          event !== 'timerFired',
        ]);
      }
    }
    expect(told).toHaveLength(4);
  });

  it('with nobody it is the other one', () => {
    const one: HostTap = {};
    expect(bothTaps(null, one)).toBe(one);
  });
});

it('a host begins with nothing counted', () => {
  const counters = new HostCounters();
  const sum = (n: number | number[]): number => (typeof n === 'number' ? n : n.reduce((a, b) => a + b, 0));
  const counts = Object.values(counters) as (number | number[])[];
  expect(counts.map(sum)).toEqual(counts.map(() => 0));
  expect(counters.malformed.length).toBe(64);
});
