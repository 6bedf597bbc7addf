// MSG_EOR: a record ends a segment.

import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { cloneTcb } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import { endRecord, forgetMarks, lastSegment, pushAt, pushedAt, withinRecord } from './records.ts';

/** ESTABLISHED with an MSS of 1000; records of these lengths are queued, in one call of SEND each. */
function records(...lengths: readonly number[]): Endpoint {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
  a.tcb.noDelay = 1;
  a.tcb.snd.wnd = 0; // all are queued before the first is sent
  for (const n of lengths) {
    a.send(octets(n));
    endRecord(a.tcb, true);
  }
  a.sent.length = 0;
  return a;
}

/** Sequence number from SND.UNA on, length and whether it is pushed, of what was sent since the last call. */
function segments(a: Endpoint): [number, number, boolean][] {
  return a.sent
    .splice(0)
    .map(({ seq, ctl, text }) => [(seq - a.tcb.snd.iss) | 0, text.length, (ctl & 8) !== 0]);
}

describe('records', () => {
  it('no segment holds text of two; the last segment of each is pushed', () => {
    const a = records(300, 1500, 200);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    expect(segments(a)).toEqual([
      [1, 300, true],
      [301, 1000, false],
      [1301, 500, true],
      [1801, 200, true],
    ]);
  });

  it('nor when it goes again', () => {
    const a = records(300, 400, 400, 400, 400, 400);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    a.sent.length = 0;
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 701) | 0, (iss + 2301) | 0], wnd: 60_000 });
    pass(a, 500);
    expect(segments(a).slice(0, 2)).toEqual([
      [1, 300, true],
      [301, 400, true],
    ]);
  });

  it('are forgotten when they are acknowledged, and a copy has its own', () => {
    const a = records(300, 400);
    const copy = cloneTcb(a.tcb);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    a.inject('ACK', 1, 701, { wnd: 60_000 });
    expect([a.tcb.marks, copy.marks?.length]).toEqual([null, 4]);
  });
});

describe('marks in queued text', () => {
  const PUSHED = 1;
  const RECORD = 2;

  /** A connection in which SND.UNA is `una`, with these marks, and what is asked of it relative to that. */
  function marked(una: number, ...marks: readonly (readonly [at: number, what: number])[]) {
    const { tcb } = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    Object.assign(tcb.snd, { una, nxt: una, end: (una + 5000) | 0 });
    tcb.marks = marks.length === 0 ? null : marks.flatMap(([at, what]) => [(una + at) | 0, what]);
    const seq = (at: number): number => (una + at) | 0;
    const told = (): number[][] => {
      const found: number[][] = [];
      const all = tcb.marks ?? [];
      for (let i = 0; i < all.length; i += 2)
        found.push([((all[i] as number) - una) | 0, all[i + 1] as number]);
      return found;
    };
    return { tcb, seq, told };
  }
  const around = [0, 0x7fffffff - 500];

  it('a record ends behind what is queued; it is pushed when no more follows; a mark in the same place is one', () => {
    for (const una of around) {
      const m = marked(una);
      endRecord(m.tcb, false);
      expect(m.told()).toEqual([[5000, RECORD]]);
      endRecord(m.tcb, true);
      expect(m.told()).toEqual([[5000, RECORD | PUSHED]]);
      m.tcb.snd.end = m.seq(5500);
      pushAt(m.tcb, m.seq(5500));
      expect(m.told()).toEqual([
        [5000, RECORD | PUSHED],
        [5500, PUSHED],
      ]);
    }
  });

  it('what is acknowledged is forgotten first, all that is at SND.UNA or below', () => {
    for (const una of around) {
      const m = marked(una, [100, PUSHED], [200, RECORD], [300, PUSHED]);
      m.tcb.snd.una = m.seq(200);
      pushAt(m.tcb, m.seq(400));
      expect(m.told()).toEqual([
        [300, PUSHED],
        [400, PUSHED],
      ]);
      m.tcb.snd.una = m.seq(299);
      forgetMarks(m.tcb);
      expect(m.told()).toHaveLength(2);
      m.tcb.snd.una = m.seq(400);
      forgetMarks(m.tcb);
      expect(m.tcb.marks).toBeNull();
      forgetMarks(m.tcb);
      expect(m.tcb.marks).toBeNull();
    }
  });

  it('text goes as far as its record, whatever is pushed before; beyond the last as far as there is any', () => {
    for (const una of around) {
      const m = marked(una, [100, PUSHED], [200, RECORD], [300, PUSHED], [700, RECORD | PUSHED]);
      const of = (at: number, len: number): number => withinRecord(m.tcb, m.seq(at), len);
      expect([of(0, 1000), of(0, 150), of(199, 9), of(200, 1000), of(700, 1000)]).toEqual([
        200, 150, 1, 500, 1000,
      ]);
      expect(withinRecord(marked(una).tcb, una, 1000)).toBe(1000);
    }
  });

  it('pushed is what is marked so, and nothing else', () => {
    for (const una of around) {
      const m = marked(una, [100, PUSHED], [200, RECORD], [300, RECORD | PUSHED]);
      expect([50, 100, 200, 300, 400].map((at) => pushedAt(m.tcb, m.seq(at)))).toEqual([
        false,
        true,
        false,
        true,
        false,
      ]);
      expect(pushedAt(marked(una).tcb, una)).toBe(false);
    }
  });

  it('the last segment begins a segment before SND.NXT, not before SND.UNA, nor before its record', () => {
    for (const una of around) {
      const begins = (nxt: number, ...marks: readonly (readonly [number, number])[]): number => {
        const m = marked(una, ...marks);
        m.tcb.snd.nxt = m.seq(nxt);
        return (lastSegment(m.tcb) - una) | 0;
      };
      expect([begins(400), begins(1000), begins(1001), begins(3000)]).toEqual([0, 0, 1, 2000]);
      expect(begins(3000, [2100, PUSHED])).toBe(2000);
      expect(begins(3000, [1900, RECORD])).toBe(2000);
      expect(begins(3000, [2100, RECORD], [2300, RECORD], [2400, PUSHED])).toBe(2300);
      expect(begins(3000, [2300, RECORD], [3000, RECORD], [3500, RECORD])).toBe(2300);
    }
  });
});
