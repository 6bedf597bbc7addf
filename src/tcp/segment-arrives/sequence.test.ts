import { describe, expect, it } from 'vitest';
import { Segment, SYN, URG } from '../../wire/segment.ts';
import { rfc9293 } from '../rules.ts';
import { Signal } from '../signals.ts';
import { rcvWnd } from '../tcb/tcb.ts';
import { dropSyn } from './sequence.ts';
import { expected, inState, octets, options, pass, SYNCHRONIZED, sent, text, ts } from './testing.ts';

const NXT = 1;
const WND = 1000;

/** ESTABLISHED with RCV.NXT = 1 and RCV.WND = 1000. */
function established(wnd = WND) {
  const a = inState('ESTABLISHED', { config: { receiveBuffer: WND } });
  a.autoRead = false;
  if (wnd === 0) {
    a.inject('ACK', NXT, 1, text(WND));
    pass(a, 100);
    a.sent.length = a.drops.length = 0;
  }
  return a;
}

describe('first, check sequence number: the acceptability test of table 6', () => {
  it('length 0, window > 0: RCV.NXT =< SEG.SEQ < RCV.NXT+RCV.WND', () => {
    for (const [seq, ok] of [
      [NXT - 1, false],
      [NXT, true],
      [NXT + WND - 1, true],
      [NXT + WND + 1, false],
      [NXT + 2 ** 31, false],
    ] as const) {
      const a = established();
      a.inject('ACK', seq, 1);
      expect([seq, sent(a)]).toEqual([seq, ok ? [] : ['ACK seq=1 ack=1 len=0']]);
      const r = established();
      r.inject('RST', seq, 1);
      expect([seq, sent(r).length + (r.state === 'CLOSED' ? 1 : 0)]).toEqual([seq, ok ? 1 : 0]);
    }
  });

  it('length 0 at RCV.NXT+RCV.WND: the ACK of a peer that has filled our window counts (appendix A.2), a RST does not', () => {
    const a = established();
    a.send(octets(10));
    a.sent.length = 0;
    a.inject('ACK', NXT + WND, 11);
    expect([a.tcb.snd.una - a.tcb.snd.iss, sent(a)]).toEqual([11, []]);
    a.inject('RST', NXT + WND);
    expect([a.state, sent(a), a.drops]).toEqual(['ESTABLISHED', [], ['rst-outside-window']]);
  });

  it('length 0, window 0: SEG.SEQ = RCV.NXT', () => {
    const a = established(0);
    expect(rcvWnd(a.tcb)).toBe(0);
    a.inject('ACK', NXT + WND, 1);
    expect(sent(a)).toEqual([]);
    a.inject('ACK', NXT + WND + 1, 1);
    expect(sent(a)).toEqual([`ACK seq=1 ack=${NXT + WND} len=0`]);
  });

  it('length > 0, window > 0: the first or the last octet in the window', () => {
    for (const [seq, len, taken] of [
      [NXT - 10, 10, 0],
      [NXT - 10, 11, 1],
      [NXT, 5, 5],
      [NXT, WND + 50, WND],
      [NXT - 10, WND + 10, WND],
      [NXT + WND, 1, 0],
      [NXT + WND - 1, 1, 0],
    ] as const) {
      const a = established();
      a.inject('ACK', seq, 1, text(len));
      expect([seq, len, expected(a) - NXT]).toEqual([seq, len, taken]);
    }
  });

  it('length > 0, window 0: not acceptable, answered by an ACK with the present RCV.NXT', () => {
    const a = established(0);
    a.inject('ACK', NXT + WND, 1, text(1));
    expect([sent(a), expected(a)]).toEqual([[`ACK seq=1 ack=${NXT + WND} len=0`], NXT + WND]);
  });

  it('MUST-66: with a closed window the ACK, URG and RST of a segment at RCV.NXT count, its text does not', () => {
    const a = established(0);
    a.send(octets(10));
    a.sent.length = 0;
    a.inject('ACK,URG', NXT + WND, 11, { ...text(5), up: 5 });
    expect((a.tcb.snd.una - a.tcb.snd.iss) | 0).toBe(11);
    expect([a.tcb.rcv.urgent, (a.tcb.rcv.up - a.tcb.rcv.irs) | 0]).toEqual([1, NXT + WND + 5]);
    expect(expected(a)).toBe(NXT + WND);
    a.inject('RST', NXT + WND);
    expect(a.state).toBe('CLOSED');
  });

  it('a bare FIN at a closed window waits until the text before it is read', () => {
    const a = established(0);
    a.inject('FIN,ACK', NXT + WND, 1);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', [`ACK seq=1 ack=${NXT + WND} len=0`]]);
    a.receive();
    a.inject('FIN,ACK', NXT + WND, 1);
    expect(a.state).toBe('CLOSE-WAIT');
  });

  it('"if a segment’s contents straddle the boundary between old and new, only the new parts are processed"', () => {
    const a = established();
    a.inject('ACK', NXT, 1, text(100));
    a.inject('ACK', NXT + 50, 1, text(100, 50));
    a.receive();
    expect(a.read).toEqual([...octets(150)]);
  });

  it('what straddles the window and is refused by its ACK field leaves no ACK behind', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('ACK', NXT - 5, 0, text(10));
    expect(sent(a)).toEqual(['RST seq=0 len=0']);
    a.inject('ACK', NXT, 1);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', []]);
  });

  it('what lies beyond the window is cut off, its FIN too, and is not acknowledged', () => {
    const a = established();
    a.inject('FIN,ACK', NXT, 1, text(WND + 1));
    expect([a.state, expected(a), sent(a)]).toEqual([
      'ESTABLISHED',
      NXT + WND,
      [`ACK seq=1 ack=${NXT + WND} len=0`],
    ]);
    expect(a.drops).toEqual(['outside-window']);
  });

  it('an unacceptable RST is dropped without an answer, in every synchronized state', () => {
    for (const state of SYNCHRONIZED) {
      const a = inState(state);
      a.inject('RST', expected(a) - 1);
      a.inject('RST,ACK', expected(a) + 3_000_000, 1);
      expect([a.state, sent(a), a.drops]).toEqual([state, [], ['rst-outside-window', 'rst-outside-window']]);
    }
  });

  it('old text is always acknowledged: it is somebody’s retransmission', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 1, 1, text(10));
    for (let i = 0; i < 5; i++) a.inject('ACK', 1, 1, text(10));
    expect(sent(a)).toEqual(new Array(5).fill('ACK seq=1 ack=11 len=0'));
    expect(a.drops).toEqual(new Array(5).fill('outside-window'));
  });

  it('so is an old FIN without text, but not a SYN, whatever it carries', () => {
    const a = inState('ESTABLISHED');
    for (let i = 0; i < 5; i++) a.inject('FIN,ACK', -5, 1);
    expect(sent(a)).toEqual(new Array(5).fill('ACK seq=1 ack=1 len=0'));
    for (let i = 0; i < 5; i++) a.inject('SYN,ACK', -50, 1, text(10));
    expect(sent(a).length).toBe(1);
  });

  it('what asks for an answer without old text is no duplicate: the answer reports none (RFC 2883)', () => {
    for (const [seq, n] of [
      [0, 0],
      [200_000, 10],
    ] as const) {
      const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
      a.inject('ACK', seq, 1, text(n));
      expect([seq, a.sent.map((r) => r.sack)]).toEqual([seq, [[]]]);
    }
  });

  it('with a closed window the ACK of text that does not begin at RCV.NXT does not count', () => {
    const a = established(0);
    a.send(octets(10));
    a.inject('ACK', NXT + WND - 3, 11, text(5));
    expect((a.tcb.snd.una - a.tcb.snd.iss) | 0).toBe(1);
  });

  it('an urgent pointer counts from where the segment now begins; one into old text is gone', () => {
    for (const [up, left] of [
      [60, 61],
      [51, 52],
      [50, 0],
      [10, 0],
    ] as const) {
      const a = inState('ESTABLISHED');
      a.inject('ACK', 1, 1, text(50));
      a.inject('URG,ACK', 1, 1, { ...text(100), up });
      const { rcv } = a.tcb;
      expect([up, rcv.urgent === 1 || a.signals & Signal.URGENT ? (rcv.up - rcv.irs) | 0 : 0]).toEqual([
        up,
        left,
      ]);
      expect(expected(a)).toBe(101);
    }
  });

  it('no pointer, no urgent data: what is trimmed has none either', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 1, 1, text(50));
    a.inject('ACK', 1, 1, { ...text(100), up: 80 });
    expect([a.signals & Signal.URGENT, expected(a)]).toEqual([0, 101]);
  });

  it('empty segments outside the window are answered once in the challenge interval: two ends cannot answer each other for ever', () => {
    const a = inState('ESTABLISHED');
    for (let i = 0; i < 5; i++) a.inject('ACK', 0, 1);
    expect(sent(a).length).toBe(1);
    pass(a, 500);
    a.inject('ACK', 0, 1);
    expect(sent(a).length).toBe(1);
  });

  it('a keep-alive with or without a garbage octet is answered (3.8.4)', () => {
    for (const garbage of [0, 1]) {
      const a = inState('ESTABLISHED');
      a.inject('ACK', 0, 1, text(garbage));
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
    }
  });
});

