// Paths with a link that is smaller than the hosts' own: a hop on the wire takes packets of at most so many
// octets, and says so, says so like the routers of old, or says nothing.

import { describe, expect, it } from 'vitest';
import type { PacketInfo, Wire } from '../sim/index.ts';
import {
  finish,
  Memory,
  pseudoSumWords,
  sum,
  writeIcmp4FragNeeded,
  writeIcmp6PacketTooBig,
} from '../wire/index.ts';
import type { Connection, Host } from './index.ts';
import { ipPacket, Net, type NetHostOptions, octets, readAll, sendAndEnd } from './testing.ts';

const ICMP = 1;
const ICMPV6 = 58;
const DF = 0x4000;
const MINUTE_US = 60_000_000;

/** What a hop does with a packet that is too big and must not be cut. */
type Says = 'its MTU' | 'no MTU' | 'nothing';

/** What a hop did. */
interface Hop {
  /** Lengths of the packets that it could not pass on. */
  readonly refused: number[];
  /** Packets that it cut. */
  cut: number;
  /** DF of the packets from a to b, and in IPv6 0. */
  readonly sent: number[];
}

/** Puts a hop of `mtu` octets on the wire; it cuts what has no DF (RFC 791 section 2.3). */
function narrow(net: Net, wire: Wire, mtu: number, says: Says): Hop {
  const hop: Hop = { refused: [], cut: 0, sent: [] };
  wire.configure({ mtu });
  for (const [there, back] of [
    ['a->b', 'b->a'],
    ['b->a', 'a->b'],
  ] as const) {
    wire.direction(there).tap = {
      sent: (p) => {
        const four = net.memory.dv.getUint8(p.off) >> 4 === 4;
        if (there === 'a->b' && !p.injected)
          hop.sent.push(four ? net.memory.dv.getUint16(p.off + 6) & DF : 0);
      },
      dropped: (p, reason) => {
        if (reason !== 'mtu') return;
        const packet = net.memory.u8.slice(p.off, p.off + p.len);
        const four = (packet[0] as number) >> 4 === 4;
        if (four && (net.memory.dv.getUint16(p.off + 6) & DF) === 0) {
          hop.cut++;
          for (const piece of pieces(packet, mtu)) expect(wire.inject(there, piece)).toBe(true);
          return;
        }
        hop.refused.push(p.len);
        if (says !== 'nothing') wire.inject(back, tooBig(net, p, four, says === 'its MTU' ? mtu : 0));
      },
    };
  }
  return hop;
}

/** The fragments of an IPv4 packet. */
function pieces(packet: Uint8Array, mtu: number): Uint8Array[] {
  const room = (mtu - 20) & ~7;
  const found: Uint8Array[] = [];
  for (let at = 20; at < packet.length; at += room) {
    const body = packet.subarray(at, at + room);
    const piece = new Uint8Array(20 + body.length);
    piece.set(packet.subarray(0, 20));
    piece.set(body, 20);
    const dv = new DataView(piece.buffer);
    dv.setUint16(2, piece.length);
    dv.setUint16(6, (at + room < packet.length ? 0x2000 : 0) | ((at - 20) >> 3));
    dv.setUint16(10, 0);
    const mem = new Memory({ initial: 1 << 16 });
    const off = mem.alloc(20);
    mem.u8.set(piece.subarray(0, 20), off);
    dv.setUint16(10, finish(sum(mem, off, 20, 0)));
    found.push(piece);
  }
  return found;
}

/** The ICMP message of a router about a packet. */
function tooBig(net: Net, p: PacketInfo, four: boolean, mtu: number): Uint8Array {
  const { memory } = net;
  const at = memory.alloc(1500);
  const router = four ? '10.0.0.254' : 'fd00::fe';
  const [f, t] = ends(net, p, four);
  const seed = pseudoSumWords(6, f[0], f[1], f[2], f[3], t[0], t[1], t[2], t[3], ICMPV6, 0);
  const len = four
    ? writeIcmp4FragNeeded(memory, at, mtu, p.off, p.len)
    : writeIcmp6PacketTooBig(memory, at, mtu, p.off, p.len, seed);
  const message = memory.u8.slice(at, at + len);
  memory.free(at, 1500);
  const to = four ? `10.0.0.${t[3] & 255}` : `fd00::${t[3]}`;
  return ipPacket(net, four ? ICMP : ICMPV6, router, to, message);
}

