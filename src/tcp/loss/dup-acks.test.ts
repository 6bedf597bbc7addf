import { describe, expect, it } from 'vitest';
import { OPT_SACK, Segment } from '../../wire/segment.ts';
import { status } from '../calls.ts';
import { inState, octets, options, pass, sent } from '../segment-arrives/testing.ts';
import { markLost, noteResent, inFlight as pipe } from '../send/sent.ts';
import { brokenInvariant } from '../tcb/invariants.ts';
import type { Sent } from '../tcb/sent.ts';
import { cloneTcb, Phase } from '../tcb/tcb.ts';
import {
  boundDeparted,
  detectByCount,
  duplicateAck,
  firstLost,
  insideWindow,
  lastResort,
  newAck,
} from './dup-acks.ts';
import { updateScoreboard } from './scoreboard.ts';

/** ESTABLISHED with SACK, MSS 1000 and ten segments in flight: 1, 1001, … 9001. */
function inFlight(queued = 10_000, irs = 0) {
  const a = inState('ESTABLISHED', {
    irs,
    syn: options({ mss: 1000, sack: true }),
    config: { minRtoMs: 1000, lossDetection: 'dupacks' },
  });
  a.send(octets(queued));
  expect(sent(a).length).toBe(Math.min(10, Math.ceil(queued / 1000)));
  return a;
}

/** An ACK with SACK blocks, all relative to our ISS. */
function sack(a: ReturnType<typeof inFlight>, ack: number, ...edges: number[]): string[] {
  const { iss } = a.tcb.snd;
  a.inject('ACK', 1, ack, { opts: OPT_SACK, sack: edges.map((edge) => (iss + edge) | 0) });
  return sent(a).map((line) => line.replace('PSH,', ''));
}

const segment = (seq: number, len = 1000) => `ACK seq=${seq} ack=1 len=${len}`;

describe('duplicate ACKs (RFC 6675 section 2)', () => {
  it('are those that report something new, whatever their window', () => {
    const a = inFlight();
    sack(a, 1, 1001, 2001);
    sack(a, 1, 1001, 2001);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    expect(a.tcb.cc.dupAcks).toBe(1);
    sack(a, 1, 1001, 3001);
    expect(a.tcb.cc.dupAcks).toBe(2);
  });

  it('a DSACK is none, even before the first report', () => {
    const a = inFlight();
    a.inject('ACK', 1, 3001);
    for (let i = 0; i < 5; i++) sack(a, 3001, 1, 1001);
    expect([a.tcb.cc.dupAcks, a.tcb.retransmissions, a.tcb.sent?.sacked]).toEqual([0, 0, 0]);
  });

  it('a peer that permits SACK and never sends one is served by NewReno', () => {
    const a = inFlight();
    for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1);
    expect([sent(a), a.tcb.cc.phase]).toEqual([[segment(1)], Phase.FAST_RECOVERY]);
  });
});