describe('simultaneous window probes (appendix A.2)', () => {
  it('two ends that have taken each other’s probe: the ACK of a segment at RCV.NXT - 1 counts', () => {
    for (const [ctl, n, answer] of [
      ['ACK', 1, ['ACK seq=2 ack=2 len=0', 'PSH,ACK seq=2 ack=2 len=9']],
      ['ACK', 0, ['PSH,ACK seq=2 ack=2 len=9']],
    ] as const) {
      const a = inState('ESTABLISHED', { wnd: 0, config: { delayedAckMs: 0 } });
      a.send(octets(10));
      pass(a, 1000);
      a.inject('ACK', 1, 1, { ...text(1), wnd: 0 }); // the peer's probe, which we take
      a.sent.length = 0;
      a.inject(ctl, 1, 2, { ...text(n), wnd: 0 });
      expect((a.tcb.snd.una - a.tcb.snd.iss) | 0).toBe(2);
      a.inject('ACK', 2, 2);
      expect(sent(a)).toEqual(answer);
    }
  });

  it('the octet that comes again is a duplicate, which the answer reports (RFC 2883)', () => {
    const a = inState('ESTABLISHED', { wnd: 0, syn: options({ mss: 1000, sack: true }) });
    a.send(octets(10));
    pass(a, 1000);
    a.inject('ACK', 1, 1, { ...text(1), wnd: 0 });
    a.sent.length = 0;
    a.inject('ACK', 1, 1, { ...text(1), wnd: 0 });
    const { irs } = a.tcb.rcv;
    expect(a.sent.map((r) => r.sack)).toEqual([[irs + 1, irs + 2]]);
  });

  it('a keep-alive without an octet is answered while a probe of ours is out (3.8.4), within the limit', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    a.send(octets(10));
    pass(a, 1000); // our probe, which the peer's window does not take
    a.sent.length = 0;
    for (let i = 0; i < 3; i++) a.inject('ACK', 0, 1, { wnd: 0 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
    pass(a, 500);
    a.sent.length = 0;
    a.inject('ACK', 0, 1, { wnd: 0 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
  });

  it('only the octet before RCV.NXT is such a segment: others are old, whatever they acknowledge', () => {
    for (const [ctl, seq, n] of [
      ['ACK', 995, 0],
      ['ACK', 995, 1],
      ['ACK', 1000, 5],
      ['SYN,ACK', 1000, 0],
      ['ACK', 1002, 0],
    ] as const) {
      const a = inState('ESTABLISHED', { wnd: 0, config: { receiveBuffer: 1000 } });
      a.autoRead = false;
      a.inject('ACK', 1, 1, { ...text(1000), wnd: 0 });
      a.send(octets(10));
      pass(a, 1000);
      expect(a.tcb.snd.probe).toBe(1);
      a.drops.length = 0;
      a.inject(ctl, seq, 2, { ...text(n), wnd: 0 });
      const una = (a.tcb.snd.una - a.tcb.snd.iss) | 0;
      expect([ctl, seq, n, una, a.drops]).toEqual([ctl, seq, n, 1, ['outside-window']]);
    }
  });

  it('and the peer has been heard', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    a.send(octets(10));
    pass(a, 1000);
    a.tcb.keepProbes = 3;
    a.inject('ACK', 0, 1, { wnd: 0 });
    expect([a.tcb.heardMs, a.tcb.keepProbes]).toEqual([a.engine.ms, 0]);
  });

  it('without a probe of ours such a segment is as old as any other', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 1, 1, text(1));
    a.send(octets(10));
    a.inject('ACK', 1, 11, text(1));
    expect((a.tcb.snd.una - a.tcb.snd.iss) | 0).toBe(1);
  });
});

