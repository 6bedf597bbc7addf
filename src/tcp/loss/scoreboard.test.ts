import { describe, expect, it } from 'vitest';
import { OPT_SACK, Segment } from '../../wire/segment.ts';
import { inState, options } from '../segment-arrives/testing.ts';
import { inFlight, leftOf, noteResent, noteSent, rightOf, word } from '../send/sent.ts';
import { brokenInvariant } from '../tcb/invariants.ts';
import { FATE, Fate, type Sent } from '../tcb/sent.ts';
import { detectByCount } from './dup-acks.ts';
import { startLoss } from './recovery.ts';
import { ackRanges, highestSacked, lostEdge, noteDsack, updateScoreboard } from './scoreboard.ts';

/** A connection with MSS 100 that has sent `octets` octets from SND.UNA = `una`, all at one time. */
function flight(una = 0, octets = 1000) {
  const { tcb, engine } = inState('ESTABLISHED', { syn: options({ mss: 100, sack: true }) });
  Object.assign(tcb.snd, { una, nxt: (una + octets) | 0, end: (una + octets) | 0, mss: 100, buf: 1 << 20 });
  tcb.timer.rexmt = 1;
  noteSent(engine, tcb, una);
  const record = tcb.sent as Sent;
  /** How many octets blocks, relative to the first SND.UNA, report for the first time. */
  const sack = (...edges: number[]): number => {
    const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: edges.length / 2 });
    seg.sack.set(edges.map((edge) => (una + edge) | 0));
    const s = engine.sample.none(tcb);
    updateScoreboard(engine, tcb, record, seg, s);
    expect(brokenInvariant(tcb)).toBe(null);
    return s.sacked;
  };
  /** The ranges with a fate, relative to the first SND.UNA. */
  const ranges = (fate: number = Fate.SACKED): number[] => {
    const found: number[] = [];
    for (let i = 0; i < record.count; i++) {
      if (word(record, i, FATE) !== fate) continue;
      found.push((leftOf(record, i) - una) | 0, (rightOf(tcb, record, i) - una) | 0);
    }
    return found;
  };
  /** SND.UNA moves; how many octets arrived for the first time. */
  const acked = (offset: number): number => {
    tcb.snd.una = (una + offset) | 0;
    const s = engine.sample.none(tcb);
    ackRanges(engine, tcb, record, s);
    return s.delivered;
  };
  return { tcb, engine, record, sack, ranges, acked, at: (offset: number) => (una + offset) | 0 };
}

describe('Update ()', () => {
  it('ranges are kept in ascending order, and joined when they touch', () => {
    for (const una of [0, -500, 0x7fffffff - 300]) {
      const { sack, ranges, record } = flight(una);
      expect(sack(500, 600, 200, 300, 800, 900)).toBe(300);
      expect(ranges()).toEqual([200, 300, 500, 600, 800, 900]);
      expect(sack(300, 400)).toBe(100);
      expect(ranges()).toEqual([200, 400, 500, 600, 800, 900]);
      expect(sack(350, 850)).toBe(300);
      expect(ranges()).toEqual([200, 900]);
      expect(sack(300, 800)).toBe(0);
      expect([record.sacked, record.count]).toEqual([700, 3]);
    }
  });

  it('hostile blocks change nothing: below SND.UNA, beyond SND.NXT, empty, backwards, half around the numbers', () => {
    const { sack, ranges } = flight();
    sack(200, 300);
    for (const [left, right] of [
      [-200, -100],
      [-100, 500],
      [0, 100],
      [900, 1001],
      [2000, 3000],
      [500, 500],
      [600, 500],
      [0x7fffffff, -2],
      [100, 0x7fffffff],
      [500, -0x7fffffff],
    ] as const) {
      expect(sack(left, right)).toBe(0);
    }
    expect(ranges()).toEqual([200, 300]);
  });

  it('RFC 2883: a DSACK below SND.UNA or inside what is SACKed says nothing new', () => {
    const { sack } = flight();
    expect(sack(-100, 0, 200, 400)).toBe(200);
    expect(sack(200, 300, 200, 400)).toBe(0);
  });

  it('a thousand holes are told apart: a large window needs them', () => {
    const { sack, ranges } = flight(7, 200_000);
    for (let i = 0; i < 1000; i++) expect(sack(200 * i + 100, 200 * i + 200)).toBe(100);
    expect(ranges().length).toBe(2000);
  });

  it('a peer that reports octet by octet cuts no more pieces than there are segments, and some', () => {
    const { sack, ranges, record, tcb } = flight(5, 10_000);
    for (let i = 0; i < 1000; i++) sack(2 * i + 1, 2 * i + 2);
    expect(record.count).toBeLessThan(256 + 2 * (10_000 / tcb.snd.mss) + 4);
    expect(record.refused).toBeGreaterThan(500);
    const before = record.sacked;
    // Neither within a range nor at its end; what touches that which was reported makes no piece more.
    const end = ranges().at(-1) as number;
    for (const [left, right, taken] of [
      [9000, 9001, 0],
      [9999, 10_000, 0],
      [end, end + 1, 1],
      [2, 3, 1],
    ] as const)
      expect([left, sack(left, right)]).toEqual([left, taken]);
    expect(record.sacked).toBe(before + 2);
  });

  it('a report that fills what lies before another makes one of them', () => {
    const { sack, record } = flight();
    sack(500, 600);
    sack(400, 500);
    expect([record.count, sack(600, 650), record.count]).toEqual([3, 50, 3]);
  });

  it('blocks that the option does not count are left of another one', () => {
    const { tcb, engine, record, at } = flight();
    const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: 1 });
    seg.sack.set([200, 300, 500, 600].map(at));
    updateScoreboard(engine, tcb, record, seg, engine.sample.none(tcb));
    expect(record.sacked).toBe(100);
  });
});

