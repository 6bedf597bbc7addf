import { describe, expect, it } from 'vitest';
import { defaultConfig } from './config.ts';
import { backOff, sample, startTiming, stopTiming } from './rto.ts';
import { inState, octets, options, pass, ts } from './segment-arrives/testing.ts';
import { Tcb } from './tcb.ts';

const tcb = (config = {}) => new Tcb({ ...defaultConfig, ...config });

describe('RFC 6298 section 2', () => {
  it('2.1: before a measurement the RTO is 1 second', () => {
    expect(tcb().rto.rtoMs).toBe(1000);
  });

  it('2.2: the first sample R: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4*RTTVAR', () => {
    const t = tcb();
    sample(t, 100_000);
    expect([t.rto.srttUs, t.rto.rttvarUs, t.rto.rtoMs]).toEqual([100_000, 50_000, 300]);
  });

  it('2.3: further samples: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, then SRTT = 7/8 SRTT + 1/8 R', () => {
    const t = tcb();
    sample(t, 100_000);
    sample(t, 180_000);
    expect([t.rto.srttUs, t.rto.rttvarUs]).toEqual([110_000, 57_500]);
    expect(t.rto.rtoMs).toBe(110 + 230);
    sample(t, 60_000);
    expect([t.rto.srttUs, t.rto.rttvarUs]).toEqual([103_750, 55_625]);
  });

  it('2.4: there is a floor (on the variance term, so that a steady path leaves room for delayed ACKs)', () => {
    const t = tcb();
    for (let i = 0; i < 100; i++) sample(t, 100_000);
    expect(t.rto.rtoMs).toBe(300);
  });

  it('2.5: there is a ceiling of at least 60 seconds', () => {
    expect(defaultConfig.maxRtoMs).toBeGreaterThanOrEqual(60_000);
    const t = tcb();
    sample(t, 500_000_000);
    expect(t.rto.rtoMs).toBe(defaultConfig.maxRtoMs);
  });

  it('5.5: the back-off doubles, up to the ceiling', () => {
    const t = tcb({ maxRtoMs: 5000 });
    const seen = [1, 2, 3, 4].map(() => {
      backOff(t);
      return t.rto.rtoMs;
    });
    expect(seen).toEqual([2000, 4000, 5000, 5000]);
  });

  it('samples that cannot be stay within bounds', () => {
    for (const us of [-5, 0, 2 ** 31 - 1]) {
      const t = tcb();
      sample(t, us);
      sample(t, us);
      expect([t.rto.srttUs | 0, t.rto.rttvarUs | 0]).toEqual([t.rto.srttUs, t.rto.rttvarUs]);
      expect(t.rto.rtoMs).toBeGreaterThanOrEqual(200);
    }
  });
});

describe('MUST-18: Karn’s algorithm', () => {
  it('a segment that was retransmitted is not timed', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000 } });
    const before = a.tcb.rto.srttUs;
    a.send(octets(10));
    pass(a, 1500);
    a.inject('ACK', 1, 11);
    expect([a.tcb.rto.srttUs, a.tcb.rto.rtoMs]).toEqual([before, 2000]);
  });

  it('nor is anything that was in flight with it', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, noDelay: true } });
    a.send(octets(10));
    pass(a, 900);
    a.inject('ACK', 1, 11);
    const { srttUs } = a.tcb.rto;
    a.send(octets(10));
    a.send(octets(10));
    pass(a, a.tcb.rto.rtoMs);
    a.inject('ACK', 1, 31);
    expect(a.tcb.rto.srttUs).toBe(srttUs);
  });

  it('with timestamps the echo says which one was acknowledged, so it is a sample (RFC 7323 section 4.1)', () => {
    const a = inState('ESTABLISHED', {
      syn: options({ ts: 1 }),
      config: { minRtoMs: 1000 },
      startUs: 50_000_000,
    });
    a.send(octets(10));
    pass(a, 1500);
    const again = a.sent.at(-1)?.tsVal ?? 0;
    a.inject('ACK', 1, 11, ts(2, again));
    expect(a.tcb.rto.rtoMs).toBeLessThan(2000);
  });

  it('only one segment is timed at once; its ACK, or one of anything later, is the sample', () => {
    const a = inState('ESTABLISHED');
    const { engine, tcb: t } = a;
    a.setNow(1_000_000);
    startTiming(engine, t, 100);
    a.setNow(1_010_000);
    startTiming(engine, t, 200);
    expect(stopTiming(engine, t, 100)).toBe(false);
    a.setNow(1_070_000);
    t.rto.measured = 0;
    expect(stopTiming(engine, t, 300)).toBe(true);
    expect(t.rto.srttUs).toBe(70_000);
  });

  it('the clock of samples may wrap', () => {
    const a = inState('ESTABLISHED', { startUs: 2 ** 31 - 5 });
    a.tcb.rto.measured = 0;
    a.send(octets(10));
    a.setNow(2 ** 31 + 30_000);
    a.inject('ACK', 1, 11);
    expect(a.tcb.rto.srttUs).toBe(30_005);
  });

  it('5.7: after a SYN that was retransmitted the RTO is 3 seconds', () => {
    const a = inState('SYN-SENT');
    pass(a, 1500);
    a.inject('SYN,ACK', 0, 1);
    expect([a.tcb.rto.rtoMs, a.tcb.rto.measured]).toEqual([3000, 0]);
    const b = inState('SYN-RECEIVED');
    pass(b, 1500);
    b.inject('ACK', 1, 1);
    expect(b.tcb.rto.rtoMs).toBe(3000);
  });

  it('RFC 6928: a SYN that was sent three times leaves an initial window of one segment', () => {
    const once = inState('SYN-SENT');
    pass(once, 1500);
    once.inject('SYN,ACK', 0, 1);
    expect(once.tcb.cc.cwnd).toBe(5360);
    const twice = inState('SYN-SENT');
    pass(twice, 3500);
    twice.inject('SYN,ACK', 0, 1);
    expect(twice.tcb.cc.cwnd).toBe(536);
  });
});