describe('the peer’s SYN again in SYN-RECEIVED', () => {
  it('is answered by the SYN,ACK again', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('SYN', 0);
    expect([a.state, sent(a), a.drops]).toEqual([
      'SYN-RECEIVED',
      ['SYN,ACK seq=0 ack=1 len=0'],
      ['duplicate-syn'],
    ]);
  });

  it('also when it carries text that reaches into the window', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('SYN', 0, 0, text(10));
    expect([a.state, sent(a)]).toEqual(['SYN-RECEIVED', ['SYN,ACK seq=0 ack=1 len=0']]);
  });

  it('a RST at IRS is none, and lies outside the window', () => {
    for (const ctl of ['RST', 'SYN,RST']) {
      const a = inState('SYN-RECEIVED');
      a.inject(ctl, 0);
      expect([ctl, a.state, sent(a), a.drops]).toEqual([ctl, 'SYN-RECEIVED', [], ['rst-outside-window']]);
    }
  });

  it('with an ACK it completes a simultaneous open (figure 7), but is old to a passive one', () => {
    const active = inState('SYN-RECEIVED', { active: true });
    active.setNow(7000);
    active.inject('SYN,ACK', 0, 1);
    expect([active.state, sent(active), active.tcb.heardMs]).toEqual(['ESTABLISHED', [], 7]);
    const passive = inState('SYN-RECEIVED');
    passive.inject('SYN,ACK', 0, 1);
    expect([passive.state, sent(passive)]).toEqual(['SYN-RECEIVED', ['ACK seq=1 ack=1 len=0']]);
  });

  it('a flood of them is answered once in the challenge interval', () => {
    const a = inState('SYN-RECEIVED');
    for (let i = 0; i < 10; i++) a.inject('SYN', 0);
    expect(sent(a).length).toBe(1);
  });

  it('MUST-18: after that the round trip of our SYN is not measured', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('SYN', 0);
    a.setNow(5_000);
    a.inject('ACK', 1, 1);
    expect([a.state, a.tcb.rto.measured]).toEqual(['ESTABLISHED', 0]);
  });
});

