import { expect, test } from 'vitest';
import { numbersText, RelativeNumbers } from './numbers.ts';
import type { SentEvent } from './trace.ts';

function syn(from: 'left' | 'right', seq: number): SentEvent {
  const segment = { flags: 'SYN', seq, ack: null, length: 0, window: 0, options: {} };
  const states = { left: 'SYN-SENT', right: 'LISTEN' } as const;
  return {
    kind: 'sent',
    id: 1,
    t: 0,
    connection: 0,
    states,
    changes: [],
    from,
    segment,
    retransmission: false,
  };
}

test('numbers count from the ISS, also over the end of the sequence space', () => {
  const numbers = new RelativeNumbers();
  numbers.push(syn('left', 0xffff_fffe));
  expect([numbers.text('left', 0xffff_ffff), numbers.text('left', 3)]).toEqual(['1', '5']);
});

test('numbers of the second incarnation are marked, and belong to the nearest ISS below', () => {
  const numbers = new RelativeNumbers();
  numbers.push(syn('left', 1000));
  numbers.push(syn('left', 500_000));
  numbers.push(syn('left', 500_000));
  expect([numbers.text('left', 1001), numbers.text('left', 500_001)]).toEqual(['1', '1′']);
});

test('without an ISS the number stays as it is', () => {
  const numbers = new RelativeNumbers();
  expect(numbersText(numbers, 'left', { seq: 7, ack: 9, length: 3 })).toBe('seq=7 ack=9 len=3');
});
