// Any octets into any parser: no exception, a named result, nothing pointing outside, nothing read
// outside. The octets are noise, and real packets with noise in them, since noise alone dies early.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArpPacket, parseArp } from './arp.ts';
import { EthernetFrame, parseEthernet } from './ethernet.ts';
import { formatSegment } from './format.ts';
import { IcmpMessage } from './icmp.ts';
import { parseIcmp4 } from './icmp4.ts';
import { parseIcmp6 } from './icmp6.ts';
import { IpPacket, parseIp, parseQuotedIp } from './ip.ts';
import { parseIpv4 } from './ipv4.ts';
import { parseIpv6 } from './ipv6.ts';
import { Malformed } from './malformed.ts';
import { Memory } from './memory.ts';
import { parseNdp } from './ndp.ts';
import { Segment } from './segment.ts';
import { parseTcp } from './tcp.ts';
import { TcpOptionCursor } from './tcp-options.ts';
import { captured, hex } from './testing.ts';
import { parseUdp, UdpDatagram } from './udp.ts';

const codes: readonly number[] = Object.values(Malformed);

/** Packets from layer 3, 4 and below: a frame cut at any of its layers. */
const real = fc
  .constantFrom(...Object.values(captured).map(hex))
  .chain((frame) => fc.constantFrom(0, 14, 34, 54).map((at) => frame.subarray(Math.min(at, frame.length))));

const damaged = fc
  .tuple(real, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }), fc.nat(130))
  .map(([bytes, changes, length]) => {
    const copy = bytes.slice(0, Math.max(0, bytes.length - (length > 100 ? length - 100 : 0)));
    for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
    return copy;
  });

const noise = fc.uint8Array({ maxLength: 120 });
const version = fc.tuple(noise, fc.constantFrom(0x45, 0x46, 0x4f, 0x60)).map(([bytes, first]) => {
  if (bytes.length > 0) bytes[0] = first;
  return bytes;
});
const octets = fc.oneof(noise, version, damaged);

/**
 * The octets end where the Memory ends, so that a read beyond them throws; and they are parsed twice
 * with different surroundings, so that a read before them shows.
 */
function placedTwice(bytes: Uint8Array): { mem: Memory; off: number }[] {
  return [0x00, 0xff].map((filler) => {
    const off = 70;
    const mem = new Memory({ initial: Math.max(64, off + bytes.length) });
    mem.u8.fill(filler);
    mem.u8.set(bytes, off);
    return { mem, off };
  });
}

function inside(at: number, len: number, off: number, total: number): void {
  expect(len).toBeGreaterThanOrEqual(0);
  expect(at).toBeGreaterThanOrEqual(off);
  expect(at + len).toBeLessThanOrEqual(off + total);
}

type Run = (mem: Memory, off: number, len: number) => [code: number, view: object];

function hostile(run: Run, check: (view: never, off: number, len: number, code: number) => void): void {
  fc.assert(
    fc.property(octets, (bytes) => {
      const results = placedTwice(bytes).map(({ mem, off }) => run(mem, off, bytes.length));
      const [code, view] = results[0]!;
      expect(codes).toContain(code);
      expect(results[1]).toEqual(results[0]);
      check(view as never, 70, bytes.length, code);
    }),
    { numRuns: 3000 },
  );
}

