import { describe, expect, test } from 'vitest';
import {
  block,
  ethernet,
  interfaceBlock,
  octets,
  option,
  packet,
  packetBlock,
  pcapFile,
  section,
  word,
} from '../testing.ts';
import { CaptureReader, compressionOf, problemText } from './index.ts';

interface Kept {
  readonly number: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly octets: readonly number[];
  readonly wire: number;
  readonly linkType: number;
  readonly direction: string;
  readonly comments: readonly string[];
  readonly process: number;
}

function read(file: Uint8Array, pieces = file.length) {
  const frames: Kept[] = [];
  const reader = new CaptureReader((frame) => {
    const { number, seconds, nanos, direction, comments, process } = frame;
    frames.push({
      ...{ number, seconds, nanos, direction, comments, process },
      octets: [...frame.data.subarray(frame.off, frame.off + frame.length)],
      wire: frame.originalLength,
      linkType: frame.iface.linkType,
    });
  });
  for (let at = 0; at < file.length; at += pieces) reader.push(file.slice(at, at + pieces));
  reader.end();
  return { frames, info: reader.info, problems: reader.problems.map(({ key }) => key), reader };
}

const one = octets(1, 2, 3);

describe('pcap', () => {
  test.each([
    ['little', 'micro'],
    ['little', 'nano'],
    ['big', 'micro'],
    ['big', 'nano'],
  ])('%s-endian, %sseconds', (order, unit) => {
    const file = pcapFile(
      [
        { us: 1_500_000.25, octets: one },
        { us: 2e6, octets: octets(4), wire: 9 },
      ],
      {
        little: order === 'little',
        nanos: unit === 'nano',
        linkType: 1,
      },
    );
    const { frames, problems, info } = read(file);
    expect(problems).toEqual([]);
    expect(info).toMatchObject({ format: 'pcap', nanoseconds: unit === 'nano', frames: 2 });
    expect(frames).toMatchObject([
      {
        number: 1,
        seconds: 1_700_000_001,
        nanos: unit === 'nano' ? 500_000_250 : 500_000_000,
        wire: 3,
        linkType: 1,
      },
      { number: 2, seconds: 1_700_000_002, nanos: 0, octets: [4], wire: 9 },
    ]);
  });

  test('pieces of any size give the same frames', () => {
    const file = pcapFile([1, 2, 3, 4].map((n) => ({ us: n, octets: new Uint8Array(n * 7) })));
    const whole = read(file).frames;
    for (const size of [1, 2, 3, 5, 16, 17, 40]) expect(read(file, size).frames).toEqual(whole);
  });

  test('a file that ends in a record: what came before is read, and the rest is counted', () => {
    const file = pcapFile([{ octets: one }, { octets: one }]);
    const { frames, problems, reader } = read(file.slice(0, -2));
    expect(frames).toHaveLength(1);
    expect(problems).toEqual(['truncated']);
    expect(problemText(reader.problems[0]!, 'en')).toContain('17 octets');
  });

  test('a record of impossible length ends the reading, with its place', () => {
    const file = pcapFile([{ octets: one }, { octets: one }]);
    new DataView(file.buffer).setUint32(24 + 16 + 3 + 8, 0x7fffffff, true);
    const { frames, problems, reader } = read(file);
    expect(frames).toHaveLength(1);
    expect(problems).toEqual(['badRecord']);
    expect(reader.stopped).toBe(true);
    expect(problemText(reader.problems[0]!, 'en')).toContain('43');
  });
});

