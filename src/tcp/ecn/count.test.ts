import { describe, expect, it } from 'vitest';
import { ECN_CE, ECN_ECT_0, ECN_ECT_1, ECN_NOT_ECT } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { inState, options, pass, text, ts } from '../segment-arrives/testing.ts';
import { type AccEcn, AccEcnMode } from '../tcb/acc-ecn.ts';
import { aceOfRecord, type Endpoint, type SegmentRecord } from '../testing.ts';
import { counted } from './testing.ts';

/** A server in AccECN mode whose handshake is over: its peer's next octet is 1. */
function established(
  config: Partial<TcpConfig> = {},
  syn: Partial<SegmentRecord> = options({ sack: true }),
): Endpoint {
  const e = inState('LISTEN', { config: { ecn: 'accurate', delayedAckMs: 40, ...config } });
  e.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ...syn });
  e.inject(
    'ACK,CWR',
    1,
    1,
    syn.opts === undefined || (syn.opts & 0x10) === 0 ? {} : ts((syn.tsVal ?? 0) + 1),
  );
  e.sent.length = 0;
  return e;
}

const ACE_5 = { ae: 1 };
/** Octets of the peer, with an ACE field that says that nothing of ours was marked. */
const data = (n: number, ecn: number): Partial<SegmentRecord> => ({ ...text(n), ...ACE_5, ecn });
const acks = (e: Endpoint): number[] => e.sent.splice(0).map(aceOfRecord);

describe('what goes with the counts', () => {
  it('appendix A.1: a segment is the latest by its timestamp, where timestamps are used and it has one', () => {
    const stamped = options({ sack: true, ts: 1000 });
    const plain = options({ sack: true });
    for (const [syn, more, later] of [
      [stamped, ts(1002), true],
      [stamped, ts(1001), false],
      [stamped, { tsVal: 1002 }, false],
      [plain, ts(1002), false],
    ] as const) {
      const e = established({}, syn);
      e.inject('ACK,ECE', 1, 1, { ...data(10, ECN_NOT_ECT), ...more });
      expect([more, ((e.tcb.accEcn?.modes ?? 0) & AccEcnMode.LATER) !== 0]).toEqual([more, later]);
    }
  });

  it('section 3.2.2.5.1: an ACK without SACK blocks is no duplicate where it may be an ACK of ACKs', () => {
    for (const [ecn, sack, ecnPlusPlus, duplicates] of [
      ['accurate', true, true, 0],
      ['accurate', true, false, 1],
      ['accurate', false, true, 1],
      ['off', true, true, 1],
    ] as const) {
      const config = { ecn, ecnPlusPlus };
      const syn = options({ sack, mss: 1000 });
      const e = ecn === 'off' ? inState('ESTABLISHED', { config, syn }) : established(config, syn);
      e.send(new Uint8Array(3000));
      e.inject('ACK,ECE', 1, 1, ecn === 'off' ? {} : ACE_5);
      expect([ecn, sack, ecnPlusPlus, e.tcb.cc.dupAcks]).toEqual([ecn, sack, ecnPlusPlus, duplicates]);
    }
  });

  it('section 3.2.3.2.2: text with the option that nobody acknowledges goes again without', () => {
    for (const [modes, none] of [
      [AccEcnMode.OPTION_SENT, true],
      [AccEcnMode.OPTION_SENT | AccEcnMode.OPTION_PASSED, false],
    ] as const) {
      const e = established();
      e.send(new Uint8Array(10));
      const acc = e.tcb.accEcn as AccEcn;
      acc.modes = modes;
      pass(e, e.tcb.rto.rtoMs);
      expect([modes, e.tcb.timeouts, (acc.modes & AccEcnMode.NO_OPTIONS) !== 0]).toEqual([modes, 1, none]);
    }
  });
});

describe('RFC 9768 3.2: what a Data Receiver counts', () => {
  it('octets of text by their IP-ECN field, and packets with CE', () => {
    const e = established();
    let seq = 1;
    for (const [n, ecn] of [
      [100, ECN_NOT_ECT],
      [200, ECN_ECT_0],
      [300, ECN_ECT_1],
      [400, ECN_CE],
      [500, ECN_CE],
    ] as const) {
      e.inject('ACK,ECE', seq, 1, data(n, ecn));
      seq += n;
    }
    const { rCep, rCeb, rE0b, rE1b } = counted(e);
    expect({ rCep, rCeb, rE0b, rE1b }).toEqual({ rCep: 7, rCeb: 900, rE0b: 201, rE1b: 301 });
  });

  it('a packet that stands for several counts as so many', () => {
    const e = established();
    e.inject('ACK,ECE', 1, 1, { ...data(1500, ECN_CE), gsoSize: 536 });
    expect([counted(e).rCep, counted(e).rCeb]).toEqual([8, 1500]);
  });

  it('control packets and pure ACKs count by their marks, and not what is outside the window or acknowledges what was never sent', () => {
    const e = established();
    e.inject('ACK,ECE', 1, 1, { ...ACE_5, ecn: ECN_CE });
    e.inject('ACK,ECE', 500_000, 1, data(10, ECN_CE));
    e.inject('ACK,ECE', 1, 99, data(10, ECN_CE));
    e.inject('RST', 50, 0, { ecn: ECN_CE });
    expect([counted(e).rCep, counted(e).rCeb]).toEqual([6, 0]);
    e.inject('FIN,ACK,ECE', 1, 1, { ...ACE_5, ecn: ECN_CE });
    expect(counted(e).rCep).toBe(7);
  });

  it('3.2.2.2: every segment without SYN has the three low bits of r.cep, as they are then', () => {
    const e = established();
    for (let i = 0; i < 9; i++) e.inject('ACK,ECE', 1 + 10 * i, 1, data(10, ECN_CE));
    expect(acks(e)).toEqual([6, 0, 2, 4, 6]); // the first, and every second after it
    e.send(new Uint8Array(10));
    expect(acks(e)).toEqual([(5 + 9) & 7]);
    e.close();
    expect(acks(e)).toEqual([(5 + 9) & 7]);
  });

  it('3.2.3: a retransmission has the counts of now, and not those of before', () => {
    const e = established();
    e.send(new Uint8Array(10));
    expect(acks(e)).toEqual([5]);
    e.inject('ACK,ECE', 1, 1, data(10, ECN_CE));
    e.setNow(2_000_000);
    e.tick();
    expect(
      e.sent
        .filter((r) => r.text.length > 0)
        .map(aceOfRecord)
        .at(-1),
    ).toBe(6);
  });
});