type Words = [number, number, number, number];

/** The router's address, and that of the packet's source. */
function ends(net: Net, p: PacketInfo, four: boolean): [Words, Words] {
  const { dv } = net.memory;
  if (four)
    return [
      [0, 0, 0, 0],
      [0, 0, 0, dv.getInt32(p.off + 12)],
    ];
  const source: Words = [8, 12, 16, 20].map((i) => dv.getInt32(p.off + i)) as Words;
  return [[0xfd00_0000 | 0, 0, 0, 0xfe], source];
}

interface Opened {
  net: Net;
  a: Host;
  b: Host;
  wire: Wire;
  hop: Hop;
  c: Connection;
  s: Connection;
}

/** A connection from a to b over such a hop. */
async function over(mtu: number, says: Says, more: NetHostOptions & { six?: boolean } = {}): Promise<Opened> {
  const { six = false, ...options } = more;
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 5000 }, options, options);
  const hop = narrow(net, wire, mtu, says);
  const listener = b.listen({ port: 80 });
  const c = await net.run(a.connect({ address: six ? 'fd00::2' : '10.0.0.2', port: 80 }));
  const s = await net.run(listener.accept());
  listener.close();
  return { net, a, b, wire, hop, c, s };
}

/** Sends `n` octets from a to b; they have to arrive. */
async function deliver({ net, c, s }: Opened, n = 100_000): Promise<void> {
  sendAndEnd(c, octets(n));
  expect(await net.run(readAll(s))).toEqual(octets(n));
  s.close();
}

/** Sends `n` octets without ending. */
async function send({ net, c, s }: Opened, n: number): Promise<void> {
  void c.write(octets(n));
  for (let got = 0; got < n; ) got += ((await net.run(s.read())) as Uint8Array).length;
}

describe('a router that says so (RFC 1191, RFC 8201)', () => {
  for (const mtu of [1499, 1006, 576, 552, 551, 508, 500, 400, 296, 128, 68]) {
    it(`IPv4, ${mtu} octets: all text arrives, none of it after a timeout`, async () => {
      const o = await over(mtu, 'its MTU');
      await deliver(o);
      expect(o.c.info()).toMatchObject({ pmtu: Math.max(mtu, 552), timeouts: 0 });
      expect(o.hop.refused.length).toBeLessThanOrEqual(10); // the initial window
      expect(o.hop.cut > 0).toBe(mtu < 552);
    });
  }

  for (const mtu of [1499, 1280]) {
    it(`IPv6, ${mtu} octets: likewise`, async () => {
      const o = await over(mtu, 'its MTU', { six: true });
      await deliver(o);
      expect(o.c.info()).toMatchObject({ pmtu: mtu, timeouts: 0 });
    });
  }

  for (const mtu of [1400, 900, 500, 296, 68]) {
    it(`and names no MTU, ${mtu} octets: the plateaus of RFC 1191 section 7.1 downwards, without a timeout`, async () => {
      const o = await over(mtu, 'no MTU');
      await deliver(o);
      const pmtu = [1492, 1006, 552].find((plateau) => plateau <= mtu) ?? 552;
      expect(o.c.info()).toMatchObject({ pmtu, timeouts: 0 });
    });
  }

  it('a packet to a path at the floor of 552 octets has no DF; one to a larger path has (RFC 1191 section 3)', async () => {
    for (const [mtu, df] of [
      [553, DF],
      [552, 0],
      [400, 0],
    ] as const) {
      const o = await over(mtu, 'its MTU', { iface: { mtu: 1500 } });
      await send(o, 5000);
      o.hop.sent.length = 0;
      await send(o, 500);
      expect([mtu, o.hop.sent]).toEqual([mtu, [df]]);
    }
  });
});