describe('pcapng', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);

  test.each([true, false])('a section, an interface, a packet; little-endian: %s', (little) => {
    const options = octets(
      option(2, word(2, 4, little), little),
      option(1, text('lost'), little),
      option(8, octets(word(77, 4, little), word(78, 4, little)), little),
      option(0, octets(), little),
    );
    const file = octets(
      section(little),
      interfaceBlock(1, 0, octets(option(2, text('eth0'), little), option(9, octets(9), little)), little),
      packetBlock(one, { time: 1_700_000_001_123_456_789n, options, little, wire: 60 }),
    );
    const { frames, problems, info } = read(file);
    expect(problems).toEqual([]);
    expect(info.interfaces).toMatchObject([{ name: 'eth0', linkType: 1 }]);
    expect(frames).toEqual([
      {
        ...{
          number: 1,
          seconds: 1_700_000_001,
          nanos: 123_456_789,
          octets: [1, 2, 3],
          wire: 60,
          linkType: 1,
        },
        ...{ direction: 'out', comments: ['lost'], process: 77 },
      },
    ]);
  });

  test('timestamps count what if_tsresol says, from if_tsoffset on', () => {
    const binary = interfaceBlock(101, 0, option(9, octets(0x80 | 10)));
    const offset = interfaceBlock(
      101,
      0,
      octets(option(9, octets(0)), option(14, octets(word(100, 4, true), 0, 0, 0, 0))),
    );
    const file = octets(
      section(),
      binary,
      offset,
      packetBlock(one, { time: 5n * 1024n + 512n }),
      packetBlock(one, { iface: 1, time: 7n }),
    );
    expect(read(file).frames).toMatchObject([
      { seconds: 5, nanos: 500_000_000 },
      { seconds: 107, nanos: 0 },
    ]);
  });

  test('simple and old packets, names, statistics, secrets, processes and strangers', () => {
    const name = octets(option(1, octets(10, 0, 0, 1, text('db.example'), 0)), option(0, octets()));
    const drops = option(7, octets(word(12, 4, true), 0, 0, 0, 0));
    const file = octets(
      section(),
      interfaceBlock(101, 2),
      block(3, octets(word(3, 4, true), one)),
      block(
        2,
        octets(0, 0, 0, 0, word(0, 4, true), word(9, 4, true), word(3, 4, true), word(3, 4, true), one),
      ),
      block(4, name),
      block(5, octets(word(0, 4, true), word(0, 4, true), word(0, 4, true), drops)),
      block(10, octets(1, 2, 3, 4, 0, 0, 0, 0)),
      block(0x8000_0001, octets(word(501, 4, true), option(2, text('curl')))),
      packetBlock(one, { options: option(0x8001, word(0, 4, true)) }),
      block(0xbad, octets(1, 2, 3)),
    );
    const { frames, info, problems } = read(file);
    expect(problems).toEqual([]);
    expect(frames.map((frame) => [frame.octets.length, frame.process])).toEqual([
      [2, 0],
      [3, 0],
      [3, 501],
    ]);
    expect(frames[1]).toMatchObject({ nanos: 9000 });
    expect(info.names.get('10.0.0.1')).toBe('db.example');
    expect(info.processes.get(501)).toBe('curl');
    expect(info.interfaces[0]?.dropped).toBe(12);
    expect(info.secrets).toBe(1);
  });

  test('every section has its byte order, and its interfaces', () => {
    const file = octets(
      section(true),
      interfaceBlock(1),
      packetBlock(one),
      section(false),
      interfaceBlock(101, 0, octets(), false),
      packetBlock(one, { little: false }),
    );
    const { frames, info } = read(file);
    expect(frames.map(({ linkType }) => linkType)).toEqual([1, 101]);
    expect(info.sections).toBe(2);
  });

  test.each([
    [
      'a length that is no multiple of four',
      octets(section(), word(6, 4, true), word(13, 4, true), one, 0),
      'badBlock',
    ],
    ['a length below a block’s', octets(section(), word(6, 4, true), word(8, 4, true), one, 0), 'badBlock'],
    ['a packet of nobody’s interface', octets(section(), packetBlock(one)), 'unknownInterface'],
    ['a block that is too short', octets(section(), block(1, octets(1, 2))), 'shortBlock'],
    ['no byte order', octets(block(0x0a0d0d0a, new Uint8Array(16))), 'badSection'],
    ['two lengths', octets(section(), interfaceBlock(1).fill(0, 16)), 'lengthsDiffer'],
    ['half a block', octets(section(), interfaceBlock(1).slice(0, 13)), 'truncated'],
  ])('%s costs a message', (_, file, problem) => {
    expect(read(file).problems).toEqual([problem]);
  });
});

describe('what is no capture', () => {
  test.each([
    [octets(), 'empty'],
    [octets(1, 2), 'unknownFormat'],
    [new TextEncoder().encode('hello, world'), 'unknownFormat'],
    [octets(0x1f, 0x8b, 8, 0, 0, 0), 'compressed'],
    [octets(0x28, 0xb5, 0x2f, 0xfd, 0), 'compressed'],
  ])('%j is told as such', (file, problem) => {
    expect(read(file).problems).toEqual([problem]);
  });

  test('compression is known by its first octets', () => {
    expect(compressionOf(octets(0x1f, 0x8b, 8))).toBe('gzip');
    expect(compressionOf(octets(0x28, 0xb5, 0x2f, 0xfd))).toBe('zstd');
    expect(compressionOf(ethernet(packet({ way: '1.1.1.1:1 > 2.2.2.2:2', flags: 'SYN' })))).toBe(null);
  });
});
