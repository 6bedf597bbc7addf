import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, pass, sent, ts } from '../segment-arrives/testing.ts';
import { Phase } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';

/** ESTABLISHED with SACK, MSS 1000, a measured round trip of 40 ms, ten segments in flight, more queued. */
function flight(stamped = false): Endpoint {
  const syn = options({ mss: stamped ? 1012 : 1000, sack: true, ...(stamped ? { ts: 1 } : {}) });
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  a.tcb.cc.cwnd = 10_000;
  a.send(octets(40_000));
  sent(a);
  return a;
}

/** The blocks of an ACK, relative to our ISS, as fields. */
function blocks(a: Endpoint, ...edges: number[]) {
  return { opts: OPT_SACK, sack: edges.map((edge) => (a.tcb.snd.iss + edge) | 0) };
}

const segment = (seq: number, len = 1000) => `ACK seq=${seq} ack=1 len=${len}`;

describe('RFC 3708: every retransmission was reported as a duplicate', () => {
  it('cwnd and ssthresh are what they were; a part of them is not enough', () => {
    const a = flight();
    const { cwnd, ssthresh } = a.tcb.cc;
    pass(a, 40);
    a.inject('ACK', 1, 1, blocks(a, 2001, 6001)); // 1 and 1001 are taken for lost
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.FAST_RECOVERY, [segment(1)]]);
    a.inject('ACK', 1, 1, blocks(a, 2001, 8001));
    expect(sent(a)[0]).toBe(segment(1001));
    pass(a, 2);
    a.inject('ACK', 1, 10_001); // they had only been overtaken
    pass(a, 38);
    a.inject('ACK', 1, 10_001, blocks(a, 1, 1001));
    expect(a.tcb.cc.ssthresh).toBe(5000);
    a.inject('ACK', 1, 10_001, blocks(a, 1001, 2001));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, ssthresh]);
    expect(a.tcb.cc.cwnd).toBeGreaterThanOrEqual(cwnd);
  });
});

describe('Eifel (RFC 3522)', () => {
  it('the ACK that advances echoes a timestamp from before the retransmission: it was needless', () => {
    const a = flight(true);
    const first = (a.engine.ms + a.tcb.tsOffset) | 0;
    const { cwnd, ssthresh } = a.tcb.cc;
    pass(a, 40);
    const report = blocks(a, 1001, 4001);
    a.inject('ACK', 1, 1, { ...ts(2, first), ...report, opts: ts(2, first).opts! | OPT_SACK });
    expect([a.tcb.cc.phase, a.tcb.retransmissions]).toEqual([Phase.FAST_RECOVERY, 1]);
    pass(a, 2);
    a.inject('ACK', 1, 4001, ts(3, first));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh, a.tcb.cc.cwnd >= cwnd]).toEqual([Phase.OPEN, ssthresh, true]);
  });

  it('one that echoes the retransmission changes nothing', () => {
    const a = flight(true);
    const first = (a.engine.ms + a.tcb.tsOffset) | 0;
    pass(a, 40);
    const report = blocks(a, 1001, 4001);
    a.inject('ACK', 1, 1, { ...ts(2, first), ...report, opts: ts(2, first).opts! | OPT_SACK });
    pass(a, 40);
    a.inject('ACK', 1, 4001, ts(3, (first + 40) | 0));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.FAST_RECOVERY, 5000]);
  });
});

describe('F-RTO (RFC 5682 section 3.1)', () => {
  /** The retransmission timer has expired: 1 has gone again. */
  function timedOut(): Endpoint {
    const a = flight();
    a.tcb.timer.pto = 0;
    pass(a, 240);
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.LOSS, [segment(1)]]);
    return a;
  }

  it('the first ACK after the timeout brings new text, not old', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual([segment(10_001), segment(11_001)]);
  });

  it('then an ACK of what was not sent again: the timeout was spurious, all is as before', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    a.inject('ACK', 1, 2001);
    expect([a.tcb.cc.phase, a.tcb.sent?.lost, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, 0, 0x3fffffff]);
    expect([a.tcb.cc.cwnd >= 10_000, a.tcb.retransmissions]).toEqual([true, 1]);
  });

  it('or a report of the new text alone: what is missing was lost, and goes again', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    sent(a);
    a.inject('ACK', 1, 1001, blocks(a, 10_001, 11_001));
    expect(sent(a)[0]).toBe(segment(1001));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.LOSS, 5000]);
  });

  it('without new text the old goes again at once', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }), startUs: 5_000_000 });
    a.send(octets(5000));
    a.tcb.timer.pto = 0;
    pass(a, a.tcb.rto.rtoMs);
    sent(a);
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual([segment(1001), segment(2001)]);
  });

  it('an ACK of everything that was outstanding says nothing: the usual way', () => {
    const a = timedOut();
    a.inject('ACK', 1, 10_001);
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, 5000]);
  });
});
