import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../wire/index.ts';
import { type PcapngOptions, PcapngTap, PcapngWriter } from './pcapng.ts';

/** A writer that collects, and the capture so far. */
function capture(options?: PcapngOptions) {
  const pieces: Uint8Array[] = [];
  const writer = new PcapngWriter((bytes) => pieces.push(bytes), options);
  return { writer, pieces, bytes: () => Buffer.concat(pieces) };
}

interface Block {
  type: number;
  body: Buffer;
}

/** Blocks of a capture; fails on any length that does not add up. */
function blocks(bytes: Buffer): Block[] {
  const found: Block[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    expect(size % 4).toBe(0);
    expect(bytes.readUInt32LE(at + size - 4)).toBe(size);
    found.push({ type: bytes.readUInt32LE(at), body: bytes.subarray(at + 8, at + size - 4) });
    at += size;
  }
  return found;
}

/** The options from `at` on as [code, value]; they must end with opt_endofopt and nothing after it. */
function options(body: Buffer, at: number): [number, Buffer][] {
  const found: [number, Buffer][] = [];
  if (at === body.length) return found;
  for (;;) {
    const code = body.readUInt16LE(at);
    const length = body.readUInt16LE(at + 2);
    const end = at + 4 + length;
    at += 4 + Math.ceil(length / 4) * 4;
    for (const pad of body.subarray(end, at)) expect(pad).toBe(0);
    if (code === 0) {
      expect([length, at]).toEqual([0, body.length]);
      return found;
    }
    found.push([code, body.subarray(at - Math.ceil(length / 4) * 4, end)]);
  }
}

function packetIn(memory: Memory, ...bytes: number[]): number {
  const off = memory.alloc(bytes.length);
  memory.u8.set(bytes, off);
  return off;
}

/** Nanoseconds since 1970 of an Enhanced Packet Block. */
function nanoseconds(block: Block): bigint {
  return (BigInt(block.body.readUInt32LE(4)) << 32n) | BigInt(block.body.readUInt32LE(8));
}

const START_NS = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

