import { describe, expect, it } from 'vitest';
import { IpPacket, parseIp, parseQuotedIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import { captured, hex, place } from './testing.ts';

describe('parseIp', () => {
  it('tells the families apart by the version', () => {
    const packet = new IpPacket();
    const v4 = place(hex(captured.syn).subarray(14));
    expect(parseIp(v4.mem, v4.off, v4.len, packet)).toBe(Malformed.OK);
    expect(packet.family).toBe(4);
    const v6 = place(hex(captured.syn6).subarray(14));
    expect(parseIp(v6.mem, v6.off, v6.len, packet)).toBe(Malformed.OK);
    expect(packet.family).toBe(6);
  });

  it('a version other than 4 and 6, or no octet at all, is malformed', () => {
    const packet = new IpPacket();
    const { mem, off, len } = place(new Uint8Array(60).fill(0x55));
    expect(parseIp(mem, off, len, packet)).toBe(Malformed.IP_VERSION);
    expect(parseIp(mem, off, 0, packet)).toBe(Malformed.TRUNCATED);
    expect(parseQuotedIp(mem, off, len, packet)).toBe(Malformed.IP_VERSION);
    expect(parseQuotedIp(mem, off, 0, packet)).toBe(Malformed.TRUNCATED);
  });
});
