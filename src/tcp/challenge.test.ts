import { describe, expect, it } from 'vitest';
import { challengeAck, mayAnswer, mayChallenge } from './challenge.ts';
import { inState, sent } from './segment-arrives/testing.ts';

describe('the limit of challenge ACKs (RFC 5961 section 7)', () => {
  it('one in each interval of a connection, counted from the one that went out', () => {
    const a = inState('ESTABLISHED', { config: { challengeAckMs: 500 } });
    const allowed = [0, 1, 499, 500, 600, 999, 1000].map((ms) => {
      a.setNow(ms * 1000);
      return mayChallenge(a.engine, a.tcb);
    });
    expect(allowed).toEqual([true, false, false, true, false, false, true]);
  });

  it('it is not shared: what one connection answers says nothing about another (CVE-2016-5696)', () => {
    const a = inState('ESTABLISHED');
    expect([mayChallenge(a.engine, a.tcb), mayChallenge(a.engine, a.tcb)]).toEqual([true, false]);
    const b = inState('ESTABLISHED');
    expect(mayChallenge(a.engine, b.tcb)).toBe(true);
  });

  it('0 turns the limit off', () => {
    const a = inState('ESTABLISHED', { config: { challengeAckMs: 0 } });
    for (let i = 0; i < 3; i++) challengeAck(a.engine, a.tcb);
    expect(sent(a)).toEqual(new Array(3).fill('ACK seq=1 ack=1 len=0'));
  });

  it('a connection that was quiet for weeks may challenge, wherever the clock is', () => {
    const a = inState('ESTABLISHED');
    mayChallenge(a.engine, a.tcb);
    for (const days of [25, 50, 75]) {
      a.setNow(days * 86_400e6);
      expect([days, mayChallenge(a.engine, a.tcb)]).toEqual([days, true]);
    }
  });

  it('the first challenge at time 0 counts', () => {
    const a = inState('ESTABLISHED');
    expect(a.engine.ms).toBe(0);
    expect([mayChallenge(a.engine, a.tcb), mayChallenge(a.engine, a.tcb)]).toEqual([true, false]);
  });

  it('3.10.7.4: in SYN-RECEIVED its SEQ is SND.NXT whatever window the peer has: our SYN takes none', () => {
    for (const wnd of [0, 1, 65_535]) {
      const a = inState('SYN-RECEIVED', { wnd });
      challengeAck(a.engine, a.tcb);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
    }
  });
});

describe('the limit of answers to text outside the window', () => {
  it('100 in each interval', () => {
    const a = inState('ESTABLISHED', { config: { challengeAckMs: 500 } });
    const allowed = [0, 499, 500, 1100].map((ms) => {
      a.setNow(ms * 1000);
      let n = 0;
      for (let i = 0; i < 60; i++) if (mayAnswer(a.engine, a.tcb)) n++;
      return n;
    });
    expect(allowed).toEqual([60, 40, 60, 60]);
    for (let i = 0; i < 40; i++) expect(mayAnswer(a.engine, a.tcb)).toBe(true);
    expect(mayAnswer(a.engine, a.tcb)).toBe(false);
  });
});
