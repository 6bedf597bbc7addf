import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seqGeq, seqGt, seqLeq, seqLt, seqMax, seqMin } from './seq.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const forward = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe('sequence arithmetic (RFC 9293 section 3.4)', () => {
  it('a number is before every number up to 2^31 - 1 ahead of it, across the wrap too', () => {
    fc.assert(
      fc.property(int32, forward, (a, n) => {
        const b = (a + n) | 0;
        expect([seqLt(a, b), seqLeq(a, b), seqGt(b, a), seqGeq(b, a)]).toEqual([true, true, true, true]);
        expect([seqLt(b, a), seqLeq(b, a), seqGt(a, b), seqGeq(a, b)]).toEqual([false, false, false, false]);
        expect([seqMax(a, b), seqMax(b, a), seqMin(a, b), seqMin(b, a)]).toEqual([b, b, a, a]);
      }),
    );
  });

  it('a number is neither before nor after itself', () => {
    fc.assert(
      fc.property(int32, (a) => {
        expect([seqLt(a, a), seqGt(a, a), seqLeq(a, a), seqGeq(a, a)]).toEqual([false, false, true, true]);
      }),
    );
  });

  it('0xffffffff is before 0', () => {
    expect(seqLt(0xffffffff | 0, 0)).toBe(true);
    expect(seqMax(0xffffffff | 0, 0)).toBe(0);
  });
});
