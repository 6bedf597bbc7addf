import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IcmpMessage } from './icmp.ts';
import {
  ICMP6_ECHO_REPLY,
  ICMP6_ECHO_REQUEST,
  icmp6QuoteLength,
  isIcmp6Error,
  PARAM6_NEXT_HEADER,
  parseIcmp6,
  UNREACH6_PORT,
  writeIcmp6Echo,
  writeIcmp6Error,
  writeIcmp6PacketTooBig,
  writeIcmp6ParameterProblem,
  writeIcmp6TimeExceeded,
  writeIcmp6Unreachable,
} from './icmp6.ts';
import { IpPacket, parseIp, parseQuotedIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';
import { pseudoSum, pseudoSumWords } from './pseudo.ts';
import { captured, digits, hex, place } from './testing.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });

/** A captured packet in Memory, parsed down to its ICMPv6 message. */
function load(frame: string): {
  mem: Memory;
  ip: IpPacket;
  out: IcmpMessage;
  code: number;
  addresses: number;
} {
  const { mem, off, len } = place(hex(frame).subarray(14));
  const ip = new IpPacket();
  expect(parseIp(mem, off, len, ip)).toBe(Malformed.OK);
  const out = new IcmpMessage();
  const code = parseIcmp6(mem, ip.payloadOff, ip.payloadLen, pseudoSum(ip, 58, ip.payloadLen), out);
  return { mem, ip, out, code, addresses: pseudoSum(ip, 58, 0) };
}

describe('ICMPv6', () => {
  it('a captured port unreachable is read with the packet that it quotes, and written the same', () => {
    const { mem, ip, out, code, addresses } = load(captured.portUnreachable6);
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({ type: 1, code: UNREACH6_PORT, quotedOff: ip.payloadOff + 8, quotedLen: 51 });
    const quoted = new IpPacket();
    expect(parseQuotedIp(mem, out.quotedOff, out.quotedLen, quoted)).toBe(Malformed.OK);
    expect(quoted).toMatchObject({ protocol: 17, src3: 1, dst3: 2 });
    const n = writeIcmp6Unreachable(mem, 2000, UNREACH6_PORT, out.quotedOff, out.quotedLen, addresses);
    expect(digits(mem, 2000, n)).toBe(digits(mem, ip.payloadOff, ip.payloadLen));
  });

  it('a captured echo request is answered as Linux answered it', () => {
    const { mem, out, code } = load(captured.echoRequest6);
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({ type: ICMP6_ECHO_REQUEST, id: 0x1234, seq: 1, dataLen: 4 });
    const reply = load(captured.echoReply6);
    expect(reply.code).toBe(Malformed.OK);
    const n = writeIcmp6Echo(
      mem,
      2000,
      ICMP6_ECHO_REPLY,
      out.id,
      out.seq,
      out.dataOff,
      out.dataLen,
      reply.addresses,
    );
    expect(digits(mem, 2000, n)).toBe(digits(reply.mem, reply.ip.payloadOff, reply.ip.payloadLen));
  });

  it('an echo is read as it was written', () => {
    fc.assert(
      fc.property(u16, u16, fc.uint8Array({ maxLength: 99 }), u16, (id, seq, data, w) => {
        const { mem, off, len } = place(data);
        const pseudo = (n: number) => pseudoSumWords(6, w, 2, 3, 4, 5, 6, 7, 8, 58, n);
        const n = writeIcmp6Echo(mem, 2001, ICMP6_ECHO_REQUEST, id, seq, off, len, pseudo(0));
        const out = new IcmpMessage();
        expect(parseIcmp6(mem, 2001, n, pseudo(n), out)).toBe(Malformed.OK);
        expect(out).toMatchObject({ type: ICMP6_ECHO_REQUEST, id, seq, dataLen: len });
      }),
    );
  });

  it('errors quote the packet, and say what is wrong', () => {
    const { mem, off, len } = place(hex(captured.syn6).subarray(14));
    const pseudo = (n: number) => pseudoSumWords(6, 1, 2, 3, 4, 5, 6, 7, 8, 58, n);
    const out = new IcmpMessage();
    const read = (n: number) => {
      expect(parseIcmp6(mem, 2000, n, pseudo(n), out)).toBe(Malformed.OK);
      expect(isIcmp6Error(out.type)).toBe(true);
      expect(digits(mem, out.quotedOff, out.quotedLen)).toBe(digits(mem, off, len));
      return out;
    };
    const a = pseudo(0);
    expect(read(writeIcmp6PacketTooBig(mem, 2000, 0xfffffffe, off, len, a))).toMatchObject({
      type: 2,
      mtu: 0xfffffffe,
    });
    expect(read(writeIcmp6TimeExceeded(mem, 2000, 1, off, len, a))).toMatchObject({ type: 3, code: 1 });
    expect(read(writeIcmp6ParameterProblem(mem, 2000, PARAM6_NEXT_HEADER, 6, off, len, a))).toMatchObject({
      type: 4,
      code: 1,
      pointer: 6,
    });
  });

  it('an error packet never exceeds 1280 octets (RFC 4443 section 2.4 c)', () => {
    const { mem, off } = place(new Uint8Array(1500));
    const n = writeIcmp6Unreachable(
      mem,
      2000,
      UNREACH6_PORT,
      off,
      1500,
      pseudoSumWords(6, 0, 0, 0, 1, 0, 0, 0, 2, 58, 0),
    );
    expect(n).toBe(1240);
    const pseudo = pseudoSumWords(6, 0, 0, 0, 1, 0, 0, 0, 2, 58, n);
    expect(parseIcmp6(mem, 2000, n, pseudo, new IcmpMessage())).toBe(Malformed.OK);
    expect(icmp6QuoteLength(100)).toBe(100);
  });

  it('an extended error quotes as much as its length says, in units of 8 octets (RFC 4884 section 4)', () => {
    const { mem, off } = place(new Uint8Array(200));
    for (const type of [1, 3]) {
      const n = writeIcmp6Error(mem, 2000, type, 0, 17 << 24, off, 160, 0);
      const out = new IcmpMessage();
      expect(parseIcmp6(mem, 2000, n, n, out)).toBe(Malformed.OK);
      expect(out.quotedLen).toBe(136);
    }
  });

  it('the pseudo-header is part of the checksum', () => {
    const { mem, ip, out } = load(captured.echoRequest6);
    ip.src3 ^= 4;
    const pseudo = pseudoSum(ip, 58, ip.payloadLen);
    expect(parseIcmp6(mem, ip.payloadOff, ip.payloadLen, pseudo, out)).toBe(Malformed.ICMP_CHECKSUM);
    expect(parseIcmp6(mem, ip.payloadOff, 7, pseudo, out)).toBe(Malformed.TRUNCATED);
  });
});
