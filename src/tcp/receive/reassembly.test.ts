import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Segment } from '../../wire/segment.ts';
import { defaultConfig } from '../config.ts';
import { inState, options, text } from '../segment-arrives/testing.ts';
import { Tcb } from '../tcb/tcb.ts';
import { absorbRanges, addRange, canAddRange, fillSack, holdsBeyond, holdsRange } from './reassembly.ts';

/** What the SACK options of the segments sent say, relative to the peer's ISS. */
function sacks(a: ReturnType<typeof inState>): number[][] {
  return a.sent.splice(0).map((r) => r.sack.map((edge) => (edge - a.tcb.rcv.irs) | 0));
}

function withSack() {
  return inState('ESTABLISHED', { syn: options({ sack: true, mss: 1000 }) });
}

describe('SACK (RFC 2018)', () => {
  it('section 4: the first block is the one that holds the segment that arrived, then the most recent ones', () => {
    const a = withSack();
    for (const seq of [101, 301, 501]) a.inject('ACK', seq, 1, text(100));
    expect(sacks(a)).toEqual([
      [101, 201],
      [301, 401, 101, 201],
      [501, 601, 301, 401, 101, 201],
    ]);
    a.inject('ACK', 201, 1, text(50));
    expect(sacks(a)).toEqual([[101, 251, 501, 601, 301, 401]]);
  });

  it('section 3: at most four blocks, three with timestamps', () => {
    const a = withSack();
    for (let i = 0; i < 6; i++) a.inject('ACK', 101 + 200 * i, 1, text(100));
    expect(sacks(a).at(-1)?.length).toBe(8);
    const b = inState('ESTABLISHED', { syn: options({ sack: true, mss: 1000, ts: 1 }) });
    for (let i = 0; i < 6; i++) b.inject('ACK', 101 + 200 * i, 1, text(100));
    expect(sacks(b).at(-1)?.length).toBe(6);
  });

  it('none when it was not negotiated', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 101, 1, text(100));
    expect(sacks(a)).toEqual([[]]);
  });

  it('blocks that are acknowledged are not reported again', () => {
    const a = withSack();
    a.inject('ACK', 101, 1, text(100));
    a.inject('ACK', 301, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(100));
    expect(sacks(a)).toEqual([[301, 401]]);
  });

  it('a segment with text carries as many blocks as its MSS leaves room for', () => {
    const a = withSack();
    a.inject('ACK', 101, 1, text(100));
    a.inject('ACK', 301, 1, text(100));
    a.sent.length = 0;
    a.send(new Uint8Array(1000));
    expect(sacks(a)).toEqual([[]]);
    a.inject('ACK', 1, 1001);
    a.send(new Uint8Array(984));
    expect(sacks(a)).toEqual([[301, 401]]);
  });
});

describe('DSACK (RFC 2883)', () => {
  it('text that was acknowledged comes again: its range is the first block, once', () => {
    const a = withSack();
    a.inject('ACK', 1, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(100));
    a.inject('ACK', 0, 1);
    expect(sacks(a)).toEqual([[1, 101], []]);
  });

  it('text that is held beyond a hole comes again: its range first, then the block that holds it', () => {
    const a = withSack();
    a.inject('ACK', 101, 1, text(100));
    a.inject('ACK', 301, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 121, 1, text(10));
    expect(sacks(a)).toEqual([[121, 131, 101, 201, 301, 401]]);
  });

  it('the old part of a segment that straddles RCV.NXT is reported', () => {
    const a = withSack();
    a.inject('ACK', 1, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 51, 1, text(100));
    expect(sacks(a)).toEqual([[51, 101]]);
  });

  it('text that begins half of all numbers away is not old, although it ends before RCV.NXT by that count', () => {
    const a = withSack();
    a.inject('ACK', -(2 ** 31), 1, text(1));
    expect(sacks(a)).toEqual([[]]);
  });

  it('section 4.2: of a segment that reaches into what is held beyond a hole the held part is reported', () => {
    for (const [left, n, report] of [
      [51, 100, [101, 151, 51, 201]], // from the left
      [151, 100, [151, 201, 101, 251]], // from the right
      [51, 200, [101, 201, 51, 251]], // all of it, and more on both sides
      [101, 150, [101, 201, 101, 251]],
    ] as const) {
      const a = withSack();
      a.inject('ACK', 101, 1, text(100));
      a.sent.length = 0;
      a.inject('ACK', left, 1, text(n));
      expect(sacks(a)).toEqual([report]);
    }
  });

  it('section 4.2: so it is when the segment fills the hole', () => {
    const a = withSack();
    a.inject('ACK', 101, 1, text(100));
    a.inject('ACK', 301, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(150));
    expect([a.read.length, sacks(a)]).toEqual([200, [[101, 151, 301, 401]]]);
  });

  it('section 4 (1), (2): of two duplicates in one segment the first is reported, and only it', () => {
    const a = withSack();
    a.inject('ACK', 301, 1, text(100));
    a.inject('ACK', 101, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 51, 1, text(400));
    a.inject('ACK', 1, 1, text(10));
    expect(sacks(a)).toEqual([
      [101, 201, 51, 451],
      [51, 451],
    ]);
    const b = withSack();
    b.inject('ACK', 1, 1, text(100));
    b.inject('ACK', 201, 1, text(100));
    b.sent.length = 0;
    b.inject('ACK', 51, 1, text(200));
    expect(sacks(b)).toEqual([[51, 101]]);
  });

  it('only what touches is new: a segment beside what is held reports nothing', () => {
    const a = withSack();
    a.inject('ACK', 101, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 201, 1, text(100));
    a.inject('ACK', 1, 1, text(100));
    expect(sacks(a)).toEqual([[101, 301], []]);
  });

  it('goes alone when the segment with the ACK has no room for it', () => {
    const a = inState('ESTABLISHED', { syn: options({ sack: true, mss: 1000 }), wnd: 1000 });
    a.inject('ACK', 1, 1, { ...text(100), wnd: 1000 });
    a.send(new Uint8Array(2000));
    a.sent.length = 0;
    a.inject('ACK', 51, 1001, { ...text(100, 50), wnd: 1000 });
    expect(a.sent.map((r) => [r.text.length, r.sack.map((n) => (n - a.tcb.rcv.irs) | 0)])).toEqual([
      [1000, []],
      [0, [51, 101]],
    ]);
  });

  it('a segment whose ACK field is refused leaves no report behind', () => {
    const a = withSack();
    a.inject('ACK', 1, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 51, 999, text(100)); // acknowledges what was never sent: challenged
    a.inject('ACK', 301, 1, text(100));
    expect([a.drops, sacks(a)]).toEqual([['ack-of-unsent'], [[], [301, 401]]]);
  });

  it('an answer that the limit withholds leaves no report behind', () => {
    const a = withSack();
    a.inject('ACK', 1, 1, text(100));
    for (let i = 0; i < 100; i++) a.inject('ACK', 1, 1, text(10));
    a.sent.length = 0;
    a.inject('ACK', 1, 1, text(10));
    expect(sacks(a)).toEqual([]);
    a.inject('ACK', 301, 1, text(100));
    expect(sacks(a)).toEqual([[301, 401]]);
  });

  it('a SYN has no place in it: not its own number, nor the text that came with it', () => {
    const a = withSack();
    a.sent.length = 0;
    a.inject('SYN', 0, 0, text(10));
    a.inject('ACK', 301, 1, text(100));
    expect(sacks(a)).toEqual([[], [301, 401]]);
  });

  it('never reaches beyond RCV.NXT, also when the window is closed', () => {
    const a = inState('ESTABLISHED', { syn: options({ sack: true }), config: { receiveBuffer: 100 } });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(100));
    a.sent.length = 0;
    a.inject('ACK', 51, 1, text(100));
    expect(sacks(a)).toEqual([[51, 101]]);
  });
});

