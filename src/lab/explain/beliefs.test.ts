import { describe, expect, test } from 'vitest';
import { beliefs, inFlight, timersAt } from './beliefs.ts';
import { CONNECT, entering, eventAt, run, sending } from './testing.ts';

describe('the third segment is lost', () => {
  const trace = run([CONNECT], ['drop ACK#1 left->right']);
  const lost = eventAt(trace, (e) => e.kind === 'lost');

  test('the client believes that the connection is open, the server does not know it yet', () => {
    expect(beliefs(trace, lost, 'en')).toMatchObject({
      differ: true,
      halfOpen: false,
      left: 'The client believes that the connection is open (ESTABLISHED).',
      right:
        'The server has received a SYN but does not know yet whether its own has arrived (SYN-RECEIVED).',
      difference:
        'The client is ESTABLISHED, the server is SYN-RECEIVED: the client believes that the connection is open; the server has received a SYN but does not know yet whether its own has arrived.',
    });
  });

  test('and the timer that will resolve it is named with its time', () => {
    expect(beliefs(trace, lost, 'en').resolution).toBe(
      'The server will send SYN,ACK again in 990 ms if it is not acknowledged.',
    );
    expect(beliefs(trace, lost, 'zh').resolution).toBe('服务器若得不到确认，将在 990 毫秒后重传 SYN,ACK。');
    expect(timersAt(trace, lost).find(({ timer }) => timer === 'rexmt')).toEqual({
      end: 'right',
      timer: 'rexmt',
      ms: 990,
    });
  });

  test('when the answer has come they agree', () => {
    const agreed = beliefs(trace, entering(trace, 'right', 'ESTABLISHED'), 'en');
    expect([agreed.differ, agreed.difference, agreed.resolution]).toEqual([false, null, null]);
  });
});

test('a segment on its way is what resolves it first', () => {
  const trace = run([CONNECT]);
  const sent = sending(trace, 'left', 'ACK');
  expect(inFlight(trace, sent).map(({ id }) => id)).toEqual([3]);
  expect(beliefs(trace, sent, 'en').resolution).toMatch(/^ACK is on its way to the server\./);
  expect(inFlight(trace, trace.events.length - 1)).toEqual([]);
});

test('half-closed is an agreement, half-open is not', () => {
  const closed = run([CONNECT, { when: 100, do: 'shutdown', end: 'left' }]);
  expect(beliefs(closed, closed.events.length - 1, 'en')).toMatchObject({ differ: false, halfOpen: false });
  const crashed = run([CONNECT, { when: 100, do: 'crash', end: 'right' }], [], { untilMs: 1000 });
  const after = beliefs(crashed, crashed.events.length - 1, 'en');
  expect(after).toMatchObject({ differ: true, halfOpen: true });
  expect(after.difference).toContain('The connection is half-open');
  expect(after.resolution).toBe(
    'Nothing is on its way and no timer runs: only a call of a program can change it.',
  );
});

test('before the first event nothing differs', () => {
  const trace = run([CONNECT]);
  expect(beliefs(trace, -1, 'zh').differ).toBe(false);
});