describe('pcapng: sections 4.1 to 4.3', () => {
  test('a capture without packets is one Section Header Block, byte for byte', () => {
    const { bytes } = capture({ hardware: 'hw', os: 'o', application: 'synfin' });
    const hex = [
      '0a0d0d0a', // Block type.
      '3c000000', // Length 60.
      '4d3c2b1a', // Byte order: little-endian.
      '01000000', // Version 1.0.
      'ffffffffffffffff', // Section length unknown.
      '0200020068770000', // shb_hardware "hw", padded.
      '030001006f000000', // shb_os "o", padded.
      '0400060073796e66696e0000', // shb_userappl "synfin", padded.
      '00000000', // opt_endofopt.
      '3c000000',
    ];
    expect(bytes().toString('hex')).toBe(hex.join(''));
  });

  test('an interface has its name, link type, snap length and nanosecond resolution', () => {
    const { writer, bytes } = capture();
    const tun = { name: 'tun0', linkType: 'raw-ip', snapLen: 96, description: 'the wire' } as const;
    expect(writer.addInterface(tun)).toBe(0);
    expect(writer.addInterface({ name: 'eth1', linkType: 'ethernet' })).toBe(1);
    const [, first, second] = blocks(bytes()) as [Block, Block, Block];
    expect([first.type, first.body.readUInt16LE(0), first.body.readUInt32LE(4)]).toEqual([1, 101, 96]);
    expect(options(first.body, 8)).toEqual([
      [2, Buffer.from('tun0')],
      [3, Buffer.from('the wire')],
      [9, Buffer.from([9])],
    ]);
    expect([second.type, second.body.readUInt16LE(0), second.body.readUInt32LE(4)]).toEqual([1, 1, 0]);
  });

  test('a packet is padded to 32 bits and carries comment and direction', () => {
    const memory = new Memory();
    const { writer, bytes } = capture();
    const iface = writer.addInterface({ name: 'a', linkType: 'raw-ip' });
    const off = packetIn(memory, 0x45, 1, 2, 3, 4);
    writer.packet(iface, 0, memory, off, 5, { direction: 'out', comment: 'SYN → 第一次握手' });
    const block = blocks(bytes())[2] as Block;
    expect(block.type).toBe(6);
    expect([block.body.readUInt32LE(0), block.body.readUInt32LE(12), block.body.readUInt32LE(16)]).toEqual([
      0, 5, 5,
    ]);
    expect([...block.body.subarray(20, 28)]).toEqual([0x45, 1, 2, 3, 4, 0, 0, 0]);
    expect(options(block.body, 28)).toEqual([
      [1, Buffer.from('SYN → 第一次握手')],
      [2, Buffer.from([2, 0, 0, 0])],
    ]);
  });

  test('a packet without options has no option list', () => {
    const memory = new Memory();
    const { writer, bytes } = capture();
    writer.packet(writer.addInterface({ name: 'a', linkType: 'raw-ip' }), 0, memory, 64, 4);
    expect((blocks(bytes())[2] as Block).body.length).toBe(24);
  });

  test('a dropped packet has the comment "dropped" after its own', () => {
    const memory = new Memory();
    const { writer, bytes } = capture();
    const iface = writer.addInterface({ name: 'a', linkType: 'raw-ip' });
    writer.packet(iface, 0, memory, 64, 4, { direction: 'in', comment: 'lost', dropped: true });
    expect(
      options((blocks(bytes())[2] as Block).body, 24).map(([, value]) => value.toString('latin1')),
    ).toEqual(['lost', 'dropped', '\x01\0\0\0']);
  });

  test('a snap length cuts the bytes and keeps the original length', () => {
    const memory = new Memory();
    const { writer, bytes } = capture();
    const iface = writer.addInterface({ name: 'a', linkType: 'raw-ip', snapLen: 3 });
    writer.packet(iface, 0, memory, packetIn(memory, 1, 2, 3, 4, 5), 5);
    const { body } = blocks(bytes())[2] as Block;
    expect([body.readUInt32LE(12), body.readUInt32LE(16), ...body.subarray(20)]).toEqual([3, 5, 1, 2, 3, 0]);
  });

  test('time 0 is 2026-01-01T00:00:00Z, or the epoch that was given', () => {
    const memory = new Memory();
    for (const [epochUs, ns] of [
      [undefined, START_NS],
      [0, 0n],
      [1_763_678_000_123_456, 1_763_678_000_123_456_000n],
    ] as const) {
      const { writer, bytes } = capture(epochUs === undefined ? {} : { epochUs });
      writer.packet(writer.addInterface({ name: 'a', linkType: 'raw-ip' }), 0, memory, 64, 4);
      expect(nanoseconds(blocks(bytes())[2] as Block)).toBe(ns);
    }
  });

  test('timestamps are exact to the nanosecond for any virtual time (property)', () => {
    const memory = new Memory();
    const whole = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(whole, fc.integer({ min: 0, max: 999 }), (us, ns) => {
        const { writer, bytes } = capture();
        writer.packet(writer.addInterface({ name: 'a', linkType: 'raw-ip' }), us + ns / 1000, memory, 64, 4);
        expect(nanoseconds(blocks(bytes())[2] as Block)).toBe(START_NS + BigInt(us) * 1000n + BigInt(ns));
      }),
    );
  });

  test('a comment longer than an option is cut between two characters', () => {
    const memory = new Memory();
    const { writer, bytes } = capture();
    const iface = writer.addInterface({ name: 'a', linkType: 'raw-ip' });
    writer.packet(iface, 0, memory, 64, 4, { comment: `x${'报'.repeat(30_000)}` });
    const [[code, value] = [0, Buffer.alloc(0)]] = options((blocks(bytes())[2] as Block).body, 24);
    // 1 + 3 * 21844 = 65533; one more character would not fit 65535.
    expect([code, value.length, value.toString() === `x${'报'.repeat(21_844)}`]).toEqual([1, 65_533, true]);
  });

  test('a packet of an unknown interface is refused', () => {
    const { writer } = capture();
    expect(() => writer.packet(0, 0, new Memory(), 64, 4)).toThrow(RangeError);
  });

  test('a block for local use, and secrets of TLS, are filled with zeros to whole words', () => {
    const made = capture({ chunkBytes: 1000 });
    made.writer.localBlock(0x8000_0001, Uint8Array.of(1, 2, 3, 4, 5));
    made.writer.tlsSecrets('RSA x');
    made.writer.flush();
    const words = (...values: number[]): Buffer => {
      const octets = Buffer.alloc(4 * values.length);
      for (const [n, value] of values.entries()) octets.writeUInt32LE(value >>> 0, 4 * n);
      return octets;
    };
    const local = [words(0x8000_0001, 20), Buffer.from([1, 2, 3, 4, 5, 0, 0, 0]), words(20)];
    const secrets = [words(10, 28, 0x544c_534b, 5), Buffer.from('RSA x\0\0\0'), words(28)];
    expect(
      made
        .bytes()
        .subarray(-48)
        .equals(Buffer.concat([...local, ...secrets])),
    ).toBe(true);
    expect(() => made.writer.localBlock(6, new Uint8Array(0))).toThrow(/type/);
  });

  test('collecting gives the same bytes in whole blocks, in fewer pieces', () => {
    const memory = new Memory();
    const run = (chunkBytes: number) => {
      const made = capture({ chunkBytes });
      const iface = made.writer.addInterface({ name: 'a', linkType: 'raw-ip' });
      const tap = new PcapngTap(made.writer, iface);
      const off = memory.alloc(300);
      for (let i = 0; i < 50; i++) tap.packet(i & 1 ? 'in' : 'out', i, memory, off, i * 6, `no ${i}`);
      made.writer.flush();
      for (const piece of made.pieces) blocks(Buffer.from(piece));
      return made;
    };
    const each = run(0);
    const some = run(1000);
    expect(some.bytes().equals(each.bytes())).toBe(true);
    expect(each.pieces.length).toBe(52);
    expect(some.pieces.length).toBeLessThan(20);
  });
});