describe('RFC 9768 3.2.2.5.1: ACKs at once', () => {
  it('Change-Triggered: text with CE after a packet without, of whatever kind', () => {
    const e = established();
    e.inject('ACK,ECE', 1, 1, data(10, ECN_ECT_0));
    expect(acks(e)).toEqual([]);
    e.inject('ACK,ECE', 11, 1, data(10, ECN_CE));
    expect(acks(e)).toEqual([6]);
    e.inject('ACK,ECE', 21, 1, data(10, ECN_CE));
    expect(acks(e)).toEqual([]); // one mark, and no change
    e.inject('ACK,ECE', 31, 1, { ...ACE_5, ecn: ECN_NOT_ECT });
    e.inject('ACK,ECE', 31, 1, data(10, ECN_CE));
    expect(acks(e)).toEqual([8 & 7]);
  });

  it('Increment-Triggered: the second mark with text that is not acknowledged, the third without', () => {
    const e = established();
    const pure = { ...ACE_5, ecn: ECN_CE };
    e.inject('ACK,ECE', 1, 1, pure);
    e.inject('ACK,ECE', 1, 1, pure);
    expect(acks(e)).toEqual([]);
    e.inject('ACK,ECE', 1, 1, pure);
    expect(acks(e)).toEqual([0]); // an ACK of ACKs: 5 + 3
    e.inject('ACK,ECE', 1, 1, data(10, ECN_CE));
    expect(acks(e)).toEqual([]); // one mark after a marked packet: no change
    e.inject('ACK,ECE', 11, 1, pure);
    expect(acks(e)).toEqual([2]);
  });

  it('an ACK of ACKs has no SACK blocks, though there is a hole', () => {
    const e = established();
    e.inject('ACK,ECE', 11, 1, data(10, ECN_ECT_0));
    expect(e.sent.splice(0).map((r) => r.sack.length)).toEqual([2]);
    for (let i = 0; i < 3; i++) e.inject('ACK,ECE', 1, 1, { ...ACE_5, ecn: ECN_CE });
    expect(e.sent.splice(0).map((r) => [aceOfRecord(r), r.sack.length])).toEqual([[0, 0]]);
  });

  it('with ECN-capable ACKs, what has no SACK blocks is no duplicate ACK', () => {
    const e = established({ ecnPlusPlus: true });
    e.send(new Uint8Array(4000));
    for (let i = 0; i < 5; i++) e.inject('ACK,ECE', 1, 1, ACE_5);
    expect(e.tcb.cc.dupAcks).toBe(0);
    const other = established();
    other.send(new Uint8Array(4000));
    for (let i = 0; i < 2; i++) other.inject('ACK,ECE', 1, 1, ACE_5);
    expect(other.tcb.cc.dupAcks).toBe(2);
  });
});

describe('what is sent ECN-capable (RFC 3168 section 6.1.5, ECN++)', () => {
  const kinds = (e: Endpoint): (readonly [string, number])[] =>
    e.sent.splice(0).map((r) => [r.text.length > 0 ? 'text' : (r.ctl & 1) !== 0 ? 'FIN' : 'ACK', r.ecn ?? 0]);

  function all(e: Endpoint): (readonly [string, number])[] {
    e.inject('ACK,ECE', 1, 1, data(20, ECN_CE)); // answered at once
    e.send(new Uint8Array(10));
    e.setNow(3_000_000);
    e.tick();
    e.close();
    return kinds(e);
  }

  it('new text alone', () => {
    expect(all(established())).toEqual([
      ['ACK', 0],
      ['text', ECN_ECT_0],
      ['text', 0],
      ['FIN', 0],
    ]);
  });

  it('everything with ECN++, but ACKs only where SACK is in use', () => {
    expect(all(established({ ecnPlusPlus: true })).map(([, ecn]) => ecn)).toEqual([2, 2, 2, 2]);
    expect(all(established({ ecnPlusPlus: true, sack: false })).map(([, ecn]) => ecn)).toEqual([0, 2, 2, 0]);
  });

  it('never a RST', () => {
    const e = established({ ecnPlusPlus: true });
    e.abort();
    expect(e.sent.map((r) => [r.ctl & 4, r.ecn ?? 0, aceOfRecord(r)])).toEqual([[4, 0, 5]]);
  });
});
