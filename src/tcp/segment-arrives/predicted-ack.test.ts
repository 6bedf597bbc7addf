// Which ACKs go the short way of the fifth step, and that it has the effect of the whole one.

import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { rfc9293 } from '../rules.ts';
import { TIMES, WORDS } from '../tcb/sent.ts';
import { Phase } from '../tcb/tcb.ts';
import type { Endpoint, SegmentRecord } from '../testing.ts';
import { inState, octets, options, pass, text, ts, type Way } from './testing.ts';

interface Given extends Way {
  readonly cwnd?: number;
  readonly past?: (a: Endpoint) => void;
}
type Arrival = readonly [ctl: string, seq: number, ack: number, more?: Partial<SegmentRecord>];

registerCongestionControl({ ...newReno, name: 'paced-ack', paced: true, pacingRate: () => 1_000_000 });
registerCongestionControl({ ...newReno, name: 'owner-ack', ownsRecovery: true, onAck: () => 7777 });

/** One connection, whose past is `given`, meets the segment; `whole` counts the ACKs that went the whole way. */
function meets(given: Given, short: boolean, [ctl, seq, ack, more]: Arrival) {
  let whole = 0;
  const a = inState('ESTABLISHED', {
    startUs: 5_000_000,
    ...given,
    rules: {
      newAck: (e, tcb, s) => {
        whole++;
        rfc9293.newAck(e, tcb, s);
      },
    },
  });
  a.engine.predicts = true;
  given.past?.(a);
  a.lines();
  a.signals = 0;
  whole = 0;
  a.engine.predictsAcks = short;
  a.inject(ctl, seq, ack, more);
  const { config, ...tcb } = structuredClone({ ...a.tcb });
  const { sample } = a.engine;
  return {
    whole,
    effect: { tcb, sample: { ...sample }, sent: a.lines(), drops: a.drops, signals: a.signals },
    a,
  };
}

/** Whether the ACK went the short way; in either case what it does is the same, at once and after half a second. */
function predicted(given: Given, ...arrival: Arrival): boolean {
  const short = meets(given, true, arrival);
  const whole = meets(given, false, arrival);
  expect(short.effect).toEqual(whole.effect);
  for (const { a } of [short, whole]) pass(a, 500);
  expect([short.a.lines(), short.a.timersFired]).toEqual([whole.a.lines(), whole.a.timersFired]);
  return short.whole === 0;
}

/** The round trip is 40 ms. Segments of 1000 octets are in flight, one sent each millisecond. */
function flight(count: number, way: Given = {}, more: (a: Endpoint) => void = () => {}): Given {
  return {
    syn: options({ mss: 1000, sack: true }),
    ...way,
    past: (a) => {
      Object.assign(a.tcb.rto, {
        measured: 1,
        srttUs: 40_000,
        rttvarUs: 10_000,
        minRttUs: 40_000,
        rtoMs: 240,
      });
      a.tcb.cc.cwnd = way.cwnd ?? 10_000;
      for (let n = 0; n < count; n++) {
        a.send(octets(1000));
        a.setNow(a.engine.now + 1000);
      }
      a.setNow(a.engine.now + 30_000);
      more(a);
    },
  };
}

