// Loss recovery with SACK (RFC 6675, RFC 9937) beside NewReno, on the same wires with the same seeds: octets in
// a second of virtual time.

import { expect, it } from 'vitest';
import { Net } from '../../src/host/testing.ts';
import type { WireOptions } from '../../src/sim/index.ts';
import type { TcpStatus } from '../../src/tcp/index.ts';

const OCTETS = 600_000;

interface Transfer {
  readonly seconds: number;
  readonly status: TcpStatus;
}

async function transfer(seed: number, wire: WireOptions, sack: boolean): Promise<Transfer> {
  const net = new Net(seed);
  const { a, b } = net.pair(wire, { tcp: { sack } }, { tcp: { sack } });
  const listener = b.listen({ port: 80 });
  const text = new Uint8Array(OCTETS).map((_, i) => i % 251);
  const serve = async (): Promise<number> => {
    const c = await listener.accept();
    let n = 0;
    for (let piece = await c.read(1e6); piece !== null; piece = await c.read(1e6)) {
      for (const octet of piece) if (octet !== n++ % 251) throw new Error(`octet ${n} is wrong`);
    }
    const at = net.world.now();
    c.close();
    expect(n).toBe(OCTETS);
    return at;
  };
  const use = async (): Promise<Transfer> => {
    const c = await a.connect({ address: '10.0.0.2', port: 80 });
    const from = net.world.now();
    const served = serve();
    await c.write(text);
    await c.end();
    const seconds = ((await served) - from) / 1e6;
    const status = c.info();
    c.abort();
    listener.close();
    return { seconds, status };
  };
  const done = await net.run(use());
  await net.finish();
  return done;
}

async function both(wire: WireOptions, seeds: number) {
  const total = { newreno: 0, sack: 0, retransmissions: 0, timeouts: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    total.newreno += (await transfer(seed, wire, false)).seconds;
    const { seconds, status } = await transfer(seed, wire, true);
    total.sack += seconds;
    total.retransmissions += status.retransmissions;
    total.timeouts += status.timeouts;
  }
  return total;
}

it('a queue that slow start overruns: many holes in one window take a round trip, not one each', async () => {
  const t = await both({ delayUs: 10_000, bandwidthBps: 20_000_000, queuePackets: 30 }, 2);
  expect(t.newreno).toBeGreaterThan(1.5 * t.sack);
  expect(t.timeouts).toBe(0);
});

it('losses in bursts: the same', async () => {
  const wire: WireOptions = { delayUs: 10_000, bandwidthBps: 40_000_000, queuePackets: 20, loss: 0.001 };
  const t = await both(wire, 4);
  expect(t.newreno).toBeGreaterThan(1.25 * t.sack);
});

it('random losses of 0.1 to 5 %, duplicates and reordering: no slower in sum, and whole', async () => {
  const sum = { newreno: 0, sack: 0 };
  for (const wire of [
    { delayUs: 10_000, loss: 0.001 },
    { delayUs: 10_000, loss: 0.005 },
    { delayUs: 10_000, loss: 0.02 },
    { delayUs: 10_000, loss: 0.05 },
    { delayUs: 10_000, loss: 0.01, duplicate: 0.02, reorder: { probability: 0.05, extraDelayUs: 3000 } },
  ] satisfies WireOptions[]) {
    const t = await both(wire, 6);
    sum.newreno += t.newreno;
    sum.sack += t.sack;
    expect(t.retransmissions).toBeGreaterThan(0);
  }
  expect(sum.sack).toBeLessThan(1.1 * sum.newreno);
});
