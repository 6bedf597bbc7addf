import { describe, expect, it } from 'vitest';
import { status } from '../calls.ts';
import { inState, octets, options, pass, sent, text } from '../segment-arrives/testing.ts';
import { Phase } from '../tcb/tcb.ts';

/** ESTABLISHED with MSS 1000 and ten segments in flight: 1, 1001, … 9001. */
function inFlight(more = 20_000) {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }), config: { minRtoMs: 1000 } });
  a.send(octets(more));
  expect(sent(a).length).toBe(10);
  return a;
}

const duplicate = (a: ReturnType<typeof inFlight>, ack: number) => a.inject('ACK', 1, ack);

describe('what a duplicate ACK is (RFC 5681 section 2)', () => {
  it('no text, no FIN, the same ACK, the same window, something in flight', () => {
    const a = inFlight();
    duplicate(a, 1);
    expect(a.tcb.cc.dupAcks).toBe(1);
    a.inject('ACK', 1, 1, text(10));
    a.inject('ACK', 11, 1, { wnd: 60_000 });
    expect(a.tcb.cc.dupAcks).toBe(1);
    const idle = inState('ESTABLISHED');
    duplicate(idle, 1);
    expect(idle.tcb.cc.dupAcks).toBe(0);
  });

  it('a segment whose text was cut off by our closed window is none', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 100 }, syn: options({ mss: 1000 }) });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(100));
    a.send(octets(5000));
    for (let i = 0; i < 5; i++) a.inject('ACK', 101, 1, text(1));
    expect([a.tcb.cc.dupAcks, a.tcb.retransmissions]).toEqual([0, 0]);
  });
});

describe('limited transmit (RFC 3042)', () => {
  it('the first two duplicates send one new segment each, cwnd stays', () => {
    const a = inFlight();
    duplicate(a, 1);
    expect(sent(a)).toEqual(['ACK seq=10001 ack=1 len=1000']);
    duplicate(a, 1);
    expect(sent(a)).toEqual(['ACK seq=11001 ack=1 len=1000']);
    expect(a.tcb.cc.cwnd).toBe(10_000);
  });
});

describe('MUST-19: fast retransmit and fast recovery (RFC 5681 section 3.2, RFC 6582)', () => {
  it('the third duplicate retransmits SND.UNA: ssthresh = flight / 2, three segments have left (RFC 9937)', () => {
    const a = inFlight(10_000);
    duplicate(a, 1);
    duplicate(a, 1);
    expect(sent(a)).toEqual([]);
    a.setNow(10_000);
    duplicate(a, 1);
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000']);
    const { cc } = a.tcb;
    expect([cc.phase, cc.ssthresh, cc.cwnd]).toEqual([Phase.FAST_RECOVERY, 5000, 7000]);
    expect(a.tcb.timer.rexmt).toBe(a.engine.ms + a.tcb.rto.rtoMs);
  });

  it('step 2: what limited transmit has sent does not count in FlightSize', () => {
    const a = inFlight();
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    expect([(a.tcb.snd.nxt - a.tcb.snd.una) | 0, a.tcb.cc.ssthresh]).toEqual([12_000, 5000]);
  });

  it('for each two further duplicates about one new segment goes, until half of the flight is out', () => {
    const a = inFlight(40_000);
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    a.sent.length = 0;
    const went: number[] = [];
    for (let i = 0; i < 8; i++) {
      duplicate(a, 1);
      went.push(sent(a).length);
    }
    expect(went).toEqual([0, 0, 1, 0, 0, 1, 1, 1]);
    expect(status(a.tcb).pipeBytes).toBe(5000);
  });

  it('any number of duplicates draws no more than the peer’s window, and leaves cwnd what it is', () => {
    const a = inFlight(200_000);
    for (let i = 0; i < 1000; i++) duplicate(a, 1);
    expect((a.tcb.snd.nxt - a.tcb.snd.una) | 0).toBeLessThanOrEqual(65_535);
    expect(a.tcb.cc.cwnd).toBeLessThanOrEqual(10_000);
  });

  it('a full acknowledgment ends it: cwnd = ssthresh', () => {
    const a = inFlight(10_000);
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    a.inject('ACK', 1, 10_001);
    const { cc } = a.tcb;
    expect([cc.phase, cc.cwnd, cc.dupAcks]).toEqual([Phase.OPEN, 5000, 0]);
  });

  it('RFC 6582 3.2: a partial acknowledgment retransmits the next hole at once', () => {
    const a = inFlight(10_000);
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    a.sent.length = 0;
    a.inject('ACK', 1, 3001);
    expect(sent(a)).toEqual(['ACK seq=3001 ack=1 len=1000']);
    expect(a.tcb.cc.phase).toBe(Phase.FAST_RECOVERY);
    a.inject('ACK', 1, 7001);
    expect(sent(a)).toEqual(['ACK seq=7001 ack=1 len=1000']);
    a.inject('ACK', 1, 10_001);
    expect(a.tcb.cc.phase).toBe(Phase.OPEN);
  });

  it('RFC 6582 3.2 step 2: duplicates of what recovery has just acknowledged do not start it again', () => {
    const a = inFlight(40_000);
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    a.inject('ACK', 1, ((a.tcb.cc.recover - a.tcb.snd.iss) | 0) + 1);
    const { retransmissions } = a.tcb;
    const una = (a.tcb.snd.una - a.tcb.snd.iss) | 0;
    expect(a.tcb.snd.nxt).not.toBe(a.tcb.snd.una);
    for (let i = 0; i < 10; i++) duplicate(a, una);
    expect([a.tcb.retransmissions, a.tcb.cc.phase]).toEqual([retransmissions, Phase.OPEN]);
  });

  it('RFC 6582: after a timeout, echoes of go-back-N do not start fast retransmit', () => {
    const a = inFlight(40_000);
    pass(a, 1000);
    expect(a.tcb.cc.phase).toBe(Phase.LOSS);
    for (let i = 0; i < 5; i++) duplicate(a, 1);
    expect(a.tcb.cc.phase).toBe(Phase.LOSS);
    a.inject('ACK', 1, 10_001);
    const { retransmissions } = a.tcb;
    for (let i = 0; i < 10; i++) duplicate(a, 10_001);
    expect(a.tcb.retransmissions).toBe(retransmissions);
  });

  it('a loss in the first flight is repaired by it', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    a.send(octets(5000));
    a.sent.length = 0;
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000']);
  });

  it('a loss after 3 GiB without one is repaired by it', () => {
    const a = inFlight(10_000);
    const { snd } = a.tcb;
    a.inject('ACK', 1, 10_001);
    for (let i = 0; i < 4; i++) {
      // 768 MiB at a time, as if they had been sent and acknowledged.
      const jump = 768 << 20;
      for (const field of ['una', 'nxt', 'end', 'wl2'] as const) snd[field] = (snd[field] + jump) | 0;
      a.send(octets(1));
      a.inject('ACK', 1, ((snd.una - snd.iss) | 0) + 1);
    }
    a.send(octets(5000));
    a.sent.length = 0;
    const una = (snd.una - snd.iss) | 0;
    for (let i = 0; i < 3; i++) duplicate(a, una);
    expect([a.tcb.cc.phase, a.tcb.retransmissions]).toEqual([Phase.FAST_RECOVERY, 1]);
  });
});

