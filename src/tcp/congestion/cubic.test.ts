import { describe, expect, it } from 'vitest';
import { AckSample } from '../loss/sample.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { cloneTcb, Phase, type Tcb } from '../tcb/tcb.ts';
import { cubic } from './cubic.ts';
import { setCwnd } from './cwnd.ts';

const MSS = 1000;
const SECOND = 1_000_000;

/** A connection of segments of 1000 octets and a round trip of 100 ms, with this cwnd, in segments. */
function connection(cwnd: number, ssthresh = 1_000_000): Tcb {
  const a = inState('ESTABLISHED', {
    syn: options({ mss: MSS }),
    config: { congestion: 'cubic', abe: true },
  });
  a.tcb.rto.srttUs = 100_000;
  a.tcb.rto.measured = 1;
  setCwnd(a.tcb, cwnd * MSS);
  a.tcb.cc.ssthresh = ssthresh * MSS;
  return a.tcb;
}

/** An ACK of `segments`, with this round-trip time. */
function acked(t: Tcb, nowUs: number, segments = 1, rttUs = 100_000): number {
  const s = new AckSample();
  s.acked = segments * MSS;
  s.rttUs = rttUs;
  t.snd.una = (t.snd.una + s.acked) | 0;
  setCwnd(t, cubic.onAck(t, s, nowUs));
  return t.cc.cwnd / MSS;
}

/** A loss now, and recovery from it. */
function loss(t: Tcb, nowUs: number): void {
  t.cc.priorCwnd = t.cc.cwnd;
  t.cc.priorSsthresh = t.cc.ssthresh;
  t.cc.ssthresh = cubic.onLoss(t, t.cc.cwnd, nowUs);
  setCwnd(t, cubic.onExit(t, nowUs));
}

/** Round trips of 100 ms, each with an ACK for every second segment, until `toUs`; cwnd in segments at their ends. */
function rounds(t: Tcb, fromUs: number, toUs: number): number[] {
  const windows: number[] = [];
  for (let now = fromUs; now <= toUs; now += 100_000) {
    const n = Math.max(Math.floor(t.cc.cwnd / MSS / 2), 1);
    for (let i = 0; i < n; i++) acked(t, now + Math.floor((i * 100_000) / n), 2);
    windows.push(t.cc.cwnd / MSS);
  }
  return windows;
}

describe('the function (RFC 9438 section 4.2)', () => {
  it('a loss leaves 0.7 of cwnd, and cwnd is back at W_max after K = cbrt(W_max * 0.3 / C) seconds', () => {
    const t = connection(1000);
    loss(t, 0);
    expect([t.cc.ssthresh, t.cc.cwnd]).toEqual([700 * MSS, 700 * MSS]);
    const k = Math.cbrt((1000 * 0.3) / 0.4); // 9.1 s
    const windows = rounds(t, 0, k * SECOND);
    expect(windows.at(-1)).toBeGreaterThan(985);
    expect(windows.at(-1)).toBeLessThan(1015);
    // Concave: the first half of the time regains most of it.
    expect(windows[Math.floor(windows.length / 2)]).toBeGreaterThan(700 + 0.8 * 300);
    // Convex beyond: it takes as long to gain as much again.
    expect(rounds(t, k * SECOND, 2 * k * SECOND).at(-1)).toBeGreaterThan(1250);
  });

  it('4.4: for each round trip cwnd grows by half at most', () => {
    const t = connection(10);
    loss(t, 0);
    acked(t, 0);
    const before = t.cc.cwnd;
    for (let i = 0; i < 7; i++) acked(t, 100 * SECOND); // far beyond K
    expect(t.cc.cwnd).toBeLessThanOrEqual(1.5 * before + MSS);
  });

  it('5.8: time in which cwnd was not the limit is none of the epoch', () => {
    const t = connection(1000);
    loss(t, 0);
    const busy = cloneTcb(t);
    rounds(t, 0, 3 * SECOND);
    const before = t.cc.cwnd / MSS;
    const [after] = rounds(t, 60 * SECOND, 60 * SECOND);
    expect((after as number) - before).toBeLessThan(20);
    expect(rounds(busy, 0, 3 * SECOND).at(-1)).toBe(before);
  });

  it('4.3: where Reno is faster, cwnd grows as Reno would: about 0.53 segments for each round trip', () => {
    const t = connection(20);
    loss(t, 0);
    const windows = rounds(t, 0, SECOND);
    const grown = (windows.at(-1) as number) - 14;
    expect(grown).toBeGreaterThan(11 * 0.45);
    expect(grown).toBeLessThan(11 * 0.65);
  });
});