describe('an ACK as predicted', () => {
  it('is of one segment, of several, of a part, or of all that is in flight', () => {
    for (const ack of [1001, 1501, 2001, 2500, 6001]) expect(predicted(flight(6), 'ACK', 1, ack)).toBe(true);
  });

  it('also after others: where the last one ended, within a segment, or with the next of what it left', () => {
    for (const first of [1001, 1501, 3001]) {
      const given = flight(6, {}, (a) => {
        a.inject('ACK', 1, first);
        a.setNow(a.engine.now + 5000);
      });
      for (const ack of [first + 1, 3501, 4001, 6001]) expect(predicted(given, 'ACK', 1, ack)).toBe(true);
    }
  });

  it('with a new window, with text, without measured time between', () => {
    expect(predicted(flight(3), 'ACK', 1, 2001, { wnd: 1 })).toBe(true);
    expect(predicted(flight(3), 'ACK', 1, 2001, { wnd: 60_000 })).toBe(true);
    expect(predicted(flight(3), 'ACK', 1, 2001, text(100))).toBe(true);
    const atOnce = flight(1, {}, (a) => a.setNow(a.engine.now - 31_000));
    expect(predicted(atOnce, 'ACK', 1, 1001)).toBe(true);
  });

  it('lets go what waited for cwnd, which grows where it limits', () => {
    const waiting = (cwnd: number) =>
      flight(0, { cwnd }, (a) => {
        a.send(octets(9000));
        a.setNow(a.engine.now + 40_000);
      });
    for (const cwnd of [3000, 3500, 5000, 20_000]) {
      expect(predicted(waiting(cwnd), 'ACK', 1, 2001)).toBe(true);
    }
    expect(meets(waiting(3000), true, ['ACK', 1, 2001]).a.tcb.cc.cwnd).toBe(5000);
    // Of all that is in flight: what waited is timed from now (RFC 6298 section 5.1), R1 and R2, too.
    expect(predicted(waiting(3000), 'ACK', 1, 3001)).toBe(true);
    const { a } = meets(waiting(3000), true, ['ACK', 1, 3001]);
    expect(a.tcb.timer.rexmt).toBe(a.engine.ms + a.tcb.rto.rtoMs);
    expect(a.tcb.timer.user).toBe(a.engine.ms + a.tcb.config.r2Ms);
    expect(meets(flight(3), true, ['ACK', 1, 3001]).a.tcb.cc.cwnd).toBe(10_000);
  });

  it('in congestion avoidance, with pacing, and under a control that owns recovery', () => {
    const avoiding = flight(6, {}, (a) => {
      a.tcb.cc.ssthresh = 5000;
      a.tcb.cc.cwnd = 6000;
      a.send(octets(4000));
    });
    expect(predicted(avoiding, 'ACK', 1, 3001)).toBe(true);
    const paced = flight(4, { config: { congestion: 'paced-ack' } });
    expect(predicted(paced, 'ACK', 1, 2001)).toBe(true);
    expect(meets(paced, true, ['ACK', 1, 2001]).a.tcb.cc.pacingRate).toBe(1_000_000);
    const owned = flight(4, { config: { congestion: 'owner-ack' } });
    expect(predicted(owned, 'ACK', 1, 2001)).toBe(true);
    expect(meets(owned, true, ['ACK', 1, 2001]).a.tcb.cc.cwnd).toBe(7777);
  });

  it('forgets a soft error, keep-alive probes, duplicates; keeps `recover` behind SND.UNA', () => {
    const given = flight(5, {}, (a) => {
      a.tcb.cc.dupAcks = 2;
      a.tcb.softError = 5;
      a.tcb.rto.probes = 3;
      a.tcb.cc.recover = (a.tcb.snd.una - 100_000) | 0;
      a.tcb.cc.ecnRecover = (a.tcb.snd.una - 100_000) | 0;
    });
    expect(predicted(given, 'ACK', 1, 3001)).toBe(true);
    const { tcb } = meets(given, true, ['ACK', 1, 3001]).a;
    expect([tcb.softError, tcb.rto.probes, tcb.cc.dupAcks]).toEqual([0, 0, 0]);
    expect([tcb.cc.recover, tcb.cc.ecnRecover]).toEqual([(tcb.snd.una - 2) | 0, (tcb.snd.una - 2) | 0]);
    const ahead = flight(5, {}, (a) => {
      a.tcb.cc.recover = (a.tcb.snd.una + 5000) | 0;
      a.tcb.cc.ecnRecover = (a.tcb.snd.una + 5000) | 0;
    });
    expect(predicted(ahead, 'ACK', 1, 3001)).toBe(true);
  });

  it('measures the round trip by the segment that has waited longest, and RACK’s by the last', () => {
    expect(predicted(flight(6), 'ACK', 1, 6001)).toBe(true);
    const { tcb, engine } = meets(flight(6), true, ['ACK', 1, 6001]).a;
    expect([engine.sample.longestRttUs, engine.sample.rttUs]).toEqual([36_000, 31_000]);
    expect(tcb.rto.srttUs).toBeLessThan(40_000);
    // What was sent when the clock stood behind is no sample of less than nothing; what lies far ahead is none at all.
    for (const us of [500, 2000]) {
      const back = flight(1, {}, (a) => {
        const { words } = a.tcb.sent as NonNullable<typeof a.tcb.sent>;
        for (let i = 0; i < words.length; i++) if (words[i] === 5_000_000) words[i] = (a.engine.us + us) | 0;
      });
      expect(predicted(back, 'ACK', 1, 1001)).toBe(true);
    }
  });

  it('in a record that had others in it before: what went twice then is not looked at', () => {
    const anew = flight(4, { config: { lossDetection: 'dupacks' } }, (a) => {
      for (let n = 0; n < 3; n++) a.inject('ACK', 1, 1);
      for (const end of [1001, 2001, 3001, 4001]) a.inject('ACK', 1, end); // each partial one sends the next again
      a.send(octets(2000));
      a.setNow(a.engine.now + 40_000);
    });
    for (const ack of [4501, 5001, 6001]) expect(predicted(anew, 'ACK', 1, ack)).toBe(true);
  });

  it('leaves what RACK knows where something that was sent later has arrived', () => {
    // Without SACK nobody asks RACK: what it knows may be of a retransmission that left after new text.
    const given = flight(5, { syn: options({ mss: 1000 }), cwnd: 8000 }, (a) => {
      for (let n = 0; n < 3; n++) a.inject('ACK', 1, 1);
      a.setNow(a.engine.now + 1000);
      a.send(octets(2000)); // leaves as duplicates allow
      for (let n = 0; n < 4; n++) a.inject('ACK', 1, 1);
      a.setNow(a.engine.now + 1000);
      a.inject('ACK', 1, 1001); // 1001 goes again, after 5001
      a.setNow(a.engine.now + 40_000);
      a.inject('ACK', 1, 5001);
    });
    const { a } = meets(given, true, ['ACK', 1, 6001]);
    const before = meets(given, true, ['ACK', 1, 5001]).a.tcb.sent;
    expect(predicted(given, 'ACK', 1, 6001)).toBe(true);
    expect([a.tcb.sent?.rackUs, a.tcb.sent?.rackEnd]).toEqual([before?.rackUs, before?.rackEnd]);
  });

  it('stamped: with the echo that SACK and RACK do not need', () => {
    const given = flight(4, { syn: options({ mss: 1000, sack: true, ts: 1000 }) });
    expect(predicted(given, 'ACK', 1, 2001, ts(1001, 1))).toBe(true);
  });
});

