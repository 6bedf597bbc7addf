import { describe, expect, it } from 'vitest';
import { OPT_SACK, OPT_TIMESTAMPS } from '../../wire/segment.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { retransmit } from '../send/transmit.ts';
import { SENT_US, type Sent } from '../tcb/sent.ts';
import { finishSample, sentAfter } from './delivered.ts';

/** ESTABLISHED with SACK, MSS 1000 and a round trip of 40 ms; `queued` octets are sent as far as cwnd, ten segments, allows. */
function flight(queued: number) {
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn: options({ mss: 1000, sack: true }) });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  a.send(octets(queued));
  const { sample } = a.engine;
  /** What an ACK says, `ms` after what was before it. */
  const ack = (ms: number, seq: number, ...edges: number[]) => {
    pass(a, ms);
    const blocks = edges.map((edge) => (a.tcb.snd.iss + edge) | 0);
    a.inject('ACK', 1, seq, blocks.length === 0 ? {} : { opts: OPT_SACK, sack: blocks });
    return sample;
  };
  return { a, ack };
}

describe('the delivery rate (draft-ietf-ccwg-bbr section 4.1)', () => {
  it('octets that arrived since the newest of them was sent, in the longer of the times of sending and of ACKs', () => {
    const { ack } = flight(40_000);
    // Ten segments at 0 ms.
    expect(ack(40, 2001)).toMatchObject({ delivered: 2000, rateDelivered: 2000, rateIntervalUs: 40_000 });
    // Four at 40 ms: cwnd is 12 segments.
    expect(ack(5, 4001)).toMatchObject({ delivered: 2000, rateDelivered: 4000, rateIntervalUs: 45_000 });
    expect(ack(40, 14_001)).toMatchObject({
      delivered: 10_000,
      rateDelivered: 12_000,
      rateIntervalUs: 45_000,
    });
  });

  it('ACKs that come faster than the segments went tell no higher rate', () => {
    const { ack } = flight(40_000);
    ack(60, 9001);
    expect(ack(40, 11_001)).toMatchObject({ rateDelivered: 2000, rateIntervalUs: 60_000 });
    // And the next one counts from there.
    expect(ack(40, 22_001)).toMatchObject({ rateDelivered: 11_000, rateIntervalUs: 40_000 });
  });

  it('a round ends with what was sent after it began', () => {
    const { ack } = flight(40_000);
    expect(ack(40, 2001).roundStart).toBe(1);
    expect(ack(5, 4001).roundStart).toBe(0);
    expect(ack(40, 14_001).roundStart).toBe(1);
  });

  it('what is SACKed has arrived, once; what was found lost since the newest was sent is told with it', () => {
    const { ack } = flight(10_000);
    expect(ack(40, 1, 1001, 5001)).toMatchObject({ delivered: 4000, sacked: 4000, lost: 1000, rateLost: 0 });
    expect(ack(1, 1, 1001, 6001)).toMatchObject({ delivered: 1000, sacked: 1000, lost: 0, rateLost: 1000 });
    expect(ack(40, 10_001)).toMatchObject({ delivered: 5000, sacked: 0, resent: 1 });
  });

  it('in flight when the newest was sent, itself included; and whether cwnd was the limit then', () => {
    const { ack } = flight(40_000);
    expect(ack(40, 2001)).toMatchObject({ txInFlight: 10_000, appLimited: 0, priorInFlight: 10_000 });
    const program = flight(1000);
    program.a.tcb.noDelay = 1;
    pass(program.a, 1);
    program.a.send(octets(500));
    expect(program.ack(40, 1501)).toMatchObject({ txInFlight: 1500, appLimited: 1 });
  });

  it('what a program that was the limit reached is reported when it is more, what cwnd was the limit of in any case', () => {
    const { a, ack } = flight(40_000);
    ack(40, 2001);
    const { cc } = a.tcb;
    const record = a.tcb.sent as Sent;
    for (const [limited, rate, reported] of [
      [1, 1_000_000, 1_000_000],
      [0, 1_000_000, 200_000],
      [1, 100_000, 200_000],
    ] as const) {
      cc.deliveryRate = rate;
      Object.assign(a.engine.sample.none(a.tcb), {
        newest: 1,
        appLimited: limited,
        newestDelivered: (cc.delivered - 8000) | 0,
        newestUs: a.engine.us,
        newestFirstSentUs: a.engine.us,
        newestDeliveredUs: (a.engine.us - 40_000) | 0,
      });
      finishSample(a.engine, a.tcb, record, a.engine.sample);
      expect([limited, rate, cc.deliveryRate]).toEqual([limited, rate, reported]);
      if (reported !== rate) expect(cc.rateAppLimited).toBe(limited);
    }
  });

  it('no time at all says nothing, nor does an ACK of nothing new', () => {
    const { a, ack } = flight(40_000);
    a.tcb.rto.measured = 0;
    expect(ack(0, 2001)).toMatchObject({ delivered: 2000, rateDelivered: 0, rateIntervalUs: 0 });
    pass(a, 40);
    a.inject('ACK', 1, 2001, { wnd: 60_000 });
    expect(a.engine.sample).toMatchObject({ delivered: 0, rateDelivered: 0, roundStart: 0 });
  });

  it('what is sent when nothing else is out was sent as fast as the program wrote, until some of it has arrived', () => {
    const { ack, a } = flight(1000);
    ack(40, 1001);
    a.send(octets(40_000));
    expect(ack(40, 2001).appLimited).toBe(1);
    expect(ack(40, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0).appLimited).toBe(0);
  });

  it('a loss from before it was sent is not told with it', () => {
    const { ack } = flight(40_000);
    ack(40, 1, 1001, 5001);
    expect(ack(40, 1, 1001, 11_001).rateLost).toBe(0);
  });

  it('an interval below the least round trip says nothing', () => {
    const { a, ack } = flight(40_000);
    a.tcb.rto.minRttUs = 40_001;
    expect(ack(40, 2001)).toMatchObject({ delivered: 2000, rateDelivered: 0, rateIntervalUs: 0 });
  });
});

