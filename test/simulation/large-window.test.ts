// A window of 16 MiB on a path that loses one packet in a hundred: the receiver holds whatever is in flight, and says
// with SACK what it has. The sender's cwnd is as large as the window, whatever is lost.

import { expect, it } from 'vitest';
import { Net } from '../../src/host/testing.ts';
import { newReno } from '../../src/tcp/congestion/newreno.ts';
import { type CongestionControl, Drop, registerCongestionControl } from '../../src/tcp/index.ts';

const WINDOW = 1 << 24;
const OCTETS = 1 << 25;

const fixed = (): number => WINDOW;
const control: CongestionControl = {
  ...newReno,
  name: 'as large as the window',
  onAck: fixed,
  onLoss: fixed,
  onTimeout: fixed,
  onExit: fixed,
  onIdle: fixed,
};
registerCongestionControl(control);

async function transfer(maxRanges: number) {
  const net = new Net(7);
  const tcp = { sendBuffer: WINDOW, receiveBuffer: WINDOW, maxRanges, congestion: control.name };
  const wire = { delayUs: 50_000, bandwidthBps: 1e9, queuePackets: 20_000, loss: 0.01 };
  const { a, b } = net.pair(wire, { tcp }, { tcp });
  const listener = b.listen({ port: 80 });
  let most = 0;
  const serve = async (): Promise<number> => {
    const c = await listener.accept();
    b.tap = { processed: () => (most = Math.max(most, c.tcb.outOfOrder?.count ?? 0)) };
    let n = 0;
    for (let piece = await c.read(); piece !== null; piece = await c.read()) n += piece.length;
    expect(n).toBe(OCTETS);
    const at = net.world.now();
    c.close();
    return at;
  };
  const use = async (): Promise<number> => {
    const c = await a.connect({ address: '10.0.0.2', port: 80 });
    const from = net.world.now();
    const served = serve();
    for (let n = 0; n < OCTETS; n += 1 << 20) await c.write(new Uint8Array(1 << 20));
    await c.end();
    c.abort();
    return (await served) - from;
  };
  const us = await net.run(use());
  const full = b.counters.drops[Drop.REASSEMBLY_FULL] as number;
  await net.finish();
  return { mbps: (OCTETS * 8) / us, full, most };
}

it('100 ms, 1 %: nothing is dropped for want of a range, and the line is used', async () => {
  const byBuffer = await transfer(0);
  const few = await transfer(64);
  expect(byBuffer.full).toBe(0);
  expect(byBuffer.most).toBeGreaterThan(64);
  expect(byBuffer.mbps).toBeGreaterThan(300);
  // The scenario is one in which a fixed number of ranges hurts.
  expect(few.full).toBeGreaterThan(1000);
  expect(few.most).toBe(64);
});
