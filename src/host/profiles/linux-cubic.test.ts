// tcp_cubic: windows in whole segments, HyStart, the curve, idle time, undo.

import { describe, expect, it, test } from 'vitest';
import { AckSample, NO_SSTHRESH, type Tcb } from '../../tcp/index.ts';
import { inState, options } from '../../tcp/segment-arrives/testing.ts';
import { Net } from '../testing.ts';
import { hostProfiles } from './index.ts';
import { linuxCubic } from './linux-cubic.ts';

/** A connection of a host with the profile. */
async function connected(net: Net) {
  const { a, b } = net.pair({ delayUs: 50_000 }, { profile: 'linux' });
  b.listen({ port: 80 });
  return net.run(a.connect({ address: '10.0.0.2', port: 80 }));
}

test('cwnd below a segment, as after the MSS has grown, counts as one', async () => {
  const net = new Net();
  const { tcb } = await connected(net);
  const nowUs = net.world.now();
  tcb.cc.ssthresh = 500;
  tcb.cc.cwnd = 1000;
  const s = new AckSample();
  s.acked = 1000;
  s.rttUs = 100_000;
  const windows = Array.from({ length: 4 }, (_, i) => {
    tcb.cc.cwnd = linuxCubic.onAck(tcb, s, nowUs + i * 100_000);
    return tcb.cc.cwnd / tcb.snd.mss;
  });
  expect(windows).toEqual([1, 2, 2, 2]);
});

test('idle time moves the epoch, but not beyond now', async () => {
  const net = new Net();
  const { tcb } = await connected(net);
  const own = linuxCubic.start(tcb, 0) as { epochMs: number };
  tcb.cc.own = own as typeof tcb.cc.own;
  own.epochMs = 3000;
  linuxCubic.onIdle(tcb, 2_000_000, 10_000_000);
  expect(own.epochMs).toBe(5000);
  linuxCubic.onIdle(tcb, 9_000_000, 10_000_000);
  expect(own.epochMs).toBe(10_000);
});

test('what was taken for a loss and was none gives cwnd back, not W_max (tcp_reno_undo_cwnd)', async () => {
  const net = new Net();
  const { tcb } = await connected(net);
  const own = tcb.cc.own as unknown as { lastMax: number };
  const before = tcb.cc.cwnd;
  tcb.cc.priorCwnd = before;
  const ssthresh = linuxCubic.onLoss(tcb, before, 0);
  tcb.cc.cwnd = ssthresh;
  expect(linuxCubic.onUndo(tcb, 0)).toBe(before);
  expect(own.lastMax).toBe(10);
});

/** What tests set and read of its state. */
interface Own {
  cnt: number;
  lastMax: number;
  delayMinUs: number;
  epochMs: number;
  found: number;
}

const MSS = 1000;
const SECOND = 1_000_000;

/** A connection with an MSS of 1000 and a window of so many segments, one second after its start. */
function withWindow(segments: number, ssthresh: number = NO_SSTHRESH): { tcb: Tcb; own: Own } {
  const { tcp, rules } = hostProfiles.linux;
  const { tcb } = inState('ESTABLISHED', { config: tcp, rules, syn: options({ mss: MSS }) });
  const own = linuxCubic.start(tcb, SECOND);
  tcb.cc.own = own;
  Object.assign(tcb.cc, { cwnd: segments * MSS, ssthresh });
  return { tcb, own: own as unknown as Own };
}

/** An ACK of so many segments; the window after it, in segments. */
function ack(tcb: Tcb, segments: number, nowUs: number, rttUs = -1): number {
  const s = Object.assign(new AckSample().none(tcb), { acked: segments * MSS, rttUs });
  return linuxCubic.onAck(tcb, s, nowUs) / MSS;
}

