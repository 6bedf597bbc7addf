import { describe, expect, it } from 'vitest';
import { ECN_CE, ECN_ECT_0, ECN_ECT_1 } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { inState, options, text, ts } from '../segment-arrives/testing.ts';
import { AccEcnMode } from '../tcb/acc-ecn.ts';
import { Endpoint, type SegmentRecord } from '../testing.ts';
import { counted, settle, transfer, wired } from './testing.ts';

type Counters = SegmentRecord['counters'];

/** A server in AccECN mode whose handshake is over; `stamp`: with timestamps. */
function established(config: Partial<TcpConfig> = {}, stamp = false): Endpoint {
  const e = inState('LISTEN', { config: { ecn: 'accurate', ...config } });
  e.inject('SYN,ECE,CWR', 0, 0, {
    ae: 1,
    ...options({ mss: 1000, sack: true, ...(stamp ? { ts: 1 } : {}) }),
  });
  e.inject('ACK,CWR', 1, 1, { ...(stamp ? ts(2) : {}), counters: { order: 1, values: [1, 0, 1] } });
  e.sent.length = 0;
  return e;
}

let stampVal = 2;
/** Text of the peer: `n` octets at `seq` with `ecn`; what was sent in answer. */
function hear(e: Endpoint, seq: number, n: number, ecn: number): SegmentRecord[] {
  const more = e.tcb.ts === 1 ? ts(++stampVal) : {};
  e.inject('ACK,ECE', seq, 1, { ...text(n), ae: 1, ecn, ...more });
  return e.sent.splice(0);
}

const shown = (records: readonly SegmentRecord[]): Counters[] => records.map((r) => r.counters);

describe('RFC 9768 3.2.3.3: which counters go with an ACK', () => {
  it('those that have ever changed, in the order that takes the fewest fields, and more where the padding has room', () => {
    const e = established({ delayedAckMs: 0 });
    expect(shown(hear(e, 1, 100, 0))).toEqual([undefined]); // nothing has changed
    expect(shown(hear(e, 101, 100, ECN_ECT_0))).toEqual([{ order: 0, values: [101, 0] }]);
    expect(shown(hear(e, 201, 100, ECN_CE))).toEqual([{ order: 0, values: [101, 100] }]);
    expect(shown(hear(e, 301, 100, ECN_ECT_1))).toEqual([{ order: 0, values: [101, 100, 101] }]);
    const one = established({ delayedAckMs: 0 });
    expect(shown(hear(one, 1, 100, ECN_ECT_1))).toEqual([{ order: 1, values: [101, 0] }]);
  });

  it('nothing with what acknowledges no marked octets, and nothing at all where it is off', () => {
    const e = established();
    e.send(new Uint8Array(10));
    expect(shown(e.sent.splice(0))).toEqual([undefined]);
    const off = established({ accEcnOption: 'off', delayedAckMs: 0 });
    expect(shown(hear(off, 1, 100, ECN_CE))).toEqual([undefined]);
  });

  it('counters are of 24 bits', () => {
    const e = established({ delayedAckMs: 0 });
    counted(e).rE0b = 0x1fffff0;
    expect(shown(hear(e, 1, 100, ECN_ECT_0))).toEqual([{ order: 0, values: [0x54, 0] }]);
  });

  it('SACK: a third block gives way, the second does not; without room for what has changed there is no option', () => {
    const e = established({}, true);
    expect(hear(e, 1001, 100, ECN_ECT_1).map((r) => [r.counters?.values.length, r.sack.length / 2])).toEqual([
      [2, 1],
    ]);
    expect(hear(e, 3001, 100, ECN_ECT_1).map((r) => [r.counters?.values.length, r.sack.length / 2])).toEqual([
      [2, 2],
    ]);
    expect(hear(e, 5001, 100, ECN_CE).map((r) => [r.counters?.values.length, r.sack.length / 2])).toEqual([
      [2, 2],
    ]);
    // Three fields are 12 octets, of the 8 that two blocks leave.
    expect(shown(hear(e, 7001, 100, ECN_ECT_0))).toEqual([{ order: 0, values: [101, 100] }]);
    counted(e).changed = 1;
    expect(hear(e, 9001, 100, ECN_ECT_1).map((r) => [r.counters, r.sack.length / 2])).toEqual([
      [undefined, 3],
    ]);
    expect(counted(e).changed).toBe(5);
  });

  it('beside text an option takes of the text: the segment is no larger than the MSS allows', () => {
    const e = established();
    hear(e, 1, 10, ECN_ECT_0);
    e.send(new Uint8Array(2992));
    const sent = e.sent.filter((r) => r.text.length > 0);
    expect(sent.map((r) => [r.text.length, r.counters?.values.length])).toEqual([
      [992, 2],
      [1000, undefined],
      [1000, undefined],
    ]);
  });

  it("'linux': all three with every segment, once the peer has sent some", () => {
    const e = established({ accEcnOption: 'linux' });
    e.send(new Uint8Array(1976));
    expect(e.sent.map((r) => [r.text.length, r.counters])).toEqual([
      [988, { order: 1, values: [1, 0, 1] }],
      [988, { order: 1, values: [1, 0, 1] }],
    ]);
    const silent = inState('LISTEN', { config: { ecn: 'accurate', accEcnOption: 'linux' } });
    silent.inject('SYN,ECE,CWR', 0, 0, { ae: 1 });
    silent.inject('ACK,CWR', 1, 1);
    silent.sent.length = 0;
    silent.send(new Uint8Array(10));
    expect(shown(silent.sent)).toEqual([undefined]);
  });
});

