import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IpPacket } from './ip.ts';
import { parseIpv6, parseQuotedIpv6, writeIpv6FragmentHeader, writeIpv6Header } from './ipv6.ts';
import { Malformed } from './malformed.ts';
import { captured, digits, hex, place } from './testing.ts';

const u8 = fc.integer({ min: 0, max: 255 });
// Not mapped: the third word of such an address is 0xffff.
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((n) => (n === 0xffff ? 0 : n));

const ADDRESSES = '20010db8000000000000000000000001 20010db8000000000000000000000002';

/** A packet with the next header and what follows the fixed header, in hex. */
function packet(next: number, rest: string): Uint8Array {
  const body = hex(rest);
  const length = body.length.toString(16).padStart(4, '0');
  return new Uint8Array([
    ...hex(`60000000 ${length} ${next.toString(16).padStart(2, '0')} 40 ${ADDRESSES}`),
    ...body,
  ]);
}

function parse(bytes: Uint8Array): { code: number; out: IpPacket; off: number } {
  const { mem, off, len } = place(bytes);
  const out = new IpPacket();
  return { code: parseIpv6(mem, off, len, out), out, off };
}

describe('an IPv6 header', () => {
  it('of a captured SYN is read field by field and written back the same', () => {
    const { mem, off, len } = place(hex(captured.syn6).subarray(14));
    const out = new IpPacket();
    expect(parseIpv6(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({
      family: 6,
      headerOff: off,
      headerLen: 40,
      totalLen: 80,
      tos: 0,
      ttl: 64,
      protocol: 6,
      protocolOff: off + 6,
      src0: 0x20010db8,
      src3: 1,
      dst0: 0x20010db8,
      dst3: 2,
      payloadOff: off + 40,
      payloadLen: 40,
      fragment: false,
      dontFragment: true,
    });
    const o = out;
    const n = writeIpv6Header(
      mem,
      2000,
      40,
      o.flowLabel,
      64,
      0,
      6,
      o.src0,
      o.src1,
      o.src2,
      o.src3,
      o.dst0,
      o.dst1,
      o.dst2,
      o.dst3,
    );
    expect([n, digits(mem, 2000, 40)]).toEqual([40, digits(mem, off, 40)]);
  });

  it('is read as it was written, whatever the fields', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 8, maxLength: 8 }),
        fc.nat(0xfffff),
        u8,
        u8,
        fc.integer({ min: 61, max: 255 }),
        fc.nat(1000),
        (w, flowLabel, ttl, tos, protocol, payloadLen) => {
          const [s0, s1, s2, s3, d0, d1, d2, d3] = w as [
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
          ];
          const { mem, off } = place(new Uint8Array(1100));
          writeIpv6Header(
            mem,
            off,
            payloadLen,
            flowLabel,
            ttl,
            tos,
            protocol,
            s0,
            s1,
            s2,
            s3,
            d0,
            d1,
            d2,
            d3,
          );
          const out = new IpPacket();
          expect(parseIpv6(mem, off, 1100, out)).toBe(Malformed.OK);
          expect(out).toMatchObject({ flowLabel, ttl, tos, protocol, payloadLen, totalLen: 40 + payloadLen });
          expect([out.src0, out.src1, out.src2, out.src3]).toEqual([s0, s1, s2, s3]);
          expect([out.dst0, out.dst1, out.dst2, out.dst3]).toEqual([d0, d1, d2, d3]);
        },
      ),
    );
  });

  it('shorter than 40 octets, or with more payload than there is, is truncated', () => {
    const bytes = packet(6, '0000000000000000');
    expect(parse(bytes.subarray(0, 39)).code).toBe(Malformed.TRUNCATED);
    expect(parse(bytes.subarray(0, 47)).code).toBe(Malformed.TRUNCATED);
    expect(parse(bytes).code).toBe(Malformed.OK);
  });

  it('with a v4-mapped address is malformed', () => {
    for (const at of [8, 24]) {
      const bytes = packet(6, '');
      bytes.set(hex('00000000000000000000ffff01020304'), at);
      expect(parse(bytes).code).toBe(Malformed.IPV6_MAPPED_ADDRESS);
    }
  });

  it('with no next header has none, and no payload is right', () => {
    const { code, out } = parse(packet(59, ''));
    expect([code, out.protocol, out.payloadLen]).toEqual([Malformed.OK, 59, 0]);
  });
});