describe('an ACK that is not as predicted goes the whole way', () => {
  it('of nothing new, with SACK blocks, with a window of 0', () => {
    const { iss } = meets(flight(1), true, ['ACK', 1, 1]).a.tcb.snd;
    const block = { opts: OPT_SACK, sack: [(iss + 4001) | 0, (iss + 5001) | 0] };
    expect(meets(flight(5), true, ['ACK', 1, 1001, block]).whole).toBe(1);
    expect(predicted(flight(5), 'ACK', 1, 1001, block)).toBe(false);
    expect(predicted(flight(5), 'ACK', 1, 1001, { wnd: 0 })).toBe(false);
    const { a } = meets(flight(5), true, ['ACK', 1, 1]);
    expect(a.tcb.cc.dupAcks).toBe(1);
  });

  it('while something is lost, SACKed or probed, or comes out of order', () => {
    const { iss } = meets(flight(1), true, ['ACK', 1, 1]).a.tcb.snd;
    const sacked = flight(6, {}, (a) =>
      a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 2001) | 0] }),
    );
    expect(predicted(sacked, 'ACK', 1, 1001)).toBe(false);
    const passed = flight(6, {}, (a) => {
      a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 2001) | 0] });
      a.inject('ACK', 1, 2001);
    });
    expect(predicted(passed, 'ACK', 1, 3001)).toBe(true);
    const recovering = flight(6, {}, (a) =>
      a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 5001) | 0] }),
    );
    for (const ack of [1001, 5001, 6001]) expect(predicted(recovering, 'ACK', 1, ack)).toBe(false);
    const probed = flight(3, {}, (a) => pass(a, 150));
    expect(predicted(probed, 'ACK', 1, 3001)).toBe(false);
    const timedOut = flight(3, { config: { lossDetection: 'dupacks' } }, (a) => pass(a, 400));
    expect(predicted(timedOut, 'ACK', 1, 3001)).toBe(false);
    const again = flight(3, { config: { lossDetection: 'dupacks' } }, (a) => {
      pass(a, 400);
      a.inject('ACK', 1, 1001);
      a.setNow(a.engine.now + 40_000);
    });
    expect(predicted(again, 'ACK', 1, 3001)).toBe(false);
  });

  it('of what went twice, which tells no round trip (MUST-18), when that was needless (RFC 3522)', () => {
    const given = flight(6, { syn: options({ mss: 1012, sack: true, ts: 1 }) }, (a) => {
      const first = (a.engine.ms + a.tcb.tsOffset - 36) | 0;
      pass(a, 1000);
      a.inject('ACK', 1, 501, ts(2, first)); // an echo from before the timeout, of a part of what went again
      pass(a, 2);
    });
    const { a } = meets(given, true, ['ACK', 1, 501, ts(2)]);
    expect([a.tcb.cc.phase, a.tcb.retransmissions > 0, a.tcb.sent?.sacked]).toEqual([Phase.OPEN, true, 0]);
    expect(predicted(given, 'ACK', 1, 1001, ts(2))).toBe(false);
  });

  it('of what went twice, wherever it is in what is acknowledged', () => {
    for (const [acked, twice] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const given = flight(6, {}, (a) => {
        if (acked > 0) a.inject('ACK', 1, 1 + 1000 * acked);
        const { sent } = a.tcb;
        if (sent === null) throw new Error('nothing is in flight');
        sent.words[(sent.first + twice) * WORDS + TIMES] = 2;
      });
      expect(predicted(given, 'ACK', 1, 1001 + 1000 * (acked + twice))).toBe(false);
      expect(predicted(given, 'ACK', 1, 1 + 1000 * (acked + twice))).toBe(true);
    }
  });

  it('while duplicates say that something has left; while the path MTU is searched', () => {
    const two = flight(5, { syn: options({ mss: 1000 }) }, (a) => {
      for (let n = 0; n < 2; n++) a.inject('ACK', 1, 1);
    });
    expect(predicted(two, 'ACK', 1, 1001)).toBe(false);
    const probing = flight(3, { config: { mtuProbing: 'on' } });
    expect(predicted(probing, 'ACK', 1, 1001)).toBe(false);
  });

  it('before a round trip was measured, with urgent data, and when the machine has slept', () => {
    expect(
      predicted(
        flight(3, {}, (a) => Object.assign(a.tcb.rto, { measured: 0 })),
        'ACK',
        1,
        1001,
      ),
    ).toBe(false);
    expect(
      predicted(
        flight(3, {}, (a) => a.setNow(a.engine.now + 10_000_000)),
        'ACK',
        1,
        1001,
      ),
    ).toBe(false);
    const urgent = flight(3, {}, (a) => a.send(octets(10), true));
    expect(predicted(urgent, 'ACK', 1, 1001)).toBe(false);
  });
});