describe('RFC 2883: what is reported twice', () => {
  const dsack = (ack: number, ...edges: number[]): number => {
    const { tcb, engine, at } = flight();
    tcb.snd.una = at(ack);
    const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: edges.length / 2, ack: at(ack) });
    seg.sack.set(edges.map(at));
    const s = engine.sample.none(tcb);
    noteDsack(tcb, seg, s);
    return s.dsack;
  };

  it('a first block below SEG.ACK, or within the second', () => {
    expect([dsack(500, 200, 300), dsack(500, 400, 500), dsack(500, 600, 700, 600, 900)]).toEqual([
      100, 100, 100,
    ]);
  });

  it('only what the option of this segment says counts: what is left of another one does not', () => {
    const { tcb, engine, at } = flight();
    tcb.snd.una = at(500);
    const told = (opts: number, sackCount: number, ...edges: number[]): number => {
      const seg = Object.assign(new Segment(), { opts, sackCount, ack: at(500) });
      seg.sack.set(edges.map(at));
      const s = engine.sample.none(tcb);
      noteDsack(tcb, seg, s);
      return s.dsack;
    };
    expect(told(OPT_SACK, 1, 200, 300)).toBe(100);
    expect([told(0, 1, 200, 300), told(OPT_SACK, 0, 200, 300)]).toEqual([0, 0]);
    expect([told(OPT_SACK, 2, 600, 700, 600, 900), told(OPT_SACK, 1, 600, 700, 600, 900)]).toEqual([100, 0]);
  });

  it('not below two of the largest windows ever offered: that is another lap of the numbers', () => {
    const of = (maxWnd: number, below: number): number => {
      const { tcb, engine } = flight(0x7fffffff);
      tcb.snd.maxWnd = maxWnd;
      const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: 1, ack: tcb.snd.una });
      seg.sack.set([(tcb.snd.una - below) | 0, (tcb.snd.una - below + 1) | 0]);
      const s = engine.sample.none(tcb);
      noteDsack(tcb, seg, s);
      return s.dsack;
    };
    expect([of(100, 131_070), of(100, 131_071)]).toEqual([1, 0]);
    expect([of(100_000, 200_000), of(100_000, 200_001)]).toEqual([1, 0]);
  });

  it('nor what was never sent', () => {
    expect([dsack(500, 900, 1000, 600, 1000), dsack(500, 900, 1001, 600, 1001)]).toEqual([100, 0]);
  });

  it('nothing else is', () => {
    expect([dsack(500, 600, 700), dsack(500, 450, 550), dsack(500, 600, 700, 800, 900)]).toEqual([0, 0, 0]);
    expect([dsack(500, 300, 200), dsack(500, 1100, 1200), dsack(500, -2_000_000, -1_999_000)]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('SND.UNA moves', () => {
  it('what it has passed is forgotten; what was SACKed before does not arrive twice', () => {
    const { sack, ranges, acked, record } = flight();
    sack(200, 300, 500, 600);
    expect(acked(400)).toBe(300);
    expect(ranges()).toEqual([500, 600]);
    expect([acked(1000), ranges(), record.count]).toEqual([500, [], 0]);
  });

  it('RFC 2018 section 8: an ACK up to a SACKed octet and not over it: the peer has reneged, and all goes again', () => {
    for (const una of [200, 250]) {
      const { sack, ranges, acked, record } = flight();
      sack(200, 300, 500, 600);
      acked(una);
      expect(record.count).toBe(4);
      expect([ranges(), ranges(Fate.LOST)]).toEqual([[], [una, 300, 500, 600]]);
    }
  });

  it('what it has reneged is one piece with what was lost before it, and nothing beyond the record is', () => {
    const { tcb, sack, ranges, acked } = flight();
    sack(200, 300, 400, 500);
    startLoss(tcb);
    expect(ranges(Fate.LOST)).toEqual([0, 200, 300, 400, 500, 1000]);
    acked(200);
    expect(ranges(Fate.LOST)).toEqual([200, 300, 300, 500, 500, 1000]);
    expect(brokenInvariant(tcb)).toBeNull();
    // Of joined reports at the end of the record a copy is left behind it.
    const b = flight();
    b.sack(900, 1000);
    b.sack(500, 600, 800, 900);
    b.sack(600, 800);
    b.acked(500);
    expect([b.record.count, b.ranges(Fate.LOST)]).toEqual([1, [500, 1000]]);
    expect(brokenInvariant(b.tcb)).toBeNull();
  });
});

it('highestSacked: the end of the last report; SND.UNA without one, whatever the record was used for before', () => {
  const { tcb, engine, record, sack, acked } = flight();
  expect(highestSacked(tcb, record)).toBe(0);
  sack(900, 1000);
  sack(200, 300);
  expect(highestSacked(tcb, record)).toBe(1000);
  acked(1000);
  Object.assign(tcb.snd, { nxt: 1200, end: 1200 });
  noteSent(engine, tcb, 1000);
  expect([highestSacked(tcb, record), lostEdge(tcb, record)]).toEqual([1000, 1000]);
});

describe('IsLost ()', () => {
  const lost = (f: ReturnType<typeof flight>): number[] => {
    detectByCount(f.tcb, f.record, f.engine.sample.none(f.tcb));
    return f.ranges(Fate.LOST);
  };

  it('DupThresh discontiguous ranges above, however small', () => {
    const f = flight();
    f.sack(100, 110, 200, 210);
    expect(lost(f)).toEqual([]);
    f.sack(300, 310);
    expect(lost(f)).toEqual([0, 100]);
  });

  it('more than DupThresh - 1 full segments above, in one range', () => {
    const f = flight();
    f.sack(100, 300);
    expect(lost(f)).toEqual([]);
    f.sack(300, 301);
    expect([lost(f), lostEdge(f.tcb, f.record)]).toEqual([[0, 100], f.at(100)]);
  });

  it('holes between what was SACKed are lost from the bottom up', () => {
    const f = flight(0x7ffffff0);
    f.sack(100, 200, 300, 400, 500, 600);
    f.sack(700, 800);
    expect([lost(f), highestSacked(f.tcb, f.record)]).toEqual([[0, 100, 200, 300], f.at(800)]);
  });
});

describe('pipe', () => {
  it('outstanding, less what was SACKed, less what is lost, plus what was sent again', () => {
    const f = flight(0x7ffffff0);
    expect(inFlight(f.tcb)).toBe(1000);
    f.sack(100, 200, 300, 400, 500, 600);
    f.sack(700, 800);
    expect(inFlight(f.tcb)).toBe(600);
    detectByCount(f.tcb, f.record, f.engine.sample.none(f.tcb));
    expect(inFlight(f.tcb)).toBe(400);
    noteResent(f.engine, f.tcb, f.at(0), f.at(100));
    expect(inFlight(f.tcb)).toBe(500);
    noteResent(f.engine, f.tcb, f.at(200), f.at(300));
    expect(inFlight(f.tcb)).toBe(600);
  });

  it('after a timeout: what has gone again, without what the peer has', () => {
    const f = flight();
    f.sack(100, 200, 300, 400);
    startLoss(f.tcb);
    expect([inFlight(f.tcb), f.ranges(Fate.LOST)]).toEqual([0, [0, 100, 200, 300, 400, 1000]]);
    noteResent(f.engine, f.tcb, f.at(0), f.at(100));
    noteResent(f.engine, f.tcb, f.at(200), f.at(250));
    expect([inFlight(f.tcb), f.ranges(Fate.LOST)]).toEqual([150, [250, 300, 400, 1000]]);
  });
});
