// HyStart++ (RFC 9406 section 4.2), ACK by ACK.

import { describe, expect, it } from 'vitest';
import { AckSample } from '../loss/sample.ts';
import { inState, options } from '../segment-arrives/testing.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { HyStart, hyStart, resume } from './hystart.ts';

const MSS = 1000;

/** A slow start in which rounds are as told; one begins with what was sent when the one before it began. */
class Start {
  readonly tcb: Tcb = inState('ESTABLISHED', { syn: options({ mss: MSS }) }).tcb;
  readonly h = new HyStart(this.tcb.snd.nxt);

  /** An ACK of so many segments with this round-trip time, -1: it is no sample. How many octets cwnd grows. */
  ack(rttMs: number, segments = 1): number {
    const s = new AckSample();
    s.acked = segments * MSS;
    s.rttUs = rttMs < 0 ? -1 : Math.round(rttMs * 1000);
    this.tcb.snd.una = (this.tcb.snd.una + s.acked) | 0;
    return hyStart(this.tcb, this.h, s);
  }

  /** A round of ACKs with these round-trip times; how many octets cwnd grew with each. */
  round(...rttsMs: number[]): number[] {
    const { snd } = this.tcb;
    snd.una = this.h.windowEnd;
    snd.nxt = (snd.una + 50 * MSS) | 0; // what is sent now ends the round
    return rttsMs.map((rtt) => this.ack(rtt));
  }

  /** The same with `n` ACKs that tell one time. */
  same(rttMs: number, n = 8): number[] {
    return this.round(...new Array<number>(n).fill(rttMs));
  }
}

describe('slow start', () => {
  it('the first round ends with what was sent when the connection began', () => {
    expect(new HyStart(77).windowEnd).toBe(77);
  });

  it('that was ended by a loss which was none goes on with a round of its own', () => {
    const s = new Start();
    s.same(100);
    s.same(90, 7);
    s.h.done = 1;
    resume(s.h, 4711);
    const { done, windowEnd, rttSampleCount, lastRoundMinRttUs, currentRoundMinRttUs } = s.h;
    expect([done, windowEnd, rttSampleCount]).toEqual([0, 4711, 0]);
    expect([lastRoundMinRttUs, currentRoundMinRttUs]).toEqual([100_000, 0x7fffffff]);
  });

  it('grows by what is acknowledged, of one ACK eight segments at most (L, unpaced)', () => {
    const s = new Start();
    expect([s.ack(100), s.ack(100, 2), s.ack(100, 8), s.ack(100, 9)]).toEqual([1000, 2000, 8000, 8000]);
  });

  it('a round ends when what was sent at its beginning is acknowledged, and a segment more', () => {
    const s = new Start();
    const { tcb, h } = s;
    tcb.snd.nxt = (tcb.snd.una + 20 * MSS) | 0;
    h.windowEnd = (tcb.snd.una + 10 * MSS) | 0;
    const end = h.windowEnd;
    s.ack(100, 10);
    expect([h.windowEnd, h.rttSampleCount]).toEqual([end, 1]);
    s.ack(90);
    expect([h.windowEnd, h.rttSampleCount]).toEqual([tcb.snd.nxt, 1]);
    expect([h.lastRoundMinRttUs, h.currentRoundMinRttUs]).toEqual([100_000, 90_000]);
  });

  it('the least round trip of a round counts, of what are samples', () => {
    const s = new Start();
    s.round(120, 100, -1, 110);
    expect([s.h.currentRoundMinRttUs, s.h.rttSampleCount]).toEqual([100_000, 3]);
    s.round(0);
    expect([s.h.currentRoundMinRttUs, s.h.rttSampleCount]).toEqual([0, 1]);
  });
});

describe('the delay has increased: conservative slow start', () => {
  it('by an eighth of the round before, which is 4 ms at least and 16 at most', () => {
    for (const [last, now, css] of [
      [100, 112.499, 0],
      [100, 112.5, 1],
      [20, 23.999, 0],
      [20, 24, 1],
      [400, 415.999, 0],
      [400, 416, 1],
    ] as const) {
      const s = new Start();
      s.same(last);
      s.same(now);
      expect([last, now, s.h.cssRounds]).toEqual([last, now, css]);
      expect(s.h.cssBaselineMinRttUs).toBe(css === 1 ? now * 1000 : 0x7fffffff);
    }
  });

  it('which eight samples of the round say, not seven', () => {
    const s = new Start();
    s.same(100);
    s.same(200, 7);
    expect(s.h.cssRounds).toBe(0);
    s.ack(-1);
    expect(s.h.cssRounds).toBe(0);
    s.ack(200);
    expect(s.h.cssRounds).toBe(1);
  });

  it('the first round has none before it, and one without samples says nothing of the next', () => {
    const s = new Start();
    s.same(200);
    expect(s.h.cssRounds).toBe(0);
    s.round(-1, -1);
    s.same(300);
    expect(s.h.cssRounds).toBe(0);
  });

  it('cwnd grows by a quarter of what it did, at once', () => {
    const s = new Start();
    s.same(100);
    expect(s.same(120, 9)).toEqual([1000, 1000, 1000, 1000, 1000, 1000, 1000, 250, 250]);
    expect(s.ack(120, 9)).toBe(2000);
  });

  it('after five rounds of it slow start is over', () => {
    const s = new Start();
    s.same(100);
    for (const rounds of [1, 2, 3, 4, 5]) {
      s.same(120);
      expect([s.h.cssRounds, s.h.done]).toEqual([rounds, 0]);
    }
    s.round(120);
    expect([s.h.cssRounds, s.h.done]).toEqual([5, 1]);
  });

  it('goes on while the delay is what it was, or more; when it is less slow start does', () => {
    for (const [now, css] of [
      [121, 2],
      [120, 2],
      [119.999, 0],
    ] as const) {
      const s = new Start();
      s.same(100);
      s.same(120);
      const grown = s.same(now);
      expect([now, s.h.cssRounds, grown.at(-1)]).toEqual([now, css, css === 0 ? 1000 : 250]);
      expect(s.h.cssBaselineMinRttUs).toBe(css === 0 ? 0x7fffffff : 120_000);
    }
  });

  it('that takes eight samples, too', () => {
    const s = new Start();
    s.same(100);
    s.same(120);
    s.same(100, 7);
    expect(s.h.cssRounds).toBe(2);
    s.ack(100);
    expect(s.h.cssRounds).toBe(0);
  });

  it('can come again, and counts its rounds anew', () => {
    const s = new Start();
    s.same(100);
    s.same(120);
    s.same(120);
    s.same(100);
    s.same(120);
    expect([s.h.cssRounds, s.h.done]).toEqual([1, 0]);
  });
});
