// Calls that are not awaited: they wait in order, take constant time each, and are bounded.

import { describe, expect, it } from 'vitest';
import { MAX_WAITING_OCTETS } from './connection/writing.ts';
import { codeOf, Net, type OpenPair, octets, openPair } from './testing.ts';
import { MAX_WAITING } from './time/waits.ts';

const connected = (): Promise<OpenPair> =>
  openPair({ delayUs: 1000, tcp: { sendBuffer: 4000, receiveBuffer: 4000 } });

const quiet = (promise: Promise<unknown>): void => void promise.catch(() => {});

/** Milliseconds for each of `n` writes that wait at the same time. */
async function perWrite(n: number): Promise<number> {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 });
  b.listen({ port: 80, handler: { readable: (s) => void s.discard() } });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const chunk = octets(100);
  const start = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < n; i++) all.push(c.write(chunk));
  await net.run(Promise.all(all));
  return (performance.now() - start) / n;
}

it('80,000 writes that are not awaited cost as much each as 4,000', async () => {
  await perWrite(4000);
  const few = Math.min(await perWrite(4000), await perWrite(4000));
  expect((await perWrite(80_000)) / few).toBeLessThan(6); // with an array that is shifted: 30 and more
});

it('reads that are not awaited, too', async () => {
  const perRead = async (n: number): Promise<number> => {
    const { net, c, s } = await connected();
    const start = performance.now();
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < n; i++) all.push(s.read(1));
    await net.run(c.write(octets(n)));
    await net.run(Promise.all(all));
    return (performance.now() - start) / n;
  };
  await perRead(2000);
  const few = Math.min(await perRead(2000), await perRead(2000));
  expect((await perRead(40_000)) / few).toBeLessThan(6);
});

describe('bounds', () => {
  it('of writes: 131,072 wait, the next is refused with ENOBUFS and counted; there is room again when they have gone', async () => {
    const { net, a, c, s } = await connected();
    const one = octets(1);
    quiet(c.write(octets(10_000)));
    for (let i = 1; i < MAX_WAITING; i++) quiet(c.write(one));
    expect([await codeOf(c.write(one)), a.counters.waitsRefused]).toEqual(['ENOBUFS', 1]);
    await expect(c.write(one)).rejects.toThrow(/131072 such calls wait already: await them/);
    expect(c.info().waitingBytes).toBe(10_000 - 4000 + MAX_WAITING - 1);
    s.handler = { readable: () => void s.discard() };
    s.discard();
    await net.pass(100_000);
    await net.run(c.write(one));
    await net.pass(60_000_000);
    expect([c.info().waitingBytes, s.bytesRead]).toEqual([0, 10_000 + MAX_WAITING]);
  });

  it('of their octets: 512 MiB wait; one write alone may have more', async () => {
    const { a, c } = await connected();
    const large = new Uint8Array(MAX_WAITING_OCTETS / 2);
    quiet(c.write(large));
    quiet(c.write(large));
    expect([await codeOf(c.write(large)), a.counters.waitsRefused]).toEqual(['ENOBUFS', 1]);
    const { c: d } = await connected();
    const larger = new Uint8Array(MAX_WAITING_OCTETS + 1);
    let failed = false;
    d.write(larger).catch(() => (failed = true));
    await Promise.resolve();
    expect([failed, d.info().waitingBytes]).toEqual([false, MAX_WAITING_OCTETS + 1 - 4000]);
    d.abort();
    expect([await codeOf(d.write(octets(1))), d.info().waitingBytes]).toEqual(['ECONNABORTED', 0]);
  });

  it('of reads, accepts and receives: the same number', async () => {
    const { net, a, c, listener } = await connected();
    const udp = a.udp();
    for (let i = 0; i < MAX_WAITING; i++) {
      quiet(c.read());
      quiet(listener.accept());
      quiet(udp.receive());
    }
    expect([await codeOf(c.read()), await codeOf(listener.accept()), await codeOf(udp.receive())]).toEqual([
      'ENOBUFS',
      'ENOBUFS',
      'ENOBUFS',
    ]);
    udp.close();
    listener.close();
    c.abort();
    await net.pass(1000);
  });
});
