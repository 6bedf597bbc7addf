import { describe, expect, it } from 'vitest';
import { Err } from '../errors.ts';
import { Signal } from '../signals.ts';
import { Pair } from '../testing.ts';
import { departures, inState, octets, options, pass, sent, text } from './testing.ts';

describe('SEGMENT ARRIVES in SYN-SENT (3.10.7.3)', () => {
  it('first: SEG.ACK =< ISS or SEG.ACK > SND.NXT is answered by <SEQ=SEG.ACK><CTL=RST>', () => {
    const a = inState('SYN-SENT');
    a.inject('ACK', 500, 0);
    a.inject('SYN,ACK', 500, 2);
    a.inject('ACK', 500, -7);
    expect([a.state, sent(a), a.drops]).toEqual([
      'SYN-SENT',
      ['RST seq=0 len=0', 'RST seq=2 len=0', `RST seq=${2 ** 32 - 7} len=0`],
      ['bad-ack-in-syn-sent', 'bad-ack-in-syn-sent', 'bad-ack-in-syn-sent'],
    ]);
  });

  it('first: with the RST bit such a segment is dropped', () => {
    const a = inState('SYN-SENT');
    a.inject('RST,ACK', 500, 0);
    a.inject('RST,ACK', 500, 2);
    expect([a.state, sent(a), a.drops]).toEqual([
      'SYN-SENT',
      [],
      ['bad-ack-in-syn-sent', 'bad-ack-in-syn-sent'],
    ]);
    expect(departures(a, 999)).toEqual([]); // nor does our SYN go again for it
  });

  it('an ACK of an old connection is reset and the SYN goes again at once, once in the challenge interval (figure 9)', () => {
    const a = inState('SYN-SENT');
    a.inject('ACK', 500, 90);
    a.inject('ACK', 500, 90);
    expect(sent(a)).toEqual(['RST seq=90 len=0', 'RST seq=90 len=0']);
    expect(departures(a, 400)).toEqual([{ at: 1, line: 'SYN seq=0 len=0' }]);
    a.inject('ACK', 500, 90);
    expect(departures(a, 99)).toEqual([{ at: 0, line: 'RST seq=90 len=0' }]);
    pass(a, 1);
    a.inject('ACK', 500, 90);
    expect(departures(a, 10).at(-1)).toEqual({ at: 1, line: 'SYN seq=0 len=0' });
  });

  it('second: a RST with an acceptable ACK is "connection refused"; without an ACK it is dropped', () => {
    const a = inState('SYN-SENT');
    a.inject('RST', 500);
    expect([a.state, a.drops]).toEqual(['SYN-SENT', ['rst-without-ack-in-syn-sent']]);
    a.inject('RST,ACK', 0, 1);
    expect([a.state, a.tcb.error, sent(a), a.rows]).toEqual(['CLOSED', Err.REFUSED, [], ['syn-sent-rst']]);
    expect(a.drops.length).toBe(1); // it goes no further
    expect(a.signals & Signal.ENDED).not.toBe(0);
  });

  it('fourth: SYN,ACK opens the connection and is acknowledged', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN,ACK', 500, 1, { ...options({ mss: 1200, wscale: 2 }), wnd: 3000 });
    expect([a.state, a.rows, sent(a)]).toEqual([
      'ESTABLISHED',
      ['syn-sent-syn-ack'],
      ['ACK seq=1 ack=1 len=0'],
    ]);
    const { snd, rcv } = a.tcb;
    expect([rcv.irs, rcv.nxt, snd.una - snd.iss, snd.wnd, snd.mss]).toEqual([500, 501, 1, 3000, 1200]);
    expect(a.signals & Signal.OPENED).not.toBe(0);
    expect(a.tcb.timer.rexmt).toBe(0);
  });

  it('fourth: what timeouts of the SYN counted is over: R1 and back-off begin anew', () => {
    const a = inState('SYN-SENT');
    pass(a, 3500);
    expect(a.tcb.rto.timeouts).toBe(2);
    a.inject('SYN,ACK', 500, 1, options({ mss: 1000 }));
    expect(a.tcb.rto.timeouts).toBe(0);
    expect(a.tcb.cc.cwnd).toBe(1000); // RFC 6928 section 2: one segment after two timeouts
  });

  it('fourth: cwnd begins with the initial window of the MSS that the peer names (RFC 6928)', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN,ACK', 500, 1, options({ mss: 1000 }));
    expect(a.tcb.cc.cwnd).toBe(10_000);
  });

  it('fourth: data that was queued goes with the ACK of the SYN,ACK', () => {
    const a = inState('SYN-SENT');
    expect(a.send(octets(10))).toBe(10);
    a.inject('SYN,ACK', 500, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
  });

  it('fourth: the SYN,ACK is a sample of the round-trip time, and ends the timer of the SYN', () => {
    const a = inState('SYN-SENT');
    a.send(octets(10));
    a.setNow(900_000);
    a.inject('SYN,ACK', 500, 1);
    const { rto, timer } = a.tcb;
    expect([rto.measured, rto.srttUs, rto.rtoMs, timer.rexmt]).toEqual([1, 900_000, 2700, 900 + 2700]);
  });

  it('fourth: text in the SYN,ACK is taken, as far as the window goes', () => {
    const a = inState('SYN-SENT', { config: { receiveBuffer: 100 } });
    a.inject('SYN,ACK', 500, 1, text(150));
    expect([a.state, a.read, sent(a)[0]]).toEqual([
      'ESTABLISHED',
      [...octets(100)],
      'ACK seq=1 ack=101 len=0',
    ]);
  });

  it('fourth: a FIN in the SYN,ACK is taken, without text too', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN,ACK,FIN', 500, 1);
    expect([a.state, sent(a)]).toEqual(['CLOSE-WAIT', ['ACK seq=1 ack=2 len=0']]);
  });

  it('fourth: other controls and text in the SYN,ACK are processed at once', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN,ACK,FIN', 500, 1, text(10));
    expect([a.state, a.read, a.rows]).toEqual([
      'CLOSE-WAIT',
      [...octets(10)],
      ['syn-sent-syn-ack', 'established-fin'],
    ]);
    expect(sent(a)).toEqual(['ACK seq=1 ack=12 len=0']);
  });

  it('MUST-62: an urgent pointer on a SYN,ACK counts from the SYN', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN,ACK,URG', 500, 1, { ...text(10), up: 4 });
    expect((a.tcb.rcv.up - a.tcb.rcv.irs) | 0).toBe(4);
  });

  it('MUST-10: a SYN without an ACK is a simultaneous open: SYN-RECEIVED, <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN', 500);
    expect([a.state, a.rows, sent(a)]).toEqual([
      'SYN-RECEIVED',
      ['syn-sent-syn'],
      ['SYN,ACK seq=0 ack=1 len=0'],
    ]);
  });

  it('R2 of such an open counts from our first SYN', () => {
    const a = inState('SYN-SENT');
    pass(a, 100_000);
    a.inject('SYN', 500);
    pass(a, 79_999);
    expect(a.state).toBe('SYN-RECEIVED');
    pass(a, 1);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('text in such a SYN is not taken: the peer sends it again', () => {
    const a = inState('SYN-SENT');
    a.inject('SYN', 500, 0, text(10));
    expect([a.state, a.read, sent(a), a.drops]).toEqual([
      'SYN-RECEIVED',
      [],
      ['SYN,ACK seq=0 ack=1 len=0'],
      [],
    ]);
  });

  it('fifth: neither SYN nor RST: dropped', () => {
    const a = inState('SYN-SENT');
    a.inject('ACK', 500, 1);
    a.inject('FIN,ACK', 500, 1, text(3));
    a.inject('', 500);
    expect([a.state, sent(a), a.drops]).toEqual([
      'SYN-SENT',
      [],
      ['no-syn-in-syn-sent', 'no-syn-in-syn-sent', 'no-syn-in-syn-sent'],
    ]);
  });
});