describe('without SACK: what duplicates say has left the network (RFC 9937 section 5)', () => {
  /** ESTABLISHED without SACK and so many segments of 1000 octets in flight; `n` duplicates have come. */
  function without(n: number, segments = 10) {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }), config: { minRtoMs: 1000 } });
    a.send(octets(1000 * segments));
    for (let i = 0; i < n; i++) a.inject('ACK', 1, 1);
    return a;
  }

  it('each is one segment, but the one that is missing has not left', () => {
    for (const [n, departed] of [
      [1, 1000],
      [3, 3000],
      [9, 9000],
      [20, 9000],
    ] as const)
      expect([n, without(n).tcb.sent?.departed]).toEqual([n, departed]);
    expect(status(without(20).tcb).state).toBe('ESTABLISHED');
  });

  it('what a partial acknowledgment covers is not counted twice; one segment has arrived in any case', () => {
    const a = without(7);
    const { sample } = a.engine;
    sent(a);
    a.inject('ACK', 1, 4001);
    expect([a.tcb.sent?.departed, sample.delivered, sample.partial, sent(a)[0]]).toEqual([
      4000,
      1000,
      1,
      segment(4001),
    ]);
    const b = without(3);
    sent(b);
    b.inject('ACK', 1, 6001);
    expect([b.tcb.sent?.departed, b.engine.sample.delivered, sent(b)[0]]).toEqual([0, 3000, segment(6001)]);
    // With nothing left that duplicates told of, too, the next hole goes at once.
    b.inject('ACK', 1, 8001);
    expect(sent(b)[0]).toBe(segment(8001));
  });

  it('the hole that it shows has not left either', () => {
    const a = without(3, 3);
    expect(a.tcb.sent?.departed).toBe(2000);
    a.inject('ACK', 1, 1001);
    expect(a.tcb.sent?.departed).toBe(1000);
  });

  it('an ACK of something new before the third is the end of it', () => {
    const a = without(2);
    a.inject('ACK', 1, 1001);
    expect([a.tcb.cc.dupAcks, a.tcb.sent?.departed]).toEqual([0, 0]);
  });

  it('after a timeout they say nothing', () => {
    const a = without(0);
    pass(a, 1000);
    for (let i = 0; i < 5; i++) a.inject('ACK', 1, 1);
    expect([a.tcb.cc.phase, a.tcb.cc.dupAcks, a.tcb.sent?.departed]).toEqual([Phase.LOSS, 0, 0]);
  });

  it('RFC 6582 section 3.2 step 2: the third, which echoes what went again, says that the two before it did, too', () => {
    const a = without(0);
    pass(a, 1000);
    a.inject('ACK', 1, 10_001);
    a.tcb.cc.cwnd = 5000;
    a.send(octets(4000));
    sent(a);
    for (const departed of [1000, 2000, 0, 0]) {
      a.inject('ACK', 1, 10_001);
      expect(a.tcb.sent?.departed).toBe(departed);
    }
    expect([a.tcb.cc.phase, sent(a)]).toEqual([Phase.OPEN, []]);
  });

  it('when a recovery is over nothing that it has counted is left', () => {
    const a = without(6, 20);
    expect(a.tcb.sent?.departed).toBe(6000);
    a.inject('ACK', 1, 12_001); // what limited transmit has sent was outstanding, too
    expect([a.tcb.cc.phase, a.tcb.sent?.departed, a.tcb.sent?.count === 0]).toEqual([Phase.OPEN, 0, false]);
  });
});

describe('NextSeg () rules (3) and (4), one by one', () => {
  /** In recovery, [3001, 4001) and [6001, 7001) are SACKed, nothing counts as lost, and cwnd has `room`. */
  function last(
    room: number,
    way: { sack?: boolean; detection?: 'rack' | 'dupacks'; wnd?: number; top?: number } = {},
  ) {
    const a = inState('ESTABLISHED', {
      syn: options({ mss: 1000, sack: way.sack ?? true }),
      config: { lossDetection: way.detection ?? 'dupacks' },
    });
    a.send(octets(10_000));
    sent(a);
    const { tcb, engine } = a;
    const record = tcb.sent as Sent;
    const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: 2 });
    const { top = 7001 } = way;
    seg.sack.set([3001, 4001, 6001, top].map((edge) => (tcb.snd.iss + edge) | 0));
    updateScoreboard(engine, tcb, record, seg, engine.sample.none(tcb));
    Object.assign(tcb.cc, {
      phase: Phase.FAST_RECOVERY,
      recover: (tcb.snd.nxt - 1) | 0,
      cwnd: pipe(tcb) + room,
    });
    record.rescueRxt = (tcb.snd.una - 1) | 0;
    tcb.snd.wnd = way.wnd ?? 65_535;
    lastResort(engine, tcb);
    return { a, again: sent(a).map((line) => line.replace('PSH,', '')) };
  }

  it('holes below what was SACKed, from the bottom up, when cwnd has room; then the end, if it is above', () => {
    expect(last(999).again).toEqual([]);
    expect(last(1000).again).toEqual([1, 1001, 4001, 5001, 9001].map((seq) => segment(seq)));
    expect(last(1000, { top: 10_001 }).again).toEqual([1, 1001, 4001, 5001].map((seq) => segment(seq)));
  });

  it('RACK needs none of it, and without SACK there is none', () => {
    expect(last(10_000, { detection: 'rack' }).again).toEqual([]);
    expect(last(10_000, { sack: false }).again).toEqual([]);
  });

  it('none goes beyond the window', () => {
    expect(last(10_000, { wnd: 1001 }).again).toEqual([segment(1), segment(1001)]);
  });
});

describe('section 5 step (3): limited transmit', () => {
  it('for each segment that is SACKed a new one goes, cwnd stays', () => {
    const a = inFlight(20_000);
    expect(sack(a, 1, 1001, 2001)).toEqual([segment(10_001)]);
    expect(sack(a, 1, 1001, 3001)).toEqual([segment(11_001)]);
    expect([a.tcb.cc.cwnd, a.tcb.cc.phase]).toEqual([10_000, Phase.OPEN]);
  });
});

