import { describe, expect, it } from 'vitest';
import { OPT_TIMESTAMPS } from '../../wire/segment.ts';
import { status } from '../calls.ts';
import type { TcpConfig } from '../config.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { inState, octets, options, pass, text } from '../segment-arrives/testing.ts';

const MSS = 1000;

/** A receiver with a round trip of 100 ms whose user takes everything at once. */
function receiver(config: Partial<TcpConfig> = {}) {
  const a = inState('ESTABLISHED', {
    syn: options({ mss: MSS, wscale: 7 }),
    config: { receiveBuffer: 20_000, receiveBufferMax: 200_000, ...config },
  });
  a.tcb.rto.srttUs = 100_000;
  a.tcb.rto.measured = 1;
  let seq = 1;
  /** A round trip in which the peer sends as much as this, or as much as it may. */
  const round = (wanted: number): number => {
    const n = Math.min(wanted, a.tcb.rcv.buf);
    for (let at = 0; at < n; at += MSS) {
      const len = Math.min(MSS, n - at);
      a.inject('ACK', seq, 1, text(len, 0));
      seq += len;
    }
    pass(a, 100);
    return a.tcb.rcv.buf;
  };
  return { a, round };
}

describe('a receive buffer that tunes itself', () => {
  it('a sender that doubles finds room for the next flight each time', () => {
    const { a, round } = receiver();
    for (const flight of [10_000, 20_000, 38_000, 76_000, 150_000]) {
      expect(a.tcb.rcv.buf).toBeGreaterThanOrEqual(flight);
      round(flight);
    }
    expect(a.tcb.rcv.buf).toBeGreaterThan(100_000);
  });

  it('it stays below its most, and twice what is taken in a round trip is enough', () => {
    const { round } = receiver();
    for (let i = 0; i < 20; i++) round(1_000_000);
    expect(round(1_000_000)).toBe(200_000);
    const slow = receiver();
    for (let i = 0; i < 20; i++) slow.round(15_000);
    expect(slow.a.tcb.rcv.buf).toBeLessThan(2 * 15_000 + 20 * MSS);
  });

  it('a user who takes nothing gets no more than there is', () => {
    const { a, round } = receiver();
    a.autoRead = false;
    for (let i = 0; i < 5; i++) round(4000);
    expect(a.tcb.rcv.buf).toBe(20_000);
  });

  it('who sets the size alone gets that size; where memory is short nobody gets more', () => {
    const fixed = inState('ESTABLISHED', { config: { receiveBuffer: 20_000 } });
    expect(fixed.tcb.config.receiveBufferTuning).toBe(false);
    const { a, round } = receiver();
    a.engine.mayGrow = false;
    for (let i = 0; i < 5; i++) round(20_000);
    expect(a.tcb.rcv.buf).toBe(20_000);
  });
});

describe('the round-trip time as the receiver sees it', () => {
  const stamped = (a: ReturnType<typeof inState>, n: number, echo: number) => ({
    ...text(n),
    opts: OPT_TIMESTAMPS,
    tsVal: 100,
    tsEcr: echo + a.tcb.tsOffset,
  });

  it('with timestamps: the first full segment with a new echo, an eighth of each further one', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: MSS, ts: 1 }) });
    pass(a, 1);
    const now = a.engine.ms;
    pass(a, 80);
    a.inject('ACK', 1, 1, stamped(a, MSS, now));
    expect(a.tcb.rcv.rttUs).toBe(80_000);
    pass(a, 5);
    a.inject('ACK', 1001, 1, stamped(a, MSS, now)); // the same echo, later
    a.inject('ACK', 2001, 1, stamped(a, 10, now + 1)); // not full: it may have waited for its user
    expect(a.tcb.rcv.rttUs).toBe(80_000);
    a.inject('ACK', 2011, 1, stamped(a, MSS, now + 85 - 40));
    expect(a.tcb.rcv.rttUs).toBe(75_000);
    a.inject('ACK', 3011, 1, stamped(a, MSS, now + 85)); // less than the clock can tell
    a.inject('ACK', 4011, 1, stamped(a, MSS, now + 85 + 1)); // from the future
    expect(status(a.tcb).rcvRttUs).toBe(75_000);
  });

  it('without: the time until text comes that the window of then did not allow, the least of it', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: MSS }), config: { receiveBuffer: 4000 } });
    const burst = (seq: number): void => {
      for (let i = 0; i < 4; i++) a.inject('ACK', seq + i * MSS, 1, text(MSS, 0));
    };
    pass(a, 1);
    burst(1);
    expect(a.tcb.rcv.rttUs).toBe(0); // all of it was allowed when the first came
    for (const [ms, rttUs] of [
      [70, 70_000],
      [90, 70_000],
      [30, 30_000],
    ] as const) {
      pass(a, ms);
      burst((a.tcb.rcv.nxt - a.tcb.rcv.irs) | 0);
      expect(a.tcb.rcv.rttUs).toBe(rttUs);
    }
  });

  it('the buffer is measured by it: a path that became longer finds the room it needs', () => {
    const a = inState('ESTABLISHED', {
      syn: options({ mss: MSS, wscale: 7, ts: 1 }),
      config: { receiveBuffer: 20_000, receiveBufferMax: 200_000 },
    });
    a.tcb.rto.srttUs = 10_000; // of the handshake
    a.tcb.rto.measured = 1;
    for (let round = 0; round < 12; round++) {
      const echo = a.engine.ms - a.tcb.tsOffset;
      pass(a, 100);
      const seq = (a.tcb.rcv.nxt - a.tcb.rcv.irs) | 0;
      const n = Math.floor(Math.min(60_000, a.tcb.rcv.buf) / MSS);
      for (let i = 0; i < n; i++) {
        a.inject('ACK', seq + i * MSS, 1, {
          ...stamped(a, 0, 0),
          ...text(MSS, 0),
          tsEcr: (echo + a.tcb.tsOffset) | 0,
        });
        if (i % 6 === 5) pass(a, 10);
      }
    }
    expect(a.tcb.rcv.rttUs).toBeGreaterThanOrEqual(100_000);
    expect(a.tcb.rcv.buf).toBeGreaterThan(100_000);
    expect(status(a.tcb)).toMatchObject({ receiveBuffer: a.tcb.rcv.buf, rcvSpace: a.tcb.rcv.space });
  });
});

describe('a send buffer that tunes itself', () => {
  it('holds twice cwnd, up to its most, and never shrinks', () => {
    const a = inState('ESTABLISHED', { config: { sendBuffer: 20_000, sendBufferMax: 100_000 } });
    for (const [cwnd, buf] of [
      [10_000, 20_000],
      [30_000, 60_000],
      [80_000, 100_000],
      [5000, 100_000],
    ] as const) {
      setCwnd(a.tcb, cwnd);
      expect(a.tcb.snd.buf).toBe(buf);
    }
    a.send(octets(100_000));
    const fixed = inState('ESTABLISHED', { config: { sendBuffer: 20_000 } });
    setCwnd(fixed.tcb, 100_000);
    expect(fixed.tcb.snd.buf).toBe(20_000);
  });
});
