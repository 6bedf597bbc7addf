// A new version is rolled out while clients ask: one service after the other is told to end and starts again, on a network
// that loses a fiftieth of its packets. No request fails. `npx synfin sim examples/sim-rollout/scenario.ts --seeds 1..10`, or main.ts.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunsOptions, Simulation } from '../../src/simulate/index.ts';

const REQUESTS = 400;

export const options: RunsOptions = { network: { rtt: '10ms', loss: 0.02 } };

export default async function rollout(sim: Simulation): Promise<void> {
  const shops = ['shop-1', 'shop-2'].map((name) => sim.host(name, () => import('./shop.ts')));
  sim.host('balancer', () => import('./balancer.ts'));
  const news = sim.host('news', () => import('./news.ts'));
  await sim.client('client', async () => {
    await sleep(1000);
    const client = await import('./client.ts');
    const asking = client.ask(REQUESTS);
    for (const service of [...shops, news]) {
      await sleep(2000);
      service.signal('SIGTERM');
      while (service.isUp) await sleep(100);
      sim.log(`${service.name} has ended with ${service.exitCode}`);
      assert.equal(service.exitCode, 0);
      service.restart();
    }
    const { versions, failed } = await asking;
    await sleep(5000);
    sim.log(
      `${REQUESTS} requests of ${versions.length} deployments, ${failed} failed; ${client.connected} connections to the news`,
    );
    assert.equal(failed, 0);
    assert.ok(versions.length >= 3);
    assert.equal(client.connected, 2);
    await client.close();
  });
}
