import { describe, expect, it } from 'vitest';
import { push } from '../calls.ts';
import { registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { departures, inState, octets, options, pass, sent, text } from '../segment-arrives/testing.ts';

/** ESTABLISHED, MSS 1000, window and cwnd out of the way. */
function established(wnd = 65535, config = {}) {
  return inState('ESTABLISHED', { wnd, syn: options({ mss: 1000 }), config });
}

describe('segmentation', () => {
  it('SHLD-28: segments of maximum size, the rest in the last', () => {
    const a = established();
    a.send(octets(2500));
    a.inject('ACK', 1, 2001);
    expect(sent(a)).toEqual([
      'ACK seq=1 ack=1 len=1000',
      'ACK seq=1001 ack=1 len=1000',
      'PSH,ACK seq=2001 ack=1 len=500',
    ]);
  });

  it('MUST-60, MUST-61: the last buffered octet is sent with PSH, so nothing waits for more', () => {
    const a = established();
    a.send(octets(2000));
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000', 'PSH,ACK seq=1001 ack=1 len=1000']);
  });

  it('MAY-16, SHLD-27: what several SENDs queued goes in one segment with one PSH', () => {
    const a = established();
    a.send(octets(1));
    a.sent.length = 0;
    for (let i = 0; i < 10; i++) a.send(octets(50));
    a.inject('ACK', 1, 2);
    expect(sent(a)).toEqual(['PSH,ACK seq=2 ack=1 len=500']);
  });

  it('MUST-16: timestamps take their room from each segment', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000, ts: 1 }) });
    a.send(octets(2000));
    expect(sent(a)[0]).toBe('ACK seq=1 ack=1 len=988');
  });

  it('the FIN rides on the last text when the window has room for it, else it follows', () => {
    const a = established(100);
    a.send(octets(100));
    a.close();
    a.inject('ACK', 1, 101, { wnd: 100 });
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100', 'FIN,ACK seq=101 ack=1 len=0']);
    const b = established(200);
    b.tcb.cork = 1;
    b.send(octets(100));
    b.close();
    expect(sent(b)).toEqual(['FIN,PSH,ACK seq=1 ack=1 len=100']);
  });
});

describe('the Nagle algorithm (3.7.4)', () => {
  it('SHLD-7: a small segment waits while something is unacknowledged, whatever PSH says', () => {
    const a = established();
    a.send(octets(10));
    a.send(octets(10));
    a.send(octets(10));
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
    a.inject('ACK', 1, 11);
    expect(sent(a)).toEqual(['PSH,ACK seq=11 ack=1 len=20']);
  });

  it('SHLD-7: a full segment does not wait', () => {
    const a = established();
    a.send(octets(10));
    a.send(octets(1500));
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10', 'ACK seq=11 ack=1 len=1000']);
  });

  it('MUST-17: it can be turned off for a connection', () => {
    const a = established(65535, { noDelay: true });
    a.send(octets(10));
    a.send(octets(10));
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10', 'PSH,ACK seq=11 ack=1 len=10']);
  });

  it('CLOSE pushes (3.9.1)', () => {
    const a = established();
    a.send(octets(10));
    a.send(octets(10));
    a.close();
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10', 'FIN,PSH,ACK seq=11 ack=1 len=10']);
  });
});

describe('MAY-15: cork holds partial segments', () => {
  it('until it is taken away', () => {
    const a = established();
    a.tcb.cork = 1;
    a.send(octets(10));
    a.send(octets(20));
    expect(sent(a)).toEqual([]);
    a.tcb.cork = 0;
    push(a.engine, a.tcb);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=30']);
  });

  it('until a full segment is there', () => {
    const a = established();
    a.tcb.cork = 1;
    a.send(octets(600));
    a.send(octets(600));
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000']);
  });

  it('at most 200 ms: MUST-60, no text waits without end', () => {
    const a = established();
    a.tcb.cork = 1;
    a.send(octets(10));
    expect(departures(a, 1000)[0]).toEqual({ at: 200, line: 'PSH,ACK seq=1 ack=1 len=10' });
  });
});

