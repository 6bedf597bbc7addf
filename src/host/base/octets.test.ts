// Octets come in as any view of a buffer or as the buffer; nothing else passes for octets.

import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { UdpSocket } from '../index.ts';
import { codeOf, Net, type OpenPair, octets, openPair, thrown } from '../testing.ts';
import { type Octets, octetsOf } from './octets.ts';

const bytes = octets(64);

/** The same eight octets, from index 8 on, as everything that is octets. */
function everyForm(): [string, Octets][] {
  const { buffer } = bytes;
  const shared = new SharedArrayBuffer(8);
  new Uint8Array(shared).set(bytes.subarray(8, 16));
  return [
    ['Uint8Array', bytes.subarray(8, 16)],
    ['Uint8ClampedArray', new Uint8ClampedArray(buffer, 8, 8)],
    ['Int8Array', new Int8Array(buffer, 8, 8)],
    ['Uint16Array', new Uint16Array(buffer, 8, 4)],
    ['Int32Array', new Int32Array(buffer, 8, 2)],
    ['Float64Array', new Float64Array(buffer, 8, 1)],
    ['BigInt64Array', new BigInt64Array(buffer, 8, 1)],
    ['DataView', new DataView(buffer, 8, 8)],
    ['Buffer', Buffer.from(buffer, 8, 8)],
    ['ArrayBuffer', buffer.slice(8, 16)],
    [
      'ArrayBuffer of another realm',
      runInNewContext('new Uint8Array(b).buffer', { b: [...bytes.subarray(8, 16)] }),
    ],
    ['SharedArrayBuffer', shared],
  ];
}

const wrong: unknown[] = [
  'hello',
  'Ünïcode',
  5,
  null,
  undefined,
  [1, 2, 3],
  {},
  new Set([1]),
  true,
  5n,
  () => 1,
];

interface Case extends OpenPair {
  from: UdpSocket;
  to: UdpSocket;
}

async function connected(): Promise<Case> {
  const pair = await openPair({ delayUs: 1000 });
  return { ...pair, from: pair.a.udp(), to: pair.b.udp({ port: 53 }) };
}

describe('every form of octets', () => {
  it('is written, offered, and sent by UDP as the octets that it shows', async () => {
    const { net, c, s, from, to } = await connected();
    for (const [form, value] of everyForm()) {
      await net.run(c.write(value));
      expect([form, await net.run(s.read())]).toEqual([form, bytes.slice(8, 16)]);
      expect(c.offer(value)).toBe(8);
      expect([form, await net.run(s.read())]).toEqual([form, bytes.slice(8, 16)]);
      from.send(value, '10.0.0.2', 53);
      expect([form, (await net.run(to.receive()))?.data]).toEqual([form, bytes.slice(8, 16)]);
    }
  });

  it('may be the first text of a connect', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    for (const [form, early] of everyForm()) {
      a.open({ address: '10.0.0.2', port: 80, early });
      const s = await net.run(listener.accept());
      expect([form, await net.run(s.read())]).toEqual([form, bytes.slice(8, 16)]);
    }
  });

  it('may be filled by readInto', async () => {
    const { net, c, s } = await connected();
    for (const make of [
      () => new ArrayBuffer(8),
      () => new Uint16Array(4),
      () => new DataView(new ArrayBuffer(8)),
    ]) {
      await net.run(c.write(bytes.subarray(8, 16)));
      await net.pass(1_000_000); // Nagle and a delayed ACK
      const into = make();
      expect(s.readInto(into)).toBe(8);
      expect(octetsOf(into, 'test')).toEqual(bytes.slice(8, 16));
    }
  });
});

describe('what is not octets', () => {
  it('is a TypeError wherever octets are taken: write, offer, readInto, early, UDP send', async () => {
    const { net, a, c, s, from } = await connected();
    for (const value of wrong as Octets[]) {
      await expect(c.write(value)).rejects.toThrow(TypeError);
      expect(() => c.offer(value)).toThrow(TypeError);
      expect(() => c.readInto(value)).toThrow(TypeError);
      expect(() => from.send(value, '10.0.0.2', 53)).toThrow(TypeError);
      if (value !== undefined)
        await expect(a.connect({ address: '10.0.0.2', port: 80, early: value })).rejects.toThrow(TypeError);
    }
    await net.pass(100_000);
    expect([s.readableLength, a.connections.length]).toEqual([0, 1]); // nothing was sent, nothing opened
  });

  it('is told what to do: text is encoded, arrays become a Uint8Array', async () => {
    const { c } = await connected();
    await expect(c.write('hello' as unknown as Octets)).rejects.toThrow(
      'write: text is not octets: encode it, new TextEncoder().encode(text)',
    );
    expect(() => c.offer([1, 2] as unknown as Octets)).toThrow(/offer: .*Uint8Array.*not an array of 2/);
    expect(await codeOf(c.write(5 as unknown as Octets))).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('a buffer that was transferred is an error and not nothing: before the call, and while the write waits', async () => {
    const net = new Net();
    const { a, b } = net.pair(
      { delayUs: 1000 },
      { tcp: { sendBuffer: 1000 } },
      { tcp: { receiveBuffer: 1000 } },
    );
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(listener.accept());
    const gone = octets(10);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect([await codeOf(c.write(gone)), thrown(() => c.offer(gone))]).toEqual([
      'ERR_INVALID_STATE',
      'ERR_INVALID_STATE',
    ]);
    const later = octets(5000);
    const writes = [c.write(octets(3000)), c.write(later), c.write(octets(1))].map(codeOf);
    structuredClone(later, { transfer: [later.buffer] });
    const reading = (async () => {
      let n = 0;
      while (n < 3000) n += (await s.read())?.length ?? 0;
      return n;
    })();
    expect(await net.run(reading)).toBe(3000);
    // The last one was meant to follow it: no hole in the stream.
    expect(await net.run(Promise.all(writes))).toEqual(['ok', 'ERR_INVALID_STATE', 'ERR_INVALID_STATE']);
    await net.run(c.write(octets(2)));
  });
});