describe('MUST-10: simultaneous open (figure 7)', () => {
  it('two SYNs cross, two SYN,ACKs cross, and both are ESTABLISHED', () => {
    const p = new Pair();
    p.a.openActive();
    p.b.openActive();
    p.run(() => p.a.state === 'ESTABLISHED' && p.b.state === 'ESTABLISHED');
    for (const side of [p.a, p.b]) {
      expect(side.rows).toEqual(['open-active', 'syn-sent-syn', 'syn-received-ack']);
    }
    p.a.send(octets(5000));
    p.b.send(octets(7000, 3));
    p.a.close();
    p.b.close();
    p.run();
    expect([p.a.state, p.b.state]).toEqual(['CLOSED', 'CLOSED']);
    expect([p.b.read, p.a.read]).toEqual([[...octets(5000)], [...octets(7000, 3)]]);
  });

  it('the window of the crossing SYN,ACK is not scaled (RFC 7323 section 2.2)', () => {
    const a = inState('SYN-RECEIVED', { active: true, syn: options({ wscale: 7 }), wnd: 60_000 });
    a.inject('SYN,ACK', 0, 1, { ...options({ wscale: 7 }), wnd: 60_000 });
    expect(a.state).toBe('ESTABLISHED');
    expect(a.tcb.snd.wnd).toBeLessThanOrEqual(60_000);
    expect(a.tcb.snd.wnd).toBeGreaterThan(60_000 - 128);
  });

  it('MUST-18: our SYN was sent twice, so its round trip is not measured', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    a.setNow(30_000);
    a.inject('SYN,ACK', 0, 1);
    expect([a.state, a.tcb.rto.measured]).toEqual(['ESTABLISHED', 0]);
  });

  it('lost crossing SYNs and SYN,ACKs are retransmitted until it works', () => {
    for (let lost = 0; lost < 16; lost++) {
      const p = new Pair({
        fate: (_r, from, i) => (i < 2 && (lost >> (2 * i + (from === 'a' ? 0 : 1))) & 1 ? [] : [5000]),
      });
      p.a.openActive();
      p.b.openActive();
      p.run(() => p.a.state === 'ESTABLISHED' && p.b.state === 'ESTABLISHED', 60_000_000);
      expect([lost, p.a.state, p.b.state]).toEqual([lost, 'ESTABLISHED', 'ESTABLISHED']);
    }
  });
});

