import { describe, expect, it } from 'vitest';
import { push } from '../calls.ts';
import { registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { departures, inState, octets, options, pass, sent, text } from '../segment-arrives/testing.ts';
import { Signal } from '../signals.ts';
import type { Sent } from '../tcb/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { markLost } from './sent.ts';
import { nagle, noteLimit, nothingToDo, resendLost, retransmit, sendNext } from './transmit.ts';

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

  it('A.3: behind full segments it does not wait, only for another small one', () => {
    const a = established();
    a.send(octets(2300));
    expect(sent(a)).toEqual([
      'ACK seq=1 ack=1 len=1000',
      'ACK seq=1001 ack=1 len=1000',
      'PSH,ACK seq=2001 ack=1 len=300',
    ]);
    a.send(octets(1200));
    expect(sent(a)).toEqual(['ACK seq=2301 ack=1 len=1000']);
    a.inject('ACK', 1, 2001);
    expect(sent(a)).toEqual([]);
    a.inject('ACK', 1, 2301);
    expect(sent(a)).toEqual(['PSH,ACK seq=3301 ack=1 len=200']);
  });

  it('A.3: a CLOSE that follows finds the text gone: its FIN is a segment of its own, and shows what was lost before it', () => {
    const a = established();
    a.send(octets(1300));
    a.close();
    expect(sent(a).slice(1)).toEqual(['PSH,ACK seq=1001 ack=1 len=300', 'FIN,ACK seq=1301 ack=1 len=0']);
  });

  it('by the letter of 3.7.4, which a rule can have instead, it waits behind full segments, too', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }), rules: { maySendSmall: nagle } });
    a.send(octets(2300));
    expect(a.sent.map(({ text: { length } }) => length)).toEqual([1000, 1000]);
    a.inject('ACK', 1, 2001);
    expect(sent(a).at(-1)).toBe('PSH,ACK seq=2001 ack=1 len=300');
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

describe('segments that stand for several (generic segmentation offload)', () => {
  /** What goes of `n` octets on a link that takes `gso`, as many octets as there are in it. */
  function lengths(n: number, gso: number, urgent = false): number[] {
    const a = established();
    a.tcb.gso = gso;
    a.send(octets(n), urgent);
    return a.sent.map((r) => r.text.length);
  }

  it('all whole segments go in one, as far as the link takes it with its headers; the rest follows', () => {
    expect(lengths(5500, 65_535)).toEqual([5000, 500]);
    expect(lengths(2000, 65_535)).toEqual([2000]);
    expect(lengths(5000, 3100)).toEqual([3000, 2000]);
    expect(lengths(5000, 3099)).toEqual([2000, 2000, 1000]);
  });

  it('one alone is a segment like any other, and nothing else goes where the link takes none, or in urgent mode', () => {
    expect(lengths(1999, 65_535)).toEqual([1000, 999]);
    expect(lengths(3000, 0)).toEqual([1000, 1000, 1000]);
    expect(lengths(3000, 65_535, true)).toEqual([1000, 1000, 1000]);
  });
});

describe('notsentLowat: the user is asked for more', () => {
  it('when half of what he may have there has gone, once', () => {
    const a = established(65_535, { notsentLowat: 4000 });
    const { tcb, engine } = a;
    tcb.snd.end = (tcb.snd.end + 8000) | 0;
    const gone: [unsent: number, asked: boolean][] = [];
    for (let i = 0; i < 8; i++) {
      tcb.signals = 0;
      sendNext(engine, tcb, 1000);
      gone.push([(tcb.snd.end - tcb.snd.nxt) | 0, (tcb.signals & Signal.ROOM) !== 0]);
    }
    expect(gone).toEqual([
      [7000, false],
      [6000, false],
      [5000, false],
      [4000, false],
      [3000, false],
      [2000, false],
      [1000, true],
      [0, false],
    ]);
  });
});

