import { describe, expect, it } from 'vitest';
import { setKeepAlive } from './calls.ts';
import { defaultConfig } from './config.ts';
import { Err } from './errors.ts';
import { IcmpCause, icmpError } from './icmp.ts';
import { departures, inState, octets, pass, sent, text } from './segment-arrives/testing.ts';
import { Signal } from './signals.ts';

describe('RETRANSMISSION TIMEOUT (3.10.8, RFC 6298 section 5)', () => {
  it('MUST-19: the segment at the front goes again, at intervals that double up to the bound', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, maxRtoMs: 8000 } });
    a.send(octets(10));
    a.sent.length = 0;
    expect(departures(a, 40_000).map((d) => d.at)).toEqual([1000, 3000, 7000, 15000, 23000, 31000, 39000]);
    expect(a.tcb.retransmissions).toBe(7);
  });

  it('an ACK of new data restarts R2; the backed-off RTO stays until a new sample (MUST-18)', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000 } });
    a.send(octets(536));
    pass(a, 3000);
    expect([a.tcb.rto.rtoMs, a.tcb.rto.timeouts]).toEqual([4000, 2]);
    a.inject('ACK', 1, 537);
    expect([a.tcb.rto.rtoMs, a.tcb.rto.timeouts]).toEqual([4000, 0]);
    a.send(octets(10));
    pass(a, 10);
    a.inject('ACK', 1, 547);
    expect(a.tcb.rto.rtoMs).toBeLessThan(1100);
  });

  it('MUST-20, SHLD-9, SHLD-10: the user hears of it at R1 = 3 retransmissions', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000 } });
    a.send(octets(10));
    pass(a, 6999);
    expect(a.signals & Signal.DELAYED).toBe(0);
    pass(a, 1);
    expect(a.signals & Signal.DELAYED).not.toBe(0);
  });

  it('MUST-20, SHLD-11: the connection is closed at R2, which is at least 100 s', () => {
    expect(defaultConfig.r2Ms).toBeGreaterThanOrEqual(100_000);
    expect(defaultConfig.r1).toBeGreaterThanOrEqual(3);
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const) {
      const a = inState(state);
      a.send(octets(10));
      pass(a, defaultConfig.r2Ms - 1);
      expect(a.state).toBe(state);
      pass(a, 1);
      expect([a.state, a.tcb.error, a.rows]).toEqual(['CLOSED', Err.TIMED_OUT, ['user-timeout']]);
    }
  });

  it('MUST-20: a FIN that nobody acknowledges ends at R2 too: FIN-WAIT-1, CLOSING, LAST-ACK', () => {
    for (const state of ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      pass(a, defaultConfig.r2Ms);
      expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
    }
  });

  it('R2 counts from the oldest thing unacknowledged: progress gives more time', () => {
    const a = inState('ESTABLISHED', { config: { userTimeoutMs: 10_000 } });
    a.send(octets(3000));
    for (let i = 1; i <= 5; i++) {
      pass(a, 9_000);
      a.inject('ACK', 1, 1 + 536 * i);
    }
    expect(a.state).toBe('ESTABLISHED');
    pass(a, 10_000);
    expect(a.state).toBe('CLOSED');
  });

  it('idle time does not count towards R2', () => {
    const a = inState('ESTABLISHED', { config: { userTimeoutMs: 10_000 } });
    a.send(octets(10));
    a.inject('ACK', 1, 11);
    pass(a, 100_000);
    a.send(octets(10));
    pass(a, 9_999);
    expect(a.state).toBe('ESTABLISHED');
  });

  it('SHLD-25: an ICMP error that came meanwhile is the reason that is told', () => {
    const a = inState('ESTABLISHED', { config: { userTimeoutMs: 10_000 } });
    a.send(octets(10));
    icmpError(a.engine, a.tcb, a.tcb.snd.una, IcmpCause.UNREACHABLE, Err.HOST_UNREACHABLE);
    pass(a, 10_000);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.HOST_UNREACHABLE]);
  });
});

