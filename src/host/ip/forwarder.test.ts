import { describe, expect, it } from 'vitest';
import { StrictMemory } from '../../sim/testing.ts';
import {
  finish,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_UDP,
  IpPacket,
  Memory,
  parseIp,
  sum,
} from '../../wire/index.ts';
import { Host, type HostInterface } from '../index.ts';
import { icmpBytes, ipPacket, ipv4WithOptions, Net, octets, udpBytes } from '../testing.ts';

/** The other end of one interface of a router. */
class Side {
  readonly out: Uint8Array[] = [];
  readonly #memory: Memory;
  readonly #iface: HostInterface;

  constructor(memory: Memory, iface: HostInterface) {
    this.#memory = memory;
    this.#iface = iface;
    iface.attach((off, len) => {
      this.out.push(memory.u8.slice(off, off + len));
      memory.free(off, len);
    });
  }

  send(bytes: Uint8Array): void {
    const off = this.#memory.alloc(bytes.length);
    this.#memory.u8.set(bytes, off);
    if (!this.#iface.deliver(off, bytes.length)) this.#memory.free(off, bytes.length);
  }

  take(): Uint8Array[] {
    return this.out.splice(0);
  }
}

/** A router between 10.1.0.0/24, fd01::/64 and 10.2.0.0/24, fd02::/64. */
function router(mtu = 1500): { net: Net; host: Host; left: Side; right: Side } {
  const net = new Net();
  const random = net.world.random.fork('router');
  const host = new Host({
    name: 'router',
    clock: net.world.clock,
    random: () => random.nextUint32(),
    memory: net.memory,
    forwarding: true,
  });
  const left = host.addInterface({ name: 'left', addresses: ['10.1.0.1/24', 'fd01::1/64'] });
  const addresses = mtu < 1280 ? ['10.2.0.1/24'] : ['10.2.0.1/24', 'fd02::1/64'];
  const right = host.addInterface({ name: 'right', mtu, addresses });
  net.world.addNode(host);
  net.hosts.push(host);
  return { net, host, left: new Side(net.memory, left), right: new Side(net.memory, right) };
}

/** What an ICMP error says: from, type, code, rest; and that it quotes the packet. */
function errorOf(bytes: Uint8Array | undefined, about: Uint8Array): string {
  if (bytes === undefined) return 'none';
  const six = (bytes[0] as number) >> 4 === 6;
  const at = six ? 40 : 20;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const room = six ? 1232 : 548;
  expect([...bytes.subarray(at + 8)]).toEqual([...about.subarray(0, room)]);
  return `${six ? bytes[9] : bytes.subarray(12, 16).join('.')} type ${bytes[at]} code ${bytes[at + 1]} rest ${view.getUint32(at + 4)}`;
}

const udp = (
  net: Net,
  src: string,
  dst: string,
  size = 8,
  more: { ttl?: number; flags?: number; id?: number } = {},
): Uint8Array => ipPacket(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 9, 53, octets(size)), more);

/** The packet one hop older. */
function older(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  if ((out[0] as number) >> 4 === 6) {
    out[7] = (out[7] as number) - 1;
    return out;
  }
  out[8] = (out[8] as number) - 1;
  repair(out);
  return out;
}