describe('what RACK knows (RFC 8985 section 6.2)', () => {
  it('RACK_sent_after: by time, then by number', () => {
    expect([
      sentAfter(2, 1, 1, 5),
      sentAfter(1, 5, 2, 1),
      sentAfter(1, 6, 1, 5),
      sentAfter(1, 5, 1, 5),
    ]).toEqual([true, false, true, false]);
  });

  it('the newest is what was sent last, and FACK the highest, in whatever order they are told', () => {
    const { a, ack } = flight(0);
    for (let i = 0; i < 4; i++) {
      pass(a, 1);
      a.tcb.noDelay = 1;
      a.send(octets(1000));
    }
    const { iss } = a.tcb.snd;
    const record = a.tcb.sent as Sent;
    for (const edges of [
      [3001, 4001, 1001, 2001],
      [1, 1001],
    ]) {
      ack(10, edges[0] === 1 ? 1001 : 1, ...(edges[0] === 1 ? [] : edges));
      expect([(record.fack - iss) | 0, (record.rackEnd - iss) | 0, record.rackUs]).toEqual([
        4001, 4001, 5_004_000,
      ]);
    }
  });

  it('blocks are told in any order: the least round trip, the newest, and the lowest of what was overtaken count', () => {
    const { a, ack } = flight(0);
    for (let i = 0; i < 6; i++) {
      pass(a, 1);
      a.tcb.noDelay = 1;
      a.send(octets(1000));
    }
    a.tcb.cc.reoMult = 1;
    ack(30, 1, 5001, 6001); // all below may have been overtaken
    const s = ack(1, 1, 3001, 4001, 1001, 2001, 2001, 3001);
    expect([s.rttUs, s.longestRttUs, s.newestUs, (s.newestEnd - a.tcb.snd.iss) | 0]).toEqual([
      33_000, 35_000, 5_004_000, 4001,
    ]);
    expect([s.overtaken, (s.overtakenSeq - a.tcb.snd.iss) | 0]).toEqual([1, 1001]);
  });

  it('reordering that was seen is not forgotten when it is seen again', () => {
    const { a, ack } = flight(10_000);
    a.tcb.cc.reoMult = 5;
    ack(40, 1, 1001, 2001);
    ack(1, 2001);
    expect(a.tcb.cc.reoMult).toBe(5);
  });

  it('what went in the microsecond of something else has no negative round trip; a clock that came round is no such', () => {
    for (const [ahead, us] of [
      [1, 0],
      [999, 0],
      [0, 0],
      [-5, 5],
      [1000, -1000],
    ] as const) {
      const { a, ack } = flight(1000);
      const record = a.tcb.sent as Sent;
      record.words[record.first + SENT_US] = (a.engine.us + ahead) | 0;
      expect([ahead, ack(0, 1001).rttUs]).toEqual([ahead, us]);
    }
  });

  it('step 2: an ACK that echoes the first sending, or comes too soon for the second, tells nothing of the second', () => {
    for (const [echo, ms, told] of [
      [40, 40, true],
      [39, 40, true], // a clock of milliseconds may be one behind
      [38, 40, false],
      [0, 40, false],
      [40, 39, false],
      [null, 40, true],
      [null, 39, false],
    ] as const) {
      const syn = options({ mss: 1012, sack: true, ts: 1 });
      const a = inState('ESTABLISHED', { startUs: 5_000_000, syn });
      Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
      a.send(octets(3000));
      const first = a.sent.at(-1)?.tsVal ?? 0;
      pass(a, 40);
      retransmit(a.engine, a.tcb, a.tcb.snd.una);
      const record = a.tcb.sent as Sent;
      record.undoable = 0;
      pass(a, ms);
      a.inject(
        'ACK',
        1,
        1001,
        echo === null ? {} : { opts: OPT_TIMESTAMPS, tsVal: 2, tsEcr: (first + echo) | 0 },
      );
      expect([echo, ms, record.rackUs === 5_040_000]).toEqual([echo, ms, told]);
    }
  });
});
