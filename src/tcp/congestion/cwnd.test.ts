// What a congestion control has answered, as cwnd, ssthresh and a pacing rate.

import { describe, expect, it } from 'vitest';
import { inState, octets, options } from '../segment-arrives/testing.ts';
import { initialWindow, MAX_CWND, setCwnd, setSsthresh, windowRate } from './cwnd.ts';

function connection(mss = 1000, config = {}) {
  return inState('ESTABLISHED', { syn: options({ mss }), config });
}

describe('cwnd and ssthresh', () => {
  it('are whole octets, a full segment at least and 2^30 - 1 at most, whatever was answered', () => {
    for (const [answer, is] of [
      [5000.9, 5000],
      [1000, 1000],
      [999, 1000],
      [-5, 1000],
      [Number.NaN, 1000],
      [MAX_CWND, MAX_CWND],
      [Infinity, MAX_CWND],
    ] as const) {
      const { tcb } = connection();
      setCwnd(tcb, answer);
      setSsthresh(tcb, answer);
      expect([answer, tcb.cc.cwnd, tcb.cc.ssthresh]).toEqual([answer, is, is]);
    }
  });

  it('the send buffer holds two windows, up to its largest, and never shrinks', () => {
    const { tcb } = connection(1000, { sendBuffer: 20_000, sendBufferMax: 50_000 });
    for (const [cwnd, buf] of [
      [10_000, 20_000],
      [10_001, 20_002],
      [5000, 20_002],
      [24_999, 49_998],
      [26_000, 50_000],
      [90_000, 50_000],
    ] as const) {
      setCwnd(tcb, cwnd);
      expect([cwnd, tcb.snd.buf]).toEqual([cwnd, buf]);
    }
    // A program that has set a larger one keeps it.
    tcb.snd.buf = 60_000;
    setCwnd(tcb, 40_000);
    expect(tcb.snd.buf).toBe(60_000);
  });
});

describe('the initial window (RFC 6928)', () => {
  it('min(10 * MSS, max(2 * MSS, 14600)), and so for other numbers of segments', () => {
    for (const [segments, mss, is] of [
      [10, 1000, 10_000],
      [10, 1460, 14_600],
      [10, 2000, 14_600],
      [10, 8000, 16_000],
      [4, 1000, 4000],
      [4, 2000, 5840],
      [1, 1000, 1000],
    ] as const) {
      const { tcb } = connection();
      tcb.config = { ...tcb.config, initialWindow: segments };
      tcb.snd.mss = mss;
      expect([segments, mss, initialWindow(tcb)]).toEqual([segments, mss, is]);
    }
  });
});

describe('the pacing rate of a window', () => {
  it('is twice cwnd for each round trip below half of ssthresh, and a fifth more than it from there on', () => {
    const { tcb } = connection();
    Object.assign(tcb.rto, { measured: 1, srttUs: 100_000 });
    for (const [cwnd, ssthresh, rate] of [
      [9999, 20_000, 199_980],
      [10_000, 20_000, 120_000],
      [30_000, 20_000, 360_000],
    ] as const) {
      Object.assign(tcb.cc, { cwnd, ssthresh });
      expect(windowRate(tcb)).toBeCloseTo(rate);
    }
  });

  it('is of what is outstanding, where that is more than cwnd', () => {
    const a = connection();
    a.send(octets(8000));
    Object.assign(a.tcb.rto, { measured: 1, srttUs: 100_000 });
    Object.assign(a.tcb.cc, { cwnd: 4000, ssthresh: 4000 });
    expect(windowRate(a.tcb)).toBeCloseTo(96_000);
  });

  it('there is none before a round trip was measured; one of no time is no division by 0', () => {
    const { tcb } = connection();
    Object.assign(tcb.rto, { measured: 0, srttUs: 0 });
    expect(windowRate(tcb)).toBe(0);
    Object.assign(tcb.rto, { measured: 1 });
    Object.assign(tcb.cc, { cwnd: 4000, ssthresh: 4000 });
    expect(windowRate(tcb)).toBeCloseTo(4.8e9);
  });
});