describe('R2 and a machine that slept (3.8.3)', () => {
  const HOUR_US = 3_600_000_000;

  it('what was in flight goes again first, and the connection lives when that is answered', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    a.sent.length = 0;
    a.setNow(a.engine.now + HOUR_US);
    a.tick();
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', ['PSH,ACK seq=1 ack=1 len=10']]);
    pass(a, 10);
    a.inject('ACK', 1, 11);
    expect([a.state, a.tcb.timer.user]).toEqual(['ESTABLISHED', 0]);
  });

  it('the answer has an RTO to come, then the connection ends', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000 } });
    a.send(octets(10));
    a.setNow(a.engine.now + HOUR_US);
    a.tick();
    pass(a, 1999);
    expect(a.state).toBe('ESTABLISHED');
    pass(a, 1);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('also when R2 was the first that the machine slept over: the answer may wait to be read', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, userTimeoutMs: 10_000 } });
    a.send(octets(10));
    pass(a, 9_999); // sent again at 1, 3 and 7 s, and to be again at 15 s
    a.sent.length = 0;
    a.setNow(a.engine.now + HOUR_US);
    a.tick();
    expect([a.state, sent(a).length]).toEqual(['ESTABLISHED', 1]);
  });

  it('and when it slept over both by little: the retransmission should have gone before R2', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, userTimeoutMs: 10_000 } });
    a.send(octets(10));
    pass(a, 6000); // to be sent again at 7 s
    a.sent.length = 0;
    a.setNow(10_500_000);
    a.tick();
    expect([a.state, sent(a).length]).toEqual(['ESTABLISHED', 1]);
  });

  it('where it was to go after R2, more than an RTO must have been slept over: the answer to the last has had its time', () => {
    for (const [ms, state] of [
      [18_000, 'CLOSED'],
      [18_001, 'ESTABLISHED'],
    ] as const) {
      const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, userTimeoutMs: 10_000 } });
      a.send(octets(10));
      pass(a, 9_999); // sent again at 7 s, to be again at 15 s: the RTO is 8 s
      a.setNow(ms * 1000);
      a.tick();
      expect([ms, a.state]).toEqual([ms, state]);
    }
  });

  it('each time it sleeps: a machine that wakes for a moment only does not end it', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    for (let i = 0; i < 5; i++) {
      a.setNow(a.engine.now + HOUR_US);
      a.tick();
      expect([a.state, sent(a).length]).toEqual(['ESTABLISHED', 1 + Number(i === 0)]);
    }
  });

  it('a window probe, a SYN, a SYN,ACK and a FIN likewise', () => {
    const probing = inState('ESTABLISHED', { wnd: 0 });
    probing.send(octets(10));
    const early = inState('SYN-RECEIVED');
    for (const a of [probing, early, inState('SYN-SENT'), inState('FIN-WAIT-1'), inState('LAST-ACK')]) {
      const { state } = a;
      a.sent.length = 0;
      a.setNow(a.engine.now + HOUR_US);
      a.tick();
      expect([a.state, a.sent.length]).toEqual([state, 1]);
      pass(a, defaultConfig.maxRtoMs);
      expect(a.state).toBe(state === 'SYN-RECEIVED' ? 'LISTEN' : 'CLOSED');
    }
  });

  it('lateness of a few milliseconds is none: R2 ends the connection', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, userTimeoutMs: 1000 } });
    a.send(octets(10));
    a.sent.length = 0;
    a.setNow(a.engine.now + 1_005_000);
    a.tick();
    expect([a.state, sent(a)]).toEqual(['CLOSED', []]);
  });
});

