import { expect, test } from 'vitest';
import { Memory } from '../../wire/index.ts';
import { PacketQueue } from './packet-queue.ts';

/** A queue, and what pushes a packet whose first octet is `n`. */
function queue(packets = 8, octets = 1000) {
  const memory = new Memory();
  const q = new PacketQueue(memory, packets, octets);
  const push = (n: number, len = 10): void => {
    const off = memory.alloc(len);
    memory.u8[off] = n;
    q.push(off, len);
  };
  /** The packets that a drain hands over; `then` runs for each. */
  const drained = (then: (n: number) => void = () => {}): number[] => {
    const seen: number[] = [];
    q.drain((off) => {
      const n = memory.u8[off] as number;
      seen.push(n);
      then(n);
    });
    return seen;
  };
  return { memory, q, push, drained };
}

test('packets come out in order, once, and are freed; what comes of them waits for the next time', () => {
  const { memory, q, push, drained } = queue();
  const before = memory.used;
  push(1);
  push(2);
  expect(drained((n) => push(10 + n))).toEqual([1, 2]);
  expect(q.empty).toBe(false);
  expect(drained()).toEqual([11, 12]);
  expect([q.empty, drained(), memory.used]).toEqual([true, [], before]);
});

test('it is bounded in packets and in octets', () => {
  const { q, push, drained } = queue(3, 100);
  push(1, 60);
  expect([q.fits(40), q.fits(41)]).toEqual([true, false]);
  push(2, 1);
  push(3, 1);
  expect(q.fits(1)).toBe(false);
  drained();
  expect([q.fits(100), q.fits(101)]).toEqual([true, false]);
});

test('who throws loses one packet: those behind it wait on, before what has come meanwhile', () => {
  const { memory, q, push, drained } = queue(3, 100);
  const before = memory.used;
  for (const n of [1, 2, 3]) push(n);
  const failing = (n: number): void => {
    push(10 + n, 50);
    if (n === 1) throw new Error('watched badly');
  };
  expect(() => drained(failing)).toThrow('watched badly');
  expect([q.fits(30), q.fits(31)]).toEqual([false, false]); // three packets wait
  expect(drained((n) => push(20 + n))).toEqual([2, 3, 11]);
  expect(drained()).toEqual([22, 23, 31]);
  expect([q.empty, q.fits(100), memory.used]).toEqual([true, true, before]);
});

test('what is forgotten is freed', () => {
  const { memory, q, push } = queue();
  const before = memory.used;
  push(1);
  push(2);
  q.clear();
  expect([q.empty, q.fits(1000), memory.used]).toEqual([true, true, before]);
});