const noTshark = spawnSync('tshark', ['--version']).status !== 0;
const noCapinfos = spawnSync('capinfos', ['--version']).status !== 0;

/** A UDP packet from 10.0.0.1:7 to 10.0.0.2:9 with one byte of data. */
const UDP = [
  0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0x66, 0xcd, 10, 0, 0, 1, 10, 0, 0, 2, 0, 7, 0, 9, 0, 9, 0, 0, 0x61,
];

function inFile<T>(bytes: Uint8Array, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'synfin-'));
  try {
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, bytes);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** frame.time_epoch, seconds or (from Wireshark 4.6 on) a date, as date and nanoseconds. */
function date(text: string): [string, string] {
  const [whole = '', fraction = ''] = text.replace(/Z$/, '').split('.');
  const ms = whole.includes('T') ? Date.parse(`${whole}Z`) : Number(whole) * 1000;
  return [new Date(ms).toISOString(), fraction.padEnd(9, '0')];
}

function sample(): Buffer {
  const memory = new Memory();
  const { writer, bytes } = capture({ comment: 'two hosts' });
  const a = new PcapngTap(writer, writer.addInterface({ name: 'client', linkType: 'raw-ip' }));
  const b = new PcapngTap(writer, writer.addInterface({ name: 'server', linkType: 'ethernet' }));
  a.packet('out', 1.5, memory, packetIn(memory, ...UDP), UDP.length, 'hello, 世界');
  b.dropped(
    'in',
    3_600_000_000,
    memory,
    packetIn(memory, ...new Array(12).fill(2), 8, 0, ...UDP),
    14 + UDP.length,
  );
  return bytes();
}

describe('what Wireshark reads', () => {
  test.skipIf(noTshark)(
    `tshark reads times, names, directions and comments back${noTshark ? ' (no tshark here)' : ''}`,
    () => {
      const fields = ['frame.time_epoch', 'frame.interface_name', 'ip.src', 'frame.packet_flags_direction'];
      const args = [...fields, 'frame.comment', 'udp.dstport', 'ip.checksum.status'].flatMap((name) => [
        '-e',
        name,
      ]);
      const out = inFile(sample(), (path) =>
        execFileSync('tshark', ['-r', path, '-T', 'fields', '-o', 'ip.check_checksum:TRUE', ...args], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
      const rows = out
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
      expect(rows.map(([time = '', name, src, , ...rest]) => [...date(time), name, src, ...rest])).toEqual([
        ['2026-01-01T00:00:00.000Z', '000001500', 'client', '10.0.0.1', 'hello, 世界', '9', '1'],
        ['2026-01-01T01:00:00.000Z', '000000000', 'server', '10.0.0.1', 'dropped', '9', '1'],
      ]);
      expect(rows.map((row) => row[3])).toEqual([expect.stringMatching(/2$/), expect.stringMatching(/1$/)]);
    },
  );

  test.skipIf(noCapinfos)(
    `capinfos finds both interfaces and the comment${noCapinfos ? ' (no capinfos here)' : ''}`,
    () => {
      const out = inFile(sample(), (path) => execFileSync('capinfos', [path], { encoding: 'utf8' }));
      for (const text of [
        'client',
        'server',
        'two hosts',
        'nanoseconds',
        'synfin',
        'Number of packets:   2',
      ]) {
        expect(out).toContain(text);
      }
    },
  );
});
