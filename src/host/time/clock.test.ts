import { expect, test } from 'vitest';
import { World } from '../../sim/index.ts';
import { type Clock, Host, RealClock } from '../index.ts';

const refusal = (clock: Clock): string => {
  try {
    new Host({ clock, random: () => 1 });
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'taken';
};

const started = performance.now();

test.each<[string, Clock]>([
  ['performance', performance],
  ['Date', Date],
  ['a wrapper of performance', { now: () => performance.now() }],
  ['a wrapper of Date', { now: () => Date.now() }],
  ['milliseconds from another origin', { now: () => performance.now() - started }],
])('a clock that runs in milliseconds is refused, with what to write instead: %s', (_, clock) => {
  const said = refusal(clock);
  expect(said).toMatch(/^OptionTypeError: Host: clock runs in milliseconds, and has to count microseconds: /);
  expect(said).toContain('{ now: () => performance.now() * 1000 }');
});

test.each<[string, unknown]>([
  ['no clock', {}],
  ['null', null],
  ['NaN', { now: () => Number.NaN }],
  ['a bigint', { now: () => process.hrtime.bigint() }],
])('a clock that gives no number is refused: %s', (_, clock) => {
  expect(refusal(clock as Clock)).toMatch(/^OptionTypeError: Host: clock must be an object|gives/);
});

let count = 0;
test.each<[string, Clock]>([
  ['microseconds of performance', { now: () => performance.now() * 1000 }],
  ['microseconds from another origin', { now: () => (performance.now() - started) * 1000 }],
  ['a RealClock', new RealClock()],
  ['a clock that stands still', { now: () => 0 }],
  ['a world’s', new World().clock],
  ['one that counts its readings', { now: () => ++count }],
  ['the whole milliseconds of just now, standing still', { now: () => Math.round(started) }],
])('a clock that may count microseconds is taken: %s', (_, clock) => {
  expect(refusal(clock)).toBe('taken');
});

test('a RealClock counts microseconds of its source, from a time that is known in whole ones', () => {
  let ms = 1.5;
  const clock = new RealClock({ now: () => ms, timeOrigin: 1000.0006 });
  expect([clock.now(), clock.real(), clock.epochUs]).toEqual([1500, 1500, 1_000_001]);
  expect(clock.hold()).toBe(1500);
  ms = 2;
  expect([clock.now(), clock.real()]).toEqual([1500, 2000]);
  clock.release();
  expect(clock.now()).toBe(2000);
});

test('time stands still at 0, too', () => {
  let ms = 0;
  const clock = new RealClock({ now: () => ms, timeOrigin: 0 });
  clock.hold();
  ms = 1;
  expect(clock.now()).toBe(0);
});

test('a clock that gives no finite number is told what it gives', () => {
  expect(refusal({ now: () => Number.POSITIVE_INFINITY })).toContain('gives Infinity');
  expect(refusal({ now: () => '5' as unknown as number })).toContain('gives 5');
});
