// What a connection takes from the one before it to the same peer, and what it leaves (RFC 9040 section 5). That a host
// keeps it, and for how long, src/host/tcp/peer-metrics.test.ts shows.

import { describe, expect, it } from 'vitest';
import type { PeerMetrics } from './metrics.ts';
import { noteMetrics, useMetrics } from './metrics.ts';
import { inState, options } from './segment-arrives/testing.ts';
import type { StateName } from './tcb/state.ts';
import { NO_SSTHRESH, Phase } from './tcb/tcb.ts';
import type { Endpoint } from './testing.ts';

const UNKNOWN: PeerMetrics = { rttUs: 0, rttvarUs: 0, ssthresh: 0, reordering: 0, accEcnBlocked: 0 };
type Given = { readonly state?: StateName; readonly config?: object; readonly sack?: boolean };

/** An endpoint whose host remembers `known` of the peer; null: nothing. */
function knowing(
  known: Partial<PeerMetrics> | null,
  { state = 'ESTABLISHED', config, sack = true }: Given = {},
) {
  const a = inState(state, {
    syn: options({ mss: 1000, sack }),
    config: { peerMetrics: 'all', rtoSlopMs: 0, ...config },
  });
  let entry = known === null ? null : { ...UNKNOWN, ...known };
  a.engine.metrics = {
    find: () => entry,
    entry: () => {
      entry ??= { ...UNKNOWN };
      return entry;
    },
  };
  return { a, entry: () => entry };
}

/** The RTO after the connection has begun with what is known. */
function rtoMs(known: Partial<PeerMetrics> | null, rto: Partial<Endpoint['tcb']['rto']>, config = {}) {
  const { a } = knowing(known, { config });
  Object.assign(a.tcb.rto, { measured: 0, srttUs: 0, rtoMs: 1000, ...rto });
  useMetrics(a.engine, a.tcb);
  return a.tcb.rto.rtoMs;
}

describe('a connection begins with what is known of the peer', () => {
  it('the RTO of a longer round trip than its own SYN had (RFC 6298 section 2.3), never a shorter one', () => {
    const known = { rttUs: 300_500, rttvarUs: 100_100 };
    expect(rtoMs(known, {})).toBe(301 + 401);
    expect(rtoMs(known, { measured: 1, srttUs: 300_499 })).toBe(301 + 401);
    for (const srttUs of [300_500, 400_000]) expect(rtoMs(known, { measured: 1, srttUs })).toBe(1000);
    expect(rtoMs(known, { measured: 0, srttUs: 400_000 })).toBe(301 + 401);
    expect(rtoMs({ rttUs: 0, rttvarUs: 100_100 }, {})).toBe(1000);
  });

  it('the margin is at least the least RTO, the sum at most the greatest, with what is added to every RTO', () => {
    const known = { rttUs: 300_000, rttvarUs: 10_000 };
    expect(rtoMs(known, {}, { minRtoMs: 200 })).toBe(500);
    expect(rtoMs(known, {}, { minRtoMs: 200, rtoSlopMs: 7 })).toBe(507);
    expect(rtoMs(known, {}, { minRtoMs: 200, maxRtoMs: 450 })).toBe(450);
  });

  it('the reordering that the path has shown, with SACK', () => {
    for (const [reordering, own, sack, mult, persist] of [
      [0, 0, true, 0, 0],
      [1, 0, true, 1, 0],
      [4, 0, true, 4, 16],
      [4, 6, true, 6, 16],
      [4, 0, false, 0, 0],
    ] as const) {
      const { a } = knowing({ reordering }, { sack });
      a.tcb.cc.reoMult = own;
      useMetrics(a.engine, a.tcb);
      expect([reordering, own, a.tcb.cc.reoMult, a.tcb.cc.reoPersist]).toEqual([
        reordering,
        own,
        mult,
        persist,
      ]);
    }
  });

  it("ssthresh with the setting 'all' only", () => {
    for (const [peerMetrics, ssthresh, is] of [
      ['all', 50_000, 50_000],
      ['all', 0, NO_SSTHRESH],
      ['path', 50_000, NO_SSTHRESH],
    ] as const) {
      const { a } = knowing({ ssthresh }, { config: { peerMetrics } });
      useMetrics(a.engine, a.tcb);
      expect([peerMetrics, a.tcb.cc.ssthresh]).toEqual([peerMetrics, is]);
    }
  });

  it("with nothing where nothing is known, the setting is 'off', or the host remembers nothing", () => {
    const known = { rttUs: 300_000, rttvarUs: 1000, ssthresh: 50_000, reordering: 4 };
    const untouched = ({ a }: { a: Endpoint }) => {
      const before = structuredClone({
        rto: a.tcb.rto,
        reoMult: a.tcb.cc.reoMult,
        ssthresh: a.tcb.cc.ssthresh,
      });
      useMetrics(a.engine, a.tcb);
      const { rto, cc } = a.tcb;
      expect({ rto, reoMult: cc.reoMult, ssthresh: cc.ssthresh }).toEqual(before);
    };
    untouched(knowing(null));
    untouched(knowing(known, { config: { peerMetrics: 'off' } }));
    const none = knowing(known);
    none.a.engine.metrics = null;
    untouched(none);
  });
});

