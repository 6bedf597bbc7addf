import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deframer, type Framing, FramingError, frame } from './framing.ts';

const framings: Framing[] = ['uint32be', 'uint16le'];

test('QEMU: four octets, the most significant first; HyperKit: two, the least significant first', () => {
  expect([...frame(Uint8Array.of(7, 8), 'uint32be')]).toEqual([0, 0, 0, 2, 7, 8]);
  expect([...frame(new Uint8Array(258), 'uint16le').subarray(0, 2)]).toEqual([2, 1]);
});

test.each(framings)('%s: packets come out as they went in, however the stream is cut', (framing) => {
  const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(packets, fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map((packet) => frame(packet, framing)));
      const deframer = new Deframer(framing, 40);
      const got: Uint8Array[] = [];
      let at = 0;
      for (let i = 0; at < stream.length; i++) {
        const piece = Uint8Array.from(stream.subarray(at, at + (cuts[i % cuts.length] as number) + 1));
        deframer.push(piece, (packet) => void got.push(packet.slice()));
        piece.fill(0xee); // a stream may use its buffer again
        at += piece.length;
      }
      expect(got).toEqual(sent);
    }),
  );
});

test.each(framings)(
  '%s: what is too long or empty is skipped and counted, and what follows is found',
  (framing) => {
    const stream = Buffer.concat(
      [new Uint8Array(0), new Uint8Array(11), Uint8Array.of(5)].map((packet) => frame(packet, framing)),
    );
    for (const step of [1, 3, 100]) {
      const deframer = new Deframer(framing, 10);
      const got: number[][] = [];
      for (let at = 0; at < stream.length; at += step)
        deframer.push(stream.subarray(at, at + step), (packet) => void got.push([...packet]));
      expect([got, deframer.skipped]).toEqual([[[5]], 2]);
    }
  },
);

test('a length that no packet can have is an error: nobody waits for four gigabytes', () => {
  const deframer = new Deframer('uint32be', 1514);
  expect(() => deframer.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1), () => {})).toThrow(FramingError);
  expect(() => new Deframer('uint32be', 1514).push(Uint8Array.of(0, 1, 0, 18), () => {})).toThrow(
    /65554 octets/,
  );
  expect(() => new Deframer('uint32be', 1514).push(Uint8Array.of(0, 1, 0, 17), () => {})).not.toThrow();
});
