import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish, sum } from './checksum.ts';
import { formatSegment } from './format.ts';
import { IpPacket, parseIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import { Memory } from './memory.ts';
import { pseudoSum } from './pseudo.ts';
import {
  ACK,
  aceOf,
  CWR,
  ECE,
  OPT_ACC_ECN,
  OPT_FAST_OPEN,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_UNKNOWN,
  OPT_WSCALE,
  PSH,
  Segment,
  SYN,
  setAce,
} from './segment.ts';
import {
  parseTcp,
  TCP_CHECKSUM_OFFSET,
  tcpChecksumOk,
  tcpHeaderLength,
  tcpHeaderSum,
  writeSummedHeader,
  writeTcpHeader,
} from './tcp.ts';
import { sackBlocksThatFit, TcpOptionCursor } from './tcp-options.ts';
import { captured, digits, hex, place } from './testing.ts';

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** A 20-octet header with the given options behind, then text. */
function segment(options: string, text = ''): Uint8Array {
  const bytes = new Uint8Array([
    ...hex(`04d2 0050 00000001 00000002 5010 1000 0000 0000 ${options}`),
    ...hex(text),
  ]);
  bytes[12] = ((20 + hex(options).length) / 4) << 4;
  return bytes;
}

function parse(bytes: Uint8Array): { code: number; seg: Segment; off: number } {
  const { mem, off, len } = place(bytes);
  const seg = new Segment();
  return { code: parseTcp(mem, off, len, seg), seg, off };
}

const tcpFrames = ['syn', 'synAck', 'ack', 'data', 'finAck', 'syn6', 'rstAck6'] as const;

describe('a captured segment', () => {
  it.each(tcpFrames)('%s: has a right checksum, and a wrong one with any bit flipped', (name) => {
    const { mem, off, len } = place(hex(captured[name]).subarray(14));
    const ip = new IpPacket();
    expect(parseIp(mem, off, len, ip)).toBe(Malformed.OK);
    const pseudo = pseudoSum(ip, 6, ip.payloadLen);
    expect(tcpChecksumOk(mem, ip.payloadOff, ip.payloadLen, pseudo)).toBe(true);
    for (let bit = 0; bit < 8 * ip.payloadLen; bit++) {
      mem.u8[ip.payloadOff + (bit >> 3)]! ^= 1 << (bit & 7);
      expect(tcpChecksumOk(mem, ip.payloadOff, ip.payloadLen, pseudo)).toBe(false);
      mem.u8[ip.payloadOff + (bit >> 3)]! ^= 1 << (bit & 7);
    }
  });

  it.each(tcpFrames)('%s: parsed and written again is the same octets', (name) => {
    const { mem, off, len } = place(hex(captured[name]).subarray(14));
    const ip = new IpPacket();
    parseIp(mem, off, len, ip);
    const seg = new Segment();
    expect(parseTcp(mem, ip.payloadOff, ip.payloadLen, seg)).toBe(Malformed.OK);
    const at = 2001;
    const headerLen = writeTcpHeader(mem, at, seg);
    expect(headerLen).toBe(tcpHeaderLength(seg));
    expect(headerLen + seg.textLen).toBe(ip.payloadLen);
    mem.u8.copyWithin(at + headerLen, seg.textOff, seg.textOff + seg.textLen);
    expect(mem.dv.getUint16(at + TCP_CHECKSUM_OFFSET)).toBe(0);
    const check = finish(sum(mem, at, ip.payloadLen, pseudoSum(ip, 6, ip.payloadLen)));
    mem.dv.setUint16(at + TCP_CHECKSUM_OFFSET, check);
    expect(digits(mem, at, ip.payloadLen)).toBe(digits(mem, ip.payloadOff, ip.payloadLen));
  });

  it.each([
    ['syn', 'SYN seq=0 win=64240 len=0 <mss 1460,sackOK,TS val 2583750257 ecr 0,wscale 10>'],
    [
      'synAck',
      'SYN,ACK seq=0 ack=1 win=65160 len=0 <mss 1460,sackOK,TS val 3548900402 ecr 2583750257,wscale 10>',
    ],
    ['ack', 'ACK seq=1 ack=1 win=63 len=0 <TS val 2583750257 ecr 3548900402>'],
    ['data', 'PSH,ACK seq=1 ack=1 win=63 len=5 <TS val 2583750257 ecr 3548900402>'],
    ['finAck', 'FIN,ACK seq=6 ack=7 win=63 len=0 <TS val 2583750257 ecr 3548900402>'],
  ] as const)('%s in one line', (name, line) => {
    const { mem, off } = place(hex(captured[name]).subarray(14));
    const seg = new Segment();
    parseTcp(mem, off + 20, hex(captured[name]).length - 34, seg);
    const [client, server] = [0x7ad3c5d1, 0x352d2ed1];
    expect(formatSegment(seg, name === 'synAck' ? server : client, name === 'synAck' ? client : server)).toBe(
      line,
    );
  });
});

describe('parseTcp', () => {
  it('reads every field of the fixed header', () => {
    const { code, seg, off } = parse(hex('ffff 0001 ffffffff 80000000 5fff fffe 0000 fffd 0102'));
    expect(code).toBe(Malformed.OK);
    expect(seg).toMatchObject({
      srcPort: 0xffff,
      dstPort: 1,
      seq: -1,
      ack: -(2 ** 31),
      ctl: 0xff,
      reserved: 0xf,
    });
    expect(seg).toMatchObject({ wnd: 0xfffe, up: 0xfffd, textOff: off + 20, textLen: 2, opts: 0, optLen: 0 });
  });

  it.each([
    ['fewer than 20 octets', hex('04d20050000000010000000250101000000000'), Malformed.TRUNCATED],
    ['data offset 4', hex('04d2005000000001000000024010100000000000'), Malformed.TCP_DATA_OFFSET],
    [
      'data offset beyond the segment',
      hex('04d2005000000001000000026010100000000000'),
      Malformed.TCP_DATA_OFFSET,
    ],
  ])('%s is malformed', (_, bytes, expected) => {
    expect(parse(bytes).code).toBe(expected);
  });

  it.each([
    ['length 0 (MUST-7)', '0204 05b4 fe00 0000'],
    ['length 1', '0204 05b4 fe01 0000'],
    ['length beyond the header', '0204 05b4 fe05 0000'],
    ['a last octet that is a kind alone', '0204 05b4 0101 01fe'],
    ['a known kind beyond the header', '0204 05b4 080a 0000'],
  ])('an option with %s is malformed; what stood before it is read', (_, options) => {
    const { code, seg } = parse(segment(options, 'aabb'));
    expect(code).toBe(Malformed.TCP_OPTION_LENGTH);
    expect(seg).toMatchObject({ opts: OPT_MSS, mss: 1460, dstPort: 80, textLen: 2 });
  });

  it('skips unknown kinds by their length and flags them (MUST-6, MUST-68)', () => {
    const { code, seg, off } = parse(segment('fe06 0204 ffff 0204 05b4 0000'));
    expect([code, seg.opts, seg.mss]).toEqual([Malformed.OK, OPT_UNKNOWN | OPT_MSS, 1460]);
    expect([seg.optOff, seg.optLen]).toEqual([off + 20, 12]);
  });

  it.each(['0203 0501', '0304 0501', '0403 0001', '0504 0000', '0804 0000', '0502 0101'])(
    'a known kind with another length than its own (%s) counts as unknown',
    (options) => {
      const { code, seg } = parse(segment(options));
      expect([code, seg.opts]).toEqual([Malformed.OK, OPT_UNKNOWN]);
    },
  );

  it('stops at the end-of-list option: what follows is padding', () => {
    const { code, seg } = parse(segment('0204 05b4 00fe 0000'));
    expect([code, seg.opts]).toEqual([Malformed.OK, OPT_MSS]);
  });

  it('of two options of a kind the first counts', () => {
    const { seg } = parse(segment('0204 05b4 0204 0001 0303 0703 0302 0000'));
    expect([seg.mss, seg.wscale]).toEqual([1460, 7]);
  });

  it('a wrong length first does not hide a valid option of the kind behind it', () => {
    expect(parse(segment('0203 0502 0405 b400')).seg).toMatchObject({
      opts: OPT_MSS | OPT_UNKNOWN,
      mss: 1460,
    });
  });

  it('reads timestamps at any alignment as in the aligned form (MUST-64)', () => {
    const ts = '080a fedcba98 80000001';
    for (const options of [`0101 ${ts}`, `${ts} 0101`, `01 ${ts} 01`, `${ts} 0000`, `01 ${ts} 00`]) {
      const { code, seg } = parse(segment(options));
      expect([code, seg.opts, seg.tsVal, seg.tsEcr]).toEqual([
        0,
        OPT_TIMESTAMPS,
        0xfedcba98 | 0,
        0x80000001 | 0,
      ]);
    }
  });

  it('forgets the options of the segment before', () => {
    const seg = new Segment();
    const first = place(segment('0101 0512 00000001 00000002 00000003 00000004'));
    parseTcp(first.mem, first.off, first.len, seg);
    expect([seg.opts, seg.sackCount, ...seg.sack.subarray(0, 4)]).toEqual([OPT_SACK, 2, 1, 2, 3, 4]);
    const second = place(segment(''));
    parseTcp(second.mem, second.off, second.len, seg);
    expect([seg.opts, seg.sackCount]).toEqual([0, 0]);
  });

  it('reads four SACK blocks', () => {
    const { seg } = parse(segment(`0101 0522 ${'00000001 ffffffff'.repeat(4)}`));
    expect([seg.sackCount, ...seg.sack]).toEqual([4, 1, -1, 1, -1, 1, -1, 1, -1]);
  });
});

describe('writeTcpHeader', () => {
  const optBits = fc.integer({ min: 0, max: 0x1f });

  it('writes what parseTcp reads, a multiple of 4 octets, at most 60', () => {
    fc.assert(
      fc.property(
        fc.record({ srcPort: u16, dstPort: u16, seq: int32, ack: int32, ctl: u8, wnd: u16, up: u16 }),
        fc.record({ reserved: fc.nat(15), opts: optBits, mss: u16, wscale: u8, tsVal: int32, tsEcr: int32 }),
        fc.array(int32, { minLength: 8, maxLength: 8 }),
        fc.nat(4),
        (header, options, edges, blocks) => {
          const seg = Object.assign(new Segment(), header, options, { sackCount: blocks });
          seg.sack.set(edges);
          const { mem, off } = place(new Uint8Array(60).fill(0xa5));
          const headerLen = writeTcpHeader(mem, off, seg);
          expect(headerLen).toBe(tcpHeaderLength(seg));
          expect(headerLen % 4).toBe(0);
          expect(headerLen).toBeLessThanOrEqual(60);
          // Nothing is written outside.
          expect([mem.u8[off - 1], mem.u8[off + headerLen]]).toEqual([0xa5, 0xa5]);
          const out = new Segment();
          expect(parseTcp(mem, off, headerLen, out)).toBe(Malformed.OK);
          expect(out).toMatchObject(header);
          const fits = (options.opts & OPT_SACK) !== 0 ? sackBlocksThatFit(options.opts, blocks) : 0;
          expect(out.sackCount).toBe(fits);
          expect(out.opts).toBe(fits > 0 ? options.opts : options.opts & ~OPT_SACK);
          expect([...out.sack.subarray(0, 2 * fits)]).toEqual(edges.slice(0, 2 * fits));
          if ((out.opts & OPT_MSS) !== 0) expect(out.mss).toBe(options.mss);
          if ((out.opts & OPT_WSCALE) !== 0) expect(out.wscale).toBe(options.wscale);
          if ((out.opts & OPT_TIMESTAMPS) !== 0)
            expect([out.tsVal, out.tsEcr]).toEqual([options.tsVal, options.tsEcr]);
          expect(out.reserved).toBe(options.reserved);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    [OPT_MSS, '020405b4'],
    [OPT_MSS | OPT_SACK_PERMITTED, '020405b401010402'],
    [OPT_MSS | OPT_WSCALE, '020405b401030307'],
    [OPT_MSS | OPT_TIMESTAMPS, '020405b40101080a0000000100000002'],
    [OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED | OPT_TIMESTAMPS, '020405b40402080a000000010000000201030307'],
    [OPT_TIMESTAMPS | OPT_SACK, '0101080a00000001000000020101050a0000000a00000014'],
    [OPT_SACK, '0101050a0000000a00000014'],
    [OPT_UNKNOWN, ''],
  ])('options %i stand in the order of Linux, padded by NOPs', (opts, expected) => {
    const seg = new Segment().set(1, 2, SYN | ACK);
    Object.assign(seg, { opts, mss: 1460, wscale: 7, tsVal: 1, tsEcr: 2, sackCount: 1 });
    seg.sack.set([10, 20]);
    const { mem, off } = place(new Uint8Array(60));
    const headerLen = writeTcpHeader(mem, off, seg);
    expect(digits(mem, off + 20, headerLen - 20)).toBe(expected);
  });

  it('beside timestamps three SACK blocks fit, alone four', () => {
    expect(sackBlocksThatFit(OPT_TIMESTAMPS, 4)).toBe(3);
    expect(sackBlocksThatFit(0, 4)).toBe(4);
    expect(sackBlocksThatFit(0, 2)).toBe(2);
  });
});

describe('the options of a SYN as Linux has them', () => {
  const LINUX = hex('020405b4 0402080a 01020304 00000000 01030307');
  /** What was read of options, but for where they stand. */
  const read = (options: string): unknown => {
    const { code, seg } = parse(segment(options));
    return [code, { ...seg, optOff: 0, optLen: 0, textOff: 0 }];
  };

  it('are read as they are where NOPs stand before them, whichever octet is another one', () => {
    const others = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 0xff];
    for (let at = 0; at < LINUX.length; at++) {
      for (const octet of [LINUX[at] as number, ...others]) {
        const options = LINUX.map((was, i) => (i === at ? octet : was));
        const text = digits(place(options).mem, place(options).off, options.length);
        expect([text, read(text)]).toEqual([text, read(`01010101${text}`)]);
      }
    }
    expect(read('020405b4 0402080a 01020304 00000000 01030307')).toMatchObject([
      Malformed.OK,
      { mss: 1460, tsVal: 0x01020304, wscale: 7 },
    ]);
  });
});

describe('tcpHeaderSum', () => {
  const timestamps = fc.constantFrom(
    '0101080a0102030405060708',
    '080a01020304050607080101',
    '01080a010203040506070801',
  );
  const area = fc.oneof(
    fc.constant(''),
    timestamps,
    fc.uint8Array({ minLength: 0, maxLength: 10 }).map((bytes) => digitsOf(bytes, 4 * bytes.length)),
  );
  const digitsOf = (bytes: Uint8Array, length: number): string =>
    Array.from({ length }, (_, i) => (bytes[i % bytes.length] as number).toString(16).padStart(2, '0')).join(
      '',
    );

  it('is the sum of the octets of a header that was read, whatever its options are, without its checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), area, u16, (fixed, options, seed) => {
        const bytes = segment(options);
        const offset = bytes[12] as number;
        bytes.set(fixed);
        bytes[12] = offset | ((fixed[12] as number) & 0xf);
        const { seg, off, code } = parse(bytes);
        const { mem, len } = place(bytes, off);
        if (code !== Malformed.OK && code !== Malformed.TCP_OPTION_LENGTH) return;
        mem.dv.setUint16(off + TCP_CHECKSUM_OFFSET, 0);
        expect(tcpHeaderSum(mem, off, len, seg, seed)).toBe(sum(mem, off, len, seed));
      }),
      { numRuns: 1000 },
    );
  });

  it('is that of a header that was written, and writeSummedHeader does both', () => {
    fc.assert(
      fc.property(int32, int32, u8, u16, fc.nat(0x7f), u16, (seq, ack, ctl, wnd, opts, seed) => {
        const mem = new Memory();
        const seg = new Segment().set(seq, ack, ctl);
        Object.assign(seg, {
          srcPort: wnd ^ 0x55,
          dstPort: 80,
          wnd,
          up: seed,
          opts,
          mss: 1460,
          tsVal: seq ^ ack,
          tsEcr: ack,
        });
        seg.sackCount = 2;
        seg.reserved = ctl & 0xf;
        const len = writeTcpHeader(mem, 64, seg);
        expect(tcpHeaderSum(mem, 64, len, seg, seed)).toBe(sum(mem, 64, len, seed));
        expect([tcpHeaderLength(seg), writeSummedHeader(mem, 256, len, seg, seed)]).toEqual([
          len,
          sum(mem, 64, len, seed),
        ]);
        expect(mem.u8.slice(256, 256 + len)).toEqual(mem.u8.slice(64, 64 + len));
      }),
      { numRuns: 1000, examples: [0, OPT_TIMESTAMPS].map((opts) => [1, 2, 0x10, 3, opts, 4]) },
    );
  });
});

