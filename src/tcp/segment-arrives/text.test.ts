import { describe, expect, it } from 'vitest';
import { Err } from '../errors.ts';
import { Signal } from '../signals.ts';
import type { Endpoint } from '../testing.ts';
import { reviveFromCookie } from './listen.ts';
import { departures, expected, inState, octets, options, pass, sent, text } from './testing.ts';

describe('seventh, process the segment text', () => {
  it('ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2 take it: RCV.NXT advances, the user is told', () => {
    for (const state of ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'] as const) {
      const a = inState(state);
      a.inject('ACK', 1, state === 'FIN-WAIT-2' ? 2 : 1, text(10));
      expect([a.state, expected(a), a.read]).toEqual([state, 11, [...octets(10)]]);
      expect(a.signals & Signal.TEXT).not.toBe(0);
    }
  });

  it('CLOSE-WAIT, CLOSING and LAST-ACK ignore it: the FIN has been received', () => {
    for (const state of ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      a.inject('ACK', 2, 1, text(10));
      expect([a.state, expected(a), a.read, a.drops]).toEqual([state, 2, [], ['text-after-fin']]);
    }
  });

  it('SHLD-31, MAY-13: text out of order is held and acknowledged at once; the hole filled, all of it is there', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 11, 1, text(10, 10));
    a.inject('ACK', 31, 1, text(10, 30));
    expect([sent(a), a.read]).toEqual([['ACK seq=1 ack=1 len=0', 'ACK seq=1 ack=1 len=0'], []]);
    expect(a.tcb.memory).toBeNull(); // octets are counted, not what they take
    a.inject('ACK', 1, 1, text(10));
    expect([sent(a), a.read]).toEqual([['ACK seq=1 ack=21 len=0'], [...octets(20)]]);
    a.inject('ACK', 21, 1, text(10, 20));
    expect([sent(a), a.read]).toEqual([['ACK seq=1 ack=41 len=0'], [...octets(40)]]);
  });

  it('MUST-58, MUST-59: text and FIN of one segment, and the queue behind it, are one ACK', () => {
    const a = inState('ESTABLISHED');
    a.inject('FIN,ACK', 11, 1, text(10, 10));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(10));
    expect([sent(a), a.state]).toEqual([['ACK seq=1 ack=22 len=0'], 'CLOSE-WAIT']);
  });

  it('MUST-58: the ACK rides on a segment that is sent anyway', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 1, 1, text(10));
    a.send(octets(5));
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=11 len=5']);
    expect(a.tcb.timer.delack).toBe(0);
  });

  it('text that no memory is left for is not acknowledged, nor its FIN; it can come again', () => {
    const a = inState('ESTABLISHED');
    a.memoryLeft = false;
    a.inject('FIN,ACK', 1, 1, text(10));
    a.inject('FIN,ACK', 21, 1, text(10, 20));
    expect([a.state, expected(a), a.drops]).toEqual(['ESTABLISHED', 1, ['no-memory', 'no-memory']]);
    expect(a.tcb.rcv.fin).toBe(0);
    a.memoryLeft = true;
    a.inject('FIN,ACK', 1, 1, text(10));
    expect([a.state, a.read.length]).toEqual(['CLOSE-WAIT', 10]);
  });

  it('at the bound of ranges held, text that would make one more is dropped; what touches a range is not', () => {
    const a = inState('ESTABLISHED', { config: { maxRanges: 2 } });
    a.inject('ACK', 11, 1, text(5, 10));
    a.inject('ACK', 21, 1, text(5, 20));
    a.inject('FIN,ACK', 31, 1, text(5, 30));
    a.inject('ACK', 26, 1, text(5, 25));
    expect([a.drops, a.tcb.outOfOrder?.count, a.tcb.rcv.fin]).toEqual([['reassembly-full'], 2, 0]);
    a.inject('ACK', 1, 1, text(20));
    expect(a.read).toEqual([...octets(30)]);
  });
});

