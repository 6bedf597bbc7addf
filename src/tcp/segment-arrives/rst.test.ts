import { describe, expect, it } from 'vitest';
import { Err } from '../errors.ts';
import { FastOpen } from '../fast-open.ts';
import { Signal } from '../signals.ts';
import { expected, inState, octets, SYNCHRONIZED, sent } from './testing.ts';

describe('second, check the RST bit (RFC 5961 section 3)', () => {
  for (const state of SYNCHRONIZED) {
    const quiet = state === 'CLOSING' || state === 'LAST-ACK';
    const signal = quiet ? 'no signal' : '"connection reset"';
    it(`SEG.SEQ = RCV.NXT resets in ${state}: CLOSED, ${signal}, nothing is sent`, () => {
      const a = inState(state);
      a.inject('RST', expected(a));
      const error = quiet ? Err.OK : Err.RESET;
      expect([a.state, a.tcb.error, a.rows, sent(a)]).toEqual(['CLOSED', error, ['rst'], []]);
      expect(a.signals & Signal.ENDED).not.toBe(0);
    });

    it(`elsewhere in the window it is challenged in ${state}: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`, () => {
      const a = inState(state);
      const snd = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0;
      a.inject('RST', expected(a) + 1);
      expect([a.state, sent(a), a.drops]).toEqual([
        state,
        [`ACK seq=${snd} ack=${expected(a)} len=0`],
        ['rst-challenged'],
      ]);
    });
  }

  it('the answer to a challenge resets: the RST of a peer that has crashed carries SEG.ACK', () => {
    const a = inState('ESTABLISHED');
    a.inject('SYN', 5000); // the peer starts again
    const [challenge] = a.sent;
    a.inject('RST', ((challenge?.ack ?? 0) - a.tcb.rcv.irs) | 0);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.RESET]);
  });

  it('a RST may hold text (SHLD-2)', () => {
    const a = inState('ESTABLISHED');
    a.inject('RST,ACK', 1, 1, { text: octets(30) });
    expect([a.state, a.tcb.error, a.read, a.drops]).toEqual(['CLOSED', Err.RESET, [], []]);
  });

  it('MUST-12: what was received before the abort can still be read, then the error is told', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('ACK', 1, 1, { text: octets(30) });
    a.inject('RST', 31);
    expect(a.receive()).toBe(Err.OK);
    expect([a.read.length, a.receive(0)]).toEqual([30, Err.RESET]);
  });

  it('MUST-11: in SYN-RECEIVED from LISTEN it returns to LISTEN, and the user need not be informed', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('RST', 1);
    expect([a.state, a.rows, a.tcb.error]).toEqual(['LISTEN', ['syn-received-rst-passive'], Err.OK]);
    expect(a.tcb.timer.rexmt).toBe(0);
  });

  it('MUST-11: in SYN-RECEIVED from SYN-SENT it is "connection refused"', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    a.inject('RST', 1);
    expect([a.state, a.rows, a.tcb.error]).toEqual(['CLOSED', ['syn-received-rst-active'], Err.REFUSED]);
  });

  it('RFC 7413: in SYN-RECEIVED with a user already it is "connection reset"', () => {
    const a = inState('SYN-RECEIVED');
    a.tcb.fastOpen |= FastOpen.EARLY;
    a.inject('RST', 1);
    expect([a.state, a.rows, a.tcb.error]).toEqual(['CLOSED', ['syn-received-rst-active'], Err.RESET]);
  });

  it('a CLOSE that waits in SYN-RECEIVED is carried out when the RST returns it to LISTEN', () => {
    const a = inState('SYN-RECEIVED');
    a.send(octets(5));
    a.close();
    a.inject('RST', 1);
    expect([a.state, a.rows]).toEqual(['CLOSED', ['syn-received-rst-passive', 'listen-close']]);
  });
});