describe('entering recovery', () => {
  it('three segments SACKed: SND.UNA goes again, ssthresh is half of what was in flight', () => {
    const a = inFlight();
    sack(a, 1, 1001, 2001);
    sack(a, 1, 1001, 3001);
    expect(sack(a, 1, 1001, 4001)).toEqual([segment(1)]);
    const { cc, snd } = a.tcb;
    expect([cc.phase, cc.ssthresh, cc.recover]).toEqual([Phase.FAST_RECOVERY, 5000, (snd.nxt - 1) | 0]);
    expect(status(a.tcb)).toMatchObject({ sackedBytes: 3000, lostBytes: 0, pipeBytes: 7000 });
  });

  it('one ACK that SACKs so much is enough', () => {
    const a = inFlight();
    expect(sack(a, 1, 1001, 4001)).toEqual([segment(1)]);
  });

  it('three duplicates, however little they report (step (1))', () => {
    const a = inFlight();
    sack(a, 1, 1001, 1011);
    sack(a, 1, 1001, 1021);
    expect(a.tcb.cc.phase).toBe(Phase.OPEN);
    expect(sack(a, 1, 1001, 1031)).toEqual([segment(1)]);
  });

  it('only once for one RecoveryPoint', () => {
    const a = inFlight();
    sack(a, 1, 1001, 4001);
    const { ssthresh } = a.tcb.cc;
    a.inject('ACK', 1, 10_001);
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd, a.tcb.cc.ssthresh]).toEqual([Phase.OPEN, ssthresh, ssthresh]);
  });
});

describe('NextSeg ()', () => {
  it('(1) all lost holes go in one round trip, each once, not what was SACKed', () => {
    const a = inFlight();
    // Lost: 1, 3001, 5001.
    const gone = [
      ...sack(a, 1, 1001, 3001, 4001, 5001, 6001, 8001),
      ...sack(a, 1, 1001, 3001, 4001, 5001, 6001, 10_001),
    ];
    for (let i = 0; i < 5; i++) gone.push(...sack(a, 1, 6001, 10_001));
    expect(gone).toEqual([segment(1), segment(3001), segment(5001)]);
    expect(sack(a, 10_001)).toEqual([]);
    expect([a.tcb.cc.phase, a.tcb.sent]).toEqual([Phase.OPEN, null]);
  });

  it('(2) then what was never sent', () => {
    const a = inFlight(20_000);
    sack(a, 1, 1001, 4001);
    expect(sack(a, 1, 1001, 6001)).toEqual([]); // five in flight, and ssthresh is five
    expect(sack(a, 1, 1001, 7001)).toEqual([segment(10_001)]);
  });

  it('(3) then a hole that is not known to be lost', () => {
    const a = inFlight();
    // 7001 is a hole, with only two segments above.
    const gone = [...sack(a, 1, 1001, 7001), ...sack(a, 1, 1001, 7001, 8001, 10_001)];
    expect(gone).toEqual([segment(1), segment(7001)]);
  });

  it('(4) the end of what is outstanding is rescued, once, a round trip later', () => {
    const a = inFlight();
    const gone = [...sack(a, 1, 1001, 9001), ...sack(a, 9001), ...sack(a, 9001, 1, 1001)];
    expect(gone).toEqual([segment(1), segment(9001)]);
  });

  it('a hole ends where the peer has something; the FIN goes when it is lost too', () => {
    const a = inFlight(3000);
    a.close();
    expect(sent(a)).toEqual(['FIN,ACK seq=3001 ack=1 len=0']);
    expect(sack(a, 1, 501, 3001)).toEqual([segment(1, 500)]);
    a.inject('ACK', 1, 3001);
    expect(sent(a)).toEqual(['FIN,ACK seq=3001 ack=1 len=0']);
    a.inject('ACK', 1, 3002);
    expect(a.state).toBe('FIN-WAIT-2');
  });

  it('SHLD-16: nothing beyond the window of a peer that has shrunk it, but the first octet', () => {
    const a = inFlight();
    const { iss } = a.tcb.snd;
    const blocks = [1001, 3001, 4001, 5001, 6001, 10_001].map((edge) => (iss + edge) | 0);
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: blocks, wnd: 2000 });
    expect(sent(a)).toEqual([segment(1)]);
  });
});

describe('Proportional Rate Reduction (RFC 9937)', () => {
  it('from ten segments to five: about one goes for every two that arrive', () => {
    const a = inFlight(60_000);
    let out = sack(a, 1, 1001, 2001).length + sack(a, 1, 1001, 3001).length;
    expect(out).toBe(2);
    out = sack(a, 1, 1001, 4001).length;
    for (let i = 5; i <= 12; i++) out += sack(a, 1, 1001, 1000 * i + 1).length;
    expect([a.tcb.cc.phase, out, status(a.tcb).pipeBytes, a.tcb.cc.ssthresh]).toEqual([
      Phase.FAST_RECOVERY,
      5,
      5000,
      5000,
    ]);
    a.inject('ACK', 1, 12_001);
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd]).toEqual([Phase.OPEN, a.tcb.cc.ssthresh]);
  });

  it('an ACK that delivers nothing sends nothing', () => {
    const a = inFlight(60_000);
    sack(a, 1, 1001, 4001);
    for (let i = 0; i < 20; i++) expect(sack(a, 1, 1001, 4001)).toEqual([]);
  });
});

