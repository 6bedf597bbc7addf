// What Linux remembers of the pieces that it sends.

import { expect, test } from 'vitest';
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
