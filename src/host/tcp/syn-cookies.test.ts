import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fourTuple, type Nine } from '../base/testing.ts';
import {
  COOKIE_MSS,
  checkCookie,
  cookieEcn,
  cookieSackPermitted,
  cookieTsVal,
  cookieWscale,
  makeCookie,
} from './syn-cookies.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const tuple = fc
  .tuple(fc.boolean(), fc.array(int32, { minLength: 9, maxLength: 9 }))
  .map(([six, t]) => (six ? t : [0, 0, 0xffff, t[3], 0, 0, 0xffff, t[7], t[8]]) as Nine);
const time = fc.double({ min: 0, max: 2 ** 42, noNaN: true });
const mss = fc.oneof(fc.nat(65535), fc.constantFrom(...COOKIE_MSS));
const key = Int32Array.of(11, -22, 33, -44);

describe('SYN cookies', () => {
  it('give back the greatest of the eight MSS values that is not above the SYN’s, for 64 to 128 s', () => {
    fc.assert(
      fc.property(
        tuple,
        int32,
        mss,
        time,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (t, irs, mss, now, part) => {
          const iss = makeCookie(key, fourTuple(t), irs, mss, now);
          expect(iss).toBe(iss | 0);
          const want = Math.max(216, ...COOKIE_MSS.filter((m) => m <= mss));
          expect(checkCookie(key, fourTuple(t), irs, iss, now)).toBe(want);
          expect(checkCookie(key, fourTuple(t), irs, iss, now + part * 64_000)).toBe(want);
        },
      ),
    );
  });

  it('say of SACK what they were made with', () => {
    fc.assert(
      fc.property(tuple, int32, time, fc.boolean(), (t, irs, now, sack) => {
        const iss = makeCookie(key, fourTuple(t), irs, 1460, now, sack);
        expect(checkCookie(key, fourTuple(t), irs, iss, now, sack)).toBe(1460);
        expect(checkCookie(key, fourTuple(t), irs, iss, now, !sack)).toBe(0);
      }),
    );
  });

  it('are worth nothing after 128 s', () => {
    fc.assert(
      fc.property(
        tuple,
        int32,
        mss,
        time,
        fc.integer({ min: 128_000, max: 16_000_000 }),
        (t, irs, mss, now, later) => {
          const iss = makeCookie(key, fourTuple(t), irs, mss, now);
          expect(checkCookie(key, fourTuple(t), irs, iss, now + later)).toBe(0);
        },
      ),
    );
  });

  it('are worth nothing with another tuple or key', () => {
    fc.assert(
      fc.property(tuple, int32, fc.constantFrom(3, 7, 8), fc.nat(31), time, (t, irs, at, bit, now) => {
        const iss = makeCookie(key, fourTuple(t), irs, 1460, now);
        const other = [...t] as Nine;
        other[at]! ^= 1 << bit;
        expect(checkCookie(key, fourTuple(other), irs, iss, now)).toBe(0);
        expect(checkCookie(Int32Array.of(11, -22, 33, -45), fourTuple(t), irs, iss, now)).toBe(0);
      }),
      { seed: 1 },
    );
  });

  it('are worth nothing with another ISS or IRS, but for one guess in 2^28', () => {
    const t: Nine = [0, 0, 0xffff, 1, 0, 0, 0xffff, 2, 3];
    const iss = makeCookie(key, fourTuple(t), 1000, 1460, 5e9);
    let hits = 0;
    for (let i = 1; i < 20_000; i++) {
      const guess = Math.imul(i, 0x9e3779b1);
      if (checkCookie(key, fourTuple(t), 1000, (iss + guess) | 0, 5e9) !== 0) hits++;
      if (checkCookie(key, fourTuple(t), (1000 + guess) | 0, iss, 5e9) !== 0) hits++;
    }
    expect(hits).toBe(0);
  });

  it('move on with the peer’s ISS and by 2^24 per 64 s, as an ISN clock does', () => {
    const t: Nine = [0, 0, 0xffff, 1, 0, 0, 0xffff, 2, 3];
    const at = (slot: number, irs: number) => makeCookie(key, fourTuple(t), irs, 1460, slot * 64_000);
    for (let irs = 0; irs < 2 ** 31; irs += 2 ** 27) {
      const moved = (at(5, irs) - at(5, 0) - irs) | 0;
      expect(Math.abs(moved)).toBeLessThan(2 ** 24);
    }
    for (let slot = 0; slot < 20; slot++) {
      const step = ((at(slot + 1, 0) - at(slot, 0)) | 0) / 2 ** 24;
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(2);
    }
  });

  it('a later ACK of the connection, when both sides have sent equally much, returns no cookie', () => {
    const t: Nine = [0, 0, 0xffff, 1, 0, 0, 0xffff, 2, 3];
    const iss = makeCookie(key, fourTuple(t), 1000, 1460, 0);
    expect(checkCookie(key, fourTuple(t), 1000, iss, 0)).toBe(1460);
    for (let sent = 1; sent < 10_000; sent++)
      expect(checkCookie(key, fourTuple(t), 1000 + sent, iss + sent, 0)).toBe(0);
  });
});

describe('the options in TSval', () => {
  it('come back from TSecr, in a timestamp that is never ahead of the clock and at most 127 ticks behind', () => {
    fc.assert(
      fc.property(
        int32,
        fc.integer({ min: -1, max: 14 }),
        fc.boolean(),
        fc.boolean(),
        (now, wscale, sack, ecn) => {
          const ts = cookieTsVal(now, wscale, sack, ecn);
          expect(ts).toBe(ts | 0);
          expect((now - ts) | 0).toBeGreaterThanOrEqual(0);
          expect((now - ts) | 0).toBeLessThanOrEqual(127);
          expect([cookieWscale(ts), cookieSackPermitted(ts), cookieEcn(ts)]).toEqual([wscale, sack, ecn]);
        },
      ),
    );
  });

  it('take the clock back by 64 ticks where they would be ahead of it, and not else', () => {
    for (const [now, ts] of [
      [64 * 5 + 7, 64 * 5 + 7], // the clock itself says window scale 7
      [64 * 5 + 63, 64 * 5 + 7],
      [64 * 5 + 6, 64 * 4 + 7],
    ] as const)
      expect([now, cookieTsVal(now, 7, false, false)]).toEqual([now, ts]);
  });

  it('take a window scale above 14 for 14 (RFC 7323 section 2.3)', () => {
    expect(cookieWscale(cookieTsVal(1000, 200, false, false))).toBe(14);
  });
});
