import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish, sum } from '../../wire/checksum.ts';
import { IpPacket, parseIp } from '../../wire/ip.ts';
import { Memory } from '../../wire/memory.ts';
import { type FragmentLimits, Reassembler } from './fragments.ts';

interface Original {
  six: boolean;
  /** IPv4: words of options (NOPs); IPv6: 8-octet hop-by-hop and destination options headers before the fragment header. */
  extra: number;
  id: number;
  protocol: number;
  payload: Uint8Array;
}

/** A piece [start, end) of an original as a packet, or all of it when `end` is -1. */
function packetOf(o: Original, start: number, end: number, ecn = 0): Uint8Array {
  const whole = end === -1;
  const data = whole ? o.payload : o.payload.subarray(start, end);
  const more = !whole && end < o.payload.length;
  if (o.six) {
    const kinds = [0, 60, 60].slice(0, o.extra);
    const chain = [...kinds, ...(whole ? [] : [44]), o.protocol];
    const head = 40 + 8 * (chain.length - 1);
    const bytes = new Uint8Array(head + data.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x60000000 | (ecn << 20) | 0x12345);
    view.setUint16(4, bytes.length - 40);
    bytes.set([chain[0]!, 64, 0x20, 1, 0x0d, 0xb8], 6);
    bytes.set([1], 23);
    bytes.set([0x20, 1, 0x0d, 0xb8], 24);
    bytes.set([2], 39);
    chain.slice(1).forEach((next, i) => {
      // PadN of four octets fills an options header.
      bytes.set([next, 0, 1, 4, 0, 0, 0, 0], 40 + 8 * i);
    });
    if (!whole) {
      view.setUint32(head - 8, (o.protocol << 24) | start | (more ? 1 : 0));
      view.setInt32(head - 4, o.id);
    }
    bytes.set(data, head);
    return bytes;
  }
  const head = 20 + 4 * o.extra;
  const mem = new Memory();
  const off = mem.alloc(head + data.length);
  mem.u8.fill(1, off + 20, off + head);
  mem.dv.setUint32(off, ((0x45 + o.extra) << 24) | (ecn << 16) | (head + data.length));
  mem.dv.setUint32(off + 4, ((o.id & 0xffff) << 16) | (more ? 0x2000 : 0) | (start >> 3));
  mem.dv.setUint32(off + 8, (64 << 24) | (o.protocol << 16));
  mem.dv.setUint32(off + 12, 0x0a000001);
  mem.dv.setUint32(off + 16, 0x0a000002);
  mem.dv.setUint16(off + 10, finish(sum(mem, off, head, 0)));
  mem.u8.set(data, off + head);
  return mem.u8.slice(off, off + head + data.length);
}

/** A reassembler, and the packets that came out of it. */
class Bench {
  readonly mem = new Memory();
  readonly packet = new IpPacket();
  readonly reassembler: Reassembler;

  constructor(limits?: FragmentLimits) {
    this.reassembler = new Reassembler(this.mem, limits);
  }

  /** Feeds a packet; the whole packet's octets when it completes one, else the reason. */
  feed(bytes: Uint8Array, nowMs = 0): Uint8Array | string {
    const arrived = this.mem.alloc(bytes.length);
    this.mem.u8.set(bytes, arrived);
    expect(parseIp(this.mem, arrived, bytes.length, this.packet)).toBe(0);
    expect(this.packet.fragment).toBe(true);
    const off = this.reassembler.accept(this.packet, nowMs);
    this.mem.u8.fill(0xdd, arrived, arrived + bytes.length);
    this.mem.free(arrived, bytes.length);
    if (off === 0) return this.reassembler.reason;
    const length = this.reassembler.length;
    expect(parseIp(this.mem, off, length, this.packet)).toBe(0);
    expect(this.packet.fragment).toBe(false);
    const whole = this.mem.u8.slice(off, off + length);
    this.mem.free(off, length);
    return whole;
  }
}

const bytes = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
const make = (part: Partial<Original> = {}): Original => ({
  six: false,
  extra: 0,
  id: 77,
  protocol: 17,
  payload: bytes(100),
  ...part,
});