describe('nothing to do', () => {
  it('is when the user has nothing to send or outstanding, and no timer of the sender runs', () => {
    const { tcb } = established();
    expect(nothingToDo(tcb)).toBe(true);
    for (const timer of ['delack', 'keep', 'wait'] as const) {
      expect(nothingToDo({ ...tcb, timer: { ...tcb.timer, [timer]: 5 } } as Tcb)).toBe(true);
    }
    for (const timer of ['rexmt', 'persist', 'user', 'pto', 'reorder'] as const) {
      expect([timer, nothingToDo({ ...tcb, timer: { ...tcb.timer, [timer]: 5 } } as Tcb)]).toEqual([
        timer,
        false,
      ]);
    }
    const { nxt } = tcb.snd;
    for (const snd of [{ una: (nxt - 1) | 0 }, { end: (nxt + 1) | 0 }, { fin: 1 }]) {
      expect([snd, nothingToDo({ ...tcb, snd: { ...tcb.snd, ...snd } } as Tcb)]).toEqual([snd, false]);
    }
    expect(nothingToDo({ ...tcb, sent: {} } as Tcb)).toBe(false);
  });
});

describe('what ended the sending (draft-ietf-ccwg-bbr section 4.1)', () => {
  it('is cwnd while more waits than it has room for; else the program, or the peer’s window, until what is out has arrived', () => {
    for (const [queued, wnd, cwnd, limited] of [
      [5000, 65_535, 2999, 0],
      [5000, 65_535, 3000, 1],
      [2500, 65_535, 2499, 0],
      [2500, 65_535, 2500, 1],
      [5000, 2500, 2499, 0],
      [5000, 2500, 2500, 1],
      [2000, 65_535, 1000, 1],
      [5000, 2000, 1000, 1],
    ] as const) {
      const a = established();
      a.send(octets(2000));
      const { tcb } = a;
      tcb.cc.delivered = 7000;
      tcb.snd.end = (tcb.snd.una + queued) | 0;
      Object.assign(tcb.snd, { wnd });
      tcb.cc.cwnd = cwnd;
      const record = tcb.sent as Sent;
      record.appLimited = 0;
      noteLimit(tcb, record, true);
      expect([queued, wnd, cwnd, record.appLimited]).toEqual([queued, wnd, cwnd, limited === 1 ? 9000 : 0]);
    }
  });
});

describe('retransmission', () => {
  it('a rule in place of ours may keep no record, or say anything: what is lost has its turn once', () => {
    for (const [answer, turns] of [
      [1000, [1, 1001, 2001]],
      [700, [1, 701, 1401, 2101, 2801]],
      [3000, [1]],
      [4000, [1]],
      [-5, [1]],
      [0, [1]],
    ] as const) {
      const asked: number[] = [];
      const a = inState('ESTABLISHED', {
        syn: options({ mss: 1000 }),
        rules: {
          retransmit: (_e, tcb, seq) => {
            asked.push((seq - tcb.snd.iss) | 0);
            return answer;
          },
        },
      });
      a.send(octets(3000));
      markLost(a.tcb, a.tcb.sent as Sent, 0, null);
      resendLost(a.engine, a.tcb);
      expect([answer, asked, a.tcb.sent?.lost]).toEqual([answer, turns, answer === 0 ? 3000 : 0]);
    }
  });

  it('of nothing is none: beyond what was sent, or up to where it begins', () => {
    const a = established();
    a.send(octets(1000));
    sent(a);
    const { una, nxt } = a.tcb.snd;
    expect([retransmit(a.engine, a.tcb, nxt), retransmit(a.engine, a.tcb, una, una), sent(a)]).toEqual([
      0,
      0,
      [],
    ]);
    expect([retransmit(a.engine, a.tcb, una, (una + 300) | 0), sent(a)]).toEqual([
      300,
      ['ACK seq=1 ack=1 len=300'],
    ]);
  });

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

describe('segments that are formed together', () => {
  const sizes = (change: (a: ReturnType<typeof established>) => void): number[] => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    a.engine.trains = true;
    change(a);
    a.send(octets(4000));
    return a.sent.splice(0).map((segment) => segment.text.length);
  };

  it('are not those that each have a signature or a datagram of their own', () => {
    expect(sizes(() => {})).toEqual([4000]);
    expect(sizes((a) => (a.tcb.md5 = 1))).toEqual([1000, 1000, 1000, 1000]);
    expect(sizes((a) => (a.tcb.udpPort = 9811))).toEqual([1000, 1000, 1000, 1000]);
  });
});
