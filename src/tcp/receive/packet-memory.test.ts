import { describe, expect, it } from 'vitest';
import { packetMemory, roomBehind } from './packet-memory.ts';

/** Lengths of packets, and what Linux 6.18 counts for them (SK_MEMINFO_RMEM_ALLOC). */
const COUNTED = [
  [41, 832],
  [540, 1280],
  [640, 1280],
  [1040, 2304],
  [1500, 2304],
  [2040, 4352],
  [3040, 4352],
  [4040, 8448],
  [5040, 8448],
  [9040, 12_544],
  [30_040, 33_024],
] as const;

describe('the memory of a packet', () => {
  it.each(COUNTED)('of %i octets is %i', (length, memory) => {
    expect(packetMemory(length)).toBe(memory);
  });

  it('never shrinks with its length, and is more than its octets', () => {
    let last = 0;
    for (let length = 40; length <= 65_535; length++) {
      const memory = packetMemory(length);
      expect(memory).toBeGreaterThanOrEqual(last);
      expect(memory).toBeGreaterThan(length);
      last = memory;
    }
  });

  it('has room behind the text up to the end of its head, and none in pages', () => {
    expect(roomBehind(41)).toBe(151);
    expect(roomBehind(1500)).toBe(164);
    expect(roomBehind(5040)).toBe(0);
    for (let length = 40; length <= 3712; length++) {
      expect(roomBehind(length)).toBeGreaterThanOrEqual(0);
      if (roomBehind(length) > 0)
        expect(packetMemory(length + roomBehind(length))).toBe(packetMemory(length));
    }
  });
});
