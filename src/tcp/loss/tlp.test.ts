import { describe, expect, it } from 'vitest';
import { OPT_SACK, OPT_TIMESTAMPS, Segment } from '../../wire/segment.ts';
import { FastOpen } from '../fast-open.ts';
import {
  departures,
  inState,
  octets,
  options,
  pass,
  sent,
  text,
  ts,
  type Way,
} from '../segment-arrives/testing.ts';
import { Phase } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import { tsNow } from '../timestamps.ts';
import { lossProbe, probeAnswered, Tlp } from './tlp.ts';

/** ESTABLISHED with SACK, MSS 1000 and a measured round trip of 40 ms: the RTO is 240 ms. */
function measured(way: Way = {}): Endpoint {
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn: options({ mss: 1000, sack: true }), ...way });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  return a;
}

const segment = (seq: number, len = 1000) => `ACK seq=${seq} ack=1 len=${len}`;
const last = (seq: number, len = 1000) => `PSH,ACK seq=${seq} ack=1 len=${len}`;

describe('TLP_calc_PTO (RFC 8985 section 7.2)', () => {
  it('two round trips after the last new text the last segment goes again; the RTO begins anew', () => {
    const a = measured();
    a.send(octets(3000));
    sent(a);
    expect(departures(a, 330)).toEqual([
      { at: 80, line: last(2001) },
      { at: 80 + 240, line: segment(1) },
    ]);
  });

  it('an ACK that tells of nothing that arrived leaves the time of the probe as it was: a new window, say', () => {
    const a = measured();
    a.send(octets(3000));
    sent(a);
    pass(a, 40);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    expect(departures(a, 50)).toEqual([{ at: 40, line: last(2001) }]);
  });

  it('a segment that was sent alone may wait for a delayed ACK: 200 ms more, or the retransmission timer', () => {
    for (const [rtoMs, timer] of [
      [240, 'rexmt'],
      [300, 'pto'],
    ] as const) {
      const a = measured();
      a.tcb.rto.rtoMs = rtoMs;
      a.send(octets(1000));
      sent(a);
      expect(departures(a, 290)).toEqual([{ at: Math.min(280, rtoMs), line: last(1) }]);
      expect(a.timersFired).toEqual([timer]);
    }
  });

  it('the last of several, when it is alone: a round trip and 50 ms, or two round trips', () => {
    const a = measured();
    a.send(octets(3000));
    sent(a);
    pass(a, 40);
    a.inject('ACK', 1, 2001);
    expect(departures(a, 60)).toEqual([{ at: 50, line: last(2001) }]);
  });

  it('without a measured round trip it is a second; where the retransmission timer comes first there is none', () => {
    const a = measured();
    Object.assign(a.tcb.rto, { measured: 0, rtoMs: 3000 });
    a.send(octets(2000));
    sent(a);
    expect(departures(a, 2000)[0]).toEqual({ at: 1000, line: last(1001) });
    const b = measured();
    b.tcb.rto.rtoMs = 60;
    b.send(octets(2000));
    sent(b);
    expect([departures(b, 70)[0]?.at, b.timersFired]).toEqual([60, ['rexmt']]);
  });

  it('it counts from when the last segment left, and not less than half a round trip from an ACK', () => {
    const a = measured();
    a.send(octets(3000));
    sent(a);
    pass(a, 40);
    a.inject('ACK', 1, 1001);
    pass(a, 35);
    a.inject('ACK', 1, 2001);
    expect(departures(a, 25)).toEqual([{ at: 23, line: last(2001) }]);
    a.inject('ACK', 1, 3001);
    expect(a.tcb.timer.pto).toBe(0);
  });

  it('there is none without SACK, where duplicates are counted, in recovery, and while something is SACKed', () => {
    for (const a of [
      measured({ syn: options({ mss: 1000 }) }),
      measured({ config: { lossDetection: 'dupacks' } }),
    ]) {
      a.send(octets(3000));
      expect(a.tcb.timer.pto).toBe(0);
    }
    // Nor before our SYN is acknowledged: its own timer sends it again.
    const early = inState('SYN-RECEIVED', { syn: options({ mss: 1000, sack: true }) });
    early.tcb.fastOpen = FastOpen.EARLY;
    Object.assign(early.tcb.rto, { measured: 1, srttUs: 40_000 });
    early.send(octets(2000));
    expect([sent(early).length, early.tcb.timer.pto]).toEqual([2, 0]);
    const a = measured();
    a.send(octets(3000));
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 2001) | 0, (iss + 3001) | 0] });
    expect(a.tcb.timer.pto).toBe(0);
  });
});