describe('growth', () => {
  it('slow start ends at ssthresh; what is left of the ACK counts for what follows', () => {
    const { tcb } = withWindow(10, 12 * MSS);
    expect(ack(tcb, 2, SECOND)).toBe(12);
    const later = withWindow(10, 12 * MSS).tcb;
    expect(ack(later, 24, SECOND)).toBe(13); // two, and one for twenty of the 22 left
  });

  it('part of a segment counts as one', () => {
    const { tcb } = withWindow(10);
    const s = Object.assign(new AckSample().none(tcb), { acked: 1001 });
    expect(linuxCubic.onAck(tcb, s, SECOND)).toBe(12 * MSS);
  });

  it('without a loss before, it is one segment for twenty', () => {
    const { tcb } = withWindow(12, 12 * MSS);
    const windows = Array.from({ length: 10 }, (_, i) => ack(tcb, 2, SECOND + i * 1000));
    expect(windows).toEqual([...new Array(9).fill(12), 13]);
  });

  it('what is acknowledged beyond a segment’s worth counts for the next', () => {
    const { tcb } = withWindow(12, 12 * MSS);
    expect([22, 17, 1].map((segments) => ack(tcb, segments, SECOND))).toEqual([13, 12, 13]);
  });

  it('where Reno would have more, it is as much: 1.9 windows for a segment', () => {
    const { tcb, own } = withWindow(100, 100 * MSS);
    own.lastMax = 100; // the curve is flat here
    const counts = [0, 40, 80, 120, 160, 200].map((ms, i) => {
      ack(tcb, i === 0 ? 0 : 40, SECOND + 1000 * ms);
      return own.cnt;
    });
    // 187 segments (100 * 15 / 8) are exceeded with the fifth 40
    expect(counts).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 100]);
  });

  it('is computed anew when 31 ms have passed, or the window has changed', () => {
    const { tcb, own } = withWindow(70, 70 * MSS);
    own.lastMax = 100;
    const cnt = (segments: number, ms: number): number => {
      tcb.cc.cwnd = segments * MSS;
      ack(tcb, 0, SECOND + 1000 * ms);
      return own.cnt;
    };
    cnt(70, 0);
    own.cnt = 1;
    expect([cnt(70, 31), cnt(70, 32) > 1]).toEqual([1, true]);
    own.cnt = 1;
    expect(cnt(71, 33)).toBeGreaterThan(1);
  });

  it.each([
    // ms, target, cnt = 70 / (target - 70)
    [200, 75, 14],
    [500, 80, 7],
    [4300, 100, 2],
  ])('after a loss at 100 segments: %i ms on, %i are aimed at, a segment for %i', (ms, _, cnt) => {
    const { tcb, own } = withWindow(70, 70 * MSS);
    own.lastMax = 100;
    ack(tcb, 0, SECOND);
    ack(tcb, 0, SECOND + 1000 * ms);
    expect(own.cnt).toBe(cnt);
  });

  it('the least round-trip time counts as time that has passed', () => {
    const { tcb, own } = withWindow(70, 70 * MSS);
    Object.assign(own, { lastMax: 100, delayMinUs: 200_000 });
    ack(tcb, 0, SECOND);
    expect(own.cnt).toBe(14);
  });
});

