import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, frameHeader, Opcode, WebSocketError } from './codec.ts';

/** A frame as a client sends it (RFC 6455 section 5.2). */
function clientFrame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, rsv = 0, masked = true, length = payload.length }: Record<string, number | boolean> = {},
): Uint8Array {
  const header = frameHeader(opcode, Number(length));
  header[0] = opcode | (fin === true ? 0x80 : 0) | (Number(rsv) << 4);
  if (masked === false) return Buffer.concat([header, payload]);
  header[1] = (header[1] as number) | 0x80;
  const mask = [0x37, 0xfa, 0x21, 0x3d];
  return Buffer.concat([header, Buffer.from(mask), payload.map((o, i) => o ^ (mask[i & 3] as number))]);
}

function reading(stream: Uint8Array, cuts: readonly number[], longest = 70_000): [number, number[]][] {
  const got: [number, number[]][] = [];
  const reader = new FrameReader(longest, (opcode, payload) => void got.push([opcode, [...payload]]));
  for (let at = 0, i = 0; at < stream.length; i++) {
    const n = cuts[i % cuts.length] as number;
    reader.push(stream.subarray(at, at + n));
    at += n;
  }
  return got;
}

describe('section 5.7, the examples', () => {
  test('a masked text message "Hello"', () => {
    const octets = Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58);
    expect(reading(octets, [1])).toEqual([[Opcode.TEXT, [...Buffer.from('Hello')]]]);
  });
  test('lengths of a server: 7, 16 and 64 bits', () => {
    expect([...frameHeader(Opcode.BINARY, 125)]).toEqual([0x82, 125]);
    expect([...frameHeader(Opcode.BINARY, 256)]).toEqual([0x82, 0x7e, 0x01, 0x00]);
    expect([...frameHeader(Opcode.BINARY, 65_536)]).toEqual([0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
  });
});

test('any messages, in fragments with pings between, however the stream is cut', () => {
  const message = fc.record({
    octets: fc.uint8Array({ maxLength: 300 }),
    pieces: fc.integer({ min: 1, max: 4 }),
    ping: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }),
      (messages, cuts) => {
        const stream: Uint8Array[] = [];
        const binary: number[][] = [];
        let pings = 0;
        for (const { octets, pieces, ping } of messages) {
          binary.push([...octets]);
          for (let i = 0; i < pieces; i++) {
            const piece = octets.subarray(
              Math.floor((i * octets.length) / pieces),
              Math.floor(((i + 1) * octets.length) / pieces),
            );
            const opcode = i === 0 ? Opcode.BINARY : Opcode.CONTINUATION;
            stream.push(clientFrame(opcode, piece, { fin: i === pieces - 1 }));
            if (!ping) continue;
            stream.push(clientFrame(Opcode.PING, Uint8Array.of(7)));
            pings++;
          }
        }
        const got = reading(Buffer.concat(stream), cuts);
        expect(got.filter(([opcode]) => opcode === Opcode.BINARY).map(([, octets]) => octets)).toEqual(
          binary,
        );
        expect(got.filter(([opcode]) => opcode === Opcode.PING)).toHaveLength(pings);
      },
    ),
    { numRuns: 60 },
  );
});

test('a message of 65,535 octets, and one of 65,536, have lengths of 16 and of 64 bits', () => {
  for (const n of [125, 126, 65_535, 65_536]) {
    const [[, octets] = []] = reading(clientFrame(Opcode.BINARY, new Uint8Array(n).fill(n)), [1000]);
    expect(octets).toHaveLength(n);
  }
});

describe('what breaks the protocol fails the connection', () => {
  const one = Uint8Array.of(1);
  const rows: readonly [string, Uint8Array, number, RegExp][] = [
    ['5.1: no mask', clientFrame(Opcode.BINARY, one, { masked: false }), 1002, /without a mask/],
    ['5.2: a reserved bit', clientFrame(Opcode.BINARY, one, { rsv: 4 }), 1002, /reserved bit/],
    ['5.2: opcode 3', clientFrame(3, one), 1002, /opcode 3/],
    ['5.2: opcode 11', clientFrame(11, one), 1002, /opcode 11/],
    ['5.4: a continuation of nothing', clientFrame(Opcode.CONTINUATION, one), 1002, /continuation/],
    [
      '5.4: a message within one',
      Buffer.concat([clientFrame(Opcode.BINARY, one, { fin: false }), clientFrame(Opcode.BINARY, one)]),
      1002,
      /within one/,
    ],
    ['5.5: a ping in fragments', clientFrame(Opcode.PING, one, { fin: false }), 1002, /in fragments/],
    ['5.5: a ping of 126 octets', clientFrame(Opcode.PING, new Uint8Array(126)), 1002, /125 octets/],
    [
      'a message that is too long, by its header alone',
      clientFrame(Opcode.BINARY, one, { length: 1001 }),
      1009,
      /1000/,
    ],
    [
      'a message of 2^63 octets',
      Uint8Array.of(0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
      1009,
      /1000/,
    ],
    [
      'a message that becomes too long in fragments',
      Buffer.concat([
        clientFrame(Opcode.BINARY, new Uint8Array(600), { fin: false }),
        clientFrame(Opcode.CONTINUATION, new Uint8Array(401), { fin: false }),
      ]),
      1009,
      /1000/,
    ],
  ];
  test.each(rows)('%s', (_name, stream, closeCode, message) => {
    const read = (): unknown => reading(stream, [3], 1000);
    expect(read).toThrow(WebSocketError);
    expect(read).toThrow(expect.objectContaining({ closeCode, code: 'EPROTO' }));
    expect(read).toThrow(message);
  });
});

test('fragments without octets are as many as the client likes, and take no room', () => {
  const empty = clientFrame(Opcode.CONTINUATION, new Uint8Array(0), { fin: false });
  const stream = [clientFrame(Opcode.BINARY, new Uint8Array(0), { fin: false })];
  for (let i = 0; i < 10_000; i++) stream.push(empty);
  stream.push(clientFrame(Opcode.CONTINUATION, Uint8Array.of(9)));
  expect(reading(Buffer.concat(stream), [4096], 10)).toEqual([[Opcode.BINARY, [9]]]);
});
