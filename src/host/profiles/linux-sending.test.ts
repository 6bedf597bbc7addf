// What Linux remembers of the pieces that it sends.

import { expect, test } from 'vitest';
import { PSH } from '../../wire/index.ts';
import { Net } from '../testing.ts';

/** A connection of a host with the profile, to one that reads everything. */
async function connected(net: Net) {
  const { a, b } = net.pair({ delayUs: 50_000 }, { profile: 'linux' });
  b.listen({ port: 80, handler: { readable: (c) => void c.discard() } });
  return net.run(a.connect({ address: '10.0.0.2', port: 80 }));
}

test('of text that Nagle’s algorithm holds back one piece is remembered, however often it is tried', async () => {
  const net = new Net();
  const c = await connected(net);
  c.offer(new Uint8Array(10));
  for (let i = 0; i < 100; i++) c.offer(new Uint8Array(10));
  const { una, nxt } = c.tcb.snd;
  expect(c.tcb.pieces).toEqual([(una + 10) | 0, 1, (nxt + 1000) | 0, 1]);
  await net.pass(1e6);
  expect(c.tcb.snd.una - una).toBe(1010);
});

test('a burst ends with its last whole segment, also where AccECN options take room of each', async () => {
  for (const [ecn, length] of [
    ['accept', 1448],
    ['accurate', 1436],
  ] as const) {
    const net = new Net();
    const options = { profile: 'linux', tcp: { ecn } } as const;
    const { a, b, wire } = net.pair({ delayUs: 50_000 }, options, options);
    b.listen({ port: 80, handler: {} });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(200_000);
    const sent: [octets: number, push: boolean][] = [];
    wire.rule({
      match: ({ tcp }) => {
        if (tcp !== null && tcp.dstPort === 80) sent.push([tcp.textLen, (tcp.ctl & PSH) !== 0]);
        return false;
      },
      action: { drop: true },
    });
    c.offer(new Uint8Array(50_000));
    // A burst is two segments where the round-trip time is long (tcp_min_tso_segs), and cwnd is ten.
    const bursts = Array.from({ length: 10 }, (_, i) => [length, i % 2 === 1]);
    expect([ecn, sent]).toEqual([ecn, bursts]);
  }
});
