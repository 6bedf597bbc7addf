import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { inState, octets, options, pass, sent, type Way } from '../segment-arrives/testing.ts';
import type { Sent } from '../tcb/sent.ts';
import { Phase } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import { detectByTimeout } from './rack.ts';
import { timeoutLoss } from './recovery.ts';
import { Frto } from './undo.ts';

/** ESTABLISHED with SACK, MSS 1000, a measured round trip of 40 ms, and ten segments sent now: 1, 1001, … 9001. */
function flight(queued = 10_000, way: Way = {}): Endpoint {
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn: options({ mss: 1000, sack: true }), ...way });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  a.send(octets(queued));
  sent(a);
  return a;
}

/** An ACK with SACK blocks, all relative to our ISS; what is sent in answer. */
function sack(a: Endpoint, ack: number, ...edges: number[]): string[] {
  const { iss } = a.tcb.snd;
  a.inject('ACK', 1, ack, { opts: OPT_SACK, sack: edges.map((edge) => (iss + edge) | 0) });
  return sent(a).map((line) => line.replace('PSH,', ''));
}

const segment = (seq: number, len = 1000) => `ACK seq=${seq} ack=1 len=${len}`;

describe('RACK_detect_loss (RFC 8985 section 6.2 step 5)', () => {
  it('DupThresh segments SACKed, no reordering seen: what was sent before is lost at once', () => {
    const a = flight();
    pass(a, 40);
    expect(sack(a, 1, 1001, 4001)).toEqual([segment(1)]);
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.FAST_RECOVERY, 5000]);
  });

  it('DupThresh small segments are as many: they are counted by their reports, too', () => {
    const a = flight(0);
    a.tcb.noDelay = 1;
    for (let i = 0; i < 5; i++) a.send(octets(100));
    sent(a);
    pass(a, 40);
    expect([sack(a, 1, 101, 201), sack(a, 1, 101, 301)]).toEqual([[], []]);
    expect(sack(a, 1, 101, 401)).toEqual([segment(1, 100)]);
  });

  it('in a recovery nothing is waited for', () => {
    const a = flight();
    pass(a, 40);
    Object.assign(a.tcb.cc, { phase: Phase.FAST_RECOVERY, recover: (a.tcb.snd.nxt - 1) | 0, ssthresh: 5000 });
    (a.tcb.sent as Sent).recoverFs = 10_000;
    expect(sack(a, 1, 1001, 2001)).toEqual([segment(1)]);
  });

  it('a hole above what has gone again is found, too', () => {
    const a = flight();
    pass(a, 40);
    sack(a, 1, 1001, 4001);
    pass(a, 1);
    sack(a, 1, 5001, 9001, 1001, 4001);
    expect(a.tcb.cc.lost).toBe(2000);
  });

  it('neighbours that are lost are one piece, whenever they were sent', () => {
    const a = flight(0);
    for (let i = 0; i < 6; i++) {
      a.send(octets(1000));
      pass(a, 1);
    }
    sent(a);
    pass(a, 34);
    sack(a, 1, 4001, 5001);
    a.tcb.snd.wnd = 0; // the first goes again, as it must, and no other
    pass(a, 20);
    expect(a.tcb.sent).toMatchObject({ lost: 3000, count: 4 });
  });

  it('fewer: a quarter of the least round trip is waited for what may have been overtaken', () => {
    const a = flight();
    pass(a, 40);
    expect(sack(a, 1, 1001, 2001)).toEqual([]);
    pass(a, 9);
    expect(sent(a)).toEqual([]);
    pass(a, 1);
    expect([sent(a), a.tcb.cc.phase]).toEqual([[segment(1)], Phase.FAST_RECOVERY]);
    expect(a.timersFired).toContain('reorder');
    expect(a.tcb.cc.cwnd).toBe(8000 + 1000); // PRR: what is in flight, and what goes in any case
  });

  it('a congestion control that owns recovery sets cwnd with every ACK, in a recovery and where cwnd is no limit; the timer sets none', () => {
    registerCongestionControl({ ...newReno, name: 'owner', ownsRecovery: true, onAck: () => 7777 });
    const a = flight(10_000, { config: { congestion: 'owner' } });
    pass(a, 40);
    sack(a, 1, 1001, 2001);
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd]).toEqual([Phase.OPEN, 7777]);
    a.tcb.cc.cwnd = 8888;
    pass(a, 10);
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd]).toEqual([Phase.FAST_RECOVERY, 8888]);
    sack(a, 1, 1001, 3001);
    expect(a.tcb.cc.cwnd).toBe(7777);
    const idle = flight(1000, { config: { congestion: 'owner' } });
    idle.inject('ACK', 1, 1001);
    expect(idle.tcb.cc.cwnd).toBe(7777);
  });

  it('what comes within that time was overtaken: nothing goes again, cwnd stays', () => {
    const a = flight();
    const { ssthresh } = a.tcb.cc;
    pass(a, 40);
    sack(a, 1, 1001, 2001);
    pass(a, 5);
    a.inject('ACK', 1, 2001);
    pass(a, 20);
    expect([a.tcb.retransmissions, a.tcb.cc.ssthresh, a.tcb.cc.reoMult]).toEqual([0, ssthresh, 1]);
    expect(a.timersFired).not.toContain('reorder');
  });

  it('once reordering was seen, many segments SACKed are no hurry either (step 3)', () => {
    const a = flight();
    pass(a, 40);
    sack(a, 1, 1001, 2001);
    a.inject('ACK', 1, 2001);
    expect(sack(a, 2001, 3001, 10_001)).toEqual([]);
    pass(a, 10);
    expect(sent(a)).toEqual([segment(2001)]);
  });

  it('a retransmission that is lost goes again when what was sent after it arrives, without a timeout', () => {
    const a = flight(40_000);
    pass(a, 40);
    expect(sack(a, 1, 1001, 6001)).toEqual([segment(1)]);
    expect(sack(a, 1, 1001, 10_001)[0]).toBe(segment(10_001));
    pass(a, 40);
    expect(sack(a, 1, 1001, 11_001)[0]).toBe(segment(1));
    expect([a.tcb.timeouts, a.tcb.retransmissions]).toEqual([0, 2]);
  });

  it('segments of one time are in the order of their numbers: a gap among them is a loss, the end is none', () => {
    const a = flight();
    pass(a, 40);
    sack(a, 1, 4001, 8001);
    // Three of the four below have gone again (RFC 9937); the two above were sent after what has arrived.
    expect([a.tcb.sent?.lost, a.tcb.retransmissions]).toEqual([1000, 3]);
  });

  it('text sent in the same microsecond as a retransmission, but before it, is no sign of its loss', () => {
    const a = flight(40_000);
    pass(a, 40);
    sack(a, 1, 1001, 2001); // new text goes
    sack(a, 1, 1001, 4001); // 1 goes again, in the same microsecond
    const { retransmissions } = a.tcb;
    pass(a, 40);
    sack(a, 1, 1001, 11_001);
    expect(a.tcb.retransmissions).toBe(retransmissions);
  });
});

