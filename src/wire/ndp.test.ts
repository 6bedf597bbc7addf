import { describe, expect, it } from 'vitest';
import { finish } from './checksum.ts';
import { IcmpMessage } from './icmp.ts';
import { parseIcmp6 } from './icmp6.ts';
import { IpPacket, parseIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import {
  isNdpType,
  NA_OVERRIDE,
  NA_SOLICITED,
  NDP_HOP_LIMIT,
  solicitedNodeW3,
  writeNeighborAdvertisement,
  writeNeighborSolicitation,
} from './ndp.ts';
import { pseudoSum } from './pseudo.ts';
import { captured, digits, hex, naiveSum, place } from './testing.ts';

function load(frame: string) {
  const { mem, off, len } = place(hex(frame).subarray(14));
  const ip = new IpPacket();
  expect(parseIp(mem, off, len, ip)).toBe(Malformed.OK);
  const out = new IcmpMessage();
  const code = parseIcmp6(mem, ip.payloadOff, ip.payloadLen, pseudoSum(ip, 58, ip.payloadLen), out);
  return { mem, ip, out, code, addresses: pseudoSum(ip, 58, 0) };
}

/** Parses a message given in hex after its checksum is put right for a pseudo-header that sums to 0. */
function parse(message: string): { code: number; out: IcmpMessage; off: number } {
  const bytes = hex(message);
  const check = finish(naiveSum(bytes));
  bytes[2] = check >> 8;
  bytes[3] = check & 0xff;
  const { mem, off, len } = place(bytes);
  const out = new IcmpMessage();
  return { code: parseIcmp6(mem, off, len, 0, out), out, off };
}

const TARGET = '20010db8000000000000000000000002';

describe('neighbour discovery', () => {
  it('a captured solicitation is read, and written the same', () => {
    const { mem, ip, out, code, addresses } = load(captured.neighborSolicitation);
    expect(code).toBe(Malformed.OK);
    expect(ip.ttl).toBe(NDP_HOP_LIMIT);
    expect([ip.dst0, ip.dst1, ip.dst2, ip.dst3]).toEqual([
      0xff020000 | 0,
      0,
      1,
      solicitedNodeW3(out.target3),
    ]);
    expect(out).toMatchObject({
      type: 135,
      target0: 0x20010db8,
      target3: 2,
      hasSourceMac: true,
      hasTargetMac: false,
    });
    expect([out.sourceMacHi, out.sourceMacLo]).toEqual([0x0e79, 0x1db6913f]);
    const n = writeNeighborSolicitation(mem, 2000, 0x20010db8, 0, 0, 2, true, 0x0e79, 0x1db6913f, addresses);
    expect(digits(mem, 2000, n)).toBe(digits(mem, ip.payloadOff, ip.payloadLen));
  });

  it('a captured advertisement is read, and written the same', () => {
    const { mem, ip, out, code, addresses } = load(captured.neighborAdvertisement);
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({
      type: 136,
      flags: NA_SOLICITED | NA_OVERRIDE,
      hasTargetMac: true,
      hasSourceMac: false,
    });
    expect([out.targetMacHi, out.targetMacLo]).toEqual([0xca8f, 0x2692630a]);
    const flags = NA_SOLICITED | NA_OVERRIDE;
    const n = writeNeighborAdvertisement(
      mem,
      2000,
      flags,
      0x20010db8,
      0,
      0,
      2,
      0xca8f,
      0x2692630a,
      addresses,
    );
    expect(digits(mem, 2000, n)).toBe(digits(mem, ip.payloadOff, ip.payloadLen));
  });

  it('a captured router solicitation is recognised', () => {
    const { out, code } = load(captured.routerSolicitation);
    expect([code, out.type, out.hasSourceMac, out.optLen]).toEqual([Malformed.OK, 133, true, 8]);
  });

  it('a solicitation for duplicate address detection has no link-layer address', () => {
    const { mem, off } = place(new Uint8Array(32));
    const n = writeNeighborSolicitation(mem, off, 1, 2, 3, 4, false, 0, 0, 0);
    expect(n).toBe(24);
    const out = new IcmpMessage();
    expect(parseIcmp6(mem, off, n, n, out)).toBe(Malformed.OK);
    expect([out.hasSourceMac, out.target0, out.target3]).toEqual([false, 1, 4]);
  });

  it('a router advertisement tells hop limit, flags, lifetime and the router’s MAC', () => {
    const { code, out } = parse('8600 0000 40c0 0708 00000000 00000000 0501 0000 000005dc 0101 020000000001');
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({
      curHopLimit: 64,
      flags: 0xc0,
      routerLifetime: 1800,
      hasSourceMac: true,
      optLen: 16,
    });
    expect([out.sourceMacHi, out.sourceMacLo]).toEqual([0x0200, 1]);
  });

  it('a redirect tells the target and quotes the packet', () => {
    const { code, out, off } = parse(
      `8900 0000 00000000 ${TARGET} ${TARGET} 0402 0000 00000000 6000000000000000`,
    );
    expect(code).toBe(Malformed.OK);
    expect(out).toMatchObject({ type: 137, target3: 2, quotedOff: off + 48, quotedLen: 8 });
  });

  it.each([
    ['a code other than 0', `8701 0000 00000000 ${TARGET}`, Malformed.NDP_CODE],
    ['a target cut short', '8700 0000 00000000 20010db80000000000000000000000', Malformed.TRUNCATED],
    ['a multicast target', '8700 0000 00000000 ff020000000000000000000000000001', Malformed.NDP_TARGET],
    ['an option of length 0', `8700 0000 00000000 ${TARGET} 0100 020000000001`, Malformed.NDP_OPTION_LENGTH],
    [
      'an option beyond the message',
      `8700 0000 00000000 ${TARGET} 0102 020000000001`,
      Malformed.NDP_OPTION_LENGTH,
    ],
    ['4 octets of an option', `8700 0000 00000000 ${TARGET} 01010200`, Malformed.NDP_OPTION_LENGTH],
    ['33 options', `8500 0000 00000000 ${'0e01000000000000'.repeat(33)}`, Malformed.NDP_TOO_MANY_OPTIONS],
    ['32 options is not malformed', `8500 0000 00000000 ${'0e01000000000000'.repeat(32)}`, Malformed.OK],
    ['an unknown option is skipped', `8700 0000 00000000 ${TARGET} 0e01 020000000001`, Malformed.OK],
  ])('%s', (_, message, expected) => {
    expect(parse(message).code).toBe(expected);
  });

  it('takes a link-layer address only from its own option with 8 octets', () => {
    const unknown = parse(`8700 0000 00000000 ${TARGET} 0e01 020000000001`).out;
    const longer = parse(`8700 0000 00000000 ${TARGET} 0102 020000000001 0000000000000000`).out;
    const target = parse(`8800 0000 00000000 ${TARGET} 0202 020000000001 0000000000000000`).out;
    for (const out of [unknown, longer, target]) {
      expect([out.hasSourceMac, out.hasTargetMac]).toEqual([false, false]);
    }
  });

  it('is types 133 to 137', () => {
    expect([132, 133, 137, 138].map(isNdpType)).toEqual([false, true, true, false]);
  });
});
