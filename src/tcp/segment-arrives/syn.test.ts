import { describe, expect, it } from 'vitest';
import { expected, inState, pass, SYNCHRONIZED, sent, text } from './testing.ts';

describe('fourth, check the SYN bit (RFC 5961 section 4)', () => {
  for (const state of SYNCHRONIZED) {
    it(`a SYN in ${state} is challenged whatever its sequence number, and changes nothing`, () => {
      for (const at of [0, 1, 100, 2 ** 30, -5000]) {
        for (const ctl of ['SYN', 'SYN,ACK']) {
          const a = inState(state);
          const { nxt } = a.tcb.rcv;
          const snd = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0;
          a.inject(ctl, expected(a) + at, 1);
          expect([a.state, sent(a), a.tcb.rcv.nxt]).toEqual([
            state,
            [`ACK seq=${snd} ack=${expected(a)} len=0`],
            nxt,
          ]);
        }
      }
    });
  }

  it('nothing else of a segment with a SYN counts: neither its text nor its FIN', () => {
    for (const state of SYNCHRONIZED) {
      const a = inState(state);
      const { nxt } = a.tcb.rcv;
      a.inject('SYN,FIN,ACK', expected(a), 1, text(10));
      expect([a.state, a.drops, a.tcb.rcv.nxt]).toEqual([state, ['syn-challenged'], nxt]);
    }
  });

  it('in SYN-RECEIVED from LISTEN a SYN in the window returns to LISTEN, and goes no further', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('SYN', 10, 0, text(10));
    expect([a.state, a.rows, a.drops]).toEqual(['LISTEN', ['syn-received-syn-passive'], ['syn-challenged']]);
  });

  it('in SYN-RECEIVED from LISTEN one before RCV.NXT is old although its text reaches into the window: an ACK', () => {
    for (const [ctl, seq] of [
      ['SYN,ACK', 0], // the SYN,ACK of another incarnation, or the peer's answer to a SYN that was not ours
      ['SYN,ACK', -5],
      ['SYN', -5],
    ] as const) {
      const a = inState('SYN-RECEIVED');
      a.inject(ctl, seq, 1, text(10));
      expect([a.state, sent(a), a.rows]).toEqual(['SYN-RECEIVED', ['ACK seq=1 ack=1 len=0'], []]);
    }
  });

  it('in SYN-RECEIVED from SYN-SENT it is challenged (MUST-11)', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    a.inject('SYN', 10);
    expect([a.state, sent(a)]).toEqual(['SYN-RECEIVED', ['ACK seq=1 ack=1 len=0']]);
  });

  it('RFC 5961 section 7: at most one challenge ACK in each interval, per connection', () => {
    const a = inState('ESTABLISHED');
    const b = inState('ESTABLISHED');
    for (let i = 0; i < 100; i++) a.inject('SYN', 10);
    b.inject('SYN', 10);
    expect([sent(a).length, sent(b).length]).toEqual([1, 1]);
    pass(b, 30 * 24 * 3600 * 1000); // the clock of milliseconds is beyond half of its range
    b.inject('SYN', 10);
    expect(sent(b).length).toBe(1);
    pass(a, 499);
    a.inject('SYN', 10);
    expect(sent(a).length).toBe(0);
    pass(a, 1);
    a.inject('SYN', 10);
    expect(sent(a).length).toBe(1);
  });
});
