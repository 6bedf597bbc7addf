import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, pass, sent, ts } from '../segment-arrives/testing.ts';
import { cut, markLost } from '../send/sent.ts';
import type { Sent } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import type { AckSample } from './sample.ts';
import { Frto, startUndo, undo } from './undo.ts';

/** ESTABLISHED with SACK, MSS 1000, a measured round trip of 40 ms, ten segments in flight, more queued. */
function flight(stamped = false): Endpoint {
  const syn = options({ mss: stamped ? 1012 : 1000, sack: true, ...(stamped ? { ts: 1 } : {}) });
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  a.tcb.cc.cwnd = 10_000;
  a.send(octets(40_000));
  sent(a);
  return a;
}

/** The blocks of an ACK, relative to our ISS, as fields. */
function blocks(a: Endpoint, ...edges: number[]) {
  return { opts: OPT_SACK, sack: edges.map((edge) => (a.tcb.snd.iss + edge) | 0) };
}

const segment = (seq: number, len = 1000) => `ACK seq=${seq} ack=1 len=${len}`;

describe('RFC 3708: every retransmission was reported as a duplicate', () => {
  it('cwnd and ssthresh are what they were; a part of them is not enough', () => {
    const a = flight();
    const { cwnd, ssthresh } = a.tcb.cc;
    pass(a, 40);
    a.inject('ACK', 1, 1, blocks(a, 2001, 6001)); // 1 and 1001 are taken for lost
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.FAST_RECOVERY, [segment(1)]]);
    a.inject('ACK', 1, 1, blocks(a, 2001, 8001));
    expect(sent(a)[0]).toBe(segment(1001));
    pass(a, 2);
    a.inject('ACK', 1, 10_001); // they had only been overtaken
    pass(a, 38);
    a.inject('ACK', 1, 10_001, blocks(a, 1, 1001));
    expect(a.tcb.cc.ssthresh).toBe(5000);
    a.inject('ACK', 1, 10_001, blocks(a, 1001, 2001));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, ssthresh]);
    expect(a.tcb.cc.cwnd).toBeGreaterThanOrEqual(cwnd);
  });
});

describe('Eifel (RFC 3522)', () => {
  it('the ACK that advances echoes a timestamp from before the retransmission: it was needless', () => {
    const a = flight(true);
    const first = (a.engine.ms + a.tcb.tsOffset) | 0;
    const { cwnd, ssthresh } = a.tcb.cc;
    pass(a, 40);
    const report = blocks(a, 1001, 4001);
    a.inject('ACK', 1, 1, { ...ts(2, first), ...report, opts: ts(2, first).opts! | OPT_SACK });
    expect([a.tcb.cc.phase, a.tcb.retransmissions]).toEqual([Phase.FAST_RECOVERY, 1]);
    pass(a, 2);
    a.inject('ACK', 1, 4001, ts(3, first));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh, a.tcb.cc.cwnd >= cwnd]).toEqual([Phase.OPEN, ssthresh, true]);
  });

  it('one that echoes the retransmission changes nothing', () => {
    const a = flight(true);
    const first = (a.engine.ms + a.tcb.tsOffset) | 0;
    pass(a, 40);
    const report = blocks(a, 1001, 4001);
    a.inject('ACK', 1, 1, { ...ts(2, first), ...report, opts: ts(2, first).opts! | OPT_SACK });
    pass(a, 40);
    a.inject('ACK', 1, 4001, ts(3, (first + 40) | 0));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.FAST_RECOVERY, 5000]);
  });
});

describe('F-RTO (RFC 5682 section 3.1)', () => {
  /** The retransmission timer has expired: 1 has gone again. */
  function timedOut(): Endpoint {
    const a = flight();
    a.tcb.timer.pto = 0;
    pass(a, 240);
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.LOSS, [segment(1)]]);
    return a;
  }

  it('the first ACK after the timeout brings new text, not old', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual([segment(10_001), segment(11_001)]);
  });

  it('then an ACK of what was not sent again: the timeout was spurious, all is as before', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    a.inject('ACK', 1, 2001);
    expect([a.tcb.cc.phase, a.tcb.sent?.lost, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, 0, 0x3fffffff]);
    expect([a.tcb.cc.cwnd >= 10_000, a.tcb.retransmissions]).toEqual([true, 1]);
  });

  it('or a report of the new text alone: what is missing was lost, and goes again', () => {
    const a = timedOut();
    a.inject('ACK', 1, 1001);
    sent(a);
    a.inject('ACK', 1, 1001, blocks(a, 10_001, 11_001));
    expect(sent(a)[0]).toBe(segment(1001));
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.LOSS, 5000]);
  });

  it('without new text the old goes again at once', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }), startUs: 5_000_000 });
    a.send(octets(5000));
    a.tcb.timer.pto = 0;
    pass(a, a.tcb.rto.rtoMs);
    sent(a);
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual([segment(1001), segment(2001)]);
  });

  it('an ACK of everything that was outstanding says nothing: the usual way', () => {
    const a = timedOut();
    a.inject('ACK', 1, 10_001);
    expect([a.tcb.cc.phase, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, 5000]);
  });
});

