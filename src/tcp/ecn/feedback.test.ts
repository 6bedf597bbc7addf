import { describe, expect, it } from 'vitest';
import { CWR, ECN_CE, ECN_ECT_0, ECN_NOT_ECT } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { inState, options, ts } from '../segment-arrives/testing.ts';
import { AccEcnMode } from '../tcb/acc-ecn.ts';
import type { Endpoint, SegmentRecord } from '../testing.ts';
import { counted, type SentBy, settle, transfer, wired } from './testing.ts';

/** A server in AccECN mode with an MSS of 1000, whose handshake is over. */
function established(config: Partial<TcpConfig> = {}, stamp = false): Endpoint {
  const e = inState('LISTEN', {
    config: { ecn: 'accurate', accEcnOption: 'off', initialWindow: 30, ...config },
  });
  e.inject('SYN,ECE,CWR', 0, 0, {
    ae: 1,
    ...options({ mss: 1000, sack: true, ...(stamp ? { ts: 1 } : {}) }),
  });
  e.inject('ACK,CWR', 1, 1, stamp ? ts(2) : {});
  e.sent.length = 0;
  return e;
}

/** An ACK of the peer whose ACE field is `cep` modulo 8. */
function acks(e: Endpoint, ack: number, cep: number, more: Partial<SegmentRecord> = {}): void {
  const bits = `${(cep & 2) === 0 ? '' : ',CWR'}${(cep & 1) === 0 ? '' : ',ECE'}`;
  e.inject(`ACK${bits}`, 1, ack, { ae: (cep >> 2) & 1, ...more });
}

const marks = (e: Endpoint): number => counted(e).sCep - 5;

describe('RFC 9768 3.2.2.2 and A.2.1: the ACE field, without options', () => {
  it.each([
    [3, 6, 1],
    [7, 12, 7], // 5 + 7
    [7, 4, 7],
    [7, 5, 0],
  ])('%d packets, and %d in the field: %d marks', (packets, ace, ce) => {
    const e = established();
    e.send(new Uint8Array(1000 * packets));
    acks(e, 1 + 1000 * packets, ace & 7);
    expect(marks(e)).toBe(ce);
  });

  it.each([
    [9, 2, 2],
    [10, 2, 10],
    [9, 0, 8],
    [17, 1, 17],
  ])(
    'after ACKs of one packet each, %d packets at once and %d marks: it may have wrapped, %d are assumed',
    (packets, d, ce) => {
      const e = established();
      e.send(new Uint8Array(1000 * (packets + 1)));
      acks(e, 1001, 5);
      acks(e, 1001 + 1000 * packets, 5 + d);
      expect(marks(e)).toBe(ce);
    },
  );

  it('where ACKs are of many packets as a rule, thin ACKs are no sign of a wrap', () => {
    const e = established();
    e.send(new Uint8Array(20_000));
    acks(e, 10_001, 5);
    acks(e, 20_001, 6);
    expect(marks(e)).toBe(1);
  });

  it('a superseded ACK says nothing: no octets, and no later timestamp', () => {
    const e = established();
    e.send(new Uint8Array(3000));
    acks(e, 1, 6);
    expect(marks(e)).toBe(0);
    acks(e, 2001, 6);
    acks(e, 1001, 5);
    expect(marks(e)).toBe(1);
    const stamped = established({}, true);
    stamped.send(new Uint8Array(1000));
    acks(stamped, 1, 6, ts(2));
    expect(marks(stamped)).toBe(0);
    acks(stamped, 1, 6, ts(3));
    expect(marks(stamped)).toBe(1);
  });

  it('what was SACKed is news, too', () => {
    const e = established();
    e.send(new Uint8Array(3000));
    const { iss } = e.tcb.snd;
    acks(e, 1, 6, { opts: 8, sack: [(iss + 1001) | 0, (iss + 2001) | 0] });
    expect(marks(e)).toBe(1);
  });

  it('more marks than packets: the field is right (control packets may be marked)', () => {
    const e = established();
    e.send(new Uint8Array(1000));
    acks(e, 1001, 5 + 4);
    expect(marks(e)).toBe(4);
  });
});

describe('RFC 9768 3.2.3.1 and A.2.2: the options', () => {
  const option = (e0b: number, ceb: number, e1b = 1): Partial<SegmentRecord> => ({
    counters: { order: 0, values: [e0b, ceb, e1b] },
  });

  it('byte counters follow by the least increment of 24 bits', () => {
    const e = established();
    counted(e).sCeb = 33_554_433; // the example of appendix A.1
    e.send(new Uint8Array(2000));
    acks(e, 2001, 6, option(1001, 1461, 7));
    const { sCeb, sE0b, sE1b } = counted(e);
    expect([sCeb, sE0b, sE1b]).toEqual([33_555_893, 1001, 7]);
  });

  it.each([
    ['no octets were marked: it has not wrapped', 10, 0, 0, 0],
    ['more octets than the few packets can have: it has', 10, 8000, 0, 8],
    ['few octets: not', 10, 500, 2, 2],
    ['half of what the many would have and more: it has', 10, 8000, 2, 10],
  ])('%s', (_name, packets, ceb, d, ce) => {
    const e = established();
    e.send(new Uint8Array(1000 * (packets + 1)));
    acks(e, 1001, 5, option(1001, 0));
    acks(e, 1001 + 1000 * packets, 5 + d, option(1001 + 1000 * packets - ceb, ceb));
    expect(marks(e)).toBe(ce);
  });

  it('3.2.3.2.5: octets that were marked without a packet, twice: the field is mangled, and nothing is ECT', () => {
    const e = established();
    e.send(new Uint8Array(3000));
    acks(e, 1001, 5, option(1, 1000));
    expect(counted(e).modes & AccEcnMode.NOT_ECT).toBe(0);
    acks(e, 2001, 5, option(1, 2000));
    expect(counted(e).modes & AccEcnMode.NOT_ECT).toBe(AccEcnMode.NOT_ECT);
    e.sent.length = 0;
    acks(e, 3001, 5, option(1, 2000));
    e.send(new Uint8Array(10));
    expect(e.sent.map((r) => r.ecn ?? 0)).toEqual([ECN_NOT_ECT]);
  });

  it('3.2.3.2.5: an option that comes after the ACK that told of the packet is consistent', () => {
    const e = established();
    e.send(new Uint8Array(4000));
    for (const at of [1001, 3001]) {
      const n = (at - 1) / 2000;
      acks(e, at, 6 + n);
      acks(e, at + 1000, 6 + n, option(1, 1000 * (n + 1)));
    }
    expect(counted(e).modes & (AccEcnMode.NOT_ECT | AccEcnMode.SUSPECT)).toBe(0);
  });
});