describe('zero-window probing (3.8.6.1)', () => {
  /** ESTABLISHED with a closed window and 100 octets waiting. */
  function closed(config = {}) {
    const a = inState('ESTABLISHED', { wnd: 0, config: { minRtoMs: 1000, ...config } });
    a.send(octets(100));
    expect(sent(a)).toEqual([]);
    return a;
  }

  it('MUST-36, SHLD-29, SHLD-30: one octet after an RTO, then at intervals that grow exponentially to the bound', () => {
    const a = closed({ maxRtoMs: 30_000 });
    const probes = departures(a, 125_000);
    expect(probes.map((d) => d.at)).toEqual([1000, 3000, 7000, 15000, 31000, 61000, 91000, 121000]);
    expect(new Set(probes.map((d) => d.line))).toEqual(new Set(['ACK seq=1 ack=1 len=1']));
  });

  it('MUST-37, MAY-8: while probes are acknowledged the connection stays, for hours and days', () => {
    const a = closed({ userTimeoutMs: 60_000 });
    let answered = 0;
    for (let hour = 0; hour < 48; hour++) {
      const until = a.engine.now + 3600e6;
      while (a.engine.now < until) {
        pass(a, 1000);
        for (const _ of sent(a)) {
          answered++;
          a.inject('ACK', 1, 1, { wnd: 0 });
        }
      }
    }
    expect([a.state, answered > 1000]).toEqual(['ESTABLISHED', true]);
    a.inject('ACK', 1, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
  });

  it('MUST-20: probes that nobody answers end the connection at R2', () => {
    const a = closed();
    pass(a, defaultConfig.r2Ms);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('an opening whose announcement was lost is found by the next probe', () => {
    const a = closed();
    pass(a, 1000);
    a.inject('ACK', 1, 1, { wnd: 0 });
    // The window opens; that ACK is lost. The next probe's octet is taken.
    a.sent.length = 0;
    pass(a, 2000);
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1']);
    a.inject('ACK', 1, 2, { wnd: 1000 });
    expect(sent(a)).toEqual(['PSH,ACK seq=2 ack=1 len=99']);
    expect(a.tcb.timer.persist).toBe(0);
  });

  it('a probe whose octet was taken while the window stays closed is followed by one of the next octet', () => {
    const a = closed();
    pass(a, 1000);
    a.sent.length = 0;
    a.inject('ACK', 1, 2, { wnd: 0 });
    pass(a, 3000);
    expect(sent(a)).toContain('ACK seq=2 ack=1 len=1');
  });

  it('the next probe is due after an RTO, not after the interval that the one before has grown to', () => {
    const a = closed();
    pass(a, 31_500); // probes at 1, 3, 7, 15 and 31 s; the next would be at 63 s
    a.sent.length = 0;
    a.inject('ACK', 1, 2, { wnd: 0 });
    expect(departures(a, 4000).map((d) => d.at)).toEqual([1000, 3000]);
  });

  it('an opening that is too small for the SWS rules waits for the override timeout, then is used (3.8.6.2.1 (4))', () => {
    const a = closed();
    a.inject('ACK', 1, 1, { wnd: 5000 });
    a.inject('ACK', 1, 101, { wnd: 0 });
    a.sent.length = 0;
    a.send(octets(600));
    a.inject('ACK', 1, 101, { wnd: 50 });
    expect(departures(a, 300)).toEqual([{ at: 200, line: 'ACK seq=101 ack=1 len=50' }]);
  });

  it('MUST-18: the first probe of an octet is timed, its repetition is not', () => {
    const a = closed();
    a.tcb.rto.measured = 0;
    pass(a, 1000);
    pass(a, 30);
    a.inject('ACK', 1, 2, { wnd: 0 });
    expect([a.tcb.rto.measured, a.tcb.rto.srttUs]).toEqual([1, 30_000]);
    pass(a, 10_000);
    a.inject('ACK', 1, 3, { wnd: 0 });
    expect(a.tcb.rto.srttUs).toBe(30_000);
  });

  it('a FIN alone is probed with: FIN at SND.UNA', () => {
    const a = inState('ESTABLISHED', { wnd: 0, config: { minRtoMs: 1000 } });
    a.close();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', []]);
    pass(a, 3000);
    expect(sent(a)).toEqual(['FIN,ACK seq=1 ack=1 len=0', 'FIN,ACK seq=1 ack=1 len=0']);
    a.inject('ACK', 1, 2, { wnd: 0 });
    expect([a.state, a.tcb.timer.persist]).toEqual(['FIN-WAIT-2', 0]);
  });

  it('the count of probes stays within int32, however long the window is closed', () => {
    const a = closed();
    a.tcb.rto.probes = 2 ** 30 - 1;
    pass(a, 1000);
    expect([sent(a), a.tcb.rto.probes]).toEqual([['ACK seq=1 ack=1 len=1'], 2 ** 30 - 1]);
  });

  it('MUST-61: a probe with the last octet has PSH, the others have not', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    a.send(octets(1));
    pass(a, 1000);
    expect(sent(a)[0]).toBe('PSH,ACK seq=1 ack=1 len=1');
  });

  it('MUST-35: a window that shrinks to zero under data in flight is probed by the retransmissions', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000 } });
    a.send(octets(100));
    a.inject('ACK', 1, 1, { wnd: 0 });
    a.sent.length = 0;
    expect(departures(a, 4000).map((d) => [d.at, d.line])).toEqual([
      [1000, 'PSH,ACK seq=1 ack=1 len=100'],
      [3000, 'PSH,ACK seq=1 ack=1 len=100'],
    ]);
  });

  it('the segment that acknowledges while a probe is out begins at SND.UNA: the peer would refuse SND.NXT', () => {
    const a = closed();
    pass(a, 1000);
    a.sent.length = 0;
    a.inject('ACK', 1, 1, { ...text(10), wnd: 0 });
    pass(a, 40);
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0']);
  });
});

