import { describe, expect, it } from 'vitest';
import { Err } from './errors.ts';
import { IcmpCause, icmpError, pathMtu, quotesFlight } from './icmp.ts';
import { inState, octets, options, pass, SYNCHRONIZED, sent } from './segment-arrives/testing.ts';
import { Signal } from './signals.ts';
import { Phase } from './tcb/tcb.ts';

describe('RFC 5927 section 4.1: the quoted sequence number', () => {
  it('must be in flight: SND.UNA =< SEG.SEQ < SND.NXT', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(100));
    const { una, nxt } = a.tcb.snd;
    expect([una - 1, una, nxt - 1, nxt].map((seq) => quotesFlight(a.tcb, seq | 0))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(icmpError(a.engine, a.tcb, nxt, IcmpCause.PORT, Err.HOST_UNREACHABLE)).toBe(false);
    expect([a.signals, a.tcb.softError]).toEqual([0, Err.OK]);
  });
});

describe('errors (RFC 9293 section 3.9.2.2)', () => {
  it('MUST-54, MUST-56, SHLD-25: a soft error never aborts; it is reported', () => {
    for (const state of ['SYN-SENT', 'SYN-RECEIVED', ...SYNCHRONIZED] as const) {
      const a = inState(state);
      if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') a.send(octets(10));
      const inFlight = a.tcb.snd.una !== a.tcb.snd.nxt;
      expect(icmpError(a.engine, a.tcb, a.tcb.snd.una, IcmpCause.UNREACHABLE, Err.NET_UNREACHABLE)).toBe(
        inFlight,
      );
      expect([a.state, (a.tcb.signals & Signal.SOFT_ERROR) !== 0]).toEqual([state, inFlight]);
    }
  });

  it('SHLD-26: a hard error for our SYN ends the active open', () => {
    for (const [state, active] of [
      ['SYN-SENT', true],
      ['SYN-RECEIVED', true],
    ] as const) {
      const a = inState(state, { active });
      expect(icmpError(a.engine, a.tcb, a.tcb.snd.iss, IcmpCause.PORT, Err.PROTOCOL_UNREACHABLE)).toBe(true);
      expect([a.state, a.tcb.error, a.rows, sent(a)]).toEqual([
        'CLOSED',
        Err.PROTOCOL_UNREACHABLE,
        ['icmp-hard-error'],
        [],
      ]);
    }
  });

  it('SHLD-26, RFC 5927 5.2: in the synchronized states, and for a passive open, a hard error is a soft one', () => {
    for (const state of ['SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      if (state === 'ESTABLISHED') a.send(octets(10));
      icmpError(a.engine, a.tcb, a.tcb.snd.una, IcmpCause.PORT, Err.PROTOCOL_UNREACHABLE);
      expect([a.state, a.tcb.softError]).toEqual([state, Err.PROTOCOL_UNREACHABLE]);
    }
  });

  it('so it is for an active open that is ESTABLISHED', () => {
    const a = inState('ESTABLISHED', { active: true });
    a.send(octets(10));
    icmpError(a.engine, a.tcb, a.tcb.snd.una, IcmpCause.PORT, Err.PROTOCOL_UNREACHABLE);
    expect([a.state, a.tcb.softError]).toEqual(['ESTABLISHED', Err.PROTOCOL_UNREACHABLE]);
  });

  it('progress forgets it: a later timeout has its own reason', () => {
    const a = inState('ESTABLISHED', { config: { userTimeoutMs: 5000 } });
    a.send(octets(10));
    icmpError(a.engine, a.tcb, a.tcb.snd.una, IcmpCause.UNREACHABLE, Err.HOST_UNREACHABLE);
    a.inject('ACK', 1, 11);
    a.send(octets(10));
    pass(a, 5000);
    expect(a.tcb.error).toBe(Err.TIMED_OUT);
  });
});

describe('path MTU (RFC 1191, RFC 8201)', () => {
  function inFlight() {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }) });
    a.send(octets(4380));
    a.sent.length = 0;
    return a;
  }

  it('SHLD-6: a smaller one makes smaller segments; what was in flight goes again, with the same cwnd', () => {
    const a = inFlight();
    const { cwnd } = a.tcb.cc;
    pathMtu(a.engine, a.tcb, 1240);
    expect(sent(a)).toEqual([
      'ACK seq=1 ack=1 len=1200',
      'ACK seq=1201 ack=1 len=1200',
      'ACK seq=2401 ack=1 len=1200',
      'PSH,ACK seq=3601 ack=1 len=780',
    ]);
    expect([a.tcb.cc.cwnd, a.tcb.snd.mss]).toEqual([cwnd, 1200]);
    a.inject('ACK', 1, 4381);
    expect(a.tcb.cc.phase).toBe(Phase.OPEN);
  });

  it('an equal or larger one sends nothing again; the peer’s MSS is the bound of segments', () => {
    const a = inFlight();
    pathMtu(a.engine, a.tcb, 1500);
    pathMtu(a.engine, a.tcb, 9000);
    expect([sent(a), a.tcb.snd.mss, a.tcb.pmtu]).toEqual([[], 1460, 9000]);
  });

  it('what goes again starts the retransmission timer again: it is not lost a second time at once', () => {
    const a = inFlight();
    pass(a, 150);
    pathMtu(a.engine, a.tcb, 1240);
    a.sent.length = 0;
    pass(a, 199);
    expect([sent(a), a.tcb.timeouts]).toEqual([[], 0]);
    pass(a, 1);
    expect(a.tcb.timeouts).toBe(1);
  });

  it('one that the segments fit in already sends nothing again', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    a.send(octets(2000));
    a.sent.length = 0;
    pathMtu(a.engine, a.tcb, 1200);
    expect(sent(a)).toEqual([]);
  });

  it('a tiny one is as the least MSS: a forged message must not make us send one octet for each header', () => {
    const a = inFlight();
    pathMtu(a.engine, a.tcb, 41);
    expect(a.tcb.snd.mss).toBe(48);
  });

  it('in SYN-SENT it changes only what is to come', () => {
    const a = inState('SYN-SENT');
    pathMtu(a.engine, a.tcb, 1240);
    a.inject('SYN,ACK', 0, 1, options({ mss: 1460 }));
    expect(a.tcb.snd.mss).toBe(1200);
  });

  it('a SYN with text that was too big goes again without it (RFC 7413); one without text does not', () => {
    for (const [text, mtu, again] of [
      [100, 1499, 1],
      [100, 1500, 0],
      [100, 9000, 0],
      [0, 1240, 0],
    ] as const) {
      const a = inState('SYN-SENT');
      a.tcb.snd.nxt = (a.tcb.snd.iss + 1 + text) | 0;
      pathMtu(a.engine, a.tcb, mtu);
      expect([text, mtu, sent(a).length]).toEqual([text, mtu, again]);
    }
  });

  it('a window probe has not been too big: it counts as in flight, and what waits for the window still does', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }), wnd: 0 });
    a.send(octets(3000));
    pass(a, 2000);
    expect(a.tcb.snd.probe).toBe(1);
    a.sent.length = 0;
    pathMtu(a.engine, a.tcb, 1240);
    expect([a.tcb.sent?.lost ?? 0, a.tcb.cc.phase, sent(a), a.tcb.snd.mss]).toEqual([
      0,
      Phase.OPEN,
      [],
      1200,
    ]);
  });

  it('nothing is sent where nothing is outstanding, nor before the connection is ESTABLISHED', () => {
    const idle = inState('ESTABLISHED', { syn: options({ mss: 1460 }) });
    pathMtu(idle.engine, idle.tcb, 1240);
    expect([sent(idle), idle.tcb.timer.rexmt]).toEqual([[], 0]);
    const opening = inState('SYN-RECEIVED', { syn: options({ mss: 1460 }) });
    const { rexmt } = opening.tcb.timer;
    opening.setNow(opening.engine.now + 100_000);
    pathMtu(opening.engine, opening.tcb, 1240);
    expect([sent(opening), opening.tcb.timer.rexmt]).toEqual([[], rexmt]);
  });

  it('a probe of RFC 4821 that a router found too big goes again in segments that fit; another size does not', () => {
    for (const [mtu, again] of [
      [1400, [984, 476]],
      [1500, []],
    ] as const) {
      const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }), config: { mtuProbing: 'on' } });
      a.send(octets(20_000));
      expect(a.sent[0]?.text.length).toBe(1460);
      a.sent.length = 0;
      pathMtu(a.engine, a.tcb, mtu);
      expect([mtu, a.sent.map((r) => r.text.length)]).toEqual([mtu, again]);
    }
  });
});
