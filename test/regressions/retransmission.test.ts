// Scenarios that broke other TCPs: the retransmission timer, back-off, duplicate ACKs, and transfers
// that never came out of retransmission (RFC 9293 section 3.8.1, RFC 6298, RFC 5681).

import { describe, expect, it } from 'vitest';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { Phase } from '../../src/tcp/tcb/tcb.ts';
import { type Endpoint, type Fate, Pair } from '../../src/tcp/testing.ts';
import { setTimer } from '../../src/tcp/timers.ts';
import { established, octets, pass, regression, sent } from '../support/regression.ts';

/** The moments in milliseconds from now at which something is sent, within `ms`. */
function moments(a: Endpoint, ms: number): number[] {
  const start = a.engine.now;
  const at: number[] = [];
  for (let i = 0; i < ms; i += 10) {
    pass(a, 10);
    if (sent(a).length > 0) at.push((a.engine.now - start) / 1000);
  }
  return at;
}

describe('the retransmission timer', () => {
  regression(
    'ACKs that acknowledge nothing new do not put the retransmission off (smoltcp 62, PR 80)',
    (rules) => {
      const a = established(rules);
      a.send(octets(100));
      sent(a);
      const at: number[] = [];
      for (let ms = 50; ms <= 500; ms += 50) {
        pass(a, 50);
        if (sent(a).length > 0) at.push(ms);
        a.inject('ACK', 1, 1, { wnd: 60_000 + ms }); // the peer's window moves; the text does not
      }
      expect(at).toEqual([200]);
    },
    {
      'every ACK restarts the timer': {
        ack(e, tcb, seg) {
          const done = rfc9293.ack(e, tcb, seg);
          if (tcb.timer.rexmt !== 0) setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
          return done;
        },
      },
    },
  );

  regression(
    'an ACK of new octets does restart it: on a long path the next segment is not sent twice (smoltcp 949, PR 1018)',
    (rules) => {
      const a = established(rules, { noDelay: true });
      a.send([1]);
      pass(a, 150);
      a.send([2]);
      a.inject('ACK', 1, 2);
      sent(a);
      expect(moments(a, 190)).toEqual([]);
    },
    {
      'the timer of the first segment goes on': {
        ack(e, tcb, seg) {
          const { rexmt } = tcb.timer;
          const done = rfc9293.ack(e, tcb, seg);
          if (tcb.timer.rexmt !== 0) tcb.timer.rexmt = rexmt;
          return done;
        },
      },
    },
  );

  regression(
    'each timeout doubles RTO, and it stays doubled until a segment sent once is acknowledged (smoltcp PR 1020, PR 1023)',
    (rules) => {
      const a = established(rules);
      a.send([1]);
      sent(a);
      expect(moments(a, 6300)).toEqual([200, 600, 1400, 3000, 6200]);
      a.inject('ACK', 1, 2); // of which transmission? MUST-18: no sample
      a.send([2]);
      sent(a);
      expect(moments(a, 6500)).toEqual([6400]);
      a.inject('ACK', 1, 3);
      a.send([3]);
      a.inject('ACK', 1, 4); // sent once: a sample, and RTO is what the path asks for
      a.send([4]);
      sent(a);
      expect(moments(a, 700)).toEqual([200, 600]);
    },
    {
      'no back-off': {
        retransmissionTimeout(e, tcb) {
          const { rtoMs } = tcb.rto;
          rfc9293.retransmissionTimeout(e, tcb);
          tcb.rto.rtoMs = rtoMs;
          if (tcb.timer.rexmt !== 0) setTimer(e, tcb, 'rexmt', rtoMs);
        },
      },
      'no back-off after the first': {
        retransmissionTimeout(e, tcb) {
          const { rtoMs } = tcb.rto;
          rfc9293.retransmissionTimeout(e, tcb);
          if (tcb.rto.timeouts < 2 || tcb.timer.rexmt === 0) return;
          tcb.rto.rtoMs = rtoMs;
          setTimer(e, tcb, 'rexmt', rtoMs);
        },
      },
      'an ACK forgets the back-off': {
        ack(e, tcb, seg) {
          const done = rfc9293.ack(e, tcb, seg);
          tcb.rto.rtoMs = 200;
          return done;
        },
      },
    },
  );
});

