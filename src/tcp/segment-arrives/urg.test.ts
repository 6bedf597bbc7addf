import { describe, expect, it } from 'vitest';
import { Signal } from '../signals.ts';
import { inState, octets, sent, text } from './testing.ts';

function established() {
  const a = inState('ESTABLISHED');
  a.autoRead = false;
  return a;
}

function told(a: ReturnType<typeof established>): boolean {
  const urgent = (a.signals & Signal.URGENT) !== 0;
  a.signals = 0;
  return urgent;
}

describe('sixth, check the URG bit (3.8.5)', () => {
  it('MUST-30, MUST-32: the user hears when urgent data is pending that was not before', () => {
    const a = established();
    a.inject('ACK,URG', 1, 1, { ...text(10), up: 5 });
    expect([told(a), (a.tcb.rcv.up - a.tcb.rcv.irs) | 0]).toEqual([true, 6]);
  });

  it('MUST-32: and whenever the urgent pointer advances; a repetition or an older one says nothing', () => {
    const a = established();
    a.inject('ACK,URG', 1, 1, { ...text(10), up: 5 });
    told(a);
    a.inject('ACK,URG', 11, 1, { ...text(10), up: 20 });
    expect(told(a)).toBe(true);
    a.inject('ACK,URG', 21, 1, { ...text(10), up: 10 });
    a.inject('ACK,URG', 31, 1, { ...text(1), up: 0 });
    expect([told(a), (a.tcb.rcv.up - a.tcb.rcv.irs) | 0]).toEqual([false, 31]);
  });

  it('MUST-33: how much urgent data is left is RCV.UP less what was RECEIVEd; afterwards the mode is normal', () => {
    const a = established();
    a.inject('ACK,URG', 1, 1, { ...text(10), up: 5 });
    const left = () => (a.tcb.rcv.urgent === 1 ? (a.tcb.rcv.up - a.tcb.rcv.user) | 0 : 0);
    expect(left()).toBe(5);
    a.receive(3);
    expect(left()).toBe(2);
    a.receive(2);
    expect(left()).toBe(0);
    expect(a.tcb.rcv.urgent).toBe(0);
  });

  it('MUST-32: a pointer may come ahead of its text, and again after 2 GiB', () => {
    const a = established();
    a.inject('ACK,URG', 1, 1, { up: 65535 });
    expect(told(a)).toBe(true);
    a.autoRead = true;
    a.inject('ACK', 1, 1, text(60000));
    a.inject('ACK', 60001, 1, text(10000));
    const { rcv } = a.tcb;
    // The connection goes on for 2^31 octets.
    for (const field of ['nxt', 'user', 'acked', 'edge'] as const) rcv[field] = (rcv[field] + 2 ** 31) | 0;
    const at = (rcv.nxt - rcv.irs) | 0;
    a.inject('ACK,URG', at, 1, { ...text(10), up: 10 });
    expect(told(a)).toBe(true);
  });

  it('a pointer into the past is ignored', () => {
    const a = established();
    a.inject('ACK', 1, 1, text(100));
    a.autoRead = true;
    a.inject('ACK', 101, 1, text(1));
    a.inject('ACK,URG', 50, 1, { ...text(60, 49), up: 10 });
    expect(told(a)).toBe(false);
  });

  it('of a segment that begins before RCV.NXT it still points to the same octet', () => {
    const a = established();
    a.inject('ACK', 1, 1, text(10));
    a.inject('ACK,URG', 6, 1, { ...text(10), up: 8 });
    expect([told(a), (a.tcb.rcv.up - a.tcb.rcv.irs) | 0]).toEqual([true, 14]);
  });

  it('after the peer’s FIN it is ignored: CLOSE-WAIT, CLOSING, LAST-ACK', () => {
    for (const state of ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const) {
      const a = inState(state);
      a.inject('ACK,URG', 2, 1, { up: 100 });
      expect([a.state, told(a), a.tcb.rcv.urgent]).toEqual([state, false, 0]);
    }
  });
});

describe('sending urgent data', () => {
  it('MUST-62: SEG.UP points to the octet following the urgent data, counted from SEG.SEQ', () => {
    const a = established();
    a.send(octets(100), true);
    expect(sent(a)).toEqual(['PSH,ACK,URG seq=1 ack=1 len=100 urg=100']);
  });

  it('MUST-31: urgent data of any length: URG in every segment until its end, the field at most 65535', () => {
    const a = inState('ESTABLISHED', { config: { sendBuffer: 1 << 20, initialWindow: 10 } });
    a.send(octets(100_000), true);
    const first = a.sent.map((r) => r.up);
    expect(first[0]).toBe(65535);
    for (let ack = 1; ack < 100_001; ack = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0) a.inject('ACK', 1, ack);
    const last = a.sent.at(-1);
    expect(a.sent.every((r) => (r.ctl & 0x20) !== 0)).toBe(true);
    expect([last?.up, last?.text.length]).toEqual([last?.text.length, last?.text.length]);
  });

  it('segments after the urgent data have no URG', () => {
    const a = inState('ESTABLISHED', { config: { noDelay: true } });
    a.send(octets(10), true);
    a.send(octets(10));
    expect(sent(a)).toEqual(['PSH,ACK,URG seq=1 ack=1 len=10 urg=10', 'PSH,ACK seq=11 ack=1 len=10']);
  });

  it('"the user must also send at least one data octet": SEND of nothing is not urgent', () => {
    const a = established();
    a.send(octets(5));
    a.send([], true);
    a.send(octets(5));
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=5']);
  });

  it('urgent data does not wait for Nagle', () => {
    const a = established();
    a.send(octets(5));
    a.send(octets(5));
    a.send(octets(1), true);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=5', 'PSH,ACK,URG seq=6 ack=1 len=6 urg=6']);
  });
});
