import { expect, test } from 'vitest';
import {
  cutTcp,
  finish,
  IPPROTO_TCP,
  IpPacket,
  Malformed,
  Memory,
  type Offload,
  parseIp,
  pseudoSumWords,
  sum,
} from '../../wire/index.ts';
import { JOIN_BYTES, Joiner } from './join.ts';

const ACK = 0x10;
const PSH = 0x08;

/** What a packet is made of. */
interface Given {
  family: 4 | 6;
  seq: number;
  textLen: number;
  ctl?: number;
  ack?: number;
  wnd?: number;
  port?: number;
  id?: number;
  ttl?: number;
  tos?: number;
  tsVal?: number;
  df?: boolean;
}

/** A TCP packet with timestamps and right checksums. */
function packetOf(g: Given): Uint8Array {
  const { family, seq, textLen, ctl = ACK, ack = 7, wnd = 500, port = 80, id = 1, ttl = 64, tos = 0 } = g;
  const ip = family === 4 ? 20 : 40;
  const len = ip + 32 + textLen;
  const mem = new Memory();
  const off = mem.alloc(len);
  const { u8, dv } = mem;
  u8.fill(0, off, off + len);
  if (family === 4) {
    dv.setUint16(off, 0x4500 | tos);
    dv.setUint16(off + 2, len);
    dv.setUint16(off + 4, id);
    dv.setUint16(off + 6, g.df === false ? 0 : 0x4000);
    dv.setUint16(off + 8, (ttl << 8) | IPPROTO_TCP);
    dv.setInt32(off + 12, 0x0a000001);
    dv.setInt32(off + 16, 0x0a000002);
    dv.setUint16(off + 10, finish(sum(mem, off, 20, 0)));
  } else {
    dv.setInt32(off, 0x60000000 | (tos << 20));
    dv.setUint16(off + 4, len - 40);
    dv.setUint16(off + 6, (IPPROTO_TCP << 8) | ttl);
    dv.setUint8(off + 23, 1);
    dv.setUint8(off + 39, 2);
  }
  const tcp = off + ip;
  dv.setUint16(tcp, 5000);
  dv.setUint16(tcp + 2, port);
  dv.setInt32(tcp + 4, seq | 0);
  dv.setInt32(tcp + 8, ack);
  dv.setInt32(tcp + 12, (8 << 28) | (ctl << 16) | wnd);
  dv.setInt32(tcp + 20, 0x0101080a);
  dv.setInt32(tcp + 24, g.tsVal ?? 99);
  for (let i = 0; i < textLen; i++) dv.setUint8(tcp + 32 + i, (seq + i) * 31);
  const words = family === 4 ? [0, 0, 0, 0x0a000001, 0, 0, 0, 0x0a000002] : [0, 0, 0, 1, 0, 0, 0, 2];
  const [s0, s1, s2, s3, d0, d1, d2, d3] = words as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const pseudo = pseudoSumWords(family, s0, s1, s2, s3, d0, d1, d2, d3, IPPROTO_TCP, len - ip);
  dv.setUint16(tcp + 16, finish(sum(mem, tcp, len - ip, pseudo)));
  return u8.slice(off, off + len);
}