describe('PAWS comes before it (RFC 7323 section 5.3)', () => {
  it('R1: SEG.TSval < TS.Recent is dropped and acknowledged, also when its text is in the window', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }) });
    a.inject('ACK', 1, 1, { ...text(10), ...ts(999) });
    expect([sent(a), a.drops, a.read]).toEqual([['ACK seq=1 ack=1 len=0'], ['paws'], []]);
    a.inject('ACK', 1, 1, { ...text(10), ...ts(1000) });
    expect(a.read.length).toBe(10);
  });

  it('a RST is never dropped by it', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }) });
    a.inject('RST', 1, 0, ts(1));
    expect(a.state).toBe('CLOSED');
  });
});

describe('where memory is counted, as by Linux, the window is one of beginnings', () => {
  const irs = 5000;
  /** The edge that the seventh step has seen, relative to the peer's ISS. */
  let seen = 0;

  /** RCV.WND octets are offered, and the user has taken all that came. */
  function counted(edge: number, autoRead = true) {
    const a = inState('ESTABLISHED', {
      irs,
      rules: {
        text: (e, tcb, seg) => {
          seen = tcb.rcv.edge - irs;
          return rfc9293.text(e, tcb, seg);
        },
      },
      syn: options({ mss: 1000, sack: true }),
      config: { receiveMemory: true, receiveBuffer: 20_000, receiveBufferTuning: false, quickAcks: 0 },
    });
    a.autoRead = autoRead;
    a.tcb.rcv.edge = (a.tcb.rcv.nxt + edge) | 0;
    return a;
  }

  it('text that begins in it is taken whole, and the edge is where that ends', () => {
    for (const [length, edge] of [
      [999, 1001],
      [1000, 1001],
      [1001, 1002],
      [1500, 1501],
    ] as const) {
      const a = counted(1000);
      a.inject('ACK', 1, 1, text(length));
      expect([expected(a), seen, a.drops]).toEqual([1 + length, edge, []]);
    }
  });

  it('not while text waits for the user: it is refused and acknowledged', () => {
    const a = counted(1000, false);
    a.inject('ACK', 1, 1, text(600));
    a.tcb.rcv.edge = (a.tcb.rcv.nxt + 400) | 0;
    if (a.tcb.memory !== null) a.tcb.memory.mostEdge = a.tcb.rcv.edge;
    sent(a);
    a.inject('ACK', 601, 1, text(401));
    expect([expected(a), a.drops, sent(a)]).toEqual([601, ['outside-window'], ['ACK seq=1 ack=601 len=0']]);
    a.inject('ACK', 601, 1, text(400));
    expect(expected(a)).toBe(1001);
  });

  it('of text that begins at its edge nothing is taken, nor what comes with it; a FIN alone is', () => {
    for (const ctl of ['ACK', 'FIN,ACK', 'URG,ACK']) {
      const a = counted(0);
      a.inject(ctl, 1, 1, { ...text(10), up: 10 });
      expect([ctl, expected(a), a.drops, sent(a)]).toEqual([
        ctl,
        1,
        ['outside-window'],
        ['ACK seq=1 ack=1 len=0'],
      ]);
      expect([a.state, a.tcb.rcv.urgent]).toEqual(['ESTABLISHED', 0]);
    }
    const a = counted(0);
    a.inject('FIN,ACK', 1, 1);
    expect([a.state, a.drops]).toEqual(['CLOSE-WAIT', []]);
    expect(a.tcb.memory?.used).toBeGreaterThan(0); // the FIN takes memory, too
  });

  it('text that reaches over a FIN which is known is cut at the edge', () => {
    const a = counted(1000);
    a.inject('FIN,ACK', 501, 1, text(100));
    expect(a.tcb.rcv.fin).toBe(1);
    a.tcb.rcv.edge = (a.tcb.rcv.nxt + 1000) | 0;
    if (a.tcb.memory !== null) a.tcb.memory.mostEdge = a.tcb.rcv.edge;
    a.inject('ACK', 1, 1, text(1500));
    expect([expected(a), a.drops]).toEqual([1001, ['outside-window']]);
  });

  it('of a segment in what was taken back of a window the ACK counts; the text does not', () => {
    for (const [at, mostEdge, edge, counts] of [
      [899, 900, 500, true],
      [900, 900, 500, false],
      [1200, 900, 1500, true],
    ] as const) {
      const a = counted(2000);
      a.inject('ACK', 1, 1, text(100));
      a.send(octets(10));
      const { memory, rcv } = a.tcb;
      if (memory === null) throw new Error('text has come');
      memory.mostEdge = (rcv.nxt + mostEdge) | 0;
      rcv.edge = (rcv.nxt + edge) | 0;
      a.inject('ACK', 101 + at, 11, text(1));
      expect([at, a.tcb.snd.una === a.tcb.snd.nxt]).toEqual([at, counts]);
      expect(a.drops).toEqual(edge > at ? [] : ['outside-window']);
    }
  });
});