describe('TcpOptionCursor', () => {
  function list(options: string): { kinds: string[]; malformed: boolean } {
    const { mem, off, len } = place(hex(options));
    const cursor = new TcpOptionCursor().start(off, len);
    const kinds: string[] = [];
    while (cursor.next(mem))
      kinds.push(`${cursor.kind}@${cursor.off - off}:${digits(mem, cursor.dataOff, cursor.dataLen)}`);
    return { kinds, malformed: cursor.malformed };
  }

  it('steps over every option, NOPs too, up to the end of the list', () => {
    expect(list('01 020405b4 fe02 fe03aa 00 01')).toEqual({
      kinds: ['1@0:', '2@1:05b4', '254@5:', '254@7:aa'],
      malformed: false,
    });
    expect(list('')).toEqual({ kinds: [], malformed: false });
  });

  it.each(['01fe00', '01fe01', '01fe03', '01fe'])('%s ends as malformed', (options) => {
    expect(list(options)).toEqual({ kinds: ['1@0:'], malformed: true });
  });
});

describe('the Fast Open option (RFC 7413 section 4.1.1)', () => {
  const cookie = [1, 2, 3, 4, 5, 6, 7, 8];
  const write = (len: number, experimental: 0 | 1): { seg: Segment; length: number } => {
    const memory = new Memory();
    const out = new Segment().set(1, 0, SYN);
    out.opts = OPT_MSS | OPT_FAST_OPEN;
    out.mss = 1460;
    out.cookieLen = len;
    out.cookieExperimental = experimental;
    out.cookie.set(cookie.slice(0, len));
    const off = memory.alloc(64);
    const length = writeTcpHeader(memory, off, out);
    const seg = new Segment();
    expect(parseTcp(memory, off, length, seg)).toBe(0);
    return { seg, length };
  };

  it.each([0, 4, 6, 8])('a cookie of %i octets comes back as it was written, padded to 32 bits', (len) => {
    for (const experimental of [0, 1] as const) {
      const { seg, length } = write(len, experimental);
      expect(seg.opts).toBe(OPT_MSS | OPT_FAST_OPEN);
      expect([...seg.cookie.subarray(0, seg.cookieLen)]).toEqual(cookie.slice(0, len));
      expect([seg.cookieExperimental, length & 3]).toEqual([experimental, 0]);
    }
  });

  it('a cookie that does not fit beside SACK blocks is left out: a header has 60 octets at most', () => {
    const memory = new Memory();
    const off = memory.alloc(64);
    const seg = new Segment();
    for (const [blocks, there] of [
      [3, true],
      [4, false],
    ] as const) {
      const out = new Segment().set(1, 1, ACK);
      out.opts = OPT_MSS | OPT_SACK | OPT_FAST_OPEN;
      out.sackCount = blocks;
      const length = tcpHeaderLength(out);
      expect(length).toBeLessThanOrEqual(60);
      expect([writeTcpHeader(memory, off, out), parseTcp(memory, off, length, seg)]).toEqual([length, 0]);
      expect([blocks, seg.sackCount, (seg.opts & OPT_FAST_OPEN) !== 0]).toEqual([blocks, blocks, there]);
    }
  });

  it('a cookie of an odd or too short length counts as an unknown option', () => {
    const memory = new Memory();
    const off = memory.alloc(64);
    const seg = new Segment();
    for (const n of [1, 2, 3, 5, 18]) {
      writeTcpHeader(memory, off, new Segment().set(1, 0, SYN));
      const options = [34, 2 + n, ...new Array(n).fill(7), 0, 0, 0].slice(0, 4 * Math.ceil((2 + n) / 4));
      memory.u8.set(options, off + 20);
      memory.u8[off + 12] = ((20 + options.length) / 4) << 4;
      expect([n, parseTcp(memory, off, 20 + options.length, seg), seg.opts]).toEqual([n, 0, OPT_UNKNOWN]);
    }
  });
});