/** What was delivered: how many packets each stands for; and those, told apart again. */
interface Outcome {
  runs: number[];
  packets: string[];
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** Puts packets into a joiner as one batch. */
function join(packets: readonly Uint8Array[], mem = new Memory({ initial: 1 << 20 })): Outcome {
  const block = mem.alloc(JOIN_BYTES);
  const runs: number[] = [];
  const told: string[] = [];
  const joiner = new Joiner(mem, block, (off, len, offload: Offload | null) => {
    const gsoSize = offload?.gsoSize ?? 0;
    if (gsoSize === 0) {
      runs.push(1);
      told.push(hex(mem.u8.slice(off, off + len)));
      return;
    }
    const packet = new IpPacket();
    expect(parseIp(mem, off, len, packet)).toBe(Malformed.OK);
    let count = 0;
    cutTcp(mem, packet, gsoSize, (at, n) => {
      count++;
      told.push(hex(mem.u8.slice(at, at + n)));
      mem.free(at, n);
    });
    runs.push(count);
  });
  for (const packet of packets) {
    mem.u8.set(packet, joiner.place());
    joiner.took(packet.length);
  }
  joiner.flush();
  return { runs, packets: told };
}

/** `n` segments of 1000 octets, one after the other; `change` makes packet i another. */
function series(family: 4 | 6, n: number, change: (g: Given, i: number) => Given = (g) => g): Uint8Array[] {
  return Array.from({ length: n }, (_, i) =>
    packetOf(change({ family, seq: 0x7fffff00 + i * 1000, textLen: 1000, id: 0xfffe + i }, i)),
  );
}

test.each([4, 6] as const)(
  'IPv%i: what comes in order is one segment, which stands for those that came',
  (family) => {
    const packets = series(family, 10);
    expect(join(packets)).toEqual({ runs: [10], packets: packets.map(hex) });
  },
);

test('a run ends before an IPv4 header could not say its length', () => {
  const packets = series(4, 150);
  expect(join(packets)).toEqual({ runs: [65, 65, 20], packets: packets.map(hex) });
});

test('PSH, and a segment that is shorter, is the last of a run; a longer one begins another', () => {
  const short = series(4, 6, (g, i) =>
    i === 2 ? { ...g, textLen: 400 } : { ...g, seq: g.seq - (i > 2 ? 600 : 0) },
  );
  expect(join(short).runs).toEqual([3, 3]);
  expect(join(series(4, 6, (g, i) => (i === 3 ? { ...g, ctl: ACK | PSH } : g))).runs).toEqual([4, 2]);
  const long = series(4, 6, (g, i) => (i < 2 ? g : { ...g, textLen: 1200, seq: g.seq + (i - 2) * 200 }));
  expect(join(long).runs).toEqual([2, 4]);
});

test.each([
  ['sequence number', (g: Given) => ({ ...g, seq: g.seq + 1 })],
  ['acknowledgment number', (g: Given) => ({ ...g, ack: 8 })],
  ['window', (g: Given) => ({ ...g, wnd: 501 })],
  ['port', (g: Given) => ({ ...g, port: 81 })],
  ['timestamp', (g: Given) => ({ ...g, tsVal: 100 })],
  ['time to live', (g: Given) => ({ ...g, ttl: 63 })],
  ['ECN field', (g: Given) => ({ ...g, tos: 3 })],
] as const)('another %s is another run', (_name, change) => {
  for (const family of [4, 6] as const) {
    const packets = series(family, 6, (g, i) => (i < 3 ? g : change(g)));
    expect(join(packets)).toEqual({ runs: [3, 3], packets: packets.map(hex) });
  }
});

test('IPv4: another identification than the next, or another DF bit, is another run', () => {
  expect(join(series(4, 4, (g, i) => ({ ...g, id: 100 + 2 * i }))).runs).toEqual([1, 1, 1, 1]);
  expect(join(series(4, 4, (g, i) => ({ ...g, df: i < 2 }))).runs).toEqual([2, 2]);
});

test('what has no text, or another control bit than ACK, is passed on as it is, in its place', () => {
  for (const ctl of [ACK | PSH, ACK | 1, 2, ACK | 4, ACK | 0x20, ACK | 0x40, ACK | 0x80, 0]) {
    const packets = series(4, 5, (g, i) => (i === 2 ? { ...g, ctl, port: 81 } : g));
    expect(join(packets)).toEqual({ runs: [2, 1, 2], packets: packets.map(hex) });
  }
  const acks = series(6, 5, (g, i) => (i === 2 ? { ...g, textLen: 0 } : g));
  expect(join(acks)).toEqual({ runs: [2, 1, 2], packets: acks.map(hex) });
});

test('one flipped bit, anywhere, is passed on as it came: nothing wrong becomes part of what was verified', () => {
  for (const family of [4, 6] as const) {
    const whole = series(family, 3);
    const bits = (whole[1] as Uint8Array).length * 8;
    for (let bit = 0; bit < bits; bit += bit < 80 * 8 ? 1 : 997) {
      for (const which of [0, 1]) {
        const packets = whole.map((octets) => octets.slice());
        const hit = packets[which] as Uint8Array;
        hit[bit >> 3] = (hit[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(join(packets).packets).toEqual(packets.map(hex));
      }
    }
  }
});

test('whatever comes, in any order and of any length: the same packets in the same order', () => {
  let state = 12345;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return (state >>> 8) % n;
  };
  let joined = 0;
  for (let round = 0; round < 60; round++) {
    const family = below(2) === 0 ? 4 : 6;
    let packets = series(family, 40, (g) => {
      const odd = below(12);
      if (odd === 0) return { ...g, textLen: below(1500) };
      if (odd === 1) return { ...g, ctl: ACK | PSH };
      return odd === 2 ? { ...g, family: 4, textLen: below(3) * 700 } : g;
    });
    packets = packets.map((octets) => {
      const odd = below(20);
      if (odd === 0) return octets.slice(0, below(octets.length));
      return odd === 1 ? Uint8Array.from({ length: 1 + below(2000) }, () => below(256)) : octets;
    });
    if (below(2) === 0) packets.push(...packets.splice(below(40), 1));
    const kept = packets.filter(({ length }) => length > 0);
    const { runs, packets: told } = join(kept);
    expect(told).toEqual(kept.map(hex));
    joined += runs.filter((n) => n > 1).length;
  }
  expect(joined).toBeGreaterThan(100);
});
