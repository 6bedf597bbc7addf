// tcp_cubic: windows in whole segments, idle time, undo.

import { expect, test } from 'vitest';
import { AckSample } from '../../tcp/index.ts';
import { Net } from '../testing.ts';
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