describe('a packet for another host', () => {
  it('goes on by the routes, one hop older, its checksum right, all else untouched (RFC 1812 section 5.3.1)', () => {
    const { net, host, left, right } = router();
    host.addRoute('default', host.interfaces[2] as HostInterface, '10.2.0.9');
    for (const packet of [
      udp(net, '10.1.0.5', '10.2.0.7'),
      udp(net, '10.1.0.5', '10.2.0.7', 8, { ttl: 2 }),
      udp(net, '10.1.0.5', '192.0.2.1', 1400, { id: 0xfeff }),
      udp(net, 'fd01::5', 'fd02::7'),
      ipv4WithOptions(IPPROTO_UDP, '10.1.0.5', '10.2.0.7', [7, 7, 4, 0, 0, 0, 0, 0], octets(8)), // record route
    ]) {
      left.send(packet);
      expect(right.take()).toEqual([older(packet)]);
    }
    expect([left.take(), host.counters.forwarded]).toEqual([[], 5]);
  });

  it('in fragments goes on in the fragments that came, and none is kept', () => {
    const { net, host, left, right } = router();
    const MF = 0x2000;
    const last = udp(net, '10.1.0.5', '10.2.0.7', 8, { flags: 100 });
    left.send(last);
    const first = udp(net, '10.1.0.5', '10.2.0.7', 16, { flags: MF });
    left.send(first);
    expect([right.take(), host.wakeAt()]).toEqual([[older(last), older(first)], Number.POSITIVE_INFINITY]);
  });

  it('in the same Memory with the same link header goes on in its own block: nothing is copied or allocated', () => {
    const memory = new StrictMemory();
    const host = new Host({ memory, clock: { now: () => 0 }, random: () => 1, forwarding: true });
    const [left, right] = ['10.1.0.1/24', '10.2.0.1/24'].map((a) =>
      host.addInterface({ addresses: [a] }),
    ) as [HostInterface, HostInterface];
    const sent: number[] = [];
    right.attach((off, len) => {
      sent.push(off);
      memory.free(off, len);
    });
    const bytes = udp(new Net(), '10.1.0.5', '10.2.0.7');
    const block = (length: number): number => {
      const off = memory.alloc(length);
      memory.u8.set(bytes, off);
      return off;
    };
    const off = block(bytes.length);
    expect([left.deliver(off, bytes.length), sent]).toEqual([true, [off]]);
    // With padding behind it, or in a block that may not be kept: a copy of what the packet is.
    const padded = block(bytes.length + 100);
    expect(left.deliver(padded, bytes.length + 100)).toBe(false);
    left.receive(padded, bytes.length);
    expect([sent.length, sent.includes(padded)]).toEqual([3, false]);
    memory.free(padded, bytes.length + 100);
    expect(memory.live.size).toBe(0);
  });

  it('whatever its extension headers hold: they are the destination’s to judge (RFC 8200 section 4)', () => {
    const { net, left, right } = router();
    for (const [next, rest] of [
      [60, [59, 0, 1, 0, 0x9e, 2, 0, 0]], // an option that its destination must report
      [43, [59, 2, 0, 1, ...new Array<number>(20).fill(0)]], // a routing header with segments left
      [44, [17, 0, 0, 1, 0, 0, 0, 9, ...new Array<number>(12).fill(0)]], // a fragment of 12 octets
    ] as const) {
      const packet = ipPacket(net, next, 'fd01::5', 'fd02::7', new Uint8Array(rest));
      left.send(packet);
      expect(right.take()).toEqual([older(packet)]);
    }
  });

  it('is not forwarded by a host that is no router', () => {
    const { net, host, left, right } = router();
    host.ip.forwarder = null;
    left.send(udp(net, '10.1.0.5', '10.2.0.7'));
    expect([left.take(), right.take(), host.counters.notForUs]).toEqual([[], [], 1]);
  });
});