describe('a loss', () => {
  it('leaves 717/1024 of the window, two segments at least; one below the last gives way, too', () => {
    const { tcb, own } = withWindow(100);
    expect([linuxCubic.onLoss(tcb, 0, 0) / MSS, own.lastMax]).toEqual([70, 100]);
    tcb.cc.cwnd = 70 * MSS;
    expect([linuxCubic.onEcn(tcb, new AckSample(), 0) / MSS, own.lastMax]).toEqual([49, 59]);
    tcb.cc.cwnd = 59 * MSS;
    linuxCubic.onLoss(tcb, 0, 0);
    expect(own.lastMax).toBe(59); // no lower than the last
    tcb.cc.cwnd = 2 * MSS;
    expect(linuxCubic.onLoss(tcb, 0, 0)).toBe(2 * MSS);
  });

  it('begins a new epoch; a timeout forgets everything', () => {
    const { tcb, own } = withWindow(100, 50 * MSS);
    ack(tcb, 0, SECOND, 30_000);
    expect([own.epochMs, own.delayMinUs]).toEqual([1000, 30_000]);
    linuxCubic.onLoss(tcb, 0, 0);
    expect([own.epochMs, own.delayMinUs]).toEqual([0, 30_000]);
    expect(linuxCubic.onTimeout(tcb, 0, 2 * SECOND)).toBe(70 * MSS);
    expect([own.lastMax, own.delayMinUs]).toEqual([0, 0]);
  });

  it('for a second after it no round-trip time is believed', () => {
    const { tcb, own } = withWindow(100, 50 * MSS);
    ack(tcb, 0, SECOND, 30_000);
    ack(tcb, 0, 2 * SECOND - 1000, 20_000);
    expect(own.delayMinUs).toBe(30_000);
    ack(tcb, 0, 2 * SECOND, 20_000);
    expect(own.delayMinUs).toBe(20_000);
    ack(tcb, 0, 3 * SECOND, 25_000);
    expect(own.delayMinUs).toBe(20_000);
  });

  it('that was none leaves the larger window', () => {
    const { tcb } = withWindow(10);
    tcb.cc.priorCwnd = 9 * MSS;
    expect(linuxCubic.onUndo(tcb, 0)).toBe(10 * MSS);
    expect(linuxCubic.onExit(tcb, 0)).toBe(tcb.cc.ssthresh);
  });
});

describe('HyStart', () => {
  interface Train {
    segments?: number;
    delayMinUs?: number;
    rttUs?: number;
    gapUs?: number;
    pacingRate?: number;
  }
  /** The ACK with which slow start ends, of 200; 0: with none. */
  const endsWith = ({
    segments = 20,
    delayMinUs = 100_000,
    rttUs = 100_000,
    gapUs = 5000,
    pacingRate = 0,
  }: Train): number => {
    const { tcb, own } = withWindow(segments);
    own.delayMinUs = delayMinUs;
    tcb.cc.pacingRate = pacingRate;
    tcb.rto.measured = 0;
    for (let i = 1; i <= 200; i++) {
      ack(tcb, 1, SECOND + i * gapUs, rttUs);
      if (tcb.cc.ssthresh !== NO_SSTHRESH) {
        expect([tcb.cc.ssthresh, own.found]).toEqual([segments * MSS, 1]);
        return i;
      }
    }
    return 0;
  };

  it.each([
    // an eighth of the least delay, but between 4 and 16 ms
    [100_000, 12_500],
    [8000, 4000],
    [400_000, 16_000],
  ])('a delay of %i us that has grown by more than %i in nine samples ends it', (delayMinUs, grown) => {
    expect(endsWith({ delayMinUs, rttUs: delayMinUs + grown })).toBe(0);
    expect(endsWith({ delayMinUs, rttUs: delayMinUs + grown + 1 })).toBe(9);
  });

  it('a train of ACKs that lasts half of the least delay ends it, with pacing the whole', () => {
    // and a millisecond, for what the card may hold back
    expect(endsWith({ gapUs: 1000 })).toBe(51);
    expect(endsWith({ gapUs: 2000 })).toBe(26);
    expect(endsWith({ gapUs: 2001 })).toBe(0);
    expect(endsWith({ gapUs: 1000, pacingRate: 1 })).toBe(102);
  });

  it('below sixteen segments there is none', () => {
    const slow = { rttUs: 200_000 };
    expect([endsWith({ ...slow, segments: 15 }), endsWith({ ...slow, segments: 16 })]).toEqual([0, 9]);
  });

  it('a round ends when what was sent when it began is acknowledged', () => {
    const { tcb, own } = withWindow(20);
    own.delayMinUs = 100_000;
    for (let i = 1; i <= 16; i++) {
      tcb.snd.una = (tcb.snd.una + MSS) | 0;
      tcb.snd.nxt = tcb.snd.una;
      ack(tcb, 1, SECOND + i * 5000, 200_000);
    }
    expect([own.found, tcb.cc.ssthresh]).toEqual([0, NO_SSTHRESH]); // no round has nine samples
  });
});
