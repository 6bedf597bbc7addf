import { describe, expect, it } from 'vitest';
import { ARP_REPLY, ARP_REQUEST, ArpPacket, parseArp, writeArpReply, writeArpRequest } from './arp.ts';
import { Malformed } from './malformed.ts';
import { captured, digits, hex, place } from './testing.ts';

describe('ARP', () => {
  it('a captured request is read, and written the same', () => {
    const { mem, off, len } = place(hex(captured.arpRequest).subarray(14));
    const p = new ArpPacket();
    expect(parseArp(mem, off, len, p)).toBe(Malformed.OK);
    expect(p).toEqual({
      operation: ARP_REQUEST,
      senderHi: 0x0e79,
      senderLo: 0x1db6913f,
      senderIp: 0x0a010001,
      targetHi: 0,
      targetLo: 0,
      targetIp: 0x0a010002,
    });
    expect(writeArpRequest(mem, 2000, p.senderHi, p.senderLo, p.senderIp, p.targetIp)).toBe(28);
    expect(digits(mem, 2000, 28)).toBe(digits(mem, off, 28));
  });

  it('a captured reply is read, and written the same', () => {
    const { mem, off, len } = place(hex(captured.arpReply).subarray(14));
    const p = new ArpPacket();
    expect(parseArp(mem, off, len, p)).toBe(Malformed.OK);
    expect(p.operation).toBe(ARP_REPLY);
    writeArpReply(mem, 2000, p.senderHi, p.senderLo, p.senderIp, p.targetHi, p.targetLo, p.targetIp);
    expect(digits(mem, 2000, 28)).toBe(digits(mem, off, 28));
  });

  it.each([
    ['hardware', 1],
    ['protocol', 2],
    ['hardware length', 4],
    ['protocol length', 5],
  ])('for another %s is malformed', (_, at) => {
    const { mem, off, len } = place(hex(captured.arpReply).subarray(14));
    mem.u8[off + at]! ^= 8;
    expect(parseArp(mem, off, len, new ArpPacket())).toBe(Malformed.ARP_FORMAT);
  });

  it('shorter than 28 octets is truncated; padding behind does not matter', () => {
    const { mem, off } = place(hex(captured.arpReply).subarray(14));
    expect(parseArp(mem, off, 27, new ArpPacket())).toBe(Malformed.TRUNCATED);
    expect(parseArp(mem, off, 46, new ArpPacket())).toBe(Malformed.OK);
  });
});