describe('hostile octets', () => {
  const ipRuns: [string, Run][] = [parseIp, parseQuotedIp, parseIpv4, parseIpv6].map((parse) => [
    parse.name,
    (mem, off, len) => {
      const view = new IpPacket();
      return [parse(mem, off, len, view), view];
    },
  ]);

  it.each(ipRuns)('%s', (_, run) => {
    hostile(run, (ip: IpPacket, off, len, code) => {
      expect(ip.problemOff).toBeLessThan(Math.max(len, 1));
      if (code !== Malformed.OK) return;
      inside(off, ip.headerLen, off, len);
      inside(ip.payloadOff, ip.payloadLen, off, len);
      inside(ip.protocolOff, 1, off, len);
      expect(ip.payloadOff).toBe(ip.headerOff + ip.headerLen);
      if (ip.fragHeaderOff !== 0) inside(ip.fragHeaderOff, 8, off, len);
    });
  });

  it('parseTcp', () => {
    const run: Run = (mem, off, len) => {
      const seg = new Segment();
      return [parseTcp(mem, off, len, seg), seg];
    };
    hostile(run, (seg: Segment, off, len, code) => {
      expect(formatSegment(seg)).toMatch(/ win=\d+ len=\d+/);
      if (code !== Malformed.OK) return;
      inside(seg.textOff, seg.textLen, off, len);
      inside(seg.optOff, seg.optLen, off, len);
      expect(seg.sackCount).toBeLessThanOrEqual(4);
    });
  });

  it('TcpOptionCursor', () => {
    const run: Run = (mem, off, len) => {
      const cursor = new TcpOptionCursor().start(off, len);
      const seen: number[] = [];
      while (cursor.next(mem)) {
        inside(cursor.off, cursor.length, off, len);
        inside(cursor.dataOff, cursor.dataLen, off, len);
        seen.push(cursor.kind, cursor.length);
      }
      return [cursor.malformed ? Malformed.TCP_OPTION_LENGTH : Malformed.OK, seen];
    };
    hostile(run, () => {});
  });

  it('parseUdp', () => {
    const run: Run = (mem, off, len) => {
      const view = new UdpDatagram();
      return [parseUdp(mem, off, len, view), view];
    };
    hostile(run, (udp: UdpDatagram, off, len, code) => {
      if (code === Malformed.OK) inside(udp.dataOff, udp.dataLen, off, len);
    });
  });

  const icmpRuns: [string, Run][] = [
    ['parseIcmp4', parseIcmp4],
    [
      'parseIcmp6',
      (mem: Memory, off: number, len: number, out: IcmpMessage) => parseIcmp6(mem, off, len, 0, out),
    ],
    [
      'parseNdp',
      (mem: Memory, off: number, len: number, out: IcmpMessage) => {
        if (len < 8) return Malformed.TRUNCATED;
        out.type = 133 + ((mem.u8[off] as number) % 5);
        return parseNdp(mem, off, len, out);
      },
    ],
  ].map(([name, parse]) => [
    name as string,
    (mem, off, len) => {
      const view = new IcmpMessage();
      const code = (parse as typeof parseIcmp4)(mem, off, len, view);
      if (code !== Malformed.ICMP_CHECKSUM || len < 4) return [code, view];
      // Noise rarely has a right checksum: put it right and look again.
      mem.dv.setUint16(off + 2, 0);
      let s = 0;
      for (let i = 0; i < len; i++) s += (i & 1) === 0 ? mem.u8[off + i]! << 8 : mem.u8[off + i]!;
      while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
      mem.dv.setUint16(off + 2, ~s & 0xffff);
      const again = (parse as typeof parseIcmp4)(mem, off, len, view);
      expect(again).not.toBe(Malformed.ICMP_CHECKSUM);
      return [again, view];
    },
  ]);

  it.each(icmpRuns)('%s', (_, run) => {
    hostile(run, (icmp: IcmpMessage, off, len, code) => {
      if (code !== Malformed.OK) return;
      if (icmp.dataOff !== 0) inside(icmp.dataOff, icmp.dataLen, off, len);
      if (icmp.quotedOff !== 0) inside(icmp.quotedOff, icmp.quotedLen, off, len);
      if (icmp.optOff !== 0) inside(icmp.optOff, icmp.optLen, off, len);
    });
  });

  it('parseEthernet', () => {
    const run: Run = (mem, off, len) => {
      const view = new EthernetFrame();
      return [parseEthernet(mem, off, len, view), view];
    };
    hostile(run, (frame: EthernetFrame, off, len, code) => {
      if (code === Malformed.OK) inside(frame.payloadOff, frame.payloadLen, off, len);
    });
  });

  it('parseArp', () => {
    const run: Run = (mem, off, len) => {
      const view = new ArpPacket();
      return [parseArp(mem, off, len, view), view];
    };
    hostile(run, () => {});
  });
});