describe('its sender is told why it went no further', () => {
  it('time exceeded, from an address of the interface that the error leaves by (RFC 1812 sections 4.3.2.4 and 5.3.1, RFC 4443 section 3.3)', () => {
    const { net, left, right } = router();
    for (const ttl of [0, 1]) {
      const four = udp(net, '10.1.0.5', '10.2.0.7', 8, { ttl });
      left.send(four);
      expect(errorOf(left.take()[0], four)).toBe('10.1.0.1 type 11 code 0 rest 0');
      const six = udp(net, 'fd01::5', 'fd02::7', 8, { ttl });
      left.send(six);
      expect(errorOf(left.take()[0], six)).toBe('1 type 3 code 0 rest 0');
    }
    expect(right.take()).toEqual([]);
    // For the router itself the last hop is good enough.
    left.send(udp(net, '10.1.0.5', '10.1.0.1', 8, { ttl: 1 }));
    expect(left.take().map((p) => [p[20], p[21]])).toEqual([[3, 3]]);
  });

  it('no route: net unreachable, no route to destination (RFC 1812 section 5.2.7.1, RFC 4443 section 3.1)', () => {
    const { net, left } = router();
    const four = udp(net, '10.1.0.5', '192.0.2.1');
    left.send(four);
    expect(errorOf(left.take()[0], four)).toBe('10.1.0.1 type 3 code 0 rest 0');
    const six = udp(net, 'fd01::5', '2001:db8::1');
    left.send(six);
    expect(errorOf(left.take()[0], six)).toBe('1 type 1 code 0 rest 0');
  });

  it('too big: fragmentation needed and DF set, packet too big, with the MTU of the next link (RFC 1191 section 4)', () => {
    const four = router(600);
    const big = udp(four.net, '10.1.0.5', '10.2.0.7', 573, { flags: 0x4000 });
    four.left.send(big);
    expect(errorOf(four.left.take()[0], big)).toBe('10.1.0.1 type 3 code 4 rest 600');
    four.left.send(udp(four.net, '10.1.0.5', '10.2.0.7', 572, { flags: 0x4000 }));
    expect([four.left.take(), four.right.take().length]).toEqual([[], 1]);
    const six = router(1280);
    const big6 = udp(six.net, 'fd01::5', 'fd02::7', 1233);
    six.left.send(big6);
    expect(errorOf(six.left.take()[0], big6)).toBe('1 type 2 code 0 rest 1280');
  });

  it('a link-local source does not go beyond its link: beyond scope of source address (RFC 4443 section 3.1)', () => {
    const { net, host, left } = router();
    host.addAddress(host.interfaces[1] as HostInterface, 'fe80::1/64');
    const packet = udp(net, 'fe80::5', 'fd02::7');
    left.send(packet);
    expect(errorOf(left.take()[0], packet)).toBe('128 type 1 code 2 rest 0');
  });

  it('a source route with hops left: source route failed', () => {
    const { left, right } = router();
    const packet = ipv4WithOptions(
      IPPROTO_UDP,
      '10.1.0.5',
      '10.2.0.7',
      [131, 7, 4, 10, 2, 0, 8, 0],
      octets(8),
    );
    left.send(packet);
    expect([errorOf(left.take()[0], packet), right.take()]).toEqual(['10.1.0.1 type 3 code 5 rest 0', []]);
  });

  it('an option of impossible length: parameter problem', () => {
    const { left, right } = router();
    const packet = ipv4WithOptions(IPPROTO_UDP, '10.1.0.5', '10.2.0.7', [1, 7, 9, 0], octets(8));
    left.send(packet);
    expect([left.take().length, right.take()]).toEqual([1, []]);
  });

  it('but never of an ICMP error, nor of a fragment that is not the first (RFC 1812 section 4.3.2.7)', () => {
    const { net, left } = router();
    const error = icmpBytes('10.1.0.5', '10.2.0.7', 3, 3, 0, octets(28));
    left.send(ipPacket(net, IPPROTO_ICMP, '10.1.0.5', '10.2.0.7', error, { ttl: 1 }));
    const error6 = icmpBytes('fd01::5', 'fd02::7', 1, 4, 0, octets(48));
    left.send(ipPacket(net, IPPROTO_ICMPV6, 'fd01::5', 'fd02::7', error6, { ttl: 1 }));
    left.send(udp(net, '10.1.0.5', '10.2.0.7', 8, { ttl: 1, flags: 8 }));
    expect(left.take()).toEqual([]);
    left.send(
      ipPacket(
        net,
        IPPROTO_ICMP,
        '10.1.0.5',
        '10.2.0.7',
        icmpBytes('10.1.0.5', '10.2.0.7', 8, 0, 7, octets(8)),
        {
          ttl: 1,
        },
      ),
    );
    expect(left.take().length).toBe(1); // an echo request is no error
  });
});