describe('losses', () => {
  it('4.7: fast convergence: below the last W_max another loss gives room to others', () => {
    const t = connection(1000);
    loss(t, 0);
    loss(t, 0); // at 700
    const k = Math.cbrt((700 * 0.85 - 490) / 0.4);
    const windows = rounds(t, 0, k * SECOND);
    expect(windows.at(-1)).toBeLessThan(620); // and not 700
  });

  it('ssthresh is two segments at least, and follows what was in flight when that was less than cwnd', () => {
    const t = connection(100);
    expect(cubic.onLoss(t, 20 * MSS, 0)).toBe(14 * MSS);
    expect(cubic.onLoss(t, MSS, 0)).toBe(2 * MSS);
  });

  it('4.8: after a timeout the epoch begins at its own W_max, when slow start has reached ssthresh', () => {
    const t = connection(100);
    t.cc.ssthresh = cubic.onTimeout(t, 100 * MSS, 0);
    expect(t.cc.ssthresh).toBe(70 * MSS);
    setCwnd(t, MSS);
    t.cc.phase = Phase.LOSS;
    expect(acked(t, 0, 5)).toBe(2); // L = 1
    setCwnd(t, 70 * MSS);
    const windows = rounds(t, 10 * SECOND, 12 * SECOND);
    expect(windows[0]).toBeLessThan(72);
    expect(windows.at(-1)).toBeLessThan(92); // as Reno: a segment for each round trip
  });

  it('4.9: a loss that was none gives all back', () => {
    const t = connection(1000);
    loss(t, 0);
    rounds(t, 0, SECOND);
    const before = cloneTcb(t);
    loss(t, SECOND);
    setCwnd(t, cubic.onUndo(t, SECOND));
    expect(t.cc.cwnd).toBe(before.cc.cwnd);
    expect(rounds(t, SECOND, 2 * SECOND)).toEqual(rounds(before, SECOND, 2 * SECOND));
  });

  it('4.9: so it does when it was the first of all, and when it was a timeout', () => {
    for (const reduce of [cubic.onLoss, cubic.onTimeout]) {
      for (const losses of [0, 1]) {
        const t = connection(1000, 1000);
        if (losses === 1) loss(t, 0);
        const before = cloneTcb(t);
        t.cc.priorCwnd = t.cc.cwnd;
        reduce(t, t.cc.cwnd, 0);
        setCwnd(t, cubic.onUndo(t, 0));
        const windows = [t, before].map((of) => {
          const grown = rounds(of, 0, losses === 1 ? 5 * SECOND : 15 * SECOND);
          loss(of, 15 * SECOND); // one that is one
          return [...grown, ...rounds(of, 15 * SECOND, 30 * SECOND)];
        });
        expect(windows[0]).toEqual(windows[1]);
      }
    }
  });

  it('an echo of ECN costs 15 % (RFC 8511), or as much as a loss where the settings say so', () => {
    const t = connection(100);
    expect(cubic.onEcn(t, new AckSample(), 0)).toBe(85 * MSS);
    const classic = connection(100);
    classic.config = { ...classic.config, abe: false };
    expect(cubic.onEcn(classic, new AckSample(), 0)).toBe(70 * MSS);
  });
});

