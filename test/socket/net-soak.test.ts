import { expect, test } from 'vitest';
import { NetSoak, NOTHING_LEFT } from './net-soak.ts';

test('http for twenty seconds, with aborts, resets and restarts: no handle, connection, timer or octet is left', async () => {
  const soak = new NetSoak(7);
  for (let round = 0; round < 4; round++) {
    const { tally } = await soak.round(5000);
    expect(soak.left()).toEqual(NOTHING_LEFT);
    for (const what of ['whole', 'ECONNRESET', 'restart']) expect(tally[what]).toBeGreaterThan(0);
  }
  await soak.host.close();
});
