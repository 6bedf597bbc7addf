import { describe, expect, it } from 'vitest';
import { OPT_SACK, Segment } from '../../wire/segment.ts';
import { defaultConfig } from '../config.ts';
import { brokenRelation } from '../tcb/invariants.ts';
import { State } from '../tcb/state.ts';
import { Phase, Tcb } from '../tcb/tcb.ts';
import {
  firstUnsacked,
  forgetAcked,
  highestSacked,
  holeEnd,
  isLost,
  lostEdge,
  lostOctets,
  MAX_SACKED_RANGES,
  setPipe,
  unsackedBelow,
  updateScoreboard,
} from './scoreboard.ts';

/** Ten segments of 100 octets in flight from `una`; SACK blocks are written as offsets from it. */
function flight(una = 0, octets = 1000) {
  const tcb = new Tcb(defaultConfig);
  tcb.state = State.ESTABLISHED;
  tcb.sack = 1;
  tcb.snd.una = una;
  tcb.snd.nxt = tcb.snd.end = (una + octets) | 0;
  tcb.snd.iss = (una - 1) | 0;
  tcb.snd.mss = 100;
  tcb.cc.cwnd = 1000;
  tcb.timer.rexmt = 1;
  const sack = (...edges: number[]): number => {
    const seg = new Segment().set(0, una, 0x10);
    seg.opts = OPT_SACK;
    seg.sackCount = edges.length / 2;
    seg.sack.set(edges.map((edge) => (una + edge) | 0));
    const fresh = updateScoreboard(tcb, seg);
    expect(brokenRelation(tcb)).toBe(null);
    return fresh;
  };
  const ranges = (): number[] => {
    const sb = tcb.scoreboard;
    return sb === null ? [] : [...sb.ranges.slice(0, 2 * sb.count)].map((edge) => (edge - una) | 0);
  };
  return { tcb, sack, ranges, at: (offset: number) => (una + offset) | 0 };
}

