import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EthernetFrame,
  formatMac,
  ipv4MulticastMacLo,
  isBroadcastMac,
  isGroupMac,
  parseEthernet,
  parseMac,
  writeEthernetHeader,
} from './ethernet.ts';
import { Malformed } from './malformed.ts';
import { captured, digits, hex, place } from './testing.ts';

const hi = fc.integer({ min: 0, max: 0xffff });
const lo = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('an Ethernet II frame', () => {
  it('as captured is read, and its header written the same', () => {
    for (const octets of Object.values(captured)) {
      const { mem, off, len } = place(hex(octets));
      const f = new EthernetFrame();
      expect(parseEthernet(mem, off, len, f)).toBe(Malformed.OK);
      expect([f.payloadOff, f.payloadLen]).toEqual([off + 14, len - 14]);
      expect(writeEthernetHeader(mem, 3000, f.dstHi, f.dstLo, f.srcHi, f.srcLo, f.etherType)).toBe(14);
      expect(digits(mem, 3000, 14)).toBe(octets.slice(0, 28));
    }
  });

  it('shorter than 14 octets is truncated; an 802.3 length is no type', () => {
    const { mem, off } = place(hex('ffffffffffff 020000000001 0002 0000'));
    const frame = new EthernetFrame();
    expect(parseEthernet(mem, off, 13, frame)).toBe(Malformed.TRUNCATED);
    expect(parseEthernet(mem, off, 15, frame)).toBe(Malformed.TRUNCATED);
    expect(parseEthernet(mem, off, 16, frame)).toBe(Malformed.ETHERNET_LENGTH_FIELD);
    mem.u8[off + 12] = 6;
    mem.u8[off + 13] = 0;
    expect(parseEthernet(mem, off, 14, frame)).toBe(Malformed.OK);
  });
});

describe('MAC addresses', () => {
  it('print and parse back', () => {
    fc.assert(
      fc.property(hi, lo, (h, l) => {
        expect(parseMac(formatMac(h, l))).toEqual({ hi: h, lo: l });
        expect(parseMac(formatMac(h, l).toUpperCase().replaceAll(':', '-'))).toEqual({ hi: h, lo: l });
      }),
    );
    expect(formatMac(0x0200, 0x5e10_0001)).toBe('02:00:5e:10:00:01');
  });

  it.each([
    '',
    '02:00:5e:10:00',
    '02:00:5e:10:00:01:02',
    '02:00-5e:10:00:01',
    '2:0:5e:10:0:1',
    '02005e100001',
    'g2:00:5e:10:00:01',
  ])('"%s" is none', (text) => {
    expect(parseMac(text)).toBeNull();
  });

  it('of groups are told by the lowest bit of the first octet', () => {
    expect([isGroupMac(0x0100), isGroupMac(0x3333), isGroupMac(0xffff), isGroupMac(0x0200)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([isBroadcastMac(0xffff, -1), isBroadcastMac(0xffff, 0), isBroadcastMac(0x3333, -1)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('of an IPv4 group carry its low 23 bits (RFC 1112 section 6.4)', () => {
    expect(formatMac(0x0100, ipv4MulticastMacLo(0xe0800afa | 0))).toBe('01:00:5e:00:0a:fa');
    expect(formatMac(0x0100, ipv4MulticastMacLo(0xefffffff | 0))).toBe('01:00:5e:7f:ff:ff');
  });
});