describe('the peer’s FIN again, with an ACK of ours that is new', () => {
  it('counts: both ends have closed at once, and the first ACK of our FIN was lost', () => {
    for (const [state, next] of [
      ['CLOSING', 'TIME-WAIT'],
      ['LAST-ACK', 'CLOSED'],
    ] as const) {
      const a = inState(state);
      a.inject('FIN,ACK', 1, 2);
      expect([state, a.state, sent(a)]).toEqual([state, next, ['ACK seq=2 ack=2 len=0']]);
    }
  });

  it('with the text before it, too, of which nothing is taken again', () => {
    const a = inState('ESTABLISHED');
    a.close();
    a.inject('FIN,ACK', 1, 1, text(10));
    expect([a.state, a.read.length]).toEqual(['CLOSING', 10]);
    a.inject('FIN,ACK', 1, 2, text(10));
    expect([a.state, a.read.length]).toEqual(['TIME-WAIT', 10]);
  });

  it.each([
    ['with a SYN', 'SYN,FIN,ACK', 0, 2],
    ['without ACK', 'FIN', 1, 2],
    ['that ends elsewhere', 'FIN,ACK', 0, 2],
    ['whose ACK is old', 'FIN,ACK', 1, 1],
    ['whose ACK is of what was never sent', 'FIN,ACK', 1, 3],
  ] as const)('%s: not', (_, ctl, seq, ack) => {
    const a = inState('CLOSING');
    a.inject(ctl, seq, ack);
    expect(a.state).toBe('CLOSING');
  });

  it('what ends at RCV.NXT and is no FIN of before does not count either', () => {
    const a = inState('FIN-WAIT-1');
    a.inject('FIN,ACK', 0, 2);
    expect(a.state).toBe('FIN-WAIT-1');
    const b = inState('CLOSING');
    b.inject('ACK', 1, 2, text(1));
    expect(b.state).toBe('CLOSING');
  });
});

