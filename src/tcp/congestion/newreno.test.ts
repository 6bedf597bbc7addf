import { describe, expect, it } from 'vitest';
import { AckSample } from '../loss/sample.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { brokenInvariant } from '../tcb/invariants.ts';
import { cloneTcb, Phase, type Tcb } from '../tcb/tcb.ts';
import {
  type CongestionControl,
  congestionControl,
  controlOf,
  registerCongestionControl,
} from './control.ts';
import { cubic } from './cubic.ts';
import { setCwnd } from './cwnd.ts';
import { newReno } from './newreno.ts';

function tcb(cwnd: number, ssthresh: number) {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
  a.tcb.cc.cwnd = cwnd;
  a.tcb.cc.ssthresh = ssthresh;
  return a.tcb;
}

/** An ACK of `octets` in order. */
function acked(t: Tcb, octets: number): void {
  const s = new AckSample();
  s.acked = octets;
  setCwnd(t, newReno.onAck(t, s, 0));
}

describe('MUST-19: slow start and congestion avoidance (RFC 5681 section 3.1)', () => {
  it('slow start: cwnd grows by what was acknowledged, at most two segments for an ACK (RFC 3465)', () => {
    const t = tcb(4000, 100_000);
    acked(t, 500);
    expect(t.cc.cwnd).toBe(4500);
    acked(t, 2000);
    expect(t.cc.cwnd).toBe(6500);
    acked(t, 5000);
    expect(t.cc.cwnd).toBe(8500);
  });

  it('congestion avoidance: one segment for each cwnd acknowledged', () => {
    const t = tcb(10_000, 10_000);
    for (let i = 0; i < 9; i++) acked(t, 1000);
    expect(t.cc.cwnd).toBe(10_000);
    acked(t, 1000);
    expect(t.cc.cwnd).toBe(11_000);
    for (let i = 0; i < 10; i++) acked(t, 1000);
    expect(t.cc.cwnd).toBe(11_000);
    acked(t, 1000);
    expect(t.cc.cwnd).toBe(12_000);
  });

  it('ssthresh after a loss: half of the flight, at least two segments', () => {
    const t = tcb(10_000, 100_000);
    expect([newReno.onLoss(t, 9000, 0), newReno.onTimeout(t, 1000, 0)]).toEqual([4500, 2000]);
  });

  it('an echo of ECN costs half (RFC 3168 section 6.1.2), or 20 % (RFC 8511); two segments stay', () => {
    for (const [abe, cwnd, left] of [
      [false, 10_000, 5000],
      [true, 10_000, 8000],
      [false, 3000, 2000],
      [true, 2000, 2000],
    ] as const) {
      const t = tcb(cwnd, 100_000);
      t.config = { ...t.config, abe };
      expect([abe, newReno.onEcn(t, new AckSample(), 0)]).toEqual([abe, left]);
    }
  });

  it('cwnd stays an int32 for ever', () => {
    const t = tcb(0x3fffffff, 0x3fffffff + 1);
    acked(t, 2000);
    expect(t.cc.cwnd).toBe(0x3fffffff);
  });
});

describe('MAY-18: alternative congestion controls', () => {
  it('are registered and chosen by name; an unknown name is an error that lists the known', () => {
    const fixed = { ...newReno, name: 'fixed' };
    registerCongestionControl(fixed);
    expect(congestionControl('fixed')).toBe(fixed);
    expect(() => congestionControl('none')).toThrow(/'none': one of cubic, newreno, .*fixed/);
    const a = inState('ESTABLISHED', { config: { congestion: 'fixed' } });
    expect(controlOf(a.tcb)).toBe(fixed);
  });

  it('one takes the place of another of its name, CUBIC’s too, with its own state', () => {
    const mine: CongestionControl = { ...newReno, name: 'cubic', start: () => ({ mine: 1 }) };
    registerCongestionControl(mine);
    try {
      const a = inState('ESTABLISHED', { config: { congestion: 'cubic' } });
      a.send(octets(6000));
      a.inject('ACK', 1, 537);
      expect([controlOf(a.tcb) === mine, a.tcb.cc.own]).toEqual([true, { mine: 1 }]);
    } finally {
      registerCongestionControl(cubic);
    }
  });

  it('what they answer becomes whole octets, a full segment at least, whatever it is', () => {
    for (const [answer, set] of [
      [1234.5, 1234],
      [Number.NaN, 1000],
      [-1e300, 1000],
      [Number.POSITIVE_INFINITY, 0x3fffffff],
    ] as const) {
      const same = (): number => answer;
      registerCongestionControl({ ...newReno, name: 'odd', onAck: same, onLoss: same, onTimeout: same });
      const syn = options({ mss: 1000 });
      const a = inState('ESTABLISHED', { syn, config: { congestion: 'odd' } });
      a.send(octets(30_000));
      a.inject('ACK', 1, 1001);
      expect([answer, a.tcb.cc.cwnd]).toEqual([answer, set]);
      for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1001);
      expect([answer, a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([answer, Phase.FAST_RECOVERY, set]);
      a.tcb.cc.ssthresh = 0;
      pass(a, 2000);
      expect([answer, a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([answer, Phase.LOSS, set]);
      expect(brokenInvariant(a.tcb)).toBeNull();
    }
  });

  it('on the segment path an unknown name is NewReno: nothing throws there', () => {
    expect(controlOf(inState('ESTABLISHED', { config: { congestion: 'none' } }).tcb)).toBe(newReno);
  });
});

describe('the state of a control', () => {
  class Counts {
    acks = 0;
  }
  const counting: CongestionControl = {
    ...newReno,
    name: 'counting',
    start: () => new Counts(),
    onAck(t) {
      (t.cc.own as Counts).acks++;
      return t.cc.cwnd;
    },
  };
  registerCongestionControl(counting);

  it('begins at ESTABLISHED and is copied with the TCB, with its class', () => {
    const a = inState('ESTABLISHED', { config: { congestion: 'counting' } });
    a.send(octets(6000));
    const before = cloneTcb(a.tcb);
    a.inject('ACK', 1, 537);
    expect([a.tcb.cc.own, before.cc.own]).toEqual([{ acks: 1 }, { acks: 0 }]);
    expect(before.cc.own).toBeInstanceOf(Counts);
  });
});
