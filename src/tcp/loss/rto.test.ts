import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { inState, octets, options, pass, ts } from '../segment-arrives/testing.ts';
import { Tcb } from '../tcb/tcb.ts';
import { backOff, sample } from './rto.ts';

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
    for (let i = 0; i < 20; i++) sample(t, 500_000_000);
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

  it('a margin that is configured is added to the RTO, and not doubled with it', () => {
    const t = tcb({ rtoSlopMs: 100 });
    for (const [timeouts, rtoMs] of [
      [1, 2100], // of the initial RTO, which has no margin
      [2, 4100],
    ] as const) {
      t.rto.timeouts = timeouts;
      backOff(t);
      expect(t.rto.rtoMs).toBe(rtoMs);
    }
    for (const timeouts of [1, 2]) {
      t.rto.timeouts = timeouts;
      t.rto.measured = 0;
      sample(t, 100_000);
      expect(t.rto.rtoMs).toBe(100 + 200 + 100);
      backOff(t);
      expect(t.rto.rtoMs).toBe(2 * 300 + 100);
    }
  });

  it('a sample below 0, of a clock that came round, counts as the longest', () => {
    const t = tcb();
    sample(t, -5);
    expect([t.rto.srttUs, t.rto.minRttUs]).toEqual([1_000_000, 1_000_000]);
  });

  it('later ones, too, however short the path is', () => {
    const t = tcb();
    sample(t, 10_000);
    sample(t, -5);
    expect(t.rto.minRttUs).toBe(10_000);
    expect(t.rto.srttUs).toBe(10_000 - 1250 + 210_000 / 8); // the RTO was 210 ms
    sample(t, 0);
    expect(t.rto.minRttUs).toBe(0);
  });

  it('of several in a round trip each has its share (RFC 7323 appendix G)', () => {
    for (const [expected, srttUs, rttvarUs] of [
      [1, 90_000, 50_000],
      [2, 85_000, 45_000],
      [10, 81_000, 41_000],
    ] as const) {
      const t = tcb();
      sample(t, 80_000);
      expect([t.rto.srttUs, t.rto.rttvarUs]).toEqual([80_000, 40_000]);
      sample(t, 160_000, expected);
      expect([expected, t.rto.srttUs, t.rto.rttvarUs]).toEqual([expected, srttUs, rttvarUs]);
    }
    // And of shorter ones.
    const t = tcb();
    sample(t, 80_000);
    sample(t, 70_000, 2);
    expect([t.rto.srttUs, t.rto.rttvarUs]).toEqual([79_375, 36_250]);
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

describe('what one sample may do', () => {
  it('it makes no more than 15/8 of an RTO, whatever it says', () => {
    const us = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.array(us, { minLength: 1, maxLength: 30 }), fc.nat(3), us, (samples, backOffs, last) => {
        const t = tcb();
        for (const r of samples) sample(t, r % 1_000_000);
        for (let i = 0; i < backOffs; i++) backOff(t);
        const before = t.rto.rtoMs;
        sample(t, last);
        expect(t.rto.rtoMs).toBeLessThanOrEqual(Math.ceil((before * 15) / 8) + 1);
      }),
    );
  });

  it('the first makes at most three times the initial RTO', () => {
    const t = tcb();
    sample(t, 2 ** 31 - 1);
    expect(t.rto.rtoMs).toBe(3000);
  });

  it('a path that has become slow is learned by back-off and samples together', () => {
    const a = inState('ESTABLISHED');
    for (let i = 0; i < 10; i++) sample(a.tcb, 20_000);
    for (let i = 0; i < 40; i++) {
      a.send(octets(1));
      pass(a, 3000);
      a.inject('ACK', 1, 2 + i);
    }
    expect(a.tcb.rto.srttUs).toBeGreaterThan(2_500_000);
    a.sent.length = 0;
    a.send(octets(1));
    pass(a, 3000);
    expect(a.sent.length).toBe(1);
  });

  it('the time that the machine slept is none: an ACK that waited for an hour leaves the RTO as it was', () => {
    for (const stamped of [true, false]) {
      const a = inState('ESTABLISHED', stamped ? { syn: options({ ts: 1 }) } : {});
      for (let i = 0; i < 10; i++) sample(a.tcb, 20_000);
      const { rtoMs, srttUs, minRttUs } = a.tcb.rto;
      for (const us of [3_600_000_000, 2 ** 32 + 5_000]) {
        a.send(octets(10));
        a.setNow(a.engine.now + us);
        a.inject('ACK', 1, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0, stamped ? ts(2, 0) : {});
        expect(a.tcb.rto).toMatchObject({ rtoMs, srttUs, minRttUs });
      }
    }
  });

  it('nor is the time that the answer to our SYN waited for it', () => {
    for (const [us, measured] of [
      [400_000, 1],
      [3_600_000_000, 0],
    ] as const) {
      const a = inState('SYN-SENT');
      a.setNow(us);
      a.inject('SYN,ACK', 0, 1);
      expect([a.state, a.tcb.rto.measured]).toEqual(['ESTABLISHED', measured]);
    }
  });

  it('nor is that of a window probe', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    a.send(octets(10));
    pass(a, 1000);
    const { rtoMs, srttUs } = a.tcb.rto;
    a.setNow(a.engine.now + 3_600_000_000);
    a.inject('ACK', 1, 2, { wnd: 0 });
    expect(a.tcb.rto).toMatchObject({ rtoMs, srttUs });
  });

  it('a peer that slept is no path either: one round trip after it woke the RTO is what it was', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1 }), startUs: 50_000_000 });
    for (let i = 0; i < 10; i++) sample(a.tcb, 20_000);
    a.send(octets(10));
    const first = a.sent.at(-1)?.tsVal ?? 0;
    const { rtoMs } = a.tcb.rto;
    pass(a, 100_000);
    a.inject('ACK', 1, 11, ts(2, first));
    a.send(octets(10));
    pass(a, 20);
    a.inject('ACK', 1, 21, ts(3, 0));
    expect(a.tcb.rto.rtoMs).toBeLessThan(rtoMs + 10);
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

  it('an ACK of several segments is a sample of the one that was sent first', () => {
    const a = inState('ESTABLISHED', { config: { noDelay: true } });
    a.setNow(1_000_000);
    a.send(octets(100));
    a.setNow(1_010_000);
    a.send(octets(100));
    a.tcb.rto.measured = 0;
    a.setNow(1_070_000);
    a.inject('ACK', 1, 201);
    expect([a.tcb.rto.srttUs, a.tcb.rto.minRttUs]).toEqual([70_000, 0]);
  });

  it('an ACK that tells of a retransmission is no sample of what waited for it at the peer', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }), config: { minRtoMs: 1000 } });
    a.send(octets(5000));
    for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1);
    pass(a, 500);
    const { srttUs } = a.tcb.rto;
    a.inject('ACK', 1, 5001); // the first was sent twice, the others once, and long ago
    expect([a.tcb.rto.srttUs, a.tcb.retransmissions]).toEqual([srttUs, 1]);
  });

  it('an ACK that is answered long after, under a backed-off RTO, counts as the RTO without back-off', () => {
    const a = inState('ESTABLISHED');
    for (let i = 0; i < 10; i++) sample(a.tcb, 20_000);
    for (let i = 0; i < 9; i++) backOff(a.tcb);
    a.send(octets(1));
    pass(a, 100_000); // within the RTO of 112 seconds; its first ACK was lost
    a.inject('ACK', 1, 2);
    expect([a.tcb.retransmissions, a.tcb.rto.rtoMs < 500]).toEqual([0, true]);
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