describe('keep-alives (3.8.4)', () => {
  const on = { keepAlive: true };

  it('MUST-25: off unless asked for', () => {
    const a = inState('ESTABLISHED');
    expect(a.tcb.timer.keep).toBe(0);
    expect(departures(a, 100 * 3600 * 1000)).toEqual([]);
  });

  it('MAY-5: may be turned on and off; what runs is stopped', () => {
    const a = inState('ESTABLISHED', { config: { keepAliveIdleMs: 5000 } });
    setKeepAlive(a.engine, a.tcb, true);
    pass(a, 4000);
    setKeepAlive(a.engine, a.tcb, false);
    expect(a.tcb.timer.keep).toBe(0);
    expect(departures(a, 20_000)).toEqual([]);
    setKeepAlive(a.engine, a.tcb, true);
    expect(departures(a, 5000).map((d) => d.at)).toEqual([5000]);
  });

  it('no timer runs where nothing is kept alive: before ESTABLISHED and after it has ended', () => {
    for (const state of ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'TIME-WAIT'] as const) {
      const a = inState(state);
      setKeepAlive(a.engine, a.tcb, true);
      expect([state, a.tcb.timer.keep]).toEqual([state, 0]);
    }
  });

  it('MAY-5, MUST-28, SHLD-12: after two idle hours <SEQ=SND.NXT-1> without text', () => {
    expect(defaultConfig.keepAliveIdleMs).toBeGreaterThanOrEqual(7_200_000);
    const a = inState('ESTABLISHED', { config: on });
    expect(departures(a, 7_200_000)).toEqual([{ at: 7_200_000, line: 'ACK seq=0 ack=1 len=0' }]);
  });

  it('MUST-27: the interval is configurable', () => {
    const a = inState('ESTABLISHED', { config: { ...on, keepAliveIdleMs: 5000, keepAliveIntervalMs: 1000 } });
    expect(departures(a, 7000).map((d) => d.at)).toEqual([5000, 6000, 7000]);
  });

  it('MUST-26: a segment received within the interval puts it off', () => {
    const a = inState('ESTABLISHED', { config: { ...on, keepAliveIdleMs: 5000 } });
    pass(a, 4000);
    a.inject('ACK', 1, 1);
    expect(departures(a, 6000).map((d) => d.at)).toEqual([5000]);
  });

  it('MUST-26: not while something is unacknowledged or waits for a window', () => {
    const a = inState('ESTABLISHED', { config: { ...on, keepAliveIdleMs: 5000 } });
    a.send(octets(5));
    pass(a, 20_000);
    expect(sent(a).every((line) => line.includes('len=5'))).toBe(true);
    const b = inState('ESTABLISHED', { wnd: 0, config: { ...on, keepAliveIdleMs: 5000 } });
    b.send(octets(5));
    pass(b, 20_000);
    expect(sent(b).every((line) => line.includes('len=1'))).toBe(true);
    const c = inState('ESTABLISHED', { wnd: 0, config: { ...on, keepAliveIdleMs: 100 } });
    c.send(octets(5)); // the first window probe is due after 200 ms
    expect(departures(c, 200)).toEqual([{ at: 200, line: 'ACK seq=1 ack=1 len=1' }]);
  });

  it('MUST-29: a probe without an answer is no proof; only all of them are', () => {
    const a = inState('ESTABLISHED', {
      config: { ...on, keepAliveIdleMs: 5000, keepAliveIntervalMs: 1000, keepAliveCount: 3 },
    });
    pass(a, 7_500);
    expect([a.state, sent(a).length]).toEqual(['ESTABLISHED', 3]);
    a.inject('ACK', 1, 1);
    pass(a, 5_000 + 2_500);
    expect([a.state, sent(a).length]).toEqual(['ESTABLISHED', 3]);
    pass(a, 500);
    expect([a.state, a.tcb.error, a.rows]).toEqual(['CLOSED', Err.TIMED_OUT, ['keepalive-timeout']]);
  });

  it('a peer that did not answer is told by a RST: it may hear us, though we do not hear it', () => {
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2'] as const) {
      const a = inState(state, {
        config: { ...on, keepAliveIdleMs: 5000, keepAliveIntervalMs: 1000, keepAliveCount: 1 },
      });
      const { snd, rcv } = a.tcb;
      const rst = `RST,ACK seq=${snd.nxt - snd.iss} ack=${rcv.nxt - rcv.irs} len=0`;
      expect(departures(a, 10_000).at(-1)).toEqual({ at: 6000, line: rst });
    }
  });

  it('CLOSE-WAIT and FIN-WAIT-2 are kept alive too, and end', () => {
    for (const state of ['CLOSE-WAIT', 'FIN-WAIT-2'] as const) {
      const a = inState(state, { config: { ...on, keepAliveIdleMs: 1000, keepAliveIntervalMs: 100 } });
      pass(a, 100_000);
      expect([a.state, a.rows]).toEqual(['CLOSED', ['keepalive-timeout']]);
    }
  });

  it('a long FIN-WAIT-1 does not stop them for FIN-WAIT-2', () => {
    const a = inState('FIN-WAIT-1', { config: { ...on, keepAliveIdleMs: 5000 } });
    pass(a, 20_000);
    a.inject('ACK', 1, 2);
    a.sent.length = 0;
    pass(a, 20_000);
    expect(sent(a)[0]).toBe('ACK seq=1 ack=1 len=0');
  });
});

