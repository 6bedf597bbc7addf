// `node --test`: real programs on a simulated network, in virtual time; the same seed is the same run.

import assert from 'node:assert/strict';
import { simTest } from 'synfin/sim/node-test';
import { order } from './client.ts';

simTest('orders arrive although a twentieth of the packets is lost', { runs: 5 }, async (sim, t) => {
  sim.host('orders', () => import('./orders.ts'));
  sim.link('client', 'orders', { rtt: '40ms', loss: 0.05 });
  await sim.client('client', async () => {
    for (let i = 1; i <= 20; i++) assert.equal((await order(`item-${i}`)).item, `item-${i}`);
  });
  t.assert.noHalfOpen(sim);
});

simTest('the client waits for a service that loses its power and comes back', {}, async (sim, t) => {
  const orders = sim.host('orders', () => import('./orders.ts'));
  await sim.client('client', async () => {
    await order('before');
    orders.powerOff();
    setTimeout(() => orders.restart(), 30_000); // half a minute, which takes no time
    const { retries } = await order('after');
    assert.ok(retries > 0);
  });
  t.assert.noCloseWait(sim);
  assert.ok(sim.now() > 30_000);
});
