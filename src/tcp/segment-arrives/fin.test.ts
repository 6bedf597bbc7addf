import { describe, expect, it } from 'vitest';
import { Signal } from '../signals.ts';
import { rcvWnd } from '../tcb/tcb.ts';
import { Pair } from '../testing.ts';
import { departures, expected, inState, octets, options, pass, sent, text, windows } from './testing.ts';

describe('eighth, check the FIN bit', () => {
  it('CLOSED, LISTEN and SYN-SENT do not process it', () => {
    const a = inState('SYN-SENT');
    a.inject('FIN,ACK', 500, 1);
    expect([a.state, sent(a)]).toEqual(['SYN-SENT', []]);
    const b = inState('LISTEN');
    b.inject('FIN', 500);
    expect([b.state, sent(b)]).toEqual(['LISTEN', []]);
  });

  it('ESTABLISHED: CLOSE-WAIT; the user hears "connection closing", the FIN is acknowledged', () => {
    const a = inState('ESTABLISHED');
    a.inject('FIN,ACK', 1, 1, text(10));
    expect([a.state, a.rows, a.read.length]).toEqual(['CLOSE-WAIT', ['established-fin'], 10]);
    expect(a.signals & Signal.PEER_FIN).not.toBe(0);
    expect(departures(a, 100)).toEqual([{ at: 40, line: 'ACK seq=1 ack=12 len=0' }]);
  });

  it('ESTABLISHED: a FIN alone is acknowledged within the delay, too', () => {
    const a = inState('ESTABLISHED');
    a.inject('FIN,ACK', 1, 1);
    expect(departures(a, 100)).toEqual([{ at: 40, line: 'ACK seq=1 ack=2 len=0' }]);
    expect(a.tcb.memory).toBeNull(); // it is not counted where text is not
  });

  it('a FIN after text that fills the window closes it: RCV.WND is 0, and never less', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 1000 } });
    a.autoRead = false;
    a.inject('FIN,ACK', 1, 1, text(1000));
    expect([a.state, rcvWnd(a.tcb), expected(a)]).toEqual(['CLOSE-WAIT', 0, 1002]);
    pass(a, 100);
    expect(windows(a)).toEqual([0]);
  });

  it('where there was none, RCV.NXT = 0 is nothing special', () => {
    const a = inState('ESTABLISHED', { irs: -11 });
    a.inject('ACK', 1, 1, text(10));
    expect([a.tcb.rcv.nxt, a.state]).toEqual([0, 'ESTABLISHED']);
  });

  it('a FIN beyond a hole that comes again is acknowledged again (RFC 5681 section 4.2)', () => {
    const a = inState('ESTABLISHED');
    for (let i = 0; i < 3; i++) a.inject('FIN,ACK', 11, 1);
    expect(sent(a)).toEqual(new Array(3).fill('ACK seq=1 ack=1 len=0'));
    a.inject('FIN,ACK', 21, 1); // a FIN elsewhere is not believed, and not met with silence either
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', ['ACK seq=1 ack=1 len=0']]);
  });

  it('a FIN alone beyond a hole is answered at once by a duplicate ACK', () => {
    const a = inState('ESTABLISHED');
    a.inject('FIN,ACK', 11, 1);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', ['ACK seq=1 ack=1 len=0']]);
  });

  it('FIN-WAIT-1, our FIN not acknowledged: CLOSING (simultaneous close)', () => {
    const a = inState('FIN-WAIT-1');
    a.inject('FIN,ACK', 1, 1);
    expect([a.state, a.rows, sent(a)]).toEqual(['CLOSING', ['fin-wait-1-fin'], ['ACK seq=2 ack=2 len=0']]);
  });

  it('FIN-WAIT-1, our FIN acknowledged in this segment: TIME-WAIT (three-segment close, figure 5 note 2)', () => {
    const a = inState('FIN-WAIT-1');
    a.inject('FIN,ACK', 1, 2);
    expect([a.state, a.rows, sent(a)]).toEqual([
      'TIME-WAIT',
      ['fin-wait-1-fin-ack'],
      ['ACK seq=2 ack=2 len=0'],
    ]);
  });

  it('FIN-WAIT-2: TIME-WAIT, "start the time-wait timer, turn off the other timers"', () => {
    const a = inState('FIN-WAIT-2');
    a.inject('FIN,ACK', 1, 2, text(5));
    expect([a.state, a.rows, sent(a)]).toEqual(['TIME-WAIT', ['fin-wait-2-fin'], ['ACK seq=2 ack=7 len=0']]);
    const { rexmt, persist, delack, keep, user, wait } = a.tcb.timer;
    expect([rexmt, persist, delack, keep, user, wait]).toEqual([0, 0, 0, 0, 0, 60_000]);
  });

  it('CLOSE-WAIT, CLOSING and LAST-ACK remain, and acknowledge the FIN again', () => {
    for (const [state, seq] of [
      ['CLOSE-WAIT', 1],
      ['CLOSING', 2],
      ['LAST-ACK', 2],
    ] as const) {
      const a = inState(state);
      a.inject('FIN,ACK', 1, 1);
      expect([a.state, sent(a)]).toEqual([state, [`ACK seq=${seq} ack=2 len=0`]]);
    }
  });

  it('a FIN beyond the FIN is none: RCV.NXT stays', () => {
    for (const state of ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      a.inject('FIN,ACK', 2, 1);
      expect([state, a.state, expected(a)]).toEqual([state, state, 2]);
    }
  });

  it('the FIN again with the first ACK of ours is acknowledged, and its ACK counts: CLOSING, LAST-ACK, CLOSE-WAIT', () => {
    const closing = inState('CLOSING');
    closing.inject('FIN,ACK', 1, 2);
    expect([closing.state, sent(closing)]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0']]);
    const last = inState('LAST-ACK');
    last.inject('FIN,ACK', 1, 2);
    expect([last.state, sent(last)]).toEqual(['CLOSED', ['ACK seq=2 ack=2 len=0']]);
    const wait = inState('CLOSE-WAIT');
    wait.send(octets(10));
    wait.sent.length = 0;
    wait.inject('FIN,ACK', 1, 11);
    expect([wait.state, wait.tcb.snd.una - wait.tcb.snd.iss, sent(wait)]).toEqual([
      'CLOSE-WAIT',
      11,
      ['ACK seq=11 ack=2 len=0'],
    ]);
  });

  it('also with the text before it, and not with an ACK of what was never sent', () => {
    const a = inState('FIN-WAIT-1');
    a.inject('FIN,ACK', 1, 1, text(10));
    a.sent.length = 0;
    a.inject('FIN,ACK', 1, 3, text(10));
    a.inject('FIN,ACK', 5, 2, text(3));
    expect(a.state).toBe('CLOSING');
    a.inject('FIN,ACK', 1, 2, text(10));
    expect(a.state).toBe('TIME-WAIT');
  });

  it('only the peer’s FIN is so taken: the ACK of other old segments that end at RCV.NXT does not count', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    a.inject('ACK', 1, 1, text(10));
    a.inject('FIN,ACK', 10, 11); // there is no FIN at 10
    expect([a.tcb.snd.una - a.tcb.snd.iss, a.state]).toEqual([1, 'ESTABLISHED']);
    for (const [ctl, n] of [
      ['ACK', 1], // text where the FIN is
      ['SYN,FIN,ACK', 0],
    ] as const) {
      const closing = inState('CLOSING');
      closing.inject(ctl, ctl === 'ACK' ? 1 : 0, 2, text(n));
      expect([ctl, closing.state]).toEqual([ctl, 'CLOSING']);
    }
  });

  it('the FIN again with nothing new is no duplicate ACK (RFC 5681 section 2)', () => {
    const a = inState('CLOSE-WAIT');
    a.send(octets(10));
    for (let i = 0; i < 4; i++) a.inject('FIN,ACK', 1, 1);
    expect([a.tcb.cc.dupAcks, a.tcb.retransmissions]).toEqual([0, 0]);
  });

  it('a FIN beyond a hole waits until the text before it has come', () => {
    for (const [state, next] of [
      ['ESTABLISHED', 'CLOSE-WAIT'],
      ['FIN-WAIT-1', 'CLOSING'],
      ['FIN-WAIT-2', 'TIME-WAIT'],
    ] as const) {
      const a = inState(state);
      const ack = state === 'FIN-WAIT-2' ? 2 : 1;
      a.inject('FIN,ACK', 11, ack, text(10, 10));
      expect([a.state, expected(a), a.signals & Signal.PEER_FIN]).toEqual([state, 1, 0]);
      a.inject('ACK', 1, ack, text(10));
      expect([a.state, expected(a), a.read]).toEqual([next, 22, [...octets(20)]]);
    }
  });

  it('a FIN beyond a hole is reported by SACK like an octet, alone or with the text that it ends; the latest first', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
    const reported = (): number[][] => {
      const edges = (a.sent.at(-1)?.sack ?? []).map((edge) => (edge - a.tcb.rcv.irs) | 0);
      return edges.flatMap((edge, i) => (i % 2 === 0 ? [[edge, edges[i + 1] as number]] : []));
    };
    a.inject('FIN,ACK', 101, 1);
    expect(reported()).toEqual([[101, 102]]);
    a.inject('ACK', 21, 1, text(10));
    a.inject('ACK', 51, 1, text(10));
    expect(reported()).toEqual([
      [51, 61],
      [21, 31],
      [101, 102],
    ]);
    a.inject('FIN,ACK', 101, 1);
    expect(reported()).toEqual([
      [101, 102],
      [51, 61],
      [21, 31],
    ]);
    a.inject('ACK', 91, 1, text(10));
    expect(reported()).toEqual([
      [91, 102],
      [51, 61],
      [21, 31],
    ]);
    a.inject('ACK', 1, 1, text(20));
    expect(reported()).toEqual([
      [91, 102],
      [51, 61],
    ]);
    a.inject('ACK', 31, 1, text(20));
    a.inject('ACK', 61, 1, text(30));
    expect([reported(), a.state, expected(a)]).toEqual([[], 'CLOSE-WAIT', 102]);
  });

  it('FIN-WAIT-1: a FIN beyond a hole that acknowledges ours leads to FIN-WAIT-2, then to TIME-WAIT', () => {
    const a = inState('FIN-WAIT-1');
    a.inject('FIN,ACK', 11, 2);
    expect(a.state).toBe('FIN-WAIT-2');
    a.inject('ACK', 1, 2, text(10));
    expect([a.state, a.rows]).toEqual(['TIME-WAIT', ['fin-wait-1-ack', 'fin-wait-2-fin']]);
  });

  it('a FIN before text that is already held is a lie: it is dropped, and the connection goes on', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 21, 1, text(10, 20));
    a.inject('FIN,ACK', 11, 1, text(5, 10));
    expect([a.drops, a.tcb.rcv.fin]).toEqual([['fin-not-believed'], 0]);
    a.inject('ACK', 1, 1, text(20));
    a.inject('FIN,ACK', 31, 1);
    expect([a.state, a.read]).toEqual(['CLOSE-WAIT', [...octets(30)]]);
  });

  it('of two FINs beyond a hole the later one counts', () => {
    for (const [first, then] of [
      [11, 16],
      [16, 11],
    ] as const) {
      const a = inState('ESTABLISHED');
      a.inject('FIN,ACK', first, 1);
      a.inject('FIN,ACK', then, 1);
      a.inject('ACK', 1, 1, text(10));
      const ended = then === 11;
      expect([a.state, expected(a)]).toEqual(ended ? ['CLOSE-WAIT', 12] : ['ESTABLISHED', 11]);
      a.inject('ACK', 11, 1, text(5));
      expect([a.state, expected(a)]).toEqual(['CLOSE-WAIT', ended ? 12 : 17]);
    }
  });

  it('text that goes beyond a FIN that is not reached says that it is none: the stream goes on, and ends where it ends', () => {
    for (const lie of [11, 15, 16, 20]) {
      const a = inState('ESTABLISHED');
      a.inject('FIN,ACK', lie, 1); // of somebody who has guessed right
      a.inject('ACK', 11, 1, text(10, 10));
      a.inject('ACK', 1, 1, text(10));
      expect([lie, a.state, a.read, a.drops]).toEqual([lie, 'ESTABLISHED', [...octets(20)], []]);
      a.inject('FIN,ACK', 21, 1);
      expect([a.state, expected(a)]).toEqual(['CLOSE-WAIT', 22]);
    }
    const b = inState('ESTABLISHED');
    b.inject('FIN,ACK', 6, 1);
    b.inject('ACK', 1, 1, text(10)); // in order
    expect([b.state, b.read]).toEqual(['ESTABLISHED', [...octets(10)]]);
  });

  it('the FIN of an honest peer ends the stream, whatever was told beyond it', () => {
    const a = inState('ESTABLISHED');
    a.inject('FIN,ACK', 11, 1, text(10, 10));
    a.inject('ACK', 31, 1, text(5)); // nobody has sent that
    a.inject('ACK', 1, 1, text(10));
    expect([a.state, a.read]).toEqual(['ESTABLISHED', [...octets(20)]]);
    a.inject('FIN,ACK', 21, 1); // again
    expect([a.state, a.tcb.outOfOrder, a.read]).toEqual(['CLOSE-WAIT', null, [...octets(20)]]);
  });

  it('beyond a hole an old ACK vouches for no FIN, unless the text before it is held; it is answered all the same', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(100));
    a.inject('ACK', 1, 101);
    a.sent.length = 0;
    a.inject('FIN,ACK', 11, 60);
    expect([a.tcb.rcv.fin, a.drops, sent(a)]).toEqual([0, ['fin-not-believed'], ['ACK seq=101 ack=1 len=0']]);
    a.inject('ACK', 11, 60, text(10, 10));
    a.inject('FIN,ACK', 21, 60);
    a.inject('ACK', 1, 60, text(10));
    expect([a.state, a.read]).toEqual(['CLOSE-WAIT', [...octets(20)]]);
  });

  it('RCV.NXT on the boundary that a blind FIN has hit is no end, when its ACK was a guess', () => {
    const a = inState('ESTABLISHED', { wnd: 5000 });
    a.send(octets(100));
    a.inject('ACK', 1, 101, { wnd: 5000 });
    for (const ack of [100, 50, -4000]) a.inject('FIN,ACK', 11, ack);
    a.inject('ACK', 1, 101, text(10));
    expect([a.state, expected(a)]).toEqual(['ESTABLISHED', 11]);
  });

  it('while a FIN is remembered beyond a hole the window still opens', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 1000 } });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(900));
    a.inject('FIN,ACK', 951, 1);
    a.sent.length = 0;
    a.receive();
    expect(sent(a)).toEqual(['ACK seq=1 ack=901 len=0']);
  });

  it('a FIN at the edge of a full window needs no room: it is taken with the text before it', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 100 } });
    a.autoRead = false;
    a.inject('FIN,ACK', 1, 1, text(100));
    expect([a.state, expected(a)]).toEqual(['CLOSE-WAIT', 102]);
    a.receive();
    expect(a.read).toEqual([...octets(100)]);
  });

  it('SYN-RECEIVED that CLOSE took to FIN-WAIT-1 closes like any other', () => {
    const a = inState('SYN-RECEIVED');
    a.close();
    a.inject('FIN,ACK', 1, 2);
    expect(a.state).toBe('TIME-WAIT');
  });
});