describe('TLP_send_probe (section 7.3)', () => {
  it('new text goes before old, one segment beyond cwnd', () => {
    const a = measured();
    a.send(octets(20_000));
    sent(a);
    pass(a, 80);
    expect([sent(a), a.tcb.cc.tlp]).toEqual([[segment(10_001)], Tlp.NEW_TEXT]);
  });

  it('one probe, then the retransmission timer', () => {
    const a = measured();
    a.send(octets(2000));
    sent(a);
    expect(departures(a, 900).map(({ line }) => line)).toEqual([last(1001), segment(1), segment(1)]);
  });

  it('none while nothing is out, in a recovery, while one is under way, or without RACK', () => {
    const probes = (change: (a: Endpoint) => void, way: Way = {}): boolean => {
      const a = measured(way);
      a.send(octets(2000));
      change(a);
      sent(a);
      a.tcb.timer.pto = 12_345;
      lossProbe(a.engine, a.tcb);
      const went = sent(a).length > 0;
      expect(a.tcb.timer.pto).toBe(went ? 0 : 12_345);
      return went;
    };
    expect(probes(() => undefined)).toBe(true);
    expect(probes((a) => a.inject('ACK', 1, 2001))).toBe(false);
    for (const phase of [Phase.FAST_RECOVERY, Phase.LOSS]) {
      expect(probes((a) => Object.assign(a.tcb.cc, { phase }))).toBe(false);
    }
    expect(probes((a) => Object.assign(a.tcb.cc, { tlp: Tlp.RESENT }))).toBe(false);
    expect(probes(() => undefined, { config: { lossDetection: 'dupacks' } })).toBe(false);
  });

  it('a lost tail is repaired by what the peer SACKs of it', () => {
    const a = measured();
    a.send(octets(5000));
    sent(a);
    pass(a, 40);
    a.inject('ACK', 1, 3001);
    pass(a, 80);
    expect(sent(a)).toEqual([last(4001)]);
    pass(a, 40);
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 3001, { opts: OPT_SACK, sack: [(iss + 4001) | 0, (iss + 5001) | 0] });
    pass(a, 10);
    expect([sent(a), a.tcb.timeouts]).toEqual([[segment(3001)], 0]);
  });

  it('so it is with timestamps: an ACK that SACKs the probe echoes what came in order, which is older', () => {
    const a = measured({ syn: options({ mss: 1012, sack: true, ts: 1 }) });
    const echo = ts(1, tsNow(a.engine, a.tcb));
    a.send(octets(5000));
    sent(a);
    pass(a, 40);
    a.inject('ACK', 1, 3001, echo);
    pass(a, 80);
    expect(sent(a)).toEqual([last(4001)]);
    pass(a, 40);
    const { iss } = a.tcb.snd;
    const sack = [(iss + 4001) | 0, (iss + 5001) | 0];
    a.inject('ACK', 1, 3001, { ...echo, opts: OPT_SACK | OPT_TIMESTAMPS, sack });
    pass(a, 10);
    expect([sent(a), a.tcb.timeouts]).toEqual([[segment(3001)], 0]);
  });
});

