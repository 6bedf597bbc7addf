import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IpPacket, parseIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import { pseudoSum } from './pseudo.ts';
import { captured, digits, hex, place } from './testing.ts';
import { parseUdp, UdpDatagram, udpChecksumOk, writeUdpHeader } from './udp.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });

function parse(bytes: Uint8Array): { code: number; out: UdpDatagram; off: number } {
  const { mem, off, len } = place(bytes);
  const out = new UdpDatagram();
  return { code: parseUdp(mem, off, len, out), out, off };
}

describe('UDP', () => {
  it.each(['udp4', 'udp6'] as const)('%s as captured: read, verified, and written the same', (name) => {
    const { mem, off, len } = place(hex(captured[name]).subarray(14));
    const ip = new IpPacket();
    expect(parseIp(mem, off, len, ip)).toBe(Malformed.OK);
    const udp = new UdpDatagram();
    expect(parseUdp(mem, ip.payloadOff, ip.payloadLen, udp)).toBe(Malformed.OK);
    expect(udp).toMatchObject({ dstPort: 9, length: 11, dataLen: 3, dataOff: ip.payloadOff + 8 });
    const pseudo = pseudoSum(ip, 17, udp.length);
    expect(udpChecksumOk(mem, ip.payloadOff, udp.length, pseudo, ip.family)).toBe(true);
    const before = digits(mem, ip.payloadOff, 11);
    mem.u8.fill(0, ip.payloadOff, ip.payloadOff + 8);
    expect(writeUdpHeader(mem, ip.payloadOff, udp.srcPort, 9, 3, pseudo)).toBe(8);
    expect(digits(mem, ip.payloadOff, 11)).toBe(before);
    mem.u8[ip.payloadOff + 10]! ^= 1;
    expect(udpChecksumOk(mem, ip.payloadOff, udp.length, pseudo, ip.family)).toBe(false);
  });

  it.each([
    ['fewer than 8 octets', '04d2 0035 0008 00', Malformed.TRUNCATED],
    ['a length below 8', '04d2 0035 0007 0000', Malformed.UDP_LENGTH],
    ['a length beyond the payload', '04d2 0035 0009 0000', Malformed.TRUNCATED],
  ])('a datagram with %s is malformed', (_, octets, expected) => {
    expect(parse(hex(octets)).code).toBe(expected);
  });

  it('a length below the payload cuts the data', () => {
    expect(parse(hex('04d2 0035 0009 0000 aabb')).out).toMatchObject({ length: 9, dataLen: 1 });
  });

  it('checksum zero means none in IPv4 and is wrong in IPv6', () => {
    const { mem, off } = place(hex('04d2 0035 0008 0000'));
    expect(udpChecksumOk(mem, off, 8, 0x1234, 4)).toBe(true);
    expect(udpChecksumOk(mem, off, 8, 0x1234, 6)).toBe(false);
  });

  it('is verified as it was written, and never goes out with checksum zero', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), u16, u16, u16, (data, src, dst, pseudo) => {
        const { mem, off } = place(new Uint8Array([...new Uint8Array(8), ...data]));
        writeUdpHeader(mem, off, src, dst, data.length, pseudo);
        expect(mem.dv.getUint16(off + 6)).not.toBe(0);
        expect(udpChecksumOk(mem, off, 8 + data.length, pseudo, 6)).toBe(true);
      }),
    );
    // Port 6, length 10 and ffef sum to ffff, whose complement is 0.
    const { mem, off } = place(hex('0000000000000000 ffef'));
    writeUdpHeader(mem, off, 0, 6, 2, 0);
    expect(mem.dv.getUint16(off + 6)).toBe(0xffff);
  });
});
