import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

const out = new Int32Array(2);

function of(words: Int32Array, length: number): readonly [number, number] {
  fingerprint(words, length, out);
  return [out[0]!, out[1]!];
}

/** How often a value occurs a second time. */
function repeats(values: Int32Array): number {
  values.sort();
  let count = 0;
  for (let i = 1; i < values.length; i++) if (values[i] === values[i - 1]) count++;
  return count;
}

describe('the fingerprint', () => {
  it('each half is as good as random: states that differ in few bits repeat no more than chance would have it', () => {
    // 2^18 states of 60 words that differ in 18 bits spread over three words; chance: 2^36 / 2 / 2^32 = 8 repeats.
    const states = 1 << 18;
    const words = new Int32Array(60);
    const low = new Int32Array(states);
    const high = new Int32Array(states);
    const crossed = new Int32Array(states);
    for (let i = 0; i < states; i++) {
      words[3] = i & 63;
      words[31] = ((i >> 6) & 63) << 24;
      words[59] = ((i >> 12) & 63) << 10;
      const [a, b] = of(words, 240);
      low[i] = a;
      high[i] = b;
      crossed[i] = (a >>> 16) | (b << 16);
    }
    for (const half of [low, high, crossed]) expect(repeats(half)).toBeLessThan(30);
  });

  it('counters in neighbouring words, which cancel in weaker mixes, do not repeat either', () => {
    const words = new Int32Array(8);
    const half = new Int32Array(512 * 512);
    const other = new Int32Array(512 * 512);
    for (let i = 0; i < 512; i++) {
      for (let j = 0; j < 512; j++) {
        words[0] = i;
        words[1] = -j;
        const [a, b] = of(words, 8);
        half[i * 512 + j] = a;
        other[i * 512 + j] = b;
      }
    }
    expect(repeats(half)).toBeLessThan(30);
    expect(repeats(other)).toBeLessThan(30);
  });

  it('a bit of the state turns half of the bits of the fingerprint, wherever it is', () => {
    const words = new Int32Array(60);
    const [a, b] = of(words, 240);
    for (let bit = 0; bit < 60 * 32; bit += 7) {
      words[bit >> 5] = 1 << (bit & 31);
      const [c, d] = of(words, 240);
      words[bit >> 5] = 0;
      const turned = ones(a ^ c) + ones(b ^ d);
      expect(turned).toBeGreaterThan(11);
      expect(turned).toBeLessThan(53);
    }
  });

  it('states of zeros of different lengths differ', () => {
    const words = new Int32Array(64);
    const seen = new Set(Array.from({ length: 257 }, (_, length) => of(words, length).join()));
    expect(seen.size).toBe(257);
  });

  it('is the same on every machine', () => {
    expect(of(new Int32Array([1, 2, 3]), 12)).toEqual(PINNED);
  });
});

const PINNED = [226918001, 795210663];

function ones(n: number): number {
  let count = 0;
  for (; n !== 0; n &= n - 1) count++;
  return count;
}