describe('connection failures while opening (3.8.3)', () => {
  it('MUST-22, MUST-19: the SYN is retransmitted after 1, 3, 7, 15, 31, 63 and 127 seconds', () => {
    const a = inState('SYN-SENT');
    expect(departures(a, 179_999)).toEqual(
      [1, 3, 7, 15, 31, 63, 127].map((s) => ({ at: s * 1000, line: 'SYN seq=0 len=0' })),
    );
  });

  it('MUST-23: R2 of a SYN is 3 minutes: it is given up at exactly 180 s', () => {
    const a = inState('SYN-SENT');
    pass(a, 179_999);
    expect([a.state, a.signals & Signal.ENDED]).toEqual(['SYN-SENT', 0]);
    pass(a, 1);
    expect([a.state, a.tcb.error, a.rows]).toEqual(['CLOSED', Err.TIMED_OUT, ['user-timeout']]);
  });

  it('MUST-20, SHLD-9, SHLD-10: the user hears of the delay after R1 = 3 retransmissions', () => {
    const a = inState('SYN-SENT');
    pass(a, 6_999);
    expect(a.signals & Signal.DELAYED).toBe(0);
    pass(a, 1);
    expect(a.signals & Signal.DELAYED).not.toBe(0);
  });

  it('MUST-11: SYN-RECEIVED from SYN-SENT remembers it: R2 ends in CLOSED, not in LISTEN', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    pass(a, 180_000);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });
});
