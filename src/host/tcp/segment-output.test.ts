// Segments that stand for several: who cuts them, the host or its link, is nothing that the other side can see.

import { describe, expect, test } from 'vitest';
import type { TcpConfig } from '../../tcp/index.ts';
import {
  completeSum,
  cutTcp,
  IpPacket,
  Malformed,
  Memory,
  type Offload,
  parseIp,
  parseTcp,
  Segment,
  SYN,
} from '../../wire/index.ts';
import { type Connection, Host, type HostInterface, type LinkOffload } from '../index.ts';
import { octets } from '../testing.ts';

const MOST = { maxOctets: 65_535 };
const cuts: Record<'nobody' | 'host' | 'link', LinkOffload | null> = {
  nobody: null,
  host: { gso: MOST, cutBy: 'host' },
  link: { gso: MOST, cutBy: 'link' },
};
type Cut = keyof typeof cuts;

/** Seeded 32-bit generator. */
function seeded(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Hosts a (10.0.0.1, fd00::1) and b; what a sends may stand for several, what is on the wire does not. */
class Pair {
  readonly memory = new Memory();
  readonly a: Host;
  readonly b: Host;
  now = 0;
  /** Packets of a on the wire, identification and header checksum of IPv4 left out. */
  readonly wire: string[] = [];
  /** What a gave its link. */
  given = 0;
  /** Whether a packet of a, by its number, gets lost, or is marked "congestion experienced". */
  loses: (n: number) => boolean = () => false;
  marks: (n: number) => boolean = () => false;
  /** Whether a packet of b over IPv6, by its number, is marked. */
  marksBack: (n: number) => boolean = () => false;
  #back = 0;
  #ab: Uint8Array[] = [];
  #ba: Uint8Array[] = [];
  readonly #ia: HostInterface;
  readonly #ib: HostInterface;

  constructor(cut: Cut, options: { tcp?: Partial<TcpConfig>; mtu?: number } = {}) {
    const { tcp = {}, mtu = 1500 } = options;
    const clock = { now: () => this.now };
    this.a = new Host({ clock, random: seeded(1), memory: this.memory, name: 'a', tcp });
    this.b = new Host({ clock, random: seeded(2), memory: this.memory, name: 'b', tcp });
    this.#ia = this.a.addInterface({ mtu, addresses: ['10.0.0.1/8', 'fd00::1/64'] });
    this.#ib = this.b.addInterface({ mtu, addresses: ['10.0.0.2/8', 'fd00::2/64'] });
    this.#ia.attach((off, len, offload) => this.#link(off, len, offload ?? null), cuts[cut]);
    this.#ib.attach((off, len) => {
      const packet = this.memory.u8.slice(off, off + len);
      // ECT(0) is two bits of the second octet.
      if (((packet[1] as number) & 0x20) !== 0 && this.marksBack(this.#back++))
        packet[1] = (packet[1] as number) | 0x30;
      this.#ba.push(packet);
      this.memory.free(off, len);
    });
  }

  /** The link of a: what it was asked to do it does. */
  #link(off: number, len: number, offload: Offload | null): void {
    this.given++;
    const { memory } = this;
    const packet = new IpPacket();
    expect(parseIp(memory, off, len, packet)).toBe(Malformed.OK);
    packet.offload = offload;
    if (offload === null || offload.gsoSize === 0) {
      completeSum(memory, packet);
      this.#send(memory.u8.slice(off, off + len));
    } else {
      cutTcp(memory, packet, offload.gsoSize, (at, n) => {
        this.#send(memory.u8.slice(at, at + n));
        memory.free(at, n);
      });
    }
    memory.free(off, len);
  }

  #send(packet: Uint8Array): void {
    const seen = packet.slice();
    if ((seen[0] as number) >> 4 === 4) seen.fill(0, 4, 6).fill(0, 10, 12);
    const n = this.wire.push(Buffer.from(seen).toString('latin1')) - 1;
    if (this.loses(n)) return;
    if (this.marks(n) && (packet[0] as number) >> 4 === 6) packet[1] = (packet[1] as number) | 0x30;
    this.#ab.push(packet);
  }

  #deliver(packets: Uint8Array[], iface: HostInterface): void {
    for (const packet of packets) {
      const off = this.memory.alloc(packet.length);
      this.memory.u8.set(packet, off);
      iface.receive(off, packet.length);
      this.memory.free(off, packet.length);
    }
  }

  /** Time goes on, in steps of a millisecond: each way takes one. */
  pass(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.now += 1000;
      const [ab, ba] = [this.#ab, this.#ba];
      this.#ab = [];
      this.#ba = [];
      this.#deliver(ab, this.#ib);
      this.#deliver(ba, this.#ia);
      this.a.poll(this.now);
      this.b.poll(this.now);
    }
  }

  /** An open connection, both its ends. */
  connect(address = '10.0.0.2'): { ours: Connection; theirs: Connection } {
    let theirs: Connection | null = null;
    this.b.listen({ port: 80, handler: { open: (c) => void (theirs = c) } });
    const ours = this.a.open({ address, port: 80 });
    this.pass(5);
    if (theirs === null || ours.state !== 'ESTABLISHED') throw new Error(ours.state);
    return { ours, theirs };
  }
}

