// Pieces of queued text, the memory that they need, and where long writes are pushed.

import { expect, it } from 'vitest';
import type { Connection } from '../../host/index.ts';

import { defaultConfig, Tcb } from '../../tcp/index.ts';
import { SendMemory } from './send-memory.ts';

/** A connection with an MSS of 1000, `cwnd` segments, and a peer whose window was never larger than `wnd`. */
function connection(cwnd: number, wnd: number): Connection {
  const tcb = new Tcb(defaultConfig);
  tcb.snd.mss = 1000;
  tcb.snd.wnd = wnd;
  tcb.snd.maxWnd = wnd;
  tcb.snd.syn = 0;
  tcb.snd.una = 1;
  tcb.snd.nxt = 1;
  tcb.snd.end = 1;
  tcb.cc.cwnd = cwnd * 1000;
  tcb.pieces = [];
  return { tcb } as Connection;
}

it('a piece is as large as half of the largest window; none is begun when there is no memory left', () => {
  const memory = new SendMemory();
  memory.setSize(4000);
  const c = connection(10, 4000);
  c.tcb.snd.wnd = 0; // nothing goes
  // Pieces of 2000 with 832 each: 8000 octets of memory begin three.
  expect(memory.take(c, 100_000)).toBe(6000);
  c.tcb.snd.end = 6001;
  expect([memory.used(c), memory.writable(c)]).toEqual([6000 + 3 * 832, false]);
  expect(memory.take(c, 1)).toBe(0);
});

it('the piece at the end takes more without memory of its own', () => {
  const memory = new SendMemory();
  memory.setSize(2304);
  const c = connection(10, 20_000);
  c.tcb.snd.wnd = 0;
  for (let end = 1; end <= 5001; end += 1000) {
    c.tcb.snd.end = end;
    expect(memory.take(c, 1000)).toBe(1000);
  }
  c.tcb.snd.end = 6001;
  expect(memory.used(c)).toBe(6832);
});

it('a long write is pushed where the piece ends that was the last when half of the largest window had come', () => {
  const memory = new SendMemory();
  const c = connection(2, 32_000);
  expect(memory.take(c, 50_000)).toBe(50_000);
  // 16,000 fill a piece, of which one segment goes at once and another follows; 17,000 were more than half a window, and so are the next.
  expect(c.tcb.marks).toEqual([18_001, 1, 34_001, 1]);
});

it('a limit that nobody has set is none', () => {
  const memory = new SendMemory();
  expect([memory.set, memory.limit, memory.take(connection(1, 1000), 10_000_000)]).toEqual([
    false,
    Number.POSITIVE_INFINITY,
    10_000_000,
  ]);
});
