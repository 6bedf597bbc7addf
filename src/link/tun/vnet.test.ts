import { expect, test } from 'vitest';
import { Memory, Offload } from '../../wire/index.ts';
import { LITTLE_ENDIAN, readVnetHeader, VNET_HEADER_BYTES, writeVnetHeader } from './vnet.ts';

/** The octets of a header of 16-bit words in the order of this machine. */
function header(flags: number, gsoType: number, ...words: readonly number[]): Uint8Array {
  const dv = new DataView(new ArrayBuffer(VNET_HEADER_BYTES));
  dv.setUint8(0, flags);
  dv.setUint8(1, gsoType);
  words.forEach((word, i) => {
    dv.setUint16(2 + 2 * i, word, LITTLE_ENDIAN);
  });
  return new Uint8Array(dv.buffer);
}

function read(octets: Uint8Array): Offload | null {
  const mem = new Memory();
  const off = mem.alloc(octets.length);
  mem.u8.set(octets, off);
  const offload = new Offload();
  offload.gsoSize = 99; // of the packet before
  offload.sumFrom = 99;
  offload.verified = true;
  return readVnetHeader(mem, off, offload) ? offload : null;
}

function written(offload: Offload | null, version: 4 | 6): Uint8Array {
  const mem = new Memory();
  const off = mem.alloc(64);
  mem.u8[off] = version << 4;
  const dv = new DataView(new ArrayBuffer(VNET_HEADER_BYTES));
  new Uint8Array(dv.buffer).fill(0xff);
  writeVnetHeader(dv, offload, mem, off);
  return new Uint8Array(dv.buffer);
}

/** What an Offload says, by the fields that are set. */
function offload(fields: Partial<Offload>): Offload {
  return Object.assign(new Offload(), fields);
}

const large: Partial<Offload> = { sumFrom: 20, sumAt: 16, headerLen: 52, gsoSize: 1448 };

const cases: readonly (readonly [string, Uint8Array, Partial<Offload>])[] = [
  ['nothing to say', header(0, 0, 0, 0, 0, 0), {}],
  ['the checksum is partial', header(1, 0, 0, 0, 20, 16), { sumFrom: 20, sumAt: 16 }],
  ['the checksum was verified', header(2, 0, 0, 0, 0, 0), { verified: true }],
  ['TCP over IPv4 that stands for several', header(1, 1, 52, 1448, 20, 16), large],
  ['the same with CWR', header(1, 0x81, 52, 1448, 20, 16), { ...large, ecn: true }],
  [
    'TCP over IPv6 that stands for several',
    header(1, 4, 72, 1428, 40, 16),
    { sumFrom: 40, sumAt: 16, headerLen: 72, gsoSize: 1428 },
  ],
];

test.each(cases)('%s: read and written', (_name, octets, fields) => {
  expect(read(octets)).toEqual(offload(fields));
  expect(written(offload(fields), fields.headerLen === 72 ? 6 : 4)).toEqual(octets);
});

test('for a packet without offload the header is all zeros', () => {
  expect(written(null, 4)).toEqual(new Uint8Array(VNET_HEADER_BYTES));
});

test('what was not asked for is refused: UDP that stands for several, a size of none', () => {
  expect(read(header(1, 3, 28, 1000, 20, 6))).toBeNull();
  expect(read(header(1, 5, 28, 1000, 20, 6))).toBeNull();
  expect(read(header(1, 1, 52, 0, 20, 16))).toBeNull();
});
