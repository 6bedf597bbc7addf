// A peer that says nothing more, on the kernel and on synfin: both do what is written there. In real time: libuv sends ten
// keep-alives, a second apart.

import { describe, expect, test } from 'vitest';
import { Host } from '../../src/host/index.ts';
import { devicePair, type PairDevice } from '../../src/link/index.ts';
import { netOf } from '../../src/node/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { CLIENT, PORT, SERVER, SHORT, SILENCES, type Silence } from './silence.ts';
import { Place, type Seen } from './situations.ts';

const why = await whyNoKernel([]);
const PATIENCE_MS = 45_000;

async function onKernel(index: number): Promise<Seen> {
  const namespace = await Namespace.open();
  try {
    for (const [name, value] of Object.entries(SHORT.sysctls)) {
      const { code } = await namespace.sh(`echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`);
      expect(code).toBe(0);
    }
    const program = new URL('../fixtures/silence-kernel.ts', import.meta.url).pathname;
    const { code, stdout, stderr } = await namespace.run(process.execPath, [program, String(index)], {
      timeoutMs: PATIENCE_MS,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Seen;
  } finally {
    await namespace.close();
  }
}

async function onSynfin({ run }: Silence): Promise<Seen> {
  const [near, far] = devicePair() as [PairDevice, PairDevice];
  const client = new Host({ name: 'client', profile: 'linux', tcp: SHORT.tcp });
  const server = new Host({ name: 'server' });
  client.attach(near, { addresses: [`${CLIENT}/24`] });
  server.attach(far, { addresses: [`${SERVER}/24`] });
  server.listen({ port: PORT, handler: {} });
  const place = new Place(netOf(client));
  await run(place, () => {
    // Nothing comes and nothing goes, and nobody is told.
    for (const device of [near, far]) device.onreceive = () => {};
  });
  const seen = structuredClone(place.seen);
  await place.end();
  await Promise.all([client.close({ timeoutMs: 0 }), server.close({ timeoutMs: 0 })]);
  return seen;
}

describe.concurrent.each(SILENCES.map((silence, index) => ({ ...silence, index })))('$title', (silence) => {
  test.skipIf(why !== '')(titled('the kernel', why), { timeout: PATIENCE_MS + 10_000 }, async () => {
    expect(await onKernel(silence.index)).toEqual(silence.expected);
  });

  test('synfin', { timeout: PATIENCE_MS }, async () => {
    expect(await onSynfin(silence)).toEqual(silence.expected);
  });
});