/** Segments on the wire: SEG.SEQ from the first octet of text on, text length, control bits, CE. */
function segments(pair: Pair, from = 0): { seq: number; len: number; ctl: number }[] {
  const mem = new Memory();
  const packet = new IpPacket();
  const seg = new Segment();
  let first = 0;
  const all = pair.wire.map((text) => {
    const bytes = Buffer.from(text, 'latin1');
    const off = mem.alloc(bytes.length);
    mem.u8.set(bytes, off);
    const { dv } = mem;
    if (bytes[0] === 0x45) dv.setUint16(off + 10, headerSum(bytes));
    expect(parseIp(mem, off, bytes.length, packet)).toBe(Malformed.OK);
    parseTcp(mem, packet.payloadOff, packet.payloadLen, seg);
    if ((seg.ctl & SYN) !== 0) first = (seg.seq + 1) | 0;
    return { seq: (seg.seq - first) | 0, len: seg.textLen, ctl: seg.ctl };
  });
  return all.slice(from);
}

function headerSum(bytes: Buffer): number {
  let s = 0;
  for (let i = 0; i < 20; i += 2) s += bytes.readUInt16BE(i);
  return ~((s & 0xffff) + (s >>> 16)) & 0xffff;
}

/** The same program on a pair for each way of cutting: the wires have to be the same. */
function sameOnTheWire(
  run: (pair: Pair) => void,
  options: { tcp?: Partial<TcpConfig>; mtu?: number } = {},
): Record<Cut, Pair> {
  const pairs = {} as Record<Cut, Pair>;
  for (const cut of ['nobody', 'host', 'link'] as const) {
    const pair = new Pair(cut, options);
    run(pair);
    pairs[cut] = pair;
  }
  expect(pairs.host.wire).toEqual(pairs.nobody.wire);
  expect(pairs.link.wire).toEqual(pairs.nobody.wire);
  return pairs;
}