describe('IPv6 extension headers', () => {
  it('hop-by-hop of a captured MLD report is walked: a router alert before ICMPv6', () => {
    const { code, out, off } = parse(hex(captured.mldReport).subarray(14));
    expect([code, out.protocol, out.headerLen]).toEqual([Malformed.OK, 58, 48]);
    expect(out.payloadOff).toBe(off + 48);
    expect(out.protocolOff).toBe(off + 40);
    expect(out.payloadLen).toBe(0x30);
  });

  it('are walked in a chain to the upper protocol', () => {
    const hopByHop = '3c00 0104 00000000';
    const destination = '2b01 010c 000000000000000000000000';
    const routing = '0600 0000 00000000';
    const { code, out } = parse(packet(0, `${hopByHop} ${destination} ${routing} deadbeef`));
    expect([code, out.protocol, out.headerLen, out.payloadLen]).toEqual([Malformed.OK, 6, 72, 4]);
  });

  it('an atomic fragment is a whole packet, and the walk goes on behind it (RFC 6946)', () => {
    const { code, out, off } = parse(packet(44, '3c00 0000 00000007 0600 0104 00000000 deadbeef'));
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({
      fragment: false,
      protocol: 6,
      fragId: 7,
      fragHeaderOff: off + 40,
      payloadLen: 4,
    });
  });

  it('a fragment ends the walk behind its fragment header', () => {
    const { code, out, off } = parse(packet(44, '3c00 0009 fad8281c 0600 0104 00000000'));
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({ fragment: true, moreFragments: true, fragOff: 8, fragId: 0xfad8281c | 0 });
    expect(out).toMatchObject({
      protocol: 60,
      protocolOff: off + 40,
      fragHeaderOff: off + 40,
      payloadLen: 8,
    });
  });

  it('a fragment header is read as it was written', () => {
    const { mem, off, len } = place(packet(44, '0000000000000000 0000000000000000'));
    expect(writeIpv6FragmentHeader(mem, off + 40, 17, 1448, false, -5)).toBe(8);
    const out = new IpPacket();
    expect(parseIpv6(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({
      fragOff: 1448,
      moreFragments: false,
      fragment: true,
      fragId: -5,
      protocol: 17,
    });
  });

  it('a fragment may end at octet 65535 of its payload', () => {
    expect(parse(packet(44, '1100 fff8 00000001 00000000000000')).code).toBe(Malformed.OK);
  });

  it('AH and ESP end the walk as upper protocols', () => {
    expect(parse(packet(51, '0604000000000000')).out.protocol).toBe(51);
    expect(parse(packet(50, '0604000000000000')).code).toBe(Malformed.OK);
  });

  it.each([
    [
      'hop-by-hop in second place',
      packet(60, '0000 0104 00000000 0600 0104 00000000'),
      Malformed.IPV6_HOP_BY_HOP_PLACE,
      40,
    ],
    [
      'an extension header of which only 7 octets are there',
      packet(60, '0600 0103 000000'),
      Malformed.IPV6_EXTENSION_LENGTH,
      40,
    ],
    [
      'an extension header longer than the payload',
      packet(60, '0601 0104 00000000'),
      Malformed.IPV6_EXTENSION_LENGTH,
      41,
    ],
    [
      'an option that reaches beyond its header',
      packet(60, '0600 0105 00000000 0000000000000000'),
      Malformed.IPV6_OPTION_LENGTH,
      42,
    ],
    [
      'an option without a length octet',
      packet(60, '0600 0000 00000001 0000000000000000'),
      Malformed.IPV6_OPTION_LENGTH,
      47,
    ],
    ['an unknown option to skip', packet(60, '0600 1e04 00000000'), Malformed.OK, 0],
    ['an unknown option to discard', packet(60, '0600 5e04 00000000'), Malformed.IPV6_OPTION_DISCARD, 42],
    ['an unknown option to report', packet(60, '0600 00 9e03 000000'), Malformed.IPV6_OPTION_REPORT, 43],
    [
      'an unknown option to report if unicast (jumbo payload)',
      packet(0, '0600 c204 00010000'),
      Malformed.IPV6_OPTION_REPORT_UNICAST,
      42,
    ],
    [
      'a routing header of type 0 with segments left',
      packet(43, '0602 0001 00000000 0000000000000000 0000000000000000'),
      Malformed.IPV6_ROUTING_TYPE,
      42,
    ],
    [
      'a middle fragment of 9 octets',
      packet(44, '1100 0001 00000001 000000000000000000'),
      Malformed.FRAGMENT_LENGTH,
      4,
    ],
    ['a fragment without payload', packet(44, '1100 0001 00000001'), Malformed.FRAGMENT_EMPTY, 40],
    [
      'a fragment beyond 65535',
      packet(44, '1100 fff8 00000001 0000000000000000'),
      Malformed.FRAGMENT_BEYOND_MAXIMUM,
      42,
    ],
    [
      'two fragment headers',
      packet(44, '2c00 0000 00000001 1100 0000 00000001'),
      Malformed.IPV6_FRAGMENT_TWICE,
      40,
    ],
    [
      'nine extension headers',
      packet(60, `${'3c00 0104 00000000'.repeat(8)} 1100 0104 00000000`),
      Malformed.IPV6_TOO_MANY_EXTENSION_HEADERS,
      96,
    ],
    [
      'eight extension headers',
      packet(60, `${'3c00 0104 00000000'.repeat(7)} 1100 0104 00000000`),
      Malformed.OK,
      0,
    ],
    ['33 options in a header', packet(60, `0604 ${'00'.repeat(38)}`), Malformed.IPV6_TOO_MANY_OPTIONS, 74],
  ])('%s', (_, bytes, expected, pointer) => {
    const { code, out } = parse(bytes);
    expect([code, out.problemOff]).toEqual([expected, pointer]);
  });

  it('of a quoted packet may be followed by less than the header says', () => {
    const { mem, off, len } = place(hex(captured.syn6).subarray(14, 14 + 48));
    const out = new IpPacket();
    expect(parseQuotedIpv6(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({ totalLen: 80, payloadLen: 8, protocol: 6 });
  });

  it('of a quoted fragment is judged by the length it had', () => {
    const whole = packet(44, `1100 0001 00000001 ${'00'.repeat(16)}`);
    const { mem, off } = place(whole);
    const out = new IpPacket();
    expect(parseQuotedIpv6(mem, off, 53, out)).toBe(Malformed.OK);
    expect([out.fragment, out.payloadLen]).toEqual([true, 5]);
  });
});
