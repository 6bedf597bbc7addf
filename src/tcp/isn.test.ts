import { describe, expect, it } from 'vitest';
import { selectIss } from './isn.ts';
import { inState } from './segment-arrives/testing.ts';

function iss(change: (a: ReturnType<typeof inState>) => void = () => {}, us = 0): number {
  const a = inState('CLOSED');
  a.setNow(us);
  change(a);
  return selectIss(a.engine, a.tcb);
}

describe('the initial send sequence number (RFC 9293 section 3.4.1, RFC 6528)', () => {
  it('MUST-8: follows a clock that ticks every 4 microseconds', () => {
    const first = iss();
    expect(
      [iss(undefined, 3), iss(undefined, 4), iss(undefined, 4_000_000)].map((n) => (n - first) | 0),
    ).toEqual([0, 1, 1_000_000]);
  });

  it('MUST-8: the clock goes round after about 4.77 hours', () => {
    expect((iss(undefined, 4 * 2 ** 32) - iss()) | 0).toBe(0);
    expect((iss(undefined, 4 * 2 ** 31) - iss()) | 0).toBe(-(2 ** 31));
  });

  it('SHLD-1: and F(localip, localport, remoteip, remoteport, secretkey): each of them changes it', () => {
    const all = [
      iss(),
      iss((a) => (a.tcb.l3 = 1)),
      iss((a) => (a.tcb.l0 = 1)),
      iss((a) => (a.tcb.r3 = 1)),
      iss((a) => (a.tcb.r1 = 1)),
      iss((a) => (a.tcb.localPort = 1)),
      iss((a) => (a.tcb.remotePort = 1)),
      iss((a) => (a.engine.issKey[0] = 9)),
      iss((a) => (a.engine.issKey[3] = 9)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('MUST-9: neighbouring ports have nothing to do with each other: each bit flips about half of the time', () => {
    const flips = new Array(32).fill(0);
    for (let port = 1; port <= 1000; port++) {
      const difference = iss((a) => (a.tcb.localPort = port)) ^ iss((a) => (a.tcb.localPort = port + 1));
      for (let bit = 0; bit < 32; bit++) flips[bit] += (difference >>> bit) & 1;
    }
    expect(Math.min(...flips)).toBeGreaterThan(400);
    expect(Math.max(...flips)).toBeLessThan(600);
  });

  it('the same four-tuple and key give the same connection, run after run', () => {
    expect(iss(undefined, 12_345)).toBe(iss(undefined, 12_345));
  });

  it('after TIME-WAIT it is at least what the old connection ended with (RFC 6191), and no less than the clock says', () => {
    const now = iss();
    const with_ = (minIss: number) =>
      iss((a) => {
        a.tcb.hasMinIss = 1;
        a.tcb.minIss = minIss | 0;
      });
    expect([with_(now + 5), with_(now), with_(now - 5)].map((n) => (n - now) | 0)).toEqual([5, 0, 0]);
    expect(iss((a) => (a.tcb.minIss = now + 5))).toBe(now);
  });
});
