import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { inState, octets, options, pass, sent } from '../segment-arrives/testing.ts';
import { SENT_US, WORDS } from '../tcb/sent.ts';
import type { Endpoint } from '../testing.ts';
import { defers } from './defer.ts';

const MSS = 1000;

/**
 * In congestion avoidance with 40 segments of 1000 octets in flight, `srttMs` after they left: with 4 ms that is a burst of
 * 12 segments in a millisecond.
 */
function busy(srttMs = 4, config: Partial<TcpConfig> = {}): Endpoint {
  const a = inState('ESTABLISHED', { syn: options({ mss: MSS, sack: true }), config });
  Object.assign(a.tcb.rto, { srttUs: srttMs * 1000, minRttUs: srttMs * 1000, measured: 1 });
  setCwnd(a.tcb, 40 * MSS);
  a.tcb.cc.ssthresh = 40 * MSS;
  a.send(octets(150_000));
  pass(a, srttMs);
  sent(a);
  return a;
}

/** An ACK of two more segments, now; how many segments leave. */
function ack(a: Endpoint, n: number, more = {}): number {
  a.inject('ACK', 1, 1 + 2 * n * MSS, more);
  Object.assign(a.tcb.rto, { srttUs: a.tcb.rto.minRttUs });
  return sent(a).length;
}

describe('a burst is waited for', () => {
  it('after the first, ACKs of two segments let a millisecond’s worth go together', () => {
    const a = busy();
    expect([1, 2, 3, 4, 5, 6, 7].map((n) => ack(a, n))).toEqual([2, 0, 0, 0, 0, 0, 12]);
    expect([a.tcb.sent?.appLimited, a.tcb.timer.persist]).toEqual([0, 0]);
  });

  it('not when nothing has left for a millisecond: ACKs come too seldom', () => {
    const a = busy();
    expect(ack(a, 1)).toBe(2);
    a.setNow(a.engine.now + 1001);
    expect(ack(a, 2)).toBe(2);
  });

  it('not at a rate at which two segments are a burst', () => {
    const a = busy(40);
    expect([1, 2, 3].map((n) => ack(a, n))).toEqual([2, 2, 2]);
  });

  it('a third of cwnd does not wait', () => {
    const a = busy(2); // 24 segments in a millisecond
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((n) => ack(a, n))).toEqual([2, 0, 0, 0, 0, 0, 0, 14]);
  });

  it('a super-segment of 64 KiB does not wait, where a millisecond’s worth is more', () => {
    const a = inState('ESTABLISHED', {
      syn: options({ mss: MSS, wscale: 7, sack: true }),
      config: { sendBuffer: 2_000_000 },
    });
    Object.assign(a.tcb.rto, { srttUs: 4000, minRttUs: 4000, measured: 1 });
    a.inject('ACK', 1, 1);
    setCwnd(a.tcb, 400 * MSS); // 120 segments in a millisecond
    a.tcb.cc.ssthresh = 400 * MSS;
    a.send(octets(1_500_000));
    pass(a, 4);
    sent(a);
    expect([ack(a, 1), ack(a, 17), ack(a, 34), ack(a, 35)]).toEqual([2, 0, 66, 0]);
  });

  it('not where a round trip is shorter than that', () => {
    const a = busy(1);
    expect([1, 2, 3].map((n) => ack(a, n))).toEqual([2, 2, 2]);
  });

  it('not for the last octets of the program', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: MSS }) });
    Object.assign(a.tcb.rto, { srttUs: 4000, minRttUs: 4000, measured: 1 });
    setCwnd(a.tcb, 40 * MSS);
    a.tcb.cc.ssthresh = 40 * MSS;
    a.send(octets(44_000));
    pass(a, 4);
    sent(a);
    expect([1, 2].map((n) => ack(a, n))).toEqual([2, 2]);
  });

  it('not while something is SACKed: the hole is repaired by the ACKs of what follows it', () => {
    const a = busy();
    expect(ack(a, 1)).toBe(2);
    const { iss } = a.tcb.snd;
    const sack = [(iss + 4001) | 0, (iss + 6001) | 0];
    expect(ack(a, 1, { opts: OPT_SACK, sack })).toBe(2);
  });

  it('not when what is under way left a moment ago: its ACK is far', () => {
    const a = busy();
    for (let n = 1; n <= 20; n++) ack(a, n);
    expect(ack(a, 21)).toBeGreaterThan(0);
    a.setNow(a.engine.now + 500);
    expect(ack(a, 22)).toBe(2);
  });

  it('where segments are paced the pace makes the bursts', () => {
    const a = busy(4, { pacing: 'on' });
    expect(ack(a, 1)).toBe(2);
    expect(a.tcb.cc.pacingRate).toBeGreaterThan(0);
    expect(ack(a, 2)).toBe(2);
  });
});

describe('each bound of it', () => {
  /** Whether new text waits for which cwnd has `room`, when one thing is as told: a burst is 12,000 octets. */
  function waits(room: number, change: (a: Endpoint) => void = () => {}): boolean {
    const a = busy();
    const record = a.tcb.sent;
    if (record === null) throw new Error('nothing is in flight');
    record.clockUs = a.engine.us;
    record.words[record.first * WORDS + SENT_US] = (a.engine.us - 4000) | 0;
    change(a);
    return defers(a.engine, a.tcb, room);
  }

  it('room: more than none, less than a third of cwnd, than the burst without a segment, and than what is queued', () => {
    expect([0, 1, 10_999, 11_000].map((room) => waits(room))).toEqual([false, true, true, false]);
    const small = (a: Endpoint): void => {
      Object.assign(a.tcb.cc, { cwnd: 30_000, ssthresh: 30_000 });
      Object.assign(a.tcb.snd, { nxt: (a.tcb.snd.una + 40_000) | 0 }); // the rate is of what is outstanding
    };
    expect([waits(9999, small), waits(10_000, small)]).toEqual([true, false]);
    const queued = (octets: number) => (a: Endpoint) => {
      a.tcb.snd.end = (a.tcb.snd.nxt + octets) | 0;
    };
    expect([waits(5000, queued(5001)), waits(5000, queued(5000))]).toEqual([true, false]);
  });

  it('time: something left a millisecond ago, something has been out for half a round trip', () => {
    const left = (us: number) => (a: Endpoint) => {
      Object.assign(a.tcb.sent as object, { clockUs: (a.engine.us - us) | 0 });
    };
    expect([waits(5000, left(1000)), waits(5000, left(1001))]).toEqual([true, false]);
    const out = (us: number) => (a: Endpoint) => {
      const { sent: record } = a.tcb;
      if (record !== null) record.words[record.first * WORDS + SENT_US] = (a.engine.us - us) | 0;
    };
    expect([waits(5000, out(2000)), waits(5000, out(1999))]).toEqual([true, false]);
  });

  it('a burst is more than two segments', () => {
    const rate = (mss: number) => (a: Endpoint) => {
      a.tcb.snd.mss = mss;
    };
    expect([waits(1, rate(5999)), waits(1, rate(6000)), waits(1, rate(6001))]).toEqual([true, false, false]);
  });

  it('without a measured round trip, or anything on record, nothing waits', () => {
    const unmeasured = (a: Endpoint): void => {
      a.tcb.rto.measured = 0;
    };
    const none = (a: Endpoint): void => {
      a.tcb.sent = null;
    };
    const empty = (a: Endpoint): void => {
      Object.assign(a.tcb.sent as object, { count: 0 });
    };
    expect([unmeasured, none, empty].map((change) => waits(5000, change))).toEqual([false, false, false]);
  });
});