describe('the AccECN options (RFC 9768 section 3.2.3)', () => {
  const header = (options: readonly number[]): Uint8Array =>
    Uint8Array.of(
      ...new Array(12).fill(0),
      (5 + options.length / 4) << 4,
      ...new Array(7).fill(0),
      ...options,
    );
  const kinds = { MSS: [2, 4], ECN1: [174, 11], NOP: [1], WS: [3, 3], SACK: [5, 10] };
  const written = (out: Segment): number[] => {
    const memory = new Memory();
    const off = memory.alloc(64);
    const length = writeTcpHeader(memory, off, out);
    expect(length).toBe(tcpHeaderLength(out));
    return [...memory.u8.subarray(off + 20, off + length)];
  };
  const counting = (opts: number, order: number, fields: number): Segment => {
    const out = new Segment().set(1, 1, ACK);
    Object.assign(out, { opts: opts | OPT_ACC_ECN, ecnOrder: order, ecnFields: fields });
    return Object.assign(out, { e0b: 0x010203, ceb: 0x0a0b0c, e1b: 0xfffefd, mss: 1460, wscale: 7 });
  };

  it.each([
    [0, 3, [172, 11, 1, 2, 3, 10, 11, 12, 255, 254, 253, 1]],
    [1, 3, [174, 11, 255, 254, 253, 10, 11, 12, 1, 2, 3, 1]],
    [0, 2, [172, 8, 1, 2, 3, 10, 11, 12]],
    [1, 1, [174, 5, 255, 254, 253, 1, 1, 1]],
    [0, 0, [172, 2, 1, 1]],
  ])('order %d with %d fields (table 5), and what is read of it', (order, fields, bytes) => {
    expect(written(counting(0, order, fields))).toEqual(bytes);
    const { seg } = parse(header(bytes));
    expect([seg.opts, seg.ecnOrder, seg.ecnFields]).toEqual([OPT_ACC_ECN, order, fields]);
    const shown = order === 0 ? [seg.e0b, seg.ceb, seg.e1b] : [seg.e1b, seg.ceb, seg.e0b];
    const all = order === 0 ? [0x010203, 0x0a0b0c, 0xfffefd] : [0xfffefd, 0x0a0b0c, 0x010203];
    expect(shown.slice(0, fields)).toEqual(all.slice(0, fields));
  });

  it.each([
    [3, 0],
    [4, 0],
    [6, 1],
    [7, 1],
    [9, 2],
    [12, 3],
    [20, 3],
  ])('of another length, %d, the whole fields count that fit: %d', (length, fields) => {
    const bytes = [172, length, ...new Array(length - 2).fill(9), 0, 0, 0].slice(0, (length + 3) & ~3);
    const { seg } = parse(header(bytes));
    expect([seg.opts, seg.ecnFields]).toEqual([OPT_ACC_ECN, fields]);
  });

  it('stand where Linux has them, and leave room for as many SACK blocks as fit', () => {
    const { MSS, ECN1, NOP, WS, SACK } = kinds;
    const heads = (bytes: number[]): number[][] => {
      const out: number[][] = [];
      for (let i = 0; i < bytes.length; ) {
        if (bytes[i] === 1) out.push(bytes.slice(i, ++i));
        else {
          out.push(bytes.slice(i, i + 2));
          i += bytes[i + 1] as number;
        }
      }
      return out;
    };
    expect(heads(written(counting(OPT_MSS | OPT_SACK_PERMITTED | OPT_WSCALE, 1, 3)))).toEqual([
      ...[MSS, ECN1, NOP, NOP, NOP, [4, 2], NOP, WS],
    ]);
    expect(
      heads(written(counting(OPT_MSS | OPT_SACK_PERMITTED | OPT_TIMESTAMPS | OPT_WSCALE, 1, 3))),
    ).toEqual([...[MSS, [4, 2], [8, 10], ECN1, NOP, NOP, WS]]);
    const four = counting(OPT_TIMESTAMPS | OPT_SACK, 1, 3);
    four.sackCount = 4;
    expect(heads(written(four))).toEqual([NOP, NOP, [8, 10], ECN1, NOP, NOP, NOP, SACK]);
    expect(formatSegment(counting(0, 1, 2))).toContain('<ECN e1b 16776957 ceb 658188>');
  });

  it('aceOf and setAce: AE, CWR and ECE are one number, and the other bits stay', () => {
    const seg = new Segment().set(1, 1, ACK | PSH);
    seg.reserved = 0b1010;
    for (let ace = 0; ace < 8; ace++) {
      setAce(seg, ace + 8);
      expect([aceOf(seg), seg.ctl & (ACK | PSH), seg.reserved & 0b1110]).toEqual([ace, ACK | PSH, 0b1010]);
    }
    setAce(seg, 0b110);
    expect([seg.ctl & CWR, seg.ctl & ECE, seg.reserved & 1]).toEqual([CWR, 0, 1]);
  });
});