it('never go on: martians, broadcasts, groups, link-local addresses, to or from', () => {
  const { net, host, left, right } = router();
  host.addRoute('default', host.interfaces[2] as HostInterface);
  host.addRoute('default6', host.interfaces[2] as HostInterface);
  const from = [
    '127.0.0.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '10.1.0.255',
    '169.254.1.1',
    '240.0.0.1',
  ];
  const to = [
    '127.0.0.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.9',
    '255.255.255.255',
    '10.2.0.255',
    '169.254.1.1',
    '240.0.0.1',
  ];
  for (const src of from) left.send(udp(net, src, '10.2.0.7'));
  for (const dst of to) left.send(udp(net, '10.1.0.5', dst));
  for (const src of ['::', '::1', 'ff02::1', 'ff0e::1']) left.send(udp(net, src, 'fd02::7'));
  for (const dst of ['::', '::1', 'ff02::9', 'ff0e::1', 'fe80::9']) left.send(udp(net, 'fd01::5', dst));
  expect([left.take(), right.take()]).toEqual([[], []]);
  expect(host.counters.forwardMartians).toBe(from.length + to.length + 4 + 5);
});

it('a packet for one host in a frame to all does not go on (RFC 1812 section 5.3.4)', () => {
  const net = new Net();
  const host = net.host('router', ['10.1.0.1/24'], {
    iface: { kind: 'ethernet', mac: '02:00:00:00:00:01' },
    forwarding: true,
  });
  const right = new Side(net.memory, host.addInterface({ name: 'right', addresses: ['10.2.0.1/24'] }));
  const left = new Side(net.memory, host.interfaces[1] as HostInterface);
  const packet = udp(net, '10.1.0.5', '10.2.0.7');
  const frame = (mac: number[]): Uint8Array => new Uint8Array([...mac, 2, 0, 0, 0, 0, 9, 8, 0, ...packet]);
  left.send(frame([255, 255, 255, 255, 255, 255]));
  expect(right.take()).toEqual([]);
  left.send(frame([2, 0, 0, 0, 0, 1]));
  expect(right.take()).toEqual([older(packet)]);
});

it('a next hop that does not answer: host unreachable, address unreachable, after three seconds (RFC 1812 section 5.2.7.1)', async () => {
  const net = new Net();
  const host = net.host('router', ['10.1.0.1/24', 'fd01::1/64'], { forwarding: true });
  const left = new Side(net.memory, host.interfaces[1] as HostInterface);
  new Side(
    net.memory,
    host.addInterface({ name: 'right', kind: 'ethernet', addresses: ['10.2.0.1/24', 'fd02::1/64'] }),
  );
  const four = udp(net, '10.1.0.5', '10.2.0.7');
  const six = udp(net, 'fd01::5', 'fd02::7');
  left.send(four);
  left.send(six);
  await net.pass(2_999_000);
  expect(left.take()).toEqual([]);
  await net.pass(2000);
  const errors = left.take();
  expect(errorOf(errors[0], older(four))).toBe('10.1.0.1 type 3 code 1 rest 0');
  expect(errorOf(errors[1], older(six))).toBe('1 type 1 code 3 rest 0');
});

