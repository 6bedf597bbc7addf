import { expect, test } from 'vitest';
import { IpPacket, parseIp } from './ip.ts';
import { Malformed } from './malformed.ts';
import { Memory } from './memory.ts';
import { completeSum, cutTcp, Offload, sumIsTrusted } from './offload.ts';
import { pseudoSum } from './pseudo.ts';
import { ACK, CWR, ECE, FIN, PSH, Segment, segmentsIn } from './segment.ts';
import { parseTcp, TCP_CHECKSUM_OFFSET, tcpChecksumOk } from './tcp.ts';
import { captured, digits, hex } from './testing.ts';
import { UDP_CHECKSUM_OFFSET } from './udp.ts';

const FRAME_HEADER = 14;
/** An IPv4 header, a TCP header with timestamps. */
const HEADERS = 52;
const HEADERS_6 = 72;

/** A parsed packet in a Memory of its own. */
interface Given {
  mem: Memory;
  off: number;
  len: number;
  packet: IpPacket;
}

function given(octets: Uint8Array, offload: Offload | null): Given {
  const mem = new Memory();
  const off = mem.alloc(octets.length);
  mem.u8.set(octets, off);
  const packet = new IpPacket();
  expect(parseIp(mem, off, octets.length, packet)).toBe(Malformed.OK);
  packet.offload = offload;
  return { mem, off, len: octets.length, packet };
}

/** The IP packet of a captured frame. */
function packetOf(frame: string): Uint8Array {
  return hex(frame).subarray(FRAME_HEADER);
}

/** The captured "hello" with other text and control bits; its TCP checksum is left to a link. */
function large(family: 4 | 6, textLen: number, ctl: number): Uint8Array {
  const data = packetOf(captured.data);
  const headers = family === 4 ? HEADERS : HEADERS_6;
  const out = new Uint8Array(headers + textLen);
  const dv = new DataView(out.buffer);
  if (family === 4) {
    out.set(data.subarray(0, HEADERS));
    dv.setUint16(2, out.length);
    dv.setUint16(10, 0);
    let s = 0;
    for (let i = 0; i < 20; i += 2) s += dv.getUint16(i);
    dv.setUint16(10, ~((s & 0xffff) + (s >>> 16)) & 0xffff);
  } else {
    out.set(packetOf(captured.syn6).subarray(0, 40));
    dv.setUint16(4, out.length - 40);
    out.set(data.subarray(20, HEADERS), 40);
  }
  out[headers - 32 + 13] = ctl;
  for (let i = 0; i < textLen; i++) out[headers + i] = i * 7;
  return out;
}

function partial(sumFrom: number, sumAt: number): Offload {
  const offload = new Offload();
  offload.sumFrom = sumFrom;
  offload.sumAt = sumAt;
  return offload;
}

test.each([4, 6] as const)(
  'IPv%i: a segment that stands for three is cut to them, each whole and right',
  (family) => {
    const bits = CWR | ECE | FIN | PSH | ACK;
    const { mem, packet } = given(large(family, 2500, bits), null);
    const id = family === 4 ? mem.dv.getUint16(packet.headerOff + 4) : 0;
    const first = mem.dv.getInt32(packet.payloadOff + 4);
    const seen: unknown[] = [];
    const text: number[] = [];
    cutTcp(mem, packet, 1000, (off, len) => {
      const piece = new IpPacket();
      const seg = new Segment();
      expect(parseIp(mem, off, len, piece)).toBe(Malformed.OK); // the sum of an IPv4 header included
      expect(parseTcp(mem, piece.payloadOff, piece.payloadLen, seg)).toBe(Malformed.OK);
      expect(
        tcpChecksumOk(mem, piece.payloadOff, piece.payloadLen, pseudoSum(piece, 6, piece.payloadLen)),
      ).toBe(true);
      text.push(...mem.u8.subarray(seg.textOff, seg.textOff + seg.textLen));
      seen.push([
        (seg.seq - first) | 0,
        seg.textLen,
        seg.ctl,
        family === 4 ? mem.dv.getUint16(off + 4) - id : 0,
      ]);
      mem.free(off, len);
    });
    const next = family === 4 ? [0, 1, 2] : [0, 0, 0];
    expect(seen).toEqual([
      [0, 1000, CWR | ECE | ACK, next[0]],
      [1000, 1000, ECE | ACK, next[1]],
      [2000, 500, ECE | ACK | FIN | PSH, next[2]],
    ]);
    expect(text).toEqual([...large(family, 2500, bits).subarray(-2500)]);
  },
);