describe('the aftermath of a timeout (RFC 5681 section 3.1)', () => {
  it('ssthresh = max(flight / 2, 2 segments) on the first timeout only, cwnd = 1 segment', () => {
    const a = inFlight(10_000);
    pass(a, 1000);
    expect([a.tcb.cc.ssthresh, a.tcb.cc.cwnd]).toEqual([5000, 1000]);
    pass(a, 2000);
    expect([a.tcb.cc.ssthresh, a.tcb.cc.cwnd]).toEqual([5000, 1000]);
    const b = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    b.send(octets(10));
    pass(b, 250);
    expect(b.tcb.cc.ssthresh).toBe(2000);
  });

  it('everything in flight goes again as slow start allows; what the peer held is skipped', () => {
    const a = inFlight(10_000);
    pass(a, 1000);
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000']);
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual(['ACK seq=1001 ack=1 len=1000', 'ACK seq=2001 ack=1 len=1000']);
    a.inject('ACK', 1, 9001);
    expect(sent(a)).toEqual(['PSH,ACK seq=9001 ack=1 len=1000']);
    a.inject('ACK', 1, 10_001);
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.OPEN, []]);
    expect(a.tcb.cc.cwnd).toBe(3000); // of slow start, and no leap to ssthresh
  });

  it('what was sent in pieces, at different times, goes again as one', () => {
    const a = inState('ESTABLISHED', {
      syn: options({ mss: 1000 }),
      config: { minRtoMs: 1000, noDelay: true },
    });
    for (let i = 0; i < 5; i++) {
      a.send(octets(300));
      pass(a, 1);
    }
    expect(a.tcb.sent?.count).toBe(5);
    sent(a);
    pass(a, 1000);
    expect([sent(a), a.tcb.sent?.count, a.tcb.sent?.lost]).toEqual([['ACK seq=1 ack=1 len=1000'], 2, 500]);
  });

  it('RFC 3465 2.3: in that slow start an ACK of many segments opens cwnd by one', () => {
    const a = inFlight(10_000);
    pass(a, 1000);
    a.inject('ACK', 1, 5001);
    expect(a.tcb.cc.cwnd).toBe(2000);
  });

  it('a timeout in fast recovery ends it', () => {
    const a = inFlight(10_000);
    for (let i = 0; i < 3; i++) duplicate(a, 1);
    pass(a, 1000);
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd]).toEqual([Phase.LOSS, 1000]);
  });
});