describe('the reordering window (step 4)', () => {
  it('each round trip with a DSACK makes it wider by a quarter of the least round trip, up to SRTT', () => {
    const a = flight(100_000);
    for (const mult of [1, 2, 3]) {
      const { snd } = a.tcb;
      const una = (snd.una - snd.iss) | 0;
      pass(a, 40);
      sack(a, una + 1000, una, una + 1000);
      expect(a.tcb.cc.reoMult).toBe(mult);
      sack(a, una + 1000, una, una + 1000); // the same round trip
      expect(a.tcb.cc.reoMult).toBe(mult);
      a.inject('ACK', 1, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0);
    }
  });

  it('a round trip is over when what was sent before the DSACK is acknowledged', () => {
    const a = flight(100_000);
    const round = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0;
    pass(a, 40);
    sack(a, 1001, 1, 1001);
    pass(a, 40);
    sack(a, round - 1, 1001, 2001);
    expect(a.tcb.cc.reoMult).toBe(1);
    sack(a, round, 2001, 3001);
    expect(a.tcb.cc.reoMult).toBe(2);
  });

  it('it is narrow again after 16 recoveries without a DSACK', () => {
    const a = flight(10_000);
    Object.assign(a.tcb.cc, { reoMult: 5, reoPersist: 16 });
    for (let i = 1; i <= 16; i++) {
      const first = (a.tcb.snd.una - a.tcb.snd.iss) | 0;
      expect((a.tcb.snd.nxt - a.tcb.snd.una) | 0).toBe(10_000);
      pass(a, 41);
      sack(a, first, first + 1000, first + 4000);
      pass(a, 60);
      expect(a.tcb.cc.phase).toBe(Phase.FAST_RECOVERY);
      a.inject('ACK', 1, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0);
      expect([i, a.tcb.cc.reoMult]).toEqual([i, i < 16 ? 5 : 1]);
      a.tcb.cc.cwnd = 10_000;
      a.send(octets(10_000));
    }
  });
});