describe('after a timeout', () => {
  it('section 5.1: what the peer has is not sent again', () => {
    const a = inFlight(5000);
    sack(a, 1, 2001, 4001);
    pass(a, 1000);
    expect([sent(a), a.tcb.cc.phase]).toEqual([[segment(1)], Phase.LOSS]);
    expect(sack(a, 1001, 2001, 4001)).toEqual([segment(1001), segment(4001)]);
    a.inject('ACK', 1, 5001);
    expect([a.tcb.cc.phase, a.tcb.retransmissions]).toEqual([Phase.OPEN, 3]);
  });

  it('RFC 2018 section 8: a peer that has reneged gets it all', () => {
    const a = inFlight(5000);
    sack(a, 1, 1001, 3001);
    pass(a, 1000);
    expect(sent(a)).toEqual([segment(1)]);
    a.inject('ACK', 1, 1001);
    expect(sent(a)).toEqual([segment(1001), segment(2001)]);
    a.inject('ACK', 1, 5001);
    expect(a.tcb.cc.phase).toBe(Phase.OPEN);
  });

  it('the second timeout in a row believes no report', () => {
    const a = inFlight(5000);
    sack(a, 1, 2001, 4001);
    pass(a, 1000);
    expect(a.tcb.sent?.sacked).toBe(2000);
    pass(a, 2000);
    expect(a.tcb.sent?.sacked).toBe(0);
  });
});

it('a clone has a record of its own', () => {
  const a = inFlight();
  sack(a, 1, 1001, 2001);
  const clone = cloneTcb(a.tcb);
  expect(clone).toEqual(a.tcb);
  sack(a, 1, 1001, 3001);
  expect([clone.sent?.sacked, a.tcb.sent?.sacked]).toEqual([1000, 2000]);
});