test('one that has no text, no TCP or a data offset beyond it stands for none', () => {
  const cut: number[] = [];
  const emit = (off: number): number => cut.push(off);
  const ack = given(packetOf(captured.ack), null);
  cutTcp(ack.mem, ack.packet, 1000, emit);
  const udp = given(packetOf(captured.udp4), null);
  cutTcp(udp.mem, udp.packet, 1000, emit);
  const wrong = large(4, 8, ACK);
  wrong[20 + 12] = 0xf0;
  const bad = given(wrong, null);
  cutTcp(bad.mem, bad.packet, 1000, emit);
  expect(cut).toEqual([]);
});

test('without memory for all of them the first are sent', () => {
  const octets = large(4, 4000, ACK);
  const mem = new Memory({ initial: 8192, max: 8192 });
  const off = mem.alloc(octets.length);
  mem.u8.set(octets, off);
  const packet = new IpPacket();
  parseIp(mem, off, octets.length, packet);
  let pieces = 0;
  cutTcp(mem, packet, 1000, () => pieces++);
  expect(pieces).toBeGreaterThan(0);
  expect(pieces).toBeLessThan(4);
});

test.each([
  ['TCP', captured.data, 20, TCP_CHECKSUM_OFFSET, 6],
  ['UDP', captured.udp4, 20, UDP_CHECKSUM_OFFSET, 17],
  ['TCP over IPv6', captured.syn6, 40, TCP_CHECKSUM_OFFSET, 6],
  ['UDP over IPv6', captured.udp6, 40, UDP_CHECKSUM_OFFSET, 17],
])('%s: a partial checksum, completed, is the one that was captured', (_name, frame, from, at, protocol) => {
  const octets = packetOf(frame);
  const right = digits(...(Object.values(given(octets, null)).slice(0, 3) as [Memory, number, number]));
  const { mem, off, len, packet } = given(octets, partial(from, at));
  mem.dv.setUint16(off + from + at, pseudoSum(packet, protocol, packet.payloadLen));
  expect(digits(mem, off, len)).not.toBe(right);
  completeSum(mem, packet);
  expect(digits(mem, off, len)).toBe(right);
  completeSum(mem, packet); // once
  expect(digits(mem, off, len)).toBe(right);
});

test('a partial checksum where the transport has its own, or one that was verified, needs no sum', () => {
  const octets = packetOf(captured.data);
  const trusted = (offload: Offload | null): boolean => {
    const { mem, packet } = given(octets, offload);
    return sumIsTrusted(mem, packet, TCP_CHECKSUM_OFFSET);
  };
  const verified = new Offload();
  verified.verified = true;
  expect([trusted(partial(20, 16)), trusted(verified)]).toEqual([true, true]);
  expect([trusted(null), trusted(new Offload())]).toEqual([false, false]);
});

test('a partial checksum that lies elsewhere is completed and vouches for nothing; outside of the packet it is left', () => {
  const octets = packetOf(captured.data);
  const inText = given(octets, partial(52, 2));
  expect(sumIsTrusted(inText.mem, inText.packet, TCP_CHECKSUM_OFFSET)).toBe(false);
  expect(digits(inText.mem, inText.off + 54, 2)).not.toBe(
    digits(given(octets, null).mem, inText.off + 54, 2),
  );
  const outside = given(octets, partial(20, octets.length - 21));
  expect(sumIsTrusted(outside.mem, outside.packet, TCP_CHECKSUM_OFFSET)).toBe(false);
  expect(digits(outside.mem, outside.off, outside.len)).toBe(
    digits(given(octets, null).mem, outside.off, outside.len),
  );
});

test('a segment counts as those that it stands for', () => {
  const seg = new Segment();
  const count = (textLen: number, gsoSize: number): number => {
    seg.textLen = textLen;
    seg.gsoSize = gsoSize;
    return segmentsIn(seg);
  };
  expect([count(0, 0), count(1448, 0), count(1448, 1448), count(1449, 1448), count(2896, 1448)]).toEqual([
    1, 1, 1, 2, 2,
  ]);
});