describe('a timeout (section 6.3)', () => {
  it('of what was sent just now only the first segment is lost', () => {
    const a = flight(5000);
    pass(a, 1);
    a.tcb.timer.pto = 0;
    a.tcb.timer.rexmt = (a.engine.ms + 1) | 0;
    a.tcb.snd.wnd = 0;
    pass(a, 1);
    expect([a.tcb.cc.phase, a.tcb.cc.lost, sent(a)]).toEqual([Phase.LOSS, 1000, [segment(1)]]);
  });

  it('F-RTO begins with the first timeout of an episode that was none before', () => {
    for (const [phase, timeouts, frto] of [
      [Phase.OPEN, 0, Frto.RESENT],
      [Phase.FAST_RECOVERY, 0, Frto.OFF],
      [Phase.OPEN, 1, Frto.OFF],
    ] as const) {
      const a = flight(5000);
      a.tcb.cc.phase = phase;
      a.tcb.rto.timeouts = timeouts;
      timeoutLoss(a.engine, a.tcb);
      expect([phase, timeouts, a.tcb.sent?.frto]).toEqual([phase, timeouts, frto]);
    }
  });

  const lostBy = (a: Endpoint): object => {
    detectByTimeout(a.engine, a.tcb, a.tcb.sent as Sent);
    const { sacked, lost, count } = a.tcb.sent as Sent;
    return { sacked, lost, count };
  };

  it('what was SACKed is not lost', () => {
    const a = flight(4000);
    pass(a, 40);
    sack(a, 1, 1001, 2001);
    a.setNow(a.engine.now + 200_000);
    expect(lostBy(a)).toEqual({ sacked: 1000, lost: 3000, count: 3 });
  });

  it('the first is, however late it was sent; another one when the round trip and the reordering window are over', () => {
    for (const [ms, lost] of [
      [59, 1000],
      [60, 2000],
    ] as const) {
      const a = flight(1000);
      pass(a, 10);
      a.send(octets(1000));
      a.setNow(5_000_000 + 1000 * ms);
      expect(lostBy(a)).toEqual({ sacked: 0, lost, count: lost === 1000 ? 2 : 1 });
    }
    const a = flight(1000);
    expect(lostBy(a)).toEqual({ sacked: 0, lost: 1000, count: 1 });
  });

  it('the first segment is lost, and what was sent a round trip ago; what was sent just now is not', () => {
    const a = flight(3000);
    a.tcb.noDelay = 1;
    pass(a, 235);
    expect(a.tcb.cc.tlp).toBe(2); // the loss probe has set the timer anew
    a.tcb.timer.rexmt = 0;
    a.send(octets(500));
    a.tcb.timer.rexmt = (a.engine.ms + 1) | 0;
    sent(a);
    pass(a, 1);
    expect(a.tcb.cc.phase).toBe(Phase.LOSS);
    expect([sent(a), a.tcb.sent?.lost, a.tcb.cc.cwnd]).toEqual([[segment(1)], 2000, 1500]);
  });
});