describe("a SYN in FreeBSD's order of options", () => {
  const order = (opts: number): string => {
    const memory = new Memory();
    const seg = new Segment().set(1, 0, SYN);
    seg.opts = opts;
    seg.mss = 1460;
    seg.wscale = 6;
    seg.freebsdOrder = 1;
    const off = memory.alloc(64);
    const length = writeTcpHeader(memory, off, seg);
    expect(length).toBe(tcpHeaderLength(seg));
    const back = new Segment();
    expect(parseTcp(memory, off, length, back)).toBe(0);
    expect(back.opts).toBe(opts);
    return Buffer.from(memory.u8.subarray(off + 20, off + length)).toString('hex');
  };
  const TS = '080a0000000000000000';

  it('is MSS, NOP window scale, SACK-permitted, timestamps; each of the length that Linux needs', () => {
    const all = OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED | OPT_TIMESTAMPS;
    expect(order(all)).toBe(`020405b4010303060402${TS}`);
    expect(order(OPT_MSS | OPT_SACK_PERMITTED)).toBe('020405b404020000');
    expect(order(OPT_MSS | OPT_TIMESTAMPS)).toBe(`020405b40101${TS}`);
    expect(order(OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED)).toBe('020405b40103030604020000');
    expect(order(OPT_MSS | OPT_WSCALE)).toBe('020405b401030306');
  });
});