describe('RFC 9768 3.2.3.2: options that do not arrive, or not as they were sent', () => {
  const lossOf = (e: Endpoint): number =>
    counted(e).modes & (AccEcnMode.NO_OPTIONS | AccEcnMode.IGNORE_OPTIONS);

  it('3.2.3.2.2: a path that drops what has an option: it goes on without', () => {
    const { pair, sent } = wired({ ecn: 'accurate' }, { ecn: 'accurate' }, (r) => r.counters !== undefined);
    pair.connect();
    transfer(pair, 100_000);
    expect(pair.b.read.length).toBe(100_000);
    expect(lossOf(pair.b)).toBe(AccEcnMode.NO_OPTIONS);
    const last = sent.slice(-40);
    expect(last.some((s) => s.r.counters !== undefined)).toBe(false);
  });

  it('3.2.3.2.2: text that comes again though an ACK with an option acknowledged it: no options from then on', () => {
    const e = established({ delayedAckMs: 0 });
    for (const [n, seq] of [1, 101, 201].entries()) {
      expect([n, lossOf(e), shown(hear(e, seq, 100, ECN_ECT_0))[0] !== undefined]).toEqual([n, 0, true]);
      // What comes again is no acceptable segment, and counts nothing: its ACK has no option, and arrives.
      for (let i = 0; i < 2; i++)
        expect(hear(e, seq, 100, ECN_ECT_0).map((r) => [r.counters, r.sack.length])).toEqual([
          [undefined, 2],
        ]);
    }
    expect(lossOf(e)).toBe(AccEcnMode.NO_OPTIONS);
    expect(shown(hear(e, 301, 100, ECN_CE))).toEqual([undefined]);
  });

  it('3.2.3.2.2: after a lost SYN,ACK the first such repetition is enough', () => {
    const e = inState('LISTEN', { config: { ecn: 'accurate', delayedAckMs: 0 } });
    e.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ...options({ mss: 1000, sack: true }) });
    e.setNow(1_001_000);
    e.tick();
    e.inject('ACK,CWR', 1, 1);
    e.sent.length = 0;
    expect(shown(hear(e, 1, 100, ECN_ECT_0))[0]).toBeDefined();
    hear(e, 1, 100, ECN_ECT_0);
    expect(lossOf(e)).toBe(AccEcnMode.NO_OPTIONS);
  });

  it.each([
    ['EE0B', { order: 0, values: [0, 0, 1] }],
    ['EE1B', { order: 0, values: [1, 0, 0] }],
    ['EE1B, first', { order: 1, values: [0] }],
  ])('3.2.3.2.4: a first option whose %s is zero: options are ignored', (_name, counters) => {
    const a = new Endpoint(1, 1000, { ecn: 'accurate' });
    a.openActive();
    a.inject('SYN,ACK,CWR', 0, 1, { counters });
    expect(lossOf(a)).toBe(AccEcnMode.IGNORE_OPTIONS);
    a.send(new Uint8Array(500));
    a.inject('ACK,ECE', 1, 501, { ae: 1, counters: { order: 0, values: [1, 500, 1] } });
    expect(counted(a).sCeb).toBe(0);
  });

  it('3.2.3.2.4: other values than ours are no fault, nor is a zero later on', () => {
    const a = new Endpoint(1, 1000, { ecn: 'accurate' });
    a.openActive();
    a.inject('SYN,ACK,CWR', 0, 1, { counters: { order: 0, values: [77, 3, 9] } });
    a.send(new Uint8Array(500));
    a.inject('ACK,ECE', 1, 501, { ae: 1, counters: { order: 1, values: [0] } });
    expect(lossOf(a)).toBe(0);
  });

  it('3.2.3.2.3: an option that first comes late is read; not when its counters may have wrapped meanwhile', () => {
    const late = established();
    counted(late).seen = 0;
    late.send(new Uint8Array(500));
    late.inject('ACK,ECE', 1, 501, { ae: 1, counters: { order: 0, values: [501, 0] } });
    expect([counted(late).sE0b, lossOf(late)]).toEqual([501, 0]);
    const tooLate = established();
    counted(tooLate).seen = 0;
    tooLate.tcb.snd.iss = (tooLate.tcb.snd.iss - 0x900000) | 0;
    tooLate.send(new Uint8Array(500));
    tooLate.inject('ACK,ECE', 1, 0x900000 + 501, { ae: 1, counters: { order: 0, values: [501, 0] } });
    expect(lossOf(tooLate)).toBe(AccEcnMode.IGNORE_OPTIONS);
  });

  it('a path that strips options leaves the ACE field, and that is enough', () => {
    let n = 0;
    const { pair } = wired({ ecn: 'accurate' }, { ecn: 'accurate' }, (r) => {
      delete r.counters;
      if (r.ecn === ECN_ECT_0 && n++ % 5 === 0) r.ecn = ECN_CE;
      return false;
    });
    pair.connect();
    transfer(pair, 100_000);
    settle(pair);
    expect([counted(pair.a).sCep, counted(pair.a).sCeb]).toEqual([counted(pair.b).rCep, 0]);
    expect(counted(pair.b).rCep).toBeGreaterThan(10);
  });
});
