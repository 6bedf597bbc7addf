import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copySum, finish, fold, joinSums, sum, updateChecksum, updateChecksum32 } from './checksum.ts';
import { Memory } from './memory.ts';
import { hex, naiveSum, place } from './testing.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const octets = fc.uint8Array({ maxLength: 300 });
const alignment = fc.integer({ min: 64, max: 71 });

describe('the Internet checksum', () => {
  it('sums the example of RFC 1071 section 3 to ddf2', () => {
    const { mem, off, len } = place(hex('0001 f203 f4f5 f6f7'));
    expect(sum(mem, off, len, 0)).toBe(0xddf2);
    expect(finish(0xddf2)).toBe(0x220d);
  });

  it('equals the sum taken octet by octet, for any octets, alignment and seed', () => {
    fc.assert(
      fc.property(octets, alignment, u16, (bytes, off, seed) => {
        const { mem } = place(bytes, off);
        expect(sum(mem, off, bytes.length, seed)).toBe(naiveSum(bytes, seed));
      }),
      { numRuns: 2000 },
    );
  });

  it('equals it at every length up to 70', () => {
    for (let len = 0; len <= 70; len++) {
      const bytes = Uint8Array.from({ length: len }, (_, i) => (i * 151 + 197) & 0xff);
      const { mem, off } = place(bytes);
      expect(sum(mem, off, len, 0)).toBe(naiveSum(bytes));
    }
  });

  it('does not overflow: 64 KiB and 1 MiB of ff, of 00 ff, of ff 00', () => {
    for (const len of [65535, 65536, 65537, 131072, 2 ** 20, 2 ** 20 + 1]) {
      for (const [even, odd] of [
        [0xff, 0xff],
        [0x00, 0xff],
        [0xff, 0x00],
        [0x7f, 0xff],
        [0x80, 0x00],
      ] as const) {
        const bytes = new Uint8Array(len);
        for (let i = 0; i < len; i++) bytes[i] = (i & 1) === 0 ? even : odd;
        const { mem, off } = place(bytes);
        expect(sum(mem, off, len, 0x1234)).toBe(naiveSum(bytes, 0x1234));
      }
    }
  });

  it('copies what it sums, also onto itself', () => {
    fc.assert(
      fc.property(
        octets,
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        u16,
        (bytes, a, b, seed) => {
          const mem = new Memory({ initial: 1024 });
          const src = 64 + a;
          const dst = 64 + b;
          mem.u8.set(bytes, src);
          const before = mem.u8.slice();
          expect(copySum(mem, dst, src, bytes.length, seed)).toBe(naiveSum(bytes, seed));
          before.set(bytes, dst);
          expect(mem.u8).toEqual(before);
        },
      ),
    );
  });

  it('joins the sums of two parts, the first of even or odd length', () => {
    fc.assert(
      fc.property(octets, fc.nat(300), (bytes, at) => {
        const cut = Math.min(at, bytes.length);
        const joined = joinSums(naiveSum(bytes.subarray(0, cut)), cut, naiveSum(bytes.subarray(cut)));
        expect(joined).toBe(naiveSum(bytes));
      }),
    );
  });

  it('folds every uint32 to 16 bits of the same residue modulo 65535', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n) => {
        const folded = fold(n);
        expect(folded).toBeLessThanOrEqual(0xffff);
        expect(folded % 0xffff).toBe(n % 0xffff);
      }),
    );
  });

  it('updates the example of RFC 1624 section 4 to 0000, not ffff', () => {
    expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  it('updated incrementally is the checksum of the changed words', () => {
    fc.assert(
      fc.property(fc.array(u16, { minLength: 2, maxLength: 20 }), u16, u16, (words, a, b) => {
        // A header whose words are all zero does not exist; RFC 1624 needs one that is not.
        const header = [0x4500, ...words];
        const check = (w: number[]) => finish(naiveSum(w.flatMap((n) => [n >> 8, n & 0xff])));
        const old = check(header);
        const [x, y] = [header[1] as number, header[2] as number];
        expect(updateChecksum(old, x, a)).toBe(check(header.with(1, a)));
        const [from, to] = [(x << 16) | y, (a << 16) | b];
        expect(updateChecksum32(old, from, to)).toBe(check(header.with(1, a).with(2, b)));
        expect(updateChecksum32(old, from >>> 0, to >>> 0)).toBe(check(header.with(1, a).with(2, b)));
      }),
    );
  });
});