describe('duplicate ACKs', () => {
  regression(
    'any number of duplicate ACKs is one fast retransmit, and no counter overflows (smoltcp 224)',
    (rules) => {
      const a = established(rules);
      a.send(octets(536 * 4));
      sent(a);
      for (let i = 0; i < 70_000; i++) a.inject('ACK', 1, 1);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=536']);
      expect(a.tcb.cc.phase).toBe(Phase.FAST_RECOVERY);
      // What two thousand million more would do to cwnd (RFC 5681 section 3.2 (4) inflates it each time).
      a.tcb.cc.cwnd = 0x7fffff00;
      a.tcb.cc.dupAcks = 0x7ffffff0;
      for (let i = 0; i < 100; i++) a.inject('ACK', 1, 1);
      a.inject('ACK', 1, 1 + 536 * 4);
      expect([a.tcb.cc.phase, a.tcb.snd.una === a.tcb.snd.nxt]).toEqual([Phase.OPEN, true]);
    },
    {
      'every third duplicate retransmits': {
        ack(e, tcb, seg) {
          const done = rfc9293.ack(e, tcb, seg);
          if (tcb.cc.phase === Phase.FAST_RECOVERY && tcb.cc.dupAcks % 3 === 0) {
            e.rules.retransmit(e, tcb, tcb.snd.una);
          }
          return done;
        },
      },
      'an eight-bit counter': {
        ack(e, tcb, seg) {
          tcb.cc.dupAcks &= 255;
          if (tcb.cc.dupAcks === 0 && tcb.cc.phase === Phase.FAST_RECOVERY) tcb.cc.phase = Phase.OPEN;
          tcb.cc.recover = (tcb.snd.una - 1) | 0;
          return rfc9293.ack(e, tcb, seg);
        },
      },
    },
  );
});

/** Loses, duplicates and delays unevenly, the same way for the same seed. */
function badWire(seed: number): Fate {
  let x = seed;
  const random = (): number => {
    x = (x + 0x6d2b79f5) | 0;
    let t = Math.imul(x ^ (x >>> 15), 1 | x);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    const fate = random();
    const delay = 5_000 + Math.floor(random() * 20_000);
    if (fate < 0.2) return [];
    return fate < 0.3 ? [delay, delay + Math.floor(random() * 300_000)] : [delay];
  };
}

describe('transfers in both directions', () => {
  regression(
    'with a fifth of all segments lost, others doubled and out of order, both directions arrive complete and both sides end (smoltcp 836)',
    (rules) => {
      const text = octets(30_000);
      for (let seed = 1; seed <= 8; seed++) {
        const pair = new Pair({
          rules,
          a: { receiveBuffer: 8192, sendBuffer: 8192, mslMs: 1000 },
          b: { receiveBuffer: 5000, sendBuffer: 20_000, mslMs: 1000 },
          fate: badWire(seed),
        });
        pair.connect();
        const left = { a: text, b: text };
        const done = (): boolean => {
          for (const side of ['a', 'b'] as const) {
            const end = pair[side];
            if (left[side].length === 0) continue;
            const taken = end.send(left[side].subarray(0, 4000));
            if (taken > 0) left[side] = left[side].subarray(taken);
            if (left[side].length === 0) end.close();
          }
          return pair.a.state === 'CLOSED' && pair.b.state === 'CLOSED';
        };
        pair.run(done, 300_000_000);
        expect([pair.a.state, pair.b.state], `seed ${seed}`).toEqual(['CLOSED', 'CLOSED']);
        expect(Uint8Array.from(pair.a.read), `seed ${seed}`).toEqual(text);
        expect(Uint8Array.from(pair.b.read), `seed ${seed}`).toEqual(text);
      }
    },
    {
      'nothing is sent again after a timeout': { resendLost: () => {} },
      'text that fills a gap is not joined with what waits': {
        text(e, tcb, seg) {
          if (tcb.outOfOrder !== null && seg.seq === tcb.rcv.nxt) return false;
          return rfc9293.text(e, tcb, seg);
        },
      },
    },
  );

  it('the bad wire is bad', () => {
    const fate = badWire(1);
    const fates = Array.from({ length: 1000 }, (_, i) => fate({} as never, 'a', i).length);
    expect(fates.filter((n) => n === 0).length).toBeGreaterThan(150);
    expect(fates.filter((n) => n === 2).length).toBeGreaterThan(50);
  });
});