describe('each part of a sign', () => {
  interface Given {
    readonly cc?: Partial<Tcb['cc']>;
    readonly sent?: Partial<Sent>;
    readonly ack?: Partial<AckSample>;
  }

  /** What an ACK means to an episode that has begun at SND.UNA, when nothing speaks for or against it but `given`. */
  function meant({ cc, sent: record, ack }: Given) {
    const a = flight();
    const of = a.tcb.sent as Sent;
    a.tcb.cc.phase = Phase.FAST_RECOVERY;
    a.tcb.cc.recover = (a.tcb.snd.nxt - 1) | 0;
    startUndo(a.tcb, of);
    Object.assign(of, { resentAny: 1, resentOctets: 1000, resentStamp: 10, ...record });
    Object.assign(a.tcb.cc, cc);
    const s = Object.assign(a.engine.sample.none(a.tcb), { tsEcr: 10, dsackRight: of.undoFrom }, ack);
    return { undone: undo(a.engine, a.tcb, s), frto: of.frto };
  }
  const differently = (all: Given, ...one: Given[]): Given[] =>
    one.map(({ cc, sent: record, ack }) => ({
      cc: { ...all.cc, ...cc },
      sent: { ...all.sent, ...record },
      ack: { ...all.ack, ...ack },
    }));

  it('DSACK: of as many octets as went again, in this episode', () => {
    const right = (flight().tcb.snd.una + 1) | 0;
    const all: Given = { ack: { dsack: 1000, dsackRight: right } };
    expect(meant(all).undone).toBe(true);
    for (const given of differently(
      all,
      { sent: { undoable: 0 } },
      { ack: { dsack: 0 }, sent: { resentOctets: 0 } },
      { sent: { resentAny: 0 } },
      { sent: { resentOctets: 1001 } },
      { ack: { dsackRight: (right - 1) | 0 } },
    ))
      expect([given, meant(given).undone]).toEqual([given, false]);
  });

  it('Eifel: something is acknowledged, and the echo is older than what went again', () => {
    const all: Given = { ack: { advanced: 1, echoed: 1, tsEcr: 9 } };
    expect(meant(all).undone).toBe(true);
    for (const given of differently(
      all,
      { cc: { phase: Phase.OPEN } },
      { ack: { advanced: 0 } },
      { ack: { echoed: 0 } },
      { ack: { tsEcr: 10 } },
      { sent: { resentAny: 0 } },
    ))
      expect([given, meant(given).undone]).toEqual([given, false]);
  });

  it('F-RTO: after a timeout something arrives that was not sent again', () => {
    for (const frto of [Frto.RESENT, Frto.NEW_TEXT]) {
      const all: Given = { cc: { phase: Phase.LOSS }, sent: { frto }, ack: { original: 1 } };
      expect(meant(all).undone).toBe(true);
      for (const given of differently(
        all,
        { cc: { phase: Phase.FAST_RECOVERY } },
        { sent: { frto: Frto.OFF } },
      ))
        expect([given, meant(given).undone]).toEqual([given, false]);
    }
  });

  it('F-RTO: where it stands after each ACK', () => {
    const { OFF, RESENT, NEW_TEXT } = Frto;
    for (const [frto, ack, then] of [
      [RESENT, {}, RESENT],
      [RESENT, { advanced: 1 }, NEW_TEXT],
      [RESENT, { advanced: 1, sacked: 1000 }, OFF],
      [RESENT, { sacked: 1000 }, OFF],
      [NEW_TEXT, {}, NEW_TEXT],
      [NEW_TEXT, { advanced: 1 }, OFF],
      [NEW_TEXT, { sacked: 1000 }, OFF],
      [OFF, { advanced: 1 }, OFF],
    ] as const) {
      const given: Given = { cc: { phase: Phase.LOSS }, sent: { frto }, ack };
      expect([frto, ack, meant(given)]).toEqual([frto, ack, { undone: false, frto: then }]);
    }
  });

  it('what counted as lost is under way again, in as few pieces as it was sent; what is SACKed stays so', () => {
    const a = flight();
    const record = a.tcb.sent as Sent;
    pass(a, 40);
    a.tcb.cc.recover = (a.tcb.snd.nxt - 1) | 0;
    a.inject('ACK', 1, 1, blocks(a, 2001, 3001));
    startUndo(a.tcb, record);
    a.tcb.cc.phase = Phase.LOSS;
    record.frto = Frto.RESENT;
    markLost(a.tcb, record, cut(record, 0, (a.tcb.snd.iss + 1001) | 0), null);
    expect(record).toMatchObject({ count: 5, lost: 1000, sacked: 1000 });
    const s = Object.assign(a.engine.sample.none(a.tcb), { original: 1 });
    expect(undo(a.engine, a.tcb, s)).toBe(true);
    expect(record).toMatchObject({ count: 4, lost: 0, sacked: 1000 });
    expect(a.tcb.cc.recover).toBe((a.tcb.snd.una - 2) | 0);
  });
});