describe('delayed ACKs (3.8.6.3)', () => {
  const full = { syn: options({ mss: 1000 }), config: { delayedAckMs: 40 } };

  it('SHLD-18: one small segment is acknowledged when the delay is over', () => {
    const a = inState('ESTABLISHED', full);
    a.inject('ACK', 1, 1, text(10));
    expect(departures(a, 1000)).toEqual([{ at: 40, line: 'ACK seq=1 ack=11 len=0' }]);
  });

  it('MUST-40: the delay cannot be set to 500 ms or more', () => {
    const a = inState('ESTABLISHED', { config: { delayedAckMs: 499 } });
    a.inject('ACK', 1, 1, text(10));
    expect(departures(a, 1000)).toEqual([{ at: 499, line: 'ACK seq=1 ack=11 len=0' }]);
  });

  it('full-sized is what our MSS allows when that is less than the default', () => {
    const config = { maxMss: 400, quickAcks: 0 };
    const active = inState('ESTABLISHED', { active: true, config });
    const passive = inState('ESTABLISHED', { config });
    const cookie = inState('LISTEN', { config });
    cookie.tcb.rcv.mss = 400;
    reviveFromCookie(cookie.engine, cookie.tcb, { seq: 1, ack: 1 } as never, 536);
    cookie.inject('ACK', 1, 1);
    for (const a of [active, passive, cookie]) {
      expect([a.state, a.tcb.rcv.mss]).toEqual(['ESTABLISHED', 400]);
      a.inject('ACK', 1, 1, text(400));
      a.sent.length = 0;
      a.inject('ACK', 401, 1, text(400));
      expect(sent(a)).toEqual(['ACK seq=1 ack=801 len=0']);
    }
  });

  it('SHLD-19: a segment that stands for two or more is acknowledged at once, and its size is theirs', () => {
    const a = inState('ESTABLISHED', full);
    a.inject('ACK', 1, 1, { ...text(1800), gsoSize: 600 });
    expect([sent(a), a.tcb.rcv.fullSize, a.tcb.segsIn]).toEqual([['ACK seq=1 ack=1801 len=0'], 600, 5]);
    a.inject('ACK', 1801, 1, { ...text(3500), gsoSize: 1000 });
    expect([a.tcb.rcv.fullSize, a.tcb.segsIn]).toEqual([1000, 9]);
    a.sent.length = 0;
    a.inject('ACK', 5301, 1, text(1000));
    expect(sent(a)).toEqual([]);
    a.inject('ACK', 6301, 1, text(1000));
    expect(sent(a)).toEqual(['ACK seq=1 ack=7301 len=0']);
  });

  it('what is left of such a segment when its beginning has been received is full-sized only as far as it goes', () => {
    const a = inState('ESTABLISHED', full);
    a.inject('ACK', 1, 1, text(600));
    expect(a.tcb.rcv.fullSize).toBe(600);
    a.inject('ACK', 1, 1, { ...text(1300), gsoSize: 1000 });
    expect([expected(a), a.tcb.rcv.fullSize]).toEqual([1301, 700]);
  });

  it('SHLD-19: every second full-sized segment is acknowledged at once', () => {
    const a = inState('ESTABLISHED', full);
    const acks: number[] = [];
    for (let i = 0; i < 6; i++) {
      a.inject('ACK', 1 + 1000 * i, 1, text(1000));
      acks.push(sent(a).length);
    }
    expect(acks).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('SHLD-19: two full-sized segments’ worth of small ones are, too', () => {
    const a = inState('ESTABLISHED', full);
    a.inject('ACK', 1, 1, text(1000));
    a.inject('ACK', 1001, 1, text(1000));
    a.sent.length = 0;
    const acks: number[] = [];
    for (let i = 0; i < 8; i++) {
      a.inject('ACK', 2001 + 500 * i, 1, text(500));
      acks.push(sent(a).length);
    }
    expect(acks).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('the delay counts from the first segment that waits', () => {
    const a = inState('ESTABLISHED', full);
    a.inject('ACK', 1, 1, text(10));
    pass(a, 30);
    a.inject('ACK', 11, 1, text(10));
    expect(departures(a, 1000)).toEqual([{ at: 10, line: 'ACK seq=1 ack=21 len=0' }]);
  });

  it('a delay of 0 acknowledges every segment', () => {
    const a = inState('ESTABLISHED', { config: { delayedAckMs: 0 } });
    a.inject('ACK', 1, 1, text(10));
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0']);
  });

  it('RFC 5681 4.2: a segment that fills all or part of a gap is acknowledged at once', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 21, 1, text(10));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(10));
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0']);
  });

  it('RFC 5681 4.2: also where nothing but a FIN is beyond the gap', () => {
    for (const [state, ack] of [
      ['ESTABLISHED', 1],
      ['FIN-WAIT-1', 1],
      ['FIN-WAIT-2', 2],
    ] as const) {
      const a = inState(state);
      a.inject('FIN,ACK', 31, ack);
      a.sent.length = 0;
      a.inject('ACK', 1, ack, text(10));
      expect([state, sent(a)]).toEqual([state, [`ACK seq=${a.tcb.snd.nxt - a.tcb.snd.iss} ack=11 len=0`]]);
      a.inject('ACK', 11, ack, text(20));
      expect([state, sent(a)]).toEqual([state, [`ACK seq=${a.tcb.snd.nxt - a.tcb.snd.iss} ack=32 len=0`]]);
    }
  });
});

describe('SHLD-3: text for a user who has gone (3.6.1)', () => {
  it('FIN-WAIT-1 and FIN-WAIT-2: a RST shows that it was lost', () => {
    for (const state of ['FIN-WAIT-1', 'FIN-WAIT-2'] as const) {
      const a = inState(state);
      a.detach();
      a.inject('ACK', 1, 2, text(10));
      const ack = state === 'FIN-WAIT-1' ? ['fin-wait-1-ack', 'late-data'] : ['late-data'];
      expect([a.state, sent(a), a.tcb.error, a.drops]).toEqual([
        'CLOSED',
        ['RST,ACK seq=2 ack=1 len=0'],
        Err.ABORTED,
        ['late-data'],
      ]);
      expect(a.rows).toEqual(ack);
    }
  });

  it('a retransmission of text that was received before is not late', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 1, 1, text(10));
    a.detach();
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(10));
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['ACK seq=2 ack=11 len=0']]);
  });

  it('with a FIN: the connection is gone, and nothing of the segment counts', () => {
    const a = inState('FIN-WAIT-2');
    a.detach();
    a.inject('FIN,ACK', 1, 2, text(10));
    expect([a.state, a.signals & Signal.PEER_FIN, sent(a)]).toEqual([
      'CLOSED',
      0,
      ['RST,ACK seq=2 ack=1 len=0'],
    ]);
  });
});

