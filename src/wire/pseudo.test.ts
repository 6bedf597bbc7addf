import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudoSumWords } from './pseudo.ts';
import { naiveSum } from './testing.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

function octetsOf(...words: number[]): number[] {
  return words.flatMap((w) => [w >>> 24, (w >>> 16) & 0xff, (w >>> 8) & 0xff, w & 0xff]);
}

describe('the pseudo-header', () => {
  it('of IPv4 is source, destination, zero, protocol, length (RFC 9293 section 3.1)', () => {
    fc.assert(
      fc.property(word, word, fc.nat(255), fc.nat(0xffff), (s, d, protocol, length) => {
        const octets = [...octetsOf(s, d), 0, protocol, length >> 8, length & 0xff];
        expect(pseudoSumWords(4, 0, 0, 0xffff, s, 0, 0, 0xffff, d, protocol, length)).toBe(naiveSum(octets));
      }),
    );
  });

  it('of IPv6 is source, destination, 32-bit length, zeros, next header (RFC 8200 section 8.1)', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 8, maxLength: 8 }),
        fc.nat(255),
        fc.nat(0x7fffffff),
        (w, protocol, length) => {
          const [s0, s1, s2, s3, d0, d1, d2, d3] = w as [
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
          ];
          const octets = octetsOf(...w, length, protocol);
          expect(pseudoSumWords(6, s0, s1, s2, s3, d0, d1, d2, d3, protocol, length)).toBe(naiveSum(octets));
        },
      ),
    );
  });
});
