import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Segment } from '../../wire/segment.ts';
import { defaultConfig } from '../config.ts';
import { inState, options, text } from '../segment-arrives/testing.ts';
import { Tcb } from '../tcb/tcb.ts';
import { Endpoint } from '../testing.ts';
import {
  absorbRanges,
  addRange,
  canAddRange,
  fillSack,
  holdsBeyond,
  holdsRange,
  mostRanges,
  noteHeld,
  rangesOf,
} from './reassembly.ts';

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

  it('section 3, RFC 6691: in a segment with text the option takes room from the text', () => {
    const a = withSack();
    for (const [ranges, octets] of [
      [1, 1000 - 12],
      [2, 1000 - 20],
      [4, 1000 - 36],
      [6, 1000 - 36],
    ] as const) {
      for (let i = 0; i < ranges; i++) a.inject('ACK', 101 + 200 * i, 1, text(100));
      a.sent.length = 0;
      a.send(new Uint8Array(2 * octets));
      const full = a.sent.map((r) => [r.text.length, r.sack.length / 2]);
      expect(full).toEqual([
        [octets, Math.min(ranges, 4)],
        [octets, Math.min(ranges, 4)],
      ]);
      a.inject('ACK', 1, a.written.length + 1);
    }
    const b = inState('ESTABLISHED', { syn: options({ sack: true, mss: 1000, ts: 1 }) });
    for (let i = 0; i < 4; i++) b.inject('ACK', 101 + 200 * i, 1, text(100));
    b.sent.length = 0;
    b.send(new Uint8Array(2000));
    expect(b.sent.map((r) => [r.text.length, r.sack.length / 2])[0]).toEqual([1000 - 12 - 28, 3]);
    b.inject('ACK', 1, 1, text(1000));
    b.send(new Uint8Array(4000));
    expect(b.sent.at(-1)?.text.length).toBe(988);
  });

  it('it takes no more than half of the text: the smallest MSS still carries some', () => {
    const a = inState('ESTABLISHED', { syn: options({ sack: true, mss: 48 }) });
    for (let i = 0; i < 4; i++) a.inject('ACK', 101 + 200 * i, 1, text(100));
    a.sent.length = 0;
    a.send(new Uint8Array(28));
    expect(a.sent.map((r) => [r.text.length, r.sack.length / 2])).toEqual([[28, 2]]);
  });

  it('what goes again keeps its size: when it owes an ACK with blocks that have no room, that goes alone', () => {
    const a = inState('ESTABLISHED', {
      syn: options({ sack: true, mss: 1000 }),
      config: { lossDetection: 'dupacks' },
    });
    a.send(new Uint8Array(5000));
    a.sent.length = 0;
    const block = (n: number) => ({ opts: 0x08, sack: [1001, 1001 + n].map((x) => (a.tcb.snd.iss + x) | 0) });
    a.inject('ACK', 101, 1, { ...text(100), ...block(4000) });
    expect(a.sent.map((r) => [r.text.length, r.sack.map((n) => (n - a.tcb.rcv.irs) | 0)])).toEqual([
      [1000, []],
      [0, [101, 201]],
    ]);
  });

  it('a segment that stands for several leaves the room in each', () => {
    const a = withSack();
    a.tcb.gso = 65_535;
    a.inject('ACK', 101, 1, text(100));
    a.sent.length = 0;
    a.send(new Uint8Array(3 * 988));
    expect(a.sent.map((r) => [r.text.length, r.sack.length])).toEqual([[3 * 988, 2]]);
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

  it('takes room from the text of the segment with the ACK', () => {
    const a = inState('ESTABLISHED', { syn: options({ sack: true, mss: 1000 }), wnd: 1000 });
    a.inject('ACK', 1, 1, { ...text(100), wnd: 1000 });
    a.send(new Uint8Array(1988));
    a.sent.length = 0;
    a.inject('ACK', 51, 1001, { ...text(100, 50), wnd: 1000 });
    expect(a.sent.map((r) => [r.text.length, r.sack.map((n) => (n - a.tcb.rcv.irs) | 0)])).toEqual([
      [988, [51, 101]],
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
  const { engine } = new Endpoint();

  it('are what a set of octets would be: disjoint, apart, ascending, and RCV.NXT swallows what it reaches', () => {
    const base = fc.constantFrom(0, 2 ** 31 - 50, -50);
    const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(base, spans, fc.nat(120), (start, list, next) => {
        const tcb = new Tcb(defaultConfig);
        tcb.rcv.nxt = start | 0;
        const model = new Set<number>();
        let order: [number, number][] = [];
        for (const [left, n] of list) {
          const [l, r] = [(start + left) | 0, (start + left + n) | 0];
          const inside = Array.from({ length: n }, (_, i) => left + i);
          expect(holdsRange(tcb, l, r)).toBe(inside.every((i) => model.has(i)));
          const reached = runs(model).find(([a, b]) => a < left + n && b > left);
          expect(heldOf(tcb, l, r, start)).toEqual(
            reached === undefined ? null : [Math.max(left, reached[0]), Math.min(left + n, reached[1])],
          );
          addRange(tcb, l, r);
          for (const i of inside) model.add(i);
          const ranges = runs(model);
          expect(rangesOf(tcb).map(([a, b]) => [(a - start) | 0, (b - start) | 0])).toEqual(ranges);
          const merged = ranges.find(([a, b]) => a <= left && b >= left + n) as [number, number];
          order = [merged, ...order.filter(([a, b]) => b < merged[0] || a > merged[1])];
          const told = blocksOf(tcb, start);
          expect(told[0]).toEqual(merged);
          expect(told.length).toBe(Math.min(4, ranges.length));
          // Distinct, and of the rest the more recent before what came before it.
          expect(new Set(told.map(String)).size).toBe(told.length);
          if (ranges.length <= 2) expect(told).toEqual(order);
        }
        const last = Math.max(0, ...model);
        expect(holdsBeyond(tcb, (start + last + 1) | 0)).toBe(false);
        if (last > 0) expect(holdsBeyond(tcb, (start + last) | 0)).toBe(true);
        tcb.rcv.nxt = (start + next) | 0;
        absorbRanges(tcb);
        let reached = next;
        while (model.has(reached)) reached++;
        expect((tcb.rcv.nxt - start) | 0).toBe(reached);
        expect(rangesOf(tcb).map(([a]) => (a - start) | 0)).toEqual(
          runs(model).flatMap(([a]) => (a > reached ? [a] : [])),
        );
        expect(tcb.outOfOrder === null).toBe(rangesOf(tcb).length === 0);
      }),
      { numRuns: 300 },
    );
  });

  /** Runs of consecutive numbers, [from, to). */
  function runs(set: Set<number>): [number, number][] {
    const found: [number, number][] = [];
    for (const n of [...set].sort((a, b) => a - b)) {
      const last = found.at(-1);
      if (last?.[1] === n) last[1]++;
      else found.push([n, n + 1]);
    }
    return found;
  }

  function heldOf(tcb: Tcb, left: number, right: number, start: number): [number, number] | null {
    tcb.sack = 1;
    noteHeld(tcb, left, right);
    const { rcv } = tcb;
    const found: [number, number] = [(rcv.dsackLeft - start) | 0, (rcv.dsackRight - start) | 0];
    const any = rcv.dsackLeft !== rcv.dsackRight;
    rcv.dsackLeft = rcv.dsackRight = 0;
    return any ? found : null;
  }

  function blocksOf(tcb: Tcb, start: number, room = 4): [number, number][] {
    const seg = new Segment();
    fillSack(tcb, seg, room);
    return Array.from({ length: seg.sackCount }, (_, i) => [
      ((seg.sack[2 * i] as number) - start) | 0,
      ((seg.sack[2 * i + 1] as number) - start) | 0,
    ]);
  }

  it('a connection without any has no list, before the first and after the last', () => {
    const a = inState('ESTABLISHED');
    expect(a.tcb.outOfOrder).toBeNull();
    a.inject('ACK', 101, 1, text(100));
    expect(a.tcb.outOfOrder?.count).toBe(1);
    a.inject('ACK', 1, 1, text(100));
    expect(a.tcb.outOfOrder).toBeNull();
  });

  it('at the bound only what touches a range can be added', () => {
    const tcb = new Tcb({ ...defaultConfig, maxRanges: 1 });
    addRange(tcb, 10, 20);
    const can = [
      [20, 30],
      [5, 10],
      [21, 30],
      [1, 9],
      [1, 100],
    ] as const;
    expect(can.map(([l, r]) => canAddRange(engine, tcb, l, r))).toEqual([true, true, false, false, true]);
  });

  it('their bound is the receive buffer: one for 1024 octets, 64 at least, and 64 while memory is short', () => {
    const tcb = new Tcb(defaultConfig);
    const most = (buf: number, mayGrow = true): number => {
      tcb.rcv.buf = buf;
      engine.mayGrow = mayGrow;
      return mostRanges(engine, tcb);
    };
    expect([most(1000), most(64 << 10), most((64 << 10) + 1023), most((64 << 10) + 1024)]).toEqual([
      64, 64, 64, 65,
    ]);
    expect([most(6 << 20), most(1 << 24), most(1 << 24, false)]).toEqual([6144, 16_384, 64]);
    tcb.config = { ...defaultConfig, maxRanges: 4 };
    expect([most(1 << 24), most(1, false)]).toEqual([4, 4]);
    engine.mayGrow = true;
  });

  it('a range costs the same order of work at any place: 16,384 of them, from the front, the end and between', () => {
    for (const place of [(i: number) => i, (i: number) => 16_383 - i, (i: number) => (i * 7919) & 16_383]) {
      const tcb = new Tcb(defaultConfig);
      for (let i = 0; i < 16_384; i++) addRange(tcb, 3 * place(i) + 1, 3 * place(i) + 2);
      expect(rangesOf(tcb).map(([left]) => left)).toEqual(
        Array.from({ length: 16_384 }, (_, i) => 3 * i + 1),
      );
      addRange(tcb, 1, 3 * 16_384);
      expect(rangesOf(tcb)).toEqual([[1, 3 * 16_384]]);
    }
  });

  it('the SACK option holds as many as there is room for', () => {
    const tcb = new Tcb(defaultConfig);
    for (let i = 0; i < 5; i++) addRange(tcb, 10 * i + 1, 10 * i + 5);
    expect(blocksOf(tcb, 0, 2)).toEqual([
      [41, 45],
      [31, 35],
    ]);
  });

  it('RFC 2018 section 4: when ranges have joined, the option is filled up with others that are held', () => {
    const tcb = new Tcb(defaultConfig);
    for (const left of [1, 11, 21, 31, 41, 51]) addRange(tcb, left, left + 4);
    addRange(tcb, 45, 51); // 41 and 51 are one now
    expect(blocksOf(tcb, 0)).toEqual([
      [41, 55],
      [31, 35],
      [21, 25],
      [1, 5],
    ]);
  });
});
