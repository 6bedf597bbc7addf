import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathMtuCache } from './pmtu.ts';

const V4 = [0, 0, 0xffff, 0x0a000001] as const;
const V6 = [0x20010db8, 0, 0, 1] as const;
const MINUTE = 60_000;

describe('PathMtuCache', () => {
  it('knows no MTU before a report and forgets one ten minutes after it', () => {
    const cache = new PathMtuCache(1, 2);
    expect(cache.get(...V4, 0)).toBe(0);
    expect(cache.report(...V4, 1400, 1500, 1500, 1000)).toBe(1400);
    expect(cache.get(...V4, 1000 + 10 * MINUTE - 1)).toBe(1400);
    expect(cache.get(...V4, 1000 + 10 * MINUTE)).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('keeps families and destinations apart', () => {
    const cache = new PathMtuCache(1, 2);
    cache.report(...V4, 1400, 1500, 1500, 0);
    cache.report(...V6, 1300, 1500, 1500, 0);
    expect(cache.get(...V4, 0)).toBe(1400);
    expect(cache.get(...V6, 0)).toBe(1300);
    expect(cache.get(0, 0, 0xffff, 0x0a000002, 0)).toBe(0);
  });

  it('is never raised by a report (RFC 8201 section 4)', () => {
    const cache = new PathMtuCache(1, 2);
    cache.report(...V4, 1300, 1500, 1500, 0);
    for (const mtu of [1300, 1301, 1499]) expect(cache.report(...V4, mtu, 1500, 1300, 1)).toBe(0);
    expect(cache.get(...V4, 1)).toBe(1300);
    expect(cache.ignored).toBe(3);
  });

  it('does not believe that a packet was too big for a link that it fits', () => {
    const cache = new PathMtuCache(1, 2);
    expect(cache.report(...V4, 1400, 1400, 1500, 0)).toBe(0);
    expect(cache.report(...V4, 1400, 600, 1500, 0)).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('ignores an IPv4 report below 68 and takes any other below 552 for 552', () => {
    const cache = new PathMtuCache(1, 2);
    expect(cache.report(...V4, 67, 1500, 1500, 0)).toBe(0);
    expect(cache.report(...V4, 68, 1500, 1500, 0)).toBe(552);
    expect(cache.report(...V4, 500, 1500, 552, 0)).toBe(0);
  });

  it('ignores an IPv6 report below 1280', () => {
    const cache = new PathMtuCache(1, 2);
    for (const mtu of [0, 68, 1279]) expect(cache.report(...V6, mtu, 1500, 1500, 0)).toBe(0);
    expect(cache.report(...V6, 1280, 1500, 1500, 0)).toBe(1280);
  });

  it('takes the next plateau below the packet when an old router gives no MTU', () => {
    const cache = new PathMtuCache(1, 2);
    const next: number[] = [];
    let mtu = 65535;
    while ((mtu = cache.report(...V4, 0, mtu, mtu, 0)) !== 0) next.push(mtu);
    expect(next).toEqual([32000, 17914, 8166, 4352, 2002, 1492, 1006, 552]);
  });

  it('knows the routers that quote the header’s length twice (RFC 1191 section 5)', () => {
    const cache = new PathMtuCache(1, 2);
    expect(cache.report(...V4, 0, 1520, 1500, 0)).toBe(1492);
    expect(cache.report(...V4, 0, 1500, 1492, 0)).toBe(0); // one more of the packets of before
    expect(cache.report(...V4, 0, 1512, 1492, 0)).toBe(1006);
  });

  it('lets reports lower an entry eight times in ten minutes: each makes what is in flight go again', () => {
    const cache = new PathMtuCache(1, 2);
    for (let i = 0; i < 8; i++) expect(cache.report(...V4, 1400 - i, 1500, 1500 - i, i)).toBe(1400 - i);
    expect(cache.report(...V4, 1300, 1500, 1393, 8)).toBe(0);
    expect([cache.lowered, cache.ignored, cache.get(...V4, 8)]).toEqual([8, 1, 1393]);
    expect(cache.report(...V4, 1300, 1500, 1500, 7 + 10 * MINUTE)).toBe(1300);
  });

  it('counts what may change an answer, so that nobody has to be told', () => {
    const cache = new PathMtuCache(1, 2);
    expect([cache.epoch, cache.nextExpiryMs]).toEqual([0, Number.POSITIVE_INFINITY]);
    cache.report(...V4, 1400, 1500, 1500, 1000);
    cache.report(...V4, 1450, 1500, 1400, 1001); // changes nothing
    cache.report(...V6, 1400, 1500, 1500, 2000);
    expect([cache.epoch, cache.nextExpiryMs]).toEqual([2, 1000 + 10 * MINUTE]);
    expect([cache.until(...V4), cache.until(...V6), cache.until(0, 0, 0xffff, 9)]).toEqual([
      1000 + 10 * MINUTE,
      2000 + 10 * MINUTE,
      0,
    ]);
    cache.expire(1000 + 10 * MINUTE);
    expect([cache.epoch, cache.size, cache.nextExpiryMs]).toEqual([3, 1, 2000 + 10 * MINUTE]);
    cache.expire(2000 + 10 * MINUTE);
    expect([cache.epoch, cache.size, cache.nextExpiryMs]).toEqual([4, 0, Number.POSITIVE_INFINITY]);
  });

  it('pushes out the oldest entry at its bound, and only that', () => {
    const cache = new PathMtuCache(1, 2, 8);
    for (let i = 0; i < 20; i++) cache.report(0, 0, 0xffff, i, 1000 + i, 1500, 1500, i);
    expect(cache.size).toBe(8);
    expect(cache.evicted).toBe(12);
    for (let i = 0; i < 20; i++) expect(cache.get(0, 0, 0xffff, i, 20)).toBe(i < 12 ? 0 : 1000 + i);
  });

  it('uses the place of an aged entry before it pushes out a fresh one', () => {
    const cache = new PathMtuCache(1, 2, 3);
    const to = (i: number) => [0, 0, 0xffff, i] as const;
    cache.report(...to(1), 1001, 1500, 1500, 0);
    cache.report(...to(2), 1002, 1500, 1500, 0);
    cache.report(...to(3), 1003, 1500, 1500, 0);
    cache.report(...to(1), 1000, 1500, 1001, 9 * MINUTE);
    expect(cache.get(...to(3), 11 * MINUTE)).toBe(0);
    cache.report(...to(4), 1004, 1500, 1500, 11 * MINUTE);
    expect(cache.get(...to(1), 11 * MINUTE)).toBe(1000);
    expect(cache.get(...to(4), 11 * MINUTE)).toBe(1004);
    expect(cache.evicted).toBe(0);
  });

  it('an entry that is learned anew, in another place than before, is not forgotten with the old one', () => {
    for (const end of ['expire', 'report'] as const) {
      const cache = new PathMtuCache(1, 2, 2);
      cache.report(...V4, 1400, 1500, 1500, 0);
      expect(cache.get(...V4, 10 * MINUTE)).toBe(0);
      cache.report(...V4, 1300, 1500, 1500, 10 * MINUTE);
      if (end === 'expire') cache.expire(10 * MINUTE + 1);
      else cache.report(...V6, 1400, 1500, 1500, 10 * MINUTE + 1);
      expect([end, cache.get(...V4, 10 * MINUTE + 1), cache.evicted]).toEqual([end, 1300, 0]);
    }
  });

  it('what was too old and not yet forgotten is not pushed out', () => {
    const cache = new PathMtuCache(1, 2, 1);
    cache.report(...V4, 1400, 1500, 1500, 0);
    cache.report(...V6, 1400, 1500, 1500, 10 * MINUTE);
    expect([cache.size, cache.evicted, cache.get(...V6, 10 * MINUTE)]).toEqual([1, 0, 1400]);
  });

  it('has a place for one at least', () => {
    const cache = new PathMtuCache(1, 2, 0);
    expect([cache.capacity, cache.report(...V4, 1400, 1500, 1500, 0)]).toEqual([1, 1400]);
  });

  it('stays within its bound and its floors on random reports', () => {
    const report = fc.record({
      d: fc.nat(20),
      six: fc.boolean(),
      mtu: fc.nat(70_000),
      len: fc.nat(70_000),
      dt: fc.nat(4 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 100, size: 'max' }), (reports) => {
        const cache = new PathMtuCache(1, 2, 5);
        let now = 0;
        for (const { d, six, mtu, len, dt } of reports) {
          now += dt;
          const to = [six ? 1 : 0, 0, 0xffff, d] as const;
          const before = cache.get(...to, now);
          const after = cache.report(...to, mtu, len, before || 1500, now);
          if (after !== 0) {
            expect(after).toBeLessThan(before || 1500);
            expect(after).toBeGreaterThanOrEqual(six ? 1280 : 552);
          }
          expect(cache.get(...to, now)).toBe(after || before);
          expect(cache.size).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});
