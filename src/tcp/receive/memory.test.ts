// A receive buffer that is counted in memory. That the numbers are those of Linux, test/drill/kernel/receive-memory-*.pkt
// shows, which the kernel passes, too; here is what holds of any of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TcpConfig } from '../config.ts';
import { inState, options, pass, text } from '../segment-arrives/testing.ts';
import { brokenInvariant } from '../tcb/invariants.ts';
import type { ReceiveMemory } from '../tcb/receive-memory.ts';
import { cloneTcb, rcvWnd, receivable } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';

const LINUX: Partial<TcpConfig> = {
  receiveMemory: true,
  windowRoundedUp: true,
  synWindow: 'segments',
  receiveBuffer: 65_536,
  receiveBufferMax: 6_291_456,
  quickAcks: 16,
};

/** A receiver whose user takes nothing unless told. */
function receiver(config: Partial<TcpConfig> = {}, sack = true): Endpoint {
  const a = inState('ESTABLISHED', {
    syn: options({ mss: 1460, wscale: 7, sack }),
    config: { ...LINUX, ...config },
  });
  a.autoRead = false;
  return a;
}

function memory({ tcb }: Endpoint): ReceiveMemory {
  if (tcb.memory === null) throw new Error('no text has come');
  return tcb.memory;
}

/** What the lists of packets add up to. */
function counted({ queue, beyond, first }: ReceiveMemory): number {
  let sum = 0;
  for (let i = first; i < queue.length; i += 3) sum += queue[i + 1] as number;
  for (let i = 0; i < beyond.length; i += 4) sum += beyond[i + 2] as number;
  return sum;
}

describe('a receive buffer that is counted in memory', () => {
  it('is not there before text comes, and shares nothing with that of a copy', () => {
    const a = receiver();
    expect(a.tcb.memory).toBeNull();
    a.inject('ACK', 1, 1, text(1000));
    const copy = cloneTcb(a.tcb);
    a.inject('ACK', 1001, 1, text(1000));
    expect(copy.memory?.used).toBe(2304);
    expect(copy.memory?.queue).toHaveLength(3);
    expect(memory(a).used).toBe(2 * 2304);
  });

  it('is off by default: the window counts octets', () => {
    const a = receiver({ receiveMemory: false });
    a.inject('ACK', 1, 1, text(1000));
    expect(a.tcb.memory).toBeNull();
  });

  it('all of it is free again when the user has taken all, however text came and was taken', () => {
    const step = fc.record({
      at: fc.integer({ min: 0, max: 6000 }),
      length: fc.integer({ min: 1, max: 5000 }),
      take: fc.integer({ min: 0, max: 8000 }),
      buffer: fc.constantFrom(0, 0, 0, 0, 3000, 40_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, sack) => {
        const a = receiver({ receiveBuffer: 20_000 }, sack);
        for (const { at, length, take, buffer } of steps) {
          a.inject('ACK', a.tcb.rcv.nxt - 2000 + at, 1, text(length));
          pass(a, 1);
          a.receive(Math.min(take, receivable(a.tcb)));
          if (buffer > 0 && a.tcb.memory !== null) a.tcb.memory.limit = 2 * buffer;
          if (a.tcb.memory !== null) expect(memory(a).used).toBe(counted(memory(a)));
          expect(brokenInvariant(a.tcb)).toBeNull();
        }
        const held = a.tcb.outOfOrder;
        a.receive(receivable(a.tcb));
        if (held === null && a.tcb.memory !== null) expect(memory(a).used).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('the window is never taken back while there is memory', () => {
    const length = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(fc.array(length, { minLength: 5, maxLength: 60 }), (lengths) => {
        const a = receiver({ receiveBuffer: 20_000 });
        let { edge } = a.tcb.rcv;
        for (const n of lengths) {
          a.inject('ACK', a.tcb.rcv.nxt, 1, text(Math.min(n, Math.max(rcvWnd(a.tcb), 1))));
          pass(a, 50);
          expect(a.tcb.rcv.edge - edge).toBeGreaterThanOrEqual(0);
          ({ edge } = a.tcb.rcv);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tiny segments close the window before their octets fill the memory', () => {
    const a = receiver({ receiveBuffer: 20_000, receiveBufferTuning: false });
    let at = 1;
    // Three go into the head of one packet.
    while (rcvWnd(a.tcb) > 0 && at < 60_000) {
      const n = Math.min(rcvWnd(a.tcb), 200);
      a.inject('ACK', at, 1, text(n));
      at += n;
      pass(a, 50);
    }
    expect(at).toBeLessThan(40_000);
    // The last was refused: it goes again.
    expect(at - 1 - receivable(a.tcb)).toBeLessThan(200);
    expect(memory(a).used).toBeLessThan(memory(a).limit + 4352);
    a.receive(receivable(a.tcb));
    // It begins again with two segments.
    expect(rcvWnd(a.tcb)).toBeGreaterThanOrEqual(2 * 1460);
  });

  it('text in order that is worth little is copied together before any is refused', () => {
    const a = receiver({ receiveBuffer: 20_000 });
    a.inject('ACK', 1, 1, text(6000));
    for (let at = 6001; at < 16_000; at += 200) a.inject('ACK', at, 1, text(200));
    const before = memory(a).used;
    memory(a).limit = before - 1;
    a.tcb.config = { ...a.tcb.config, receiveBufferTuning: false };
    a.inject('ACK', a.tcb.rcv.nxt, 1, text(10));
    expect(memory(a).used).toBeLessThan(before);
    expect(receivable(a.tcb)).toBe(a.tcb.rcv.nxt - 1);
    expect(memory(a).starved).toBe(0);
  });

  it('what is in order takes the place of what is not, when there is no other', () => {
    const a = receiver({ receiveBuffer: 20_000, receiveBufferTuning: false });
    a.inject('ACK', 2001, 1, text(10_000));
    memory(a).limit = 4000;
    a.inject('ACK', 1, 1, text(1000));
    expect(a.tcb.outOfOrder).toBeNull();
    expect(receivable(a.tcb)).toBe(1000);
  });

  it('without memory a segment is answered with a window of 0, and taken when the user has read', () => {
    const a = receiver({ receiveBuffer: 20_000, receiveBufferTuning: false });
    a.inject('ACK', 1, 1, text(9000));
    memory(a).limit = 4000;
    a.lines();
    a.sent.length = 0;
    a.inject('ACK', 9001, 1, text(1000));
    expect(a.sent.map(({ ack, wnd }) => [ack, wnd])).toEqual([[9001, 0]]);
    expect(receivable(a.tcb)).toBe(9000);
    a.receive(9000);
    a.inject('ACK', 9001, 1, text(1000));
    expect(receivable(a.tcb)).toBe(1000);
  });
});
