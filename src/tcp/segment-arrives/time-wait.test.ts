import { describe, expect, it } from 'vitest';
import { resetConnection } from './rst.ts';
import { inState, options, pass, sent, text, ts } from './testing.ts';

describe('TIME-WAIT', () => {
  it('MUST-13: lasts 2 MSL', () => {
    const a = inState('TIME-WAIT', { config: { mslMs: 120_000 } });
    pass(a, 239_999);
    expect(a.state).toBe('TIME-WAIT');
    pass(a, 1);
    expect([a.state, a.rows, a.tcb.error]).toEqual(['CLOSED', ['time-wait-timeout'], 0]);
  });

  it('the FIN again is acknowledged and restarts 2 MSL', () => {
    const a = inState('TIME-WAIT');
    pass(a, 30_000);
    a.inject('FIN,ACK', 1, 2);
    expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
    pass(a, 59_999);
    expect(a.state).toBe('TIME-WAIT');
    pass(a, 1);
    expect(a.state).toBe('CLOSED');
  });

  it('a FIN that is not the one we know is acknowledged, but does not keep us here', () => {
    for (const [seq, ack] of [
      [500, 2],
      [1, 1],
      [-9, 2],
    ] as const) {
      const a = inState('TIME-WAIT');
      pass(a, 30_000);
      a.inject('FIN,ACK', seq, ack);
      expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
      pass(a, 30_000);
      expect(a.state).toBe('CLOSED');
    }
  });

  it('the last ACK of a simultaneous close is not answered; other empty segments are, within the challenge limit', () => {
    const a = inState('TIME-WAIT');
    a.inject('ACK', 2, 2);
    expect([sent(a), a.drops]).toEqual([[], ['time-wait']]);
    for (let i = 0; i < 5; i++) a.inject('ACK', 1, 2);
    expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
  });

  it('3.10.7.4 fifth: without an ACK a segment in the window is dropped without a word', () => {
    const a = inState('TIME-WAIT');
    for (const [ctl, seq] of [
      ['FIN', 2],
      ['FIN', 100],
      ['', 2],
      ['', 100],
    ] as const) {
      a.inject(ctl, seq);
    }
    expect([sent(a), a.drops]).toEqual([[], new Array(4).fill('time-wait')]);
    a.inject('', 1);
    expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
  });

  it('the FIN again without an ACK does not restart 2 MSL, whatever its ACK field holds', () => {
    const a = inState('TIME-WAIT');
    pass(a, 30_000);
    a.inject('FIN', 1, 2);
    pass(a, 30_000);
    expect(a.state).toBe('CLOSED');
  });

  it('the last ACK leaves no trace, not even its timestamp', () => {
    const a = inState('TIME-WAIT', { syn: options({ ts: 1000 }) });
    pass(a, 10);
    const { tsRecent, heardMs } = a.tcb;
    a.inject('ACK', 2, 2, ts(2000));
    expect([sent(a), a.tcb.tsRecent, a.tcb.heardMs]).toEqual([[], tsRecent, heardMs]);
  });

  it('RFC 5961 section 5: an ACK of something unsent is acknowledged, also at RCV.NXT', () => {
    const a = inState('TIME-WAIT');
    a.inject('ACK', 2, 3);
    expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
  });

  it('old text is acknowledged and discarded', () => {
    const a = inState('TIME-WAIT');
    a.inject('ACK', 1, 2, text(10));
    expect([sent(a), a.read]).toEqual([['ACK seq=2 ack=2 len=0'], []]);
  });

  it('RFC 1337: a RST does not end it, wherever it points', () => {
    const a = inState('TIME-WAIT');
    for (const seq of [1, 2, 3, 1000]) a.inject('RST', seq);
    expect([a.state, sent(a), a.drops]).toEqual(['TIME-WAIT', [], new Array(4).fill('rst-in-time-wait')]);
  });

  it('a TCP without RFC 1337 is one rule away: time-wait-rst', () => {
    const a = inState('TIME-WAIT', {
      rules: {
        timeWaitRst(e, tcb) {
          resetConnection(e, tcb);
          return true;
        },
      },
    });
    a.inject('RST', 2);
    expect([a.state, a.rows]).toEqual(['CLOSED', ['time-wait-rst']]);
  });

  it('a TCP without TIME-WAIT is one rule away: 2 MSL = 0', () => {
    const a = inState('TIME-WAIT', { rules: { timeWaitMs: () => 0 } });
    pass(a, 1);
    expect(a.state).toBe('CLOSED');
  });
});

describe('MAY-2: a SYN in TIME-WAIT opens a new connection', () => {
  it('when SEG.SEQ > RCV.NXT; the next ISS is beyond every number that was used', () => {
    const a = inState('TIME-WAIT');
    const least = (a.tcb.snd.nxt + 65537) | 0;
    a.inject('SYN', 3);
    expect([a.state, a.rows, a.reopened?.minIss]).toEqual(['CLOSED', ['time-wait-syn'], least]);
    expect(sent(a)).toEqual([]);
  });

  it('not when SEG.SEQ =< RCV.NXT: it is challenged', () => {
    for (const seq of [0, 1, 2, -1000]) {
      const a = inState('TIME-WAIT');
      a.inject('SYN', seq);
      expect([a.state, a.reopened, sent(a)]).toEqual(['TIME-WAIT', null, ['ACK seq=2 ack=2 len=0']]);
    }
  });

  it('not when nobody listens any more: TIME-WAIT stays and answers with an ACK', () => {
    const a = inState('TIME-WAIT');
    a.acceptQueueOpen = false;
    a.inject('SYN', 1000);
    expect([a.state, a.rows, sent(a)]).toEqual(['TIME-WAIT', [], ['ACK seq=2 ack=2 len=0']]);
  });

  it('not with ACK, RST or FIN', () => {
    for (const ctl of ['SYN,ACK', 'SYN,RST', 'SYN,FIN']) {
      const a = inState('TIME-WAIT');
      a.inject(ctl, 1000);
      expect([a.state, a.reopened]).toEqual(['TIME-WAIT', null]);
    }
  });

  it('SHLD-4: RFC 6191: a newer timestamp is enough, whatever the sequence number', () => {
    const a = inState('TIME-WAIT', { syn: options({ ts: 1000 }) });
    a.inject('SYN', -1000, 0, ts(1001));
    expect(a.state).toBe('CLOSED');
  });

  it('SHLD-4: RFC 6191: an older timestamp refuses, whatever the sequence number', () => {
    const a = inState('TIME-WAIT', { syn: options({ ts: 1000 }) });
    a.inject('SYN', 1000, 0, ts(999));
    expect([a.state, sent(a)]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0']]);
  });

  it('SHLD-4: RFC 6191: with the same timestamp the sequence number decides', () => {
    for (const [seq, state] of [
      [3, 'CLOSED'],
      [2, 'TIME-WAIT'],
    ] as const) {
      const a = inState('TIME-WAIT', { syn: options({ ts: 1000 }) });
      a.inject('SYN', seq, 0, ts(1000));
      expect(a.state).toBe(state);
    }
  });

  it('timestamps that the old connection had not agreed on decide nothing', () => {
    const a = inState('TIME-WAIT');
    a.inject('SYN', -1000, 0, ts(5000));
    expect(a.state).toBe('TIME-WAIT');
  });

  it('without timestamps on the SYN the sequence number decides', () => {
    const a = inState('TIME-WAIT', { syn: options({ ts: 1000 }) });
    a.inject('SYN', 3);
    expect(a.state).toBe('CLOSED');
  });
});