describe('an MTU that was lowered', () => {
  it('is raised again after ten minutes, and not before (RFC 1191 section 6.3, RFC 8201 section 5.2)', async () => {
    for (const six of [false, true]) {
      const o = await over(1300, 'its MTU', { six });
      await send(o, 20_000);
      o.wire.configure({ mtu: Infinity }); // the narrow link is gone
      await o.net.pass(9 * MINUTE_US);
      await send(o, 20_000);
      expect(o.c.info().pmtu).toBe(1300);
      await o.net.pass(1 * MINUTE_US);
      await send(o, 20_000);
      expect(o.c.info()).toMatchObject({ pmtu: 1500, timeouts: 0 });
    }
  });

  it('and the link is still narrow: the router says so again, and all arrives', async () => {
    const o = await over(1300, 'its MTU');
    await send(o, 20_000);
    await o.net.pass(10 * MINUTE_US);
    await send(o, 20_000);
    expect(o.c.info()).toMatchObject({ pmtu: 1300, timeouts: 0 });
  });

  it('lowers every connection to the destination, when it next has something to send', async () => {
    const o = await over(1300, 'its MTU');
    const listener = o.b.listen({ port: 81 });
    const other = await o.net.run(o.a.connect({ address: '10.0.0.2', port: 81 }));
    await send(o, 20_000);
    expect(other.info().pmtu).toBe(1500);
    const refused = o.hop.refused.length;
    const s = await o.net.run(listener.accept());
    await send({ ...o, c: other, s }, 20_000);
    expect([other.info().pmtu, o.hop.refused.length]).toEqual([1300, refused]);
  });

  it('does not change what we announce: the MSS option follows from the interface (sections 3.7.1, 3.7.3)', async () => {
    for (const six of [false, true]) {
      const o = await over(1300, 'its MTU', { six });
      await send(o, 20_000);
      const address = six ? 'fd00::2' : '10.0.0.2';
      const again = o.a.open({ address, port: 81 });
      expect(again.info()).toMatchObject({ rcvMss: six ? 1440 : 1460, pmtu: 1300 });
      // A passive open of the host that knows the narrow path.
      const back = o.a.listen({ port: 90 });
      const from = o.b.open({ address: six ? 'fd00::1' : '10.0.0.1', port: 90 });
      const s = await o.net.run(back.accept());
      expect([s.info().rcvMss, s.info().pmtu]).toEqual([six ? 1440 : 1460, 1300]);
      from.abort();
    }
  });

  it('an entry that is pushed out of the cache is no older for that: the connection keeps its MTU', async () => {
    const o = await over(1300, 'its MTU');
    await send(o, 20_000);
    const { pmtu } = o.a.tcp;
    for (let i = 0; i < pmtu.capacity; i++)
      pmtu.report(0, 0, 0xffff, i, 1000, 1500, 1500, o.net.world.now() / 1000);
    const refused = o.hop.refused.length;
    await send(o, 20_000);
    expect([o.c.info().pmtu, o.hop.refused.length]).toEqual([1300, refused]);
    await o.net.pass(11 * MINUTE_US);
    o.wire.configure({ mtu: Infinity });
    await send(o, 20_000);
    expect(o.c.info().pmtu).toBe(1500);
  });

  it('a new route over an interface of another MTU: packets and MSS follow it', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.run(listener.accept());
    const small = a.addInterface({ name: 'small', mtu: 1000, addresses: ['10.9.0.1/24'] });
    a.addRoute('10.0.0.2/32', small);
    void c.write(octets(10)).catch(() => {});
    expect(c.info()).toMatchObject({ pmtu: 1000 });
  });
});