describe('ranges out of order', () => {
  it('are what a set of octets would be: disjoint, apart, and RCV.NXT swallows what it reaches', () => {
    const base = fc.constantFrom(0, 2 ** 31 - 50, -50);
    const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(base, spans, fc.nat(120), (start, list, next) => {
        const tcb = new Tcb({ ...defaultConfig, maxRanges: 100 });
        tcb.rcv.nxt = start | 0;
        const model = new Set<number>();
        for (const [left, n] of list) {
          expect(canAddRange(tcb, (start + left) | 0, (start + left + n) | 0)).toBe(true);
          addRange(tcb, (start + left) | 0, (start + left + n) | 0);
          for (let i = 0; i < n; i++) model.add(left + i);
          expect(((tcb.rcv.ranges[0] as number) - start - left) | 0).toBeLessThanOrEqual(0);
        }
        const held = new Set<number>();
        for (let i = 0; i < tcb.rcv.rangeCount; i++) {
          const l = ((tcb.rcv.ranges[2 * i] as number) - start) | 0;
          const r = ((tcb.rcv.ranges[2 * i + 1] as number) - start) | 0;
          for (let j = l; j < r; j++) {
            expect(held.has(j)).toBe(false);
            held.add(j);
          }
          expect(held.has(r)).toBe(false);
        }
        expect([...held].sort()).toEqual([...model].sort());
        for (const [left, n] of list) {
          expect(holdsRange(tcb, (start + left) | 0, (start + left + n) | 0)).toBe(true);
        }
        const last = Math.max(0, ...model);
        expect(holdsBeyond(tcb, (start + last + 1) | 0)).toBe(false);
        if (last > 0) expect(holdsBeyond(tcb, (start + last) | 0)).toBe(true);
        tcb.rcv.nxt = (start + next) | 0;
        absorbRanges(tcb);
        let reached = next;
        while (model.has(reached)) reached++;
        expect((tcb.rcv.nxt - start) | 0).toBe(reached);
      }),
      { numRuns: 300 },
    );
  });

  it('at the bound only what touches a range can be added', () => {
    const tcb = new Tcb({ ...defaultConfig, maxRanges: 1 });
    addRange(tcb, 10, 20);
    expect([canAddRange(tcb, 20, 30), canAddRange(tcb, 5, 10), canAddRange(tcb, 21, 30)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(addRange(tcb, 30, 40)).toBe(false);
    expect(tcb.rcv.rangeCount).toBe(1);
  });

  it('the SACK option holds as many as there is room for', () => {
    const tcb = new Tcb(defaultConfig);
    for (let i = 0; i < 5; i++) addRange(tcb, 10 * i + 1, 10 * i + 5);
    const seg = new Segment();
    fillSack(tcb, seg, 2);
    expect([seg.sackCount, [...seg.sack.subarray(0, 4)]]).toEqual([2, [41, 45, 31, 35]]);
  });
});