describe('whole closings', () => {
  it('four segments (figure 12): the passive side still sends in CLOSE-WAIT', () => {
    const p = new Pair();
    p.connect();
    p.a.close();
    p.run(() => p.b.state === 'CLOSE-WAIT' && p.a.state === 'FIN-WAIT-2');
    p.b.send(octets(5000));
    p.b.close();
    p.run(() => p.a.state === 'TIME-WAIT' && p.b.state === 'CLOSED');
    expect(p.a.read).toEqual([...octets(5000)]);
    expect(p.a.rows.slice(-3)).toEqual(['established-close', 'fin-wait-1-ack', 'fin-wait-2-fin']);
    expect(p.b.rows.slice(-3)).toEqual(['established-fin', 'close-wait-close', 'last-ack-ack']);
    p.run();
    expect(p.a.state).toBe('CLOSED');
  });

  it('simultaneous close (figure 13): both CLOSING, both TIME-WAIT', () => {
    const p = new Pair();
    p.connect();
    p.a.close();
    p.b.close();
    p.run(() => p.a.state === 'TIME-WAIT' && p.b.state === 'TIME-WAIT');
    for (const side of [p.a, p.b]) {
      expect(side.rows.slice(-3)).toEqual(['established-close', 'fin-wait-1-fin', 'closing-ack']);
    }
    p.run();
    expect([p.a.state, p.b.state]).toEqual(['CLOSED', 'CLOSED']);
  });

  it('three segments: a user who closes at once sends FIN with the ACK of the FIN', () => {
    const p = new Pair();
    p.connect();
    p.a.sent.length = p.b.sent.length = 0;
    const log: string[] = [];
    p.fate = (r, from) => {
      log.push(`${from} ${r.ctl}`);
      return [1000];
    };
    p.a.close();
    p.run(() => p.b.state === 'CLOSE-WAIT');
    p.b.close();
    p.run(() => p.b.state === 'CLOSED');
    expect(log).toEqual(['a 17', 'b 17', 'a 16']);
    expect(p.a.rows.at(-1)).toBe('fin-wait-1-fin-ack');
  });

  it('every FIN and every ACK of a FIN may be lost (MUST-13 is what saves the last one)', () => {
    for (let mask = 0; mask < 64; mask++) {
      const p = new Pair();
      p.connect();
      p.run(undefined, p.now + 1_000_000);
      const seen = { a: 0, b: 0 };
      p.fate = (_r, from) => {
        const i = seen[from]++;
        return i < 3 && ((mask >> (i + (from === 'a' ? 0 : 3))) & 1) === 1 ? [] : [10_000];
      };
      p.a.close();
      p.run(() => p.b.state === 'CLOSE-WAIT');
      p.b.close();
      p.run();
      expect([mask, p.a.state, p.b.state, p.a.tcb.error, p.b.tcb.error]).toEqual([
        mask,
        'CLOSED',
        'CLOSED',
        0,
        0,
      ]);
    }
  });

  it('our FIN is retransmitted in FIN-WAIT-1, CLOSING and LAST-ACK', () => {
    for (const state of ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      pass(a, 1100);
      const ack = state === 'FIN-WAIT-1' ? 1 : 2;
      expect(sent(a)).toContain(`FIN,ACK seq=1 ack=${ack} len=0`);
    }
  });
});
