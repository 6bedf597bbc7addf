// The library of DNS messages, as the package has it, in a place that has nothing of Node: a page.

import { createContext, Script } from 'node:vm';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { expect, test } from 'vitest';
import { vendorBundle } from '../../scripts/vendor-bundle.ts';

const RECORDS = [
  { type: 'A', data: '192.0.2.1' },
  { type: 'AAAA', data: '2001:db8::1' },
  { type: 'CNAME', data: 'other.example.org' },
  { type: 'MX', data: { preference: 10, exchange: 'mail.example.org' } },
  { type: 'TXT', data: ['text', 'größer', ''] },
  { type: 'CAA', data: { flags: 0, tag: 'issue', value: 'ca.example' } },
  { type: 'SRV', data: { priority: 1, weight: 2, port: 443, target: 'a.example.org' } },
  {
    type: 'NAPTR',
    data: { order: 1, preference: 2, flags: 'u', services: 's', regexp: '!x!y!', replacement: '.' },
  },
  {
    type: 'SOA',
    data: {
      mname: 'ns.example',
      rname: 'me.example',
      serial: 1,
      refresh: 2,
      retry: 3,
      expire: 4,
      minimum: 5,
    },
  },
  { type: 'SSHFP', data: { algorithm: 1, hash: 1, fingerprint: 'A'.repeat(40) } },
] as unknown as Answer[];

const MESSAGE: Packet = {
  type: 'response',
  id: 0x1234,
  flags: 0x180,
  questions: [{ name: 'bücher.example.org', type: 'A', class: 'IN' }],
  answers: RECORDS.map(
    (record) => ({ ...record, name: 'example.org', ttl: 4_294_967_295, class: 'IN' }) as Answer,
  ),
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1232,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ],
};

/** A new one each time: what texts are encoded of is changed by that. */
const message = (): Packet => structuredClone(MESSAGE);

test('messages are written and read in a page as in Node, without Buffer and without imports', async () => {
  const code = await vendorBundle('dns-packet', ['decode', 'encode']);
  expect(code).not.toMatch(/\bimport\b|\brequire\(/);
  const exported = code.replace(
    /export\s*\{([^}]*)\};?\s*$/,
    (_, list: string) => `globalThis.lib = {${list.replace(/([\w$]+) as (\w+)/g, '$2: $1')}};`,
  );
  const page = { TextEncoder, TextDecoder } as Record<string, unknown>;
  new Script(exported).runInContext(createContext(page));
  const lib = page['lib'] as { encode: typeof encode; decode: typeof decode };
  const [theirs, ours] = [lib.encode(message()), encode(message())];
  expect([...theirs]).toEqual([...ours]);
  // Octets from the network, as message.ts hands them on.
  const Readable = theirs.constructor as unknown as {
    from(b: ArrayBufferLike, off: number, len: number): Buffer;
  };
  const arrived = new Uint8Array([0, 0, ...ours]);
  const { Uint8Array: Theirs } = new Script('({ Uint8Array })').runInContext(page as never) as {
    Uint8Array: Uint8ArrayConstructor;
  };
  const buffer = Theirs.from(arrived).buffer;
  const plain = (read: unknown): unknown =>
    JSON.parse(
      JSON.stringify(read, (_, v) =>
        v?.type === 'Buffer' ? v.data : ArrayBuffer.isView(v) ? [...(v as Uint8Array)] : v,
      ),
    );
  expect(plain(lib.decode(Readable.from(buffer, 2, ours.length)))).toEqual(plain(decode(ours)));
  for (const wrong of [new Uint8Array(5), ours.subarray(0, 60)])
    expect(() => lib.decode(Readable.from(Theirs.from(wrong).buffer, 0, wrong.length))).toThrow();
  const tooLarge = { ...message(), id: 65_536 };
  for (const each of [lib.encode, encode]) expect(() => each(tooLarge)).toThrow(/65536/);
});