describe('HyStart++ (RFC 9406)', () => {
  /** A round trip in slow start: as many ACKs as there are segments, each with this round-trip time. */
  function round(t: Tcb, rttUs: number): number {
    t.snd.nxt = (t.snd.una + t.cc.cwnd) | 0;
    const n = Math.floor(t.cc.cwnd / MSS);
    for (let i = 0; i < n; i++) acked(t, 0, 1, rttUs);
    return t.cc.cwnd / MSS;
  }

  it('cwnd doubles while the round-trip time stays', () => {
    const t = connection(10);
    expect([1, 2, 3].map(() => round(t, 50_000))).toEqual([20, 40, 80]);
  });

  it('an eighth more: it grows by a quarter of that, and after five rounds of it slow start is over', () => {
    const t = connection(10);
    round(t, 50_000);
    const before = round(t, 50_000);
    const after = round(t, 57_000);
    expect(after).toBeGreaterThan(before * 1.25);
    expect(after).toBeLessThan(before * 1.6); // the first eight ACKs had to measure it
    let rounds = 0;
    while (t.cc.cwnd < t.cc.ssthresh && rounds < 20) {
      round(t, 57_000);
      rounds++;
    }
    expect(rounds).toBe(5);
    expect(t.cc.ssthresh).toBeLessThanOrEqual(t.cc.cwnd);
  });

  it('when the delay goes again slow start goes on', () => {
    const t = connection(10);
    round(t, 50_000);
    round(t, 50_000);
    round(t, 60_000);
    round(t, 50_000);
    const before = t.cc.cwnd / MSS;
    expect(round(t, 50_000)).toBe(2 * before);
  });

  it('a delay of less than four milliseconds is none', () => {
    const t = connection(10);
    round(t, 10_000);
    expect(round(t, 13_000)).toBe(40);
  });

  it('it is over with the first loss: a later slow start is that of RFC 5681', () => {
    const t = connection(10);
    loss(t, 0);
    t.cc.ssthresh = 1000 * MSS;
    expect([round(t, 50_000), round(t, 90_000), round(t, 200_000)]).toEqual([14, 28, 56]);
  });

  for (const reduce of [cubic.onLoss, cubic.onTimeout]) {
    it(`it goes on after a ${reduce === cubic.onLoss ? 'loss' : 'timeout'} that was none (RFC 9438 section 4.9)`, () => {
      const t = connection(10);
      round(t, 50_000);
      t.cc.priorCwnd = t.cc.cwnd;
      t.cc.ssthresh = reduce(t, t.cc.cwnd, 0);
      t.snd.nxt = (t.snd.una + t.cc.cwnd) | 0;
      acked(t, 0, 1, 90_000); // while it lasts
      t.cc.ssthresh = 1_000_000 * MSS;
      setCwnd(t, cubic.onUndo(t, 0));
      const before = t.cc.cwnd / MSS;
      acked(t, 0, 6, 50_000); // L is 8, not 2
      expect(t.cc.cwnd / MSS).toBe(before + 6);
      // A round of its own, which measures eight ACKs before it believes in a delay; one that lasts ends slow start.
      for (let i = 0; i < 7; i++) round(t, 90_000);
      expect(t.cc.cwnd).toBeGreaterThanOrEqual(t.cc.ssthresh);
    });
  }
});

describe('RFC 7661: a path that was not filled has not said how much it takes', () => {
  it('a program that writes a segment for each round trip leaves cwnd as it was', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: MSS }), config: { congestion: 'cubic' } });
    const before = a.tcb.cc.cwnd;
    for (let i = 0; i < 100; i++) {
      a.send(octets(MSS, i));
      pass(a, 50);
      a.inject('ACK', 1, 1 + (i + 1) * MSS);
    }
    expect(a.tcb.cc.cwnd).toBeLessThanOrEqual(before + MSS); // the first one tells that it was so
  });

  it('idle, cwnd halves with each RTO, down to the initial window', () => {
    const t = connection(160, 100);
    t.rto.rtoMs = 300;
    const idle = [0, 299, 300, 900, 1200, 3_600_000].map((ms) => cubic.onIdle(t, ms * 1000, 0) / MSS);
    expect(idle).toEqual([160, 160, 80, 20, 10, 10]);
  });
});

it('the state is plain numbers: a copy shares nothing', () => {
  const t = connection(100);
  expect(Object.values(t.cc.own as object).every((value) => typeof value === 'number')).toBe(true);
  const copy = cloneTcb(t);
  loss(t, 0);
  expect(copy.cc.own).not.toEqual(t.cc.own);
});