describe('fragmentation (RFC 791 section 3.2)', () => {
  const PEER = '10.2.0.7';

  /** What arrives, put together by hand: offsets, flags, and the octets. */
  function pieces(
    packets: Uint8Array[],
  ): { at: number; more: boolean; options: number[]; data: Uint8Array }[] {
    return packets.map((bytes) => {
      const mem = new Memory({ initial: 4096 });
      mem.u8.set(bytes, 64);
      const p = new IpPacket();
      expect(parseIp(mem, 64, bytes.length, p)).toBe(0); // checksum and lengths are right
      expect(p.ttl).toBe(63);
      return {
        at: p.fragOff,
        more: p.moreFragments,
        options: [...bytes.subarray(20, p.headerLen)],
        data: bytes.subarray(p.headerLen),
      };
    });
  }

  it('cuts what may be cut at multiples of eight octets, no piece larger than the link', () => {
    const { net, host, left, right } = router(100);
    const packet = udp(net, '10.1.0.5', PEER, 192);
    left.send(packet);
    const out = right.take();
    expect(Math.max(...out.map((b) => b.length))).toBeLessThanOrEqual(100);
    const parts = pieces(out);
    expect(parts.map(({ at, more, data }) => [at, more, data.length])).toEqual([
      [0, true, 80],
      [80, true, 80],
      [160, false, 40],
    ]);
    expect(parts.flatMap(({ data }) => [...data])).toEqual([...packet.subarray(20)]);
    expect([host.counters.forwarded, left.take()]).toEqual([1, []]);
  });

  it('cuts fragments again: offsets go on, and only the last of the last has no MF', () => {
    const { net, left, right } = router(100);
    const MF = 0x2000;
    left.send(udp(net, '10.1.0.5', PEER, 112, { flags: MF | 20 }));
    left.send(udp(net, '10.1.0.5', PEER, 92, { flags: 35 }));
    expect(pieces(right.take()).map(({ at, more }) => [at, more])).toEqual([
      [160, true],
      [240, true],
      [280, true],
      [360, false],
    ]);
  });

  it('puts all options into the first piece and the copied ones into the others', () => {
    const { left, right } = router(100);
    const security = [130, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9]; // copied
    const record = [7, 7, 4, 0, 0, 0, 0]; // not copied
    const options = [...record, 1, ...security, 0];
    left.send(ipv4WithOptions(IPPROTO_UDP, '10.1.0.5', PEER, options, octets(160)));
    const parts = pieces(right.take());
    expect(parts.map((p) => p.options)).toEqual(
      [options, [...security, 0], [...security, 0], [...security, 0]].slice(0, parts.length),
    );
    expect(parts.reduce((n, p) => n + p.data.length, 0)).toBe(160);
  });
});

it('whatever comes, nothing is thrown, nothing is left behind, and no packet goes on with a wrong header checksum', () => {
  const { net, host, left, right } = router(600);
  host.addRoute('default', host.interfaces[2] as HostInterface);
  const dice = net.world.random.fork('noise');
  const seeds = [
    udp(net, '10.1.0.5', '10.2.0.7', 700),
    udp(net, '10.1.0.5', '192.0.2.1', 30),
    ipv4WithOptions(IPPROTO_UDP, '10.1.0.5', '10.2.0.7', [131, 7, 4, 10, 2, 0, 8, 0], octets(900)),
    ipv4WithOptions(
      IPPROTO_UDP,
      '10.1.0.5',
      '10.2.0.7',
      [130, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1],
      octets(900),
    ),
    ipPacket(
      net,
      44,
      'fd01::5',
      'fd02::7',
      new Uint8Array([60, 0, 0, 1, 0, 0, 0, 9, 17, 0, 1, 4, ...octets(40)]),
    ),
  ];
  let seen = 0;
  for (let i = 0; i < 20_000; i++) {
    const packet = (seeds[i % seeds.length] as Uint8Array).slice();
    for (let n = dice.int(4); n > 0; n--) packet[dice.int(Math.min(packet.length, 64))] = dice.int(256);
    if (dice.chance(0.7) && (packet[0] as number) >> 4 === 4) repair(packet);
    left.send(packet.subarray(0, dice.chance(0.1) ? dice.int(packet.length) + 1 : packet.length));
    for (const out of right.take()) {
      seen++;
      expect(out.length).toBeLessThanOrEqual(600);
      if ((out[0] as number) >> 4 === 4) expect(headerSum(out)).toBe(0xffff);
    }
  }
  expect(seen).toBeGreaterThan(5000);
});

function headerSum(bytes: Uint8Array): number {
  const mem = new Memory({ initial: 4096 });
  mem.u8.set(bytes.subarray(0, 64), 64);
  return sum(mem, 64, ((bytes[0] as number) & 15) * 4, 0);
}

/** Makes the header checksum right, if there is a whole header. */
function repair(packet: Uint8Array): void {
  if (((packet[0] as number) & 15) < 5) return;
  packet.set([0, 0], 10);
  const check = finish(headerSum(packet));
  packet.set([check >> 8, check & 255], 10);
}