const original: fc.Arbitrary<Original> = fc.record({
  six: fc.boolean(),
  extra: fc.nat(2),
  id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  protocol: fc.constantFrom(1, 17, 58, 200),
  payload: fc.oneof(fc.integer({ min: 16, max: 300 }), fc.integer({ min: 2000, max: 60_000 })).map(bytes),
});

/** Random cuts at multiples of 8, as [start, end) pairs. */
function cutsOf(length: number, random: number[]): [number, number][] {
  const units = Math.ceil(length / 8) - 1;
  const inner = new Set(random.map((r) => 8 * (1 + (r % units))));
  const edges = [0, ...[...inner].sort((a, b) => a - b), length];
  return edges.slice(1).map((end, i) => [edges[i]!, end]);
}

describe('Reassembler', () => {
  it('gives back the very packet that was cut, whatever the cuts, the order and the duplicates', () => {
    const random = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        original,
        random,
        fc.array(fc.nat(), { maxLength: 120 }),
        fc.boolean(),
        (o, cuts, order, dup) => {
          const pieces = cutsOf(o.payload.length, cuts);
          const sequence = pieces.map((p, i) => ({ p, key: order[i] ?? i })).sort((a, b) => a.key - b.key);
          const bench = new Bench();
          sequence.forEach(({ p: [start, end] }, i) => {
            const got = bench.feed(packetOf(o, start, end));
            if (i < sequence.length - 1) {
              expect(got).toBe('');
              if (dup) expect(bench.feed(packetOf(o, start, end))).toBe('duplicate');
            } else expect(got).toEqual(packetOf(o, 0, -1));
          });
          expect([bench.reassembler.size, bench.reassembler.bytes, bench.mem.used]).toEqual([0, 0, 0]);
          expect(bench.reassembler.reassembled).toBe(1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('puts datagrams together that arrive mixed, told apart by addresses, id and (IPv4) protocol', () => {
    const all = [
      make(),
      make({ id: 78 }),
      make({ protocol: 1 }),
      make({ six: true }),
      make({ six: true, id: 78 }),
    ];
    const bench = new Bench();
    for (const o of all) expect(bench.feed(packetOf(o, 48, 100))).toBe('');
    expect(bench.reassembler.size).toBe(5);
    for (const o of all) expect(bench.feed(packetOf(o, 0, 48))).toEqual(packetOf(o, 0, -1));
    expect(bench.mem.used).toBe(0);
  });

  it('never answers for octets that have not come, on random fragments of different datagrams', () => {
    // Mostly the three pieces of a datagram of 40 octets, sometimes something else in its place.
    const honest = fc.constantFrom([0, 2], [2, 3], [3, 5]);
    const wild = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 8 }));
    const fragment = fc.record({
      six: fc.boolean(),
      id: fc.nat(1),
      cut: fc.oneof({ weight: 12, arbitrary: honest }, { weight: 1, arbitrary: wild }),
    });
    let whole = 0;
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 30, maxLength: 60 }), (fragments) => {
        const bench = new Bench({ bytes: 512, datagrams: 3 });
        for (const { six, id, cut } of fragments) {
          const [start, end] = [8 * cut[0]!, 8 * cut[1]!];
          const o = make({ six, id, payload: bytes(end === 40 || end === 48 ? end : end + 8) });
          const got = bench.feed(packetOf(o, start, end));
          if (typeof got !== 'string') {
            whole++;
            const payload = bytes(got.length - (six ? 40 : 20));
            expect(got).toEqual(packetOf(make({ six, id, payload }), 0, -1));
          }
          expect(bench.reassembler.bytes).toBe(bench.mem.used);
          expect(bench.mem.used).toBeLessThanOrEqual(512);
        }
        bench.reassembler.clear();
        expect([bench.mem.used, bench.reassembler.size]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
    expect(whole).toBeGreaterThan(50);
  });

  it.each([false, true])(
    'condemns a datagram with overlapping fragments until its time is up (six: %s)',
    (six) => {
      const o = make({ six });
      for (const [a, b] of [
        [0, 48],
        [8, 24],
        [24, 56],
        [32, 40],
      ] as const) {
        const bench = new Bench();
        bench.feed(packetOf(o, 16, 40));
        if (a === 0) bench.feed(packetOf(o, 56, 100));
        expect(bench.feed(packetOf(o, a, b))).toBe('overlap');
        expect([bench.mem.used, bench.reassembler.bytes]).toEqual([0, 0]);
        for (const [c, d] of [
          [0, 16],
          [16, 40],
          [40, 100],
        ] as const)
          expect(bench.feed(packetOf(o, c, d))).toBe('condemned');
        bench.reassembler.expire(60_000, () => expect.unreachable());
        expect([bench.reassembler.size, bench.reassembler.dropped.timeout]).toEqual([0, 0]);
      }
    },
  );

  it('does not take a fragment with the same place and other octets for a duplicate', () => {
    const bench = new Bench();
    bench.feed(packetOf(make(), 0, 48));
    const other = make({ payload: bytes(100).fill(9, 47, 48) });
    expect(bench.feed(packetOf(other, 0, 48))).toBe('overlap');
  });

  it('condemns a datagram with two ends, or with octets beyond its end', () => {
    const long = make({ payload: bytes(200) });
    const last = packetOf(make(), 48, 100);
    for (const other of [packetOf(long, 160, 200), packetOf(long, 104, 160), packetOf(long, 48, 104)]) {
      for (const pair of [
        [last, other],
        [other, last],
      ] as const) {
        const bench = new Bench();
        expect(bench.feed(pair[0])).toBe('');
        expect(bench.feed(pair[1])).toBe('end');
        expect(bench.mem.used).toBe(0);
      }
    }
  });

  it('drops a TCP fragment that cuts the header apart, and keeps nothing of it', () => {
    const tcp = make({ protocol: 6 });
    const bench = new Bench();
    expect(bench.feed(packetOf(tcp, 0, 16))).toBe('tiny');
    expect(bench.feed(packetOf(tcp, 8, 100))).toBe('tiny');
    expect(bench.feed(packetOf(tcp, 16, 100))).toBe('tiny');
    expect(bench.reassembler.size).toBe(0);
    expect(bench.feed(packetOf(tcp, 0, 24))).toBe('');
    expect(bench.feed(packetOf(tcp, 24, 100))).toEqual(packetOf(tcp, 0, -1));
  });

  it('refuses a packet that would be longer than 65535 octets', () => {
    // The last fragment has no options and passes alone; the first has 8 octets of them.
    const payload = bytes(65_510);
    const bench = new Bench();
    expect(bench.feed(packetOf(make({ payload }), 65_000, 65_510))).toBe('');
    expect(bench.feed(packetOf(make({ payload, extra: 2 }), 0, 65_000))).toBe('too long');
    expect(bench.mem.used).toBe(0);
  });

  it('carries congestion experienced into the packet, and drops it if a part was not ECN-capable', () => {
    for (const six of [false, true]) {
      const o = make({ six });
      const bench = new Bench();
      bench.feed(packetOf(o, 0, 48, 2));
      expect(bench.feed(packetOf(o, 48, 100, 3))).toEqual(packetOf(o, 0, -1, 3));
      bench.feed(packetOf(o, 0, 48, 0));
      expect(bench.feed(packetOf(o, 48, 100, 3))).toBe('ecn');
      expect(bench.mem.used).toBe(0);
    }
  });

  it('forgets IPv4 fragments after 15 s and IPv6 after 60 s, and hands over the first for ICMP', () => {
    const bench = new Bench();
    const six = make({ six: true, id: 5 });
    const start = 2 ** 31 - 10_000; // no matter: these times do not wrap
    bench.feed(packetOf(make(), 0, 48), start);
    bench.feed(packetOf(make({ id: 78 }), 48, 100), start);
    bench.feed(packetOf(six, 0, 48), start);
    expect(bench.reassembler.untilNext(start)).toBe(15_000);
    const firsts: Uint8Array[] = [];
    const take = (off: number, len: number) => {
      firsts.push(bench.mem.u8.slice(off, off + len));
    };
    bench.reassembler.expire(start + 14_999, take);
    expect(bench.reassembler.size).toBe(3);
    bench.reassembler.expire(start + 15_000, take);
    expect(firsts).toEqual([packetOf(make(), 0, 48)]);
    expect(bench.reassembler.untilNext(start + 15_000)).toBe(45_000);
    bench.reassembler.expire(start + 60_000, take);
    expect(firsts[1]).toEqual(packetOf(six, 0, 48));
    expect(firsts).toHaveLength(2);
    expect([bench.mem.used, bench.reassembler.untilNext(0), bench.reassembler.dropped.timeout]).toEqual([
      0, -1, 3,
    ]);
  });

  it('pushes out the oldest datagram when there are too many', () => {
    const bench = new Bench({ datagrams: 3 });
    for (let id = 1; id <= 4; id++) bench.feed(packetOf(make({ id }), 0, 48));
    expect([bench.reassembler.size, bench.reassembler.dropped.evicted]).toEqual([3, 1]);
    expect(bench.feed(packetOf(make({ id: 2 }), 48, 100))).toEqual(packetOf(make({ id: 2 }), 0, -1));
    expect(bench.feed(packetOf(make({ id: 1 }), 48, 100))).toBe('');
  });

  it('pushes out the oldest octets when there are too many, and never holds more', () => {
    const bench = new Bench({ bytes: 4096 });
    const o = (id: number) => make({ id, payload: bytes(2000) });
    for (let id = 1; id <= 9; id++) bench.feed(packetOf(o(id), 0, 960));
    expect([bench.reassembler.size, bench.reassembler.bytes, bench.reassembler.dropped.evicted]).toEqual([
      4, 4096, 5,
    ]);
    expect(bench.feed(packetOf(o(10), 0, 1960))).toBe('');
    expect([bench.reassembler.bytes, bench.mem.used]).toEqual([4096, 4096]);
    const huge = make({ id: 11, payload: bytes(10_000) });
    expect(bench.feed(packetOf(huge, 0, 8000))).toBe('memory');
    expect(bench.mem.used).toBe(bench.reassembler.bytes);
  });

  it('never pushes out the datagram that grows, nor a condemned one, which would free nothing', () => {
    const bench = new Bench({ bytes: 1024 });
    const o = make({ id: 1, payload: bytes(1200) });
    const bad = make({ id: 2 });
    bench.feed(packetOf(bad, 16, 40));
    expect(bench.feed(packetOf(bad, 24, 56))).toBe('overlap');
    expect(bench.feed(packetOf(o, 0, 1104))).toBe('memory');
    expect(bench.feed(packetOf(o, 0, 480))).toBe('');
    expect(bench.feed(packetOf(o, 480, 1080))).toBe('memory');
    expect(bench.feed(packetOf(o, 480, 960))).toBe('');
    expect(bench.feed(packetOf(o, 960, 1200))).toBe('memory');
    expect([bench.reassembler.size, bench.reassembler.bytes, bench.mem.used]).toEqual([2, 1024, 1024]);
    expect(bench.reassembler.dropped.evicted).toBe(0);
    expect(bench.feed(packetOf(bad, 0, 16))).toBe('condemned');
  });

  it('condemns a datagram in too many fragments', () => {
    const bench = new Bench({ fragments: 4 });
    for (let i = 0; i < 4; i++) expect(bench.feed(packetOf(make(), 16 * i, 16 * i + 8))).toBe('');
    expect(bench.feed(packetOf(make(), 80, 88))).toBe('too many fragments');
    expect(bench.mem.used).toBe(0);
  });

  it('drops what the memory has no room for, without leaving anything behind', () => {
    const mem = new Memory({ initial: 4096, max: 4096 });
    const reassembler = new Reassembler(mem);
    const packet = new IpPacket();
    const first = packetOf(make({ payload: bytes(1600) }), 0, 800);
    const last = packetOf(make({ payload: bytes(1600) }), 800, 1600);
    const off = mem.alloc(1024);
    for (const [bytes, reason] of [
      [first, ''],
      [last, 'memory'],
      [first, 'condemned'],
    ] as const) {
      mem.u8.set(bytes, off);
      parseIp(mem, off, bytes.length, packet);
      expect(reassembler.accept(packet, 0)).toBe(0);
      expect(reassembler.reason).toBe(reason);
    }
    expect([mem.used, reassembler.bytes]).toEqual([1024, 0]);
  });
});