describe('Update ()', () => {
  it('no scoreboard is made before there is something to note', () => {
    const { tcb, sack } = flight();
    expect([sack(-100, 0), sack(900, 1100), tcb.scoreboard]).toEqual([0, 0, null]);
  });

  it('ranges are kept in ascending order, and merged when they touch', () => {
    for (const una of [0, -500, 0x7fffffff - 300]) {
      const { sack, ranges, tcb } = flight(una);
      expect(sack(500, 600, 200, 300, 800, 900)).toBe(300);
      expect(ranges()).toEqual([200, 300, 500, 600, 800, 900]);
      expect(sack(300, 400)).toBe(100);
      expect(ranges()).toEqual([200, 400, 500, 600, 800, 900]);
      expect(sack(350, 850)).toBe(300);
      expect(ranges()).toEqual([200, 900]);
      expect(sack(300, 800)).toBe(0);
      expect(tcb.scoreboard?.sacked).toBe(700);
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

  it('at the bound a new range finds no place, one that touches does', () => {
    const { sack, ranges, tcb } = flight(5, 10 * MAX_SACKED_RANGES + 100);
    for (let i = 0; i < MAX_SACKED_RANGES; i++) expect(sack(10 * i + 5, 10 * i + 8)).toBe(3);
    const { length } = ranges();
    expect(sack(10 * MAX_SACKED_RANGES + 20, 10 * MAX_SACKED_RANGES + 30)).toBe(0);
    expect([tcb.scoreboard?.refused, ranges().length]).toEqual([1, length]);
    expect(sack(8, 15)).toBe(7);
    expect(ranges().length).toBe(length - 2);
  });
});

describe('SND.UNA moves', () => {
  it('what it has passed is forgotten', () => {
    const { sack, ranges, tcb, at } = flight();
    sack(200, 300, 500, 600);
    tcb.snd.una = at(300);
    expect(forgetAcked(tcb)).toBe(true);
    expect(ranges()).toEqual([500, 600]);
    tcb.snd.una = at(1000);
    expect([forgetAcked(tcb), ranges()]).toEqual([true, []]);
  });

  it('RFC 2018 section 8: an ACK up to a SACKed octet and not over it: the peer has reneged', () => {
    for (const una of [200, 250]) {
      const { sack, ranges, tcb, at } = flight();
      sack(200, 300, 500, 600);
      tcb.snd.una = at(una);
      expect([forgetAcked(tcb), ranges(), tcb.scoreboard?.sacked]).toEqual([false, [], 0]);
    }
  });
});

describe('IsLost ()', () => {
  it('DupThresh discontiguous ranges above, however small', () => {
    const { sack, tcb, at } = flight();
    sack(100, 110, 200, 210);
    expect([isLost(tcb, at(0)), lostOctets(tcb)]).toEqual([false, 0]);
    sack(300, 310);
    expect([isLost(tcb, at(0)), isLost(tcb, at(110)), lostOctets(tcb)]).toEqual([true, false, 100]);
  });

  it('more than DupThresh - 1 full segments above, in one range', () => {
    const { sack, tcb, at } = flight();
    sack(100, 300);
    expect(isLost(tcb, at(0))).toBe(false);
    sack(300, 301);
    expect([isLost(tcb, at(99)), isLost(tcb, at(301)), lostEdge(tcb)]).toEqual([true, false, at(100)]);
  });

  it('holes between what was SACKed are lost from the bottom up', () => {
    const { sack, tcb, at } = flight(0x7ffffff0);
    sack(100, 200, 300, 400, 500, 600, 700, 800);
    expect([0, 200, 400, 600, 800].map((o) => isLost(tcb, at(o)))).toEqual([true, true, false, false, false]);
    expect(lostOctets(tcb)).toBe(200);
  });
});

describe('SetPipe ()', () => {
  it('outstanding, less what was SACKed, less what is lost, plus what was sent again', () => {
    const { sack, tcb, at } = flight(0x7ffffff0);
    expect(setPipe(tcb)).toBe(1000);
    sack(100, 200, 300, 400, 500, 600, 700, 800);
    expect(setPipe(tcb)).toBe(1000 - 400 - 200);
    tcb.cc.phase = Phase.FAST_RECOVERY;
    const sb = tcb.scoreboard as NonNullable<typeof tcb.scoreboard>;
    sb.highRxt = at(100);
    expect(setPipe(tcb)).toBe(500);
    sb.highRxt = at(300);
    expect(setPipe(tcb)).toBe(600);
    sb.highRxt = at(500); // a hole that is not lost counts twice
    expect(setPipe(tcb)).toBe(700);
  });

  it('after a timeout: what has gone again, without what the peer has', () => {
    const { sack, tcb, at } = flight();
    sack(100, 200, 300, 400);
    tcb.cc.phase = Phase.LOSS;
    tcb.cc.recover = at(999);
    tcb.snd.rtx = at(0);
    expect(setPipe(tcb)).toBe(0);
    tcb.snd.rtx = at(250);
    expect(setPipe(tcb)).toBe(150);
    tcb.snd.rtx = at(1000);
    expect([setPipe(tcb), lostOctets(tcb)]).toEqual([800, 800]);
  });
});

it('holes: where they begin, where they end, how much is not SACKed', () => {
  const { sack, tcb, at } = flight(-400);
  expect([firstUnsacked(tcb, at(5)), holeEnd(tcb, at(5)), highestSacked(tcb)]).toEqual([
    at(5),
    at(1000),
    at(0),
  ]);
  sack(100, 200, 300, 400);
  expect([0, 100, 150, 200, 300, 400].map((o) => (firstUnsacked(tcb, at(o)) - at(0)) | 0)).toEqual([
    0, 200, 200, 200, 400, 400,
  ]);
  expect([0, 200, 400].map((o) => (holeEnd(tcb, at(o)) - at(0)) | 0)).toEqual([100, 300, 1000]);
  expect([0, 100, 150, 200, 250, 1000].map((o) => unsackedBelow(tcb, at(o)))).toEqual([
    0, 100, 100, 100, 150, 800,
  ]);
  expect(highestSacked(tcb)).toBe(at(400));
});