describe('the usable window', () => {
  it('nothing beyond SND.UNA + SND.WND', () => {
    const a = established(2500);
    a.send(octets(5000));
    expect(sent(a).length).toBe(2);
    expect((a.tcb.snd.nxt - a.tcb.snd.iss) | 0).toBe(2001);
  });

  it('MUST-38: D > U and a segment below half of Max(SND.WND) waits: no silly windows', () => {
    const a = established(4000, { noDelay: true });
    a.send(octets(8000));
    a.inject('ACK', 1, 4001, { wnd: 400 });
    expect(sent(a).length).toBe(4);
    a.inject('ACK', 1, 4001, { wnd: 1000 });
    expect(sent(a)).toEqual(['ACK seq=4001 ack=1 len=1000']);
  });

  it('MUST-38 (3): half of Max(SND.WND) is enough, for a peer with a small buffer', () => {
    const a = established(600);
    a.send(octets(5000));
    a.inject('ACK', 1, 601, { wnd: 299 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=600']);
    a.inject('ACK', 1, 601, { wnd: 300 });
    expect(sent(a)).toEqual(['ACK seq=601 ack=1 len=300']);
  });

  it('MUST-38 (4): the override timeout, between 0.1 and 1 second', () => {
    const a = established(4000);
    a.send(octets(8000));
    a.inject('ACK', 1, 4001, { wnd: 400 });
    a.sent.length = 0;
    const [first] = departures(a, 1000);
    expect(first).toEqual({ at: 200, line: 'ACK seq=4001 ack=1 len=400' });
  });

  it('the FIN needs one octet of window', () => {
    const a = established(100);
    a.send(octets(100));
    a.close();
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=100']);
    a.inject('ACK', 1, 101, { wnd: 0 });
    expect(sent(a)).toEqual([]);
    a.inject('ACK', 1, 101, { wnd: 1 });
    expect(sent(a)).toEqual(['FIN,ACK seq=101 ack=1 len=0']);
  });
});

describe('the congestion window', () => {
  it('RFC 6928: ten segments before the first ACK', () => {
    const a = established();
    a.send(octets(50_000));
    expect(sent(a).length).toBe(10);
  });

  it('RFC 5681 4.1: after an idle RTO cwnd starts again from the initial window', () => {
    const a = established();
    a.send(octets(30_000));
    for (let ack = 1; ack < 30_001; ack = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0) a.inject('ACK', 1, ack);
    a.inject('ACK', 1, 30_001);
    expect(a.tcb.cc.cwnd).toBeGreaterThan(10_000);
    a.sent.length = 0;
    pass(a, a.tcb.rto.rtoMs + 1);
    a.send(octets(30_000));
    expect([sent(a).length, a.tcb.cc.cwnd]).toEqual([10, 10_000]);
  });

  it('within an RTO it does not', () => {
    const a = established();
    a.send(octets(30_000));
    for (let ack = 1; ack < 30_001; ack = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0) a.inject('ACK', 1, ack);
    a.inject('ACK', 1, 30_001);
    const { cwnd } = a.tcb.cc;
    pass(a, a.tcb.rto.rtoMs - 1);
    a.send(octets(10));
    expect(a.tcb.cc.cwnd).toBe(cwnd);
  });

  it('a congestion control that leaves less than a segment has a segment: no connection is stopped for ever', () => {
    const a = established();
    registerCongestionControl({ ...newReno, name: 'nothing', onIdle: () => 0, onAck: () => 0 });
    a.tcb.config = { ...a.tcb.config, congestion: 'nothing' };
    a.send(octets(3000));
    expect([sent(a).length, a.tcb.cc.cwnd]).toEqual([1, a.tcb.snd.mss]);
  });

  it('MUST-19: slow start after a timeout: one segment, then two', () => {
    const a = established();
    a.send(octets(20_000));
    a.sent.length = 0;
    pass(a, a.tcb.rto.rtoMs);
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1000']);
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual(['ACK seq=1001 ack=1 len=1000', 'ACK seq=2001 ack=1 len=1000']);
  });
});

describe('retransmission', () => {
  it('SHLD-16: what is inside a shrunk window is retransmitted', () => {
    const a = established(10_000);
    a.send(octets(5000));
    a.inject('ACK', 1, 1, { wnd: 2000 });
    a.sent.length = 0;
    pass(a, a.tcb.rto.rtoMs);
    a.inject('ACK', 1, 1001, { wnd: 1000 });
    a.inject('ACK', 1, 2001, { wnd: 2000 });
    expect(sent(a)).toEqual([
      'ACK seq=1 ack=1 len=1000',
      'ACK seq=1001 ack=1 len=1000',
      'ACK seq=2001 ack=1 len=1000',
      'ACK seq=3001 ack=1 len=1000',
    ]);
  });

  it('the segments may be cut anew: text that was two small segments goes again as one', () => {
    const a = established(65535, { noDelay: true });
    a.send(octets(100));
    a.send(octets(200, 100));
    a.sent.length = 0;
    pass(a, a.tcb.rto.rtoMs);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=300']);
  });

  it('the FIN rides on retransmitted text when it was sent already', () => {
    const a = established();
    a.send(octets(10));
    a.inject('ACK', 1, 1);
    a.close();
    a.sent.length = 0;
    pass(a, a.tcb.rto.rtoMs);
    expect(sent(a)).toEqual(['FIN,PSH,ACK seq=1 ack=1 len=10']);
  });

  it('carries the present ACK and window', () => {
    const a = established();
    a.send(octets(10));
    a.inject('ACK', 1, 1, text(7));
    pass(a, 1000);
    expect(
      sent(a)
        .filter((line) => line.includes('len=10'))
        .at(-1),
    ).toBe('PSH,ACK seq=1 ack=8 len=10');
  });
});