describe('text beyond a hole that came before', () => {
  it('stays as it came first: what comes again is not kept', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 11, 1, text(10));
    a.inject('ACK', 11, 1, text(10, 100));
    a.inject('ACK', 1, 1, text(10, 200));
    expect(a.read).toEqual([...octets(10, 200), ...octets(10)]);
  });
});

describe('text that is not taken stops nothing else: the ACK that came with it lets our text go on', () => {
  /** 200 octets are queued, of which the peer's window has let half go; what is sent when they are acknowledged. */
  function goesOn(a: Endpoint, seq: number): string[] {
    a.send(octets(200));
    a.sent.length = 0;
    a.inject('ACK', seq, 101, { ...text(5), wnd: 100 });
    return sent(a).filter((line) => !line.endsWith('len=0'));
  }

  it('in CLOSE-WAIT', () => {
    const a = inState('CLOSE-WAIT', { wnd: 100 });
    expect(goesOn(a, 2)).toEqual(['PSH,ACK seq=101 ack=2 len=100']);
  });

  it('without memory for it', () => {
    const a = inState('ESTABLISHED', { wnd: 100 });
    a.memoryLeft = false;
    expect(goesOn(a, 1)).toEqual(['PSH,ACK seq=101 ack=1 len=100']);
  });
});
