// Every situation on the kernel's loopback and on synfin's: both do what is written there.

import * as kernelNet from 'node:net';
import { describe, expect, test } from 'vitest';
import { Host } from '../../src/host/index.ts';
import { netOf } from '../../src/node/index.ts';
import { Place, type Seen, SITUATIONS, type Situation } from './situations.ts';

async function seenOn(net: typeof kernelNet, { run }: Situation): Promise<Seen> {
  const place = new Place(net);
  await run(place);
  const { seen } = place;
  const found = structuredClone(seen);
  await place.end();
  return found;
}

function isKernel({ kernelSince = 0 }: Situation): boolean {
  return process.platform === 'linux' && Number.parseInt(process.versions.node, 10) >= kernelSince;
}

describe.each(SITUATIONS)('$title', (situation) => {
  test.runIf(isKernel(situation))('the kernel', async () => {
    expect(await seenOn(kernelNet, situation)).toEqual(situation.expected);
  });

  test('synfin', async () => {
    const host = new Host({ name: 'h' });
    expect(await seenOn(netOf(host), situation)).toEqual(situation.expected);
    await host.close();
  });
});
