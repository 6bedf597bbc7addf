// A shop of seven hosts, all programs as npm has them, on a network that loses a twentieth of its packets. In the middle the database
// is cut off for ten seconds, and the cache crashes and comes back. All orders arrive, each once.
// `npx synfin sim examples/sim-services/scenario.ts --seeds 1..10`, or main.ts.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { RunsOptions, Simulation } from '../../src/simulate/index.ts';

const ORDERS = 24;

export const options: RunsOptions = { network: { rtt: '20ms', loss: 0.05 } };

export default async function shop(sim: Simulation): Promise<void> {
  // PostgreSQL itself stands for the disk of its host: it outlives crashes.
  const disk = await PGlite.create();
  await disk.exec('CREATE TABLE orders (id text PRIMARY KEY, cents int)');
  sim.host('db', () => new PGLiteSocketServer({ db: disk, host: '0.0.0.0', maxConnections: 10 }).start());
  const cache = sim.host('cache', () => import('./cache.ts'));
  sim.host('prices', () => import('./prices.ts'));
  sim.host('broker', () => import('./broker.ts'));
  sim.host('api', () => import('./api.ts'));
  let heard = new Set<string>();
  sim.host('screen', async () => {
    heard = (await import('./screen.ts')).heard;
  });
  await sim.client('client', async () => {
    await sleep(5000); // until all have found each other
    // Programs are loaded by their hosts: what this file loads itself would be shared by all of them, and by all runs.
    const { order, orders, told, close } = await import('./client.ts');
    for (let n = 1; n <= ORDERS; n++) {
      if (n === ORDERS / 3) {
        const cut = sim.link('api', 'db').partition();
        setTimeout(() => cut.lift(), 10_000);
      }
      if (n === ORDERS / 2) {
        cache.crash();
        setTimeout(() => cache.restart(), 4000);
      }
      sim.log(await order(`${n}`));
      await sleep(200);
    }
    const all = await orders();
    sim.log(`${ORDERS} orders; ${told.size} were told by WebSocket, ${heard.size} by MQTT`);
    assert.deepEqual(all, { n: ORDERS, cents: 9 * 100 + 15 * 200 });
    assert.ok(told.size > 0);
    assert.ok(heard.size > 0);
    await close();
  });
  await disk.close();
}