describe('what a connection leaves', () => {
  /** What is known when a connection that has measured `rto` and seen `cc` has ended. */
  function left(
    known: Partial<PeerMetrics> | null,
    rto: Partial<Endpoint['tcb']['rto']> = {},
    cc: Partial<Endpoint['tcb']['cc']> = {},
    given: Given = {},
  ) {
    const { a, entry } = knowing(known, given);
    Object.assign(a.tcb.rto, { measured: 1, srttUs: 80_000, rttvarUs: 8000, ...rto });
    Object.assign(a.tcb.cc, cc);
    noteMetrics(a.engine, a.tcb);
    return entry();
  }

  it('a longer round trip at once, a shorter one by and by', () => {
    expect(left(null)).toEqual({ ...UNKNOWN, rttUs: 80_000, rttvarUs: 8000 });
    expect(left({ rttUs: 80_800, rttvarUs: 8400 })).toMatchObject({ rttUs: 80_700, rttvarUs: 8300 });
    expect(left({ rttUs: 60_000, rttvarUs: 6000 })).toMatchObject({ rttUs: 80_000, rttvarUs: 8000 });
  });

  it('that what was known is doubtful, when nothing came back in time', () => {
    const known = { rttUs: 60_000, rttvarUs: 6000, ssthresh: 9000, reordering: 2 };
    const doubtful = { ...UNKNOWN, ...known, rttUs: 0, rttvarUs: 0 };
    expect(left(known, { measured: 0 }, { reoMult: 5 })).toEqual(doubtful);
    expect(left(known, { timeouts: 1 }, { reoMult: 5 })).toEqual(doubtful);
  });

  it('the most reordering that was seen', () => {
    expect(left({ reordering: 2 }, {}, { reoMult: 5 })?.reordering).toBe(5);
    expect(left({ reordering: 7 }, {}, { reoMult: 5 })?.reordering).toBe(7);
  });

  it('ssthresh after a loss: half of cwnd when that has grown since, what recovery set while it lasts', () => {
    const cc = { cwnd: 40_000, ssthresh: 12_000, phase: Phase.OPEN };
    expect(left({ ssthresh: 90_000 }, {}, cc)?.ssthresh).toBe(20_000);
    expect(left(null, {}, { ...cc, cwnd: 16_000 })?.ssthresh).toBe(12_000);
    expect(left(null, {}, { ...cc, phase: Phase.FAST_RECOVERY })?.ssthresh).toBe(12_000);
  });

  it('without a loss: only that slow start went beyond what was known', () => {
    const cc = { cwnd: 40_000, ssthresh: NO_SSTHRESH };
    expect(left({ ssthresh: 15_000 }, {}, cc)?.ssthresh).toBe(20_000);
    for (const ssthresh of [20_000, 30_000, 0]) expect(left({ ssthresh }, {}, cc)?.ssthresh).toBe(ssthresh);
    expect(left({ ssthresh: 19_999 }, {}, cc)?.ssthresh).toBe(20_000);
  });

  it("nothing before ESTABLISHED, after TIME-WAIT, with the setting 'off', or to a host that remembers nothing", () => {
    for (const state of ['SYN-SENT', 'SYN-RECEIVED', 'TIME-WAIT'] as const)
      expect([state, left(null, {}, {}, { state })]).toEqual([state, null]);
    for (const state of ['ESTABLISHED', 'FIN-WAIT-2', 'LAST-ACK'] as const)
      expect(left(null, {}, {}, { state })?.rttUs).toBe(80_000);
    expect(left(null, {}, {}, { config: { peerMetrics: 'off' } })).toBeNull();
    const { a } = knowing(null);
    a.engine.metrics = null;
    expect(() => noteMetrics(a.engine, a.tcb)).not.toThrow();
  });
});