describe('cut by nobody, by the host, by the link: the same octets on the wire', () => {
  test.each(['10.0.0.2', 'fd00::2'])(
    'a bulk transfer to %s; the link is given far fewer packets',
    (address) => {
      const pairs = sameOnTheWire((pair) => {
        const { ours, theirs } = pair.connect(address);
        for (let i = 0; i < 20; i++) {
          ours.offer(octets(60_000, i));
          pair.pass(4);
          theirs.discard();
        }
      });
      expect(pairs.host.given).toBe(pairs.nobody.given);
      expect(pairs.link.given).toBeLessThan(pairs.nobody.given / 4);
    },
  );

  test('PSH and FIN are in the last segment alone (MUST-61)', () => {
    const { link } = sameOnTheWire((pair) => {
      const { ours } = pair.connect();
      ours.offer(octets(4 * 1448));
      void ours.end();
      pair.pass(20);
      const { theirs: other } = { theirs: pair.b.connections[0] };
      void other?.end();
      pair.pass(20);
    });
    const text = segments(link).filter(({ len }) => len > 0);
    expect(text.map(({ ctl }) => ctl & 0x09)).toEqual([0, 0, 0, 8]);
  });

  test('Nagle holds what is no full segment behind a small one, as ever (SHLD-7)', () => {
    const { link } = sameOnTheWire((pair) => {
      const { ours } = pair.connect();
      ours.offer(octets(3 * 1448 + 100));
      ours.offer(octets(50));
      pair.pass(1);
      expect(segments(pair).at(-1)).toMatchObject({ seq: 3 * 1448, len: 100 });
      pair.pass(100);
    });
    expect(segments(link).map(({ len }) => len)).toContain(50);
  });

  test('cwnd lets whole segments go: the initial window is ten (RFC 6928)', () => {
    const { link } = sameOnTheWire((pair) => {
      const { ours } = pair.connect();
      ours.offer(octets(100_000));
    });
    expect(segments(link).reduce((all, { len }) => all + len, 0)).toBe(10 * 1448);
    expect(link.given).toBe(3); // SYN, ACK, and one for ten
  });

  test('the usable window ends what goes, silly-window avoidance what is left (MUST-38)', () => {
    sameOnTheWire(
      (pair) => {
        const { ours, theirs } = pair.connect();
        ours.offer(octets(60_000));
        for (const n of [3000, 1, 1447, 10_000, 20_000]) {
          pair.pass(300);
          theirs.discard(n);
        }
        pair.pass(500);
      },
      { tcp: { receiveBuffer: 8000 } },
    );
  });

  test('urgent text goes in segments of its own, each with its pointer (MUST-62)', () => {
    const { link } = sameOnTheWire((pair) => {
      const { ours, theirs } = pair.connect();
      void ours.write(octets(10 * 1448));
      pair.pass(20);
      theirs.discard();
      void ours.write(octets(5 * 1448), { urgent: true });
      pair.pass(20);
      theirs.discard();
      void ours.write(octets(10 * 1448));
      pair.pass(20);
    });
    expect(segments(link).filter(({ ctl }) => (ctl & 0x20) !== 0)).toHaveLength(5);
  });

  test('CWR is in the first segment alone, ECE in all (RFC 3168 sections 6.1.2 and 6.1.3)', () => {
    const { link } = sameOnTheWire(
      (pair) => {
        pair.marks = (n) => n === 30;
        const { ours, theirs } = pair.connect('fd00::2');
        for (let i = 0; i < 12; i++) {
          ours.offer(octets(60_000, i));
          pair.pass(5);
          theirs.discard();
        }
      },
      { tcp: { ecn: 'on' } },
    );
    expect(segments(link, 3).filter(({ ctl }) => (ctl & 0x80) !== 0)).toHaveLength(1);
  });

  test.each(['off', 'linux'] as const)(
    'an ACE field is the same in all segments, CWR with it (RFC 9768 section 3.3.4): options %s',
    (accEcnOption) => {
      const { link } = sameOnTheWire(
        (pair) => {
          // Marked from b to a, so that the counter of a goes round.
          pair.marksBack = (n) => n % 3 === 0;
          const { ours, theirs } = pair.connect('fd00::2');
          for (let i = 0; i < 20; i++) {
            ours.offer(octets(30_000, i));
            theirs.offer(octets(1500, i));
            pair.pass(5);
            theirs.discard();
            ours.discard();
          }
        },
        { tcp: { ecn: 'accurate', accEcnOption } },
      );
      const aces = new Set(segments(link, 3).map(({ ctl }) => (ctl >> 6) & 3));
      expect(aces.size).toBe(4);
      expect(link.given).toBeLessThan(link.wire.length);
    },
  );

  test('what is lost goes again, and new text with it', () => {
    sameOnTheWire((pair) => {
      pair.loses = (n) => n % 17 === 9 || n === 40 || n === 41;
      const { ours, theirs } = pair.connect();
      for (let i = 0; i < 40; i++) {
        ours.offer(octets(30_000, i));
        pair.pass(i % 10 === 9 ? 400 : 7);
        theirs.discard();
      }
    });
  });

  test('probes for the path MTU are packets as they are (RFC 4821)', () => {
    const { link } = sameOnTheWire(
      (pair) => {
        const { ours, theirs } = pair.connect();
        for (let i = 0; i < 20; i++) {
          ours.offer(octets(60_000, i));
          pair.pass(10);
          theirs.discard();
        }
      },
      { mtu: 9000, tcp: { mtuProbing: 'on' } },
    );
    expect(new Set(segments(link).map(({ len }) => len)).size).toBeGreaterThan(2);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'whatever programs, losses and marks do: seed %i',
    (seed) => {
      const even = seed % 4 === 0 ? 'accurate' : 'on';
      const tcp: Partial<TcpConfig> = {
        ecn: seed % 2 === 0 ? even : 'off',
        accEcnOption: 'linux',
        timestamps: seed % 3 !== 0,
        sack: seed % 4 !== 3,
        receiveBuffer: 2 ** (13 + (seed % 5)),
      };
      const pairs = sameOnTheWire(
        (pair) => {
          const random = seeded(seed * 7919);
          const below = (n: number): number => random() % n;
          const lost = new Set(Array.from({ length: 60 }, () => 5 + below(3000)));
          const marked = new Set(Array.from({ length: 30 }, () => 5 + below(3000)));
          pair.loses = (n) => lost.has(n);
          pair.marks = (n) => marked.has(n);
          const { ours, theirs } = pair.connect(seed % 2 === 0 ? 'fd00::2' : '10.0.0.2');
          for (let i = 0; i < 300; i++) {
            const chosen = below(20);
            if (chosen < 12) ours.offer(octets(1 + below(chosen < 6 ? 3000 : 50_000), i));
            else if (chosen === 12) ours.setNoDelay(below(2) === 0);
            else if (chosen === 13) ours.cork();
            else if (chosen === 14) ours.uncork();
            else if (chosen === 15)
              void ours.write(octets(1 + below(9000), i), { urgent: true }).catch(() => {});
            else if (chosen === 16) theirs.offer(octets(1 + below(5000), i));
            if (below(3) > 0) theirs.discard(1 + below(60_000));
            ours.discard();
            pair.pass(1 + below(chosen === 19 ? 500 : 6));
          }
          void ours.end().catch(() => {});
          for (let i = 0; i < 20; i++) {
            theirs.discard();
            pair.pass(500);
          }
        },
        { tcp },
      );
      expect(pairs.nobody.wire.length).toBeGreaterThan(300);
      expect(pairs.link.given).toBeLessThan(pairs.nobody.given);
    },
  );
});

test('a link of frames cuts nothing: it says so when it is attached', () => {
  const host = new Host({ clock: { now: () => 0 }, random: seeded(1) });
  const iface = host.addInterface({ kind: 'ethernet', addresses: ['10.0.0.1/8'] });
  expect(() => iface.attach(() => {}, cuts.link)).toThrow(/eth|frames/);
  iface.attach(() => {}, cuts.host);
  expect(iface.offload).toBe(cuts.host);
  iface.attach(null);
  expect(iface.offload).toBeNull();
});