describe('a hop that says nothing (RFC 4821)', () => {
  for (const family of [4, 6] as const) {
    const least = family === 4 ? 576 : 1280;
    it(`IPv${family}: text arrives over one of every MTU from ${least} to 1500 octets`, async () => {
      for (let mtu = least; mtu <= 1500; mtu++) {
        const o = await over(mtu, 'nothing', { six: family === 6 });
        await deliver(o, 10_000);
        const { pmtu, timeouts } = o.c.info();
        expect([mtu, pmtu <= mtu, timeouts <= 4]).toEqual([mtu, true, true]);
        await o.net.finish();
      }
    });
  }

  it('IPv4, below 552 octets: without DF, cut on the way', async () => {
    for (const mtu of [551, 296, 68]) await deliver(await over(mtu, 'nothing'));
  });

  it('what passes is found within 8 octets, whatever the loss of probes: cwnd stays as it is', async () => {
    for (const [mtu, six] of [
      [576, false],
      [1006, false],
      [1300, false],
      [1492, false],
      [1500, false],
      [1280, true],
      [1420, true],
    ] as const) {
      const o = await over(mtu, 'nothing', { six });
      await send(o, 20_000);
      const cwnds: number[] = [];
      o.a.tap = { processed: (tcb) => void (tcb === o.c.tcb && cwnds.push(tcb.cc.cwnd)) };
      const { timeouts } = o.c.info();
      for (let i = 0; i < 40; i++) await send(o, 100_000);
      expect([mtu, mtu - o.c.info().pmtu < 8, o.c.info().timeouts]).toEqual([mtu, true, timeouts]);
      for (let i = 1; i < cwnds.length; i++) expect(cwnds[i]).toBeGreaterThanOrEqual(cwnds[i - 1] as number);
    }
  });

  it('without SACK and timestamps likewise', async () => {
    const o = await over(1300, 'nothing', { tcp: { sack: false, timestamps: false } });
    await send(o, 20_000);
    const { timeouts } = o.c.info();
    for (let i = 0; i < 40; i++) await send(o, 100_000);
    expect([o.c.info().pmtu > 1292, o.c.info().timeouts]).toEqual([true, timeouts]);
  });

  it('a larger path is found after ten minutes (RFC 4821 section 7.3)', async () => {
    const o = await over(1100, 'nothing');
    for (let i = 0; i < 40; i++) await send(o, 100_000);
    o.wire.configure({ mtu: Infinity });
    await o.net.pass(9 * MINUTE_US);
    await send(o, 100_000);
    expect(o.c.info().pmtu).toBeLessThan(1108);
    await o.net.pass(1 * MINUTE_US);
    await send(o, 200_000);
    expect(o.c.info().pmtu).toBe(1500);
  });

  it("mtuProbing 'off': nothing arrives; 'on': nothing is lost but probes", async () => {
    const off = await over(1300, 'nothing', { tcp: { mtuProbing: 'off', r2Ms: 5000 } });
    void off.c.write(octets(20_000)).catch(() => {});
    await off.net.pass(10_000_000);
    expect([off.c.state, off.s.info().unreadBytes]).toEqual(['CLOSED', 0]);
    const on = await over(1300, 'nothing', { tcp: { mtuProbing: 'on' } });
    expect(on.c.info().pmtu).toBe(1024);
    for (let i = 0; i < 30; i++) await send(on, 100_000);
    expect([on.c.info().pmtu > 1292, on.c.info().timeouts]).toEqual([true, 0]);
  });

  it("'on' over a path that takes everything: one probe finds it", async () => {
    const o = await over(1500, 'nothing', { tcp: { mtuProbing: 'on' } });
    await send(o, 100_000);
    expect(o.c.info()).toMatchObject({ pmtu: 1500, retransmissions: 0 });
  });

  it('an outage is taken for a black hole; one probe after it ends that', async () => {
    const o = await over(1500, 'nothing');
    o.wire.partition(true, 'a->b');
    void o.c.write(octets(50_000));
    await o.net.pass(5_000_000);
    expect(o.c.info().pmtu).toBe(552);
    o.wire.partition(false, 'a->b');
    await o.net.pass(5_000_000);
    await send(o, 100_000);
    expect(o.c.info().pmtu).toBe(1500);
  });

  it('small segments that time out are no black hole', async () => {
    const o = await over(1500, 'nothing');
    o.wire.partition(true, 'a->b');
    void o.c.write(octets(500));
    await o.net.pass(20_000_000);
    expect(o.c.info().pmtu).toBe(1500);
    o.c.abort();
  });
});