describe('what an acceptable segment says besides', () => {
  it('the peer is alive: the time is noted, and keep-alives begin again', () => {
    const a = inState('ESTABLISHED');
    a.setNow(7_000_000);
    a.tcb.keepProbes = 3;
    a.inject('ACK', 1, 1, text(1));
    expect([a.tcb.heardMs, a.tcb.keepProbes]).toEqual([a.engine.ms, 0]);
  });

  it('TS.Recent follows the clock of the peer, by segments that a later step does not discard', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1 }) });
    a.inject('ACK', 1, 1, ts(5));
    expect(a.tcb.tsRecent).toBe(5);
    a.inject('ACK', 1, 5000, ts(9)); // acknowledges what was never sent
    a.inject('SYN,ACK', 1, 1, ts(9));
    a.inject('RST,ACK', 2, 1, ts(9));
    a.inject('', 1, 1, { ...ts(9), ...text(1) });
    expect([a.state, a.tcb.tsRecent]).toEqual(['ESTABLISHED', 5]);
    a.inject('ACK', 1, 1, ts(9));
    expect(a.tcb.tsRecent).toBe(9);
  });
});

describe('the peer’s SYN, elsewhere than in SYN-RECEIVED', () => {
  it('RFC 5961 section 4: in ESTABLISHED it is answered by a challenge ACK, and no SYN,ACK', () => {
    const a = inState('ESTABLISHED');
    a.inject('SYN', 0);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', ['ACK seq=1 ack=1 len=0']]);
  });

  it('in SYN-RECEIVED one with another number is not the SYN again', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    a.inject('SYN', 5);
    expect(sent(a)).not.toContain('SYN,ACK seq=0 ack=1 len=0');
  });

  it('what follows a SYN begins after it, and so does its urgent pointer', () => {
    const seg = new Segment().set(7, 0, SYN | URG);
    seg.up = 5;
    dropSyn(seg);
    expect([seg.seq, seg.ctl, seg.up]).toEqual([8, URG, 4]);
  });
});