describe('several timers at once', () => {
  it('R2 and the retransmission due together: the connection ends and nothing is sent', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 1000, userTimeoutMs: 1000 } });
    a.send(octets(5));
    a.sent.length = 0;
    pass(a, 1000);
    expect([a.state, sent(a)]).toEqual(['CLOSED', []]);
  });

  it('a delayed ACK due together with a retransmission rides on it', () => {
    const a = inState('ESTABLISHED', { config: { minRtoMs: 40 } });
    a.send(octets(5));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(5));
    const rtoAt = a.tcb.timer.rexmt;
    expect(a.tcb.timer.delack).toBe(rtoAt);
    a.setNow(rtoAt * 1000);
    a.tick();
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=6 len=5']);
  });
});

describe('who watches the timers', () => {
  it('learns which one has fired, and no other', () => {
    const probing = inState('ESTABLISHED', { wnd: 0 });
    probing.send(octets(10));
    const sending = inState('ESTABLISHED', { config: { userTimeoutMs: 1000, keepAlive: true } });
    sending.send(octets(10));
    const receiving = inState('ESTABLISHED', { config: { keepAlive: true } });
    receiving.inject('ACK', 1, 1, text(10));
    const idle = inState('ESTABLISHED', { config: { keepAlive: true, keepAliveIdleMs: 100 } });
    for (const [a, ms, fired] of [
      [inState('TIME-WAIT'), 60_000, ['wait']],
      [probing, 200, ['persist']],
      [sending, 1000, ['rexmt', 'rexmt', 'user']],
      [receiving, 100, ['delack']],
      [idle, 100, ['keep']],
    ] as const) {
      pass(a, ms);
      expect(a.timersFired).toEqual(fired);
    }
  });

  it('need not be there', () => {
    const a = inState('ESTABLISHED');
    a.engine.trace = null;
    a.send(octets(10));
    a.sent.length = 0;
    pass(a, 200);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
  });
});
