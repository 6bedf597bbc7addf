import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfSipHash, halfSipHash3 } from './halfsiphash.ts';

/** Words of the message 00 01 02 … */
const counting = new Int32Array(Uint8Array.from({ length: 64 }, (_, i) => i).buffer);

describe('HalfSipHash-1-3', () => {
  // Published vectors for lengths 0, 4, 8 … 60 of 00 01 02 … under the key 00 01 … 07.
  const want = [
    0x5814c896, 0x7e059ea6, 0x577999b1, 0x6b28096c, 0x8b31d501, 0x911bb605, 0x57150ad7, 0x0a4100d0,
    0xbc6dda8d, 0x7c46fb7f, 0x05327eb2, 0x11795ab1, 0x007783eb, 0xc368dda6, 0x53ecd77e, 0x88b4c4cc,
  ];
  it.each(want.map((w, n) => [n, w] as const))('of %i words is %i', (n, w) => {
    expect(halfSipHash(0x03020100, 0x07060504, counting, 0, n) >>> 0).toBe(w);
  });

  it('starts at the index that it is given', () => {
    const shifted = new Int32Array(20);
    shifted.set(counting.subarray(0, 3), 4);
    expect(halfSipHash(0x03020100, 0x07060504, shifted, 4, 3) >>> 0).toBe(0x6b28096c);
  });

  it('of three words is the same written out', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(word, word, word, word, word, (k0, k1, a, b, c) => {
        expect(halfSipHash3(k0, k1, a, b, c)).toBe(halfSipHash(k0, k1, Int32Array.of(a, b, c), 0, 3));
      }),
    );
  });
});
