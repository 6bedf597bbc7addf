import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from './checksum.ts';
import { IpPacket } from './ip.ts';
import { IPV4_DF, IPV4_MF, parseIpv4, parseQuotedIpv4, writeIpv4Header } from './ipv4.ts';
import { Malformed } from './malformed.ts';
import { captured, digits, hex, naiveSum, place } from './testing.ts';

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** A header of `ihl` words with its checksum set, and `payload` octets behind. */
function packet(header: string, payload = 8): Uint8Array {
  const bytes = new Uint8Array([...hex(header), ...new Uint8Array(payload)]);
  const headerLen = ((bytes[0] as number) & 15) * 4;
  const check = finish(naiveSum(bytes.subarray(0, headerLen)));
  bytes[10] = check >> 8;
  bytes[11] = check & 0xff;
  return bytes;
}

function parse(bytes: Uint8Array): { code: number; out: IpPacket; off: number } {
  const { mem, off, len } = place(bytes);
  const out = new IpPacket();
  return { code: parseIpv4(mem, off, len, out), out, off };
}

describe('an IPv4 header', () => {
  it('of a captured SYN is read field by field', () => {
    const { code, out, off } = parse(hex(captured.syn).subarray(14));
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({
      family: 4,
      headerOff: off,
      headerLen: 20,
      totalLen: 60,
      tos: 0,
      ttl: 64,
      protocol: 6,
      src0: 0,
      src1: 0,
      src2: 0xffff,
      src3: 0x0a010001,
      dst0: 0,
      dst1: 0,
      dst2: 0xffff,
      dst3: 0x0a010002,
      payloadOff: off + 20,
      payloadLen: 40,
      fragment: false,
      fragId: 0xb4af,
      fragOff: 0,
      moreFragments: false,
      dontFragment: true,
      protocolOff: off + 9,
      sourceRoute: false,
    });
  });

  it('written from the fields of captured packets is the same octets', () => {
    for (const frame of [captured.syn, captured.synAck, captured.udp4, captured.portUnreachable4]) {
      const { mem, off, len } = place(hex(frame).subarray(14));
      const out = new IpPacket();
      expect(parseIpv4(mem, off, len, out)).toBe(Malformed.OK);
      const flags = out.dontFragment ? IPV4_DF : 0;
      const { payloadLen, fragId, ttl, tos, protocol, src3, dst3 } = out;
      expect(writeIpv4Header(mem, 2000, payloadLen, fragId, flags, ttl, tos, protocol, src3, dst3)).toBe(20);
      expect(digits(mem, 2000, 20)).toBe(digits(mem, off, 20));
    }
  });

  it('is read as it was written, whatever the fields', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 125 }),
        u16,
        fc.nat(0x1fff),
        fc.boolean(),
        fc.boolean(),
        u8,
        u8,
        u8,
        int32,
        int32,
        (eighths, id, offset, mf, df, ttl, tos, protocol, src, dst) => {
          fc.pre(offset * 8 + eighths * 8 + 20 <= 0xffff);
          const { mem, off } = place(new Uint8Array(1500));
          const flags = (mf ? IPV4_MF : 0) | (df ? IPV4_DF : 0) | offset;
          writeIpv4Header(mem, off, eighths * 8, id, flags, ttl, tos, protocol, src, dst);
          const out = new IpPacket();
          expect(parseIpv4(mem, off, 1500, out)).toBe(Malformed.OK);
          expect(out).toMatchObject({ fragId: id, fragOff: offset * 8, moreFragments: mf, dontFragment: df });
          expect(out).toMatchObject({ ttl, tos, protocol, src3: src, dst3: dst, payloadLen: eighths * 8 });
          expect(out.fragment).toBe(mf || offset > 0);
        },
      ),
    );
  });

  it('followed by link padding: the padding is not payload', () => {
    const bytes = packet('4500001c 00000000 40110000 0a000001 0a000002', 26);
    const { code, out } = parse(bytes);
    expect([code, out.payloadLen, out.totalLen]).toEqual([Malformed.OK, 8, 28]);
  });

  it('with any one bit flipped is malformed: the checksum sees it', () => {
    const bytes = hex(captured.syn).subarray(14);
    for (let bit = 0; bit < 160; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(parse(flipped).code).not.toBe(Malformed.OK);
    }
  });

  it.each([
    [
      'shorter than 20 octets is truncated',
      hex('4500001400000000400600000a0000010a0000'),
      Malformed.TRUNCATED,
    ],
    ['of another version', packet('6500001c 00000000 40110000 0a000001 0a000002'), Malformed.IP_VERSION],
    ['with IHL 4', packet('4400001c 00000000 40110000 0a000001 0a000002'), Malformed.IPV4_HEADER_LENGTH],
    [
      'with IHL beyond the packet',
      packet('4f00001c 00000000 40110000 0a000001 0a000002'),
      Malformed.IPV4_HEADER_LENGTH,
    ],
    [
      'with a total length below the header',
      packet('45000013 00000000 40110000 0a000001 0a000002'),
      Malformed.IPV4_TOTAL_LENGTH,
    ],
    [
      'whose total length exceeds the packet',
      packet('4500001d 00000000 40110000 0a000001 0a000002'),
      Malformed.TRUNCATED,
    ],
    [
      'of a middle fragment of 9 octets',
      packet('4500001d 00002000 40110000 0a000001 0a000002', 9),
      Malformed.FRAGMENT_LENGTH,
    ],
    [
      'of a last fragment of 9 octets is well formed',
      packet('4500001d 00000001 40110000 0a000001 0a000002', 9),
      Malformed.OK,
    ],
    [
      'of a fragment without payload',
      packet('45000014 00002000 40110000 0a000001 0a000002', 0),
      Malformed.FRAGMENT_EMPTY,
    ],
    [
      'of a fragment beyond 65535 (ping of death)',
      packet('4500001c 00001fff 40110000 0a000001 0a000002'),
      Malformed.FRAGMENT_BEYOND_MAXIMUM,
    ],
  ])('%s', (_, bytes, expected) => {
    expect(parse(bytes).code).toBe(expected);
  });
});