describe('each function alone', () => {
  /** Ten segments of 1000 octets in flight, in pieces of 500 that were sent at times of their own. */
  function pieces(sackUpTo: readonly number[] = []) {
    const a = inState('ESTABLISHED', {
      startUs: 5_000_000,
      syn: options({ mss: 1000, sack: true }),
      config: { lossDetection: 'dupacks' },
    });
    a.tcb.noDelay = 1;
    a.tcb.cc.cwnd = 20_000;
    for (let i = 0; i < 20; i++) {
      a.send(octets(500));
      a.setNow(a.engine.now + 1000);
    }
    sent(a);
    const record = a.tcb.sent as Sent;
    const at = (offset: number): number => (a.tcb.snd.iss + offset) | 0;
    const s = a.engine.sample.none(a.tcb);
    if (sackUpTo.length > 0) {
      const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: sackUpTo.length / 2 });
      seg.sack.set(sackUpTo.map(at));
      updateScoreboard(a.engine, a.tcb, record, seg, s);
    }
    return { a, tcb: a.tcb, record, at, s };
  }

  it('the first segment is lost, in one piece, up to what the peer has of it', () => {
    const whole = pieces();
    firstLost(whole.tcb, whole.record, whole.s);
    expect([whole.record.lost, whole.record.count, whole.s.lost]).toEqual([1000, 19, 1000]);
    const part = pieces([501, 1001]);
    firstLost(part.tcb, part.record, null);
    expect(part.record.lost).toBe(500);
    const all = pieces();
    for (let i = 0; i < 2; i++) firstLost(all.tcb, all.record, all.s); // once
    expect([all.record.lost, all.tcb.cc.lost]).toEqual([1000, 1000]);
    expect(brokenInvariant(all.tcb)).toBeNull();
  });

  it('what lies below the edge is lost in one piece, whenever it was sent; not what went again', () => {
    const { tcb, record, at, s, a } = pieces([3001, 6001]);
    noteResent(a.engine, tcb, at(1001), at(2001));
    detectByCount(tcb, record, s);
    expect([record.lost, record.count]).toEqual([2000, 1 + 1 + 1 + 1 + 8]);
    expect(brokenInvariant(tcb)).toBeNull();
  });

  it('DupThresh reports are enough for the first: of what was sent once, in no episode, when nothing is known to be lost', () => {
    for (const [reports, phase, resent, lost] of [
      [3, Phase.OPEN, false, 1000],
      [2, Phase.OPEN, false, 0],
      [3, Phase.FAST_RECOVERY, false, 0],
      [3, Phase.OPEN, true, 0],
    ] as const) {
      const { a, tcb, record, at, s } = pieces([3001, 3501]);
      Object.assign(tcb.cc, { dupAcks: reports, phase });
      if (resent) noteResent(a.engine, tcb, at(1), at(1001));
      detectByCount(tcb, record, s);
      expect([reports, phase, resent, record.lost]).toEqual([reports, phase, resent, lost]);
    }
    const { tcb, record, s } = pieces([3001, 3501]);
    markLost(tcb, record, 3, null);
    tcb.cc.dupAcks = 3;
    detectByCount(tcb, record, s);
    expect(record.lost).toBe(500);
  });

  it('never more has left than can have: without what is SACKed, what is lost, and the first segment', () => {
    const { tcb, record, s, a } = pieces([3001, 7001]);
    record.departed = 7000;
    boundDeparted(tcb, record);
    expect(record.departed).toBe(6000);
    const b = pieces();
    markLost(b.tcb, b.record, 19, null);
    b.tcb.cc.phase = Phase.FAST_RECOVERY;
    for (let i = 0; i < 20; i++) duplicateAck(b.a.engine, b.tcb, b.s);
    expect(b.record.departed).toBe(10_000 - 500 - 1000);
    expect(b.s.delivered).toBe(8500);
    b.tcb.cc.dupAcks = 0x3fffffff; // as many as are counted
    duplicateAck(b.a.engine, b.tcb, b.s);
    expect([b.tcb.cc.dupAcks, b.s.delivered]).toEqual([0x3fffffff, 8500]);
    expect([s.delivered, a.state]).toEqual([4000, 'ESTABLISHED']);
  });

  it('SHLD-16: the window ends before its edge; the first octet is inside of any', () => {
    const { tcb, at } = pieces();
    tcb.snd.wnd = 1000;
    expect([1, 1000, 1001].map((seq) => insideWindow(tcb, at(seq)))).toEqual([true, true, false]);
    tcb.snd.wnd = 0;
    expect([insideWindow(tcb, at(1)), insideWindow(tcb, at(2))]).toEqual([true, false]);
  });

  it('`recover` follows SND.UNA at a distance where there is no episode, that of ECN always; neither goes back', () => {
    for (const [phase, behind, recover, ecnRecover] of [
      [Phase.OPEN, -100, -2, -2],
      [Phase.OPEN, -2, -2, -2],
      [Phase.OPEN, 100, 100, 100],
      [Phase.LOSS, -100, -100, -2],
    ] as const) {
      const { a, tcb, s } = pieces();
      const from = (distance: number): number => (tcb.snd.una + distance) | 0;
      Object.assign(tcb.cc, { phase, recover: from(behind), ecnRecover: from(behind) });
      newAck(a.engine, tcb, s);
      expect([phase, behind, tcb.cc.recover - tcb.snd.una, tcb.cc.ecnRecover - tcb.snd.una]).toEqual([
        phase,
        behind,
        recover,
        ecnRecover,
      ]);
    }
  });

  it('the rescue: as far as cwnd and the window allow, of what was sent before recovery began', () => {
    /** What goes when the holes below what was SACKed have gone again, and one thing is as told. */
    const rescued = (room: number, change: (f: ReturnType<typeof pieces>) => void = () => {}): string[] => {
      const f = pieces([1001, 8001]);
      noteResent(f.a.engine, f.tcb, f.at(1), f.at(1001));
      Object.assign(f.tcb.cc, {
        phase: Phase.FAST_RECOVERY,
        recover: f.at(10_000),
        cwnd: pipe(f.tcb) + room,
      });
      f.record.rescueRxt = f.at(0);
      change(f);
      lastResort(f.a.engine, f.tcb);
      return sent(f.a).map((line) => line.replace('PSH,', ''));
    };
    const end = [segment(9001)];
    expect([rescued(1000), rescued(999)]).toEqual([end, []]);
    expect([
      rescued(1000, ({ tcb, at }) => Object.assign(tcb.cc, { recover: at(9999) })),
      rescued(1000, ({ tcb }) => Object.assign(tcb.snd, { wnd: 9000 })),
      rescued(1000, ({ tcb }) => Object.assign(tcb.snd, { wnd: 9001 })),
      rescued(1000, ({ record, at }) => Object.assign(record, { rescueRxt: at(1) })),
    ]).toEqual([[], [], end, []]);
  });
});
