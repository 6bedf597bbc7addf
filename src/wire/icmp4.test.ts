import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from './checksum.ts';
import { IcmpMessage } from './icmp.ts';
import {
  ICMP4_ECHO_REPLY,
  ICMP4_ECHO_REQUEST,
  ICMP4_REDIRECT,
  ICMP4_SOURCE_QUENCH,
  isIcmp4Error,
  parseIcmp4,
  UNREACH4_HOST,
  UNREACH4_PORT,
  writeIcmp4Echo,
  writeIcmp4Error,
  writeIcmp4FragNeeded,
  writeIcmp4ParameterProblem,
  writeIcmp4TimeExceeded,
  writeIcmp4Unreachable,
} from './icmp4.ts';
import { IpPacket, parseQuotedIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import { captured, digits, hex, place } from './testing.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
/** What the errors below are about. */
const cause = hex(captured.syn).subarray(14);

describe('ICMP', () => {
  it('a captured port unreachable is read with the packet that it quotes, and written the same', () => {
    const { mem, off, len } = place(hex(captured.portUnreachable4).subarray(34));
    const out = new IcmpMessage();
    expect(parseIcmp4(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({ type: 3, code: UNREACH4_PORT, quotedOff: off + 8, quotedLen: 31 });
    const quoted = new IpPacket();
    expect(parseQuotedIp(mem, out.quotedOff, out.quotedLen, quoted)).toBe(Malformed.OK);
    expect(quoted).toMatchObject({ protocol: 17, src3: 0x0a010001, dst3: 0x0a010002, payloadLen: 11 });
    expect(writeIcmp4Unreachable(mem, 2000, UNREACH4_PORT, out.quotedOff, out.quotedLen)).toBe(len);
    expect(digits(mem, 2000, len)).toBe(digits(mem, off, len));
  });

  it('a captured echo request is read and answered', () => {
    const { mem, off, len } = place(hex(captured.echoRequest4).subarray(34));
    // The capture's sender left the checksum zero.
    expect(parseIcmp4(mem, off, len, new IcmpMessage())).toBe(Malformed.ICMP_CHECKSUM);
    expect(writeIcmp4Echo(mem, off, ICMP4_ECHO_REQUEST, 0x1234, 1, off + 8, 0)).toBe(8);
    expect(digits(mem, off, 8)).toBe('0800e5ca12340001');
    const out = new IcmpMessage();
    expect(parseIcmp4(mem, off, len, out)).toBe(Malformed.OK);
    expect(out).toMatchObject({ type: ICMP4_ECHO_REQUEST, id: 0x1234, seq: 1, dataLen: 0 });
    expect(writeIcmp4Echo(mem, 2000, ICMP4_ECHO_REPLY, out.id, out.seq, out.dataOff, out.dataLen)).toBe(8);
    expect(digits(mem, 2000, 8)).toBe('0000edca12340001');
  });

  it('an echo is read as it was written', () => {
    fc.assert(
      fc.property(u16, u16, fc.uint8Array({ maxLength: 99 }), (id, seq, data) => {
        const { mem, off, len } = place(data);
        const n = writeIcmp4Echo(mem, 2001, ICMP4_ECHO_REPLY, id, seq, off, len);
        const out = new IcmpMessage();
        expect(parseIcmp4(mem, 2001, n, out)).toBe(Malformed.OK);
        expect(out).toMatchObject({ type: ICMP4_ECHO_REPLY, code: 0, id, seq, dataLen: len });
        expect(digits(mem, out.dataOff, out.dataLen)).toBe(digits(mem, off, len));
      }),
    );
  });

  it('errors quote the packet, and say what is wrong', () => {
    const { mem, off, len } = place(cause);
    const at = 2000;
    const out = new IcmpMessage();
    const read = (n: number) => {
      expect(parseIcmp4(mem, at, n, out)).toBe(Malformed.OK);
      expect(isIcmp4Error(out.type)).toBe(true);
      expect(digits(mem, out.quotedOff, out.quotedLen)).toBe(digits(mem, off, len));
      return out;
    };
    expect(read(writeIcmp4FragNeeded(mem, at, 1280, off, len))).toMatchObject({
      type: 3,
      code: 4,
      mtu: 1280,
    });
    expect(read(writeIcmp4Unreachable(mem, at, UNREACH4_HOST, off, len))).toMatchObject({
      type: 3,
      code: 1,
      mtu: 0,
    });
    expect(read(writeIcmp4TimeExceeded(mem, at, 1, off, len))).toMatchObject({ type: 11, code: 1 });
    expect(read(writeIcmp4ParameterProblem(mem, at, 20, off, len))).toMatchObject({ type: 12, pointer: 20 });
    expect(read(writeIcmp4Error(mem, at, ICMP4_SOURCE_QUENCH, 0, 0, off, len))).toMatchObject({ type: 4 });
    expect(read(writeIcmp4Error(mem, at, ICMP4_REDIRECT, 1, 0x0a010003, off, len))).toMatchObject({
      type: 5,
      target2: 0xffff,
      target3: 0x0a010003,
    });
  });

  it('an error packet is at most 576 octets (RFC 1812 section 4.3.2.3)', () => {
    const { mem, off, len } = place(new Uint8Array(1500));
    expect(writeIcmp4Unreachable(mem, 2000, UNREACH4_PORT, off, len)).toBe(576 - 20);
  });

  it.each([3, 11, 12])(
    'an extended error of type %i quotes as much as its length says (RFC 4884 section 4)',
    (type) => {
      const { mem, off } = place(new Uint8Array(200));
      const out = new IcmpMessage();
      const quotedLen = (words: number) => {
        parseIcmp4(mem, 2000, writeIcmp4Error(mem, 2000, type, 0, words << 16, off, 140), out);
        return out.quotedLen;
      };
      expect(quotedLen(33)).toBe(132);
      expect(quotedLen(32)).toBe(128);
      // Below 128 octets or beyond the message it is no such length: everything is the quote.
      expect([quotedLen(31), quotedLen(50), quotedLen(0)]).toEqual([140, 140, 140]);
    },
  );

  it('fewer than 8 octets are truncated; a wrong checksum is malformed', () => {
    const { mem, off, len } = place(hex(captured.portUnreachable4).subarray(34));
    const out = new IcmpMessage();
    expect(parseIcmp4(mem, off, 7, out)).toBe(Malformed.TRUNCATED);
    mem.u8[off + len - 1]! ^= 1;
    expect(parseIcmp4(mem, off, len, out)).toBe(Malformed.ICMP_CHECKSUM);
    expect(sum(mem, off, len, 0)).not.toBe(0xffff);
  });

  it('echoes are not errors', () => {
    expect([isIcmp4Error(ICMP4_ECHO_REQUEST), isIcmp4Error(ICMP4_ECHO_REPLY)]).toEqual([false, false]);
  });
});