describe('an IPv4 fragment', () => {
  it.each([
    ['00000000', false, 0],
    ['00004000', false, 0],
    ['00002000', true, 0],
    ['00000001', true, 8],
    ['00001000', true, 0x8000],
  ])('has more fragments or an offset: %s', (word, fragment, fragOff) => {
    const { code, out } = parse(packet(`4500001c ${word} 40110000 0a000001 0a000002`));
    expect([code, out.fragment, out.fragOff]).toEqual([Malformed.OK, fragment, fragOff]);
  });
});

describe('the end of an IPv4 fragment', () => {
  it('may be octet 65535 of its packet, not 65536', () => {
    expect(parse(packet('4500001f 00001ffc 40110000 0a000001 0a000002', 11)).code).toBe(Malformed.OK);
    const beyond = packet('45000020 00001ffc 40110000 0a000001 0a000002', 12);
    expect(parse(beyond).code).toBe(Malformed.FRAGMENT_BEYOND_MAXIMUM);
  });
});

describe('IPv4 options (MUST-50)', () => {
  const header = (options: string) => packet(`46000020 00000000 40110000 0a000001 0a000002 ${options}`);

  it.each(['01010101', '00ffffff', '94040000', 'ff040102'])('%s is skipped', (options) => {
    const { code, out, off } = parse(header(options));
    expect([code, out.payloadOff, out.payloadLen]).toEqual([Malformed.OK, off + 24, 8]);
  });

  it.each(['07000000', '07010000', '07050000', '01010107', '01010703'])(
    '%s has an illegal length, and the pointer shows where',
    (options) => {
      const { code, out } = parse(header(options));
      expect(code).toBe(Malformed.IPV4_OPTION_LENGTH);
      expect(out.problemOff).toBe(20 + options.indexOf('07') / 2);
    },
  );

  it.each(['83030400', '89030400'])('a source route %s is flagged', (options) => {
    const { code, out } = parse(header(options));
    expect([code, out.sourceRoute]).toEqual([Malformed.OK, true]);
    expect(parse(header('01010101')).out.sourceRoute).toBe(false);
  });

  it('are covered by the checksum', () => {
    const bytes = header('94040000');
    bytes[22] = 1;
    expect(parse(bytes).code).toBe(Malformed.IPV4_CHECKSUM);
  });
});

describe('a quoted IPv4 packet', () => {
  it('may be cut behind its header, with a stale checksum', () => {
    const bytes = hex(captured.syn).subarray(14, 14 + 28);
    bytes[8] = 1;
    const { mem, off, len } = place(bytes);
    const out = new IpPacket();
    expect(parseQuotedIpv4(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({ totalLen: 60, payloadLen: 8, payloadOff: off + 20, ttl: 1 });
    expect(parseQuotedIpv4(mem, off, 19, out)).toBe(Malformed.TRUNCATED);
  });
});