describe('TLP_process_ack (section 7.4.2)', () => {
  /** A probe of the last of two segments has gone, and both are acknowledged. */
  function answered(way: Way = {}): Endpoint {
    const a = measured(way);
    a.send(octets(2000));
    pass(a, 80);
    expect(a.tcb.cc.tlp).toBe(Tlp.RESENT);
    a.inject('ACK', 1, 2001);
    sent(a);
    expect(a.tcb.cc.tlp).toBe(Tlp.RESENT); // there should be a second one
    return a;
  }

  it('a probe of new text that is acknowledged has told all: nothing was lost', () => {
    const a = measured();
    a.send(octets(20_000));
    pass(a, 80);
    expect(a.tcb.cc.tlp).toBe(Tlp.NEW_TEXT);
    const { ssthresh } = a.tcb.cc;
    a.inject('ACK', 1, 11_001);
    expect([a.tcb.cc.tlp, a.tcb.cc.ssthresh]).toEqual([Tlp.NONE, ssthresh]);
  });

  it('what is no answer: an ACK with text, a DSACK of something else', () => {
    const a = answered();
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 2001, text(10));
    a.inject('ACK', 11, 2001, { opts: OPT_SACK, sack: [(iss + 1) | 0, (iss + 1001) | 0] });
    expect(a.tcb.cc.tlp).toBe(Tlp.RESENT);
    a.send(octets(1000));
    a.inject('ACK', 11, 3001);
    expect([a.tcb.cc.tlp, a.tcb.cc.ssthresh < 10_000]).toEqual([Tlp.NONE, true]);
  });

  it('without a probe there is no answer to one', () => {
    const a = measured();
    const { tcb, engine } = a;
    a.send(octets(2000));
    tcb.cc.tlpEnd = tcb.snd.una;
    const { ssthresh, cwnd } = tcb.cc;
    const seg = new Segment().set(1, (tcb.snd.una + 1000) | 0, 0x10);
    probeAnswered(engine, tcb, seg, engine.sample.none(tcb));
    expect([tcb.cc.ssthresh, tcb.cc.cwnd]).toEqual([ssthresh, cwnd]);
  });

  it('so it is where the probe ends at 0', () => {
    answered({ rules: { selectIss: () => -2001 } });
  });

  it('an ACK of later text, and no DSACK before it: the probe has repaired a loss, and cwnd says so', () => {
    const a = answered();
    a.send(octets(1000));
    a.inject('ACK', 1, 3001);
    expect([a.tcb.cc.tlp, a.tcb.cc.ssthresh < 10_000, a.tcb.cc.phase]).toEqual([Tlp.NONE, true, Phase.OPEN]);
    expect(a.tcb.cc.cwnd).toBeLessThanOrEqual(a.tcb.cc.ssthresh + 1000);
  });

  it('a DSACK of the probe: nothing was lost, nothing changes, nor does the reordering window', () => {
    const a = answered();
    const { ssthresh, cwnd } = a.tcb.cc;
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 2001, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 2001) | 0] });
    a.send(octets(1000));
    a.inject('ACK', 1, 3001);
    expect([a.tcb.cc.tlp, a.tcb.cc.ssthresh, a.tcb.cc.reoMult]).toEqual([Tlp.NONE, ssthresh, 0]);
    expect(a.tcb.cc.cwnd).toBeGreaterThanOrEqual(cwnd);
  });

  it('a DSACK of the probe is no sign of reordering; one of something else is', () => {
    for (const [left, mult] of [
      [1001, 0],
      [1, 1],
    ] as const) {
      const a = answered();
      a.send(octets(1000));
      const { iss } = a.tcb.snd;
      const sack = [(iss + left) | 0, (iss + left + 1000) | 0];
      a.inject('ACK', 1, 2001, { opts: OPT_SACK, sack });
      expect([left, a.tcb.cc.reoMult]).toEqual([left, mult]);
    }
  });

  it('a duplicate ACK without SACK: the same, from a peer that reports no duplicates', () => {
    const a = answered();
    const { ssthresh } = a.tcb.cc;
    a.inject('ACK', 1, 2001);
    a.send(octets(1000));
    a.inject('ACK', 1, 3001);
    expect([a.tcb.cc.tlp, a.tcb.cc.ssthresh]).toEqual([Tlp.NONE, ssthresh]);
  });
});
