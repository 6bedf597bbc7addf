// Packets that stand for several, and checksums that are left to a link: what arrives so, and what goes on.

import { expect, test } from 'vitest';
import { IPPROTO_UDP, IpPacket, Malformed, Offload, parseIp } from '../../wire/index.ts';
import type { Host, HostInterface } from '../index.ts';
import { ipPacket, Net, octets, port, sendAndEnd, udpBytes } from '../testing.ts';

const GSO = { gso: { maxOctets: 65_535 }, cutBy: 'link' } as const;

/** Joins two interfaces by a link that hands everything on as it is, what is said beside it included. */
function join(
  net: Net,
  a: HostInterface,
  b: HostInterface,
  seen: (len: number, gsoSize: number) => void,
): void {
  const { memory } = net;
  const queue: (() => void)[] = [];
  const to = (other: HostInterface) => (off: number, len: number, offload?: Offload | null) => {
    const said = offload == null ? null : Object.assign(new Offload(), offload);
    seen(len, said?.gsoSize ?? 0);
    queue.push(() => {
      other.receive(off, len, said);
      memory.free(off, len);
    });
    net.world.schedule(net.world.now() + 10, { run: () => queue.shift()?.() });
  };
  a.attach(to(b), GSO);
  b.attach(to(a), GSO);
}

/** 200 kB from one host to another; what was given to links, as [octets, gsoSize], and what was read. */
async function transfer(net: Net, from: Host, to: Host, address: string): Promise<void> {
  const sent = octets(200_000);
  const listener = to.listen({ port: 80 });
  const connection = await net.run(from.connect({ address, port: 80 }));
  const accepted = await net.run(listener.accept());
  sendAndEnd(connection, sent);
  const got: number[] = [];
  await net.run(
    (async () => {
      for await (const chunk of accepted) got.push(...chunk);
    })(),
  );
  expect(got.length).toBe(sent.length);
  expect(got.every((octet, i) => octet === sent[i])).toBe(true);
  accepted.close();
  listener.close();
}

test.each(['10.0.0.2', 'fd00::2'])(
  'to %s: a segment that stands for several is taken as one, its checksum not summed, and acknowledged once',
  async (address) => {
    const net = new Net();
    const a = net.host('a', ['10.0.0.1/24', 'fd00::1/64']);
    const b = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
    const given: [number, number][] = [];
    join(net, port(a), port(b), (len, gsoSize) => void given.push([len, gsoSize]));
    await transfer(net, a, b, address);
    const large = given.filter(([, gsoSize]) => gsoSize > 0).length;
    expect(large).toBeGreaterThan(3);
    expect(given.length).toBeLessThan(4 * large);
    expect(a.counters.segmentsOut).toBe(b.counters.segmentsIn);
    expect(b.counters.segmentsIn).toBeGreaterThan(200_000 / 1448);
    expect(b.counters.packetsIn).toBeLessThan(b.counters.segmentsIn / 3);
    expect(b.counters.segmentsOut).toBeLessThan(b.counters.packetsIn + 5);
    expect([b.counters.tcpBadChecksum, a.counters.tcpBadChecksum]).toEqual([0, 0]);
  },
);

test.each(['10.2.0.2', 'fd02::2'])(
  'a router passes it on to %s as those that it stands for, each whole',
  async (address) => {
    const net = new Net();
    const a = net.host('a', ['10.1.0.2/24', 'fd01::2/64']);
    const r = net.host('r', ['10.1.0.1/24', 'fd01::1/64'], { forwarding: true });
    const right = r.addInterface({ name: 'right', addresses: ['10.2.0.1/24', 'fd02::1/64'] });
    const b = net.host('b', ['10.2.0.2/24', 'fd02::2/64']);
    a.addRoute('default', '10.1.0.1');
    a.addRoute('default6', 'fd01::1');
    b.addRoute('default', '10.2.0.1');
    b.addRoute('default6', 'fd02::1');
    join(net, port(a), port(r), () => {});
    const longest = { right: 0 };
    const { memory } = net;
    const plain = (other: HostInterface) => (off: number, len: number, offload?: Offload | null) => {
      expect(offload ?? null).toBeNull();
      longest.right = Math.max(longest.right, len);
      expect(parseIp(memory, off, len, new IpPacket())).toBe(Malformed.OK);
      net.world.schedule(net.world.now() + 10, {
        run: () => {
          other.receive(off, len);
          memory.free(off, len);
        },
      });
    };
    right.attach(plain(port(b)));
    port(b).attach(plain(right));
    await transfer(net, a, b, address);
    expect(longest.right).toBe(1500);
    expect([b.counters.tcpBadChecksum, b.counters.malformed.every((n) => n === 0)]).toEqual([0, true]);
    expect(r.counters.forwarded).toBeGreaterThan(200_000 / 1448);
  },
);

/** A datagram to b with a wrong checksum, and what is said beside it; how many b has taken. */
function taken(flags: number, said: Partial<Offload> | null): number {
  const net = new Net();
  const b = net.host('b', ['10.0.0.2/24']);
  const socket = b.udp({ port: 53 });
  const body = udpBytes(net, '10.0.0.1', '10.0.0.2', 9, 53, octets(16));
  body[6] = (body[6] as number) ^ 1;
  const first = ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', body, { flags });
  const off = net.memory.alloc(first.length);
  net.memory.u8.set(first, off);
  port(b).receive(off, first.length, said === null ? null : Object.assign(new Offload(), said));
  net.memory.free(off, first.length);
  socket.close();
  return b.counters.udpIn;
}

test('UDP: a checksum that is partial or was verified is not summed; without either a wrong one is a wrong one', () => {
  expect(taken(0, { sumFrom: 20, sumAt: 6 })).toBe(1);
  expect(taken(0, { verified: true })).toBe(1);
  expect([taken(0, null), taken(0, {}), taken(0, { sumFrom: 28, sumAt: 2 })]).toEqual([0, 0, 0]);
});

test('a fragment vouches for nothing: the whole datagram is summed', () => {
  const net = new Net();
  const b = net.host('b', ['10.0.0.2/24']);
  const socket = b.udp({ port: 53 });
  const body = udpBytes(net, '10.0.0.1', '10.0.0.2', 9, 53, octets(24));
  body[20] = (body[20] as number) ^ 1;
  const verified = Object.assign(new Offload(), { verified: true });
  for (const [from, to, flags] of [
    [0, 16, 0x2000],
    [16, 32, 2],
  ] as const) {
    const packet = ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', body.slice(from, to), { flags });
    const off = net.memory.alloc(packet.length);
    net.memory.u8.set(packet, off);
    port(b).receive(off, packet.length, verified);
    net.memory.free(off, packet.length);
  }
  expect([b.counters.reassembled, b.counters.udpBadChecksum, b.counters.udpIn]).toEqual([1, 1, 0]);
  socket.close();
});
