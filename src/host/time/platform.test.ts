// The timers of the platform, with a platform that notes what it is asked.

import { afterEach, expect, test } from 'vitest';
import { nextTurn, platformTimers, soon } from './platform.ts';

/** What a test puts in the place of the platform's own. */
type Names = 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate' | 'MessageChannel';

const platform = globalThis as unknown as Record<Names, unknown>;
const own = new Map<Names, unknown>();

function put(name: Names, value: unknown): void {
  if (!own.has(name)) own.set(name, platform[name]);
  platform[name] = value;
}

afterEach(() => {
  for (const [name, value] of own) platform[name] = value;
  own.clear();
});

/** Timers that never fire: what was asked, in order. */
function noted(): unknown[][] {
  const asked: unknown[][] = [];
  put('setTimeout', (_: () => void, ms: number) => {
    asked.push(['setTimeout', ms]);
    return { of: ms };
  });
  put('clearTimeout', (timer: { of: number }) => void asked.push(['clearTimeout', timer.of]));
  put('setImmediate', () => {
    asked.push(['setImmediate']);
    return 'immediate';
  });
  put('clearImmediate', (timer: unknown) => void asked.push(['clearImmediate', timer]));
  return asked;
}

test('a timer is of whole milliseconds, not early, and no longer than a platform has them', () => {
  const asked = noted();
  for (const ms of [0.001, 1, 1.5, 2 ** 31 - 1.5, 2 ** 31, Number.POSITIVE_INFINITY])
    platformTimers.setTimer(ms, () => {});
  const longest = 2_147_483_647;
  expect(asked.map(([, ms]) => ms)).toEqual([1, 1, 2, longest, longest, longest]);
});

test('what is due already comes in the next turn, without the millisecond of setTimeout', () => {
  const asked = noted();
  for (const ms of [0, -1, Number.NEGATIVE_INFINITY]) platformTimers.setTimer(ms, () => {});
  expect(asked).toEqual([['setImmediate'], ['setImmediate'], ['setImmediate']]);
});

test('each kind is taken back as what it is', () => {
  const asked = noted();
  const timers = [5, 0].map((ms) => platformTimers.setTimer(ms, () => {}));
  asked.length = 0;
  for (const timer of timers) platformTimers.clearTimer(timer);
  expect(asked).toEqual([
    ['clearTimeout', 5],
    ['clearImmediate', 'immediate'],
  ]);
});

test('unref: a timeout does not keep the process; one that is a number, as in browsers, has no such thing', () => {
  let unrefs = 0;
  noted();
  const { unref } = platformTimers;
  put('setTimeout', () => ({ unref: () => unrefs++ }));
  unref?.(platformTimers.setTimer(5, () => {}));
  expect(unrefs).toBe(1);
  unref?.(platformTimers.setTimer(0, () => {}));
  put('setTimeout', () => 7);
  unref?.(platformTimers.setTimer(5, () => {}));
  put('setTimeout', () => ({})); // an object without it
  unref?.(platformTimers.setTimer(5, () => {}));
  expect(unrefs).toBe(1);
});

// The channel is opened once, for all calls to come.
let opened = 0;
const messages: (() => void)[] = [];

class Channel {
  readonly port1 = { onmessage: (): void => {} };
  readonly port2 = { postMessage: (): void => void messages.push(() => this.port1.onmessage()) };
  constructor() {
    opened++;
  }
}

test('without setImmediate the next turn is a message: calls come in order, one for each, but what was taken back', () => {
  noted();
  put('setImmediate', undefined);
  put('clearImmediate', undefined);
  put('MessageChannel', Channel);
  const called: number[] = [];
  const timers = [1, 2, 3].map((n) => platformTimers.setTimer(0, () => void called.push(n)));
  expect([opened, messages.length, called]).toEqual([1, 3, []]);
  platformTimers.clearTimer(timers[1]);
  messages.shift()?.();
  expect(called).toEqual([1]);
  messages.shift()?.();
  expect(called).toEqual([1]);
  messages.shift()?.();
  expect(called).toEqual([1, 3]);
});

test('soon and nextTurn: after what promises had ready', async () => {
  const order: string[] = [];
  const turn = nextTurn().then(() => order.push('turn'));
  soon(() => order.push('soon'));
  void Promise.resolve()
    .then(() => {})
    .then(() => order.push('promise'));
  await turn;
  await nextTurn();
  expect(order).toEqual(['promise', 'turn', 'soon']);
});
