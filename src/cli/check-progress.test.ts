import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { grouped, ProgressLine, secondsOf } from './check-progress.ts';
import type { Io } from './command.ts';

const PROGRESS = { states: 1_234_567, transitions: 2_000_000, depth: 12, frontier: 34, held: 0 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a line writes: progress is shown at these times, milliseconds. */
function written(
  stderr: PassThrough & { isTTY?: boolean; columns?: number },
  times: readonly number[],
): string {
  const line = new ProgressLine({ stderr, lang: 'en' } as unknown as Io);
  for (const ms of times) {
    vi.advanceTimersByTime(ms);
    line.show(PROGRESS, 'with the rule');
  }
  line.end();
  return String(stderr.read() ?? '');
}

test('on a terminal one line is rewritten, ten times a second at most, and taken away at the end', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  const text = written(terminal, [50, 60, 10, 100]);
  expect(text.split('\r\x1b[K').slice(1)).toEqual([
    expect.stringMatching(
      /^with the rule: 1,234,567 states, 2,000,000 transitions, \S+\/s, depth 12, frontier 34$/,
    ),
    expect.stringMatching(/^with the rule: /),
    '',
  ]);
});

test.each([
  [40, 39],
  [0, 79],
])('on a terminal of %i columns it has at most %i', (columns, most) => {
  const text = written(Object.assign(new PassThrough(), { isTTY: true, columns }), [200]);
  expect(text.split('\r\x1b[K')[1]).toHaveLength(most);
});

test('in a log it is a whole line every five seconds', () => {
  const text = written(new PassThrough(), [200, 200, 4700, 200, 4900]);
  expect(text).toMatch(/^(with the rule: [^\n]*\n){2}$/);
});

test('numbers and times as people read them', () => {
  expect([grouped(1_234_567), grouped(999)]).toEqual(['1,234,567', '999']);
  expect([secondsOf(3.4), secondsOf(1234), secondsOf(12_345)]).toEqual(['0.003', '1.23', '12.3']);
});