describe('RFC 9768 3.2.2.4: zeroing of the ACE field', () => {
  it('the first counter is zero: nothing is ECT, and marks are not responded to', () => {
    const e = established();
    e.send(new Uint8Array(2000));
    acks(e, 1001, 0);
    const { modes } = counted(e);
    expect(modes & (AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE)).toBe(
      AccEcnMode.NOT_ECT | AccEcnMode.NO_RESPONSE,
    );
    expect(e.tcb.cc.ssthresh).toBe(0x3fffffff);
  });

  it('a later one is a count', () => {
    const e = established();
    e.send(new Uint8Array(2000));
    acks(e, 1001, 6);
    acks(e, 2001, 8);
    expect([marks(e), counted(e).modes & AccEcnMode.NOT_ECT]).toEqual([3, 0]);
  });
});

describe('RFC 9768 3.1.5 and RFC 3168 6.1.2: the response', () => {
  it.each(['newreno', 'cubic'])(
    '%s: marks reduce cwnd once for each window, and CWR says nothing of it',
    (congestion) => {
      const e = established({ congestion });
      const before = e.tcb.cc.cwnd;
      e.send(new Uint8Array(20_000));
      acks(e, 2001, 6);
      const reduced = e.tcb.cc.cwnd;
      expect(reduced).toBeLessThan(before);
      acks(e, 4001, 8);
      acks(e, 6001, 10);
      expect(e.tcb.cc.cwnd).toBe(reduced);
      e.sent.length = 0;
      e.send(new Uint8Array(100_000));
      acks(e, 20_001, 10);
      expect(e.sent.length).toBeGreaterThan(0);
      expect(e.sent.some((r) => (r.ctl & CWR) !== 0)).toBe(false); // r.cep is 5: AE and ECE
      acks(e, 22_001, 11);
      expect(e.tcb.cc.cwnd).toBeLessThan(reduced);
      expect(e.tcb.retransmissions).toBe(0);
    },
  );

  it('abe: a mark costs less than a loss (RFC 8511)', () => {
    const cwndWith = (abe: boolean): number => {
      const e = established({ congestion: 'cubic', abe });
      e.send(new Uint8Array(20_000));
      acks(e, 2001, 6);
      return e.tcb.cc.cwnd;
    };
    expect(cwndWith(true)).toBeGreaterThan(cwndWith(false));
  });

  it('marks that come with nothing outstanding are responded to, too', () => {
    const e = established({}, true);
    e.send(new Uint8Array(500));
    acks(e, 501, 5, ts(3));
    const before = e.tcb.cc.cwnd;
    acks(e, 501, 6, ts(4));
    expect([e.tcb.sent, marks(e), e.tcb.cc.cwnd < before]).toEqual([null, 1, true]);
  });
});

describe('two ends, and a network that marks', () => {
  /** Marks a share of what is ECN-capable; the same ones for the same seed. */
  function marking(percent: number): (r: SegmentRecord) => boolean {
    let state = 12345 + percent;
    return (r) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      if (r.ecn === ECN_ECT_0 && (state >> 8) % 100 < percent) r.ecn = ECN_CE;
      return false;
    };
  }

  it.each([
    [1, 'changed'],
    [10, 'changed'],
    [50, 'changed'],
    [10, 'off'],
    [50, 'linux'],
  ] as const)(
    '%d %% in both directions, options %s: each knows exactly what the other has counted',
    (percent, accEcnOption) => {
      const config: Partial<TcpConfig> = { ecn: 'accurate', accEcnOption };
      const { pair, sent } = wired(config, config, marking(percent));
      pair.connect();
      transfer(pair, 300_000);
      transfer(pair, 300_000, 'b');
      transfer(pair, 50_000);
      settle(pair);
      for (const [x, y] of [
        [pair.a, pair.b],
        [pair.b, pair.a],
      ] as const) {
        const [s, r] = [counted(x), counted(y)];
        expect(s.sCep).toBe(r.rCep);
        if (accEcnOption !== 'off') expect([s.sCeb, s.sE0b]).toEqual([r.rCeb, r.rE0b]);
        expect(s.modes & (AccEcnMode.NOT_ECT | AccEcnMode.NO_OPTIONS)).toBe(0);
      }
      const ect = (from: 'a' | 'b'): SentBy[] => sent.filter((s) => s.from === from && s.r.ecn === ECN_ECT_0);
      expect(counted(pair.b).rCep - 5).toBeGreaterThan(0);
      expect(counted(pair.b).rCep - 5).toBeLessThanOrEqual(ect('a').length);
      expect([pair.a.read.length, pair.b.read.length]).toEqual([300_000, 350_000]);
      expect(pair.a.tcb.retransmissions + pair.b.tcb.retransmissions).toBe(0);
    },
  );
});
